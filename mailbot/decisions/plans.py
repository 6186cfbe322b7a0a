"""What can come of a reviewer's word: everything that changes with it, or why it cannot be followed now?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ledger.entries import CaseState, ClockEntry, LetterState
from ledger.questions import CaseFile
from mailbot.decisions.letters import Drafted
from mailbot.examination.command import Word


class Reason(StrEnum):
    """Why a word that was understood cannot be followed now; each has its sentence in reviewer/not_possible."""

    ENDED = "ended"  #: the case is over
    OVERTAKEN = "overtaken"  #: somebody has decided, or the applicant has written, since
    NO_APPLICATION = "no_application"  #: a question or complaint
    STATE = "state"  #: not from where the case stands
    NEEDS_WORDS = "needs_words"  #: nothing certain is wrong: say what is to be corrected
    CALLS_MISSING = "calls_missing"
    IDENTITY_FAILED = "identity_failed"  #: the video call did not show who he is: 现场 first
    NOT_DUE = "not_due"  #: the enterprise still has time for its 复核
    DATE_IMPOSSIBLE = "date_impossible"
    NOT_BY_ENGINEER = "not_by_engineer"  #: identity is checked for 本人提交 only
    NOBODY_OF_THAT_NAME = "nobody_of_that_name"
    NO_FIRM_ADDRESS = "no_firm_address"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NAME_IN_LETTER = "name_in_letter"  #: the reviewer's own name stands among the points
    NOTHING_TO_CONFIRM = "nothing_to_confirm"


@dataclass(frozen=True)
class NotPossible:
    """The word is clear, and nothing is changed."""

    reason: Reason
    by: str = ""  #: who was faster
    at: datetime | None = None
    due: date | None = None
    calls: int = 0


@dataclass(frozen=True)
class Plan:
    """Everything that one decision changes."""

    word: Word
    expected: CaseState
    state: CaseState
    letters: tuple[Drafted, ...] = ()
    cancel: tuple[int, ...] = ()
    steps: Mapping[str, Any] = field(default_factory=dict)
    clocks: tuple[ClockEntry, ...] = ()
    reviewer: str | None = None  #: whose case it becomes
    reason: str = ""
    day: date | None = None


def waiting(file: CaseFile, *kinds: str) -> tuple[int, ...]:
    """Drafts that this decision replaces."""
    held = (one for one in file.letters if one.letter.state is LetterState.HELD)
    return tuple(one.id for one in held if not kinds or one.letter.kind in kinds)
