"""Does the 承办人 act for one enterprise only (E18)? He must be its own employee (A25, 附件1-1, 附件4-1-3)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.names import FirmLikeness, compare_firms


@dataclass(frozen=True, kw_only=True)
class HandlerOfTwoFirms(Finding):
    """The other enterprise is not told to third parties: the case number serves the reviewer."""

    code = "handler_of_two_firms"
    default = Severity.DOUBT
    case_number: str


def handler_acts_for_one_firm(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Told once, with the latest case. He may have changed his employer, so a person looks."""
    named = on_file.firm.name if on_file.firm else submission.subject.firm
    if named is None:
        return
    own = {named, *(on_file.firm.former_names if on_file.firm else ())}
    for other in on_file.handled:
        if all(compare_firms(other.firm, name) in (FirmLikeness.DIFFERENT, FirmLikeness.NEAR) for name in own):
            yield HandlerOfTwoFirms(case_number=other.case_number)
            return


RULES: Final = (handler_acts_for_one_firm,)
