"""Which months does a grid of years, twelve columns each, mark as paid?"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Final

from parsers.documents.lines import nearest_column, same_row
from parsers.documents.social_insurance_table import INSURANCE, PENSION, Stated, is_paid, months_between, parts_of
from parsers.files.page import Box, Line

#: Share of ink at a place of the paper, 0..1; None where there is no picture to look at.
Ink = Callable[[Box], float | None]
#: Ink of a cell against its marked neighbours': from here on it is marked, up to here blank.
_MARKED: Final = 0.5
_BLANK: Final = 0.15
_FEWEST_MARKS: Final = 2


@dataclass
class Row:
    """One year while it is being read."""

    year: Line
    marks: list[str]  #: of the twelve months; "" where nothing was read
    doubtful: set[int] = field(default_factory=set)  #: cells whose ink and reading do not agree


def grid_of_years(table: Sequence[Line], ink: Ink) -> Stated | None:
    """Twelve columns a year, a mark in each month paid."""
    heads = _month_heads(table)
    if heads is None:
        return None
    under = [line for line in table if line.box.middle[1] > heads[0].box.middle[1]]
    years = [line for line in under if re.fullmatch(r"20\d{2}(?:年度?)?", line.text)]
    if not years:
        return None
    boxes = [head.box for head in heads]
    rows: list[tuple[str, Row]] = []
    for year in years:
        line = [line for line in under if line is not year and same_row(line.box, year.box)]
        named = (match.group() for one in line if (match := INSURANCE.search(one.text)))
        rows.append((next(named, ""), Row(year, _marks(line, boxes))))
    kinds = [kind for kind, _ in rows if not kind or PENSION.search(kind)]
    if not kinds:
        return None
    kind = kinds[0]
    pension = [row for of, row in rows if of == kind]
    seen = _looked_at([row for _, row in rows], pension, boxes, ink)
    found = _stated(pension)
    if not found.named:
        return None
    # A mark that OCR overlooked is missing in one row or leaves a gap; insurances are paid together, so rows that all
    # agree and have no gap are whole.
    others = [_stated([row for of, row in rows if of == other]) for other in {of for of, _ in rows} - {kind}]
    whole = set(months_between(min(found.paid), max(found.paid))) if found.paid else set()
    found.counted = seen or (bool(others) and all(other.paid == found.paid for other in others) and found.paid == whole)
    return found


def _marks(row: Sequence[Line], heads: Sequence[Box]) -> list[str]:
    marks = [""] * 12
    for line in row:
        for text, box in parts_of(line):
            if heads[0].left - 0.02 <= box.middle[0] <= heads[-1].right + 0.02:
                marks[nearest_column(box, heads) or 0] += text
    return marks


def _looked_at(rows: Sequence[Row], pension: Sequence[Row], heads: Sequence[Box], ink: Ink) -> bool:
    """Looks at the paper itself: a cell with as much ink as its marked neighbours is marked, though no sign was read.

    True when every cell of the pension's rows is decided, by the reading and by the ink alike.
    """
    shares = {(id(row), at): ink(_cell(row.year.box, heads, at)) for row in rows for at in range(12)}
    read = [(row, at) for row in rows for at in range(12) if row.marks[at]]
    usual = [share for row, at in read if (share := shares[id(row), at]) is not None and is_paid(row.marks[at])]
    if len(usual) < _FEWEST_MARKS or len(usual) < len(read):
        return False  # too few to compare with, or marks of several kinds
    full, sign = median(usual), read[0][0].marks[read[0][1]]
    for row in pension:
        for at, mark in enumerate(row.marks):
            share = (shares[id(row), at] or 0.0) / full
            if share >= _MARKED:
                row.marks[at] = mark or sign
            elif share > _BLANK if not mark else share <= _BLANK:
                row.doubtful.add(at)
    return not any(row.doubtful for row in pension)


def _cell(year: Box, heads: Sequence[Box], at: int) -> Box:
    """The middle of a cell, clear of its frame."""
    pitch = (heads[11].middle[0] - heads[0].middle[0]) / 11
    x, y = heads[at].middle[0], year.middle[1]
    return Box(x - 0.36 * pitch, y - 0.6 * year.height, x + 0.36 * pitch, y + 0.6 * year.height)


def _stated(rows: Sequence[Row]) -> Stated:
    stated = Stated()
    for row in rows:
        for at, mark in enumerate(row.marks):
            month = f"{row.year.text[:4]}-{at + 1:02d}"
            if at in row.doubtful:
                stated.unsure.add(month)
            elif mark:
                {True: stated.paid, False: stated.unpaid, None: stated.unsure}[is_paid(mark)].add(month)
    return stated


def _month_heads(table: Sequence[Line]) -> list[Line] | None:
    """The row of heads 1月 … 12月 (or 1 … 12), all twelve, from left to right."""
    numbered = [
        (int(line.text.rstrip("月")), line) for line in table if re.fullmatch(r"(0?[1-9]|1[0-2])月?", line.text)
    ]
    for number, first in numbered:
        if number != 1:
            continue
        row = {n: line for n, line in numbered if same_row(line.box, first.box) and line.box.left >= first.box.left}
        heads = [row[n] for n in range(1, 13) if n in row]
        if len(heads) == 12 and all(a.box.left < b.box.left for a, b in pairwise(heads)):
            return heads
    return None
