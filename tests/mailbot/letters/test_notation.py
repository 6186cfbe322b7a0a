"""Days, numerals and clauses stand as official letters write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.letters.notation import clause, day, minute, numeral
from mailbot.office.packs import load_matters


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (date(2026, 3, 2), "2026年3月2日"),
        (date(2026, 11, 20), "2026年11月20日"),
        (datetime(2026, 11, 19, 16, 30, tzinfo=UTC), "2026年11月20日"),  # already tomorrow in Chongqing
    ],
)
def test_days_have_no_leading_zeros_and_are_those_of_chongqing(value, written):
    assert day(value) == written


def test_minutes():
    assert minute(datetime(2026, 3, 12, 1, 5, tzinfo=UTC)) == "2026年3月12日9时05分"


@pytest.mark.parametrize(
    ("number", "written"),
    [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (19, "十九"), (20, "二十"), (21, "二十一"), (99, "九十九")],
)
def test_numerals(number, written):
    assert numeral(number) == written


@given(st.integers(1, 99), st.integers(1, 99))
def test_no_two_numbers_are_written_alike(left, right):
    assert (numeral(left) == numeral(right)) == (left == right)


@pytest.mark.parametrize(
    ("reference", "cited"),
    [
        ("附件4 1.4.1", "附件4第1.4.1条"),
        ("附件1 1.4 a)", "附件1第1.4条第a项"),
        ("附件4 1.4.1, 3.2", "附件4第1.4.1条、第3.2条"),
        ("附件4 1.4.1 a, 附件4-1-1 注", "附件4第1.4.1条第a项、附件4-1-1注"),
        ("附件3 1.4, 附件1 1.4", "附件3第1.4条、附件1第1.4条"),
        ("附件1-1", "附件1-1"),
        ("四.(三)", "正文四（三）"),
        ("二", "正文二"),
        ("办法 9", "办法 9"),
        ("", ""),
    ],
)
def test_citations(reference, cited):
    assert clause(reference) == cited


def test_every_clause_of_the_shipped_packs_is_cited_properly():
    for matter in load_matters():
        tables = [matter.clauses, *(filing.clauses for filing in matter.filings)]
        papers = [paper.clause for filing in matter.filings for paper in filing.documents]
        for reference in [*papers, *(text for table in tables for text in table.values())]:
            assert " " not in clause(reference)
            assert "," not in clause(reference)
