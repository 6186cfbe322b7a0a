"""What does this mail come to, from its facts to its verdict?

The one story that the daemon and `mailbot check` share: read the subject, tell applications from other mail,
read the papers, ask what is on file, judge. It records and sends nothing.
"""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from time import monotonic
from typing import Protocol

from ledger.office_time import office_day
from ledger.questions import CaseMatch
from mailbot.cases.belonging import (
    ANSWERS_OURS,
    CONTINUES,
    as_the_case,
    case_of,
    fingerprint_of,
    going_on,
    other_side,
    seen_before,
)
from mailbot.cases.examined import Arrived, Examination
from mailbot.cases.known import Known
from mailbot.cases.people import engineer_id_of, handler_id_of
from mailbot.cases.records import Records
from mailbot.examination.classify import SUPPLEMENT, Classification, Context, MailKind, MailNotUnderstood, classify
from mailbot.examination.examine import examine, judge, likely_filing
from mailbot.examination.matter import Filing, Matter
from mailbot.examination.subject import read_subject
from mailbot.examination.submission import OnFile, SubjectReading, Submission
from mailbot.examination.verdict import Judged, Outcome, Verdict, outcome_of
from mailbot.examination.workdays import Calendar
from mailbot.reading.reader import AttachedFile
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import FileRead
from parsers.mail.message import Parsed
from parsers.mail.provenance import authenticate


class Reader(Protocol):
    """Who reads papers; the nursery's children do."""

    def read(self, files: Iterable[AttachedFile]) -> tuple[FileRead, ...]: ...


@dataclass
class _Days:
    """The calendar in force; examiners made from one another share it."""

    calendar: Calendar


_MOST_FILES = 30  #: of one mail; more go to a person
_LOGO_BYTES = 20_000


class Examiner:
    """Examines one mail after the other; thread-safe as far as `records` is."""

    def __init__(
        self,
        *,
        matters: tuple[Matter, ...],
        calendar: Calendar,
        reader: Reader | None,
        mailbox_matters: Mapping[str, frozenset[str]],
        known: Known | None = None,
    ) -> None:
        self.matters = matters
        self._days = _Days(calendar)
        self._reader = reader
        self._mailbox_matters = dict(mailbox_matters)
        self._known = known or Known()

    def rehearsing(self) -> "Examiner":
        """The same examiner for 预检: it knows the directory, but takes no mail for part of a case."""
        other = copy(self)
        other._known = replace(self._known, knows_cases=False)
        return other

    @property
    def calendar(self) -> Calendar:
        return self._days.calendar

    def adopt(self, calendar: Calendar) -> None:
        """Another year's holidays were published: this examiner, and all made from it, count by them."""
        self._days.calendar = calendar

    def under(
        self,
        matters: tuple[Matter, ...],
        mailbox_matters: Mapping[str, frozenset[str]],
        *,
        reader: Reader | None,
        records: Records | None,
    ) -> "Examiner":
        """The same examiner under other packs: for a pack's samples and for replays."""
        other = copy(self)
        other.matters = matters
        other._mailbox_matters = dict(mailbox_matters)
        other._reader = reader
        other._known = replace(self._known, records=records)
        return other

    def examine(self, arrived: Arrived) -> Examination:
        """Never raises for bad mail; the ledger's and the reader's own errors pass through."""
        started = monotonic()
        parsed = arrived.parsed
        message, day = parsed.message, office_day(arrived.received)
        matters = tuple(matter for matter in self.matters if matter.in_force(day))
        subject = read_subject(message.subject, matters, lambda name: self._known.registered(name, day))
        case = case_of(message, subject, self._known, same_as=arrived.same_as, day=day)
        answers_ours = case is not None and case.by in ANSWERS_OURS
        classification = classify(message, subject, Context(matters, answers_ours))
        if classification.reason == SUPPLEMENT and case and case.state.is_open:
            subject = as_the_case(subject, case, matters)
            classification = classify(message, subject, Context(matters, answers_ours))
        if not arrived.whole or message.too_complex:
            classification = _for_a_person(classification, "too_large" if not arrived.whole else "too_complex")
        examination = Examination(
            message=message,
            mailbox=arrived.mailbox,
            received=arrived.received,
            provenance=authenticate(message, arrived.receiver),
            subject=subject,
            classification=classification,
            verdict=_verdict_without_examination(classification, subject),
            case=case,
            fingerprint=fingerprint_of(message, subject),
        )
        if classification.kind is MailKind.APPLICATION and classification.matter:
            examination = self._judge(examination, parsed, classification.matter, day)
        return replace(examination, seconds=monotonic() - started)

    def read_papers(self, parsed: Parsed) -> tuple[FileRead, ...] | None:
        """The attached files' papers; None where this examiner does not read."""
        if self._reader is None:
            return None
        attached = [one for one in parsed.message.attachments if not (one.inline and one.size < _LOGO_BYTES)]
        return self._reader.read(
            AttachedFile(one.position, one.name, one.kind, parsed.contents[one.sha256])
            for one in attached[:_MOST_FILES]
            if one.sha256 in parsed.contents
        )

    def _judge(self, examination: Examination, parsed: Parsed, matter: Matter, day: date) -> Examination:
        subject = examination.subject
        author_firm = self._known.author_firm(examination.message, subject, day)
        filing = likely_filing(subject, from_firm=author_firm is not None)
        if filing is None:
            return examination
        files = self.read_papers(parsed)
        case = going_on(examination.case, files or ())
        joined = case if case and case.by in CONTINUES else None
        if joined and joined.by in ANSWERS_OURS:  # the answer to our letter keeps its subject (E08)
            subject = replace(subject, faults=(), deviations=())
        filing = _filing_by_letter(subject, matter, files or ()) or filing
        earlier = self._earlier_mails(joined)
        submission = Submission(
            message=examination.message,
            subject=subject,
            mailbox=examination.mailbox,
            received=examination.received,
            provenance=examination.provenance,
            matter=matter,
            filing=filing,
            files=files,
            filing_assumed=subject.filing is None,
            earlier_files=self._earlier_files(earlier, files or ()),
        )
        engineer_key = self._known.key("engineer", engineer_id_of(submission))
        handler_key = self._known.key("handler", handler_id_of(submission))
        on_file = self._known.on_file(
            OnFile(calendar=self.calendar, mailbox_matters=self._mailbox_matters),
            submission,
            case=case,
            author_firm=author_firm,
            other_source=None if case else other_side(submission, self._known, engineer_key),
            engineer_key=engineer_key,
            handler_key=handler_key,
        )
        verdict = examine(submission, on_file)
        return replace(
            examination,
            subject=subject,
            submission=submission,
            on_file=on_file,
            case=case,
            files=files or (),
            seen_before=seen_before(parsed.message, earlier),
            engineer_key=engineer_key,
            handler_key=handler_key,
            verdict=_with_doubts(verdict, examination.classification, submission),
        )

    def _earlier_mails(self, case: CaseMatch | None) -> tuple[Parsed, ...]:
        """The case's mails so far, newest first."""
        records = self._known.records
        return tuple(records.mails_of(case.number)) if case and records else ()

    def _earlier_files(self, mails: tuple[Parsed, ...], files: tuple[FileRead, ...]) -> tuple[FileRead, ...]:
        """Papers of the case's earlier mails that the new mail does not bring anew (E08: completeness is the union)."""
        brought = {document.kind for file in files for document in file.documents}
        earlier: list[FileRead] = []
        for mail in mails:
            for file in self.read_papers(mail) or ():
                kept = tuple(document for document in file.documents if document.kind not in brought)
                if kept:
                    earlier.append(replace(file, documents=kept, unknown_pages=(), illegible_pages=(), unread_pages=()))
                    brought |= {document.kind for document in kept}
        return tuple(earlier)


def _filing_by_letter(subject: SubjectReading, matter: Matter, files: tuple[FileRead, ...]) -> Filing | None:
    """What the subject leaves open the letter's form may tell: 4-1-2 is the engineer's, 4-1-3 the enterprise's."""
    if subject.filing:
        return None
    forms = {one.form for file in files for one in file.documents if isinstance(one, CommitmentLetter)}
    ways = [
        way
        for way in matter.filings
        if way.letter_form in forms
        and subject.action in (None, way.action)
        and subject.submitted_by in (None, way.submitted_by)
    ]
    return ways[0] if len(ways) == 1 else None


def _for_a_person(classification: Classification, why: str) -> Classification:
    """What could not be taken apart is not judged: a person opens it."""
    return Classification(MailKind.REFERRED, why, classification.matter, findings=(MailNotUnderstood(why=why),))


def _with_doubts(verdict: Verdict, classification: Classification, submission: Submission) -> Verdict:
    """Doubts of the classification weigh in the verdict like those of the rules."""
    if not classification.findings:
        return verdict
    judged = tuple(judge(finding, submission) for finding in classification.findings)
    findings = verdict.findings + judged
    return replace(verdict, findings=findings, outcome=outcome_of(findings))


def _verdict_without_examination(classification: Classification, subject: SubjectReading) -> Verdict:
    return Verdict(
        outcome=classification.kind.outcome or Outcome.REFERRED,
        findings=tuple(Judged(finding, finding.default, "") for finding in classification.findings),
        matter=classification.matter.key if classification.matter else None,
        action=subject.action,
        submitted_by=subject.submitted_by,
        firm=subject.firm,
        engineer=subject.engineer,
    )
