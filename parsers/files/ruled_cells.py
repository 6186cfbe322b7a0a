"""Which lines of a text page stand in one ruled cell of a table, and so are one value broken for want of room?

pdfplumber finds the cells from the rulings; the characters stay those of pdfium. Runs in the child that opens the
document, behind its walls and its clock.
"""

import io
import itertools
import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import pdfplumber

from parsers.files.page import Box, Line

# It warns of every font without a box, once a character; what it cannot read has no cells, and that is all.
logging.getLogger("pdfminer").setLevel(logging.ERROR)

#: A page with fewer rulings has no table, one with more is a drawing; finding cells costs 70 ms on a page of 200.
_RULINGS: Final = (6, 4000)
#: The table's own size: a promise letter's two huge cells are running text.
_FEWEST_CELLS: Final = 6
_TALLEST: Final = 0.08  #: share of the page's height
_MOST_LINES: Final = 4
_SAME_LEFT: Final = 0.6  #: how far apart the lines of one value may begin, in cell widths: they may be centred


def cells(data: bytes, number: int) -> tuple[Box, ...]:
    """The small ruled cells of page `number` (1-based), as shares of the page; none where there is no such table."""
    # pdfminer raises whatever its parser meets in a file that pdfium could read; then there are just no cells.
    try:
        with pdfplumber.open(io.BytesIO(data), pages=[number]) as document:
            return _cells(document.pages[0]) if document.pages else ()
    except Exception:  # noqa: BLE001 - a foreign parser on bad input
        return ()


def _cells(page: Any) -> tuple[Box, ...]:
    rulings = len(page.lines) + len(page.rects)
    if not _RULINGS[0] <= rulings <= _RULINGS[1]:
        return ()
    wide, high = float(page.width), float(page.height)
    left, top = float(page.bbox[0]), float(page.bbox[1])
    found = [cell for table in page.find_tables() if len(table.cells) >= _FEWEST_CELLS for cell in table.cells]
    boxes = [
        Box((x0 - left) / wide, (y0 - top) / high, (x1 - left) / wide, (y1 - top) / high) for x0, y0, x1, y1 in found
    ]
    return tuple(box for box in boxes if box.height <= _TALLEST)


def joined(lines: Sequence[Line], boxes: Iterable[Box]) -> tuple[Line, ...]:
    """The lines in their order, those of one cell made one where they stand below each other."""
    rest = list(lines)
    for box in boxes:
        mine = [line for line in rest if _stands_in(line.box, box)]
        if not 2 <= len(mine) <= _MOST_LINES or not _are_one_value(mine, box):
            continue
        mine.sort(key=lambda line: line.box.top)
        whole = replace(
            mine[0],
            text="".join(line.text for line in mine),
            box=Box(
                min(line.box.left for line in mine),
                mine[0].box.top,
                max(line.box.right for line in mine),
                mine[-1].box.bottom,
            ),
        )
        rest[rest.index(mine[0])] = whole
        rest = [line for line in rest if line not in mine[1:]]
    return tuple(rest)


def _are_one_value(lines: Sequence[Line], cell: Box) -> bool:
    """Below each other, not side by side."""
    ordered = sorted(lines, key=lambda line: line.box.top)
    apart = all(upper.box.middle[1] < lower.box.top for upper, lower in itertools.pairwise(ordered))
    lefts = [line.box.left for line in lines]
    return apart and max(lefts) - min(lefts) <= _SAME_LEFT * cell.width


def _stands_in(line: Box, cell: Box) -> bool:
    x, y = line.middle
    return cell.left <= x <= cell.right and cell.top <= y <= cell.bottom
