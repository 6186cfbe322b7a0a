"""Which print is lost in the red channel because it is red or orange itself, and what does it say?

The systems write 未上报 and 退回 so, and a page whose contrary word is not seen passes. Pages of running text are left
alone: what is red on them is a seal, for whose sake the red channel is read at all.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.files.ocr import Ocr, Reading
from parsers.files.second_look import is_running_text, merged
from parsers.files.sheet import Picture
from parsers.files.turn import sides

Mask = NDArray[np.uint8]
Spot = tuple[int, int, int, int]  #: left, top, width, height in pixels

_SPREAD: Final = 45  #: by how much red must stand above the other channels, of 255
_PALE: Final = 0.55  #: share of the paper's brightness that such print has in the red channel: less is read there
#: In heights of the page's lines: of a word, its least width, its least and most height.
_WORD: Final = (1.2, 0.4, 2.6)
#: Both sides of what may be a seal or a coat of arms, in heights of lines, and how unlike they may be.
_SEAL: Final = (4.0, 2.2)
_PAD: Final = 0.7
_MOST: Final = 12
_SURE: Final = 0.8


def with_red_print(reading: Reading, picture: Picture, ocr: Ocr, enough: Callable[[], bool]) -> Reading:
    """The reading with the words that only the other channels show."""
    if not reading.complete or not len(reading.quads) or is_running_text(reading.quads):
        return reading
    upright = np.ascontiguousarray(np.rot90(picture, k=-(reading.turned // 90) % 4))
    line = float(np.median(np.minimum(*sides(reading.quads))))
    near = _extent(reading, 2 * line)
    spots = [spot for spot in _spots(_red(upright), line) if _holds(near, *_middle(spot))][:_MOST]
    dark = np.asarray(upright.min(axis=2)) if spots else None
    for left, top, wide, high in spots:
        if dark is None or enough():
            break
        pad = round(_PAD * line)
        x, y = max(0, left - pad), max(0, top - pad)
        again = ocr.read(np.ascontiguousarray(dark[y : top + high + pad, x : left + wide + pad]), enough)
        sure = [at for at, trust in enumerate(again.confidences) if trust >= _SURE]
        if again.turned or not sure:
            continue
        reading = merged(reading, _moved(again, sure, x, y))
    return reading


def _red(picture: Picture) -> Mask:
    """Where there is red that is pale in the red channel."""
    red = picture[..., 0]
    paper = float(np.percentile(red[::4, ::4], 95))
    others = np.minimum(picture[..., 1], picture[..., 2])
    return ((cv2.subtract(red, others) > _SPREAD) & (red > _PALE * paper)).astype(np.uint8)


def _spots(red: Mask, line: float) -> Iterator[Spot]:
    """Runs of red of a word's size that do not stand in a seal, the likest to a line first."""
    reach = max(3, round(line))
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((max(1, reach // 4), reach), np.uint8))
    _, _, found, _ = cv2.connectedComponentsWithStats(joined)
    boxes: list[Spot] = [(int(x), int(y), int(wide), int(high)) for x, y, wide, high, _ in found[1:]]
    seals = [box for box in boxes if min(box[2:]) > _SEAL[0] * line and max(box[2:]) < _SEAL[1] * min(box[2:])]
    for box in sorted(boxes, key=lambda box: abs(box[3] - line)):
        fits = box[2] > _WORD[0] * line and _WORD[1] * line < box[3] < _WORD[2] * line
        if fits and not any(_holds(seal, *_middle(box)) for seal in seals):
            yield box


def _extent(reading: Reading, pad: float) -> Spot:
    """Where on the picture there is text at all: around a monitor there may be a desk of any colour."""
    corners = reading.quads.reshape(-1, 2)
    (left, top), (right, bottom) = corners.min(axis=0) - pad, corners.max(axis=0) + pad
    return int(left), int(top), int(right - left), int(bottom - top)


def _middle(box: Spot) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def _holds(box: Spot, x: float, y: float) -> bool:
    return box[0] <= x <= box[0] + box[2] and box[1] <= y <= box[1] + box[3]


def _moved(reading: Reading, chosen: list[int], x: int, y: int) -> Reading:
    return replace(
        reading,
        quads=reading.quads[chosen] + np.array([x, y], dtype=np.float32),
        texts=tuple(reading.texts[at] for at in chosen),
        confidences=tuple(reading.confidences[at] for at in chosen),
        signs=tuple(reading.signs[at] for at in chosen) if reading.signs else (),
    )
