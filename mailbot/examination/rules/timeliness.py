"""Is it late, is the section long handed over, or is the enterprise too early (二.(四), 四.(三), 附件4 1.1)?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from ledger.office_time import office_day
from mailbot.examination.rules.absence import Absence, absence
from mailbot.examination.rules.engagement_facts import (
    ShownDay,
    completion_days,
    event_days,
    submission_days,
)
from mailbot.examination.rules.wordings import papers
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from mailbot.examination.workdays import Due
from parsers.documents.document import DocumentKind
from parsers.documents.screenshot import screenshots

_LATE_PAPERS: Final = (DocumentKind.EXPLANATION, DocumentKind.LATE_FILING_UNDERTAKING)
_AFTER_COMPLETION: Final = 60  # 日, calendar days: the notice writes 工作日 wherever it means it (I14)
#: 类型 of a section whose 交工验收 is over.
_COMPLETED: Final = ("已交工", "交工", "已竣工", "竣工", "已完工", "完工", "已建", "建成", "已通车")


@dataclass(frozen=True, kw_only=True)
class LateUnexplained(Finding):
    code = "late_unexplained"
    action: str  #: "add" or "close"
    event: date  #: 进场 or 结束
    due: date | None  #: the last day in time; None while a needed year is not published
    filed: date  #: the submission that the page shows, else the mail
    shown: bool  #: the page shows when it was submitted
    missing: tuple[str, ...]  #: "explanation", "late_filing_undertaking"


@dataclass(frozen=True, kw_only=True)
class LateClosed(Finding):
    code = "late_closed"
    default = Severity.DOUBT
    completed: date | None  #: None: the page says handed over, but not when (E24)
    due: date | None


@dataclass(frozen=True, kw_only=True)
class ClosePremature(Finding):
    code = "close_premature"
    default = Severity.DOUBT
    ended: date
    due: date | None


@dataclass(frozen=True, kw_only=True)
class StartInFuture(Finding):
    """新增 before 进场: the entry cannot be true yet."""

    code = "start_date_in_future"
    default = Severity.DOUBT
    started: date


@dataclass(frozen=True, kw_only=True)
class LateFiledByEngineer(Finding):
    """I16, where the office wants a look at every late 截止 that the engineer himself files."""

    code = "late_filed_by_engineer"
    default = Severity.DOUBT


def late_filings_are_explained(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """L01. A defect only where the page itself shows a late submission; 企业提交 of 截止 is by nature late (I16)."""
    workdays = submission.filing.late_after_workdays
    days = event_days(submission)
    if workdays is None or not days or submission.files is None:
        return
    since = date.fromisoformat(submission.matter.policy("late_since"))
    by_last_day = submission.matter.policy("late_since_counts") == "last_day"  # I29
    late = [
        day
        for day in days
        for due in (_due(on_file, day, workdays),)
        if (due.latest if by_last_day else day.day) >= since and _is_past(_filed(submission), due)
    ]
    if not late:
        return
    by_firm = submission.filing.submitted_by == "firm"
    refers = submission.matter.policy("late_close_by_engineer") == "refer"
    if submission.filing.action == "close" and not by_firm and refers:
        yield LateFiledByEngineer()
    missing = {kind: found for kind in _LATE_PAPERS if (found := absence(submission, kind)) is not Absence.PRESENT}
    if not missing or set(missing.values()) == {Absence.TOLD}:
        return
    shown = submission_days(submission)
    due = _due(on_file, late[0], workdays)
    sure = (
        not by_firm
        and len(late) == len(days)
        and bool(shown)
        and all(day.certain for day in (*late, *shown))
        and _filed(submission) > due.latest
        and Absence.MISSING in missing.values()
    )
    yield LateUnexplained(
        certain=sure,
        action=submission.filing.action or "",
        event=late[0].day,
        due=due.day,
        filed=_filed(submission),
        shown=bool(shown),
        missing=tuple(kind.value for kind in missing),
        document=late[0].document,
        page=late[0].page,
    )


def section_is_not_long_completed(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """L02, L03: sixty calendar days after 交工验收 it needs the authority's consent, which a person judges."""
    if absence(submission, DocumentKind.APPROVAL) is Absence.PRESENT:
        return
    shown = completion_days(submission)
    for day in shown[:1]:
        due = on_file.calendar.calendar_days_deadline(day.day, _AFTER_COMPLETION)
        if _is_past(_filed(submission), due):
            yield LateClosed(completed=day.day, due=due.day, document=day.document, page=day.page)
    if shown:
        return
    for page in screenshots(papers(submission), DocumentKind.MUNICIPAL_SCREENSHOT):
        state = page.values.get("state")
        if state is not None and state.value in _COMPLETED:
            yield LateClosed(completed=None, due=None, document=page.file, page=state.page)


def enterprise_closes_after_engineer(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """D02: the enterprise files a 截止 only when the engineer let his own twenty workdays pass."""
    filing = submission.filing
    if filing.action != "close" or filing.submitted_by != "firm" or filing.late_after_workdays is None:
        return
    for day in event_days(submission)[:1]:
        due = _due(on_file, day, filing.late_after_workdays)
        if office_day(submission.received) <= due.latest:
            yield ClosePremature(ended=day.day, due=due.day, document=day.document, page=day.page)


def start_has_come(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    if submission.filing.action != "add":
        return
    for day in event_days(submission)[:1]:
        if day.day > office_day(submission.received):
            yield StartInFuture(started=day.day, document=day.document, page=day.page)


def _due(on_file: OnFile, day: ShownDay, workdays: int) -> Due:
    return on_file.calendar.add_workdays(day.day, workdays)


def _filed(submission: Submission) -> date:
    """I35: the earlier of the submission that the page shows and the mail; or the mail alone."""
    mail = office_day(submission.received)
    if submission.matter.policy("filed_on") == "mail":
        return mail
    return min([mail, *(day.day for day in submission_days(submission))])


def _is_past(filed: date, due: Due) -> bool:
    """Later than the last day, or later than it may be while a year is not published."""
    return filed > (due.day or due.earliest)


RULES: Final = (
    late_filings_are_explained,
    section_is_not_long_completed,
    enterprise_closes_after_engineer,
    start_has_come,
)
