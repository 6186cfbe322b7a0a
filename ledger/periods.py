"""Which periods are the office's own, which bind it, by which is a review judged (I06), how long is a case kept?

The ten workdays of 二 run from the mail; annexes 3 and 4 count the review from 复核完成, which is later. The earlier
period warns, the later one is kept or broken: once the papers are complete, a case of such a matter is not late by
overall10 while its review has not begun, for it waits for the enterprise.
"""

from datetime import date
from typing import Final

from sqlalchemy import ColumnElement

from ledger.entries import CaseState
from ledger.tables import CASE, CLOCK

FEEDBACK_CLOCK: Final = "feedback10"
_FROM_MAIL: Final = "overall10"
#: The review's own periods (附件3 3.4, 附件4 3.5), in the order in which they are looked for.
REVIEW_CLOCKS: Final = ("review10", "direct10")
#: What presses a reviewer. The applicant's and the enterprise's own periods are told elsewhere.
OFFICE_CLOCKS: Final = (FEEDBACK_CLOCK, _FROM_MAIL, *REVIEW_CLOCKS)
KEEP_YEARS: Final = 3  #: keep3y: from the later of closing and the case's last mail; a matter's pack may ask for more
_BEFORE_REVIEW: Final = (CaseState.REFERRED, CaseState.AWAITING_CORRECTION)


def binding(own_review: frozenset[str]) -> ColumnElement[bool]:
    """Whether a clock, joined to its case, is one that the office breaks when it is over."""
    only_warns = (CLOCK.c.name == _FROM_MAIL) & CASE.c.matter.in_(own_review) & CASE.c.state.not_in(_BEFORE_REVIEW)
    return CLOCK.c.name.in_(OFFICE_CLOCKS) & ~only_warns


def of_review(own_review: frozenset[str]) -> ColumnElement[bool]:
    """Whether a clock, joined to its case, is its 审核期限: the annex's own, or where it has none that of 二."""
    from_mail = (CLOCK.c.name == _FROM_MAIL) & CASE.c.matter.not_in(own_review)
    return CLOCK.c.name.in_(REVIEW_CLOCKS) | from_mail


def review_clocks(matter: str, own_review: frozenset[str]) -> tuple[str, ...]:
    """The same for one case: the names of its 审核期限, the first that runs counts."""
    return REVIEW_CLOCKS if matter in own_review else (*REVIEW_CLOCKS, _FROM_MAIL)


def years_after(day: date, years: int) -> date:
    """The same day so many years on; 29 February becomes 1 March, so that nothing is deleted a day early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
