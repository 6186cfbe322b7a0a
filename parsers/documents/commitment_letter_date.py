"""On which day was the letter signed, or was the day left open?"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from parsers.dates import find_dates, is_blank_date
from parsers.documents.commitment_letter_alignment import Alignment, Region
from parsers.documents.commitment_letter_text import LetterLine, LetterText
from parsers.documents.document import Field, Presence
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box

_TRACE: Final = re.compile(r"[0-9〇○零一二三四五六七八九十]\s*[年月日]|[年月]\s*[0-9一二三四五六七八九十]|20[0-9]{2}")
_CLEAN: Final = 0.0008  #: ink in the room for the date that dust and a frame's end may leave


@dataclass(frozen=True)
class Dating:
    presence: Presence
    field: Field | None = None
    day: date | None = None


def read_date(text: LetterText, alignment: Alignment, ink: InkMap | None) -> Dating:
    """The last whole date after the text and before the footnote; ABSENT only where the paper shows none either."""
    room = _room(text, alignment)
    if (found := _dated(room)) is not None:
        return found
    outside = [line for line in text.lines if line not in room and not _is_clause(line, text, alignment)]
    if (found := _dated(outside)) is not None:
        return found
    if any(_TRACE.search(line.text) for line in room):
        return Dating(Presence.UNCLEAR)
    if room and all(line.sure for line in room):
        return Dating(Presence.ABSENT)
    open_line = next((line for line in room if is_blank_date(line.text) or re.search("年.*月", line.text)), None)
    if ink is None:
        return Dating(Presence.UNCLEAR)
    if open_line is not None:
        # 年 月 日 are three characters of ink; anything written between them is more.
        inked = _inked_width(ink, open_line.box) * ink.width / (open_line.box.height * ink.height)
        return Dating(Presence.ABSENT if inked <= 3.6 else Presence.UNCLEAR)
    place = _empty_place(text, alignment)
    if place is None:
        return Dating(Presence.UNCLEAR)
    return Dating(Presence.ABSENT if ink.share(place) <= _CLEAN else Presence.UNCLEAR)


def _dated(lines: list[LetterLine]) -> Dating | None:
    for line in reversed(lines):
        whole = [found for found in find_dates(line.text) if found.whole]
        if whole:
            day = whole[-1].whole
            assert day is not None
            certain = line.sure or line.line.confidence >= 0.95
            field = Field(day.isoformat(), line.line.confidence, certain, line.page.number, line.box, line.page.read_by)
            return Dating(Presence.PRESENT, field, day)
    return None


def _room(text: LetterText, alignment: Alignment) -> list[LetterLine]:
    """Lines after the last place to sign and before the footnote."""
    top, bottom = _bounds(text, alignment)
    return [line for number, line in enumerate(text.lines) if top < number < bottom]


def _bounds(text: LetterText, alignment: Alignment) -> tuple[int, int]:
    fixed, partner = alignment.template.fixed, alignment.partner
    labels = [
        text.glyphs[p].line for f, p in zip(fixed, partner, strict=True) if p is not None and f.region is Region.LABEL
    ]
    notes = [
        text.glyphs[p].line
        for f, p in zip(fixed, partner, strict=True)
        if p is not None and f.region is Region.FOOTNOTE
    ]
    return max(labels, default=-1), min(notes, default=len(text.lines))


def _is_clause(line: LetterLine, text: LetterText, alignment: Alignment) -> bool:
    numbers = {
        text.glyphs[p].line
        for f, p in zip(alignment.template.fixed, alignment.partner, strict=True)
        if p is not None and f.region in {Region.CLAUSE, Region.FOOTNOTE, Region.TITLE}
    }
    return any(text.lines[number] is line for number in numbers)


def _empty_place(text: LetterText, alignment: Alignment) -> Box | None:
    """The paper between the last place to sign and the footnote, right of the middle."""
    top, bottom = _bounds(text, alignment)
    if top < 0 or bottom >= len(text.lines):
        return None
    upper, lower = text.lines[top], text.lines[bottom]
    if upper.page is not lower.page or lower.box.top - upper.box.bottom < 0.6 * upper.box.height:
        return None
    return Box(0.35, upper.box.bottom + 0.004, 0.95, lower.box.top - 0.004)


def _inked_width(ink: InkMap, box: Box) -> float:
    """Share of the page's width that has ink in its column."""
    columns = ink.ink[ink.pixels(box)].any(axis=0)
    return int(np.count_nonzero(columns)) / ink.width
