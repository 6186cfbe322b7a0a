"""Is the applicant suspended (A28), or has the same been filed already (E09, E25)?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity


@dataclass(frozen=True, kw_only=True)
class ApplicantSuspended(Finding):
    """附件1-1, 4-1-x: applications of a suspended firm or person wait (A28, E30); told to the reviewer alone."""

    code = "applicant_suspended"
    default = Severity.DOUBT


@dataclass(frozen=True, kw_only=True)
class FiledFromBothSides(Finding):
    """E25: engineer and enterprise file the same 截止. Both wait for a person; the first complete one counts."""

    code = "filed_from_both_sides"
    default = Severity.DOUBT
    case_number: str


@dataclass(frozen=True, kw_only=True)
class Duplicate(Finding):
    code = "duplicate"
    default = Severity.NOTE
    by_clause = False
    case_number: str


def applicant_is_not_suspended(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    if on_file.suspended:
        yield ApplicantSuspended()


def application_is_new(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    if on_file.duplicate_of:
        yield Duplicate(case_number=on_file.duplicate_of)
    elif on_file.other_source:
        yield FiledFromBothSides(case_number=on_file.other_source)


RULES: Final = (
    applicant_is_not_suspended,
    application_is_new,
)
