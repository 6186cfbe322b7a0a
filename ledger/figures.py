"""What do the figures of a month or a year say (domain.md 7.7), and by what definition?

收件数 is counted by the day of receipt, 办结数 by the day of closing, the two rates in time by the day on which the
period was due: a case may stand in three months with a different figure each time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_

from ledger.cases import OPEN_STATES
from ledger.office_time import midnight
from ledger.tables import CASE

#: By what cases are grouped: column of the case → name of the grouping.
DIMENSIONS: Final = ("matter", "firm", "reviewer", "mailbox")


@dataclass(frozen=True)
class Period:
    """Days `first` to `last`, both within, looked at on `today`."""

    first: date
    last: date
    today: date
    mailboxes: tuple[str, ...] = ()  #: none: all of them
    own_review: frozenset[str] = frozenset()  #: matters whose review has a period of its own

    @property
    def start(self) -> datetime:
        return midnight(self.first)

    @property
    def end(self) -> datetime:
        return midnight(self.last + timedelta(days=1))

    def holds(self, moment: Any) -> ColumnElement[bool]:
        """Whether what stands in that column was in the period."""
        return and_(moment >= self.start, moment < self.end)

    def closed(self) -> ColumnElement[bool]:
        """Whether a case ended in the period."""
        return and_(self.holds(CASE.c.closed_at), CASE.c.state.not_in(OPEN_STATES))

    def here(self, query: Select[Any], mailbox: Any = CASE.c.mailbox) -> Select[Any]:
        """Only what is of the period's mailboxes."""
        return query.where(mailbox.in_(self.mailboxes)) if self.mailboxes else query


@dataclass(frozen=True)
class Tally:
    """What was counted, of all cases or of one group. A rate is None when its denominator is 0."""

    received: int = 0  #: 收件数: cases opened, by day of receipt
    closed: int = 0  #: 办结数: 通过＋不通过＋撤回＋直接注销
    feedback_due: int = 0
    feedback_in_time: int = 0  #: 首次反馈 ≤ 反馈期限, of those due in the period
    review_due: int = 0
    review_in_time: int = 0
    corrected: int = 0  #: cases told to correct at least once
    corrections: int = 0
    mean_workdays: float | None = None  #: 审核起算日 (else receipt) to 办结日, first day not counted
    median_workdays: float | None = None

    @property
    def feedback_rate(self) -> float | None:
        """按时反馈率."""
        return _rate(self.feedback_in_time, self.feedback_due)

    @property
    def review_rate(self) -> float | None:
        """按时办结率."""
        return _rate(self.review_in_time, self.review_due)

    @property
    def correction_rate(self) -> float | None:
        """退件率（补正率）."""
        return _rate(self.corrected, self.received)

    @property
    def first_pass_rate(self) -> float | None:
        """一次通过率: the rest of the 退件率."""
        return None if self.correction_rate is None else 1 - self.correction_rate

    @property
    def mean_rounds(self) -> float | None:
        """平均补正次数, over all cases received."""
        return _rate(self.corrections, self.received)


@dataclass(frozen=True)
class Figures(Tally):
    """A period's figures."""

    duplicates: int = 0
    answered_without_case: int = 0  #: 错投, questions, reminders
    open_now: int = 0  #: 未办结
    overdue_now: int = 0  #: 超期: of the open ones, with a period of the office that is over
    due_soon_now: int | None = 0  #: 临期: of the open ones, due within three workdays; None: no calendar tells
    called: int = 0  #: 视频核验: cases in which it was tried in the period
    reached: int = 0  #: … of these, with success
    on_site: int = 0  #: 现场办理: cases sent there in the period
    explained: int = 0  #: 情况说明: cases received with one, or with the late filer's undertaking
    closed_as: dict[str, int] = field(default_factory=dict)  #: by state
    mean_workdays_since_receipt: float | None = None
    median_workdays_since_receipt: float | None = None
    by_matter: dict[str, int] = field(default_factory=dict)
    top_codes: tuple[tuple[str, int], ...] = ()  #: the ten defects met in most cases
    groups: dict[str, dict[str, Tally]] = field(default_factory=dict)  #: dimension → name → its counts

    @property
    def call_rate(self) -> float | None:
        """视频核验成功率."""
        return _rate(self.reached, self.called)


def _rate(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def mean_of(days: Sequence[int]) -> float | None:
    return sum(days) / len(days) if days else None


def median_of(days: Sequence[int]) -> float | None:
    return float(median(days)) if days else None
