"""Where does the letter's fixed wording differ from the form's, and is that a change or a misreading?

A machine that reads misreads: look-alikes are no alteration, a line that was not read is no deletion. What turns a
sentence round (不, 未 …) is one even as a single character.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final

from parsers.documents.commitment_letter_alignment import (
    DATE,
    MARGIN,
    SIGNATURE,
    Alignment,
    Edit,
    Fixed,
    Region,
    Template,
)
from parsers.documents.commitment_letter_glyphs import look_alike
from parsers.documents.commitment_letter_text import (
    TICKED,
    UNTICKED,
    LetterLine,
    LetterText,
    advance,
    folded,
)
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box

#: Characters whose coming or going turns a sentence round.
SENSE: Final = frozenset("不未非无没否勿莫免拒")
_READ_WELL: Final = 0.9  #: engine's confidence in a line whose difference may be a defect
_ONE_DOUBTED: Final = 0.3  #: confidence that a line may lack in all before one of its characters is doubted
_TRUSTED: Final = 0.95  #: the same in one character
_SIDE_BY_SIDE: Final = 0.3  #: widths of a character that neighbours may stand off each other, as engines see them
_CONTEXT: Final = 10  #: characters quoted on either side, inside the clause
_LITTLE_INK: Final = 0.5  #: of a neighbouring character's ink, which a comma's does not reach
_FEW: Final = 8  #: misread characters on a page from which on nothing on it is certain
_FIRST_WORDS: Final = 4  #: characters at its beginning that a line of text has at least
_WHOLE_LINE: Final = 10  #: characters of a line that cannot be the form's by chance
_PITCH_GAP: Final = 1.6  #: lines further apart than this have another between them


class AlterationKind(StrEnum):
    ADDED = "added"
    DELETED = "deleted"
    CHANGED = "changed"


@dataclass(frozen=True)
class Alteration:
    """One place where fixed wording differs."""

    kind: AlterationKind
    printed: str  #: the form's wording with a little of its clause around
    read: str  #: the same stretch as the letter has it
    clause: str  #: the form's whole clause
    page: int
    box: Box | None
    certain: bool


def alterations(text: LetterText, alignment: Alignment, ink: Mapping[int, InkMap]) -> tuple[Alteration, ...]:
    """Every difference that is more than noise, in the order of the form.

    `ink` by page number; without it a gap on the paper cannot be looked at, and more stays unsure.
    """
    judge = _Judge(text, alignment, ink)
    found = [
        one
        for edit in alignment.edits
        if (certain := judge.certain(edit)) is not None
        for one in [judge.told(edit, certain)]
    ]
    found.extend(_added_lines(text, alignment, judge.body_left))
    if judge.noise > _FEW or _is_disordered(text, alignment):
        found = [replace(one, certain=False) for one in found]
    return tuple(found)


class _Judge:
    def __init__(self, text: LetterText, alignment: Alignment, ink: Mapping[int, InkMap]) -> None:
        self._text, self._alignment, self._ink = text, alignment, ink
        self._template = alignment.template
        lines = _matched_lines(text, alignment)
        self._em = _em(lines)
        self.body_left = median([line.box.left for line in lines]) if lines else 0.0
        self._body_right = max((line.box.right for line in lines), default=1.0)
        self._pitch = _pitch(lines)
        self.noise = sum(1 for edit in alignment.edits if self._is_misread(edit))

    def certain(self, edit: Edit) -> bool | None:
        """True: an alteration; False: may be one; None: none."""
        printed, read = self._words(edit)
        region = self._region(edit)
        if self._is_misread(edit):
            return None
        if not read:
            return self._deleted(edit, printed, region)
        if self._is_crossed_punctuation(edit) or self._is_square(edit):
            return None
        weight = _weight(printed, read)
        turned = bool(SENSE & (set(printed) ^ set(read)))
        confidence = self._text.confidence(max(0, edit.read_start - 1), edit.read_end + 1)
        if self._beside_blank(edit) and not turned:
            if weight == 1 or confidence < _READ_WELL:
                return None if weight <= 2 else False
            return weight >= 3 and None not in self._partners_around(edit)
        if region is Region.LABEL:
            return None if weight == 1 else False
        if weight == 1 and not turned:
            return self._single(edit)
        return confidence >= _READ_WELL and self._alignment.found >= _READ_WELL

    def told(self, edit: Edit, certain: bool) -> Alteration:
        before, printed, after, clause = _phrase(self._template, edit)
        read = self._text.raw(edit.read_start, edit.read_end)
        kind = (
            AlterationKind.DELETED
            if edit.read_start == edit.read_end
            else AlterationKind.ADDED
            if edit.fixed_start == edit.fixed_end
            else AlterationKind.CHANGED
        )
        start, end = edit.read_start, edit.read_end
        if start == end:
            start, end = max(0, start - 1), min(len(self._text.glyphs), end + 1)
        return Alteration(
            kind=kind,
            printed=before + printed + after,
            read=before + read + after,
            clause=clause,
            page=self._text.page(start, end),
            box=self._text.box(start, end),
            certain=certain,
        )

    def _words(self, edit: Edit) -> tuple[str, str]:
        printed = "".join(fixed.character for fixed in self._template.fixed[edit.fixed_start : edit.fixed_end])
        return printed, self._text.characters[edit.read_start : edit.read_end]

    def _region(self, edit: Edit) -> Region:
        return self._template.fixed[min(edit.fixed_start, len(self._template.fixed) - 1)].region

    def _is_misread(self, edit: Edit) -> bool:
        """Look-alikes one for one; or a ruling, a speck, an underline read as one sign."""
        printed, read = self._words(edit)
        if len(printed) == len(read) <= 3 and all(map(look_alike, printed, read)):
            return True
        return not printed and len(read) <= 2 and all(sign.isascii() or sign in "一丨卜丶" for sign in read)

    def _is_crossed_punctuation(self, edit: Edit) -> bool:
        """Is the one sign too many the seal's, over or beside a comma of the form's? It has little ink of its own."""
        printed, read = self._words(edit)
        start, end, fixed = edit.read_start - 1, edit.read_end + 1, self._template.fixed
        if printed or len(read) != 1 or read in SENSE or start < 0 or end > len(self._text.glyphs):
            return False
        if not 0 < edit.fixed_start < len(fixed):
            return False
        between = self._template.printed[fixed[edit.fixed_start - 1].at + 1 : fixed[edit.fixed_start].at]
        ink = self._ink.get(self._text.page(start, end))
        places = [self._text.box(at, at + 1) for at in range(start, end)]
        if len(between) != 1 or between == "\0" or ink is None:
            return False
        left, own, right = (ink.share(place) if place else 1.0 for place in places)
        return own < _LITTLE_INK * min(left, right)

    def _is_square(self, edit: Edit) -> bool:
        """Is the one sign too many the form's own □, taken for a character with the tick in it: 区, 図?"""
        printed, read = self._words(edit)
        fixed = self._template.fixed
        if printed or len(read) != 1 or read in SENSE or edit.fixed_start >= len(fixed):
            return False
        beside = self._text.raw(max(0, edit.read_start - 1), edit.read_end)[1:]
        return self._template.printed[: fixed[edit.fixed_start].at].endswith("□") and not (TICKED | UNTICKED) & set(
            beside
        )

    def _single(self, edit: Edit) -> bool | None:
        """One character is another: what do the paper and the engine's trust in that line say together?"""
        looks = self._looks_printed(edit)
        if looks:
            return None
        line = self._text.line_of(min(edit.read_start, len(self._text.glyphs) - 1))
        trusted = self._is_trusted(edit.read_start, edit.read_end)
        return line.sure or (looks is False and trusted and self._alignment.found >= _READ_WELL)

    def _is_trusted(self, start: int, end: int) -> bool:
        """Does the engine trust each of these characters?"""
        for at in range(max(0, start), min(end, len(self._text.glyphs))):
            trust, line = self._text.trust(at), self._text.line_of(at)
            if trust is None:
                # Of engines that give the mean over the line alone: what one character can have cost it.
                trust = 1 - len(line.text) * (1 - line.line.confidence) * (1 - _TRUSTED) / _ONE_DOUBTED
            if trust < _TRUSTED:
                return False
        return True

    def _looks_printed(self, edit: Edit) -> bool | None:
        """Does the one character in question look on paper as the printed one does elsewhere on the page?"""
        if edit.read_end - edit.read_start != 1 or edit.fixed_end - edit.fixed_start != 1:
            return None
        ink = self._ink.get(self._text.page(edit.read_start, edit.read_end))
        place = self._text.box(edit.read_start, edit.read_end)
        if ink is None or place is None:
            return None
        return ink.look_the_same(place, self._twins(self._template.fixed[edit.fixed_start]))

    def _stands_unread(self, edit: Edit) -> bool:
        """Does the one lost character stand in its line after all, looking as it does elsewhere on the page?"""
        if edit.fixed_end - edit.fixed_start != 1 or not 0 < edit.read_start < len(self._text.glyphs):
            return False
        before, after = self._text.glyphs[edit.read_start - 1], self._text.glyphs[edit.read_start]
        line = self._text.lines[before.line]
        ink = self._ink.get(line.page.number)
        if ink is None or before.line != after.line:
            return False
        wide = self._em / line.page.width
        left = line.box.left + wide * line.advances[after.at]
        if line.line.places:
            left = (line.middle(before.at) + line.middle(after.at) - wide) / 2
        place = Box(left, line.box.top, left + wide, line.box.bottom)
        return ink.look_the_same(place, self._twins(self._template.fixed[edit.fixed_start])) is True

    def _twins(self, lost: Fixed) -> list[Box]:
        """Where the same character was read elsewhere in text of the same size."""
        return [
            box
            for fixed, partner in zip(self._template.fixed, self._alignment.partner, strict=True)
            if fixed.character == lost.character
            and partner is not None
            and self._text.characters[partner] == lost.character
            and fixed.region is lost.region
            and (box := self._text.box(partner, partner + 1)) is not None
        ]

    def _beside_blank(self, edit: Edit) -> bool:
        gaps = self._template.gaps
        return bool(gaps[edit.fixed_start] or gaps[edit.fixed_end])

    def _partners_around(self, edit: Edit) -> tuple[int | None, int | None]:
        partner = self._alignment.partner
        before = partner[edit.fixed_start - 1] if edit.fixed_start else None
        after = partner[edit.fixed_end] if edit.fixed_end < len(partner) else None
        return before, after

    def _deleted(self, edit: Edit, printed: str, region: Region) -> bool | None:
        if region is Region.LABEL:
            return None if len(printed) == 1 else False
        if region is not Region.CLAUSE and len(printed) > 12:
            return False  # title or footnote missing as a whole: cut off, or left out
        if not SENSE & set(printed) and self._stands_unread(edit):
            return None
        if self._was_not_read(edit, len(printed)):
            return False
        if len(printed) == 1 and not SENSE & set(printed):
            return None if self._beside_blank(edit) else self._closed_up(edit)
        confidence = self._text.confidence(max(0, edit.read_start - 1), edit.read_start + 1)
        return confidence >= _READ_WELL and self._alignment.found >= 0.7

    def _was_not_read(self, edit: Edit, missing: int) -> bool:
        """Is there room on the paper for what is missing, or ink? Then it stands there and was not read."""
        if not 0 < edit.read_start < len(self._text.glyphs):
            return True
        before, after = self._text.line_of(edit.read_start - 1), self._text.line_of(edit.read_start)
        if before.sure and after.sure:
            return False
        if before is after:
            return self._slack(edit) > 0.5 * missing
        if before.page is not after.page:
            return True
        return self._ink_between(before, after, missing)

    def _slack(self, edit: Edit) -> float:
        """Room left in the line where the lost words ought to stand, in characters."""
        before, after = self._text.glyphs[edit.read_start - 1], self._text.glyphs[edit.read_start]
        line = self._text.lines[before.line]
        if not line.line.places:
            return line.box.width * line.page.width / self._em - line.advances[-1]
        # Half of either neighbour, and the punctuation between them.
        taken = sum(map(advance, line.text[before.at : after.at + 1]))
        taken -= (advance(line.text[before.at]) + advance(line.text[after.at])) / 2
        return (line.middle(after.at) - line.middle(before.at)) / line.em - taken

    def _closed_up(self, edit: Edit) -> bool:
        """One character less: do its neighbours, both well read, stand side by side in one line?"""
        around = range(edit.read_start - 1, edit.read_start + 1)
        lines = {self._text.glyphs[at].line for at in around}
        line = self._text.lines[min(lines)]
        if len(lines) > 1 or not line.line.places or self._alignment.found < _READ_WELL:
            return False
        return abs(self._slack(edit)) <= _SIDE_BY_SIDE and self._is_trusted(around.start, around.stop)

    def _ink_between(self, before: LetterLine, after: LetterLine, missing: int) -> bool:
        height = self._pitch or before.box.height
        room = (self._body_right - before.box.right) * before.page.width / self._em
        wide = max(_FIRST_WORDS, 0.5 * (missing - room)) * self._em / before.page.width
        apart = after.box.middle[1] - before.box.middle[1] > _PITCH_GAP * height
        if apart and not self._blank_between(before, after, wide):
            return True
        if room < 1.5 or room < 0.5 * min(missing, 4):
            return False
        ink = self._ink.get(before.page.number)
        rest = Box(before.box.right + 0.005, before.box.top, self._body_right, before.box.bottom)
        return ink is None or ink.share(rest) > 0.02

    def _blank_between(self, before: LetterLine, after: LetterLine, wide: float) -> bool:
        """Has no line of text begun there? Further right seal and signature may stand. `wide`: share of the page."""
        ink = self._ink.get(before.page.number)
        if ink is None:
            return False
        # Slanting lines reach into each other's boxes: only the middle of the gap is looked at.
        top, bottom = before.box.bottom, after.box.top
        right = min(self._body_right, self.body_left + wide)
        return bottom <= top or ink.share(Box(self.body_left, top, right, bottom)) < 0.004


def _is_disordered(text: LetterText, alignment: Alignment) -> bool:
    """Was a line read just as the form has it, and yet found no place? Then lines were taken in a wrong order."""
    partnered = {partner for partner in alignment.partner if partner is not None}
    fixed = "".join(one.character for one in alignment.template.fixed)
    lines: dict[int, list[int]] = {}
    for at, glyph in enumerate(text.glyphs):
        lines.setdefault(glyph.line, []).append(at)
    return any(
        len(mine) >= _WHOLE_LINE
        and sum(at in partnered for at in mine) < 0.7 * len(mine)
        and "".join(text.characters[at] for at in mine) in fixed
        for mine in lines.values()
    )


def _weight(printed: str, read: str) -> int:
    """How many characters differ that are no look-alikes."""
    same = sum(map(look_alike, printed, read)) if len(printed) == len(read) else 0
    return max(len(printed), len(read)) - same


def _phrase(template: Template, edit: Edit) -> tuple[str, str, str, str]:
    """What stands before, in and after the edit in its clauses, and the clauses whole."""
    fixed, printed = template.fixed, template.printed
    last = len(fixed) - 1
    if edit.fixed_start < edit.fixed_end:
        first, final = fixed[edit.fixed_start], fixed[edit.fixed_end - 1]
        start, end = first.at, final.at + 1
        left, right = first.clause[0], final.clause[1]
    else:
        following = fixed[min(edit.fixed_start, last)]
        start = end = following.at if edit.fixed_start <= last else following.at + 1
        left, right = following.clause
        if edit.fixed_start and start == left:  # added at the edge: quote what follows
            end = start
    return (
        _shown(printed[max(left, start - _CONTEXT) : start]),
        _shown(printed[start:end]),
        _shown(printed[end : min(right, end + _CONTEXT)].rstrip("，。；：、\n")),
        _shown(printed[left:right]).strip("，。；：、\n"),
    )


def _shown(text: str) -> str:
    return text.replace("\0", "").replace("\n", "")


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


def _added_lines(text: LetterText, alignment: Alignment, body_left: float) -> Iterator[Alteration]:
    """Whole sentences added under a party's text, where only signatures, seal and date belong."""
    gaps = list(zip(alignment.template.gaps, alignment.spans, strict=True))
    for names, (start, end) in gaps[1:]:
        if start == end or not {MARGIN, SIGNATURE, DATE} & set(names):
            continue
        for number in sorted({glyph.line for glyph in text.glyphs[start:end]}):
            line = text.lines[number]
            mine = [at for at in range(start, end) if text.glyphs[at].line == number]
            whole = len(mine) == len(folded(line.text))
            words = sum("\u4e00" <= text.characters[at] <= "\u9fff" for at in mine)
            if not whole or words < 6 or line.line.confidence < _READ_WELL or line.box.left > body_left + 0.08:
                continue
            last = names == gaps[-1][0] and end == len(text.glyphs)
            yield Alteration(
                AlterationKind.ADDED,
                "",
                line.text.strip(),
                "",
                line.page.number,
                line.box,
                certain=words >= 8 and not last,
            )
