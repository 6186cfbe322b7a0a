"""Sentences are masked, a template that runs away is an error, paragraphs are laid out as HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.errors import ConfigurationError
from mailbot.examination.rules.correspondents import FirmNotCopied
from mailbot.examination.rules.insurance_bearer import InsuranceWrongEmployer
from mailbot.letters.rendering import Words

WORDS = Words()


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
