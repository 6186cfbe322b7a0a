"""What does one opened page hold before it is read: real text, a picture, or both?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from parsers.files.page import Line, Unreadable

Picture: TypeAlias = NDArray[np.uint8]  #: RGB, height x width x 3


@dataclass(frozen=True, eq=False)
class Sheet:
    """One page as the file holds it, not yet turned upright."""

    number: int  #: 1-based within its file
    width: int  #: pixels of the picture; points where there is none
    height: int
    lines: tuple[Line, ...] | None  #: the text layer when it is a real one; None: the picture must be read
    picture: Picture | None  #: None: only the text is known
    why: str = ""  #: set when the page could be neither taken as text nor as a picture


@dataclass(frozen=True)
class OpenedFile:
    """An opened file. `sheets` yields one page at a time, so that only one picture need be in memory."""

    total: int  #: pages in the file, more perhaps than are yielded
    sheets: Iterator[Sheet]


Opened: TypeAlias = OpenedFile | Unreadable
