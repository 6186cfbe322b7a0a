"""Which months does a table with one row a month show as paid?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from parsers.documents.lines import overlap, spans
from parsers.documents.social_insurance_grid import Ink
from parsers.documents.social_insurance_heads import LONGEST_STATE, Heads, cells_under, heads_of
from parsers.documents.social_insurance_kinds import kinds_of_rows
from parsers.documents.social_insurance_signs import full_signs
from parsers.documents.social_insurance_table import (
    MONTH,
    PENSION,
    Stated,
    Token,
    heads_above,
    is_paid,
    months_between,
    parts_of,
)
from parsers.files.page import Box, Line

_MONTH_HEAD: Final = re.compile("年月|所属期|月份|期间")
_HOLE: Final = 1.9  #: distances of rows between which another one would fit


def rows_of_months(table: Sequence[Line], tokens: Sequence[Token], from_text: bool, ink: Ink) -> Stated | None:
    """A table with one row a month: whether each month's pension cell says paid.

    To save paper the list may run down in two columns side by side: each is read for itself.
    """
    columns = _under_repeated_heads(table, tokens) or _columns(tokens)
    if not columns:
        return None
    found = Stated(counted=True)
    for part, column in _side_by_side(table, columns):
        one = _one_list(part, column, from_text, ink)
        found.paid |= one.paid
        found.unpaid |= one.unpaid
        found.unsure |= one.unsure
        found.counted = found.counted and one.counted
    return found if found.named else None


def _one_list(table: Sequence[Line], column: Sequence[Token], from_text: bool, ink: Ink) -> Stated:
    heads = heads_of(table, column[0].box)
    found = Stated()
    judged: list[Token] = []
    bands = list(_bands(table, column))
    kinds = kinds_of_rows(table, bands)
    rows = [(token, cells_under(heads, band)) for token, band in bands]
    for (token, cells), kind, sign in zip(rows, kinds, full_signs(rows, ink), strict=True):
        if kind and not PENSION.search(kind):
            continue
        state_of = heads.says_paid(cells)
        if state_of is None and sign:
            state_of = True
        if state_of is None and from_text and not cells:
            state_of = False  # an empty cell under a head is a month without payment
        judged.append(token)
        {True: found.paid, False: found.unpaid, None: found.unsure}[state_of].add(token.month)
    paired = bool(heads.judging) and (_unbroken(judged) or _paired(table, bands, heads))
    found.counted = _numbered(table, column) or paired
    return found


def _under_repeated_heads(table: Sequence[Line], tokens: Sequence[Token]) -> list[list[Token]]:
    """The columns of a list that says 缴费年月 over each of them; none where the head stands but once."""
    first = min(tokens, key=lambda token: token.box.middle[1], default=None)
    if first is None:
        return []
    heads = [head for head in heads_above(table, first.box) if _MONTH_HEAD.search(head.text)]
    if len(heads) < 2 or len({head.text for head in heads}) > 1:
        return []
    columns = [[token for token in tokens if overlap(token.box, head.box) > 0.3] for head in heads]
    if sum(map(len, columns)) != len(tokens):
        return []
    return [sorted(column, key=lambda token: token.box.middle[1]) for column in columns if column]


def _columns(tokens: Sequence[Token]) -> list[list[Token]]:
    """The longest run of months below each other, and those beside it that are a list's next column."""
    best = _column(tokens)
    columns = [best] if best else []
    rest = [token for token in tokens if token not in best]
    while len(best) > 2 and (other := _column(rest)):
        if not _continues(best, other):
            break
        columns.append(other)
        rest = [token for token in rest if token not in other]
    return sorted(columns, key=lambda column: column[0].box.left)


def _continues(best: Sequence[Token], other: Sequence[Token]) -> bool:
    """Starts beside the first row, is about as long, and names other months: two ends of spans name the same."""
    if len(other) < 2 or len(other) < 0.5 * len(best) or abs(other[0].box.middle[1] - best[0].box.middle[1]) > 0.02:
        return False
    months, more = {token.month for token in best}, {token.month for token in other}
    ordered = max(months) < min(more) or max(more) < min(months)
    return ordered and len(months) == len(best) and len(more) == len(other)


def _side_by_side(
    table: Sequence[Line], columns: Sequence[list[Token]]
) -> Iterator[tuple[Sequence[Line], list[Token]]]:
    """Each column of months with its own part of the table."""
    if len(columns) == 1:
        yield table, columns[0]
        return
    starts = [min(token.box.left for token in column) - 0.01 for column in columns]
    for column, left, right in zip(columns, [0.0, *starts[1:]], [*starts[1:], 1.0], strict=True):
        yield [line for line in table if left <= line.box.left < right], column


def _column(tokens: Sequence[Token]) -> list[Token]:
    """The longest run of months below each other, top to bottom."""
    best: list[Token] = []
    for token in tokens:
        column = [other for other in tokens if overlap(other.box, token.box) > 0.4]
        levels = sorted(column, key=lambda other: other.box.middle[1])
        if len(levels) > len(best):
            best = levels
    return best


def _bands(table: Sequence[Line], column: Sequence[Token]) -> Iterator[tuple[Token, list[Line]]]:
    """Each month with the lines of its row; a row is as high as the distance to its neighbours."""
    middles = [token.box.middle[1] for token in column]
    steps = [b - a for a, b in pairwise(middles) if b > a]
    half = (median(steps) if steps else 2.0 * column[0].box.height) / 2
    for token in column:
        middle = token.box.middle[1]
        yield (
            token,
            [line for line in table if line is not token.line and abs(line.box.middle[1] - middle) < 0.9 * half]
            + _rest_of(token),
        )


def _rest_of(token: Token) -> list[Line]:
    """What stands on the month's own line besides it, when a whole row was read as one line."""
    text = token.line.text
    match = next((match for match, box in spans(token.line, MONTH) if box == token.box), None)
    if match is None or len(text) <= match.end() - match.start() + 1:
        return []
    parts = []
    for word, box in spans(token.line, re.compile(r"\S+")):
        if word.end() <= match.start() or word.start() >= match.end():
            parts.append(replace(token.line, text=word.group(), box=box))
    return parts


def _numbered(table: Sequence[Line], column: Sequence[Token]) -> bool:
    """Do the rows carry the numbers 1 to n (序号), as many as there are months?"""
    left = min(token.box.left for token in column)
    numbers = {
        int(line.text)
        for line in table
        if re.fullmatch(r"\d{1,3}", line.text) and line.box.right <= left and line.box.bottom > column[0].box.top
    }
    return numbers == set(range(1, len(column) + 1))


def _unbroken(column: Sequence[Token]) -> bool:
    """Do the months follow each other without a gap, at even distances, so that no row between them was overlooked?

    A month or two alone show no distance that could be even.
    """
    months = list(dict.fromkeys(sorted(token.month for token in column)))
    return len(column) == len(months) > 2 and months == list(months_between(months[0], months[-1])) and _even(column)


def _paired(table: Sequence[Line], bands: Sequence[tuple[Token, list[Line]]], heads: Heads) -> bool:
    """Two readings of one row agree on the number of rows: every cell that says paid or not has its month beside it.

    A row that was overlooked would have lost all its cells at once and left a hole in the even column, or between it
    and what is printed above and below.
    """
    top = bands[0][0].box.top
    states = [
        line
        for line in table
        if line.box.middle[1] > top
        for text, box in parts_of(line)
        if len(text) <= LONGEST_STATE and is_paid(text) is not None and heads.judges(box)
    ]
    in_rows = {id(line) for token, band in bands for line in (*band, token.line)}
    column = [token for token, _ in bands]
    return (
        bool(states)
        and all(id(line) in in_rows for line in states)
        and _even(column)
        and _closed(table, column, heads.boxes, in_rows)
    )


def _closed(table: Sequence[Line], column: Sequence[Token], heads: Sequence[Box], in_rows: set[int]) -> bool:
    """Do the heads follow closely above the first row, and other print closely below the last?"""
    first, last = column[0].box.middle[1], column[-1].box.middle[1]
    above = first - max(head.middle[1] for head in heads)
    under = [line.box.middle[1] - last for line in table if line.box.middle[1] > last and id(line) not in in_rows]
    below = min(under, default=1.0)
    step = (last - first) / (len(column) - 1) if len(column) > 1 else min(above, below)
    return max(above, below) < _HOLE * step


def _even(column: Sequence[Token]) -> bool:
    middles = [token.box.middle[1] for token in column]
    steps = [b - a for a, b in pairwise(middles)]
    return not steps or max(steps) < 1.4 * min(steps)
