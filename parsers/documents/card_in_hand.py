"""Does a picture show a person holding an identity card, or only a card?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.documents.document import Document, DocumentKind, Field, Mark, Presence
from parsers.documents.identity_card import read_citizen_id, read_name, read_valid_until
from parsers.documents.lines import enclosing, level
from parsers.files.page import Box, Page
from parsers.files.sheet import Picture
from parsers.names import squeeze

Grey = NDArray[np.float32]
Mask = NDArray[np.bool_]

#: Words that stand on the card itself.
_ON_CARD: Final = re.compile("姓名|性别|民族|出生|住址|公民身份|身份证|中华人民|签发机关|有效期限|[0-9]{17}[0-9Xx]")
#: The short side to which a picture is reduced before looking for a face.
_SHORT_SIDE: Final = 320
#: A face in the window of one step, in pixels of the reduced picture, and the steps from 8 to 70 % of the short side.
_WINDOW: Final = 24
_STEP: Final = 1.2
#: How far a card reaches beyond its printed text: its portrait stands to the right, margins all round.
_CARD_MARGIN: Final = (0.15, 0.45, 0.85, 0.45)  # left, top, right, bottom, in shares of the text's width and height
#: Share of pixels with an edge beside the card: plain paper or a plain table shows hardly any.
_PLAIN: Final = 0.035
_EDGE: Final = 24.0
#: Share of skin-coloured pixels in the middle of a face.
_SKIN: Final = 0.55
#: Least difference between eyes and brow, cheeks and bridge, in standard deviations of the window.
_CONTRAST: Final = 0.12
#: Windows that must agree on one face.
_AGREEING: Final = 6


@dataclass(frozen=True, kw_only=True)
class CardInHandPhoto(Document):
    """手持身份证照片 (附件3-3): `person` says whether somebody is seen beside the card."""

    person: Mark
    name: Field | None = None
    citizen_id: Field | None = None
    valid_until: Field | None = None  #: of a back side that was taken on a desk, and perhaps is the scan

    @property
    def fields(self) -> dict[str, Field]:
        named = {"engineer": self.name, "citizen_id": self.citizen_id, "valid_until": self.valid_until}
        return {key: field for key, field in named.items() if field is not None}


def read_card_in_hand(file: str, position: int, page: Page, person: Mark) -> CardInHandPhoto:
    lines = level(page)
    return CardInHandPhoto(
        DocumentKind.CARD_IN_HAND_PHOTO,
        file,
        position,
        (page.number,),
        page.read_by,
        page.seconds,
        person=person,
        name=read_name(page, lines),
        citizen_id=read_citizen_id(page, lines),
        valid_until=read_valid_until(page, lines),
    )


def person_beside_card(page: Page, picture: Picture | None) -> Mark:
    """A face outside the card is a person; nothing but plain ground is none; anything else cannot be told.

    Deliberately no trained model: none ships with the packages. The shape of a face (eyes darker than brow, cheeks
    and the bridge of the nose, both halves alike) and the colour of skin must agree.
    """
    if picture is None:
        return Mark(Presence.UNCLEAR, page.number, why="no_picture")
    small = _reduced(picture)
    outside = _outside_card(page, small.shape[0], small.shape[1])
    if face := _face(small, outside):
        return Mark(Presence.PRESENT, page.number, box=face)
    if _edges(small, outside) < _PLAIN:
        return Mark(Presence.ABSENT, page.number, why="plain_ground")
    return Mark(Presence.UNCLEAR, page.number, why="no_face_found")


def _reduced(picture: Picture) -> Picture:
    scale = _SHORT_SIDE / min(picture.shape[:2])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def _outside_card(page: Page, height: int, width: int) -> Mask:
    outside = np.ones((height, width), dtype=np.bool_)
    # A phone's date stamp or the words on a jacket are no part of the card.
    text = enclosing(line.box for line in page.lines if _ON_CARD.search(squeeze(line.text)))
    if text is None:
        return outside
    left, top, right, bottom = _CARD_MARGIN
    # A card's text block is wider than half the card; heights are measured by widths, as few lines may be read.
    tall = max(text.height, 0.5 * text.width * page.width / max(page.height, 1))
    outside[
        max(0, int((text.top - top * tall) * height)) : int((text.bottom + bottom * tall) * height) + 1,
        max(0, int((text.left - left * text.width) * width)) : int((text.right + right * text.width) * width) + 1,
    ] = False
    return outside


def _edges(small: Picture, outside: Mask) -> float:
    """Share of the ground beside the card that shows any structure."""
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    structured = np.hypot(across, down) > _EDGE
    ground = int(outside.sum())
    return float((structured & outside).sum()) / ground if ground else 0.0


def _face(small: Picture, outside: Mask) -> Box | None:
    """The face outside the card on which most windows agree, or None."""
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    skin = _skin(small).astype(np.float32)
    free = outside.astype(np.float32)
    found: list[tuple[int, Box]] = []
    for step, factor in enumerate(_factors(grey.shape[0], grey.shape[1])):
        level = [
            np.asarray(cv2.resize(plane, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), dtype=np.float32)
            for plane in (grey, skin, free)
        ]
        height, width = level[0].shape
        for row, column in _windows(*level):
            box = Box(column / width, row / height, (column + _WINDOW) / width, (row + _WINDOW) / height)
            found.append((step, box))
    return _agreed(found)


def _agreed(found: list[tuple[int, Box]]) -> Box | None:
    """A real face answers in many windows next to each other and in more than one size; a chance likeness does not."""
    best: tuple[int, Box] | None = None
    for step, box in found:
        (x, y), reach = box.middle, 0.25
        near = [
            other_step
            for other_step, other in found
            if abs(other_step - step) <= 1
            and abs(other.middle[0] - x) < reach * box.width
            and abs(other.middle[1] - y) < reach * box.height
        ]
        if len(near) >= _AGREEING and len(set(near)) > 1 and (best is None or len(near) > best[0]):
            best = (len(near), box)
    return best[1] if best else None


def _factors(height: int, width: int) -> Iterator[float]:
    factor = 1.0
    while min(height, width) * factor * 0.7 >= _WINDOW:
        yield factor
        factor /= _STEP


def _skin(small: Picture) -> Mask:
    """Skin of any tone by its chroma (YCrCb); a greyscale picture has none."""
    _, red, blue = cv2.split(cv2.cvtColor(small, cv2.COLOR_RGB2YCrCb))
    return np.asarray((red > 134) & (red < 178) & (blue > 76) & (blue < 128))


def _windows(grey: Grey, skin: Grey, free: Grey) -> Iterator[tuple[int, int]]:
    """Places of windows that look like a face: every contrast of a face holds. A smile shows teeth: no mouth asked."""
    if min(grey.shape) < _WINDOW:
        return
    mean = _sums(grey)
    square = _sums(grey * grey)
    whole = _mean(mean, 0, 0, _WINDOW, _WINDOW)
    spread = np.sqrt(np.maximum(_mean(square, 0, 0, _WINDOW, _WINDOW) - whole * whole, 1.0))
    eye_left, eye_right = _mean(mean, 8, 4, 12, 10), _mean(mean, 8, 14, 12, 20)
    brow = _mean(mean, 2, 6, 6, 18)
    cheek_left, cheek_right = _mean(mean, 13, 4, 17, 9), _mean(mean, 13, 15, 17, 20)
    contrasts = (
        brow - np.maximum(eye_left, eye_right),
        cheek_left - eye_left,
        cheek_right - eye_right,
        _mean(mean, 8, 10, 12, 14) - (eye_left + eye_right) / 2,
    )
    alike = np.abs(eye_left - eye_right) + np.abs(cheek_left - cheek_right)
    face = (np.minimum.reduce(contrasts) > _CONTRAST * spread) & (spread > 12) & (alike < spread)
    face &= _mean(_sums(skin), 4, 5, 20, 19) > _SKIN
    face &= _mean(_sums(free), 0, 0, _WINDOW, _WINDOW) > 0.9
    for row, column in np.argwhere(face):
        yield int(row), int(column)


def _sums(plane: Grey) -> NDArray[np.float64]:
    return np.asarray(cv2.integral(plane, sdepth=cv2.CV_64F), dtype=np.float64)


def _mean(sums: NDArray[np.float64], top: int, left: int, bottom: int, right: int) -> NDArray[np.float64]:
    """Mean of one part of the window, for every window at once."""
    rows, columns = sums.shape[0] - _WINDOW, sums.shape[1] - _WINDOW

    def at(down: int, over: int) -> NDArray[np.float64]:
        return sums[down : down + rows, over : over + columns]

    total = at(bottom, right) - at(top, right) - at(bottom, left) + at(top, left)
    return np.asarray(total / ((bottom - top) * (right - left)))
