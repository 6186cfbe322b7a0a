"""A second engine that reads a name or a date alike makes it certain; numbers and wording are never asked about."""

from dataclasses import replace

import numpy as np
import pytest

from parsers.documents.document import DocumentKind, Field, FileRead, Presence
from parsers.documents.identity_card import IdentityCard
from parsers.documents.second_opinion import with_second_opinion
from parsers.files.page import Box, ReadBy

PLACE = Box(0.1, 0.1, 0.5, 0.2)
PAGE = {1: np.full((200, 300, 3), 255, np.uint8)}


def a_field(value: str, **changed) -> Field:
    return replace(Field(value, 0.9, certain=False, page=1, box=PLACE), **changed)


def a_card(**fields: Field) -> FileRead:
    card = IdentityCard(
        DocumentKind.IDENTITY_CARD,
        "card.jpg",
        1,
        (1,),
        ReadBy.OCR,
        front=Presence.PRESENT,
        back=Presence.PRESENT,
        **fields,
    )
    return FileRead(1, "card.jpg", (card,))


def asked_of(read: FileRead, *answers: str) -> tuple[FileRead, int]:
    """What comes out, and about how many places the second engine was asked."""
    places = []

    def ask(crops):
        places.extend(crops)
        return (*answers, *[""] * len(crops))[: len(crops)]

    return with_second_opinion(read, PAGE, ask), len(places)


@pytest.mark.parametrize(
    ("answer", "certain"),
    [
        pytest.param("姓名 张三丰", True, id="alike"),
        pytest.param("张 三丰", True, id="with a space"),
        pytest.param("张三", False, id="less"),
        pytest.param("张三车", False, id="otherwise"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_a_name_read_alike_is_certain_and_else_as_unsure_as_before(answer, certain):
    read, asked = asked_of(a_card(name=a_field("张三丰")), answer)
    assert asked == 1
    assert read == a_card(name=a_field("张三丰", certain=certain))


@pytest.mark.parametrize(("answer", "certain"), [("2020.05.06-2030年5月6日", True), ("2020.05.06-2030.05.08", False)])
def test_a_date_is_compared_as_a_date(answer, certain):
    read, _ = asked_of(a_card(valid_until=a_field("2030-05-06")), answer)
    assert read.documents[0].valid_until.certain is certain


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"citizen_id": a_field("110101199003070038")}, id="a number"),
        pytest.param({"name": a_field("张三丰", certain=True)}, id="a name that something vouches for"),
        pytest.param({"name": a_field("张三丰", read_by=ReadBy.TEXT)}, id="from a text layer"),
        pytest.param({"name": a_field("张三丰", page=2)}, id="on a page without a picture"),
        pytest.param({"name": a_field("张三丰", box=None)}, id="without a place"),
    ],
)
def test_it_is_not_asked_about(fields):
    read, asked = asked_of(a_card(**fields), "张三丰 110101199003070038")
    assert (read, asked) == (a_card(**fields), 0)


def test_a_lost_bracket_is_no_difference():
    read, _ = asked_of(a_card(name=a_field("重庆市立信(集团)有限公司")), "重庆市立信（集团有限公司业绩信息")
    assert read.documents[0].name.certain


def test_one_letter_is_no_name_that_two_could_agree_on():
    read, _ = asked_of(a_card(name=a_field("张")), "张")
    assert not read.documents[0].name.certain
