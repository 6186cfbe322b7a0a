"""Which loose pages make one commitment letter, and in which order?

Pages that came as photographs of their own, in any order, a page sent twice, or a scan whose pages lie the wrong way
round. Where each belongs is told from the form's text that stands on it. A page of which that is not clear is left out.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median
from typing import Final

from rapidfuzz import fuzz

from parsers.documents.commitment_letter import CommitmentLetter, read_letter
from parsers.documents.commitment_letter_alignment import Alignment, Region, align, template_of
from parsers.documents.commitment_letter_form import nearest_form
from parsers.documents.commitment_letter_text import LetterText, letter_text
from parsers.documents.document import FileRead
from parsers.documents.forms import Form, shipped_forms
from parsers.files.page import Page
from parsers.files.sheet import Picture
from parsers.identifiers import check_citizen_id

_RUN: Final = 3  #: characters in a row from which on they were not found by chance
_FEWEST: Final = 6  #: characters of the form that a page must hold
_MOSTLY: Final = 0.5  #: share of a page's characters that must be the form's
_SIGNING: Final = 0.2  #: the same of a page that holds places to sign and little else
_REPEATS: Final = 0.8  #: share of a page that stands on another one too, from which on it is that page again
_ALIKE: Final = 85  #: likeness (0..100) of a line seen on two photographs
_OTHER: Final = 50  #: likeness up to which a blank is filled in otherwise
_TRUST: Final = 0.9
_LONG: Final = 10  #: characters of a line of running text


@dataclass(frozen=True)
class _Part:
    """A page of the letter."""

    page: Page
    picture: Picture | None
    holds: frozenset[int]  #: which of the form's characters stand on it
    blanks: dict[str, str]  #: well read between words of the form

    @property
    def place(self) -> float:
        return median(self.holds)

    def repeats(self, other: "_Part") -> bool:
        few, many = sorted((self.holds, other.holds), key=len)
        return len(few & many) >= _REPEATS * len(few)

    def contradicts(self, other: "_Part") -> bool:
        """Is a blank of the same part of the letter filled in otherwise: are they of two letters?"""
        shared = self.blanks.keys() & other.blanks.keys()
        return self.repeats(other) and any(_differ(self.blanks[name], other.blanks[name]) for name in shared)


def join_pages(
    name: str,
    position: int,
    pages: tuple[Page, ...],
    pictures: tuple[Picture | None, ...],
    *,
    forms: tuple[Form, ...] | None = None,
) -> FileRead:
    """Letters of two or more of the pages, each with its pages in its own order.

    A page that belongs to none is an unknown page; one that only repeats a page of a letter is neither.
    """
    blank_forms = shipped_forms() if forms is None else forms
    form = nearest_form(pages, blank_forms)
    parts = [_part(page, picture, form) for page, picture in zip(pages, pictures, strict=True)] if form else []
    letters: list[CommitmentLetter] = []
    spent: set[int] = set()
    for pile in _piles([part for part in parts if part]):
        letter = _joined(name, position, pile, blank_forms)
        if letter is not None:
            letters.append(letter)
            spent |= {part.page.number for part in pile}
    left = tuple(page.number for page in pages if page.number not in spent)
    return FileRead(position, name, tuple(letters), unknown_pages=left)


def _part(page: Page, picture: Picture | None, form: Form) -> _Part | None:
    """None: the page is none of this letter's."""
    text = letter_text((page,), (party.heading for party in form.parties))
    alignment = align(template_of(form), text.characters)
    holds = _held(alignment, text)
    share = len(holds) / max(1, len(text.glyphs))
    fixed = alignment.template.fixed
    signing = any(fixed[at].region is Region.LABEL for at in holds)
    if len(holds) < _FEWEST or share < (_SIGNING if signing else _MOSTLY):
        return None
    return _Part(page, picture, holds, _blanks(alignment, text))


def _held(alignment: Alignment, text: LetterText) -> frozenset[int]:
    """The form's characters that stand on the page, several in a row."""
    held: set[int] = set()
    run: list[int] = []
    for at, (fixed, partner) in enumerate(zip(alignment.template.fixed, alignment.partner, strict=True)):
        right = partner is not None and text.glyphs[partner].character == fixed.character
        follows = right and bool(run) and run[-1] == at - 1 and partner == (alignment.partner[at - 1] or 0) + 1
        if not follows:
            held |= set(run) if len(run) >= _RUN else set()
            run = []
        if right:
            run.append(at)
    return frozenset(held | (set(run) if len(run) >= _RUN else set()))


def _blanks(alignment: Alignment, text: LetterText) -> dict[str, str]:
    found: dict[str, str] = {}
    partner = alignment.partner
    for at in range(1, len(partner)):
        gap, (start, end) = alignment.template.gaps[at], alignment.spans[at]
        whole = partner[at - 1] == start - 1 and partner[at] == end and start < end
        if len(gap) == 1 and whole and text.confidence(start, end) >= _TRUST:
            found.setdefault(gap[0], text.characters[start:end])
    return found


def _differ(one: str, other: str) -> bool:
    if check_citizen_id(one).valid and check_citizen_id(other).valid:
        return one != other
    return fuzz.ratio(one, other) <= _OTHER


def _piles(parts: Sequence[_Part]) -> list[list[_Part]]:
    """The pages of each letter. Of one, unless two pages contradict each other.

    Of several the pages follow one another: what repeats a page begins the next letter.
    """
    several = any(one.contradicts(other) for one in parts for other in parts)
    piles: list[list[_Part]] = [[]]
    for part in parts:
        if several and any(part.repeats(other) for other in piles[-1]):
            piles.append([])
        piles[-1].append(part)
    return piles


def _joined(name: str, position: int, pile: Sequence[_Part], forms: tuple[Form, ...]) -> CommitmentLetter | None:
    """One letter of the pile, of each of its pages the better copy; None where there are no two pages."""
    copies = _copies(pile)
    if len(copies) < 2:
        return None
    chosen = [several[0] for several in copies]
    letter = _read(name, position, chosen, forms)
    for at, several in enumerate(copies):
        for other in several[1:]:
            instead = [*chosen[:at], other, *chosen[at + 1 :]]
            read = _read(name, position, instead, forms)
            if read.wanting < letter.wanting:
                letter, chosen = read, instead
    return letter


def _copies(pile: Iterable[_Part]) -> list[list[_Part]]:
    """In the letter's order; the first of several copies is the one that was read best."""
    copies: list[list[_Part]] = []
    for part in sorted(pile, key=_worth, reverse=True):
        same = next((several for several in copies if part.repeats(several[0])), None)
        if same is None:
            copies.append([part])
        elif len(part.holds) >= _REPEATS * len(same[0].holds):
            same.append(part)
    return sorted(copies, key=lambda several: several[0].place)


def _worth(part: _Part) -> tuple[bool, int, float]:
    lines = part.page.lines
    return part.page.legible, len(part.holds), sum(line.confidence for line in lines) / max(1, len(lines))


def _read(name: str, position: int, parts: Sequence[_Part], forms: tuple[Form, ...]) -> CommitmentLetter:
    pages = [part.page for part in parts]
    for at in range(1, len(pages)):
        pages[at - 1], pages[at] = _without_overlap(pages[at - 1], pages[at])
    return read_letter(name, position, tuple(pages), tuple(part.picture for part in parts), forms=forms)


def _without_overlap(upper: Page, lower: Page) -> tuple[Page, Page]:
    """Two photographs of one sheet show some lines twice: each keeps those that stand farther from its edge.

    The line at an edge may be cut, so that it is known again on neither.
    """
    ends, begins = _long(upper), _long(lower)
    for cut, begun in ((0, 0), (1, 0), (0, 1), (1, 1)):
        end = len(ends) - cut
        for count in range(min(end, len(begins) - begun), 0, -1):
            pairs = list(zip(ends[end - count : end], begins[begun : begun + count], strict=True))
            if all(fuzz.ratio(upper.lines[one].text, lower.lines[other].text) >= _ALIKE for one, other in pairs):
                last, first = pairs[(count - 1) // 2]
                return replace(upper, lines=upper.lines[: last + 1]), replace(lower, lines=lower.lines[first + 1 :])
    return upper, lower


def _long(page: Page) -> list[int]:
    """Its lines of running text."""
    return [at for at, line in enumerate(page.lines) if len(line.text) >= _LONG]
