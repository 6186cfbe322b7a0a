"""How do the tables of a certificate name months, heads and payments?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from parsers.documents.lines import enclosing, overlap, same_row, spans
from parsers.files.page import Box, Line

Month = str  #: "YYYY-MM"

MONTH: Final = re.compile(
    r"(?<![\dA-Za-z.])(?P<y>20\d{2}) ?(?:年|[-./]) ?(?P<m>0[1-9]|1[0-2]|[1-9])(?!\d)"
    r"(?! ?月? ?\d{1,2}(?!\d))(?! ?[-./] ?\d{1,2}(?!\d))"
    r"|(?<![\dA-Za-z.])(?P<y2>20\d{2})(?P<m2>0[1-9]|1[0-2])(?![\dA-Za-z])"
)
_HALF_MONTH: Final = re.compile(r"20\d{2} ?(?:年|[-./]) ?\d?$")
_HALF_MONTH_REST: Final = re.compile(r"\d{1,2} ?月?")
_NOT_IN_TABLE: Final = re.compile(
    "打印|出具|有效|查验|编号|验证码|校验码|授权码|说明|备注:|注:|日期|时间:|最近|近[0-9]+个月|明细[(]"
)
#: From so many letter heights on, lines above each other are rows of their own.
_ROW_GAP: Final = 2.2
_OWN_ROW: Final = 1.3  #: the same of a row that holds values besides labels
_ONE_ROW: Final = 0.6
_FEW_VALUES: Final = 0.35  #: share of values among a row's lines, which pieces of wrapped heads may seem to be
#: A month of the person's past, in the paper's head: when first insured, when employed.
_PAST: Final = re.compile("(?:首次|初次|最早|本次|本单位)参保|参加工作|入职|建账|建立账户|开户|截至|出生")
PENSION: Final = re.compile("养老")
INSURANCE: Final = re.compile("养老|失业|工伤|医疗|生育")
_UNPAID: Final = re.compile(
    r"未缴|未到账|未足额|未实缴|欠缴|欠费|中断|停保|停缴|暂停|缓缴|^未|^否$|^[-—–/×xX✕╳△▲无*]+$|^0(?:\.0+)?$"
)
_PAID: Final = re.compile(
    r"已缴|到账|实缴|足额|正常|缴费|补缴|已收|[√✓✔☑●■✅VvＶ∨]|^[是YyJ丿ノ]$|^¥?[1-9][\d,]*(?:\.\d+)?$"
)
_STATE: Final = r"(?:[已未](?:缴费?|到账|足额)|欠[缴费]|(?:正常|足额)缴费|[√✓✔×●△▲])"
#: A state, or whatever else stands between spaces up to a state that it runs into (…有限公司已缴).
_PART: Final = re.compile(rf"{_STATE}|[^\s√✓✔×●△▲]+?(?=(?<=[\d司团心院所]){_STATE}|[\s√✓✔×●△▲]|$)")
_HEADS: Final = re.compile(
    "序号?|费款|所属期?|年月|年度|单位|基数|养老|失业|工伤|医疗|生育|状态|状况|标志|情况|到账|险种|月数|起始|开始|截止|终止|结束|"
    "起止|备注|缴费|个人|参保地"
)


@dataclass(frozen=True)
class Token:
    """One month and where it stands."""

    month: Month
    box: Box
    line: Line


@dataclass
class Stated:
    """What one table states of 养老保险, while it is being read."""

    paid: set[Month] = field(default_factory=set)
    unpaid: set[Month] = field(default_factory=set)
    unsure: set[Month] = field(default_factory=set)  #: stand there, but whether paid could not be read
    counted: bool = False  #: a count of the table itself agrees (row numbers, months of a span)

    @property
    def named(self) -> set[Month]:
        return self.paid | self.unpaid | self.unsure


def whole_months(lines: Sequence[Line]) -> list[Line]:
    """Months that wrap inside their cell ("2026年1" over "1月") made whole; everything else as it is."""
    rest = list(lines)
    for upper in lines:
        if upper not in rest or not _HALF_MONTH.search(upper.text):
            continue
        lower = next(
            (
                line
                for line in rest
                if line is not upper
                and 0 < line.box.middle[1] - upper.box.middle[1] < 1.4 * max(line.box.height, upper.box.height)
                and overlap(line.box, upper.box) > 0.5
                and _HALF_MONTH_REST.fullmatch(line.text)
            ),
            None,
        )
        if lower is not None:
            box = enclosing((upper.box, lower.box)) or upper.box
            rest[rest.index(upper)] = replace(upper, text=upper.text + lower.text, box=box)
            rest.remove(lower)
    return rest


def tokens_of(table: Sequence[Line]) -> list[Token]:
    """Every month that stands in a table, with its place; dates of printing and the like left out."""
    found = []
    for line in table:
        if _NOT_IN_TABLE.search(line.text) or _PAST.search(line.text) or _is_labelled_past(line, table):
            continue
        for match, box in spans(line, MONTH):
            year, month = match["y"] or match["y2"], match["m"] or match["m2"]
            found.append(Token(f"{year}-{int(month):02d}", box, line))
    return found


def _is_labelled_past(cell: Line, table: Sequence[Line]) -> bool:
    """Does the cell to its left, or the words on its own line before it, say that the month is of the person's past?"""
    left = [line for line in table if line.box.right <= cell.box.left + 0.01 and same_row(line.box, cell.box)]
    nearest = max(left, key=lambda line: line.box.right, default=None)
    return nearest is not None and bool(_PAST.search(nearest.text))


def lines_above(table: Sequence[Line], first: Box) -> list[Line]:
    """Short lines above the table's first month that hang together, from the lowest upwards: what may be heads."""
    reach = 7 * first.height
    above = [
        line
        for line in table
        if 0.75 * first.height < first.middle[1] - line.box.middle[1] < reach
        and len(line.text) <= 12
        and not MONTH.search(line.text)
    ]
    return _head_row(above, first.height)


def heads_above(table: Sequence[Line], first: Box) -> list[Line]:
    """The table's heads above its first month, wrapped heads joined."""
    heads: list[Line] = []
    for line in lines_above(table, first):
        at = next((i for i, head in enumerate(heads) if overlap(head.box, line.box) > 0.6), None)
        if at is None:
            heads.append(line)
        elif heads[at].box.top - line.box.bottom < 0.6 * line.box.height:
            box = enclosing((heads[at].box, line.box)) or line.box
            heads[at] = replace(heads[at], text=line.text + heads[at].text, box=box)
    return sorted((head for head in heads if _HEADS.search(head.text)), key=lambda head: head.box.left)


def _head_row(above: Sequence[Line], height: float) -> list[Line]:
    """From the lowest line upwards as far as the lines of one row of heads hang together.

    The paper's own head may be a ruled table as well (参保状态 | 正常参保) that must not pass for heads of columns: it
    stands apart, or values stand among its labels.
    """
    row: list[Line] = []
    for line in _rows_upwards(above, height):
        named = [other for other in row if _HEADS.search(other.text)]
        gap = (row[-1].box.middle[1] - line[0].box.middle[1]) / height if row else 0.0
        values = sum(not _HEADS.search(one.text) for one in line)
        if len(named) > 1 and (gap > _ROW_GAP or (gap > _OWN_ROW and values > _FEW_VALUES * len(line))):
            break
        row += line
    return row


def _rows_upwards(above: Sequence[Line], height: float) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in sorted(above, key=lambda line: -line.box.middle[1]):
        if rows and rows[-1][0].box.middle[1] - line.box.middle[1] < _ONE_ROW * height:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def parts_of(line: Line) -> Iterator[tuple[str, Box]]:
    """The parts of a line that a gap or a repeated word divides: OCR runs narrow cells together."""
    for match, box in spans(line, _PART):
        yield match.group(), box


def is_paid(text: str) -> bool | None:
    """Paid, not paid, or cannot be told."""
    if not text:
        return None
    if _UNPAID.search(text):
        return False
    return True if _PAID.search(text) else None


def months_between(first: Month, last: Month) -> Iterator[Month]:
    """Every month from the first to the last, both counted; none when they stand the wrong way round."""
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    for number in range(start, end + 1):
        yield f"{number // 12}-{number % 12 + 1:02d}"
