"""Which months does a grid of years, twelve columns each, mark as paid?"""

import re
from collections.abc import Sequence
from itertools import pairwise

from parsers.documents.lines import nearest_column, same_row
from parsers.documents.social_insurance_table import INSURANCE, PENSION, Stated, is_paid, parts_of
from parsers.files.page import Line


def grid_of_years(table: Sequence[Line], *, from_text: bool) -> Stated | None:
    """Twelve columns a year, a mark in each month paid."""
    heads = _month_heads(table)
    if heads is None:
        return None
    under = [line for line in table if line.box.middle[1] > heads[0].box.middle[1]]
    years = [line for line in under if re.fullmatch(r"20\d{2}(?:年度?)?", line.text)]
    if not years:
        return None
    found = Stated()
    boxes = [head.box for head in heads]
    for year in years:
        row = [line for line in under if line is not year and same_row(line.box, year.box)]
        kinds = [line.text for line in row if INSURANCE.search(line.text)]
        if kinds and not any(PENSION.search(kind) for kind in kinds):
            continue
        marks = dict.fromkeys(range(12), "")
        for line in row:
            for text, box in parts_of(line):
                if boxes[0].left - 0.02 <= box.middle[0] <= boxes[-1].right + 0.02:
                    marks[nearest_column(box, boxes) or 0] += text
        for at, mark in marks.items():
            month = f"{year.text[:4]}-{at + 1:02d}"
            state = is_paid(mark)
            if state is True:
                found.paid.add(month)
            elif state is False and mark:
                found.unpaid.add(month)
            elif mark:
                found.unsure.add(month)
    return found if found.paid or found.unpaid else None


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
