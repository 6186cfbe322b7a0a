"""Which months does a table with one row a month show as paid?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from parsers.documents.lines import nearest_column, overlap, spans
from parsers.documents.social_insurance_table import (
    INSURANCE,
    MONTH,
    PENSION,
    Stated,
    Token,
    heads_above,
    is_paid,
    months_between,
    parts_of,
)
from parsers.files.page import Line

_STATE_HEAD: Final = re.compile("状态|状况|标志|是否|到账|缴费情况")


def rows_of_months(table: Sequence[Line], tokens: Sequence[Token], from_text: bool) -> Stated | None:
    """A table with one row a month: whether each month's pension cell says paid.

    To save paper the list may run down in two columns side by side: each is read for itself.
    """
    columns = _columns(tokens)
    if not columns:
        return None
    found = Stated(counted=True)
    for part, column in _side_by_side(table, columns):
        one = _one_list(part, column, from_text)
        found.paid |= one.paid
        found.unpaid |= one.unpaid
        found.unsure |= one.unsure
        found.counted = found.counted and one.counted
    return found if found.named else None


def _one_list(table: Sequence[Line], column: Sequence[Token], from_text: bool) -> Stated:
    heads = heads_above(table, column[0].box)
    pension = next((at for at, head in enumerate(heads) if PENSION.search(head.text)), None)
    state = next((at for at, head in enumerate(heads) if _STATE_HEAD.search(head.text)), None)
    judged_by = pension if pension is not None else state
    found = Stated()
    judged = 0
    boxes = [head.box for head in heads]
    for token, band in _bands(table, column):
        kinds = [line.text for line in band if INSURANCE.search(line.text)]
        if kinds and not any(PENSION.search(kind) for kind in kinds):
            continue
        cells = [
            match
            for line in band
            for match in parts_of(line)
            if judged_by is None or nearest_column(match[1], boxes) == judged_by
        ]
        state_of = is_paid("".join(text for text, _ in cells)) if judged_by is not None else True
        if state_of is None and from_text and not cells:
            state_of = False  # an empty cell under a head is a month without payment
        judged += 1
        {True: found.paid, False: found.unpaid, None: found.unsure}[state_of].add(token.month)
    found.counted = _numbered(table, column) or (judged_by is not None and _unbroken(column, judged))
    return found


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


def _unbroken(column: Sequence[Token], judged: int) -> bool:
    """Do the months follow each other without a gap, at even distances, so that no row between them was overlooked?

    A month or two alone show no distance that could be even.
    """
    months = list(dict.fromkeys(sorted(token.month for token in column)))
    whole = list(months_between(months[0], months[-1]))
    middles = [token.box.middle[1] for token in column]
    steps = [b - a for a, b in pairwise(middles)]
    even = bool(steps) and max(steps) < 1.4 * min(steps)
    return judged == len(months) > 2 and months == whole and even
