"""Is a blank in which nothing was read empty on paper as well?"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Final

from parsers.documents.commitment_letter_text import UNTICKED, LetterLine, LetterText
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box

#: What engines read where an underlined blank is open.
UNDERLINE: Final = re.compile(r"^[\s_＿—–\-一﹏…．.·:：,，。;；'\"|丨口ロ囗□]*$")
#: Of a character's width, beside its middle, that is its own; engines see it a little aside.
HALF: Final = 0.62
_SEEN: Final = 0.9  #: engine's confidence in a neighbour from which on it stands where it was seen


def seen_empty(text: LetterText, start: int, end: int, ink: Mapping[int, InkMap]) -> bool:
    """Between the neighbours of the glyphs `start` to `end`, where the engine saw them, is no stroke.

    Two witnesses: the engine, which read the neighbours well and nothing between them, and the paper's own ink.
    """
    before, after = start - 1, end
    if before < 0 or after >= len(text.glyphs):
        return False
    if text.line_of(before).sure:
        return True
    picture = ink.get(text.line_of(before).page.number)
    if picture is None or not all((text.trust(at) or 0.0) >= _SEEN for at in (before, after)):
        return False
    return all(picture.is_clean(place) for place in _stretches(text, before, after))


def _stretches(text: LetterText, before: int, after: int) -> Iterator[Box]:
    """The paper between two neighbours, without the punctuation that was read there; over a line's end both parts."""
    first, last = text.glyphs[before], text.glyphs[after]
    if first.line == last.line:
        yield from _open_parts(text.lines[first.line], first.at, last.at)
        return
    upper, lower = text.lines[first.line], text.lines[last.line]
    left, right = text.body
    beside = lower.box.left > upper.box.right - 0.5 * upper.em  # boxes of neighbours may overlap a little
    if upper.page is lower.page and beside and lower.box.top < upper.box.middle[1]:
        left = right = lower.box.left  # two boxes of one line, the open blank between them
    yield from _open_parts(upper, first.at, None, right)
    if upper.page is lower.page:
        yield from _open_parts(lower, None, last.at, left)


def _open_parts(line: LetterLine, start: int | None, end: int | None, edge: float = 0.0) -> Iterator[Box]:
    """Between two characters of a line, or from one to the `edge` of the text."""
    half = HALF * line.em
    signs = range(0 if start is None else start, len(line.text) if end is None else end + 1)
    # The square before the neighbour is the neighbour's own option, and printed.
    middles = [
        line.middle(at)
        for at in signs
        if not UNDERLINE.match(line.text[at])
        or line.text[at] in "，。；：、"
        or (at + 1 == end and line.text[at] in UNTICKED)
    ]
    ends = [(middle - half, middle + half) for middle in middles]
    if start is None:
        ends.insert(0, (edge, edge))
    if end is None:
        ends.append((edge, edge))
    top, bottom = line.box.top + 0.15 * line.box.height, line.box.bottom - 0.18 * line.box.height
    for (_, left), (right, _) in pairwise(ends):
        if right - left > 0.1 * line.em:
            yield Box(left, top, right, bottom)
