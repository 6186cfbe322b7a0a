"""What was seen on each file, laid out for a person to read: values with their trust, marks, what differs?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from parsers.documents.card_in_hand import CardInHandPhoto
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.commitment_letter_alterations import Alteration
from parsers.documents.document import Document, Field, FileRead, Presence
from parsers.documents.identity_card import IdentityCard
from parsers.documents.screenshot import Screenshot
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.files.page import ReadBy, Unreadable
from parsers.masking import mask, masked

#: Names of fields whose values are numbers of a person or a firm.
NUMBERS: Final = ("_id", "identifier", "phone", "mobile", "number", "code")


@dataclass(frozen=True)
class Value:
    """One value, numbers masked."""

    name: str
    value: str
    percent: int | None  #: the engine's confidence; None from a text layer
    certain: bool  #: vouched for by a check digit or a second reading, or from a text layer
    page: int


@dataclass(frozen=True)
class MarkSeen:
    """A seal, a signature, a tick, a side of a card, a person."""

    what: str
    label: str
    presence: Presence
    why: str = ""


@dataclass(frozen=True)
class PaperSeen:
    """One paper of a file."""

    kind: str
    pages: tuple[int, ...]
    from_text: bool
    form: str | None
    values: tuple[Value, ...]
    marks: tuple[MarkSeen, ...]
    unfilled: tuple[str, ...]
    alterations: tuple[Alteration, ...]


@dataclass(frozen=True)
class FileSeen:
    """One file: its papers and the pages that are none."""

    name: str
    unreadable: Unreadable | None
    papers: tuple[PaperSeen, ...]
    unknown: tuple[int, ...]  #: pages of no known kind
    illegible: tuple[int, ...]
    unread: tuple[int, ...]

    @property
    def nothing(self) -> bool:
        """Only empty sides."""
        return not (self.unreadable or self.papers or self.unknown or self.illegible or self.unread)


def files_seen(files: Iterable[FileRead]) -> Iterator[FileSeen]:
    for file in files:
        illegible = tuple(page for page in file.illegible_pages if page not in file.unread_pages)
        yield FileSeen(
            file.name,
            file.unreadable,
            tuple(_paper(document) for document in file.documents),
            file.unknown_pages,
            illegible,
            file.unread_pages,
        )


def _paper(document: Document) -> PaperSeen:
    letter = document if isinstance(document, CommitmentLetter) else None
    return PaperSeen(
        document.kind.value,
        document.pages,
        document.read_by is ReadBy.TEXT,
        letter.form if letter else None,
        tuple(_values(document)),
        tuple(_marks(document)),
        tuple(one.name for one in letter.unfilled) if letter else (),
        letter.alterations if letter else (),
    )


def _values(document: Document) -> Iterator[Value]:
    for name, field in document.fields.items():
        yield _value(name, field)
    if isinstance(document, Screenshot):
        for row in document.personnel:
            told = {"listed": row.person, "post": row.post, "started_on": row.started_on, "ended_on": row.ended_on}
            yield from (_value(name, field) for name, field in told.items() if field)


def _value(name: str, field: Field) -> Value:
    shown = masked(field.value) if name.endswith(NUMBERS) else mask(field.value)
    percent = None if field.read_by is ReadBy.TEXT else round(100 * field.confidence)
    return Value(name, shown, percent, field.certain, field.page)


def _marks(document: Document) -> Iterator[MarkSeen]:
    match document:
        case CommitmentLetter():
            for option in document.options:
                yield MarkSeen("option", option.label, option.presence)
            for signature in document.signatures:
                yield MarkSeen("signature", signature.label, signature.mark.presence, signature.mark.why)
            if document.seal is not None:
                yield MarkSeen("seal", "", document.seal.presence, document.seal.why)
            if document.form and document.dated is not Presence.PRESENT:
                yield MarkSeen("date", "", document.dated)
        case IdentityCard():
            yield MarkSeen("front", "", document.front)
            yield MarkSeen("back", "", document.back)
        case CardInHandPhoto():
            yield MarkSeen("person", "", document.person.presence, document.person.why)
        case SocialInsuranceCertificate() if not document.months.paid:
            yield MarkSeen("months", "", Presence.UNCLEAR)
        case Screenshot() if document.status is None:
            yield MarkSeen("status", "", Presence.UNCLEAR)
        case _:
            return
