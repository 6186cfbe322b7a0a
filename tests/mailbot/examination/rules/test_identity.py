"""Findings on the card, the photo with it, and pages that could not be read."""

from dataclasses import replace
from datetime import date

import pytest

from mailbot.examination.rules import identity
from mailbot.letters.rendering import Words
from parsers.documents.card_in_hand import CardInHandPhoto
from parsers.documents.document import DocumentKind, FileRead, Mark, Presence
from parsers.files.page import ReadBy
from tests.builders_submission import ENGINEER, ENGINEER_ID, a_card, a_letter, a_paper, a_submission, codes, read, run

INVALID = "500103198808080008"


def a_photo(person=Presence.PRESENT, citizen_id=ENGINEER_ID):
    return CardInHandPhoto(
        DocumentKind.CARD_IN_HAND_PHOTO,
        "手持身份证照片.jpg",
        5,
        (1,),
        ReadBy.OCR,
        person=Mark(person, 1),
        name=read(ENGINEER, certain=False),
        citizen_id=citizen_id if hasattr(citizen_id, "certain") else read(citizen_id),
    )


def told(*documents, **more):
    return codes(run(identity.RULES, a_submission(*documents, **more)))


def test_card_and_photo_are_passed_in_silence():
    assert told(a_card(), a_photo()) == []


def test_a_filing_by_the_firm_asks_for_neither():
    assert told(a_letter("4-1-3"), action="close", by="firm") == []


def test_missing_ones_are_defects_when_every_page_was_recognised():
    assert told(a_letter()) == [("id_card_missing", "defect"), ("card_in_hand_photo_missing", "defect")]
    assert told(a_card()) == [("card_in_hand_photo_missing", "defect")]
    assert told(a_photo()) == [("id_card_missing", "defect")]


def test_an_unknown_page_makes_them_doubts_and_is_told_itself():
    assert told(a_card(), unknown_pages=1) == [
        ("card_in_hand_photo_missing", "doubt"),
        ("document_illegible", "doubt"),
    ]


def test_a_card_alone_is_not_a_card_in_hand():
    found = run(identity.RULES, a_submission(a_card(), a_card()))
    assert codes(found) == [("card_in_hand_photo_missing", "defect")]
    assert found[0].card_alone


def test_a_picture_in_which_nobody_can_be_made_out_is_for_a_person():
    assert told(a_card(), a_photo(Presence.UNCLEAR)) == [("card_in_hand_photo_missing", "doubt")]


def test_a_second_unclear_picture_may_be_the_card():
    assert told(a_photo(), a_photo(Presence.UNCLEAR)) == []


def test_one_unclear_picture_alone_may_be_either_but_not_both():
    assert told(a_photo(Presence.UNCLEAR)) == [("id_card_missing", "doubt"), ("card_in_hand_photo_missing", "doubt")]


@pytest.mark.parametrize(("side", "lacking"), [("front", ("front",)), ("back", ("back",))])
def test_a_side_that_was_not_sent_is_for_a_person(side, lacking):
    found = run(identity.RULES, a_submission(replace(a_card(), **{side: Presence.ABSENT}), a_photo()))
    assert codes(found) == [("id_card_missing", "doubt")]
    assert found[0].sides == lacking


def test_two_sides_may_come_in_two_files():
    front, back = replace(a_card(), back=Presence.ABSENT), replace(a_card(), front=Presence.ABSENT)
    assert told(front, back, a_photo()) == []


@pytest.mark.parametrize(
    ("until", "expected"),
    [("2026-03-11", [("id_card_expired", "doubt")]), ("2026-03-12", []), ("9999-12-31", [])],
)
def test_an_expired_card_is_for_a_person(until, expected):
    card = replace(a_card(), valid_until=read(until))
    assert told(card, a_photo(), received=date(2026, 3, 12)) == expected


def test_the_end_on_a_back_side_that_may_be_held_by_somebody_counts_too():
    """Taken on a patterned table it is told as a photo in which nobody could be made out."""
    back = replace(a_photo(Presence.UNCLEAR), valid_until=read("2021-05-12"))
    assert ("id_card_expired", "doubt") in told(a_card(), back, a_photo(), received=date(2026, 3, 12))


def test_a_certain_number_that_cannot_be_is_a_defect_told_once():
    number = read(INVALID)
    card, photo = a_card(citizen_id=number), a_photo(citizen_id=number)
    assert told(card, photo) == [("identifier_invalid", "defect")]


def test_an_unsure_number_is_a_doubt_but_two_readings_of_it_agree():
    unsure = read(INVALID, certain=False)
    assert told(a_card(citizen_id=unsure), replace(a_photo(), citizen_id=None)) == [("identifier_invalid", "doubt")]
    assert told(a_card(citizen_id=unsure), a_photo(citizen_id=unsure)) == [("identifier_invalid", "defect")]


def test_a_misread_number_is_passed_where_another_paper_shows_it_right():
    assert told(a_card(citizen_id=read(INVALID, certain=False)), a_photo()) == []


def test_fifteen_digits_and_passports_are_not_judged():
    assert told(a_card(citizen_id=read("510202890307123")), a_photo()) == []


def test_an_illegible_page_is_always_told_an_unknown_one_only_while_a_paper_lacks():
    complete = [a_paper(kind.kind) for kind in a_submission().filing.required_now]
    submission = a_submission(*complete, unknown_pages=1)
    assert "document_illegible" not in dict(codes(identity.pages_can_be_read(submission, None)))
    files = (*submission.files[:-1], replace(submission.files[-1], unknown_pages=(), illegible_pages=(2,)))
    found = list(identity.pages_can_be_read(replace(submission, files=files), None))
    assert codes(found) == [("document_illegible", "doubt")]
    assert (found[0].document, found[0].pages, found[0].unknown) == ("扫描件.pdf", (2,), False)


def test_a_page_that_was_not_looked_at_is_not_called_unclear():
    cut = FileRead(1, "扫描件.pdf", illegible_pages=(2, 51, 52), unread_pages=(51, 52))
    found = list(identity.pages_can_be_read(replace(a_submission(), files=(cut,)), None))
    assert [(one.pages, one.unread) for one in found] == [((2,), False), ((51, 52), True)]
    assert "第51–52页未能读取" in Words().sentence(found[1])
