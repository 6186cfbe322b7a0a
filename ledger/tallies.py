"""How many cases came, fell due and ended in a period: of all, and of each matter, firm, reviewer and mailbox?

The database adds up the cases that share all four; the sums alone are put together here. Each case for itself is
looked at only for its workdays, of which a median is told.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from ledger.figures import DIMENSIONS, Period, Tally, mean_of, median_of
from ledger.office_day import OfficeDay
from ledger.periods import FEEDBACK_CLOCK, of_review
from ledger.tables import CASE, CLOCK

Workdays = Callable[[date, date], int | None]

_Group = tuple[str, str]  #: dimension and name
_WHOLE: Final[_Group] = ("", "")
_NAMES: Final = tuple(CASE.c[name] for name in DIMENSIONS)


@dataclass(frozen=True)
class Tallies:
    whole: Tally
    groups: dict[str, dict[str, Tally]]  #: dimension → name → its counts; the largest group first
    days_since_receipt: list[int]  #: of each case that ended, from its first receipt


def tallies_of(connection: Connection, period: Period, workdays: Workdays) -> Tallies:
    numbers = _numbers(connection, period)
    days, since_receipt = _days(connection, period, cache(workdays))
    tallies = {
        group: Tally(**sums, mean_workdays=mean_of(days[group]), median_workdays=median_of(days[group]))
        for group, sums in numbers.items()
    }
    groups: dict[str, dict[str, Tally]] = {dimension: {} for dimension in DIMENSIONS}
    for (dimension, name), tally in sorted(tallies.items(), key=lambda one: (-one[1].received, one[0])):
        if dimension:
            groups[dimension][name] = tally
    return Tallies(tallies.get(_WHOLE, Tally()), groups, since_receipt)


def _numbers(connection: Connection, period: Period) -> dict[_Group, Counter[str]]:
    numbers: dict[_Group, Counter[str]] = defaultdict(Counter)
    for query in (_received(period), _closed(period), _feedback(period), _reviews(period)):
        for row in connection.execute(period.here(query).group_by(*_NAMES)):
            sums = dict(zip(row._fields, row, strict=True))
            for group in _groups_of([sums.pop(name) for name in DIMENSIONS]):
                numbers[group].update(sums)
    return numbers


def _days(connection: Connection, period: Period, workdays: Workdays) -> tuple[dict[_Group, list[int]], list[int]]:
    """审核起算日 (else receipt) to 办结日 in each group, receipt to 办结日 of all; none where no calendar tells."""
    days: dict[tuple[str | None, ...], list[int]] = defaultdict(list)
    since_receipt: list[int] = []
    for *names, begun, received, closed in connection.execute(period.here(_ended(period))):
        if (told := workdays(begun, closed)) is not None:
            days[tuple(names)].append(told)
        if (told := workdays(received, closed)) is not None:
            since_receipt.append(told)
    of_group: dict[_Group, list[int]] = defaultdict(list)
    for names_, told_ in days.items():
        for group in _groups_of(names_):
            of_group[group] += told_
    return of_group, since_receipt


def _groups_of(names: Sequence[str | None]) -> Iterator[_Group]:
    """The whole, and each group that a case of these names belongs to."""
    yield _WHOLE
    for dimension, name in zip(DIMENSIONS, names, strict=True):
        if name:
            yield dimension, name


def _received(period: Period) -> Select[Any]:
    corrected = func.count().filter(CASE.c.rounds > 0).label("corrected")
    sums = (func.count().label("received"), corrected, func.sum(CASE.c.rounds).label("corrections"))
    return select(*_NAMES, *sums).where(period.holds(CASE.c.received_at))


def _closed(period: Period) -> Select[Any]:
    return select(*_NAMES, func.count().label("closed")).where(period.closed())


def _ended(period: Period) -> Select[Any]:
    """Names, first day of the review, day of receipt and last day of each case."""
    review = (CLOCK.c.case_number == CASE.c.number, of_review(period.own_review))
    started = select(func.max(CLOCK.c.started_on)).where(*review).scalar_subquery()
    received, closed = OfficeDay(CASE.c.received_at), OfficeDay(CASE.c.closed_at)
    return select(*_NAMES, func.coalesce(started, received), received, closed).where(period.closed())


def _feedback(period: Period) -> Select[Any]:
    # 首次反馈: an answered correction begins the period anew, and its first end still counts.
    end = func.coalesce(CLOCK.c.first_due, CLOCK.c.due)
    days = period.first, period.last  # asked of each column for itself: of both at once no index knows
    ends = or_(CLOCK.c.first_due.between(*days), and_(CLOCK.c.first_due.is_(None), CLOCK.c.due.between(*days)))
    met = func.coalesce(OfficeDay(CASE.c.first_feedback_at), CLOCK.c.stopped_on)
    over = or_(end < period.today, met.is_not(None))
    return _due("feedback", met <= end).where(CLOCK.c.name == FEEDBACK_CLOCK, ends, over)


def _reviews(period: Period) -> Select[Any]:
    """Only the end of the case ends its review: a correction that is told meanwhile lets the period wait."""
    over = or_(CASE.c.closed_at.is_not(None), and_(CLOCK.c.stopped_on.is_(None), CLOCK.c.due < period.today))
    return _due("review", OfficeDay(CASE.c.closed_at) <= CLOCK.c.due).where(
        of_review(period.own_review), CLOCK.c.due.between(period.first, period.last), over
    )


def _due(what: str, in_time: ColumnElement[bool]) -> Select[Any]:
    """How many were due, and how many of them were met; neither due nor met yet counts neither way."""
    sums = (func.count().label(f"{what}_due"), func.count().filter(in_time).label(f"{what}_in_time"))
    return select(*_NAMES, *sums).join_from(CLOCK, CASE, CASE.c.number == CLOCK.c.case_number)
