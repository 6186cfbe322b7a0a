"""Do subject, letter and national page ask for the same: 新增, 更新 or 截止 (D35)?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from mailbot.examination.rules.agreement import Disagreement, both, same
from mailbot.examination.rules.wordings import Wording, odd_voices, surely_different, wordings
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding
from parsers.documents.screenshot_words import action_of

_ACTIONS: Final = frozenset({"add", "update", "close"})


@dataclass(frozen=True, kw_only=True)
class ActionDisagrees(Disagreement):
    """新增, 更新 or 截止: subject, letter and national page (D35)."""

    code = "action_disagrees"


def actions_agree(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Against the subject's action; where the subject leaves it open, papers among themselves."""
    asked = submission.filing.action
    said = [] if asked is None or submission.filing_assumed else [Wording(asked, "subject")]
    said.extend(
        replace(one, value=action)
        for one in wordings(submission, "action")
        if (action := one.value if one.value in _ACTIONS else action_of(one.value)) is not None
    )
    for left, right, likeness in odd_voices(said, same):
        # Words of a closed list, not near each other: a clear reading is a certain one.
        sure = all(voice.certain or voice.clear for voice in (left, right))
        yield ActionDisagrees(**both(left, right), certain=sure and surely_different(left, right, likeness))


RULES: Final = (actions_agree,)
