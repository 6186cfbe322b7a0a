"""What a reviewer is shown of one paper: all that can be seen, in Chinese, each value with what vouches for it."""

import dataclasses
from enum import Enum

import pytest

from mailbot.cases.papers_seen import files_seen
from mailbot.letters.rendering import Words
from parsers.documents.card_in_hand import CardInHandPhoto
from parsers.documents.commitment_letter import Signature
from parsers.documents.document import DocumentKind, Field, FileRead, Leaf, Mark, Presence
from parsers.documents.identity_card import IdentityCard
from parsers.documents.screenshot import Screenshot, Tenure
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.documents.social_insurance_title import Title, Variety
from parsers.files.page import Fault, ReadBy, Unreadable
from tests.builders_service import a_signed_letter

WORDS = Words()


def told(*files: FileRead) -> list[str]:
    return [line.strip() for line in WORDS.reviewer_text("papers", tuple(files_seen(files))).splitlines()]


def test_each_value_says_whether_anything_vouches_for_it():
    fields = {
        "handler": Field("龙思", 0.98, certain=False, page=1),
        "handler_id": Field("110101199003070038", 0.99, certain=True, page=1),
        "firm": Field("甲监理有限公司", 1.0, certain=True, page=1, read_by=ReadBy.TEXT),
    }
    letter = dataclasses.replace(a_signed_letter(), blanks=fields, date_field=None)
    lines = told(FileRead(1, "a.pdf", (letter,)))
    assert "承办人：龙思（无印证，把握98%）" in lines
    assert "承办人身份证号码：110***********0038（有印证，把握99%）" in lines
    assert "监理企业：甲监理有限公司" in lines


def test_a_letter_of_loose_pages_says_where_each_lies():
    blanks = {"handler": Field("龙思", 0.98, certain=False, page=1)}
    leaves = (Leaf(2, "乙.jpg", 1), Leaf(1, "甲.pdf", 7))
    letter = dataclasses.replace(a_signed_letter(), blanks=blanks, date_field=None, pages=(2, 1), leaves=leaves)
    lines = told(FileRead(2, "乙.jpg", (letter,)))
    assert any(line.endswith("，各页依次为“乙.jpg”第1页、“甲.pdf”第7页") for line in lines)
    assert "承办人：龙思（无印证，把握98%，第2页）" in lines


def test_marks_say_why_they_cannot_be_told():
    grey = Mark(Presence.UNCLEAR, 1, why="greyscale")
    letter = dataclasses.replace(a_signed_letter(), seal=grey, signatures=(Signature("handler", "承办人", grey),))
    lines = told(FileRead(1, "a.pdf", (letter,)))
    assert "印章：未能确定（黑白或灰度图像）" in lines
    assert "签字“承办人”：未能确定（黑白或灰度图像）" in lines


def test_sides_of_a_card_and_the_person_in_the_photo_are_told():
    common = (1, (1,), ReadBy.OCR)
    card = IdentityCard(DocumentKind.IDENTITY_CARD, "c.jpg", *common, front=Presence.PRESENT, back=Presence.ABSENT)
    photo = CardInHandPhoto(DocumentKind.CARD_IN_HAND_PHOTO, "p.jpg", *common, person=Mark(Presence.PRESENT, 1))
    lines = told(FileRead(1, "c.jpg", (card,)), FileRead(2, "p.jpg", (photo,)))
    assert [line for line in lines if "面：" in line] == ["人像面：有", "国徽面：未见"]
    assert "手持证件的人：有" in lines


def test_each_person_listed_on_a_screen_is_one_line():
    def read(value: str, confidence: float = 1.0) -> Field:
        return Field(value, confidence, certain=True, page=1)

    gone = Tenure(read("秦静曦", 0.93), read("总监"), read("2024-05-01"), read("2025-12-20"), until_now=False)
    here = Tenure(dataclasses.replace(read("孙涛思"), certain=False), None, read("2026-03-13"), None, until_now=True)
    kind = DocumentKind.MUNICIPAL_SCREENSHOT
    lines = told(FileRead(1, "x.jpg", (Screenshot(kind, "x.jpg", 1, (1,), ReadBy.OCR, personnel=(gone, here)),)))
    assert "履约人员：秦静曦，总监，2024-05-01至2025-12-20（有印证，把握93%）" in lines
    assert "履约人员：孙涛思，岗位未读出，2026-03-13至今（无印证，把握100%）" in lines


def test_what_a_certificate_or_a_screen_was_to_say_and_does_not_is_told():
    common = ("x.pdf", 1, (1,), ReadBy.OCR)
    kind = DocumentKind.SOCIAL_INSURANCE_CERTIFICATE
    certificate = SocialInsuranceCertificate(kind, *common, title=Title(Variety.INDIVIDUAL))
    screen = Screenshot(DocumentKind.NATIONAL_SCREENSHOT, *common)
    lines = told(FileRead(1, "x.pdf", (certificate, screen)))
    assert {"养老保险已缴月份：未能确定", "状态：未能确定"} <= set(lines)


def test_a_file_of_empty_sides_is_said_to_show_nothing():
    assert told(FileRead(1, "a.pdf"))[1] == "未见任何内容（空白页）"


@pytest.mark.parametrize(("words", "table"), [(Fault, "faults"), (Presence, "presences")])
def test_every_word_of_a_closed_list_has_a_name(words, table):
    assert {one.value for one in words} <= set(tables()[table])


def test_every_variety_of_certificate_has_a_name():
    assert {one.value for one in Variety} == set(tables()["words"]["variety"])


def tables() -> dict[str, dict[str | Enum, object]]:
    module = WORDS._text.get_template("reviewer/papers.zh.j2").make_module({"mail": ()})
    return vars(module)


def test_a_file_that_cannot_be_opened_says_why_in_chinese():
    (line,) = told(FileRead(1, "a.pdf", unreadable=Unreadable(Fault.ENCRYPTED, "x")))[1:]
    assert line == "不能读取：文件已加密，需要密码"
    (line,) = told(FileRead(1, "a.jpg", unreadable=Unreadable(Fault.TOO_LARGE, "60000 x 60000 pixels")))[1:]
    assert line.endswith("（60000 x 60000 pixels）")
