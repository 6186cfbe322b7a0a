"""Which months does a grid of years, twelve columns each, mark as paid?"""

import re
from collections.abc import Sequence
from itertools import pairwise

from parsers.documents.lines import nearest_column, same_row
from parsers.documents.social_insurance_table import INSURANCE, PENSION, Stated, is_paid, months_between, parts_of
from parsers.files.page import Box, Line


def grid_of_years(table: Sequence[Line]) -> Stated | None:
    """Twelve columns a year, a mark in each month paid."""
    heads = _month_heads(table)
    if heads is None:
        return None
    under = [line for line in table if line.box.middle[1] > heads[0].box.middle[1]]
    years = [line for line in under if re.fullmatch(r"20\d{2}(?:年度?)?", line.text)]
    if not years:
        return None
    boxes = [head.box for head in heads]
    by_kind: dict[str, Stated] = {}
    for year in years:
        row = [line for line in under if line is not year and same_row(line.box, year.box)]
        kind = next((match.group() for line in row if (match := INSURANCE.search(line.text))), "")
        _read_row(year.text[:4], row, boxes, by_kind.setdefault(kind, Stated()))
    found = next((stated for kind, stated in by_kind.items() if not kind or PENSION.search(kind)), None)
    if found is None or not (found.paid or found.unpaid):
        return None
    # A mark that OCR overlooked is missing in one row or leaves a gap; insurances are paid together, so rows that all
    # agree and have no gap are whole.
    agree = len(by_kind) > 1 and all(stated.paid == found.paid for stated in by_kind.values())
    whole = set(months_between(min(found.paid), max(found.paid))) if found.paid else set()
    found.counted = agree and found.paid == whole
    return found


def _read_row(year: str, row: Sequence[Line], heads: Sequence[Box], stated: Stated) -> None:
    marks = dict.fromkeys(range(12), "")
    for line in row:
        for text, box in parts_of(line):
            if heads[0].left - 0.02 <= box.middle[0] <= heads[-1].right + 0.02:
                marks[nearest_column(box, heads) or 0] += text
    for at, mark in marks.items():
        state = is_paid(mark)
        if mark:
            month = f"{year}-{at + 1:02d}"
            {True: stated.paid, False: stated.unpaid, None: stated.unsure}[state].add(month)


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
