"""Which day is a workday, and when does a period end?

Counted from the State Council's published notices, one for each year, and never guessed. A day is known when the
notice of its own year is loaded. The next year's notice may still touch the end of December (2018-12-31 was given off,
2011-12-31 worked), so 29–31 December before a New Year on a Sunday or a Tuesday is known only when both are; before
other New Years no notice since 2008 has moved a December day. Where a needed day is unknown, a deadline is None with
bounds.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


class CalendarYearMissing(LookupError):
    """The notice that governs this day is not loaded. For a deadline use `add_workdays`, which never raises."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no published calendar governs {day}")
        self.day = day


@dataclass(frozen=True)
class PublishedYear:
    """One notice 国务院办公厅关于某年部分节假日安排的通知."""

    year: int
    off: frozenset[date]  #: days off, weekends inside a holiday included; may begin in the previous December
    worked: frozenset[date]  #: Saturdays and Sundays that are worked (调休)
    source: str  #: the notice's number or address
    published: date


@dataclass(frozen=True)
class Due:
    """The end of a period. `day` is None while a needed year is not published; then the truth lies in the bounds."""

    day: date | None
    earliest: date
    latest: date
    counted: tuple[date, ...] = ()  #: the known workdays that were counted, for the record


@dataclass(frozen=True)
class Calendar:
    """Every published year that is loaded."""

    published: tuple[PublishedYear, ...] = ()

    @cached_property
    def years(self) -> frozenset[int]:
        return frozenset(year.year for year in self.published)

    @cached_property
    def _set_by_notice(self) -> dict[date, bool]:
        """Days that a notice names → worked? A later year's notice has the last word on December."""
        named: dict[date, bool] = {}
        for year in sorted(self.published, key=lambda year: year.year):
            named.update(dict.fromkeys(year.off, False))
            named.update(dict.fromkeys(year.worked, True))
        return named

    def knows(self, day: date) -> bool:
        if day.year not in self.years:
            return False
        return not _next_notice_may_touch(day) or day.year + 1 in self.years

    def is_workday(self, day: date) -> bool:
        """Raises CalendarYearMissing for a day that no loaded notice governs."""
        if not self.knows(day):
            raise CalendarYearMissing(day)
        return self._set_by_notice.get(day, day.weekday() < _SATURDAY)

    def add_workdays(self, start: date, count: int) -> Due:
        """The count-th workday after `start`, which itself is not counted (民法典 201; I31)."""
        counted: list[date] = []
        for day in _days_after(start):
            if len(counted) == count:
                break
            if not self.knows(day):
                return Due(
                    None,
                    earliest=self._nth_workday(start, count, _EarlyBound(self)),
                    latest=self._nth_workday(start, count, _LateBound(self)),
                    counted=tuple(counted),
                )
            if self.is_workday(day):
                counted.append(day)
        end = counted[-1] if counted else start
        return Due(end, earliest=end, latest=end, counted=tuple(counted))

    def workdays_between(self, start: date, end: date) -> int | None:
        """How many workdays lie after `start` up to and with `end` (0 when `end` is not later); None when unknown."""
        days = [start + _DAY * n for n in range(1, (end - start).days + 1)]
        if not all(map(self.knows, days)):
            return None
        return sum(map(self.is_workday, days))

    def calendar_days_deadline(self, start: date, count: int) -> Due:
        """The last day of so many calendar days (60日, I14); a rest day moves it to the next workday (民法典 203)."""
        last = start + _DAY * count
        bounds = [self._next_workday(last, assume) for assume in (_EarlyBound(self), _LateBound(self))]
        day = last
        while self.knows(day):
            if self.is_workday(day):
                return Due(day, earliest=day, latest=day)
            day += _DAY
        return Due(None, earliest=bounds[0], latest=bounds[1])

    def given_off(self, first: date, last: date) -> tuple[date, ...]:
        """Mondays to Fridays after `first` up to `last` that a notice gives off."""
        return tuple(day for day in _days_within(first, last) if self._exception(day) is False)

    def worked_instead(self, first: date, last: date) -> tuple[date, ...]:
        """Saturdays and Sundays after `first` up to `last` that a notice has worked (调休)."""
        return tuple(day for day in _days_within(first, last) if self._exception(day) is True)

    def _exception(self, day: date) -> bool | None:
        """What a notice says against the weekday; None when it says nothing."""
        named = self._set_by_notice.get(day)
        return None if named is None or named == (day.weekday() < _SATURDAY) else named

    @staticmethod
    def _nth_workday(start: date, count: int, assume: "_EarlyBound | _LateBound") -> date:
        end = start
        for day in _days_after(start):
            if count == 0:
                break
            if assume.works(day):
                count, end = count - 1, day
        return end

    @staticmethod
    def _next_workday(day: date, assume: "_EarlyBound | _LateBound") -> date:
        while not assume.works(day):
            day += _DAY
        return day


@dataclass(frozen=True)
class _Season:
    """How far a notice can go around one holiday: the widest that notices since 2008 have gone, and a day more.

    Ranges are (month, day) inclusive. `fixed` are statutory on the same date every year (全国年节及纪念日放假办法).
    """

    off_from: tuple[int, int]
    off_until: tuple[int, int]
    off_weekdays: int  #: at most so many Mondays to Fridays are given off
    worked_from: tuple[int, int]
    worked_until: tuple[int, int]
    worked_weekends: int  #: at most so many Saturdays and Sundays are worked for it
    fixed: tuple[tuple[int, int], ...] = ()


_SEASONS: Final = (
    _Season((1, 1), (1, 4), 3, (1, 1), (1, 13), 2, fixed=((1, 1),)),
    _Season((1, 17), (3, 3), 8, (1, 7), (3, 14), 3),  # 春节: 除夕 falls on 20 January … 20 February
    _Season((4, 1), (4, 8), 3, (3, 27), (4, 14), 2),
    _Season((4, 28), (5, 6), 5, (4, 18), (5, 16), 3, fixed=((5, 1),)),
    _Season((5, 26), (6, 27), 3, (5, 18), (7, 4), 2),  # 端午
    _Season((9, 5), (10, 9), 3, (8, 29), (10, 17), 2),  # 中秋
    _Season((9, 29), (10, 9), 7, (9, 18), (10, 19), 3, fixed=((10, 1), (10, 2), (10, 3))),
    _Season((12, 29), (12, 31), 3, (12, 25), (12, 31), 2),  # the next New Year
)


class _EarlyBound:
    """Unknown days as kindly as a notice can make them: nothing off but what the law fixes, weekends worked."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._spent: Counter[tuple[int, int]] = Counter()

    def works(self, day: date) -> bool:
        if self._calendar.knows(day):
            return self._calendar.is_workday(day)
        place = (day.month, day.day)
        if any(place in season.fixed for season in _SEASONS):
            return False
        if day.weekday() < _SATURDAY:
            return True
        return any(
            self._spend(day.year, number, season.worked_weekends)
            for number, season in enumerate(_SEASONS)
            if season.worked_from <= place <= season.worked_until
        )

    def _spend(self, year: int, season: int, budget: int) -> bool:
        """Days given as early as possible move an end the furthest, so a budget is spent on the first ones met."""
        if self._spent[year, season] >= budget:
            return False
        self._spent[year, season] += 1
        return True


class _LateBound(_EarlyBound):
    """Unknown days as harshly as a notice can make them: no weekend worked, every holiday at its longest."""

    def works(self, day: date) -> bool:
        if self._calendar.knows(day):
            return self._calendar.is_workday(day)
        if day.weekday() >= _SATURDAY:
            return False
        place = (day.month, day.day)
        return not any(
            self._spend(day.year, number, season.off_weekdays)
            for number, season in enumerate(_SEASONS)
            if season.off_from <= place <= season.off_until
        )


def _next_notice_may_touch(day: date) -> bool:
    return (day.month, day.day) >= (12, 29) and date(day.year + 1, 1, 1).weekday() in (1, 6)


def _days_after(start: date) -> Iterator[date]:
    day = start
    while True:
        day += _DAY
        yield day


def _days_within(first: date, last: date) -> Iterator[date]:
    return (first + _DAY * n for n in range(1, (last - first).days + 1))


def whole_months_before(day: date, count: int) -> tuple[tuple[int, int], ...]:
    """The last whole (year, month) before the month of `day`, oldest first (I13: 申请前3个月)."""
    first = day.year * 12 + day.month - 1
    return tuple(((first - back) // 12, (first - back) % 12 + 1) for back in range(count, 0, -1))
