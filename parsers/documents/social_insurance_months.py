"""For which months does a certificate say that pension insurance (养老保险) was paid?"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final

from parsers.documents.lines import enclosing, nearest_column, overlap, same_row, spans
from parsers.files.page import Box, Line

Month = str  #: "YYYY-MM"

_MONTH: Final = re.compile(
    r"(?<![\dA-Za-z.])(?P<y>20\d{2}) ?(?:年|[-./]) ?(?P<m>0[1-9]|1[0-2]|[1-9])(?!\d)"
    r"(?! ?月? ?\d)(?! ?[-./] ?\d{1,2}(?!\d))"
    r"|(?<![\dA-Za-z.])(?P<y2>20\d{2})(?P<m2>0[1-9]|1[0-2])(?![\dA-Za-z])"
)
_HALF_MONTH: Final = re.compile(r"20\d{2} ?(?:年|[-./]) ?\d?$")
_HALF_MONTH_REST: Final = re.compile(r"\d{1,2} ?月?")
_NOT_IN_TABLE: Final = re.compile(
    "打印|出具|有效|查验|编号|验证码|校验码|授权码|说明|备注:|注:|日期|时间:|最近|近[0-9]+个月|明细[(]"
)
_PENSION: Final = re.compile("养老")
_INSURANCE: Final = re.compile("养老|失业|工伤|医疗|生育")
_UNPAID: Final = re.compile(
    r"未缴|未到账|未足额|未实缴|欠缴|欠费|中断|停保|停缴|暂停|缓缴|^未|^否$|^[-—–/×xX✕╳无*]+$|^0(?:\.0+)?$"
)
_PAID: Final = re.compile(r"已缴|到账|实缴|足额|正常|缴费|补缴|已收|[√✓✔☑●■✅VvＶ∨]|^[是Yy]$|^¥?[1-9][\d,]*(?:\.\d+)?$")
_TOTAL: Final = re.compile(r"(?:合计|累计|共计|总计|总月数|月数)[^\d]{0,10}?(\d{1,3}) ?个?月")
_HEADS: Final = re.compile(
    "序号?|费款|所属期?|年月|年度|单位|基数|养老|失业|工伤|医疗|生育|状态|状况|标志|情况|到账|险种|月数|起始|开始|截止|终止|结束|起止|备注|缴费|个人|参保地"
)
_STATE_HEAD: Final = re.compile("状态|状况|标志|是否|到账|缴费情况")
_START_HEAD: Final = re.compile("起始|开始|起年月|起$")
_END_HEAD: Final = re.compile("截止|终止|结束|止年月|止$")
_COUNT_HEAD: Final = re.compile("月数")


@dataclass(frozen=True)
class PaidMonths:
    """What the tables say of 养老保险."""

    paid: tuple[Month, ...] = ()
    unpaid: tuple[Month, ...] = ()  #: months that stand there as not paid
    total: int | None = None  #: number of months as printed
    certain: bool = False  #: nothing in doubt: a text layer or a count that agrees

    @property
    def count(self) -> int:
        """Months paid in all: a list of the last two years may stand beside a printed total of ten."""
        return max(len(self.paid), self.total or 0)


@dataclass(frozen=True)
class _Token:
    month: Month
    box: Box
    line: Line


@dataclass
class _Found:
    paid: set[Month]
    unpaid: set[Month]
    unsure: set[Month]
    counted: bool = False  #: a count of the table itself agreed (row numbers, months of a range)


def read_months(pages: Sequence[Sequence[Line]], *, from_text: bool) -> PaidMonths:
    """`pages` are levelled lines of each page of one certificate; `from_text`: no letter can be misread."""
    found = _Found(set(), set(), set(), counted=True)
    total: int | None = None
    for lines in pages:
        table = _joined([line for line in lines if line.text])
        total = _total(table) or total
        _gather(table, found, from_text=from_text)
    paid = found.paid - found.unpaid - found.unsure
    agrees = total is not None and total == len(paid)
    certain = bool(paid or found.unpaid) and not found.unsure and (from_text or agrees or found.counted)
    if total is not None and total < len(paid):
        certain = False  # the table was read to say more than the paper itself
    return PaidMonths(tuple(sorted(paid)), tuple(sorted(found.unpaid)), total, certain)


def _gather(table: Sequence[Line], found: _Found, *, from_text: bool) -> None:
    if grid := _grid(table, from_text=from_text):
        _merge(found, grid)
        return
    tokens = _tokens(table)
    ranges, ranged = _ranges(table, tokens)
    listed = _listed(table, [token for token in tokens if token not in ranged] + _split_tokens(table), from_text)
    if listed is not None:
        # Rows of single months know better than the span over them: what they leave out was not paid.
        first, last = min(listed.paid | listed.unpaid | listed.unsure), max(listed.paid | listed.unpaid | listed.unsure)
        for one in ranges:
            one.paid = {month for month in one.paid if not first <= month <= last}
        _merge(found, listed)
    for one in ranges:
        _merge(found, one)


def _merge(found: _Found, more: _Found) -> None:
    found.paid |= more.paid
    found.unpaid |= more.unpaid
    found.unsure |= more.unsure
    found.counted = found.counted and more.counted


def _joined(lines: Sequence[Line]) -> list[Line]:
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


def _tokens(table: Sequence[Line]) -> list[_Token]:
    """Every month that stands in a table, with its place; dates of printing and the like left out."""
    found = []
    for line in table:
        if _NOT_IN_TABLE.search(line.text):
            continue
        for match, box in spans(line, _MONTH):
            year, month = match["y"] or match["y2"], match["m"] or match["m2"]
            found.append(_Token(f"{year}-{int(month):02d}", box, line))
    return found


def _split_tokens(table: Sequence[Line]) -> list[_Token]:
    """Months whose year and month stand in two columns (浙江, 江苏 and others)."""
    heads = [line for line in table if line.text in {"年", "年度", "年份"}]
    month_heads = [line for line in table if line.text in {"月", "月份"}]
    pair = next(
        ((a, b) for a in heads for b in month_heads if same_row(a.box, b.box) and b.box.left > a.box.left), None
    )
    if pair is None:
        return []
    below = [line for line in table if line.box.top > pair[0].box.middle[1]]
    years = [line for line in below if re.fullmatch(r"20\d{2}年?", line.text) and overlap(line.box, pair[0].box) > 0]
    months = [
        line
        for line in below
        if re.fullmatch(r"(0?[1-9]|1[0-2])月?", line.text)
        and abs(line.box.middle[0] - pair[1].box.middle[0]) < abs(line.box.middle[0] - pair[0].box.middle[0])
        and abs(line.box.middle[0] - pair[1].box.middle[0]) < 1.5 * max(pair[1].box.width, line.box.width)
    ]
    found = []
    for month in months:
        year = next((year for year in years if same_row(year.box, month.box)), None)
        if year is not None:
            value = f"{year.text[:4]}-{int(month.text.rstrip('月')):02d}"
            found.append(_Token(value, enclosing((year.box, month.box)) or month.box, month))
    return found if len(found) == len(months) else []


def _listed(table: Sequence[Line], tokens: Sequence[_Token], from_text: bool) -> _Found | None:
    """A table with one row a month: whether each month's pension cell says paid."""
    column = _column(tokens)
    if not column:
        return None
    heads = _heads(table, column[0].box)
    pension = next((at for at, head in enumerate(heads) if _PENSION.search(head.text)), None)
    state = next((at for at, head in enumerate(heads) if _STATE_HEAD.search(head.text)), None)
    judged_by = pension if pension is not None else state
    found = _Found(set(), set(), set())
    boxes = [head.box for head in heads]
    for token, band in _bands(table, column):
        kinds = [line.text for line in band if _INSURANCE.search(line.text)]
        if kinds and not any(_PENSION.search(kind) for kind in kinds):
            continue
        cells = [
            match
            for line in band
            for match in _cells(line)
            if judged_by is None or nearest_column(match[1], boxes) == judged_by
        ]
        state_of = _judge("".join(text for text, _ in cells)) if judged_by is not None else True
        if state_of is None and from_text and not cells:
            state_of = False  # an empty cell under a head is a month without payment
        {True: found.paid, False: found.unpaid, None: found.unsure}[state_of].add(token.month)
    found.counted = _numbered(table, column)
    return found if found.paid or found.unpaid or found.unsure else None


def _cells(line: Line) -> Iterator[tuple[str, Box]]:
    """The parts of a line that a gap or a repeated word divides: OCR runs narrow cells together."""
    pattern = re.compile(r"(?:[已未]缴费?|已到账|未到账|欠缴|正常缴费|[√✓✔×])|[^\s√✓✔×]+")
    for match, box in spans(line, pattern):
        yield match.group(), box


def _judge(text: str) -> bool | None:
    """Paid, not paid, or cannot be told."""
    if not text:
        return None
    if _UNPAID.search(text):
        return False
    return True if _PAID.search(text) else None


def _column(tokens: Sequence[_Token]) -> list[_Token]:
    """The longest run of months below each other, top to bottom."""
    best: list[_Token] = []
    for token in tokens:
        column = [other for other in tokens if overlap(other.box, token.box) > 0.4]
        levels = sorted(column, key=lambda other: other.box.middle[1])
        if len(levels) > len(best):
            best = levels
    return best


def _heads(table: Sequence[Line], first: Box) -> list[Line]:
    """The table's heads above its first month, wrapped heads joined."""
    reach = 7 * first.height
    above = [
        line
        for line in table
        if 0 < first.middle[1] - line.box.middle[1] < reach and len(line.text) <= 12 and not _MONTH.search(line.text)
    ]
    heads: list[Line] = []
    for line in sorted(above, key=lambda line: -line.box.middle[1]):
        at = next((i for i, head in enumerate(heads) if overlap(head.box, line.box) > 0.6), None)
        if at is None:
            heads.append(line)
        elif heads[at].box.top - line.box.bottom < 0.6 * line.box.height:
            box = enclosing((heads[at].box, line.box)) or line.box
            heads[at] = replace(heads[at], text=line.text + heads[at].text, box=box)
    return sorted((head for head in heads if _HEADS.search(head.text)), key=lambda head: head.box.left)


def _bands(table: Sequence[Line], column: Sequence[_Token]) -> Iterator[tuple[_Token, list[Line]]]:
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


def _rest_of(token: _Token) -> list[Line]:
    """What stands on the month's own line besides it, when a whole row was read as one line."""
    text = token.line.text
    match = next((match for match, box in spans(token.line, _MONTH) if box == token.box), None)
    if match is None or len(text) <= match.end() - match.start() + 1:
        return []
    parts = []
    for word, box in spans(token.line, re.compile(r"\S+")):
        if word.end() <= match.start() or word.start() >= match.end():
            parts.append(replace(token.line, text=word.group(), box=box))
    return parts


def _numbered(table: Sequence[Line], column: Sequence[_Token]) -> bool:
    """Do the rows carry the numbers 1 to n (序号), as many as there are months?"""
    left = min(token.box.left for token in column)
    numbers = {
        int(line.text)
        for line in table
        if re.fullmatch(r"\d{1,3}", line.text) and line.box.right <= left and line.box.bottom > column[0].box.top
    }
    return numbers == set(range(1, len(column) + 1))


def _ranges(table: Sequence[Line], tokens: Sequence[_Token]) -> tuple[list[_Found], list[_Token]]:
    """Spans of payment (缴费起始年月, 缴费截止年月) of the pension rows; the tokens used by any span."""
    pairs = _pairs(table, tokens)
    if not pairs:
        return [], []
    used = [token for pair in pairs for token in pair]
    anchors = _anchors(table, pairs)
    counts = _counts(table, pairs)
    found = []
    for at, (start, end) in enumerate(pairs):
        kind = _anchor_of(at, pairs, anchors)
        if kind is not None and not _PENSION.search(kind):
            continue
        months = set(months_between(start.month, end.month))
        count = counts[at]
        one = _Found(months, set(), set(), counted=count == len(months))
        if count is not None and count < len(months):
            one = _Found(set(), set(), months)  # months are missing inside the span, which ones is not said
        found.append(one)
    return found, used


def _pairs(table: Sequence[Line], tokens: Sequence[_Token]) -> list[tuple[_Token, _Token]]:
    """Start and end of each span, from top to bottom: in one cell, or in one row under two heads."""
    by_line: dict[int, list[_Token]] = {}
    for token in tokens:
        by_line.setdefault(id(token.line), []).append(token)
    same_cell = [(two[0], two[1]) for two in by_line.values() if len(two) == 2 and two[0].month <= two[1].month]
    if same_cell and len(same_cell) * 2 == len(tokens):
        return sorted(same_cell, key=lambda pair: pair[0].box.middle[1])
    first = min(tokens, key=lambda token: token.box.middle[1], default=None)
    if first is None:
        return []
    heads = _heads(table, first.box)
    start = next((head for head in heads if _START_HEAD.search(head.text)), None)
    end = next((head for head in heads if _END_HEAD.search(head.text) and head is not start), None)
    if start is None or end is None:
        return []
    starts = sorted((t for t in tokens if overlap(t.box, start.box) > 0.3), key=lambda t: t.box.middle[1])
    ends = sorted((t for t in tokens if overlap(t.box, end.box) > 0.3), key=lambda t: t.box.middle[1])
    if len(starts) != len(ends) or any(a.month > b.month for a, b in zip(starts, ends, strict=True)):
        return []
    return list(zip(starts, ends, strict=True))


def _anchors(table: Sequence[Line], pairs: Sequence[tuple[_Token, _Token]]) -> list[Line]:
    """The cells that name the insurance of each row."""
    top, bottom = pairs[0][0].box.top, pairs[-1][0].box.bottom
    margin = 2 * pairs[0][0].box.height
    return sorted(
        (
            line
            for line in table
            if _INSURANCE.search(line.text)
            and len(line.text) <= 20
            and top - margin < line.box.middle[1] < bottom + margin
            and line.box.right <= pairs[0][0].box.right
        ),
        key=lambda line: line.box.middle[1],
    )


def _anchor_of(at: int, pairs: Sequence[tuple[_Token, _Token]], anchors: Sequence[Line]) -> str | None:
    """The insurance of the span: by order when the counts agree, else the nearest (a cell over several rows)."""
    if not anchors:
        return None
    if len(anchors) == len(pairs):
        return anchors[at].text
    middle = pairs[at][0].box.middle[1]
    return min(anchors, key=lambda line: abs(line.box.middle[1] - middle)).text


def _counts(table: Sequence[Line], pairs: Sequence[tuple[_Token, _Token]]) -> list[int | None]:
    """The printed number of months of each span (缴费月数), by order when all are there."""
    head = next((head for head in _heads(table, pairs[0][0].box) if _COUNT_HEAD.search(head.text)), None)
    if head is None:
        return [None] * len(pairs)
    top, bottom = pairs[0][0].box.top - head.box.height, pairs[-1][0].box.bottom + head.box.height
    cells = sorted(
        (
            line
            for line in table
            if re.fullmatch(r"\d{1,3}个?月?", line.text)
            and top < line.box.middle[1] < bottom
            and abs(line.box.middle[0] - head.box.middle[0]) < max(head.box.width, line.box.width)
        ),
        key=lambda line: line.box.middle[1],
    )
    if len(cells) != len(pairs):
        return [None] * len(pairs)
    return [int(re.sub(r"\D", "", line.text)) for line in cells]


def _grid(table: Sequence[Line], *, from_text: bool) -> _Found | None:
    """Twelve columns a year, a mark in each month paid."""
    heads = _month_heads(table)
    if heads is None:
        return None
    under = [line for line in table if line.box.middle[1] > heads[0].box.middle[1]]
    years = [line for line in under if re.fullmatch(r"20\d{2}(?:年度?)?", line.text)]
    if not years:
        return None
    found = _Found(set(), set(), set())
    boxes = [head.box for head in heads]
    for year in years:
        row = [line for line in under if line is not year and same_row(line.box, year.box)]
        kinds = [line.text for line in row if _INSURANCE.search(line.text)]
        if kinds and not any(_PENSION.search(kind) for kind in kinds):
            continue
        marks = dict.fromkeys(range(12), "")
        for line in row:
            for text, box in _cells(line):
                if boxes[0].left - 0.02 <= box.middle[0] <= boxes[-1].right + 0.02:
                    marks[nearest_column(box, boxes) or 0] += text
        for at, mark in marks.items():
            month = f"{year.text[:4]}-{at + 1:02d}"
            state = _judge(mark)
            if state is True:
                found.paid.add(month)
            elif state is False and mark:
                found.unpaid.add(month)
            elif mark or not from_text:
                # From pixels an empty cell may be a mark that was overlooked: only its neighbours could tell.
                found.unsure |= {month} if mark else set()
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


def _total(table: Iterable[Line]) -> int | None:
    """缴费月数合计：12个月."""
    for line in table:
        if found := _TOTAL.search(line.text):
            return int(found[1])
    return None


def months_between(first: Month, last: Month) -> Iterator[Month]:
    """Every month from the first to the last, both counted; none when they stand the wrong way round."""
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    for number in range(start, end + 1):
        yield f"{number // 12}-{number % 12 + 1:02d}"
