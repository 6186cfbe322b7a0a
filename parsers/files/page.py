"""What is a page once it has been read: lines of text with their places?"""

from dataclasses import dataclass
from enum import StrEnum


class ReadBy(StrEnum):
    """How text was won; the contract's `read_by`."""

    TEXT = "text"  #: a real text layer: certain, character by character
    OCR = "ocr"  #: read from pixels: may be wrong
    NONE = "none"  #: not read


@dataclass(frozen=True)
class Box:
    """A place on the upright page, as shares of its width and height (0..1, origin top left)."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def middle(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Line:
    """One run of text as the engine or the text layer gave it; not yet joined with its neighbours."""

    text: str
    box: Box
    confidence: float  #: 0..1; 1.0 for a text layer. Never a proof by itself
    places: tuple[float, ...] = ()  #: where each character's middle stands in the box, 0..1; () where nobody said
    trusts: tuple[float, ...] = ()  #: the engine's confidence in each character alone; () likewise


@dataclass(frozen=True)
class Page:
    """One upright page of one file, read.

    `lines` stand in reading order (top to bottom, left to right, sorted along the text's own slope).
    """

    number: int  #: 1-based within its file
    lines: tuple[Line, ...]
    read_by: ReadBy
    width: int  #: pixels of the upright picture, or points of a text page
    height: int
    turned: int = 0  #: degrees clockwise by which the picture was turned upright: 0, 90, 180, 270
    colourful: bool = True  #: False: greyscale or black and white, a red seal cannot be told from ink
    legible: bool = True  #: False: a person must look; `why` says what is wrong
    why: str = ""
    seconds: float = 0.0

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


class Fault(StrEnum):
    """Why a file could not be opened."""

    ENCRYPTED = "encrypted"  #: needs a password
    EMPTY = "empty"
    BROKEN = "broken"  #: truncated or malformed
    TOO_LARGE = "too_large"  #: pixels, pages or memory over the limit
    UNSUPPORTED = "unsupported"  #: a kind that is never opened
    TIMEOUT = "timeout"  #: took longer than it may
    CRASHED = "crashed"  #: its child process died


@dataclass(frozen=True)
class Unreadable:
    """A file of which nothing can be said but why."""

    fault: Fault
    detail: str = ""  #: for the operator, in English


@dataclass(frozen=True)
class Pages:
    """The pages of one file; `cut` when there were more than are read."""

    pages: tuple[Page, ...]
    total: int

    @property
    def cut(self) -> bool:
        return self.total > len(self.pages)
