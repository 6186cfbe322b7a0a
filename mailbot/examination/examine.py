"""What does an application come to: every finding at once, weighed by its matter's pack, and one verdict?

一次性告知: all rules run, none stops the others. A doubt sends the case to a person, else a defect sends it back.
"""

from collections.abc import Iterable, Iterator

from ledger.office_time import office_day
from mailbot.examination.clocks import Event, Happened, after
from mailbot.examination.matter import Filing
from mailbot.examination.rules import RULES
from mailbot.examination.rules.correspondents import FirmNotCopied
from mailbot.examination.rules.engagement_facts import completion_days, event_days, submission_days
from mailbot.examination.rules.envelope import MailboxWrong
from mailbot.examination.submission import OnFile, SubjectReading, Submission
from mailbot.examination.verdict import Clock, Finding, Judged, Outcome, Severity, Verdict, outcome_of

#: Findings that do not hang on which filing it is, so an assumed filing leaves them certain.
_FREE_OF_FILING = ("subject_", "mailbox_", "attachments_missing", "attachment_")


def examine(submission: Submission, on_file: OnFile) -> Verdict:
    """The verdict on one application; the order of findings is that of the letter.

    While the papers were not read (`files is None`), an application without a defect is referred, never complete.
    """
    found = (finding for rule in RULES for finding in rule(submission, on_file))
    judged = tuple(judge(finding, submission) for finding in found)
    outcome = outcome_of(judged)
    if submission.files is None and outcome is Outcome.COMPLETE:
        outcome = Outcome.REFERRED
    subject = submission.subject
    return Verdict(
        outcome=outcome,
        findings=judged,
        clocks=_clocks(submission, on_file, judged, outcome),
        matter=submission.matter.key,
        action=subject.action if submission.filing_assumed else submission.filing.action,
        submitted_by=subject.submitted_by if submission.filing_assumed else submission.filing.submitted_by,
        firm=on_file.firm.name if on_file.firm else subject.firm,
        engineer=subject.engineer,
    )


def judge(finding: Finding, submission: Submission) -> Judged:
    """A finding with the weight and the clause of its pack; an unsure one is never more than a doubt."""
    setting = submission.matter.rules.get(finding.code)
    severity = (setting.severity if setting else None) or finding.default
    if submission.filing_assumed and not finding.code.startswith(_FREE_OF_FILING):
        severity = min(severity, Severity.DOUBT, key=lambda one: one.weight)
    if not finding.certain:
        severity = min(severity, Severity.DOUBT, key=lambda one: one.weight)
    severity = min(severity, finding.at_most, key=lambda one: one.weight)
    return Judged(finding, severity, finding.clause or _clause(finding, submission))


def _clause(finding: Finding, submission: Submission) -> str:
    setting = submission.matter.rules.get(finding.code)
    if not finding.by_clause:
        return (setting.clause if setting else None) or ""
    return submission.matter.clause_of(finding.code, submission.filing)


def likely_filing(reading: SubjectReading, *, from_firm: bool) -> Filing | None:
    """The filing to examine an application by whose subject leaves it open; None when the matter is open too.

    `from_firm`: the author is the firm's contact address. The result is an assumption: set `filing_assumed`.
    """
    if reading.filing or reading.matter is None:
        return reading.filing
    submitter = reading.submitted_by or ("firm" if from_firm else "engineer")
    ways = [way for way in reading.matter.filings if reading.action in (None, way.action)]
    return next((way for way in ways if way.submitted_by == submitter), ways[0] if ways else None)


def events_of(submission: Submission, judged: Iterable[Judged], outcome: Outcome) -> Iterator[Happened]:
    """What this mail makes happen to its case, and what its papers tell has happened before."""
    event = {"add": Event.ENTRY, "close": Event.ENDED}.get(submission.filing.action or "")
    if event:
        yield from (Happened(event, shown.day) for shown in event_days(submission)[:1])
    yield from (Happened(Event.ACCEPTANCE, shown.day) for shown in completion_days(submission)[:1])
    yield from (Happened(Event.SUBMITTED, shown.day) for shown in submission_days(submission)[:1])
    received = office_day(submission.received)
    yield Happened(Event.RECEIVED, received)
    if not any(isinstance(one.finding, FirmNotCopied) for one in judged):
        yield Happened(Event.COPIED, received)
    if outcome is Outcome.COMPLETE:
        yield Happened(Event.COMPLETED, received)


def _clocks(submission: Submission, on_file: OnFile, judged: tuple[Judged, ...], outcome: Outcome) -> tuple[Clock, ...]:
    """None for a mail that belongs to another office: its clocks start there (E10)."""
    if any(isinstance(one.finding, MailboxWrong) and one.severity is Severity.DEFECT for one in judged):
        return ()
    events = events_of(submission, judged, outcome)
    return after(events, matter=submission.matter, filing=submission.filing, calendar=on_file.calendar)
