"""What does a certificate say in running text: 兹证明 …系…参保职工, 养老保险：…至…，缴费…个月?"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from parsers.documents.lines import enclosing, rows
from parsers.documents.social_insurance_table import Stated, months_between
from parsers.files.page import Line

#: Running text fills the width of the paper, a table's cell or a label does not.
_FULL_WIDTH: Final = 0.5
#: Widest gap between two pieces of one line of text, and of the left ends of a paragraph's lines, in shares of width.
_PIECE_GAP: Final = 0.03
_INDENT: Final = 0.06
#: Greatest distance between the middles of a paragraph's lines, in letter heights.
_LEADING: Final = 2.6
_ENDS: Final = re.compile("[。:：;；]$")
_FIRM: Final = re.compile(
    r"(?:(?:参保|工作|缴费|所在)单位(?:名称|全称)?[:：为是]*|单位(?:名称|全称)?[:：]|系|为)"
    r"(?P<firm>[\u4e00-\u9fff()（）]{4,40}?(?:公司|集团|院|中心|事务所))"
    r"(?=[,，。;；、]|参保|的?(?:职工|员工|在职|在编|工作人员)|在我|现|$)"
)
_CERTIFIES: Final = re.compile("证明|同志|系")
_MONTH: Final = r"(20\d{2})[年./-]?(1[0-2]|0?[1-9])(?!\d)月?"
_SPAN: Final = rf"{_MONTH}(?:起)?(?:至|到|[-—–~～])+{_MONTH}"
_COUNT: Final = r"(?:[^。;；]{0,30}?(\d{1,3})个?月)?"
_PENSION_SPANS: Final = (
    re.compile(rf"养老保险[^。;；\d]{{0,30}}?{_SPAN}{_COUNT}"),
    re.compile(rf"{_SPAN}[^。;；\d]{{0,40}}?养老保险{_COUNT}"),
)


def paragraphs(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Running text of two lines and more, each paragraph as one line without spaces."""
    found: list[list[Line]] = []
    for row in (_as_line(row) for row in rows(lines)):
        if row is not None and found and _goes_on(found[-1], row):
            found[-1].append(row)
        elif row is not None:
            found.append([row])
    return tuple(_joined(parts) for parts in found if parts[0].box.width > _FULL_WIDTH)


def certified_firm(lines: Sequence[Line]) -> Line | None:
    """The employer that 兹证明 … names, with the sentence's place."""
    return next((firm for firm in firms_in_words(lines, _CERTIFIES)), None)


def firms_in_words(lines: Sequence[Line], sentence: re.Pattern[str] | None = None) -> Iterator[Line]:
    """Every employer that a sentence names; only of those sentences, where a pattern is given."""
    for paragraph in paragraphs(lines):
        if sentence is None or sentence.search(paragraph.text):
            for found in _FIRM.finditer(paragraph.text):
                yield replace(paragraph, text=found["firm"])


def spans_in_words(lines: Sequence[Line]) -> list[Stated]:
    """Spans of 养老保险 that sentences name, each with the number of months where one is said."""
    text = "\n".join(paragraph.text for paragraph in paragraphs(lines))
    pattern = next((pattern for pattern in _PENSION_SPANS if pattern.search(text)), None)
    return [_stated(match) for match in pattern.finditer(text)] if pattern else []


def _stated(match: re.Match[str]) -> Stated:
    first, last = (f"{match[at]}-{int(match[at + 1]):02d}" for at in (1, 3))
    months = set(months_between(first, last))
    if match[5] and int(match[5]) < len(months):
        return Stated(unsure=months)  # months are missing inside the span, which ones is not said
    return Stated(paid=months, counted=bool(match[5]) and int(match[5]) == len(months))


def _as_line(row: Sequence[Line]) -> Line | None:
    """A row of the page as one line of running text; None where wide gaps show it to be cells of a table."""
    if any(right.box.left - left.box.right > _PIECE_GAP for left, right in pairwise(row)):
        return None
    return _joined(row)


def _joined(parts: Sequence[Line]) -> Line:
    box = enclosing(part.box for part in parts) or parts[0].box
    text = re.sub(r"\s", "", "".join(part.text for part in parts))
    return Line(text, box, min(part.confidence for part in parts))


def _goes_on(paragraph: Sequence[Line], row: Line) -> bool:
    last = paragraph[-1]
    return (
        last.box.width > _FULL_WIDTH
        and not _ENDS.search(last.text)
        and abs(row.box.left - paragraph[0].box.left) < _INDENT
        and row.box.middle[1] - last.box.middle[1] < _LEADING * max(row.box.height, last.box.height)
    )


def sentences(lines: Sequence[Line]) -> Iterator[Line]:
    """Paragraphs of two lines and more: what a line break cuts stands whole in them."""
    known = {re.sub(r"\s", "", line.text) for line in lines}
    return (paragraph for paragraph in paragraphs(lines) if paragraph.text not in known)
