"""No citizen's number and no mobile number survives `mask`."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.identifiers import citizen_check_digit
from parsers.masking import mask, masked, masked_address

digits = st.text("0123456789", min_size=1, max_size=1)
births = st.dates().map(lambda day: f"{day.year % 80 + 1930}{day:%m%d}")
firsts = st.builds(
    lambda area, born, order: f"{area}{born}{order:03}", st.integers(110000, 830000), births, st.integers(0, 999)
)
lasts = st.sampled_from("0123456789Xx")
citizen_ids = st.one_of(
    firsts.map(lambda first: first + citizen_check_digit(first)), st.builds(str.__add__, firsts, lasts)
)
mobiles = st.builds(lambda second, rest: f"1{second}{rest:09}", st.integers(3, 9), st.integers(0, 999_999_999))
WIDE = str.maketrans("0123456789Xx", "０１２３４５６７８９Ｘｘ")
shapes = st.sampled_from(
    [
        lambda number: number,
        lambda number: number.translate(WIDE),
        lambda number: f"{number[:6]} {number[6:14]} {number[14:]}",
        lambda number: f"{number[:6]}-{number[6:14]}-{number[14:]}",
        lambda number: f"{number[:-1]}\n{number[-1]}",
        " ".join,
        "\u200b".join,
    ]
)
phone_shapes = st.sampled_from(
    [
        lambda number: number,
        lambda number: number.translate(WIDE),
        lambda number: f"{number[:3]} {number[3:7]} {number[7:]}",
        lambda number: f"{number[:3]}-{number[3:7]}-{number[7:]}",
        " ".join,
        lambda number: "+86" + number,
        lambda number: "86" + number,
    ]
)
around = st.sampled_from(["", "身份证", "号码：", "，", "（", "电话", "Tel:", "\n", "。"])


def bare(text):
    folded = unicodedata.normalize("NFKC", text)
    return re.sub(r"[\s\-\u200b]", "", folded)


@given(citizen_ids, shapes, around, around)
def test_no_citizen_id_survives(number, shape, before, after):
    shown = mask(before + shape(number) + after)
    assert not re.search(r"\d{8}", bare(shown))
    assert "*" * 11 in shown
    assert shown.startswith(before)
    assert shown.endswith(after)


@given(firsts.map(lambda first: first[:6] + first[8:]), around)
def test_no_fifteen_digit_number_survives(number, before):
    assert not re.search(r"\d{5}", mask(before + number))


@given(mobiles, phone_shapes, around, around)
def test_no_mobile_number_survives(number, shape, before, after):
    assert not re.search(r"1[3-9]\d{9}", bare(mask(before + shape(number) + after)))


@given(st.text())
def test_masking_twice_changes_nothing(text):
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月20日收到，编号ZJZD-2026-0187",
        "2026-11-20 16:35:00 至 2026-12-04",
        "附件4 1.4.1，电话023-62806051",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "a13800010001b" + "0" * 5 + "c" * 22,
    ],
)
def test_what_is_no_number_of_a_person_stays(text):
    assert mask(text) == text


def test_three_first_and_four_last():
    assert masked("500103198808080007") == "500***********0007"
    assert masked("13800010001") == "138****0001"
    assert mask("我司91500000000000027W，李四138 0001 0001") == "我司915***********027W，李四138****0001"


def test_short_values_keep_only_the_first_sign():
    assert masked("1234567") == "1******"
    assert masked("") == ""


@pytest.mark.parametrize(
    ("address", "shown"),
    [("zhangsan@163.com", "zh***@163.com"), ("ab@qq.com", "a***@qq.com"), ("nonsense", "non*ense")],
)
def test_addresses(address, shown):
    assert masked_address(address) == shown
