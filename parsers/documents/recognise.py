"""Which papers does one file hold, page by page?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from parsers.documents.card_in_hand import person_beside_card, read_card_in_hand
from parsers.documents.commitment_letter import read_letter
from parsers.documents.commitment_letter_form import begins_letter, is_letter
from parsers.documents.document import Document, DocumentKind, FileRead, Presence
from parsers.documents.explanation import read_late_papers
from parsers.documents.forms import Form, shipped_forms
from parsers.documents.identity_card import read_card
from parsers.documents.page_kind import PageKind, continues, page_kind
from parsers.documents.screenshot import read_screenshot
from parsers.documents.social_insurance import read_certificate
from parsers.files.page import Page, ReadBy
from parsers.files.sheet import Picture

_K = DocumentKind

#: Kinds of which one paper may run over several pages; of the others each page is a paper.
_LONG: Final = frozenset(
    {
        _K.COMMITMENT_LETTER,
        _K.SOCIAL_INSURANCE_CERTIFICATE,
        _K.EXPLANATION,
        _K.LATE_FILING_UNDERTAKING,
        _K.APPROVAL,
        _K.OTHER,
    }
)
#: Spread of grey values (0..255) up to which a side without a word counts as an empty side and not as a picture.
_EMPTY_SIDE: Final = 12.0
_BRIGHT: Final = 96.0


@dataclass
class Paper:
    """The pages of one sheet of paper in the order of the file, while they are being gathered."""

    name: str  #: of the file
    position: int  #: of the file in its mail
    kinds: tuple[DocumentKind, ...]
    forms: tuple[Form, ...]
    pages: list[Page] = field(default_factory=list)
    pictures: list[Picture | None] = field(default_factory=list)

    def add(self, page: Page, picture: Picture | None) -> None:
        self.pages.append(page)
        self.pictures.append(picture)


Reader = Callable[[Paper], list[Document]]


def recognise(
    name: str,
    position: int,
    pages: tuple[Page, ...],
    pictures: tuple[Picture | None, ...],
    *,
    forms: tuple[Form, ...] | None = None,
) -> FileRead:
    """The papers of one read file; `pictures` are the upright pages, None where only the text is known.

    `forms` are the blank letters to compare with, None for the shipped ones. A page recognised as nothing is an
    unknown page, one that could not be read an illegible one; empty sides are neither. An illegible page whose kind
    still shows is read besides: its values are unsure, not lost.
    """
    blank_forms = shipped_forms() if forms is None else forms
    papers: list[Paper] = []
    unknown: list[int] = []
    illegible: list[int] = []
    for page, picture in zip(pages, pictures, strict=True):
        kind = _kind_of(page, blank_forms)
        if not page.legible or page.read_by is ReadBy.NONE:
            illegible.append(page.number)
        if _goes_on(page, kind, papers):
            papers[-1].add(page, picture)
        elif kind.kinds:
            papers.append(Paper(name, position, kind.kinds, blank_forms, [page], [picture]))
        elif page.number not in illegible and not (kind.blank and _is_empty(picture)):
            unknown.append(page.number)
    documents = tuple(document for paper in papers for document in _READERS[paper.kinds[0]](paper))
    unread = tuple(page.number for page in pages if page.read_by is ReadBy.NONE)
    return FileRead(position, name, documents, None, tuple(unknown), tuple(illegible), unread)


def _kind_of(page: Page, forms: tuple[Form, ...]) -> PageKind:
    """By the words of all papers; a form of the office's own is known by its own words."""
    kind = page_kind(page)
    if kind.kinds or kind.blank or not is_letter((page,), forms):
        return kind
    return PageKind((_K.COMMITMENT_LETTER,), titled=begins_letter(page, forms), continued=kind.continued)


def _goes_on(page: Page, kind: PageKind, papers: Sequence[Paper]) -> bool:
    """Does this page belong to the paper before it?"""
    if not papers or papers[-1].kinds[0] not in _LONG or papers[-1].pages[-1].number != page.number - 1:
        return False
    before = papers[-1].kinds[0]
    if kind.kinds:
        return kind.kinds[0] is before and (kind.continued or not kind.titled)
    return not kind.blank and continues(page, before)


def _is_empty(picture: Picture | None) -> bool:
    """Of one shade, and a bright one: a scan that came out black hides what it was taken of."""
    if picture is None:
        return True
    shades = picture[::8, ::8]
    return float(np.std(shades)) < _EMPTY_SIDE and float(np.mean(shades)) > _BRIGHT


def _letter(paper: Paper) -> list[Document]:
    pages, pictures = tuple(paper.pages), tuple(paper.pictures)
    return [read_letter(paper.name, paper.position, pages, pictures, forms=paper.forms)]


def _certificate(paper: Paper) -> list[Document]:
    return [read_certificate(paper.name, paper.position, paper.pages, paper.pictures)]


def _screenshot(paper: Paper) -> list[Document]:
    return [read_screenshot(paper.kinds[0], paper.name, paper.position, tuple(paper.pages), tuple(paper.pictures))]


def _card(paper: Paper) -> list[Document]:
    """A card beside which nobody can be seen is a scan; where that cannot be told the photo says so itself."""
    card = read_card(paper.name, paper.position, paper.pages)
    if card.front is not Presence.ABSENT and card.back is Presence.PRESENT:
        return [card]  # nobody holds both sides into the camera at once
    person = person_beside_card(paper.pages[0], paper.pictures[0])
    if person.presence is Presence.ABSENT or person.why == "no_picture":
        return [card]
    return [read_card_in_hand(paper.name, paper.position, paper.pages[0], person)]


def _late_papers(paper: Paper) -> list[Document]:
    return read_late_papers(paper.kinds, paper.name, paper.position, paper.pages)


#: The table of contents: a new kind of paper is one line here.
_READERS: Final[dict[DocumentKind, Reader]] = {
    _K.COMMITMENT_LETTER: _letter,
    _K.SOCIAL_INSURANCE_CERTIFICATE: _certificate,
    _K.NATIONAL_SCREENSHOT: _screenshot,
    _K.MUNICIPAL_SCREENSHOT: _screenshot,
    _K.IDENTITY_CARD: _card,
    _K.EXPLANATION: _late_papers,
    _K.LATE_FILING_UNDERTAKING: _late_papers,
    _K.APPROVAL: _late_papers,
    _K.OTHER: _late_papers,
}
