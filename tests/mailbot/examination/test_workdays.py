"""Deadlines follow the published notices, and an unpublished year yields bounds, never a guess."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.examination.workdays import Calendar, CalendarYearMissing, PublishedYear, whole_months_before
from mailbot.office.calendars import load_calendar

PUBLISHED = load_calendar()
D = date.fromisoformat


def knowing(*years):
    return Calendar(tuple(year for year in PUBLISHED.published if year.year in years))


@pytest.mark.parametrize(
    ("received", "ten", "twenty"),
    [
        # domain.md 1.4
        ("2024-06-24", "2024-07-08", "2024-07-22"),
        ("2024-09-13", "2024-09-29", "2024-10-17"),
        ("2024-09-14", "2024-09-30", "2024-10-18"),
        ("2024-09-27", "2024-10-16", "2024-10-30"),
        ("2024-10-01", "2024-10-18", "2024-11-01"),
        ("2024-12-31", "2025-01-15", "2025-02-05"),
        ("2025-01-26", "2025-02-14", "2025-02-28"),
        ("2025-01-28", "2025-02-17", "2025-03-03"),
        ("2025-09-30", "2025-10-21", "2025-11-04"),
        ("2026-02-13", "2026-03-05", "2026-03-19"),
        ("2026-02-14", "2026-03-06", "2026-03-20"),
        ("2026-02-15", "2026-03-06", "2026-03-20"),
        ("2026-09-19", "2026-10-09", "2026-10-22"),
        ("2026-09-20", "2026-10-10", "2026-10-23"),
        ("2026-09-24", "2026-10-15", "2026-10-29"),
        ("2026-11-20", "2026-12-04", "2026-12-18"),
        ("2026-11-21", "2026-12-04", "2026-12-18"),
        # rules.md 3.9
        ("2024-09-10", "2024-09-25", "2024-10-14"),
        ("2024-09-24", "2024-10-12", "2024-10-25"),
        ("2024-09-30", "2024-10-18", "2024-11-01"),
        ("2025-01-20", "2025-02-08", "2025-02-21"),
        ("2025-09-25", "2025-10-15", "2025-10-29"),
        ("2026-02-09", "2026-02-28", "2026-03-13"),
        ("2026-09-18", "2026-10-09", "2026-10-22"),
        # domain.md 7.4 (8)
        ("2026-09-01", "2026-09-15", "2026-09-29"),
    ],
)
def test_golden_deadlines(received, ten, twenty):
    assert PUBLISHED.add_workdays(D(received), 10).day == D(ten)
    assert PUBLISHED.add_workdays(D(received), 20).day == D(twenty)


@pytest.mark.parametrize(
    ("accepted", "last"),
    [
        pytest.param("2026-08-02", "2026-10-08", id="day 60 is 国庆"),
        pytest.param("2026-07-01", "2026-08-31", id="day 60 is a Sunday"),
        ("2024-06-24", "2024-08-23"),
        ("2024-09-10", "2024-11-11"),
        ("2024-09-24", "2024-11-25"),
        ("2024-09-30", "2024-11-29"),
        ("2025-01-20", "2025-03-21"),
        ("2025-09-25", "2025-11-24"),
        ("2026-02-09", "2026-04-10"),
        ("2026-09-18", "2026-11-17"),
    ],
)
def test_sixty_calendar_days_end_on_no_rest_day(accepted, last):
    assert PUBLISHED.calendar_days_deadline(D(accepted), 60).day == D(last)


@pytest.mark.parametrize(
    ("year", "months", "total"),
    [
        (2024, [22, 18, 21, 22, 21, 19, 23, 22, 21, 19, 21, 22], 251),
        (2025, [19, 19, 21, 22, 19, 20, 23, 21, 23, 18, 20, 23], 248),
        (2026, [21, 16, 22, 21, 19, 21, 23, 21, 22, 18, 21, 23], 248),
    ],
)
def test_workdays_of_every_month(year, months, total):
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    worked = [day for day in days if day.year == year and PUBLISHED.is_workday(day)]
    assert [sum(day.month == month for day in worked) for month in range(1, 13)] == months
    assert len(worked) == total


def test_the_last_day_of_a_published_year_is_still_known():
    """domain.md 1.4: of 2026-12-17 the tenth workday is known, the twentieth needs 2027."""
    assert PUBLISHED.add_workdays(date(2026, 12, 17), 10).day == date(2026, 12, 31)
    assert PUBLISHED.add_workdays(date(2026, 12, 17), 20).day is None


def test_an_unpublished_year_is_never_guessed():
    due = PUBLISHED.add_workdays(date(2026, 12, 18), 10)
    assert due.day is None
    assert PUBLISHED.add_workdays(date(2026, 12, 18), 20).day is None
    assert due.earliest < date(2027, 1, 4) <= due.latest  # 2027-01-04 is what a guess would say
    assert len(due.counted) == 9
    with pytest.raises(CalendarYearMissing):
        PUBLISHED.is_workday(date(2027, 1, 4))
    assert PUBLISHED.workdays_between(date(2026, 12, 30), date(2027, 1, 4)) is None


def test_new_year_by_law_is_in_no_bound_a_workday():
    assert PUBLISHED.add_workdays(date(2026, 12, 31), 1).earliest == date(2027, 1, 2)


@pytest.mark.parametrize(("hidden", "first"), [(2025, date(2024, 1, 1)), (2026, date(2025, 1, 1))])
@pytest.mark.parametrize("count", [1, 5, 10, 20])
def test_with_the_next_year_hidden_the_truth_lies_within_the_bounds(hidden, first, count):
    blind = knowing(*range(2024, hidden))
    for n in range(366):
        start = first + timedelta(days=n)
        true, due = PUBLISHED.add_workdays(start, count).day, blind.add_workdays(start, count)
        assert due.earliest <= true <= due.latest
        assert due.day in (None, true)


@pytest.mark.parametrize(("hidden", "first"), [(2025, date(2024, 1, 1)), (2026, date(2025, 1, 1))])
def test_so_it_does_for_sixty_calendar_days(hidden, first):
    blind = knowing(*range(2024, hidden))
    for n in range(366):
        start = first + timedelta(days=n)
        true, due = PUBLISHED.calendar_days_deadline(start, 60).day, blind.calendar_days_deadline(start, 60)
        assert due.earliest <= true <= due.latest
        assert due.day in (None, true)


@given(st.dates(date(2024, 1, 1), date(2026, 10, 1)), st.integers(1, 40), st.sets(st.sampled_from([2024, 2025, 2026])))
def test_bounds_hold_whatever_years_are_known(start, count, years):
    true = PUBLISHED.add_workdays(start, count).day
    due = knowing(*years).add_workdays(start, count)
    assert due.earliest <= true <= due.latest
    assert due.day in (None, true)


@given(st.dates(date(2024, 1, 1), date(2026, 8, 1)), st.sets(st.sampled_from([2024, 2025, 2026])))
def test_bounds_of_sixty_days_hold_whatever_years_are_known(start, years):
    true = PUBLISHED.calendar_days_deadline(start, 60).day
    due = knowing(*years).calendar_days_deadline(start, 60)
    assert due.earliest <= true <= due.latest
    assert due.day in (None, true)


@given(st.dates(date(2024, 1, 1), date(2026, 6, 1)), st.integers(0, 40))
def test_adding_and_counting_agree(start, count):
    end = PUBLISHED.add_workdays(start, count).day
    assert PUBLISHED.workdays_between(start, end) == count
    assert count == 0 or PUBLISHED.is_workday(end)


@given(st.dates(date(2024, 1, 1), date(2026, 6, 1)), st.dates(date(2024, 1, 1), date(2026, 6, 1)), st.integers(0, 40))
def test_who_begins_later_never_ends_earlier(one, other, count):
    """Monotone in the day, and strictly in the count; for sixty calendar days as well."""
    first, second = sorted((one, other))
    assert PUBLISHED.add_workdays(first, count).day <= PUBLISHED.add_workdays(second, count).day
    assert PUBLISHED.add_workdays(first, count).day < PUBLISHED.add_workdays(first, count + 1).day
    assert PUBLISHED.calendar_days_deadline(first, 60).day <= PUBLISHED.calendar_days_deadline(second, 60).day


@given(st.dates(date(2024, 1, 1), date(2026, 6, 1)), st.integers(0, 20), st.integers(0, 20))
def test_a_count_goes_on_across_holidays_as_if_it_had_not_been_broken_off(start, first, more):
    whole = PUBLISHED.add_workdays(start, first + more)
    stop = PUBLISHED.add_workdays(start, first).day
    assert PUBLISHED.add_workdays(stop, more).day == whole.day


@pytest.mark.parametrize(
    ("eve", "first_day_back"),
    [
        pytest.param("2024-02-09", "2024-02-18", id="春节 2024 ends on a worked Sunday"),
        pytest.param("2024-09-30", "2024-10-08", id="国庆 2024"),
        pytest.param("2025-01-27", "2025-02-05", id="春节 2025"),
        pytest.param("2025-09-30", "2025-10-09", id="国庆 2025"),
        pytest.param("2026-02-14", "2026-02-24", id="春节 2026 begins after a worked Saturday"),
        pytest.param("2026-09-30", "2026-10-08", id="国庆 2026"),
    ],
)
def test_no_day_of_a_holiday_is_counted(eve, first_day_back):
    day, back = D(eve), D(first_day_back)
    while day < back:
        assert PUBLISHED.add_workdays(day, 1).day == back
        day += timedelta(days=1)


def test_a_later_notice_has_the_last_word_on_december():
    """2019 gave Monday 2018-12-31 off and had Saturday 2018-12-29 worked."""
    own = PublishedYear(2018, frozenset({D("2018-01-01")}), frozenset(), "notice", D("2017-11-30"))
    later = PublishedYear(
        2019,
        frozenset(map(D, ("2018-12-30", "2018-12-31", "2019-01-01"))),
        frozenset({D("2018-12-29")}),
        "notice",
        D("2018-12-06"),
    )
    before, after = Calendar((own,)), Calendar((own, later))
    assert not before.knows(D("2018-12-31"))
    assert before.knows(D("2018-12-28"))
    assert not after.is_workday(D("2018-12-31"))
    assert after.is_workday(D("2018-12-29"))
    due = before.add_workdays(D("2018-12-28"), 1)
    assert due.day is None
    assert due.earliest <= D("2018-12-29") <= due.latest


def test_three_whole_months_before_a_day():
    assert whole_months_before(date(2026, 1, 5), 3) == ((2025, 10), (2025, 11), (2025, 12))
    assert whole_months_before(date(2024, 6, 24), 3) == ((2024, 3), (2024, 4), (2024, 5))
