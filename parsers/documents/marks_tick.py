"""Which of the little squares in a line are ticked?

A square is where four sides of one length are inked at once; so it is found under a hand's tick as well, and where
the tick touches the next character. What counts is the ink inside.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.documents.document import Presence
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box

_SIDE: Final = (0.62, 1.1)  #: side of a square in widths of a Chinese character
_OUTLINE: Final = 62.0  #: darkness, of 255, that the faintest of the four sides must have
_STROKE: Final = 95.0  #: darkness of a tick's strokes, more than a blurred outline lets fall inside
_TICKED: Final = 0.10  #: ink inside from which it is ticked
_FILLED: Final = 0.6  #: from which it is blackened
_EMPTY: Final = 0.03
_NEARLY: Final = 0.7  #: of the clearest outline's darkness, from which a larger frame is the true one
_SMALL: Final = 0.72  #: side in widths of a character below which a frame may be part of a square: never called empty
_LARGER: Final = 1.15  #: times a frame made by a tick's strokes, from which on another may be the whole square
_SLACK: Final = 2  #: pixels by which two frames of one square may be set off
_INSET: Final = 0.28  #: the outline's own share of the side, and of what blurs into it


@dataclass(frozen=True)
class Square:
    box: Box
    presence: Presence
    filled: bool = False  #: ■: blackened, not ticked


def find_squares(ink: InkMap, row: Box, size: float) -> tuple[Square, ...]:
    """The squares of one line, left to right. `size`: width of a Chinese character as a share of the page's width."""
    em = size * ink.width
    if em < 8:
        return ()
    ys, xs = ink.pixels(row)
    dark = 255.0 - ink.lightness[ys, xs].astype(np.float32)
    frames = _frames(dark, em)
    return tuple(_square(ink, dark, frame, em, (xs.start, ys.start)) for frame in sorted(frames))


def _frames(dark: NDArray[np.float32], em: float) -> list[tuple[int, int, int]]:
    """Left, top and side of every frame, in pixels of the strip."""
    # A scanned line may lie a pixel beside where it ought to.
    wide = np.asarray(cv2.dilate(dark, np.ones((3, 3), np.uint8)), dtype=np.float32)
    found: list[tuple[float, int, int, int]] = []
    for side in range(round(_SIDE[0] * em), round(_SIDE[1] * em) + 1):
        if dark.shape[0] <= side or dark.shape[1] <= side:
            break
        # Mean along each side of the frame whose top left corner is (x, y).
        level = cv2.blur(wide, (side, 1), anchor=(0, 0))
        upright = cv2.blur(wide, (1, side), anchor=(0, 0))
        score = np.minimum.reduce(
            (level[:-side, :-side], level[side:, :-side], upright[:-side, :-side], upright[:-side, side:])
        )
        # Only the best of each small neighbourhood: its neighbours are the same square.
        best = (score >= _OUTLINE) & (score >= cv2.dilate(score, np.ones((5, 5), np.uint8)))
        found.extend((float(score[y, x]), int(x), int(y), side) for y, x in np.argwhere(best))
    return _largest_of_each(found, em)


def _largest_of_each(found: list[tuple[float, int, int, int]], em: float) -> list[tuple[int, int, int]]:
    """One frame for each square: a tick's strokes make a smaller one with two sides of the true frame."""
    frames: list[tuple[int, int, int]] = []
    left = sorted(found, reverse=True)
    while left:
        best = left[0]
        near = [one for one in left if abs(one[1] - best[1]) < 0.6 * em]
        around = [one for one in near if one[0] >= _NEARLY * best[0] and _is_whole(one[1:], best[1:])]
        _, x, y, side = max([best, *around], key=lambda one: (one[3], one[0]))
        frames.append((x, y, side))
        left = [one for one in left if one not in near]
    return frames


def _is_whole(frame: tuple[int, int, int], smaller: tuple[int, int, int]) -> bool:
    """Clearly larger, and around it. What a square's sides make with the next character's strokes stands beside it."""
    (x, y, side), (left, top, inner) = frame, smaller
    return (
        side >= _LARGER * inner
        and x <= left + _SLACK
        and y <= top + _SLACK
        and left + inner <= x + side + _SLACK
        and top + inner <= y + side + _SLACK
    )


def _square(
    ink: InkMap, dark: NDArray[np.float32], frame: tuple[int, int, int], em: float, corner: tuple[int, int]
) -> Square:
    x, y, side = frame
    inset = max(2, round(_INSET * side))
    inside = dark[y + inset : y + side - inset + 1, x + inset : x + side - inset + 1]
    share = float(np.mean(inside > _STROKE)) if inside.size else 0.0
    presence = Presence.PRESENT if share >= _TICKED else Presence.ABSENT if share <= _EMPTY else Presence.UNCLEAR
    if presence is Presence.ABSENT and side < _SMALL * em:
        presence = Presence.UNCLEAR
    x, y = x + corner[0], y + corner[1]
    return Square(
        Box(x / ink.width, y / ink.height, (x + side) / ink.width, (y + side) / ink.height), presence, share >= _FILLED
    )
