"""Where does the letter's fixed wording differ from the form's, told with both wordings?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from parsers.documents.commitment_letter_alignment import DATE, MARGIN, SIGNATURE, Alignment, Edit, Template
from parsers.documents.commitment_letter_blanks import Residue
from parsers.documents.commitment_letter_difference import READ_WELL, Judge
from parsers.documents.commitment_letter_glyphs import SENSE
from parsers.documents.commitment_letter_text import LetterText, folded
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box

_CONTEXT: Final = 10  #: characters quoted on either side, inside the clause
_FEW: Final = 8  #: misread characters on a page from which on nothing on it is certain
_WHOLE_LINE: Final = 10  #: characters of a line that cannot be the form's by chance


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


def alterations(
    text: LetterText, alignment: Alignment, ink: Mapping[int, InkMap], residues: Iterable[Residue] = ()
) -> tuple[Alteration, ...]:
    """Every difference that is more than noise, in the order of the form; then the words slipped in behind blanks.

    `ink` by page number; without it a gap on the paper cannot be looked at, and more stays unsure.
    """
    judge = Judge(text, alignment, ink)
    found = [
        _told(text, alignment.template, edit, certain)
        for edit in alignment.edits
        if (certain := judge.certain(edit)) is not None
    ]
    found.extend(_added_lines(text, alignment, judge.room.left))
    for one in residues:
        turned = bool(SENSE & set(text.characters[one.edit.read_start : one.edit.read_end]))
        found.append(_told(text, alignment.template, one.edit, one.well_read and turned))
    if judge.noise > _FEW or _is_disordered(text, alignment):
        found = [replace(one, certain=False) for one in found]
    return tuple(found)


def _told(text: LetterText, template: Template, edit: Edit, certain: bool) -> Alteration:
    before, printed, after, clause = _phrase(template, edit)
    read = text.raw(edit.read_start, edit.read_end)
    kind = (
        AlterationKind.DELETED
        if edit.read_start == edit.read_end
        else AlterationKind.ADDED
        if edit.fixed_start == edit.fixed_end
        else AlterationKind.CHANGED
    )
    start, end = edit.read_start, edit.read_end
    if start == end:
        start, end = max(0, start - 1), min(len(text.glyphs), end + 1)
    return Alteration(
        kind=kind,
        printed=before + printed + after,
        read=before + read + after,
        clause=clause,
        page=text.page(start, end),
        box=text.box(start, end),
        certain=certain,
    )


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
            if not whole or words < 6 or line.line.confidence < READ_WELL or line.box.left > body_left + 0.08:
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
