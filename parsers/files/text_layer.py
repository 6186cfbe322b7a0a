"""Does this PDF page carry a real text layer, and where does each line of it stand?"""

import ctypes
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pypdfium2.raw as pdfium_c

from parsers.files.limits import FileLimits
from parsers.files.page import Box, Line

#: Below this many characters a layer is a stamp or a page number over something else.
_FEWEST_CHARACTERS = 20
#: Share of control characters: fonts without ToUnicode come out as those.
_MOST_CONTROL = 0.01
#: Share of Chinese among the letters. Digits and signs do not count: a table of months is mostly digits.
_LEAST_CHINESE = 0.30
#: Text that is shown lying falls apart into single characters; tables of numbers have three a cell and more.
_FEWEST_IN_A_RUN = 1.5
#: A gap wider than this many letter heights ends a run: the next table cell begins.
_CELL_GAP = 0.9
#: Letters so many times as high as those before begin a new run: a big value close behind its label.
_OTHER_SIZE = 1.4


def is_real(text: str) -> bool:
    """Whether `text` says what the page shows, as far as characters alone can tell.

    Not found by this: a scan with a wrong hidden layer. Those pages are told by their covering picture.
    """
    signs = [sign for sign in text if not sign.isspace()]
    if len(signs) < _FEWEST_CHARACTERS or "(cid:" in text:
        return False
    kinds = [unicodedata.category(sign) for sign in signs]
    # U+FFFE is how pdfium marks a hyphen that it took out; it is no sign of a broken font.
    if "�" in text or "Co" in kinds:
        return False
    if sum(kind == "Cc" for kind in kinds) >= _MOST_CONTROL * len(signs):
        return False
    letters = sum(kind.startswith("L") for kind in kinds)
    chinese = sum("\u4e00" <= sign <= "\u9fff" for sign in signs)
    return letters > 0 and chinese >= _LEAST_CHINESE * letters


@dataclass(frozen=True)
class _Sign:
    """One character and its place on the page as shown, in shares."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def layer_lines(page: object, text_page: object, limits: FileLimits) -> tuple[Line, ...] | None:
    """The runs of text of one pdfium page in reading order, with places on the page as it is shown.

    None when the text is shown lying or upside down: its order is not that of lines.
    """
    runs = list(_runs(_signs(page, text_page, limits)))
    if sum(len(run) for run in runs) < _FEWEST_IN_A_RUN * len(runs):
        return None
    lines = [line for run in runs if (line := _line(run)) is not None]
    return in_reading_order(lines)[: limits.lines]


def _signs(page: object, text_page: object, limits: FileLimits) -> Iterator[_Sign | None]:
    """Each character; None where pdfium itself ends a line."""
    place = _placing(page)
    count = min(pdfium_c.FPDFText_CountChars(text_page), limits.characters)
    rect = pdfium_c.FS_RECTF()
    high_half = ""
    for index in range(count):
        code = pdfium_c.FPDFText_GetUnicode(text_page, index)
        if code in (0x0A, 0x0D):
            yield None
            continue
        if code in (0, 0xFFFE):
            continue
        if 0xD800 <= code < 0xDC00:
            high_half = chr(code)
            continue
        text = chr(code)
        if 0xDC00 <= code < 0xE000:  # pdfium hands out UTF-16 halves
            text = (high_half + text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        high_half = ""
        if not pdfium_c.FPDFText_GetLooseCharBox(text_page, index, rect):
            continue
        yield _Sign(text, *place(rect.left, rect.top, rect.right, rect.bottom))


class _placing:  # noqa: N801 - used as a function; it keeps three numbers a page
    """Page coordinates → shares of the page as shown: crop box and /Rotate are pdfium's business."""

    _SIDE = 100_000

    def __init__(self, page: object) -> None:
        self._page = page
        self._zero = self._device(0.0, 0.0)
        over, up = self._device(1000.0, 0.0), self._device(0.0, 1000.0)
        self._x = ((over[0] - self._zero[0]) / 1000, (over[1] - self._zero[1]) / 1000)
        self._y = ((up[0] - self._zero[0]) / 1000, (up[1] - self._zero[1]) / 1000)

    def _device(self, x: float, y: float) -> tuple[float, float]:
        out_x, out_y = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDF_PageToDevice(self._page, 0, 0, self._SIDE, self._SIDE, 0, x, y, out_x, out_y)
        return out_x.value / self._SIDE, out_y.value / self._SIDE

    def __call__(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        xs, ys = [], []
        for x, y in ((left, top), (right, bottom)):
            xs.append(min(1.0, max(0.0, self._zero[0] + x * self._x[0] + y * self._y[0])))
            ys.append(min(1.0, max(0.0, self._zero[1] + x * self._x[1] + y * self._y[1])))
        return min(xs), min(ys), max(xs), max(ys)


def _runs(signs: Iterable[_Sign | None]) -> Iterator[list[_Sign]]:
    """Characters that follow each other on one line without a cell's gap between."""
    run: list[_Sign] = []
    for sign in signs:
        if run and (sign is None or not _continues(run[-1], sign) or not _of_one_size(run, sign)):
            yield run
            run = []
        if sign is not None:
            run.append(sign)
    if run:
        yield run


def _continues(last: _Sign, sign: _Sign) -> bool:
    height = max(last.bottom - last.top, sign.bottom - sign.top, 1e-4)
    # Heights are shares of the page's height, gaps of its width: an A4 page is 1.41 times as high as wide.
    gap = sign.left - last.right
    same_line = abs((last.top + last.bottom) - (sign.top + sign.bottom)) / 2 < 0.6 * height
    return same_line and -1.5 * height < gap < _CELL_GAP * height * 1.41


def _of_one_size(run: list[_Sign], sign: _Sign) -> bool:
    """By letters and digits alone: pdfium puts in spaces of its own, without a height."""
    before = next((other for other in reversed(run) if other.text.isalnum()), None)
    if before is None or not sign.text.isalnum():
        return True
    small, big = sorted((before.bottom - before.top, sign.bottom - sign.top))
    return big <= _OTHER_SIZE * small


def _line(run: list[_Sign]) -> Line | None:
    text = "".join(sign.text for sign in run).strip()
    shown = [sign for sign in run if not sign.text.isspace()]
    if not text or not shown:
        return None
    box = Box(
        min(sign.left for sign in shown),
        min(sign.top for sign in shown),
        max(sign.right for sign in shown),
        max(sign.bottom for sign in shown),
    )
    return Line(text, box, 1.0)


def in_reading_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Rows from top to bottom, in a row from left to right, for lines that lie level.

    A line belongs to the row whose middle lies within half its height: tables whose cells are centred each on
    their own stay together, lines of running text do not.
    """
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.middle[1]):
        if rows and _same_row(rows[-1], line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return tuple(line for row in rows for line in sorted(row, key=lambda line: line.box.left))


def _same_row(row: list[Line], line: Line) -> bool:
    middle = sum(other.box.middle[1] for other in row) / len(row)
    height = min(line.box.height, max(other.box.height for other in row))
    return abs(line.box.middle[1] - middle) < 0.5 * height
