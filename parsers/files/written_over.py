"""Is a page written over against misuse (仅供…使用, slanting and pale), and how is it read without those words?

People mark copies of their identity cards so. The finder runs the slanting words and the print they cross together.
"""

from collections.abc import Callable
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.files.ocr import Grey, Ocr, Quads, Reading

_SLANTS: Final = (15.0, 60.0)  #: degrees; a card in a hand slants less, lines that run down more
_LONG: Final = 4.0  #: times its height: the piece of a seal's rim that looks like a line is shorter
_FEWEST: Final = 10  #: characters in all
#: From ink (0) to paper (1): nothing darker is ever left out, nothing paler ever kept.
_DARK: Final = 0.35
_PALEST: Final = 0.55
_STROKE: Final = 0.2  #: share by which a stroke is darker than paper
_DARKEST: Final = 10  #: per cent of the slanting words' strokes that may be print that they cross
_KEPT: Final = 0.9  #: share of the level text that must still be read


def without_marks(reading: Reading, red: Grey, ocr: Ocr, enough: Callable[[], bool]) -> Reading:
    """The page read again without what is paler than its ink, where pale words slant across it; else as it was read.

    The second reading counts where the level text is still there.
    """
    slanting = _slanting(reading.quads) & _long(reading.quads)
    if _characters(reading, slanting) < _FEWEST or enough():
        return reading
    again = ocr.read(_inked(red, reading, slanting), enough)
    left, stood = (_characters(one, ~_slanting(one.quads)) for one in (again, reading))
    return again if again.complete and left >= _KEPT * stood else reading


def _slanting(quads: Quads) -> NDArray[np.bool_]:
    along = quads[:, 1] - quads[:, 0]
    degrees = np.abs(np.degrees(np.arctan2(along[:, 1], along[:, 0])))
    return np.asarray((degrees > _SLANTS[0]) & (degrees < _SLANTS[1]))


def _long(quads: Quads) -> NDArray[np.bool_]:
    wide, high = (np.hypot(*(quads[:, corner] - quads[:, 0]).T) for corner in (1, 3))
    return np.asarray(wide > _LONG * high)


def _characters(reading: Reading, chosen: NDArray[np.bool_]) -> int:
    return sum(len(text) for text, counts in zip(reading.texts, chosen, strict=True) if counts)


def _inked(red: Grey, reading: Reading, slanting: NDArray[np.bool_]) -> Grey:
    """Only what is darker than the slanting words."""
    ink, paper = (float(value) for value in np.percentile(red[::2, ::2], (0.5, 95)))
    upright = np.rot90(red, k=-(reading.turned // 90) % 4)
    words = cv2.fillPoly(np.zeros(upright.shape, np.uint8), list(reading.quads[slanting].astype(np.int32)), 255)
    strokes = upright[(words > 0) & (upright < paper - _STROKE * (paper - ink))]
    words_ink = float(np.percentile(strokes, _DARKEST)) if strokes.size else paper
    white = ink + min(_PALEST * (paper - ink), max(_DARK * (paper - ink), words_ink - ink))
    return np.where(red < white, red, np.uint8(255)).astype(np.uint8)
