"""Is one difference between the letter's wording and the form's a change, or a machine's misreading?

A machine that reads misreads: look-alikes are no alteration, a line that was not read is no deletion. What turns a
sentence round (不, 未 …) is one even as a single character.
"""

from collections.abc import Mapping
from typing import Final

from parsers.documents.commitment_letter_alignment import Alignment, Edit, Fixed, Region
from parsers.documents.commitment_letter_glyphs import SENSE, look_alike
from parsers.documents.commitment_letter_room import Room
from parsers.documents.commitment_letter_text import TICKED, UNTICKED, LetterText
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box

READ_WELL: Final = 0.9  #: engine's confidence in a line whose difference may be a defect
_ONE_DOUBTED: Final = 0.3  #: confidence that a line may lack in all before one of its characters is doubted
_TRUSTED: Final = 0.95  #: the same in one character
_SIDE_BY_SIDE: Final = 0.3  #: widths of a character that neighbours may stand off each other, as engines see them
_STAMPED: Final = 0.05  #: share of a character's place that is a seal's ink where a seal crosses it
_LITTLE_INK: Final = 0.5  #: of a neighbouring character's ink, which a comma's does not reach


class Judge:
    """Of one letter. `ink` by page number; without it a gap on the paper cannot be looked at, and more stays unsure."""

    def __init__(self, text: LetterText, alignment: Alignment, ink: Mapping[int, InkMap]) -> None:
        self._text, self._alignment, self._ink = text, alignment, ink
        self._template = alignment.template
        self.room = Room(text, alignment, ink)
        self.noise = sum(1 for edit in alignment.edits if self._is_misread(edit))  #: misreadings beyond doubt

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
            if weight == 1 or confidence < READ_WELL:
                return None if weight <= 2 else False
            return weight >= 3 and None not in self._partners_around(edit)
        if region is Region.LABEL:
            return None if weight == 1 else False
        if weight == 1 and not turned:
            return self._single(edit)
        return confidence >= READ_WELL and self._alignment.found >= READ_WELL

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

    def _adds_one_sign(self, edit: Edit) -> bool:
        """A single one before a character of the form's, and none that turns the sentence round."""
        printed, read = self._words(edit)
        return not printed and len(read) == 1 and read not in SENSE and edit.fixed_start < len(self._template.fixed)

    def _is_crossed_punctuation(self, edit: Edit) -> bool:
        """Is the one sign too many the seal's, over or beside a comma of the form's? It has little ink of its own."""
        start, end, fixed = edit.read_start - 1, edit.read_end + 1, self._template.fixed
        if not self._adds_one_sign(edit) or not edit.fixed_start or start < 0 or end > len(self._text.glyphs):
            return False
        between = self._template.printed[fixed[edit.fixed_start - 1].at + 1 : fixed[edit.fixed_start].at]
        ink = self._ink.get(self._text.page(start, end))
        places = [self._text.box(at, at + 1) for at in range(start, end)]
        if len(between) != 1 or between == "\0" or ink is None:
            return False
        left, own, right = (ink.share(place) if place else 1.0 for place in places)
        stamped = places[1] is not None and ink.red_share(places[1]) >= _STAMPED
        return stamped and own < _LITTLE_INK * min(left, right)

    def _is_square(self, edit: Edit) -> bool:
        """Is the one sign too many the form's own □, taken for a character with the tick in it: 区, 図?"""
        if not self._adds_one_sign(edit):
            return False
        before = self._template.printed[: self._template.fixed[edit.fixed_start].at]
        beside = self._text.raw(max(0, edit.read_start - 1), edit.read_end)[1:]
        return before.endswith("□") and not (TICKED | UNTICKED) & set(beside)

    def _single(self, edit: Edit) -> bool | None:
        """One character is another: what do the paper and the engine's trust in that line say together?"""
        looks = self._looks_printed(edit)
        if looks:
            return None
        line = self._text.line_of(min(edit.read_start, len(self._text.glyphs) - 1))
        trusted = self._is_trusted(edit.read_start, edit.read_end)
        return line.sure or (looks is False and trusted and self._alignment.found >= READ_WELL)

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
        wide = self.room.em / line.page.width
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
        if self.room.was_not_read(edit, len(printed)):
            return False
        if len(printed) == 1 and not SENSE & set(printed):
            return None if self._beside_blank(edit) else self._closed_up(edit)
        confidence = self._text.confidence(max(0, edit.read_start - 1), edit.read_start + 1)
        return confidence >= READ_WELL and self._alignment.found >= 0.7

    def _closed_up(self, edit: Edit) -> bool:
        """One character less: do its neighbours, both well read, stand side by side in one line?"""
        around = range(edit.read_start - 1, edit.read_start + 1)
        lines = {self._text.glyphs[at].line for at in around}
        line = self._text.lines[min(lines)]
        if len(lines) > 1 or not line.line.places or self._alignment.found < READ_WELL:
            return False
        return abs(self.room.slack(edit)) <= _SIDE_BY_SIDE and self._is_trusted(around.start, around.stop)


def _weight(printed: str, read: str) -> int:
    """How many characters differ that are no look-alikes."""
    same = sum(map(look_alike, printed, read)) if len(printed) == len(read) else 0
    return max(len(printed), len(read)) - same
