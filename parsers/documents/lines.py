"""Where does a value stand on a page: beside its label, in its row, under its column's head?"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from parsers.files.page import Box, Line, Page
from parsers.names import fold, squeeze

#: Slopes tried when a page is levelled: 0.06 is 3.4 degrees, more is turned upright before reading.
_SLOPES: Final = np.linspace(-0.06, 0.06, 49)
_FEWEST_TO_LEVEL: Final = 8
_MOST_TO_LEVEL: Final = 400  #: every pair of lines is compared
#: How much taller than the print the letters of a watermark are.
_WATERMARK: Final = 1.4
#: A run without a space, but for spaces inside a date.
_CELL: Final = re.compile(
    r"\S+?(?:(?<=[年./-]) (?=\d{1,2}(?!\d))\S+?|(?<=月) (?=\d{1,2} ?日)\S+?|(?<=\d) (?=[年月日./-])\S+?)*(?=\s|$)"
)
#: The fullest certificate has some hundred cells; what is over this is no paper of ours.
_MOST_WORDS: Final = 1500
_LABEL_END: Final = re.compile(r"^[\s:：;，,、]+")


def page_text(page: Page) -> str:
    """The whole page without spaces, one run: for finding words that a line break may cut."""
    return squeeze("".join(line.text for line in page.lines))


def level(page: Page) -> tuple[Line, ...]:
    """The page's lines, folded, with boxes as if the page lay level: cells of one table row at one height.

    Only the places are corrected, by the slope under which most lines share a height; a level page stays as it is.
    """
    lines, sinking = _folded(page), slope(page)
    return tuple(replace(line, box=_moved(line.box, -sinking * line.box.middle[0])) for line in lines)


def slope(page: Page) -> float:
    """How far the page's rows sink from its left to its right edge, as a share of its height."""
    lines = _folded(page)
    if len(lines) < _FEWEST_TO_LEVEL:
        return 0.0
    some = lines[:: max(1, len(lines) // _MOST_TO_LEVEL)]
    x, y = np.array([line.box.middle for line in some]).T
    reach = max(0.15 * float(np.median([line.box.height for line in lines])), 1e-4)
    best = float(max(_SLOPES, key=lambda tried: (_togetherness(y - tried * x, reach), -abs(tried))))
    return 0.0 if abs(best) < 1e-6 else best


def _folded(page: Page) -> list[Line]:
    return [replace(line, text=fold(line.text)) for line in page.lines[:_MOST_WORDS] if line.text.strip()]


def without_watermark(lines: Sequence[Line]) -> tuple[Line, ...]:
    """The lines but for large words that come again and again behind the print."""
    if not lines:
        return ()
    large = _WATERMARK * float(np.median([_letter(line) for line in lines]))
    times = Counter(line.text for line in lines if len(line.text) > 3 and _letter(line) > large)
    return tuple(line for line in lines if times[line.text] < 2)


def _letter(line: Line) -> float:
    """Width of one letter; heights would take a cell of two lines for large print."""
    return line.box.width / (sum(2 if ord(sign) > 0x2E7F else 1 for sign in line.text) or 1)


def rows(lines: Iterable[Line]) -> tuple[tuple[Line, ...], ...]:
    """Levelled lines as rows from top to bottom, each from left to right."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda line: line.box.middle[1]):
        if found and same_row(found[-1][-1].box, line.box):
            found[-1].append(line)
        else:
            found.append([line])
    return tuple(tuple(sorted(row, key=lambda line: line.box.left)) for row in found)


def same_row(one: Box, other: Box) -> bool:
    return abs(one.middle[1] - other.middle[1]) < 0.5 * min(one.height, other.height)


def overlap(one: Box, other: Box) -> float:
    """Share of the narrower box's width that lies over or under the other."""
    shared = min(one.right, other.right) - max(one.left, other.left)
    return max(0.0, shared) / max(min(one.width, other.width), 1e-6)


def spans(line: Line, pattern: re.Pattern[str]) -> Iterator[tuple[re.Match[str], Box]]:
    """Every match in a line with its own place, taken from the widths of the letters (Chinese twice as wide)."""
    widths = [2 if ord(sign) > 0x2E7F else 1 for sign in line.text]
    total = sum(widths) or 1
    for match in pattern.finditer(line.text):
        left = line.box.left + line.box.width * sum(widths[: match.start()]) / total
        right = line.box.left + line.box.width * sum(widths[: match.end()]) / total
        yield match, Box(left, line.box.top, right, line.box.bottom)


def words(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Lines cut at their spaces, where two cells of a table were taken for one line; "2026 年 4 月" stays whole."""
    cut: list[Line] = []
    for line in lines:
        parts = [(match.group(), box) for match, box in spans(line, _CELL)]
        cut += [replace(line, text=text, box=box) for text, box in parts] if len(parts) > 1 else [line]
        if len(cut) > _MOST_WORDS:
            break
    return tuple(cut[:_MOST_WORDS])


def beside(lines: Sequence[Line], label: re.Pattern[str], stop: re.Pattern[str] | None = None) -> Line | None:
    """The value that belongs to a label: the rest of its own line, else the next cell to its right, joined if wrapped.

    `stop` matches other labels: a value ends before one, and a cell that begins with one is no value.
    """
    for line in lines:
        for match, _ in spans(line, label):
            rest = _LABEL_END.sub("", line.text[match.end() :])
            value = _until(rest, stop)
            if value:
                return replace(line, text=value)
            cell = _right_of(line, lines)
            if cell is not None and (value := _until(cell.text, stop)):
                return replace(cell, text=value)
    return None


def wrapped(cell: Line, lines: Sequence[Line], reach: float = 1.3) -> str:
    """The text of a cell with the lines that continue it, above and below in the same column, nearest first.

    `reach` is the greatest distance between neighbouring middles in letter heights.
    """
    column = sorted((line for line in lines if overlap(line.box, cell.box) > 0.5), key=lambda line: line.box.middle[1])
    at = column.index(cell)
    first = last = at
    while first and _close(column[first - 1], column[first], reach):
        first -= 1
    while last + 1 < len(column) and _close(column[last], column[last + 1], reach):
        last += 1
    return "".join(squeeze(line.text) for line in column[first : last + 1])


def nearest_column(box: Box, heads: Sequence[Box]) -> int | None:
    """Which head a cell stands under: the one it overlaps most, else the one whose middle is nearest."""
    if not heads:
        return None
    shares = [overlap(box, head) for head in heads]
    best = int(np.argmax(shares))
    if shares[best] > 0.5 and sum(share > 0.5 for share in shares) == 1:
        return best
    return int(np.argmin([abs(box.middle[0] - head.middle[0]) for head in heads]))


def enclosing(boxes: Iterable[Box]) -> Box | None:
    """The smallest box around all of them."""
    all_boxes = tuple(boxes)
    if not all_boxes:
        return None
    return Box(
        min(box.left for box in all_boxes),
        min(box.top for box in all_boxes),
        max(box.right for box in all_boxes),
        max(box.bottom for box in all_boxes),
    )


def _until(text: str, stop: re.Pattern[str] | None) -> str:
    found = stop.search(text) if stop else None
    return (text[: found.start()] if found else text).strip(" :：,，;；")


def _right_of(label: Line, lines: Sequence[Line]) -> Line | None:
    following = [
        line
        for line in lines
        if line is not label
        and line.box.left > label.box.middle[0]
        and abs(line.box.middle[1] - label.box.middle[1]) < 0.6 * max(line.box.height, label.box.height)
    ]
    cell = min(following, key=lambda line: line.box.left, default=None)
    if cell is None:
        return _wrapped_beside(label, lines)
    return cell


def _wrapped_beside(label: Line, lines: Sequence[Line]) -> Line | None:
    """A value of two lines stands half a line above and half a line below its label."""
    around = [
        line
        for line in lines
        if line.box.left > label.box.middle[0]
        and abs(line.box.middle[1] - label.box.middle[1]) < 1.2 * max(line.box.height, label.box.height)
    ]
    if not around:
        return None
    first = min(around, key=lambda line: line.box.left)
    # The first line itself may have no width at all in a text layer.
    column = (line for line in around if line is first or overlap(line.box, first.box) > 0.3)
    cell = sorted(column, key=lambda line: line.box.middle[1])
    box = enclosing(line.box for line in cell)
    return replace(cell[0], text="".join(line.text for line in cell), box=box or cell[0].box)


def _close(upper: Line, lower: Line, reach: float) -> bool:
    return lower.box.middle[1] - upper.box.middle[1] < reach * max(upper.box.height, lower.box.height)


def _togetherness(heights: "np.ndarray[tuple[int], np.dtype[np.float64]]", reach: float) -> int:
    """How many pairs of lines share a height."""
    gaps = np.abs(heights[:, None] - heights[None, :])
    return int((gaps < reach).sum())


def _moved(box: Box, down: float) -> Box:
    return Box(box.left, box.top + down, box.right, box.bottom + down)
