"""Which characters did the letter's readers see, one after another, and where does each stand?

The text of a letter is a table: its left column (企业法定代表人承诺) stands between the lines of the right one and is
taken out here, as are the pieces of a seal's rim that were read from top to bottom.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from statistics import median
from typing import Final

from parsers.files.page import Box, Line, Page, ReadBy

TICKED: Final = frozenset("☑☒✓✔√■▣⊠✅◼")
UNTICKED: Final = frozenset("□☐◻▢口囗ロ")
BOXED: Final = frozenset("区図图囚因凶回困园国")  #: what engines take a square with a tick in it for
_SLOPE: Final = 0.014  #: what a slope left by a photograph moves a line down, for each of its page's width
_LONG: Final = 15  #: characters of a line of running text
_FEWEST_STEPS: Final = 4  #: from one Chinese character to the next, to know their width by
_NARROW: Final = 0.55  #: width of a digit or a Latin letter, in widths of a Chinese character


@dataclass(frozen=True)
class LetterLine:
    """One line of the letter's text proper."""

    line: Line
    page: Page

    @property
    def text(self) -> str:
        return self.line.text

    @property
    def box(self) -> Box:
        return self.line.box

    @property
    def sure(self) -> bool:
        return self.page.read_by is ReadBy.TEXT

    @cached_property
    def advances(self) -> tuple[float, ...]:
        """Where each character begins, in widths of a Chinese character; the last is the whole line's width."""
        places, at = [0.0], 0.0
        for character in self.text:
            at += advance(character)
            places.append(at)
        return tuple(places)

    @cached_property
    def em(self) -> float:
        """Width of a Chinese character, as a share of the page's width."""
        steps = [
            b - a for (a, wide), (b, also) in pairwise(zip(self.line.places, self._wide, strict=False)) if wide and also
        ]
        if len(steps) >= _FEWEST_STEPS:
            return self.box.width * median(steps)
        return self.box.width / max(self.advances[-1], 0.1)

    @cached_property
    def _wide(self) -> tuple[bool, ...]:
        """Which characters are Chinese ones: engines see punctuation anywhere in its square."""
        return tuple("\u4e00" <= character <= "\u9fff" for character in self.text)

    def middle(self, at: int) -> float:
        """Where a character's middle stands, as a share of the page's width: as seen, else by even setting."""
        if self.line.places:
            return self.box.left + self.box.width * self.line.places[at]
        share = self.box.width / self.advances[-1]
        return self.box.left + share * (self.advances[at] + self.advances[at + 1]) / 2

    @cached_property
    def trust(self) -> float:
        """The engine's confidence in the characters that count: what it thinks of a comma or a speck is left out."""
        trusts = [self.line.trusts[at] for _, at in _counting(self.text)] if self.line.trusts else []
        return sum(trusts) / len(trusts) if trusts else self.line.confidence


@dataclass(frozen=True)
class Glyph:
    """One character that counts for comparing: no space, no punctuation."""

    character: str
    line: int  #: index into `LetterText.lines`
    at: int  #: index into that line's text


@dataclass(frozen=True)
class LetterText:
    lines: tuple[LetterLine, ...]
    glyphs: tuple[Glyph, ...]
    left_out: tuple[LetterLine, ...]  #: left column and pieces of a seal

    @cached_property
    def characters(self) -> str:
        return "".join(glyph.character for glyph in self.glyphs)

    @cached_property
    def body(self) -> tuple[float, float]:
        """Left and right end of the running text, as shares of the page's width."""
        long = [line for line in self.lines if len(line.text) >= _LONG]
        if not long:
            return 0.0, 1.0
        return median(line.box.left for line in long), median(line.box.right for line in long)

    def em(self, at: int) -> float:
        """Width of a Chinese character of the text around a glyph, as a share of the page's width.

        A short line alone would give another width: engines see characters a little aside.
        """
        own = self.line_of(at)
        long = [line.em for line in self.lines if line.page is own.page and len(line.text) >= _LONG]
        return median(long) if long else own.em

    def raw(self, start: int, end: int) -> str:
        """The text as read from glyph `start` up to `end`, with what stands between and a bracket that closes it."""
        if start >= end:
            return ""
        first, last = self.glyphs[start], self.glyphs[end - 1]
        pieces: list[str] = []
        for number in range(first.line, last.line + 1):
            if any(glyph.line == number for glyph in self.glyphs[start:end]):
                # A bracket at a line's end or beginning belongs to the value that runs over it.
                opens = first.at if number == first.line else 0
                closes = last.at + 1 if number == last.line else None
                pieces.append(self.lines[number].text[opens:closes])
        following = self.lines[last.line].text[last.at + 1 : last.at + 2]
        text = "".join(pieces)
        opened = sum(text.count(sign) for sign in "(（") - sum(text.count(sign) for sign in ")）")
        return text + following if opened > 0 and following in ")）" else text

    def line_of(self, glyph: int) -> LetterLine:
        return self.lines[self.glyphs[glyph].line]

    def confidence(self, start: int, end: int) -> float:
        """Of the worst line that the glyphs from `start` up to `end` stand in, or of themselves where that is less.

        Neighbours are asked for too: beyond the letter's last glyph, where the page was cut off, there is none.
        """
        end = min(end, len(self.glyphs))
        numbers = {glyph.line for glyph in self.glyphs[start:end]}
        own = [trust for at in range(start, end) if (trust := self.trust(at)) is not None]
        least = [sum(own) / len(own)] if own else []
        return min([*(self.lines[number].trust for number in numbers), *least], default=1.0)

    def trust(self, at: int) -> float | None:
        """The engine's confidence in one glyph; None where it gave none."""
        glyph = self.glyphs[at]
        trusts = self.lines[glyph.line].line.trusts
        return trusts[glyph.at] if trusts else None

    def box(self, start: int, end: int) -> Box | None:
        """Where the glyphs stand; None where there are none."""
        boxes = [self._place(glyph) for glyph in self.glyphs[start:end]]
        if not boxes or len({id(self.line_of(n).page) for n in range(start, end)}) > 1:
            return boxes[0] if boxes else None
        return Box(
            min(box.left for box in boxes),
            min(box.top for box in boxes),
            max(box.right for box in boxes),
            max(box.bottom for box in boxes),
        )

    def page(self, start: int, end: int) -> int:
        """Number of the page on which the glyphs begin; of the nearest glyph where there are none."""
        if not self.glyphs:
            return self.lines[0].page.number if self.lines else 1
        return self.line_of(min(start, len(self.glyphs) - 1)).page.number

    def _place(self, glyph: Glyph) -> Box:
        line = self.lines[glyph.line]
        middle, half = line.middle(glyph.at), line.em * advance(line.text[glyph.at]) / 2
        return Box(middle - half, line.box.top, middle + half, line.box.bottom)


def advance(character: str) -> float:
    """How wide a character is set, in widths of a Chinese character."""
    if character.isspace():
        return 1.0 if character == "\u3000" else 0.3
    return 1.0 if unicodedata.east_asian_width(character) in "WFA" else _NARROW


def folded(text: str) -> str:
    """What counts of a text for comparing fixed wording: letters and digits, one width, no punctuation."""
    return "".join(character for character, _ in _counting(text))


def letter_text(pages: Iterable[Page], headings: Iterable[str]) -> LetterText:
    """The lines of `pages` in their order without the left column, whose words are `headings`."""
    words = "".join(folded(heading) for heading in headings)
    kept: list[LetterLine] = []
    left_out: list[LetterLine] = []
    for page in pages:
        lines = [LetterLine(line, page) for line in page.lines if line.text.strip()]
        margin = _left_margin(lines)
        bottom = _footnote_top(lines)
        own: list[LetterLine] = []
        for line in lines:
            aside = _runs_down(line) or (line.box.top < bottom and _is_heading(line, margin, words))
            (left_out if aside else own).append(line)
        kept.extend(_in_order(own))
    glyphs = tuple(
        Glyph(character, number, at) for number, line in enumerate(kept) for character, at in _counting(line.text)
    )
    return LetterText(tuple(kept), glyphs, tuple(left_out))


def _counting(text: str) -> Iterable[tuple[str, int]]:
    for at, character in enumerate(text):
        if character in UNTICKED and character not in "口ロ":
            continue
        for folded_one in unicodedata.normalize("NFKC", character):
            if folded_one.isalnum():
                yield folded_one.upper(), at
                break


def _left_margin(lines: list[LetterLine]) -> float:
    """Where the table's right column begins: the usual left end of long lines."""
    long = [line.box.left for line in lines if len(line.text) >= _LONG]
    return median(long) if long else 0.0


def _footnote_top(lines: list[LetterLine]) -> float:
    return next((line.box.top for line in lines if re.match(r"\s*[注註]\s*[:：]", line.text)), 2.0)


def _in_order(lines: list[LetterLine]) -> list[LetterLine]:
    """Lines one above the other put right: a word of the left column can chain two rows of the right one."""
    ordered: list[LetterLine] = []
    for line in lines:
        at = len(ordered)
        while at and _stands_above(line.box, ordered[at - 1].box):
            at -= 1
        ordered.insert(at, line)
    return ordered


def _stands_above(upper: Box, lower: Box) -> bool:
    """Told only of lines over the same stretch of paper, by more than a slope of one in fifty makes of it."""
    shared = min(upper.right, lower.right) - max(upper.left, lower.left)
    if shared < 0.6 * min(upper.width, lower.width):
        return False
    apart = abs(upper.middle[0] - lower.middle[0])
    slack = 0.2 * min(upper.height, lower.height) + _SLOPE * apart
    return upper.middle[1] < lower.middle[1] - slack


def _is_heading(line: LetterLine, margin: float, words: str) -> bool:
    if line.box.right > margin + 0.02:
        return False
    text = folded(line.text)
    return bool(text) and len(text) <= 8 and sum(character in words for character in text) >= 0.6 * len(text)


def _runs_down(line: LetterLine) -> bool:
    """Read from top to bottom: on a letter only the rim of a seal is."""
    width = line.box.width * line.page.width
    return len(line.text) >= 2 and line.box.height * line.page.height > 1.6 * width
