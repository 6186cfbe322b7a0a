"""A person beside a card is told from a card alone; what cannot be told is said so."""

import cv2
import numpy as np
import pytest

from parsers.documents.card_in_hand import person_beside_card, read_card_in_hand
from parsers.documents.document import Mark, Presence
from parsers.files.page import Box, Line, Page, ReadBy

SIDE = 640
SKIN, HAIR, EYE = (224, 172, 140), (60, 42, 30), (70, 50, 45)


def ground(shade=200):
    return np.full((SIDE, SIDE, 3), shade, np.uint8)


def with_card(picture):
    cv2.rectangle(picture, (60, 470), (300, 620), (205, 222, 235), -1)
    return picture


def with_face(picture, centre=(380, 210), size=110):
    """A drawn head: hair, brow, eyes, bridge, cheeks, mouth, with soft edges as in a photo."""
    x, y = centre
    cv2.ellipse(picture, (x, y - size // 5), (int(size * 0.85), int(size * 1.05)), 0, 0, 360, HAIR, -1)
    cv2.ellipse(picture, centre, (int(size * 0.7), int(size * 0.9)), 0, 0, 360, SKIN, -1)
    for side in (-1, 1):
        at = (x + side * int(size * 0.29), y - int(size * 0.12))
        cv2.ellipse(picture, at, (int(size * 0.2), int(size * 0.11)), 0, 0, 360, EYE, -1)
    cv2.ellipse(picture, (x, y + int(size * 0.5)), (int(size * 0.25), int(size * 0.07)), 0, 0, 360, (160, 80, 80), -1)
    return cv2.GaussianBlur(picture, (9, 9), 0)


def a_card_page():
    lines = (
        Line("姓名 李四", Box(0.12, 0.76, 0.2, 0.78), 0.98),
        Line("公民身份号码 500103198808080007", Box(0.12, 0.92, 0.34, 0.94), 0.98),
    )
    return Page(1, lines, ReadBy.OCR, SIDE, SIDE)


def test_a_person_with_a_card():
    assert person_beside_card(a_card_page(), with_card(with_face(ground()))).presence is Presence.PRESENT


@pytest.mark.parametrize("size", [60, 90, 140])
def test_a_face_is_found_at_any_size(size):
    picture = with_card(with_face(ground(), size=size))
    assert person_beside_card(a_card_page(), picture).presence is Presence.PRESENT


def test_a_card_on_plain_ground():
    mark = person_beside_card(a_card_page(), with_card(ground()))
    assert (mark.presence, mark.why) == (Presence.ABSENT, "plain_ground")


def test_the_portrait_printed_on_the_card_is_no_person_beside_it():
    picture = with_card(ground())
    picture[500:600, 215:290] = cv2.resize(with_face(ground()), (75, 100))
    assert person_beside_card(a_card_page(), picture).presence is Presence.ABSENT


def test_a_card_on_a_patterned_cloth_cannot_be_told():
    picture = np.random.default_rng(7).integers(60, 200, (SIDE // 16, SIDE // 16, 3), np.uint8)
    picture = with_card(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST))
    assert person_beside_card(a_card_page(), picture).presence is Presence.UNCLEAR


def test_without_colour_a_face_is_not_vouched_for():
    grey = with_card(with_face(ground())).mean(axis=2).astype(np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=2)
    assert person_beside_card(a_card_page(), picture).presence is not Presence.PRESENT


def test_no_picture_no_answer():
    assert person_beside_card(a_card_page(), None).presence is Presence.UNCLEAR


def test_name_and_number_are_read_from_the_card_in_the_picture():
    read = read_card_in_hand("手持.jpg", 3, a_card_page(), Mark(Presence.PRESENT, 1))
    assert (read.name.value, read.citizen_id.value) == ("李四", "500103198808080007")
