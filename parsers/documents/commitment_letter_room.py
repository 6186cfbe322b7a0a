"""Is there room on the paper, or ink, where words of the form were not read?

Where there is, they stand there and no deletion is certain.
"""

from collections.abc import Mapping
from itertools import pairwise
from statistics import median
from typing import Final

from parsers.documents.commitment_letter_alignment import Alignment, Edit, Region
from parsers.documents.commitment_letter_text import LetterLine, LetterText, advance, folded
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box

_FIRST_WORDS: Final = 4  #: characters at its beginning that a line of text has at least
_PITCH_GAP: Final = 1.6  #: lines further apart than this have another between them


class Room:
    """How the letter's running text is set, and what stands beside and between its lines."""

    def __init__(self, text: LetterText, alignment: Alignment, ink: Mapping[int, InkMap]) -> None:
        self._text, self._ink = text, ink
        lines = _matched_lines(text, alignment)
        self.em = _em(lines)  #: width of a Chinese character in pixels
        self.left = median([line.box.left for line in lines]) if lines else 0.0
        self._right = max((line.box.right for line in lines), default=1.0)
        self._pitch = _pitch(lines)

    def was_not_read(self, edit: Edit, missing: int) -> bool:
        """Is there room on the paper for what is missing, or ink? Then it stands there and was not read."""
        if not 0 < edit.read_start < len(self._text.glyphs):
            return True
        before, after = self._text.line_of(edit.read_start - 1), self._text.line_of(edit.read_start)
        if before.sure and after.sure:
            return False
        if before is after:
            return self.slack(edit) > 0.5 * missing
        if before.page is not after.page:
            return True
        return self._ink_between(before, after, missing)

    def slack(self, edit: Edit) -> float:
        """Room left in the line where the lost words ought to stand, in characters."""
        before, after = self._text.glyphs[edit.read_start - 1], self._text.glyphs[edit.read_start]
        line = self._text.lines[before.line]
        if not line.line.places:
            return line.box.width * line.page.width / self.em - line.advances[-1]
        # Half of either neighbour, and the punctuation between them.
        taken = sum(map(advance, line.text[before.at : after.at + 1]))
        taken -= (advance(line.text[before.at]) + advance(line.text[after.at])) / 2
        return (line.middle(after.at) - line.middle(before.at)) / line.em - taken

    def _ink_between(self, before: LetterLine, after: LetterLine, missing: int) -> bool:
        height = self._pitch or before.box.height
        room = (self._right - before.box.right) * before.page.width / self.em
        wide = max(_FIRST_WORDS, 0.5 * (missing - room)) * self.em / before.page.width
        apart = after.box.middle[1] - before.box.middle[1] > _PITCH_GAP * height
        if apart and not self._blank_between(before, after, wide):
            return True
        if room < 1.5 or room < 0.5 * min(missing, 4):
            return False
        ink = self._ink.get(before.page.number)
        rest = Box(before.box.right + 0.005, before.box.top, self._right, before.box.bottom)
        return ink is None or ink.share(rest) > 0.02

    def _blank_between(self, before: LetterLine, after: LetterLine, wide: float) -> bool:
        """Has no line of text begun there? Further right seal and signature may stand. `wide`: share of the page."""
        ink = self._ink.get(before.page.number)
        if ink is None:
            return False
        # Slanting lines reach into each other's boxes: only the middle of the gap is looked at.
        top, bottom = before.box.bottom, after.box.top
        right = min(self._right, self.left + wide)
        return bottom <= top or ink.share(Box(self.left, top, right, bottom)) < 0.004


def _matched_lines(text: LetterText, alignment: Alignment) -> list[LetterLine]:
    """Full lines of the parties' text, all of it as printed."""
    clause_lines: dict[int, int] = {}
    for fixed, partner in zip(alignment.template.fixed, alignment.partner, strict=True):
        if partner is not None and fixed.region is Region.CLAUSE:
            number = text.glyphs[partner].line
            clause_lines[number] = clause_lines.get(number, 0) + 1
    return [
        text.lines[number]
        for number, count in clause_lines.items()
        if count >= 12 and count >= 0.95 * len(folded(text.lines[number].text))
    ]


def _em(lines: list[LetterLine]) -> float:
    """Width of a Chinese character of the text, in pixels."""
    widths = [line.box.width * line.page.width / line.advances[-1] for line in lines if line.advances[-1] >= 12]
    return median(widths) if widths else 40.0


def _pitch(lines: list[LetterLine]) -> float:
    """Distance of neighbouring lines as a share of the page's height."""
    steps = [lower.box.middle[1] - upper.box.middle[1] for upper, lower in pairwise(lines) if upper.page is lower.page]
    steps = [step for step in steps if step > 0]
    return median(steps) if steps else 0.0
