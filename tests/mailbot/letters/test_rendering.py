"""Days, numerals and time limits as official letters write them; paragraphs as HTML lays them out."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.errors import ConfigurationError
from mailbot.examination.rules.correspondents import FirmNotCopied
from mailbot.examination.rules.insurance_bearer import InsuranceWrongEmployer
from mailbot.examination.verdict import Clock
from mailbot.letters.rendering import Words, day, deadline, minute, numeral

WORDS = Words()


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
    ("clock", "written"),
    [
        (Clock("feedback10", "二", date(2026, 3, 26)), "2026年3月26日前"),
        (
            Clock("feedback10", "二", None, date(2027, 1, 4), date(2027, 1, 12)),
            "2027年1月4日至2027年1月12日间（待下一年度放假安排公布后确定）",
        ),
        (Clock("feedback10", "二", None), "规定时限内"),
    ],
    ids=["known", "bounds", "none"],
)
def test_a_time_limit(clock, written):
    assert deadline(clock) == written


def test_a_number_that_slips_into_a_sentence_is_masked():
    finding = InsuranceWrongEmployer(shown="500103198808080007", firm="重庆王五监理咨询有限公司")
    assert "500***********0007" in WORDS.sentence(finding)


def test_an_address_is_masked_in_a_sentence():
    sentence = WORDS.sentence(FirmNotCopied(firm="甲公司", firm_contact="zhangsan@firm.invalid"))
    assert "zh***@firm.invalid" in sentence


def test_a_template_that_runs_away_is_an_error_and_no_letter(tmp_path):
    (tmp_path / "feedback").mkdir()
    (tmp_path / "feedback" / "receipt.zh.j2").write_text("{% for n in range(70000) %}长{% endfor %}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"receipt\.zh\.j2"):
        Words(tmp_path).letter("receipt", None)


TEXT = "张三同志：\n　　你的邮件收悉。\n\n　　　　　　　　　　审核中心\n"


def test_a_letter_in_html_has_its_heading_its_indents_and_its_sign_off():
    html = WORDS.as_html("题目", TEXT)
    assert html.count("<p ") == 3
    assert "<title>题目</title>" in html
    first, second, third = html.split("<p ")[1:]
    assert "font-weight:bold" in first
    assert "text-indent:2em" in second
    assert "text-align:right" in third
    assert "text-indent" not in third


@given(st.text())
def test_any_text_becomes_html_in_which_nothing_is_a_tag_of_its_own(text):
    html = WORDS.as_html(text, text)
    assert html.count("<") == WORDS.as_html("", "x\n" * html.count("<p ")).count("<")
