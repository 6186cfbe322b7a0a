"""What does this commitment letter (承诺保证书) say, and is it as the form wants it?

Facts only: which form, what stands in the blanks, where the fixed wording differs, which marks are on the paper. What
is wrong with that is for the rules to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Final

from parsers.documents.commitment_letter_alignment import Alignment, Region
from parsers.documents.commitment_letter_alterations import Alteration, alterations
from parsers.documents.commitment_letter_blanks import Unfilled, read_blanks
from parsers.documents.commitment_letter_date import Dating, read_date
from parsers.documents.commitment_letter_form import Likeness, likest_form
from parsers.documents.commitment_letter_options import Option, guessed_blanks, open_blanks, read_options
from parsers.documents.commitment_letter_seal_words import without_seal_words
from parsers.documents.commitment_letter_signing import read_marks
from parsers.documents.commitment_letter_text import LetterText, folded
from parsers.documents.document import Document, DocumentKind, Field, Mark, Presence
from parsers.documents.forms import Form, shipped_forms
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Page, ReadBy
from parsers.files.sheet import Picture

_TAIL: Final = 40  #: characters of the form's end; half of them must be there
_HEAD: Final = 8  #: lines of a page among which the title stands
_ACTIONS: Final = {"新增": "add", "更新": "update"}


class Choice(StrEnum):
    """How 新增/更新 stands on the letter."""

    ADD = "add"
    UPDATE = "update"
    BOTH = "both"  #: both left standing, or the striking-out was not seen
    NONE = "none"  #: left open, or not readable
    NOT_ASKED = "not_asked"  #: the form has no such blank


@dataclass(frozen=True)
class Signature:
    """A place to sign."""

    role: str  #: legal_representative, handler, engineer
    label: str  #: as the form prints it: 法定代表人
    mark: Mark


@dataclass(frozen=True)
class CommitmentLetter(Document):
    """承诺保证书, as read from one attachment."""

    form: str | None = None  #: number of the blank form it follows, "4-1-1"; None: of none that is known
    form_certain: bool = False  #: title and text both say so
    titled: bool = False  #: the letter begins here; False: it may be the rest of one in another file
    ends: bool = True  #: the form's last words stand on these pages; False: cut off, or the rest lies elsewhere
    reconstructed: bool = False  #: the form's text is a working text (contract.md 3, rule 2)
    found: float = 0.0  #: share of the form's fixed text that was read as printed
    blanks: dict[str, Field] = field(default_factory=dict)
    otherwise: dict[str, Field] = field(default_factory=dict)  #: what a blank's second place says, where it differs
    unfilled: tuple[Unfilled, ...] = ()
    alterations: tuple[Alteration, ...] = ()
    options: tuple[Option, ...] = ()
    action: Choice = Choice.NOT_ASKED
    dated: Presence = Presence.UNCLEAR
    day: date | None = None
    date_field: Field | None = None
    signatures: tuple[Signature, ...] = ()
    seal: Mark | None = None  #: None: the form asks for none, or follows no known form
    legible: bool = True  #: every page of it could be read well

    @property
    def fields(self) -> dict[str, Field]:
        return {**self.blanks, **({"date": self.date_field} if self.date_field else {})}

    @property
    def wanting(self) -> int:
        """How much of what the form asks for was not found, or differs."""
        marks = [one.mark for one in self.signatures] + ([self.seal] if self.seal else [])
        missing = sum(mark.presence is not Presence.PRESENT for mark in marks)
        return missing + len(self.unfilled) + len(self.alterations)

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """Of its signatures, for the ledger to know them again."""
        return tuple(signature.mark.fingerprint for signature in self.signatures if signature.mark.fingerprint)


def read_letter(
    name: str,
    position: int,
    pages: tuple[Page, ...],
    pictures: tuple[Picture | None, ...] = (),
    forms: tuple[Form, ...] | None = None,
) -> CommitmentLetter:
    """The letter on `pages`, laid over the likest of `forms` (None: the shipped ones).

    `pictures` are the upright pages (RGB) in the same order; without one its marks are unclear and nothing is certain
    that only paper shows. A letter of no known form keeps `form` None and no values.
    """
    ink = {
        page.number: InkMap(shown, electronic=page.read_by is ReadBy.TEXT)
        for page, shown in zip(pages, pictures, strict=False)
        if shown is not None
    }
    legible, seconds = all(page.legible for page in pages), sum(page.seconds for page in pages)
    read_by = ReadBy.TEXT if pages and all(page.read_by is ReadBy.TEXT for page in pages) else ReadBy.OCR
    pages = without_seal_words(pages, ink)
    letter = CommitmentLetter(
        DocumentKind.COMMITMENT_LETTER,
        name,
        position,
        tuple(page.number for page in pages),
        read_by,
        seconds=seconds,
        titled=_is_titled(pages),
        legible=legible,
    )
    likeness = likest_form(pages, shipped_forms() if forms is None else forms)
    return letter if likeness is None else _as_of_form(letter, likeness, ink)


def _as_of_form(letter: CommitmentLetter, likeness: Likeness, ink: Mapping[int, InkMap]) -> CommitmentLetter:
    """With all that the form lets one find on it."""
    text, alignment, form = likeness.text, likeness.alignment, likeness.form
    options = read_options(text, alignment, ink)
    blanks = read_blanks(text, alignment, ink, open_blanks(options), guessed_blanks(options))
    dating = _dating(text, alignment, ink)
    seal, signatures = read_marks(text, alignment, ink, blanks.fields)
    return replace(
        letter,
        form=form.number,
        form_certain=likeness.certain,
        ends=_ends(alignment),
        reconstructed=form.reconstructed,
        found=round(alignment.found, 4),
        blanks=dict(blanks.fields),
        otherwise=dict(blanks.otherwise),
        unfilled=blanks.unfilled,
        alterations=alterations(text, alignment, ink, blanks.residues),
        options=options,
        action=_choice(form, blanks.fields),
        dated=dating.presence,
        day=dating.day,
        date_field=dating.field,
        signatures=tuple(
            Signature(place.role, place.label, signatures[place.role, place.label])
            for party in form.parties
            for place in party.sign
            if place.role and (place.role, place.label) in signatures
        ),
        seal=seal if form.has_seal else None,
    )


def _is_titled(pages: tuple[Page, ...]) -> bool:
    """A line of the page's head ends in the title's word; the footnote says 本承诺保证书 in a line's middle."""
    head = pages[0].lines[:_HEAD] if pages else ()
    return any(folded(line.text).endswith("承诺保证书") for line in head)


def _ends(alignment: Alignment) -> bool:
    last = alignment.partner[-_TAIL:]
    return 2 * sum(partner is not None for partner in last) >= len(last)


def _choice(form: Form, fields: Mapping[str, Field]) -> Choice:
    if "action" not in form.blanks:
        return Choice.NOT_ASKED
    written = fields["action"].value if "action" in fields else ""
    chosen = [code for word, code in _ACTIONS.items() if word in written]
    if len(chosen) == 1:
        return Choice(chosen[0])
    return Choice.BOTH if chosen else Choice.NONE


def _dating(text: LetterText, alignment: Alignment, ink: Mapping[int, InkMap]) -> Dating:
    """On the page where the last place to sign stands."""
    labels = [
        text.line_of(partner).page.number
        for fixed, partner in zip(alignment.template.fixed, alignment.partner, strict=True)
        if fixed.region is Region.LABEL and partner is not None
    ]
    return read_date(text, alignment, ink.get(labels[-1]) if labels else None)
