"""How does an opened sheet become a page that has been read?"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np

from parsers.files.corners import corners_of, laid_flat
from parsers.files.kind import FileKind
from parsers.files.limits import DEFAULT_LIMITS, FileLimits
from parsers.files.ocr import Ocr, Reading, red_channel
from parsers.files.opening import open_file
from parsers.files.page import Box, Line, Page, Pages, ReadBy, Unreadable
from parsers.files.read_twice import once
from parsers.files.red_print import with_red_print
from parsers.files.sheet import Picture, Sheet
from parsers.files.straighten import Pose, levelled, stood_up, tilt
from parsers.files.turn import reading_order
from parsers.files.written_over import without_marks

#: Below this mean confidence, weighted by length, a page is not to be trusted; good pages have 0.96 and more.
_LEGIBLE = 0.80
#: So much of the page's characters may stand in weak lines.
_WEAK_LINE = 0.70
_MOST_WEAK = 0.25
#: Spread of the colour channels, of 255, that grain and JPEG do not reach; share of pixels that must show it.
_COLOUR_SPREAD = 40
_COLOURED_SHARE = 0.0003


@dataclass(frozen=True, eq=False)
class ReadSheet:
    """A page, and how its sheet's picture is to be moved so that the page's places lie on it."""

    page: Page
    pose: Pose


def read_sheet(
    sheet: Sheet, ocr: Ocr, *, clock: Callable[[], float] = lambda: 0.0, seconds: float = math.inf
) -> ReadSheet:
    """Reads one sheet: takes a real text layer as it is, else turns and reads the picture.

    `seconds` bounds the reading by `clock`; a page cut short is illegible, with "time" as the reason.
    """
    start = clock()

    def enough() -> bool:
        return clock() - start > seconds

    if sheet.lines is not None:
        page = _text_page(sheet)
        return ReadSheet(_timed(page, clock() - start), Pose())
    if sheet.picture is None:
        page = Page(sheet.number, (), ReadBy.NONE, sheet.width, sheet.height, legible=False, why=sheet.why or "empty")
        return ReadSheet(page, Pose())
    corners = corners_of(sheet.picture)
    picture = laid_flat(sheet.picture, corners) if corners else sheet.picture
    red = red_channel(picture)
    reading = without_marks(ocr.read(red, enough), red, ocr, enough)
    reading = with_red_print(reading, picture, ocr, enough)
    pose = Pose(reading.turned, tilt(reading.quads), corners)
    page = _ocr_page(sheet.number, picture, reading, pose)
    return ReadSheet(_timed(page, clock() - start), pose)


def _timed(page: Page, seconds: float) -> Page:
    return replace(page, seconds=round(seconds, 3))


def _text_page(sheet: Sheet) -> Page:
    colourful = sheet.picture is None or is_colourful(sheet.picture)
    return Page(sheet.number, sheet.lines or (), ReadBy.TEXT, sheet.width, sheet.height, colourful=colourful)


def _ocr_page(number: int, picture: Picture, reading: Reading, pose: Pose) -> Page:
    height, width = picture.shape[:2] if pose.turned % 180 == 0 else picture.shape[1::-1]
    reading = replace(reading, quads=levelled(reading.quads, pose.angle, width, height))
    found = tuple(_line(reading, index, width, height) for index in reading_order(reading.quads))
    lines = once(found, width, height)
    why = _illegible(lines) if reading.complete else "time"
    return Page(
        number,
        lines,
        ReadBy.OCR,
        width,
        height,
        turned=reading.turned,
        colourful=is_colourful(picture),
        legible=not why,
        why=why,
    )


def _line(reading: Reading, index: int, width: int, height: int) -> Line:
    xs, ys = reading.quads[index][:, 0] / width, reading.quads[index][:, 1] / height
    box = Box(*(float(min(1.0, max(0.0, share))) for share in (xs.min(), ys.min(), xs.max(), ys.max())))
    places, trusts = zip(*reading.signs[index], strict=True) if reading.signs and reading.signs[index] else ((), ())
    return Line(reading.texts[index], box, min(1.0, max(0.0, reading.confidences[index])), places, trusts)


def _illegible(lines: tuple[Line, ...]) -> str:
    """Why a person must read this page; "" when the machine's reading will do.

    A page without any text is no illegible one: a photograph, a blank back.
    """
    characters = sum(len(line.text) for line in lines)
    if not characters:
        return ""
    mean = sum(len(line.text) * line.confidence for line in lines) / characters
    weak = sum(len(line.text) for line in lines if line.confidence < _WEAK_LINE) / characters
    return "weak" if mean < _LEGIBLE or weak > _MOST_WEAK else ""


def is_colourful(picture: Picture) -> bool:
    """Whether the picture has any colour in which a red seal could show; False for grey and black-and-white scans."""
    height, width = picture.shape[:2]
    step = max(1, max(height, width) // 1200)
    small = picture[::step, ::step]
    # Chroma noise of a sensor averages out in a small blur; ink does not.
    small = np.asarray(cv2.blur(small, (3, 3)), dtype=np.uint8)
    spread = small.max(axis=2).astype(np.int16) - small.min(axis=2)
    return bool(np.count_nonzero(spread > _COLOUR_SPREAD) > _COLOURED_SHARE * spread.size)


@lru_cache(maxsize=1)
def _development_ocr() -> Ocr:
    from parsers.files.rapid import RapidOcr

    return RapidOcr()


def read_pages(
    data: bytes, kind: FileKind, ocr: Ocr | None = None, limits: FileLimits = DEFAULT_LIMITS
) -> tuple[Pages, tuple[Picture | None, ...]] | Unreadable:
    """Opens and reads a file in this very process, without walls: for development, tests and trusted papers only."""
    opened = open_file(data, kind, limits)
    if isinstance(opened, Unreadable):
        return opened
    engine = ocr or _development_ocr()
    pages, pictures = [], []
    for sheet in opened.sheets:
        read = read_sheet(sheet, engine)
        pages.append(read.page)
        pictures.append(None if sheet.picture is None else stood_up(sheet.picture, read.pose))
    return Pages(tuple(pages), opened.total), tuple(pictures)
