"""Where on a page is ink, and does one character look like another?

Works on the upright picture (RGB). Places are shares of the page; answers are shares of the place.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.files.page import Box
from parsers.files.sheet import Picture

Grey = NDArray[np.uint8]  #: height x width
Mask = NDArray[np.uint8]  #: 0 or 255

_WORK_SIDE: Final = 1600  #: the longer side of the picture worked on, in pixels
_SEAL_LEAD: Final = 40  #: lead of red over the other channels in a seal's ink, however dark
_GLYPH_SIDE: Final = 40  #: a character's side when its looks are compared
_ALIKE: Final = (
    0.88  #: correlation from which two characters look the same: nine in ten pairs of one do, of two hardly any
)
_DUST: Final = 0.012  #: share of a stretch that is ink although nothing is written there
_UNDERLINED: Final = 0.7  #: share of a row that is ink from which it is a line and no stroke
_UNLIKE: Final = 0.78  #: below it they do not


class InkMap:
    """One page's ink, made once and asked often."""

    def __init__(self, picture: Picture, *, electronic: bool = False) -> None:
        self.electronic = electronic  #: drawn from a text layer: it never was paper, and no scanner took its colour
        colour = picture if picture.ndim == 3 else np.repeat(picture[..., None], 3, axis=2)
        scale = min(1.0, _WORK_SIDE / max(colour.shape[:2]))
        if scale < 1.0:
            size = (round(colour.shape[1] * scale), round(colour.shape[0] * scale))
            colour = np.asarray(cv2.resize(colour, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        self.colour: Picture = colour
        self.height: int = colour.shape[0]
        self.width: int = colour.shape[1]

    @cached_property
    def lightness(self) -> Grey:
        """The red channel over its own background: paper is 255 everywhere, a red seal has vanished."""
        red = self.colour[..., 0]
        # The paper's own tone, also under a photo's uneven light: the brightest nearby, smoothed.
        small = cv2.resize(red, (max(1, self.width // 8), max(1, self.height // 8)), interpolation=cv2.INTER_AREA)
        paper = cv2.GaussianBlur(cv2.dilate(small, np.ones((9, 9), np.uint8)), (0, 0), 6)
        ground = cv2.resize(paper, (self.width, self.height), interpolation=cv2.INTER_LINEAR)
        even = np.minimum(255.0, red.astype(np.float32) * 255.0 / np.maximum(ground.astype(np.float32), 1.0))
        return np.asarray(even, dtype=np.uint8)

    @cached_property
    def ink(self) -> Mask:
        """Dark strokes without long rulings, frames and underlines."""
        dark = np.asarray((self.lightness < 150) * 255, dtype=np.uint8)
        return np.asarray(cv2.bitwise_and(dark, cv2.bitwise_not(self.rulings)), dtype=np.uint8)

    @cached_property
    def pen(self) -> Mask:
        """Ink that is no seal's: where red leads, only what is nearly black counts as a stroke across the seal."""
        return np.asarray(np.where(self.red & (self.lightness > 90), 0, self.ink), dtype=np.uint8)

    @cached_property
    def red(self) -> NDArray[np.bool_]:
        """Where a seal's ink is, however dark."""
        colour = self.colour.astype(np.int16)
        return np.asarray(colour[..., 0] - np.maximum(colour[..., 1], colour[..., 2]) > _SEAL_LEAD, dtype=np.bool_)

    @cached_property
    def rulings(self) -> Mask:
        dark = np.asarray((self.lightness < 185) * 255, dtype=np.uint8)
        long = max(24, self.width // 26)
        # Slightly slanting lines break into steps of one pixel: joined before they are measured.
        joined = cv2.dilate(dark, np.ones((3, 1), np.uint8))
        level = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
        joined = cv2.dilate(dark, np.ones((1, 3), np.uint8))
        upright = cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((2 * long, 1), np.uint8))
        return np.asarray(cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8)), dtype=np.uint8)

    def pixels(self, box: Box) -> tuple[slice, slice]:
        """Rows and columns of a place, kept inside the picture."""
        top, bottom = sorted((round(box.top * self.height), round(box.bottom * self.height)))
        left, right = sorted((round(box.left * self.width), round(box.right * self.width)))
        top, left = min(max(top, 0), self.height - 1), min(max(left, 0), self.width - 1)
        return slice(top, max(top + 1, min(bottom, self.height))), slice(left, max(left + 1, min(right, self.width)))

    def share(self, box: Box) -> float:
        """How much of the place is ink, 0 to 1."""
        return float(np.count_nonzero(self.ink[self.pixels(box)])) / max(1, self.ink[self.pixels(box)].size)

    def red_share(self, box: Box) -> float:
        """How much of the place is a seal's ink, 0 to 1."""
        return float(np.mean(self.red[self.pixels(box)]))

    def is_clean(self, box: Box) -> bool:
        """Is there no stroke in this stretch of a line? Its underline and dust are none."""
        rows, columns = self.pixels(box)
        patch = self.ink[rows, columns] > 0
        patch = patch[np.mean(patch, axis=1) < _UNDERLINED]
        # Beside the text of a line, what is left of a ruling or a frame is one thin column.
        return patch.size == 0 or float(np.mean(patch)) <= _DUST

    def look_the_same(self, place: Box, twins: Sequence[Box]) -> bool | None:
        """Does the character at `place` look like its twins, which are read alike elsewhere on the page?

        Places are by even setting and therefore a little off: the twin is searched around the place. None: cannot
        tell.
        """
        best = max((self._likeness(place, twin) for twin in twins[:8]), default=None)
        if best is None or _UNLIKE <= best < _ALIKE:
            return None
        return best >= _ALIKE

    def _likeness(self, place: Box, twin: Box) -> float:
        side = max(place.width * self.width, 4.0)
        around = Box(place.left - 0.6 * place.width, place.top, place.right + 0.6 * place.width, place.bottom)
        scale = _GLYPH_SIDE / side
        field, piece = (self._scaled(box, scale) for box in (around, _core(twin)))
        if piece.shape[0] > field.shape[0] or piece.shape[1] > field.shape[1] or piece.std() < 8 or field.std() < 8:
            return 0.0
        return float(np.max(cv2.matchTemplate(field, piece, cv2.TM_CCOEFF_NORMED)))

    def _scaled(self, box: Box, scale: float) -> Grey:
        crop = self.lightness[self.pixels(box)]
        size = (max(1, round(crop.shape[1] * scale)), max(1, round(crop.shape[0] * scale)))
        return np.asarray(cv2.GaussianBlur(cv2.resize(crop, size), (0, 0), 1.2), dtype=np.uint8)


def _core(box: Box) -> Box:
    """A character's place without its edges: rows set close reach into each other's boxes."""
    x, y = 0.06 * box.width, 0.26 * box.height
    return Box(box.left + x, box.top + y, box.right - x, box.bottom - y)
