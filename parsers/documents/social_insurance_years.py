"""Of which year is a month that stands without one: beside it, in a cell over several rows, or above the table?"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from parsers.documents.lines import enclosing, overlap, same_row
from parsers.documents.social_insurance_table import Token
from parsers.files.page import Box, Line

_MONTH: Final = re.compile(r"(0?[1-9]|1[0-2])月?")
_YEAR: Final = re.compile(r"20\d{2}年?度?")
#: 2026年缴费明细情况; …个人参保证明(2026年): no day and no month stands with it.
_CAPTION: Final = re.compile(r"(?P<before>\D{0,20})(?P<year>20\d{2})年(?!月)(?P<after>\D{0,20})")
_OF_A_TABLE: Final = re.compile("明细|情况|证明|年度|缴费")


def months_without_year(table: Sequence[Line]) -> list[Token]:
    """Months of a table whose year stands in another cell or in its caption; none unless each one's year is clear."""
    return _beside_years(table) or _under_captions(table)


def _beside_years(table: Sequence[Line]) -> list[Token]:
    """Year and month in two columns (浙江, 江苏 and others); the year perhaps once for all its months."""
    heads = [line for line in table if line.text in {"年", "年度", "年份"}]
    month_heads = [line for line in table if line.text in {"月", "月份"}]
    pair = next(
        ((a, b) for a in heads for b in month_heads if same_row(a.box, b.box) and b.box.left > a.box.left), None
    )
    if pair is None:
        return []
    below = [line for line in table if line.box.top > pair[0].box.middle[1]]
    years = [line for line in below if _YEAR.fullmatch(line.text) and overlap(line.box, pair[0].box) > 0]
    months = [line for line in _months_under(pair[1].box, below) if _nearer(line.box, pair[1].box, pair[0].box)]
    found = []
    for month in months:
        year = next((year for year in years if same_row(year.box, month.box)), None)
        if year is not None:
            found.append(_token(year.text, month, enclosing((year.box, month.box))))
    return found if len(found) == len(months) else _by_runs(months, years)


def _by_runs(months: Sequence[Line], years: Sequence[Line]) -> list[Token]:
    """A new year begins where the months begin anew; as many years as runs, each within its own."""
    down = sum(_number(a) < _number(b) for a, b in pairwise(months)) * 2 >= len(months) - 1
    runs: list[list[Line]] = []
    for month in months:
        if runs and (_number(runs[-1][-1]) < _number(month)) is down and _number(runs[-1][-1]) != _number(month):
            runs[-1].append(month)
        else:
            runs.append([month])
    told = list(dict.fromkeys(year.text[:4] for year in sorted(years, key=lambda year: year.box.middle[1])))
    if len(told) != len(runs) or told != sorted(told, reverse=not down):
        return []
    for year, run in zip(told, runs, strict=True):
        reach = run[0].box.height
        own = (line.box.middle[1] for line in years if line.text.startswith(year))
        if not all(run[0].box.top - reach < at < run[-1].box.bottom + reach for at in own):
            return []
    return [_token(year, month, month.box) for year, run in zip(told, runs, strict=True) for month in run]


def _under_captions(table: Sequence[Line]) -> list[Token]:
    """A table for each year, which its caption or the paper's title names."""
    heads = [line for line in table if line.text in {"月份", "月"}]
    found: list[Token] = []
    for head in heads:
        year, top = _caption_above(head, table), head.box.bottom
        end = min((other.box.top for other in heads if other.box.top > top), default=float("inf"))
        months = _months_under(head.box, [line for line in table if top < line.box.middle[1] < end])
        numbers = [_number(month) for month in months]
        if year is None or (numbers != sorted(set(numbers)) and numbers != sorted(set(numbers), reverse=True)):
            return []
        found += [_token(year, month, month.box) for month in months]
    return found


def _caption_above(head: Line, table: Sequence[Line]) -> str | None:
    captions = [
        (line.box.middle[1], match["year"])
        for line in table
        if line.box.middle[1] < head.box.middle[1]
        and (match := _CAPTION.fullmatch(line.text))
        and _OF_A_TABLE.search(match["before"] + match["after"])
    ]
    return max(captions, default=(0.0, None))[1]


def _months_under(head: Box, below: Sequence[Line]) -> list[Line]:
    found = [
        line
        for line in below
        if _MONTH.fullmatch(line.text)
        and abs(line.box.middle[0] - head.middle[0]) < 1.5 * max(head.width, line.box.width)
    ]
    return sorted(found, key=lambda line: line.box.middle[1])


def _nearer(month: Box, one: Box, other: Box) -> bool:
    return abs(month.middle[0] - one.middle[0]) < abs(month.middle[0] - other.middle[0])


def _number(month: Line) -> int:
    return int(month.text.rstrip("月"))


def _token(year: str, month: Line, box: Box | None) -> Token:
    return Token(f"{year[:4]}-{_number(month):02d}", box or month.box, month)
