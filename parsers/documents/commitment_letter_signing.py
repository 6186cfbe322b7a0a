"""Where on the letter is signed and sealed, and what stands there?"""

from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parsers.documents.commitment_letter_alignment import MARGIN, SIGNATURE, Alignment, Region
from parsers.documents.commitment_letter_text import LetterLine, LetterText, advance, folded
from parsers.documents.document import Field, Mark, Presence
from parsers.documents.forms import SignPlace
from parsers.documents.marks import find_seal
from parsers.documents.marks_ink import InkMap
from parsers.documents.marks_signature import SignPlaceRow, find_signatures
from parsers.files.page import Box, Line, ReadBy
from parsers.names import fold_person

_TALL: Final = 1.9  #: boxes taller than this, in widths of a letter, hold a signature besides
_LINE_HEIGHT: Final = 1.75  #: boxes of print are lower than this, in widths of its letters
_CLOSE: Final = (0.75, 1.3)  #: how far apart a typed name's characters stand, in those of the label
_FEWEST: Final = 2  #: characters of a name
_WELL: Final = 0.9  #: engine's confidence in a line of print
_BOX_HEIGHT: Final = 1.2  #: of one line alone, in the same

#: Why a signature that is there is none by pen: its page has a text layer, so it never was paper.
PASTED: Final = "pasted"

Signatures = Mapping[tuple[str, str], Mark]


def read_marks(
    text: LetterText, alignment: Alignment, ink: Mapping[int, InkMap], blanks: Mapping[str, Field]
) -> tuple[Mark, Signatures]:
    """The firm's seal, and the mark at each place to sign by (role, label)."""
    places = _places(text, alignment, ink)
    sealed = next((found for place, found in places if place.seal), None)
    seal = _seal(text, ink, sealed)
    signatures: dict[tuple[str, str], Mark] = {}
    for number in sorted({line.page.number for _, found in places if found for line in [found[0]]}):
        picture = ink.get(number)
        here = [(place, *found) for place, found in places if found and found[0].page.number == number]
        if picture is None:
            continue
        rows = [
            SignPlaceRow(f"{at}", box, place.role is not None, reads_on=_reads_on(line, place))
            for at, (place, line, box) in enumerate(here)
        ]
        printed, read = _neighbours(text, alignment, number)
        marks = find_signatures(picture, number, rows, printed, read, seal)
        for row, (place, *_) in zip(rows, here, strict=True):
            if place.role:
                signatures[place.role, place.label] = marks[row.key]
    names = {field.value for name, field in blanks.items() if name in {"legal_representative", "handler", "engineer"}}
    for place, found in places:
        if not place.role:
            continue
        key = (place.role, place.label)
        if found and _typed_in_line(found[0], place, names):
            signatures[key] = Mark(Presence.UNCLEAR, found[0].page.number, found[0].box, "typed")
        elif key not in signatures:
            page = found[0].page.number if found else (text.lines[-1].page.number if text.lines else 1)
            signatures[key] = Mark(
                Presence.UNCLEAR, page, found[1] if found else None, "no_picture" if found else "no_place"
            )
    electronic = {line.page.number for line in text.lines if line.page.read_by is ReadBy.TEXT}
    return seal, {key: _as_made(mark, mark.page in electronic) for key, mark in signatures.items()}


def _as_made(mark: Mark, electronic: bool) -> Mark:
    return replace(mark, why=PASTED) if electronic and mark.presence is Presence.PRESENT else mark


def _places(
    text: LetterText, alignment: Alignment, ink: Mapping[int, InkMap]
) -> list[tuple[SignPlace, tuple[LetterLine, Box] | None]]:
    """Every line under the parties' texts with its label's place on paper; None where the label was not read."""
    lines: list[LetterLine | None] = []
    template, at = alignment.template, 0
    places = [place for party in template.form.parties for place in party.sign]
    labels = [number for number, fixed in enumerate(template.fixed) if fixed.region is Region.LABEL]
    for place in places:
        length = len(folded(place.label))
        mine, at = labels[at : at + length], at + length
        partners = [partner for number in mine if (partner := alignment.partner[number]) is not None]
        lines.append(text.line_of(partners[0]) if 2 * len(partners) > length else None)
    size = _letter_width(text, alignment)
    return [
        (place, (line, _label_box(line, place, size, ink.get(line.page.number))) if line else None)
        for place, line in zip(places, lines, strict=True)
    ]


def _letter_width(text: LetterText, alignment: Alignment) -> float:
    """Of a Chinese character of the clauses, in pixels: the labels are set in the same type."""
    clauses = {
        text.glyphs[partner].line
        for fixed, partner in zip(alignment.template.fixed, alignment.partner, strict=True)
        if partner is not None and fixed.region is Region.CLAUSE
    }
    lines = [text.lines[number] for number in clauses]
    widths = [line.box.width * line.page.width / line.advances[-1] for line in lines if line.advances[-1] >= 10]
    return median(widths) if widths else 0.0


def _label_box(line: LetterLine, place: SignPlace, size: float, ink: InkMap | None) -> Box:
    """The label alone: its line may hold a telephone number, or a signature that the engine took for part of it."""
    box, width = line.box, sum(map(advance, place.label + "："))
    tall = size > 0 and box.height * line.page.height > _TALL * size
    if not tall and len(line.text) <= len(place.label) + 2:
        return box
    share = box.width * min(1.0, width / max(line.advances[-1], 0.1))
    long = width * size / line.page.width if size else share
    label = Box(box.left, box.top, min(box.left + long, box.right), box.bottom)
    if tall:
        label = _level(label, size / line.page.height, ink)
    left = _first_ink(label, ink) if ink else label.left
    return Box(left, label.top, min(left + long, box.right), label.bottom)


def _first_ink(box: Box, ink: InkMap) -> float:
    """Boxes of two lines run together begin left of either."""
    rows, columns = ink.pixels(box)
    inked = np.flatnonzero(ink.ink[rows, columns].any(axis=0))
    return (columns.start + int(inked[0])) / ink.width if len(inked) else box.left


def _level(label: Box, size: float, ink: InkMap | None) -> Box:
    """The label's own height within a box that reaches into the clause above: the lowest row of print in it."""
    height = _BOX_HEIGHT * size
    bottom = label.bottom
    if ink is not None:
        rows, columns = ink.pixels(Box(label.left, label.top, label.left + 0.6 * label.width, label.bottom))
        em = size * ink.height
        bands = [
            band
            for band in _bands(np.asarray(ink.ink[rows, columns].any(axis=1)), em)
            if band[1] - band[0] >= 0.55 * em
        ]
        if bands:
            middle = (bands[-1][0] + bands[-1][1]) / 2
            bottom = (rows.start + middle) / ink.height + height / 2
    return Box(label.left, bottom - height, label.right, bottom)


def _bands(inked: NDArray[np.bool_], em: float) -> list[tuple[int, int]]:
    """First and last of each run of inked rows; the gaps within a character do not part it."""
    bands: list[tuple[int, int]] = []
    for at in (int(row) for row in np.flatnonzero(inked)):
        if bands and at - bands[-1][1] <= 0.16 * em:
            bands[-1] = (bands[-1][0], at)
        else:
            bands.append((at, at))
    return bands


def _neighbours(text: LetterText, alignment: Alignment, number: int) -> tuple[list[Box], list[Line]]:
    """Print near the places to sign, and what was read there besides."""
    loose = {
        glyph
        for names, (start, end) in zip(alignment.template.gaps, alignment.spans, strict=True)
        if {MARGIN, SIGNATURE} & set(names)
        for glyph in range(start, end)
    }
    labelled = {
        text.glyphs[partner].line
        for fixed, partner in zip(alignment.template.fixed, alignment.partner, strict=True)
        if partner is not None and fixed.region is Region.LABEL
    }
    besides = {text.glyphs[glyph].line for glyph in loose} - labelled
    printed: list[Box] = []
    read: list[Line] = []
    for at, line in enumerate(text.lines):
        if line.page.number != number or at in labelled:
            continue
        mine = {n for n, glyph in enumerate(text.glyphs) if glyph.line == at}
        if not mine or (at in besides and mine <= loose and not _is_number(line)):
            # What has no letter in it is no print either: a seal's star, the strokes of a name.
            read.append(line.line)
        else:
            printed.append(_core(line.box))
    printed.extend(_after_label(text.lines[at]) for at in labelled if text.lines[at].page.number == number)
    return printed, read


def _is_number(line: LetterLine) -> bool:
    return sum(sign.isdigit() for sign in line.text) >= 5


def _after_label(line: LetterLine) -> Box:
    """The telephone number in a label's own line is print; a name there is not taken away."""
    return line.box if _is_number(line) else Box(line.box.left, line.box.top, line.box.left, line.box.top)


def _core(box: Box) -> Box:
    """Print without the margin of its box, into which a signature below may reach."""
    return Box(box.left, box.top, box.right, box.bottom - 0.08 * box.height)


def _typed_in_line(line: LetterLine, place: SignPlace, names: set[str]) -> bool:
    """A filled-in name that was read in the label's own line, as high as print and set as close."""
    if fold_person("".join(line.text[at] for at in _behind_label(line, place))) not in names:
        return False
    low = line.box.height * line.page.height < _LINE_HEIGHT * line.box.width * line.page.width / line.advances[-1]
    return line.sure or (low and _is_set_close(line, place))


def _behind_label(line: LetterLine, place: SignPlace) -> list[int]:
    """Where in the line what is written behind the label stands; a seal may have swallowed the colon."""
    text = line.text.replace("：", ":")
    if not text.lstrip().startswith(place.label):
        return []
    start = text.index(place.label) + len(place.label)
    return [at for at in range(start, len(text)) if not text[at].isspace() and text[at] != ":"]


def _is_set_close(line: LetterLine, place: SignPlace) -> bool:
    """Do the characters behind the label stand as far apart as the label's own? Where it was not seen, they may."""
    behind = _behind_label(line, place)
    if not line.line.places or len(behind) < _FEWEST:
        return True
    printed = (line.middle(len(place.label) - 1) - line.middle(0)) / (len(place.label) - 1)
    written = (line.middle(behind[-1]) - line.middle(behind[0])) / (behind[-1] - behind[0])
    return _CLOSE[0] * printed <= written <= _CLOSE[1] * printed


def _reads_on(line: LetterLine, place: SignPlace) -> bool:
    """Was a name read in one line with the label, whosever?"""
    behind = _behind_label(line, place)
    return sum("\u4e00" <= line.text[at] <= "\u9fff" for at in behind) >= _FEWEST and line.line.confidence >= _WELL


def _seal(text: LetterText, ink: Mapping[int, InkMap], sealed: tuple[LetterLine, Box] | None) -> Mark:
    """On the page where it belongs; else on any page of the letter."""
    own = sealed[0].page.number if sealed else (text.lines[-1].page.number if text.lines else 1)
    near = sealed[1] if sealed else None
    if own not in ink:
        return Mark(Presence.UNCLEAR, own, near, "no_picture")
    mark = find_seal(ink[own], own, near)
    if mark.presence is Presence.PRESENT:
        return mark
    others = (find_seal(ink[number], number, None) for number in sorted(ink) if number != own)
    elsewhere = next((other for other in others if other.presence is Presence.PRESENT), None)
    if elsewhere is None and near is None and mark.presence is Presence.ABSENT:
        # The page that is to be sealed may be in another file.
        return Mark(Presence.UNCLEAR, own, None, "no_place")
    return elsewhere or mark
