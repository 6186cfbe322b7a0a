"""Names are folded for comparing, and a likeness is never taken for an equality."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.names import (
    FirmLikeness,
    Likeness,
    compare_firms,
    compare_persons,
    compare_posts,
    compare_titles,
    fold,
    fold_firm,
    fold_person,
    fold_post,
    has_rare_character,
)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        pytest.param("／（）：　Ａ１", "/(): A1", id="full width"),
        pytest.param("⼯⽤⾦", "工用金", id="Kangxi radicals"),
        pytest.param("⻓⻢⻔", "长马门", id="CJK radicals that NFKC leaves"),
        pytest.param("重\u200b庆\ufeff市\u2060", "重庆市", id="zero-width signs"),
        pytest.param("葛\U000e0100城", "葛城", id="variation selector"),
        pytest.param("  a \t\n b ", "a b", id="runs of space"),
    ],
)
def test_fold_makes_lookalikes_one(written, folded):
    assert fold(written) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)
    assert fold_firm(fold_firm(text)) == fold_firm(text)


@pytest.mark.parametrize("dot", list("·•・‧∙⋅᛫･．﹒"))
def test_every_dot_between_han_letters_is_the_name_dot(dot):
    assert fold_person(f"阿依古丽{dot}买买提") == "阿依古丽·买买提"


def test_a_point_in_a_latin_name_stays():
    assert fold_person("J. Smith") == "J.SMITH"


@pytest.mark.parametrize(
    ("left", "right", "likeness"),
    [
        pytest.param("王 五", "王　五", Likeness.EQUAL, id="inner spaces"),
        pytest.param("吉克•阿木", "吉克·阿木", Likeness.EQUAL, id="dots"),
        pytest.param("吉克阿木", "吉克·阿木", Likeness.UNSURE, id="dot lost"),
        pytest.param("吉克", "吉克·阿木", Likeness.UNSURE, id="shortened dotted name"),
        pytest.param("於小明", "于小明", Likeness.UNSURE, id="variant is only a hint"),
        pytest.param("王\ue123", "王䶮", Likeness.UNSURE, id="private use"),
        pytest.param("张三", "张四", Likeness.DIFFERENT, id="other person"),
        pytest.param("张三", "张三丰", Likeness.DIFFERENT, id="containment proves nothing"),
    ],
)
def test_persons(left, right, likeness):
    assert compare_persons(left, right) is likeness
    assert compare_persons(right, left) is likeness


@pytest.mark.parametrize("letter", ["䶮", "𬭚", "\ue816", "\ufffd"])
def test_rare_letters_are_known(letter):
    assert has_rare_character(f"王{letter}")


def test_common_letters_are_not_rare():
    assert not has_rare_character("喆堃镕阿依古丽·买买提")


FIRM = "重庆王五监理咨询有限公司"


@pytest.mark.parametrize(
    ("left", "right", "likeness"),
    [
        pytest.param(
            "重庆（集团）公司", "重庆〔集团〕 公\u200b司", FirmLikeness.EQUAL, id="brackets, spaces, zero width"
        ),
        pytest.param(FIRM, "重庆王五监理咨询有限责任公司", FirmLikeness.NEAR, id="有限责任"),
        pytest.param(FIRM, "重庆市王五监理咨询有限公司", FirmLikeness.NEAR, id="市"),
        pytest.param("重庆立信（集团）公司", "重庆立信集团公司", FirmLikeness.NEAR, id="brackets missing"),
        pytest.param(FIRM, "重慶王五監理諮詢有限公司", FirmLikeness.NEAR, id="traditional"),
        pytest.param(FIRM, "重庆王武监理咨询有限公司", FirmLikeness.NEAR, id="one letter"),
        pytest.param(FIRM, FIRM + "渝北分公司", FirmLikeness.BRANCH, id="branch"),
        pytest.param(FIRM, "王五监理", FirmLikeness.ABBREVIATED, id="short name"),
        pytest.param(FIRM, "重庆王五监理咨询公司", FirmLikeness.ABBREVIATED, id="without 有限"),
        pytest.param(
            "重庆市精诚工程咨询有限公司", "重庆市立信工程咨询有限公司", FirmLikeness.DIFFERENT, id="two firms"
        ),
        pytest.param(FIRM, "公司", FirmLikeness.DIFFERENT, id="a generic word names nobody"),
    ],
)
def test_firms(left, right, likeness):
    assert compare_firms(left, right) is likeness
    assert compare_firms(right, left) is likeness


@pytest.mark.parametrize(
    ("left", "right", "likeness"),
    [
        pytest.param("G50 沪渝高速(第1标段)", "G50沪渝高速（第1标段）", Likeness.EQUAL, id="signs"),
        pytest.param("沪渝高速公路扩能项目", "沪渝高速公路扩能", Likeness.UNSURE, id="cut"),
        pytest.param("沪渝高速·扩能", "沪渝高速扩能", Likeness.UNSURE, id="punctuation"),
        pytest.param("第一监理合同段", "城开高速JL02标", Likeness.DIFFERENT, id="others"),
    ],
)
def test_titles(left, right, likeness):
    assert compare_titles(left, right) is likeness


@pytest.mark.parametrize(
    ("written", "post"),
    [
        ("总监", "总监理工程师"),
        ("副总监", "副总监理工程师"),
        ("总监代表", "总监理工程师代表"),
        ("驻地", "驻地监理工程师"),
        ("副驻地", "副驻地监理工程师"),
        ("专业监理工程师（路基）", "专业监理工程师"),
        ("试验室主任", None),
    ],
)
def test_posts_are_a_closed_list(written, post):
    assert fold_post(written) == post


def test_posts_compare_after_folding():
    assert compare_posts("总监", "总监理工程师") is Likeness.EQUAL
    assert compare_posts("总监", "副总监") is Likeness.DIFFERENT
    assert compare_posts("总监", "监理员") is Likeness.UNSURE
