"""An identity card tells whose it is, by which sides, until when."""

from dataclasses import replace

import pytest

from parsers.documents.document import Presence
from parsers.documents.identity_card import read_card
from parsers.files.page import ReadBy
from tests.builders_pages import a_page

ID = "500103198808080007"
FRONT = (
    "姓名　阿依古丽·买买提",
    "性别　女　民族　维吾尔",
    "出生　1988 年 8 月 8 日",
    "住址　重庆市渝中区人民路1号",
    f"公民身份号码　{ID}",
)
BACK = ("中华人民共和国", "居民身份证", "签发机关　重庆市公安局渝中分局", "有效期限　2019.03.12-2039.03.12")


def card(*rows, read_by=ReadBy.OCR):
    return read_card("身份证.jpg", 1, [a_page(*rows, read_by=read_by)])


def test_both_sides_on_one_sheet():
    read = card(*FRONT, *BACK)
    assert (read.front, read.back) == (Presence.PRESENT, Presence.PRESENT)
    assert read.name.value == "阿依古丽·买买提"
    assert read.citizen_id.value == ID
    assert read.citizen_id.certain
    assert (read.valid_until.value, read.valid_until.certain) == ("2039-03-12", True)


def test_one_side_does_not_stand_for_the_other():
    assert card(*FRONT).back is Presence.ABSENT
    assert card(*BACK).front is Presence.ABSENT


def test_a_name_is_never_certain_from_pixels():
    assert not card(*FRONT).name.certain


def test_a_label_in_its_own_cell_finds_the_value_beside_it():
    assert card(("姓名", "李四"), *FRONT[1:]).name.value == "李四"


@pytest.mark.parametrize("number", ["500103198808080008", "500103198813080007"])
def test_a_number_that_cannot_be_is_kept_but_not_certain(number):
    read = card(*FRONT[:-1], f"公民身份号码　{number}")
    assert (read.citizen_id.value, read.citizen_id.certain) == (number, False)


@pytest.mark.parametrize(
    ("term", "until"),
    [
        pytest.param("2019.03.12-长期", "9999-12-31", id="without end"),
        pytest.param("2019.03.12-2039.03.12", "2039-03-12", id="twenty years"),
        pytest.param("2016.02.29-2026.03.01", "2026-03-01", id="a leap day"),
        pytest.param("2019.03.12-2036.03.12", None, id="no term that exists: misread"),
        pytest.param("2019.03.12", None, id="one date alone"),
    ],
)
def test_the_term_is_believed_only_when_both_dates_agree(term, until):
    read = card(*BACK[:-1], f"有效期限　{term}")
    assert (read.valid_until.value if read.valid_until else None) == until


def test_words_of_the_other_side_are_no_name():
    assert card(("姓名", "中华人民共和国"), *FRONT[1:]).name is None


def test_a_line_without_width_makes_no_reader_fail():
    page = a_page(*FRONT, *BACK)
    thin = [replace(line, box=replace(line.box, right=line.box.left)) for line in page.lines]
    assert read_card("身份证.pdf", 0, [replace(page, lines=tuple(thin))]).front is Presence.PRESENT
