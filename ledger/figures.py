"""What do the figures of a month or a year say (domain.md 7.7), and by what definition?

收件数 is counted by the day of receipt, 办结数 by the day of closing, the two rates in time by the day on which the
period was due: a case may stand in three months with a different figure each time.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from statistics import mean, median
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Text, and_, exists, func, or_, select, type_coerce

from ledger.cases import OPEN_STATES
from ledger.entries import CaseState, MailState
from ledger.periods import FEEDBACK_CLOCK, binding, of_review
from ledger.store import midnight, office_day
from ledger.tables import CASE, CLOCK, EVENT, EXAMINATION, FINDING, MAIL

Workdays = Callable[[date, date], int | None]

SOON_WORKDAYS: Final = 3  #: 临期
_AT_MOST: Final = timedelta(days=30)  #: so many days hold three workdays, whatever the holidays
#: By what cases are grouped: column of the case → name of the grouping.
DIMENSIONS: Final = ("matter", "firm", "reviewer", "mailbox")
_PAPERS_OF_DELAY: Final = ('"kind": "explanation"', '"kind": "late_filing_undertaking"')


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


@dataclass
class _Count:
    """A tally as it grows."""

    numbers: Counter[str] = field(default_factory=Counter)
    days: list[int] = field(default_factory=list)

    def tally(self) -> Tally:
        return Tally(**self.numbers, mean_workdays=_mean(self.days), median_workdays=_median(self.days))


_Counts = dict[tuple[str, str], _Count]


def figures_of(connection: Connection, period: Period, workdays: Workdays) -> Figures:
    counts: _Counts = defaultdict(_Count)
    since_receipt = _count_cases(connection, period, cache(workdays), counts)
    _count_due(connection, period, counts)
    groups = _grouped(counts)
    still_open = CASE.c.state.in_(OPEN_STATES)
    received = (CASE.c.received_at >= period.start, CASE.c.received_at < period.end)
    called = _called(connection, period)
    return Figures(
        **vars(counts[_WHOLE].tally()),
        duplicates=_mails(connection, period, MailState.DUPLICATE),
        answered_without_case=_mails(connection, period, MailState.ANSWERED),
        open_now=_cases(connection, period, still_open),
        overdue_now=_cases(connection, period, still_open, _overdue(period)),
        due_soon_now=_due_soon(connection, period, workdays),
        called=len(called),
        reached=sum(called),
        on_site=_cases(connection, period, CASE.c.number.in_(_sent_on_site(period))),
        explained=_cases(connection, period, *received, _explained()),
        closed_as=_closed_as(connection, period),
        mean_workdays_since_receipt=_mean(since_receipt),
        median_workdays_since_receipt=_median(since_receipt),
        by_matter={name: one.received for name, one in sorted(groups["matter"].items()) if one.received},
        top_codes=_top_codes(connection, period, received),
        groups=groups,
    )


_WHOLE: Final = ("", "")


def _grouped(counts: _Counts) -> dict[str, dict[str, Tally]]:
    """The largest group first in each dimension."""
    groups: dict[str, dict[str, Tally]] = {dimension: {} for dimension in DIMENSIONS}
    tallies = {place: count.tally() for place, count in counts.items() if place != _WHOLE}
    for (dimension, name), tally in sorted(tallies.items(), key=lambda one: (-one[1].received, one[0])):
        groups[dimension][name] = tally
    return groups


def _count_cases(connection: Connection, period: Period, workdays: Workdays, counts: _Counts) -> list[int]:
    """Received and closed, corrections and days; the days since receipt of those closed."""
    in_period = or_(
        and_(CASE.c.received_at >= period.start, CASE.c.received_at < period.end),
        and_(CASE.c.closed_at >= period.start, CASE.c.closed_at < period.end),
    )
    review = (CLOCK.c.case_number == CASE.c.number, of_review(period.own_review))
    started = select(func.max(CLOCK.c.started_on)).where(*review).scalar_subquery()
    columns = (CASE.c.received_at, CASE.c.closed_at, CASE.c.state, CASE.c.rounds, started.label("started_on"))
    query = select(*columns, *_dimensions()).where(in_period)
    since_receipt: list[int] = []
    for row in _stream(connection, _here(query, period)):
        received, closed = office_day(row.received_at), row.closed_at and office_day(row.closed_at)
        told: dict[str, int] = {}
        days: int | None = None
        if period.first <= received <= period.last:
            told = {"received": 1, "corrected": int(row.rounds > 0), "corrections": row.rounds}
        if closed and period.first <= closed <= period.last and row.state not in OPEN_STATES:
            told["closed"] = 1
            days = workdays(row.started_on or received, closed)
            if (whole := workdays(received, closed)) is not None:
                since_receipt.append(whole)
        _add(counts, row, told, days)
    return since_receipt


def _count_due(connection: Connection, period: Period, counts: _Counts) -> None:
    """How many were due in the period, and how many of them were met; neither due nor met yet counts neither way."""
    _count_feedback(connection, period, counts)
    _count_reviews(connection, period, counts)


def _count_feedback(connection: Connection, period: Period, counts: _Counts) -> None:
    # 首次反馈: an answered correction begins the period anew, and its first end still counts.
    end = func.coalesce(CLOCK.c.first_due, CLOCK.c.due)
    over = or_(end < period.today, CLOCK.c.stopped_on.is_not(None), CASE.c.first_feedback_at.is_not(None))
    ours = (CLOCK.c.name == FEEDBACK_CLOCK, end.between(period.first, period.last), over)
    columns = (end.label("due"), CLOCK.c.stopped_on, CASE.c.first_feedback_at)
    for row in _stream(connection, _here(_clocks(*columns).where(*ours), period)):
        met = office_day(row.first_feedback_at) if row.first_feedback_at else row.stopped_on
        _add(counts, row, {"feedback_due": 1, "feedback_in_time": int(met is not None and met <= row.due)}, None)


def _count_reviews(connection: Connection, period: Period, counts: _Counts) -> None:
    """Only the end of the case ends its review: a correction that is told meanwhile lets the period wait."""
    ended = CASE.c.closed_at.is_not(None)
    over = or_(ended, and_(CLOCK.c.stopped_on.is_(None), CLOCK.c.due < period.today))
    ours = (of_review(period.own_review), CLOCK.c.due.between(period.first, period.last), over)
    columns = (CLOCK.c.due, CASE.c.closed_at)
    for row in _stream(connection, _here(_clocks(*columns).where(*ours), period)):
        met = row.closed_at is not None and office_day(row.closed_at) <= row.due
        _add(counts, row, {"review_due": 1, "review_in_time": int(met)}, None)


def _clocks(*columns: Any) -> Select[Any]:
    return select(*columns, *_dimensions()).join_from(CLOCK, CASE, CASE.c.number == CLOCK.c.case_number)


def _dimensions() -> list[Any]:
    return [CASE.c[name].label(f"by_{name}") for name in DIMENSIONS]


def _add(counts: _Counts, row: Any, told: dict[str, int], days: int | None) -> None:
    """To the whole and to each group that the case belongs to."""
    for dimension in ("", *DIMENSIONS):
        name = getattr(row, f"by_{dimension}") if dimension else ""
        if dimension and not name:
            continue
        count = counts[dimension, name]
        count.numbers.update(told)
        if days is not None:
            count.days.append(days)


def _stream(connection: Connection, query: Select[Any]) -> Iterable[Any]:
    return connection.execution_options(yield_per=5000).execute(query)


def _here(query: Select[Any], period: Period, column: Any = None) -> Select[Any]:
    column = CASE.c.mailbox if column is None else column
    return query.where(column.in_(period.mailboxes)) if period.mailboxes else query


def _mean(days: Sequence[int]) -> float | None:
    return float(mean(days)) if days else None


def _median(days: Sequence[int]) -> float | None:
    return float(median(days)) if days else None


def _cases(connection: Connection, period: Period, *conditions: Any) -> int:
    query = select(func.count()).select_from(CASE).where(*conditions)
    return int(connection.execute(_here(query, period)).scalar_one())


def _mails(connection: Connection, period: Period, state: MailState) -> int:
    came = (MAIL.c.state == state, MAIL.c.arrived_at >= period.start, MAIL.c.arrived_at < period.end)
    query = select(func.count()).select_from(MAIL).where(*came)
    return int(connection.execute(_here(query, period, MAIL.c.mailbox)).scalar_one())


def _overdue(period: Period) -> ColumnElement[bool]:
    running = (CLOCK.c.case_number == CASE.c.number, CLOCK.c.stopped_on.is_(None))
    return exists().where(*running, CLOCK.c.due < period.today, binding(period.own_review))


def _due_soon(connection: Connection, period: Period, workdays: Workdays) -> int | None:
    """Open cases whose next period of the office ends today or within three workdays, and that are not late."""
    running = (CASE.c.state.in_(OPEN_STATES), CLOCK.c.stopped_on.is_(None), binding(period.own_review))
    query = (
        select(func.min(CLOCK.c.due))
        .join_from(CLOCK, CASE, CASE.c.number == CLOCK.c.case_number)
        .where(*running, CLOCK.c.due <= period.today + _AT_MOST)
        .group_by(CLOCK.c.case_number)
    )
    ends = connection.execute(_here(query, period)).scalars()
    left = [workdays(period.today, end) for end in ends if end is not None and end >= period.today]
    return None if None in left else sum(days is not None and days <= SOON_WORKDAYS for days in left)


def _called(connection: Connection, period: Period) -> list[bool]:
    """Each case in which a reviewer called in the period: whether he reached and knew the applicant."""
    told = (EVENT.c.at >= period.start, EVENT.c.at < period.end, EVENT.c.action == "decided")
    numbers = select(EVENT.c.case_number).where(*told, _holds(EVENT.c.detail, '"decision": "call"'))
    query = _here(select(CASE.c.steps).where(CASE.c.number.in_(numbers)), period)
    calls = [_calls_within(steps, period) for steps in connection.execute(query).scalars()]
    return [any(reached) for reached in calls if reached]


def _calls_within(steps: dict[str, Any], period: Period) -> list[bool]:
    calls = (value for name, value in steps.items() if name.startswith("call "))
    return [_passed(one) for one in calls if period.start <= datetime.fromisoformat(one["at"]) < period.end]


def _passed(call: Mapping[str, Any]) -> bool:
    """Entries of before a call could fail have no result: whoever was reached was known."""
    return bool(call["reached"]) and call.get("result", "passed") == "passed"


def _sent_on_site(period: Period) -> Select[Any]:
    """By the history: a case that has long left that state was sent there all the same."""
    told = (EVENT.c.at >= period.start, EVENT.c.at < period.end, EVENT.c.action == "decided")
    return select(EVENT.c.case_number).where(*told, _holds(EVENT.c.detail, f'"state": "{CaseState.ON_SITE}"'))


def _explained() -> ColumnElement[bool]:
    papers = [_holds(EXAMINATION.c.documents, paper) for paper in _PAPERS_OF_DELAY]
    return exists().where(EXAMINATION.c.case_number == CASE.c.number, or_(*papers))


def _holds(structure: Any, words: str) -> ColumnElement[bool]:
    """Whether the JSON text of a structure has these words; the column's own type would write them as JSON first."""
    return type_coerce(structure, Text).like(f"%{words}%")


def _closed_as(connection: Connection, period: Period) -> dict[str, int]:
    ended = (CASE.c.closed_at >= period.start, CASE.c.closed_at < period.end, CASE.c.state.not_in(OPEN_STATES))
    query = _here(select(CASE.c.state, func.count()).where(*ended), period).group_by(CASE.c.state)
    return {str(state): int(count) for state, count in connection.execute(query.order_by(CASE.c.state))}


def _top_codes(connection: Connection, period: Period, received: Sequence[Any]) -> tuple[tuple[str, int], ...]:
    """The ten defects met in most cases; one case counts once, however many rounds told it."""
    cases = func.count(func.distinct(FINDING.c.case_number))
    query = (
        select(FINDING.c.code, cases)
        .join(CASE, CASE.c.number == FINDING.c.case_number)
        .where(FINDING.c.severity == "defect", *received)
    )
    query = _here(query, period).group_by(FINDING.c.code).order_by(cases.desc(), FINDING.c.code)
    return tuple((code, count) for code, count in connection.execute(query.limit(10)))
