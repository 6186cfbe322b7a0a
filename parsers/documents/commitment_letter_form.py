"""Which of the blank forms does this letter follow?"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from rapidfuzz.distance import LCSseq

from parsers.documents.commitment_letter_alignment import Alignment, align, template_of
from parsers.documents.commitment_letter_text import LetterText, folded, letter_text
from parsers.documents.forms import Form
from parsers.files.page import Page

_PIECE: Final = 4  #: characters of a piece by which forms are first told apart
_IS_A_LETTER: Final = 0.35  #: share of a form's pieces below which a page is no letter, unless its title says so
_MOSTLY: Final = 0.5  #: share of a page's pieces that are a form's, from which on it is a page of that form
_FEWEST: Final = 20  #: so many of them at least
_HEAD: Final = 40  #: characters with which a form begins; half of them must be there
_FOLLOWS: Final = 0.55  #: share below which a letter follows no known form
_CLOSE: Final = 0.15  #: forms nearer than this to the best are aligned too
_CLEAR: Final = 0.02  #: share of the fixed text by which the best must lead to be certain


@dataclass(frozen=True)
class Likeness:
    """A letter laid over the form it fits best."""

    form: Form
    text: LetterText
    alignment: Alignment
    certain: bool


def is_letter(pages: Iterable[Page], forms: tuple[Form, ...]) -> bool:
    """A title that says so, the words of a form, or few words that are a form's: a page of several."""
    read = "".join(folded(page.text) for page in pages)
    if _says_so(read):
        return True
    pieces = _pieces(read)
    mostly = max(_FEWEST, _MOSTLY * len(pieces))
    return any(_share(form, pieces) >= _IS_A_LETTER or len(_form_pieces(form) & pieces) >= mostly for form in forms)


def begins_letter(page: Page, forms: tuple[Form, ...]) -> bool:
    """A title that says so, or the first words of the form that the page holds best: not a later page of it."""
    read = folded(page.text)
    pieces = _pieces(read)
    best = max(forms, key=lambda form: _share(form, pieces), default=None)
    if _says_so(read) or best is None:
        return True
    first = _lay((page,), best)[1].partner[:_HEAD]
    return 2 * sum(partner is not None for partner in first) >= len(first)


def _says_so(read: str) -> bool:
    return "承诺保证书" in read[:120] and "登记" in read[:120]


def likest_form(pages: tuple[Page, ...], forms: tuple[Form, ...]) -> Likeness | None:
    """The form whose fixed text, title and footnote included, the letter holds best; None where none fits."""
    read = _pieces("".join(folded(page.text) for page in pages))
    shares = {form.number: _share(form, read) for form in forms}
    best = max(shares.values(), default=0.0)
    if best < _FOLLOWS:
        return None
    near = [form for form in forms if shares[form.number] >= best - _CLOSE]
    laid = sorted((_lay(pages, form) for form in near), key=lambda laid: _misfit(laid[1]))
    text, alignment = laid[0]
    lead = _misfit(laid[1][1]) - _misfit(alignment) if len(laid) > 1 else 1.0
    title_fits = _title_fits(text, alignment.template.form)
    return Likeness(alignment.template.form, text, alignment, certain=lead >= _CLEAR and title_fits)


def nearest_form(pages: tuple[Page, ...], forms: tuple[Form, ...]) -> Form | None:
    """The form of which the pages together, in whatever order, hold the most; None where they follow none."""
    read = _pieces("".join(folded(page.text) for page in pages))
    best = max(forms, key=lambda form: _share(form, read), default=None)
    return best if best and _share(best, read) >= _FOLLOWS else None


def _lay(pages: tuple[Page, ...], form: Form) -> tuple[LetterText, Alignment]:
    text = letter_text(pages, (party.heading for party in form.parties))
    return text, align(template_of(form), text.characters)


def _misfit(alignment: Alignment) -> float:
    """Lost and foreign characters for each printed one."""
    return alignment.cost / max(1, len(alignment.template.fixed))


def _title_fits(text: LetterText, form: Form) -> bool:
    title = folded("".join(form.title))
    return LCSseq.similarity(title, text.characters[: len(title) + 12]) >= 0.9 * len(title)


def _share(form: Form, read: frozenset[str]) -> float:
    wanted = _form_pieces(form)
    return len(wanted & read) / max(1, len(wanted))


@cache
def _form_pieces(form: Form) -> frozenset[str]:
    template = template_of(form)
    runs: list[str] = [""]
    for fixed, gap in zip(template.fixed, template.gaps, strict=False):
        if gap:
            runs.append("")
        runs[-1] += fixed.character
    return frozenset(piece for run in runs for piece in _pieces(run))


def _pieces(text: str) -> frozenset[str]:
    return frozenset(text[at : at + _PIECE] for at in range(len(text) - _PIECE + 1))
