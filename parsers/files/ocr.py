"""What does every OCR engine answer, whichever it is?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Grey: TypeAlias = NDArray[np.uint8]  #: height x width; the red channel of a picture, in which a seal pales
Quads: TypeAlias = NDArray[np.float32]  #: n x 4 corners x (x, y) in pixels, from top left clockwise as the text runs
#: Of each character of one text: where its middle stands, from the box's left end (0..1), and the engine's trust in it.
Signs: TypeAlias = tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False)
class Reading:
    """What an engine read from one picture."""

    turned: int  #: degrees clockwise by which the picture had to be turned: 0, 90, 180, 270
    quads: Quads  #: places on the picture once turned
    texts: tuple[str, ...]
    confidences: tuple[float, ...]
    complete: bool = True  #: False: the time ran out before every line was read
    signs: tuple[Signs, ...] = ()  #: of each text, each character's place and trust; () from engines that know neither


class Ocr(Protocol):
    """An engine, loaded once and used for many pages by one thread."""

    def read(self, red: Grey, enough: Callable[[], bool]) -> Reading:
        """The lines of one picture. `enough` is asked between lines; True ends the reading early."""


def red_channel(picture: NDArray[np.uint8]) -> Grey:
    """The channel in which red print is pale, so that text under a seal is read; whitening it would eat that text."""
    return np.ascontiguousarray(picture[..., 0])
