"""What was seen on each file, laid out for a person to read: values with their trust, marks, what differs?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from parsers.documents.card_in_hand import CardInHandPhoto
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.commitment_letter_alterations import Alteration
from parsers.documents.document import Document, Field, FileRead, Leaf, Presence, holds_number
from parsers.documents.identity_card import IdentityCard
from parsers.documents.screenshot import Screenshot, Tenure
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.files.page import ReadBy, Unreadable
from parsers.masking import mask, masked


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
class RowSeen:
    """One person of a list on a screen; "" where nothing was read."""

    person: str
    post: str
    started_on: str
    ended_on: str
    until_now: bool
    percent: int  #: of what was read worst
    certain: bool  #: every part of it


@dataclass(frozen=True)
class PaperSeen:
    """One paper of a file."""

    kind: str
    pages: tuple[int, ...]
    from_text: bool
    form: str | None
    values: tuple[Value, ...]
    rows: tuple[RowSeen, ...]
    marks: tuple[MarkSeen, ...]
    unfilled: tuple[str, ...]
    alterations: tuple[Alteration, ...]
    leaves: tuple[Leaf, ...]  #: where its pages lie when they came one by one; they are counted from 1 then


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
        tuple(range(1, len(document.leaves) + 1)) or document.pages,
        document.read_by is ReadBy.TEXT,
        letter.form if letter else None,
        tuple(_value(name, field, document) for name, field in document.fields.items()),
        tuple(_row(one) for one in document.personnel) if isinstance(document, Screenshot) else (),
        tuple(_marks(document)),
        tuple(one.name for one in letter.unfilled) if letter else (),
        letter.alterations if letter else (),
        document.leaves,
    )


def _value(name: str, field: Field, document: Document) -> Value:
    shown = masked(field.value) if holds_number(name) else mask(field.value)
    percent = None if field.read_by is ReadBy.TEXT else round(100 * field.confidence)
    page = document.pages.index(field.page) + 1 if document.leaves else field.page
    return Value(name, shown, percent, field.certain, page)


def _row(row: Tenure) -> RowSeen:
    read = [field for field in (row.person, row.post, row.started_on, row.ended_on) if field]
    return RowSeen(
        row.person.value,
        row.post.value if row.post else "",
        row.started_on.value if row.started_on else "",
        row.ended_on.value if row.ended_on else "",
        row.until_now,
        round(100 * min(field.confidence for field in read)),
        all(field.certain for field in read),
    )


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
