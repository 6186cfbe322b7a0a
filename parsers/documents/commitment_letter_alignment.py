"""Which character read stands for which character of the form?

One alignment, in order, of the whole fixed text: a free search would let a lost sentence be found again in its twin
of the other party. Blanks and the room around signatures take any text at almost no cost.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from parsers.documents.commitment_letter_glyphs import look_alike, look_alikes
from parsers.documents.commitment_letter_text import folded
from parsers.documents.forms import Form

_LOOK_ALIKE_COST: Final = 0.3
#: A fixed character that is lost. Together with a foreign one in the margin this is cheaper than taking the one for
#: the other (1.0), so that no signature becomes a misread clause; together with one in a blank it is dearer.
_LOSS_COST: Final = 0.995
_BLANK_COST: Final = 0.008  #: of one character in a blank: next to nothing, so that the nearest fixed text wins
_MARGIN_COST: Final = 0.0005
_PART: Final = re.compile(r"\{([^{}]*)\}")
_CLAUSE_END: Final = re.compile(r"[，。；：、,;:\n□（）()]")

#: Names of the free room that is no blank.
MARGIN: Final = "#margin"  #: around signatures, before the title, after the footnote
SIGNATURE: Final = "#signature"
DATE: Final = "date"


class Region(StrEnum):
    """What the fixed text belongs to."""

    TITLE = "title"
    CLAUSE = "clause"
    LABEL = "label"  #: of a place to sign
    FOOTNOTE = "footnote"


@dataclass(frozen=True)
class Fixed:
    """One printed character that counts."""

    character: str
    region: Region
    party: int  #: 0-based; -1 outside the parties
    clause: tuple[int, int]  #: the clause it stands in, as places in `Template.printed`
    at: int  #: its place in `Template.printed`


@dataclass(frozen=True)
class Template:
    """A form made ready: its counting characters, and the blanks in the gaps before them.

    `gaps[i]` names what may stand before `fixed[i]`; the last gap stands at the end.
    """

    form: Form
    printed: str  #: the form's text with punctuation; a blank is one U+0000
    fixed: tuple[Fixed, ...]
    gaps: tuple[tuple[str, ...], ...]

    def wording(self, start: int, end: int) -> str:
        """The printed text of the fixed characters `start` up to `end`."""
        if start >= end:
            return ""
        return self.printed[self.fixed[start].at : self.fixed[end - 1].at + 1].replace("\0", "____")


@dataclass(frozen=True)
class Edit:
    """A run where the read text is not the printed one."""

    fixed_start: int
    fixed_end: int
    read_start: int  #: index of a glyph
    read_end: int


@dataclass(frozen=True)
class Alignment:
    template: Template
    spans: tuple[tuple[int, int], ...]  #: for each gap, the glyphs that stand in it
    partner: tuple[int | None, ...]  #: for each fixed character, the glyph that stands for it
    edits: tuple[Edit, ...]
    cost: float

    @property
    def found(self) -> float:
        """Share of the fixed text that was read as printed."""
        lost = sum(edit.fixed_end - edit.fixed_start for edit in self.edits)
        return 1 - lost / max(1, len(self.template.fixed))


@cache
def template_of(form: Form) -> Template:
    builder = _Builder(form)
    builder.gap(MARGIN)
    builder.text("\n".join(form.title), Region.TITLE, -1)
    for number, party in enumerate(form.parties):
        builder.text(party.text, Region.CLAUSE, number)
        for place in party.sign:
            builder.gap(MARGIN)
            builder.text(place.label + "：", Region.LABEL, number)
            builder.gap(SIGNATURE if place.role else place.blank or MARGIN)
        builder.gap(MARGIN)
    builder.gap(DATE)
    builder.text(form.footnote, Region.FOOTNOTE, -1)
    builder.gap(MARGIN)
    return builder.template()


class _Builder:
    def __init__(self, form: Form) -> None:
        self._form = form
        self._printed: list[str] = []
        self._fixed: list[tuple[str, Region, int, int]] = []
        self._gaps: list[list[str]] = [[]]
        self._cuts: set[int] = {0}

    def gap(self, name: str) -> None:
        self._gaps[-1].append(name)
        self._cuts.add(len(self._printed))
        self._printed.append("\0")
        self._cuts.add(len(self._printed))

    def text(self, text: str, region: Region, party: int) -> None:
        for piece in re.split(r"(\{[^{}]*\})", text):
            if blank := _PART.fullmatch(piece):
                self.gap(blank[1])
                continue
            for character in piece:
                if counted := folded(character):
                    self._fixed.append((counted, region, party, len(self._printed)))
                    self._gaps.append([])
                self._printed.append(character)
                if _CLAUSE_END.match(character):
                    self._cuts.add(len(self._printed))
        self._cuts.add(len(self._printed))

    def template(self) -> Template:
        cuts = sorted(self._cuts | {len(self._printed)})
        clause_of: dict[int, tuple[int, int]] = {}
        for start, end in pairwise(cuts):
            clause_of |= dict.fromkeys(range(start, end), (start, end))
        fixed = tuple(Fixed(c, region, party, clause_of[at], at) for c, region, party, at in self._fixed)
        return Template(self._form, "".join(self._printed), fixed, tuple(tuple(gap) for gap in self._gaps))


def align(template: Template, read: str) -> Alignment:
    """The cheapest way to read `read` as the form: every fixed character has a partner, is lost, or is another."""
    costs = _costs(template, read)
    steps = _walk(template, read, costs)
    spans: list[tuple[int, int]] = [(0, 0)] * len(template.gaps)
    partner: list[int | None] = [None] * len(template.fixed)
    wrong: list[tuple[int, int, int, int]] = []
    for i, j, di, dj in steps:  # a step covers fixed[i:i+di] and read[j:j+dj]
        if di and dj:
            partner[i] = j
            if template.fixed[i].character != read[j]:
                wrong.append((i, i + 1, j, j + 1))
        elif di:
            wrong.append((i, i + 1, j, j))
        elif template.gaps[i]:
            start, end = spans[i]
            spans[i] = (j, j + 1) if start == end else (start, j + 1)
        else:
            wrong.append((i, i, j, j + 1))
    for i, (start, end) in enumerate(spans):
        if start == end:
            at = next((p for p in partner[i:] if p is not None), len(read))
            spans[i] = (at, at)
    return Alignment(template, tuple(spans), tuple(partner), _joined(wrong), float(costs[-1, -1]))


def _insertion_costs(template: Template) -> NDArray[np.float64]:
    loose = {MARGIN, SIGNATURE, DATE}
    costs = [1.0 if not gap else _MARGIN_COST if loose & set(gap) else _BLANK_COST for gap in template.gaps]
    return np.array(costs, dtype=np.float64)


def _costs(template: Template, read: str) -> NDArray[np.float64]:
    """Edit distance by rows of the form, each row at once; insertions by a running minimum."""
    m = len(read)
    insertion = _insertion_costs(template)
    steps = np.arange(m + 1, dtype=np.float64)
    table = np.empty((len(template.fixed) + 1, m + 1), dtype=np.float64)
    table[0] = steps * insertion[0]
    codes, distinct = np.array([ord(sign) for sign in read], dtype=np.uint32), frozenset(read)
    wanted = {fixed.character for fixed in template.fixed}
    substitution = {sign: _substitution(sign, codes, distinct) for sign in wanted}
    for i, fixed in enumerate(template.fixed, start=1):
        above = table[i - 1]
        row = above + np.float64(_LOSS_COST)
        np.minimum(row[1:], above[:-1] + substitution[fixed.character], out=row[1:])
        ramp = steps * insertion[i]
        table[i] = np.minimum.accumulate(row - ramp) + ramp
    return table


def _substitution(printed: str, codes: NDArray[np.uint32], distinct: frozenset[str]) -> NDArray[np.float64]:
    costs = np.ones(len(codes))
    for sign in look_alikes(printed) & distinct:
        costs[codes == ord(sign)] = _LOOK_ALIKE_COST
    costs[codes == ord(printed)] = 0.0
    return costs


def _walk(template: Template, read: str, table: NDArray[np.float64]) -> list[tuple[int, int, int, int]]:
    """The steps of the cheapest path from the end back to the start, in reading order."""
    insertion = _insertion_costs(template)
    i, j = len(template.fixed), len(read)
    steps: list[tuple[int, int, int, int]] = []
    while i or j:
        here = table[i, j]
        if i and j:
            printed, got = template.fixed[i - 1].character, read[j - 1]
            price = 0.0 if printed == got else _LOOK_ALIKE_COST if look_alike(printed, got) else 1.0
            if abs(here - (table[i - 1, j - 1] + price)) < 2e-4 and not (
                price == 0 and j and abs(here - (table[i, j - 1] + insertion[i])) < 2e-5
            ):
                i, j = i - 1, j - 1
                steps.append((i, j, 1, 1))
                continue
        if j and abs(here - (table[i, j - 1] + insertion[i])) < 2e-4:
            j -= 1
            steps.append((i, j, 0, 1))
            continue
        if i:
            i -= 1
            steps.append((i, j, 1, 0))
            continue
        j -= 1
        steps.append((i, j, 0, 1))
    return steps[::-1]


def _joined(wrong: list[tuple[int, int, int, int]]) -> tuple[Edit, ...]:
    """Neighbouring edits as one, also over a single character that happens to be right."""
    edits: list[list[int]] = []
    for fixed_start, fixed_end, read_start, read_end in wrong:
        last = edits[-1] if edits else None
        if last and fixed_start - last[1] <= 1 and read_start - last[3] <= 1:
            last[1], last[3] = fixed_end, read_end
        else:
            edits.append([fixed_start, fixed_end, read_start, read_end])
    return tuple(Edit(*edit) for edit in edits)
