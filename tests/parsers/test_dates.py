"""Dates are found in every habit of Chinese papers, and an open blank is no date."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.dates import find_dates, is_blank_date, parse_date, parse_month


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024年6月24日", (2024, 6, 24)),
        ("2024年06月", (2024, 6, None)),
        ("二〇二四年六月", (2024, 6, None)),
        ("二○二四年六月二十四日", (2024, 6, 24)),
        ("二零二四年十二月三十一日", (2024, 12, 31)),
        ("二O二四年十月十日", (2024, 10, 10)),
        ("2024.06.24", (2024, 6, 24)),
        ("2024-06-24", (2024, 6, 24)),
        ("2024/6/24", (2024, 6, 24)),
        ("２０２４年６月２４日", (2024, 6, 24)),
        ("2024 年 6 月 24 日", (2024, 6, 24)),
        ("20240624", (2024, 6, 24)),
        ("202406", (2024, 6, None)),
        ("24年6月", (2024, 6, None)),
        ("2024年6月24号", (2024, 6, 24)),
    ],
)
def test_one_date(text, expected):
    (found,) = find_dates(text)
    assert (found.year, found.month, found.day) == expected


@pytest.mark.parametrize(
    "text", ["年　月　日", "2024年13月", "2024年2月30日", "3年6月", "K12+300", "500103198808080007", "", "1.4.1"]
)
def test_no_date(text):
    assert find_dates(text) == ()


def test_a_range_is_two_dates_and_so_no_single_one():
    assert [one.whole for one in find_dates("2024-07-15至2025.01.01")] == [date(2024, 7, 15), date(2025, 1, 1)]
    assert parse_date("2024-07-15至2025-01-01") is None


def test_the_same_day_twice_is_one_date():
    assert parse_date("2024年6月24日（2024-06-24）") == date(2024, 6, 24)


def test_a_month_is_no_whole_date():
    assert parse_date("2024年6月") is None
    assert parse_month("2024年6月") == (2024, 6)


@pytest.mark.parametrize("text", ["年　月　日", "日期：    年  月  日", "____年__月__日"])
def test_an_open_line_is_blank(text):
    assert is_blank_date(text)


def test_a_filled_line_is_not_blank():
    assert not is_blank_date("2026年3月1日")


@given(
    st.dates(date(1900, 1, 1), date(2199, 12, 31)),
    st.sampled_from(["{0:%Y}年{0.month}月{0.day}日", "{0:%Y-%m-%d}", "{0:%Y%m%d}"]),
)
def test_what_is_written_is_read(day, pattern):
    if day.year >= 2100 and "年" not in pattern:
        return  # bare digits of the next century are rather a number than a date
    assert parse_date(pattern.format(day)) == day
