"""A line that a seal crosses is read again without the seal; what a hand wrote in is never lost by it."""

import numpy as np
import pytest

from parsers.files.line_again import (
    PALE,
    LineRead,
    ends_in_part_of_number,
    has_broken_number,
    is_doubtful,
    surer,
    with_last_sign,
    with_whole_number,
    without_pale,
)

PRINTED = "并将自愿撤销在重庆系统中发布"


def read(text: str, *doubted: str, trust: float = 0.3) -> LineRead:
    signs = tuple((at / len(text), trust if sign in doubted else 0.99) for at, sign in enumerate(text))
    return LineRead(text, 0.95, signs)


@pytest.mark.parametrize(
    ("first", "doubtful"),
    [
        pytest.param(read("并将自愿撤销在重庆系统电瑷布", "电", "瑷"), True, id="two signs taken for others"),
        pytest.param(read(PRINTED), False, id="well read"),
        pytest.param(read("并将自愿撤销，在重庆系统", "，"), False, id="engines are never sure of punctuation"),
        pytest.param(read("陈兰静", "静"), False, id="a signature is no line of text"),
    ],
)
def test_a_line_of_text_with_a_doubted_character_is_read_again(first, doubtful) -> None:
    assert is_doubtful(first) is doubtful


def test_the_second_reading_counts_where_it_is_trusted_clearly_more() -> None:
    first = read("并将自愿撤销在重庆系统电瑷布", "电", "瑷")
    assert surer(first, read(PRINTED)).text == PRINTED
    assert surer(first, read(PRINTED, "中", trust=0.6)).text == PRINTED
    assert surer(first, read(PRINTED, "中", trust=0.4)) is first
    hardly_worse = read("并将自愿撤销在重庆系统由发布", "由", trust=0.55)
    assert surer(hardly_worse, read(PRINTED, "中", trust=0.7)) is hardly_worse


def test_a_sign_of_the_seal_may_go_but_nothing_that_was_well_read() -> None:
    with_seal = read("并将自愿撤销在重庆系统中团发布", "团")
    assert surer(with_seal, read(PRINTED)).text == PRINTED
    slipped_in = read("并将不自愿撤销在重庆系统电发布", "电")
    assert surer(slipped_in, read("并将自愿撤销在重庆系统发布")) is slipped_in


def gapped(text: str, *lost: str, trust: float = 0.99) -> LineRead:
    """Each character where it stands in `text`, without those that were lost."""
    signs = [(sign, (at / len(text), trust)) for at, sign in enumerate(text) if sign not in lost]
    return LineRead("".join(sign for sign, _ in signs), 0.99, tuple(place for _, place in signs))


ENDED = "市交通运输委员会确认已有效整改"


@pytest.mark.parametrize(
    ("lost", "doubtful"),
    [
        pytest.param("已", True, id="one character"),
        pytest.param("确认已", True, id="three"),
        pytest.param("运输委员会", False, id="as wide as an open blank"),
        pytest.param("", False, id="none"),
    ],
)
def test_a_line_with_a_characters_room_between_two_is_read_again(lost, doubtful) -> None:
    assert is_doubtful(gapped(ENDED, *lost)) is doubtful


def test_a_second_reading_that_fills_the_gap_counts_where_it_is_well_read_and_keeps_the_rest() -> None:
    first = gapped(ENDED, "已")
    assert surer(first, gapped(ENDED)).text == ENDED
    assert surer(first, gapped(ENDED, trust=0.8)) is first
    assert surer(first, gapped(ENDED.replace("效", "放"))) is first
    assert surer(first, gapped(ENDED, "市", "已")) is first


def test_a_doubted_sign_may_go_only_where_it_leaves_no_gap() -> None:
    """A thin 门, an added 不 was seen and is only unsure; a sign of the seal has no room of its own in the line."""
    unsure = read(ENDED, "已", trust=0.55)
    assert surer(unsure, gapped(ENDED, "已")) is unsure
    assert surer(unsure, read(ENDED.replace("已", ""))).text == ENDED.replace("已", "")


def test_pale_ink_of_a_seal_becomes_paper_and_a_pencil_stays() -> None:
    line = np.full((48, 400), 245, np.uint8)
    line[10:38, 20:60] = 40  # print
    line[10:38, 100:140] = 205  # a seal in the red channel
    line[10:38, 180:220] = 130  # a pencil
    cleared = without_pale(line, PALE[0])
    assert cleared[20, 40] < 20
    assert cleared[20, 120] == 255
    assert cleared[20, 200] < 200
    assert cleared[2, 300] == 255


WHOLE, SHORT, WRONG = (
    "本人钱伯年500103198808080007是",
    "本人钱伯年50010319880808007是",
    "本人钱伯年500103198808080008是",
)


@pytest.mark.parametrize(
    ("text", "broken"),
    [
        pytest.param(WHOLE, False, id="a number that checks"),
        pytest.param("公司915000000000000005的", False, id="a code of digits alone"),
        pytest.param(SHORT, True, id="a digit was lost"),
        pytest.param(WRONG, True, id="a digit was taken for another"),
        pytest.param("联系方式：13812345678", False, id="a telephone number"),
        pytest.param("公司91500108YJLK1WHP9T的", False, id="a code with letters"),
        pytest.param("本人钱伯年5001031988", False, id="the beginning of one that goes on in the next line"),
    ],
)
def test_a_line_whose_number_does_not_check_is_read_again(text, broken) -> None:
    assert has_broken_number(read(text)) is broken


def test_the_line_drawn_out_counts_only_where_its_number_checks() -> None:
    assert with_whole_number(read(SHORT), read(WHOLE)).text == WHOLE
    for again in (WRONG, SHORT, "本人钱伯年是"):
        assert with_whole_number(read(SHORT), read(again)).text == SHORT, "wrong on paper stays wrong"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        pytest.param("重庆市云岭咨询有限公司91500108X6", True, id="a code that goes on in the next line"),
        pytest.param("的法定代表人。李涛杰50011319910116", True, id="a citizen's number that does"),
        pytest.param("联系方式：13812345678", False, id="a telephone number"),
        pytest.param("本人钱伯年500103198808080007", False, id="a whole number"),
        pytest.param("我司承诺全国系统和重庆系统中录入", False, id="no number"),
    ],
)
def test_a_line_that_ends_in_a_part_of_a_number_is_read_with_more_paper(text, part) -> None:
    assert ends_in_part_of_number(read(text)) is part


def test_one_sign_more_at_the_end_counts_and_nothing_else_does() -> None:
    first = read("云岭咨询有限公司91500108X6")
    longer = with_last_sign(first, read("云岭咨询有限公司91500108X6J", "J", trust=0.5))
    assert longer.text == "云岭咨询有限公司91500108X6J"
    assert longer.signs[:-1] == first.signs
    assert first.signs[-1][0] < longer.signs[-1][0] <= 1.0
    for other in ("云岭咨询有限公司91500108X6JL", "云岭咨询有限公司91500108K6J", "云岭咨询有限公司91500108X6，"):
        assert with_last_sign(first, read(other)) is first
    assert with_last_sign(first, read("云岭咨询有限公司91500108X6J", "J", trust=0.3)) is first
    placeless = first._replace(signs=())
    assert with_last_sign(placeless, read("云岭咨询有限公司91500108X6J")) is placeless
