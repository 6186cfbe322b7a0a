"""Which options of the letter (form 1-1's □) are ticked?"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from parsers.documents.commitment_letter_alignment import Alignment
from parsers.documents.commitment_letter_text import BOXED, TICKED, UNTICKED, LetterText
from parsers.documents.document import Presence
from parsers.documents.marks_ink import InkMap
from parsers.documents.marks_tick import Square, find_squares
from parsers.files.page import Box

_OPTION: Final = re.compile(r"□(?P<label>[^□\0（）()，,：:\n]+)(?P<bracket>[（(]\0)?")
_NEAR: Final = 0.45  #: distance, in characters, of a square that surely is the option's
_LOST: Final = 1.4  #: the same where the engine left the square out, which sets its line askew by one character
_INTO: Final = 0.3  #: how far, in characters, it may seem to reach into its label
_ROOM: Final = 1.25  #: how far before its label a square begins at most
_HIGHER: Final = 0.25  #: how far a square may reach above and below print, in the print's height
_SAME: Final = 0.25  #: distance of one that stands in the very place
_FAR: Final = 3.0  #: distance up to which an empty square explains the engine's □, set off by a blank's open stretch
_SPOILT: Final = 0.12  #: share of ink of a square with a tick in it; an empty one's outline is less
_WEAK: Final = 0.6  #: the engine's trust in a □ that more than its outline may stand there
_DRIFT: Final = 0.9  #: distance up to which an empty one may be


@dataclass(frozen=True)
class Option:
    """One □ of the form."""

    label: str  #: 基本信息, 新填报 …
    group: str  #: label of the line's first □
    blank: str | None  #: name of the blank in the brackets behind it
    presence: Presence
    certain: bool = True  #: False: a guess by the ink where no square could be made out


def read_options(text: LetterText, alignment: Alignment, ink: Mapping[int, InkMap]) -> tuple[Option, ...]:
    """Each option in the order of the form; empty for a form without any."""
    printed = alignment.template.printed
    first_at = {fixed.at: number for number, fixed in enumerate(alignment.template.fixed)}
    options: list[Option] = []
    seen: dict[int, tuple[Square, ...]] = {}
    group, line_start = "", -1
    for match in _OPTION.finditer(printed):
        number = first_at.get(match.start("label"))
        if number is None:  # the □ of the footnote
            continue
        start_of_line = printed.rfind("\n", 0, match.start()) + 1
        if start_of_line != line_start:
            group, line_start = match["label"], start_of_line
        presence, certain = _seen(text, alignment.partner[number], ink, seen)
        options.append(Option(match["label"], group, _blank_behind(alignment, match), presence, certain))
    return tuple(options)


def open_blanks(options: tuple[Option, ...]) -> frozenset[str]:
    """Blanks that may stay empty: those behind an option that is not surely ticked."""
    return frozenset(option.blank for option in options if option.blank and option.presence is not Presence.PRESENT)


def guessed_blanks(options: tuple[Option, ...]) -> frozenset[str]:
    """Blanks behind an option that is only guessed to be ticked: left empty they speak against the guess."""
    return frozenset(option.blank for option in options if option.blank and not option.certain)


def _blank_behind(alignment: Alignment, match: re.Match[str]) -> str | None:
    if not match["bracket"]:
        return None
    following = next((n for n, fixed in enumerate(alignment.template.fixed) if fixed.at > match.end()), None)
    names = alignment.template.gaps[following] if following is not None else ()
    return names[0] if names else None


def _seen(
    text: LetterText, partner: int | None, ink: Mapping[int, InkMap], seen: dict[int, tuple[Square, ...]]
) -> tuple[Presence, bool]:
    """Whether the □ before the label's first character is ticked, and whether that is more than a guess.

    `seen` keeps the squares of lines looked at.
    """
    if partner is None:
        return Presence.UNCLEAR, False
    glyph = text.glyphs[partner]
    line, place = text.lines[glyph.line], _place(text, partner)
    picture = ink.get(line.page.number)
    if glyph.line not in seen:
        # A ticked square at the line's beginning is often left out of the line.
        row = replace(line.box, left=max(0.0, line.box.left - 1.6 * place.width)) if place else line.box
        seen[glyph.line] = find_squares(picture, row, place.width) if picture and place else ()
    before = line.text[: glyph.at].rstrip()[-1:]
    inked = picture.share(_before(place)) if picture and place else 0.0
    if line.line.places and place:
        square = _between(text, partner, seen[glyph.line], place)
        at = len(line.text[: glyph.at].rstrip()) - 1
        return _seen_between(before, line.line.trusts[at] if at >= 0 else 0.0, square, inked)
    if line.sure and picture and place and before not in TICKED | UNTICKED:
        # A text layer that draws its squares has no sign for them, but its labels stand in their very places.
        return _seen_between("", 0.0, _between(text, partner, _before_label(picture, line.box, place), place), inked)
    presence = _presence(before, line.sure, _distances(seen[glyph.line], place), inked)
    return presence, line.sure or before in TICKED


def _before_label(picture: InkMap, line: Box, place: Box) -> tuple[Square, ...]:
    """The squares before a label alone: its own strokes make frames with theirs. They may be higher than its print."""
    left, right = max(0.0, place.left - _ROOM * place.width), place.left + 0.05 * place.width
    row = Box(left, line.top - _HIGHER * line.height, right, line.bottom + _HIGHER * line.height)
    return find_squares(picture, row, place.width)


def _place(text: LetterText, at: int) -> Box | None:
    """Where a label's first character stands, as wide as the text's characters are."""
    box = text.box(at, at + 1)
    if box is None:
        return None
    middle, half = box.middle[0], text.em(at) / 2
    return replace(box, left=middle - half, right=middle + half)


def _between(text: LetterText, partner: int, squares: tuple[Square, ...], place: Box) -> Square | None:
    """The square between the label and whatever was read before it: the nearest."""
    start, last = 0.0, partner - 1
    if last >= 0 and text.glyphs[last].character in BOXED:
        last -= 1  # it may be the square itself
    if last >= 0 and text.glyphs[last].line == text.glyphs[partner].line:
        before = text.box(last, last + 1)
        start = before.middle[0] if before else 0.0
    end = place.left + _INTO * place.width
    room = [square for square in squares if start < square.box.middle[0] < place.left and square.box.right <= end]
    nearest = max(room, key=lambda square: square.box.middle[0], default=None)
    return nearest if nearest and place.left - nearest.box.right <= _LOST * place.width else None


def _seen_between(sign: str, trust: float, square: Square | None, inked: float) -> tuple[Presence, bool]:
    """The picture's square, the engine's sign as a second opinion; where they contradict each other, nobody knows.

    `trust`: the engine's in its sign. A square that is blackened is read as an open one, but never surely so.
    """
    shown = square.presence if square else Presence.UNCLEAR
    if sign and sign in TICKED:
        return (Presence.UNCLEAR, False) if shown is Presence.ABSENT else (Presence.PRESENT, True)
    if sign and sign in UNTICKED:
        if square and square.filled and trust < _WEAK:
            return Presence.PRESENT, True
        return (Presence.UNCLEAR, False) if shown is Presence.PRESENT else (Presence.ABSENT, True)
    if shown is Presence.ABSENT and sign in BOXED:
        return Presence.UNCLEAR, False
    if square:
        return shown, shown is not Presence.UNCLEAR
    # No square can be made out: a hand's tick has spoilt it, or something else stands there.
    return (Presence.PRESENT if inked >= _SPOILT else Presence.UNCLEAR), False


def _before(place: Box) -> Box:
    """Where the □ of the label that begins at `place` stands."""
    return replace(place, left=max(0.0, place.left - 1.1 * place.width), right=place.left - 0.1 * place.width)


def _distances(squares: tuple[Square, ...], place: Box | None) -> dict[Presence, float]:
    """How far the nearest square of each kind stands from where the option's ought to be, in characters."""
    nearest: dict[Presence, float] = {}
    if place is None:
        return nearest
    for square in squares:
        off = abs(square.box.middle[0] - (place.left - 0.5 * place.width)) / place.width
        nearest[square.presence] = min(off, nearest.get(square.presence, off))
    return nearest


def _presence(sign: str, sure: bool, nearest: Mapping[Presence, float], inked: float) -> Presence:
    """The engine's sign and the picture's square together; where they contradict each other, nobody knows.

    `inked` is the share of ink where the square ought to be: engines leave a square out when a hand's tick spoils it,
    an empty one they read.
    """
    empty, full = nearest.get(Presence.ABSENT, 9.0), nearest.get(Presence.PRESENT, 9.0)
    if sign and sign in TICKED:
        return Presence.UNCLEAR if empty <= _NEAR and not sure else Presence.PRESENT
    if sign and sign in UNTICKED:
        contradicted = full <= _SAME and empty > _FAR and inked >= _SPOILT
        return Presence.UNCLEAR if contradicted and not sure else Presence.ABSENT
    if empty <= _LOST:
        return Presence.ABSENT if empty <= _DRIFT else Presence.UNCLEAR
    return Presence.PRESENT if full <= _LOST or inked >= _SPOILT else Presence.UNCLEAR
