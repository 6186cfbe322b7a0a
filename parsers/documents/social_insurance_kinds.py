"""Of which insurance is each row of a list of months: by a cell in it, a cell over several rows, or a heading?"""

import re
from collections.abc import Sequence
from typing import Final

from parsers.documents.lines import overlap, same_row
from parsers.documents.social_insurance_table import INSURANCE, Token
from parsers.files.page import Line

#: 一、企业职工基本养老保险; 失业保险缴费明细.
_HEADING: Final = re.compile(
    r"(?:[一二三四五六七八九十\d]{1,2}[、.,)])?[^,。:]{0,14}(?:养老|失业|工伤|医疗|生育)[^,。:]{0,10}"
)


def kinds_of_rows(table: Sequence[Line], bands: Sequence[tuple[Token, Sequence[Line]]]) -> list[str]:
    """For each row the words that name its insurance; "" where the paper names none."""
    cells = [next((line for line in band if INSURANCE.search(line.text)), None) for _, band in bands]
    named = [cell for cell in cells if cell is not None]
    headings = _headings(table, {id(line) for _, band in bands for line in band})
    return [
        cell.text if cell else _heading_above(token, headings) or _merged_cell(token, named)
        for (token, _), cell in zip(bands, cells, strict=True)
    ]


def _headings(table: Sequence[Line], in_rows: set[int]) -> list[Line]:
    """Lines between the tables that stand alone in their row and name one insurance."""
    return [
        line
        for line in table
        if id(line) not in in_rows
        and _HEADING.fullmatch(line.text)
        and len(set(INSURANCE.findall(line.text))) == 1
        and not any(other is not line and same_row(line.box, other.box) for other in table)
    ]


def _heading_above(token: Token, headings: Sequence[Line]) -> str:
    above = [line for line in headings if line.box.middle[1] < token.box.top]
    return max(above, key=lambda line: line.box.middle[1]).text if above else ""


def _merged_cell(token: Token, named: Sequence[Line]) -> str:
    """A cell over several rows stands in their middle: the nearest one is the row's own."""
    column = [cell for cell in named if overlap(cell.box, named[0].box) > 0.3]
    if not column:
        return ""
    return min(column, key=lambda cell: abs(cell.box.middle[1] - token.box.middle[1])).text
