"""What does this mail come to, from its facts to its verdict?

The one story that the daemon and `mailbot check` share: read the subject, tell applications from other mail,
read the papers, ask what is on file, judge. It records and sends nothing.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Protocol

from ledger.entries import Enterprise
from ledger.questions import CaseMatch, CaseQuery, EngagementEntry, FoundBy, HandledEntry
from mailbot.cases.people import engineer_id_of, handler_id_of, signatures_of
from mailbot.examination.classify import SUPPLEMENT, Classification, Context, MailKind, MailNotUnderstood, classify
from mailbot.examination.examine import examine, judge, likely_filing
from mailbot.examination.matter import Filing, Matter
from mailbot.examination.rules.engagement_facts import project
from mailbot.examination.subject import read_subject
from mailbot.examination.submission import Engagement, Handled, OnFile, SubjectReading, Submission
from mailbot.examination.verdict import Judged, Outcome, Verdict, outcome_of
from mailbot.examination.workdays import Calendar, day_of_receipt
from mailbot.instance import Instance
from mailbot.office.authorities import CITY, DISTRICT, ProjectMap
from mailbot.office.suspension import SuspensionList
from mailbot.reading.reader import AttachedFile
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import FileRead
from parsers.mail.message import Message, Parsed
from parsers.mail.provenance import Provenance, Receiver, authenticate
from parsers.names import Likeness, compare_titles


class Records(Protocol):
    """What the office knows; the ledger answers it."""

    def enterprise(self, name: str, on: date) -> Enterprise | None: ...

    def enterprises_at(self, address: str, on: date) -> tuple[Enterprise, ...]: ...

    def near_names(self, name: str, on: date) -> tuple[str, ...]: ...

    def directory_as_of(self) -> date | None: ...

    def find_case(self, query: CaseQuery) -> CaseMatch | None: ...

    def other_side(self, query: CaseQuery, submitted_by: str) -> CaseMatch | None: ...

    def open_engagements(self, engineer_key: str) -> tuple[EngagementEntry, ...]: ...

    def firms_handled(self, handler_key: str, since: datetime) -> tuple[HandledEntry, ...]: ...

    def signatures(self) -> Mapping[str, str]:
        """Fingerprint → the case where it was first seen; a picture is known again by distance, not by equality."""
        ...

    def mails_of(self, case_number: str) -> Iterable[Parsed]:
        """The mails of a case, newest first."""
        ...


class Reader(Protocol):
    """Who reads papers; the nursery's children do."""

    def read(self, files: Iterable[AttachedFile]) -> tuple[FileRead, ...]: ...


@dataclass(frozen=True)
class Arrived:
    """A mail as it came, taken apart."""

    parsed: Parsed
    mailbox: str
    received: datetime  #: aware
    receiver: Receiver
    whole: bool = True  #: False: only the headers were fetched, the mail is over the size limit
    same_as: int | None = None  #: the mail with the same bytes in another mailbox (D17)


@dataclass(frozen=True)
class Examination:
    """Everything that one mail came to."""

    message: Message
    mailbox: str
    received: datetime
    provenance: Provenance
    subject: SubjectReading
    classification: Classification
    verdict: Verdict
    submission: Submission | None = None  #: None: no application
    on_file: OnFile | None = None
    case: CaseMatch | None = None  #: the case that it belongs to
    files: tuple[FileRead, ...] = ()
    fingerprint: str = ""
    engineer_key: str | None = None
    handler_key: str | None = None
    seen_before: frozenset[str] = frozenset()  #: names of attachments whose very bytes came with an earlier mail
    seconds: float = 0.0


@dataclass
class _Days:
    """The calendar in force; examiners made from one another share it."""

    calendar: Calendar


_CASE_NUMBER = re.compile(r"[A-Z0-9]{2,8}-20\d\d-\d{4,6}")
_HANDLED_DAYS = 366  #: a 承办人 seen with another enterprise longer ago has changed his employer (E18)
_MOST_FILES = 30  #: of one mail; more go to a person
_LOGO_BYTES = 20_000
#: A case found so is the same application going on; found otherwise it is only likely.
_ANSWERS_OURS = (FoundBy.NUMBER, FoundBy.THREAD)
_CONTINUES = (*_ANSWERS_OURS, FoundBy.OPEN_CASE)


class Examiner:
    """Examines one mail after the other; thread-safe as far as `records` is."""

    def __init__(
        self,
        *,
        matters: tuple[Matter, ...],
        calendar: Calendar,
        reader: Reader | None,
        mailbox_matters: Mapping[str, frozenset[str]],
        records: Records | None = None,
        instance: Instance | None = None,
        directory_max_age_days: int = 30,
        suspended: Callable[[], SuspensionList] = SuspensionList,
        projects: Callable[[], ProjectMap | None] = lambda: None,
    ) -> None:
        self.matters = matters
        self._days = _Days(calendar)
        self._reader = reader
        self._mailbox_matters = dict(mailbox_matters)
        self._records = records
        self._instance = instance
        self._max_age = directory_max_age_days
        self._knows_cases = True
        self._suspended = suspended
        self._projects = projects

    def rehearsing(self) -> "Examiner":
        """The same examiner for 预检: it knows the directory, but takes no mail for part of a case."""
        other = copy(self)
        other._knows_cases = False
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
        other._records = records
        return other

    def examine(self, arrived: Arrived) -> Examination:
        """Never raises for bad mail; the ledger's and the reader's own errors pass through."""
        started = monotonic()
        parsed = arrived.parsed
        message, day = parsed.message, day_of_receipt(arrived.received)
        matters = tuple(matter for matter in self.matters if matter.in_force(day))
        subject = read_subject(message.subject, matters, lambda name: self._registered(name, day))
        case = self._case_of(message, subject, arrived.same_as, day)
        answers_ours = case is not None and case.by in _ANSWERS_OURS
        classification = classify(message, subject, Context(matters, answers_ours))
        if classification.reason == SUPPLEMENT and case and case.state.is_open:
            subject = _as_the_case(subject, case, matters)
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
        author_firm = self._author_firm(examination.message, subject, day)
        filing = likely_filing(subject, from_firm=author_firm is not None)
        if filing is None:
            return examination
        files = self.read_papers(parsed)
        case = _going_on(examination.case, files or ())
        joined = case if case and case.by in _CONTINUES else None
        if joined and joined.by in _ANSWERS_OURS:  # the answer to our letter keeps its subject (E08)
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
        engineer_key = self._key("engineer", engineer_id_of(submission))
        handler_key = self._key("handler", handler_id_of(submission))
        on_file = self._on_file(submission, author_firm, case, engineer_key, day)
        on_file = replace(on_file, handled=self._handled(handler_key, case, examination.received))
        verdict = examine(submission, on_file)
        return replace(
            examination,
            subject=subject,
            submission=submission,
            on_file=on_file,
            case=case,
            files=files or (),
            seen_before=_seen_before(parsed.message, earlier),
            engineer_key=engineer_key,
            handler_key=handler_key,
            verdict=_with_doubts(verdict, examination.classification, submission),
        )

    def _on_file(
        self,
        submission: Submission,
        author_firm: Enterprise | None,
        case: CaseMatch | None,
        engineer_key: str | None,
        day: date,
    ) -> OnFile:
        base = OnFile(
            calendar=self.calendar, mailbox_matters=self._mailbox_matters, engagements_known=self._records is not None
        )
        base = self._with_authority(base, submission)
        records = self._records
        if records is None:
            return base
        name = submission.subject.firm
        firm = records.enterprise(name, day) if name else None
        as_of = records.directory_as_of()
        signed = any(signatures_of(document) for document in submission.documents)
        return replace(
            base,
            firm=firm,
            author_firm=author_firm,
            copied_firms=tuple(
                other
                for address in (*submission.message.to, *submission.message.cc)
                for other in records.enterprises_at(address.key, day)
            ),
            near_names=records.near_names(name, day) if name and firm is None else (),
            directory_loaded=as_of is not None,
            directory_as_of=as_of,
            directory_max_age_days=self._max_age,
            duplicate_of=case.number if case and case.by in (FoundBy.DUPLICATE, FoundBy.SAME_BYTES) else None,
            other_source=self._other_side(submission, case, engineer_key),
            suspended=self._suspended().names(
                day,
                firms=[one for one in (name, firm.name if firm else None) if one],
                people=[submission.subject.engineer] if submission.subject.engineer else [],
                credit_identifier=firm.credit_identifier if firm else None,
            ),
            engagements=tuple(
                Engagement(one.project, one.section, one.post, one.started_on, one.ended_on, one.case_number)
                for one in (records.open_engagements(engineer_key) if engineer_key else ())
            ),
            known_signatures={
                mark: number
                for mark, number in (records.signatures() if signed else {}).items()
                if case is None or number != case.number
            },
        )

    def _with_authority(self, on_file: OnFile, submission: Submission) -> OnFile:
        """City and district are asked apart where a map is loaded and the papers name the project (I24)."""
        projects, named = self._projects(), project(submission)
        if projects is None or named is None:
            return on_file
        authority, city = projects.of(named), submission.matter.review_mailbox
        here = submission.mailbox.lower() == (city or "").lower()
        if authority and authority.name == DISTRICT and not authority.mailbox and not here:
            return on_file  # this mailbox is a district's: which one, the map does not say
        mailbox = authority.mailbox or (city if authority.name == CITY else None) if authority else None
        return replace(
            on_file,
            projects_loaded=True,
            project_mailbox=mailbox,
            project_authority=authority.name if authority else None,
        )

    def _other_side(self, submission: Submission, case: CaseMatch | None, engineer_key: str | None) -> str | None:
        """The case in which engineer or enterprise has filed the same already; it is not touched (E25)."""
        if case or self._records is None or not self._knows_cases or submission.filing_assumed:
            return None
        subject, filing = submission.subject, submission.filing
        query = CaseQuery(
            matter=submission.matter.key,
            action=filing.action,
            firm=self._filed_as(subject, day_of_receipt(submission.received)),
            engineer=subject.engineer,
            engineer_key=engineer_key,
        )
        found = self._records.other_side(query, filing.submitted_by)
        return found.number if found else None

    def _author_firm(self, message: Message, subject: SubjectReading, day: date) -> Enterprise | None:
        """Whose contact address the author is; of several that share it, the one that the subject names."""
        if self._records is None or message.author is None:
            return None
        firms = self._records.enterprises_at(message.author.key, day)
        named = self._registered(subject.firm, day) if subject.firm else None
        return next((firm for firm in firms if firm.name == named), firms[0] if firms else None)

    def _filed_as(self, subject: SubjectReading, day: date) -> str | None:
        """The firm as its cases name it: a former name is the enterprise's too."""
        return (self._registered(subject.firm, day) if subject.firm else None) or subject.firm

    def _registered(self, name: str, day: date) -> str | None:
        found = self._records.enterprise(name, day) if self._records else None
        return found.name if found else None

    def _case_of(self, message: Message, subject: SubjectReading, same_as: int | None, day: date) -> CaseMatch | None:
        """The case that this mail belongs to; a case of somebody else is never touched (D1 of the threat list)."""
        if self._records is None or not self._knows_cases or message.author is None or message.automatic:
            return None
        query = CaseQuery(
            numbers=tuple(_CASE_NUMBER.findall(message.subject)),
            thread=message.in_reply_to + message.references,
            fingerprint=fingerprint_of(message, subject),
            same_as=same_as,
            applicant=message.author.key,
            matter=subject.matter.key if subject.matter else None,
            action=subject.action,
            firm=self._filed_as(subject, day),
            engineer=subject.engineer,
        )
        found = self._records.find_case(query)
        return found if found and found.applicant.lower() == message.author.key else None

    def _earlier_mails(self, case: CaseMatch | None) -> tuple[Parsed, ...]:
        """The case's mails so far, newest first."""
        if case is None or self._records is None:
            return ()
        return tuple(self._records.mails_of(case.number))

    def _earlier_files(self, mails: tuple[Parsed, ...], files: tuple[FileRead, ...]) -> tuple[FileRead, ...]:
        """Papers of the case's earlier mails that the new mail does not bring anew (E08: completeness is the union)."""
        brought = {document.kind for file in files for document in file.documents}
        earlier: list[FileRead] = []
        for mail in mails:
            for file in self.read_papers(mail) or ():
                kept = tuple(document for document in file.documents if document.kind not in brought)
                if kept:
                    earlier.append(replace(file, documents=kept, unknown_pages=(), illegible_pages=()))
                    brought |= {document.kind for document in kept}
        return tuple(earlier)

    def _handled(self, key: str | None, case: CaseMatch | None, received: datetime) -> tuple[Handled, ...]:
        """Other cases in which the same 承办人 acted."""
        if key is None or self._records is None:
            return ()
        found = self._records.firms_handled(key, received - timedelta(days=_HANDLED_DAYS))
        own = case.number if case else None
        return tuple(Handled(one.firm, one.case_number) for one in found if one.case_number != own)

    def _key(self, role: str, number: str | None) -> str | None:
        return self._instance.key(role, number) if self._instance and number else None


def fingerprint_of(message: Message, subject: SubjectReading) -> str:
    """The same for the same application sent again unchanged: who, what, and the very files. Empty without files."""
    files = sorted(attachment.sha256 for attachment in message.attachments if not attachment.inline)
    if not files or message.author is None:
        return ""
    matter = subject.matter.key if subject.matter else ""
    parts = (message.author.key, matter, subject.action or "", subject.engineer or "", subject.firm or "", *files)
    return sha256("\x1f".join(parts).encode()).hexdigest()


def _as_the_case(subject: SubjectReading, case: CaseMatch, matters: tuple[Matter, ...]) -> SubjectReading:
    """An answer whose own subject tells no filing ("补充材料") is about what the case is about."""
    matter = next((one for one in matters if one.key == case.matter), None)
    if subject.filing or matter is None or subject.matter not in (None, matter):
        return subject
    ways = [one for one in matter.filings if (one.action, one.submitted_by) == (case.action, case.submitted_by)]
    return replace(
        subject,
        matter=matter,
        filing=ways[0] if ways else None,
        action=ways[0].action if ways else subject.action,
        submitted_by=ways[0].submitted_by if ways else subject.submitted_by,
        firm=subject.firm or case.firm,
        engineer=subject.engineer or case.engineer,
    )


def _going_on(case: CaseMatch | None, files: tuple[FileRead, ...]) -> CaseMatch | None:
    """The case that this application continues: an ended one begins no more, another project is another case."""
    if case is None or not case.state.is_open:
        return None
    if case.by is FoundBy.OPEN_CASE and case.project:
        named = [field.value for file in files for one in file.documents if (field := one.fields.get("project"))]
        if named and all(compare_titles(case.project, value) is Likeness.DIFFERENT for value in named if value):
            return None
    return case


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


def _seen_before(message: Message, earlier: tuple[Parsed, ...]) -> frozenset[str]:
    known = {one.sha256 for mail in earlier for one in mail.message.attachments}
    return frozenset(one.name for one in message.attachments if one.sha256 in known)


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
