"""Which months do spans of payment (缴费起始年月, 缴费截止年月) cover?"""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from parsers.documents.lines import enclosing, overlap
from parsers.documents.social_insurance_table import INSURANCE, PENSION, Stated, Token, heads_above, months_between
from parsers.files.page import Line

_START_HEAD: Final = re.compile("起始|开始|起年月|起$")
_END_HEAD: Final = re.compile("截止|终止|结束|止年月|止$")
_COUNT_HEAD: Final = re.compile("月数")


def spans_of_months(table: Sequence[Line], tokens: Sequence[Token]) -> tuple[list[Stated], list[Token]]:
    """Spans of payment (缴费起始年月, 缴费截止年月) of the pension rows; the tokens used by any span."""
    pairs = _pairs(table, tokens)
    if not pairs:
        unpaired = _under_span_heads(table, tokens)
        return ([Stated(unsure={token.month for token in unpaired})] if unpaired else []), unpaired
    used = [token for pair in pairs for token in pair]
    anchors = _anchors(table, pairs)
    counts = _counts(table, pairs)
    found = []
    for at, (start, end) in enumerate(pairs):
        kind = _anchor_of(at, pairs, anchors)
        if kind is not None and not PENSION.search(kind):
            continue
        months = set(months_between(start.month, end.month))
        count = counts[at]
        one = Stated(paid=months, counted=count == len(months))
        if count is not None and count < len(months):
            one = Stated(unsure=months)  # months are missing inside the span, which ones is not said
        found.append(one)
    return found, used


def _pairs(table: Sequence[Line], tokens: Sequence[Token]) -> list[tuple[Token, Token]]:
    """Start and end of each span, from top to bottom: in one cell, or in one row under two heads."""
    by_line: dict[int, list[Token]] = {}
    for token in tokens:
        by_line.setdefault(id(token.line), []).append(token)
    same_cell = [(two[0], two[1]) for two in by_line.values() if len(two) == 2 and two[0].month <= two[1].month]
    if same_cell and len(same_cell) * 2 == len(tokens):
        return sorted(same_cell, key=lambda pair: pair[0].box.middle[1])
    first = min(tokens, key=lambda token: token.box.middle[1], default=None)
    if first is None:
        return []
    heads = heads_above(table, first.box)
    start = next((head for head in heads if _START_HEAD.search(head.text)), None)
    end = next((head for head in heads if _END_HEAD.search(head.text) and head is not start), None)
    if start is None or end is None:
        return []
    starts = sorted((t for t in tokens if overlap(t.box, start.box) > 0.3), key=lambda t: t.box.middle[1])
    ends = sorted((t for t in tokens if overlap(t.box, end.box) > 0.3), key=lambda t: t.box.middle[1])
    if len(starts) != len(ends) or any(a.month > b.month for a, b in zip(starts, ends, strict=True)):
        return []
    return list(zip(starts, ends, strict=True))


def _under_span_heads(table: Sequence[Line], tokens: Sequence[Token]) -> list[Token]:
    """Months that stand under heads of spans but could not be paired: ends of spans, never months by themselves."""
    first = min(tokens, key=lambda token: token.box.middle[1], default=None)
    if first is None:
        return []
    heads = heads_above(table, first.box)
    if not any(_START_HEAD.search(head.text) for head in heads) or not any(_END_HEAD.search(h.text) for h in heads):
        return []
    return list(tokens)


def _anchors(table: Sequence[Line], pairs: Sequence[tuple[Token, Token]]) -> list[Line]:
    """The cells that name the insurance of each row, made whole where they wrap (企业职工基本养 / 老保险)."""
    margin = 2 * pairs[0][0].box.height
    top, bottom = pairs[0][0].box.top - margin, pairs[-1][0].box.bottom + margin
    column = sorted(
        (line for line in table if top < line.box.middle[1] < bottom and line.box.right <= pairs[0][0].box.right),
        key=lambda line: line.box.middle[1],
    )
    anchors: list[Line] = []
    for line in column:
        above = next((anchor for anchor in reversed(anchors) if overlap(anchor.box, line.box) > 0.5), None)
        if above is not None and not _is_whole(above.text) and line.box.top - above.box.bottom < line.box.height:
            box = enclosing((above.box, line.box)) or line.box
            anchors[anchors.index(above)] = replace(above, text=above.text + line.text, box=box)
        else:
            anchors.append(line)
    return [anchor for anchor in anchors if INSURANCE.search(anchor.text) and len(anchor.text) <= 24]


def _is_whole(kind: str) -> bool:
    return kind.endswith(("保险", "养老", "失业", "工伤", "公司"))


def _anchor_of(at: int, pairs: Sequence[tuple[Token, Token]], anchors: Sequence[Line]) -> str | None:
    """The insurance of the span: by order when the counts agree, else the nearest (a cell over several rows)."""
    if not anchors:
        return None
    if len(anchors) == len(pairs):
        return anchors[at].text
    middle = pairs[at][0].box.middle[1]
    return min(anchors, key=lambda line: abs(line.box.middle[1] - middle)).text


def _counts(table: Sequence[Line], pairs: Sequence[tuple[Token, Token]]) -> list[int | None]:
    """The printed number of months of each span (缴费月数), by order when all are there."""
    head = next((head for head in heads_above(table, pairs[0][0].box) if _COUNT_HEAD.search(head.text)), None)
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
