"""What does the ledger know of this engineer's engagements, and does the application fit (二.(四), G19, E20, E21)?

The ledger is empty on an office's first day: what it does not know is a note, what it knows to be otherwise a doubt.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.questions import EngagementEntry
from mailbot.examination.rules.engagement_facts import project, section
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.names import Likeness, compare_titles


@dataclass(frozen=True, kw_only=True)
class EngagementOverlaps(Finding):
    """Its project is not told to third parties (E20): the case number serves the reviewer."""

    code = "engagement_overlaps"
    default = Severity.DOUBT
    case_number: str


@dataclass(frozen=True, kw_only=True)
class EngagementClosed(Finding):
    code = "engagement_closed"
    default = Severity.DOUBT
    action: str  #: "update" or "close"
    case_number: str


@dataclass(frozen=True, kw_only=True)
class EngagementUnknown(Finding):
    code = "engagement_unknown"
    default = Severity.NOTE
    action: str


def no_other_engagement_is_open(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """G19, D07: one project at a time. Asked of 新增 and of 更新, which keeps an engagement open."""
    if submission.filing.action not in ("add", "update"):
        return
    here = project(submission)
    for engagement in on_file.engagements:
        if engagement.ended_on is None and _likeness(engagement, here, None) is not Likeness.EQUAL:
            yield EngagementOverlaps(case_number=engagement.case_number)


def engagement_is_known(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """截止 and 更新 want an engagement that is open; where the project was not read, nothing is said."""
    action, here = submission.filing.action, project(submission)
    if action not in ("update", "close") or here is None or not on_file.engagements_known:
        return
    there = section(submission)
    same = [one for one in on_file.engagements if _likeness(one, here, there) is Likeness.EQUAL]
    alike = [one for one in on_file.engagements if _likeness(one, here, there) is Likeness.UNSURE]
    if any(one.ended_on is None for one in (*same, *alike)):
        return
    if same:
        latest = max(same, key=lambda one: one.ended_on.isoformat() if one.ended_on else "")
        yield EngagementClosed(action=action, case_number=latest.case_number)
    elif not alike:
        yield EngagementUnknown(action=action)


def _likeness(engagement: EngagementEntry, project: str | None, section: str | None) -> Likeness:
    """The same project, and the same section where both name one."""
    if project is None:
        return Likeness.UNSURE
    found = compare_titles(engagement.project, project)
    if found is Likeness.EQUAL and section and engagement.section:
        return compare_titles(engagement.section, section)
    return found


RULES: Final = (no_other_engagement_is_open, engagement_is_known)
