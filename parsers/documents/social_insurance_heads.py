"""Under which heads of a table does it say whether pension insurance was paid?

Heads may stand in two rows, an insurance over 缴费基数, 单位缴, 个人缴. What the payment would be reckoned from (基数)
never says that it was made.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from parsers.documents.lines import nearest_column
from parsers.documents.social_insurance_table import INSURANCE, PENSION, heads_above, is_paid, lines_above, parts_of
from parsers.files.page import Box, Line

_STATE: Final = re.compile("状态|状况|标志|是否|到账|缴费情况")
#: Of the payment itself: a row whose amount stands there and whose state says 欠费 is not surely paid.
_PAYMENT: Final = re.compile("(?:缴费|缴纳|实缴)(?:状态|状况|情况|标志)|到账")
_OWED: Final = re.compile("未缴|未到账|未足额|欠缴|欠费|中断|停缴|缓缴")
LONGEST_STATE: Final = 6  #: characters of 已到账, 足额缴费: a longer text is a note below the table
_BASIS: Final = re.compile("基数")
#: What stands in the lower row of heads; times of joining are no payment either.
_PART: Final = re.compile("基数|单位|个人|缴|金额|状态|状况|情况|时间")
_NO_AMOUNT: Final = re.compile("基数|时间|编号")
#: In letter heights: heads of one row, and of the row above it.
_SAME: Final = 0.5
_ABOVE: Final = 0.6
_FARTHEST: Final = 2.5


@dataclass(frozen=True)
class Heads:
    """The columns of a table, from left to right, and those that judge. None does: every month that stands is paid."""

    boxes: tuple[Box, ...]
    judging: frozenset[int]

    def judges(self, cell: Box) -> bool:
        return not self.judging or nearest_column(cell, self.boxes) in self.judging

    def says_paid(self, cells: Sequence[tuple[str, Box]]) -> bool | None:
        """What the judging cells of one row say; None: nothing, or not all the same."""
        if not self.judging:
            return not any(_OWED.search(text) for text, _ in cells if len(text) <= LONGEST_STATE)
        by_column: dict[int | None, str] = {}
        for text, box in cells:
            column = nearest_column(box, self.boxes)
            by_column[column] = by_column.get(column, "") + text
        said = {is_paid(text) for text in by_column.values()}
        return said.pop() if len(said) == 1 else None


def heads_of(table: Sequence[Line], first: Box) -> Heads:
    """The heads above the table's first month."""
    if two_rows := _in_two_rows(table, first):
        return two_rows
    heads = heads_above(table, first)
    pension = [at for at, head in enumerate(heads) if PENSION.search(head.text) and not _BASIS.search(head.text)][:1]
    states = [at for at, head in enumerate(heads) if (_PAYMENT if pension else _STATE).search(head.text)][:1]
    return Heads(tuple(head.box for head in heads), frozenset(pension + states))


def _in_two_rows(table: Sequence[Line], first: Box) -> Heads | None:
    """Each insurance over the parts of its payment; None where the heads stand in one row."""
    above = lines_above(table, first)
    lowest = max((line.box.middle[1] for line in above), default=0.0)
    lower = [line for line in above if lowest - line.box.middle[1] < _SAME * first.height]
    parts = [line for line in lower if _PART.search(line.text)]
    groups = [
        line
        for line in above
        if INSURANCE.search(line.text)
        and _ABOVE * first.height < lowest - line.box.middle[1] < _FARTHEST * first.height
    ]
    own = [part for part in parts if PENSION.search(_nearest(part, groups).text)] if groups else []
    if len(own) < 2 or len(parts) <= len(groups):
        return None
    states = [part for part in own if _STATE.search(part.text)]
    amounts = [part for part in own if not _NO_AMOUNT.search(part.text)]
    # Heads that stand over both rows hang between them: columns of their own.
    alone = [
        line
        for line in above
        if line not in lower and line not in groups and lowest - line.box.middle[1] < first.height
    ]
    columns = sorted([*lower, *alone], key=lambda line: line.box.left)
    judging = (states or amounts) + [line for line in alone if _PAYMENT.search(line.text)]
    return Heads(tuple(line.box for line in columns), frozenset(columns.index(line) for line in judging))


def _nearest(part: Line, groups: Sequence[Line]) -> Line:
    return min(groups, key=lambda group: abs(group.box.middle[0] - part.box.middle[0]))


def cells_under(heads: Heads, lines: Sequence[Line]) -> list[tuple[str, Box]]:
    """Those parts of a row's lines that stand under a judging head."""
    return [part for line in lines for part in parts_of(line) if heads.judges(part[1])]
