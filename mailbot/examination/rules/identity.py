"""Has the engineer shown the identity card, and the card in hand, legibly and with a possible number?

附件4 1.4.1 c (D16): 本人身份证扫描件 and 手持身份证照片 (附件3-3). Who the person in the picture is, a reviewer judges.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ledger.office_time import office_day
from mailbot.examination.rules.absence import Absence, absence, missing_papers
from mailbot.examination.submission import OnFile, Submission
from mailbot.examination.verdict import Finding, Severity
from parsers.documents.card_in_hand import CardInHandPhoto
from parsers.documents.document import Document, DocumentKind, Field, Presence
from parsers.documents.identity_card import IdentityCard
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.identifiers import Check, check_citizen_id

_CARD: Final = DocumentKind.IDENTITY_CARD
_IN_HAND: Final = DocumentKind.CARD_IN_HAND_PHOTO


@dataclass(frozen=True, kw_only=True)
class IdCardMissing(Finding):
    code = "id_card_missing"
    sides: tuple[str, ...] = ()  #: "front", "back" where only that side is lacking; empty: the whole card


@dataclass(frozen=True, kw_only=True)
class CardInHandPhotoMissing(Finding):
    code = "card_in_hand_photo_missing"
    card_alone: bool = False  #: True: a picture of a card is there, a person is not seen in it


@dataclass(frozen=True, kw_only=True)
class IdCardExpired(Finding):
    """E19: a person decides whether it matters."""

    code = "id_card_expired"
    default = Severity.DOUBT
    until: str  #: ISO date


@dataclass(frozen=True, kw_only=True)
class IdentifierInvalid(Finding):
    """A number whose own check digit or date refuses it."""

    code = "identifier_invalid"
    paper: DocumentKind  #: where it stands
    holder: str  #: whose: engineer, handler, legal_representative, firm
    number: str = "citizen_id"  #: or "credit_identifier"
    value: str  #: templates mask it
    why: str = ""  #: stable word of `parsers.identifiers`: check_digit, birth_date, length …


@dataclass(frozen=True, kw_only=True)
class DocumentIllegible(Finding):
    code = "document_illegible"
    default = Severity.DOUBT
    by_clause = False
    pages: tuple[int, ...]
    unknown: bool = False  #: True: legible, but of no kind that is asked for
    unread: bool = False  #: True: not looked at at all


def identity_card_is_there(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """The scan; where only one side was sent a person decides, as 31号文 says no more than 扫描件."""
    if submission.filing.requires(_CARD) is None:
        return
    cards = [paper for paper in submission.documents if isinstance(paper, IdentityCard)]
    spare = _spare_pictures(submission)
    if cards or spare:
        sides = _sides_lacking(cards) if cards and not spare else ()
        if sides:
            yield IdCardMissing(sides=sides, certain=False, document=cards[0].file, page=cards[0].pages[0])
        return
    missing = absence(submission, _CARD)
    if missing in (Absence.MISSING, Absence.UNSURE):
        # The one picture in which nobody could be made out may be the scan, and then the photo is what lacks.
        yield IdCardMissing(certain=missing is Absence.MISSING and not _unclear_pictures(submission))


def card_in_hand_is_there(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """A person and a card: a card alone is not it; where a face cannot be made out a person looks."""
    if submission.filing.requires(_IN_HAND) is None:
        return
    photos = [paper for paper in submission.documents if isinstance(paper, CardInHandPhoto)]
    if any(photo.person.presence is Presence.PRESENT for photo in photos):
        return
    if photos:
        yield CardInHandPhotoMissing(card_alone=True, certain=False, document=photos[0].file, page=photos[0].pages[0])
        return
    missing = absence(submission, _IN_HAND)
    if missing in (Absence.MISSING, Absence.UNSURE):
        cards = [paper for paper in submission.documents if isinstance(paper, IdentityCard)]
        yield CardInHandPhotoMissing(card_alone=len(cards) > 1, certain=missing is Absence.MISSING)


def card_is_valid(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    received = office_day(submission.received).isoformat()
    for paper in submission.documents:
        until = paper.valid_until if isinstance(paper, IdentityCard | CardInHandPhoto) else None
        if until is not None and until.value < received:
            yield IdCardExpired(until=until.value, certain=until.certain, document=paper.file, page=until.page)


def numbers_are_possible(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """The numbers on card and certificate. A number from pixels refutes itself only when it is read so twice."""
    papers = [
        paper
        for paper in submission.documents
        if isinstance(paper, IdentityCard | CardInHandPhoto | SocialInsuranceCertificate)
    ]
    readings = Counter(field.value for paper in submission.documents for field in paper.fields.values())
    told: set[str] = set()
    for paper in papers:
        number = paper.citizen_id
        if number is None or number.value in told:
            continue
        checked = check_citizen_id(number.value, on=office_day(submission.received))
        if checked.valid or checked.result is Check.OTHER_KIND:
            continue
        certain = number.certain or readings[number.value] > 1
        if not certain and _is_read_rightly_elsewhere(number, submission.documents):
            continue
        told.add(number.value)
        yield IdentifierInvalid(
            paper=paper.kind,
            holder="handler" if isinstance(paper, SocialInsuranceCertificate) else "engineer",
            value=number.value,
            why=checked.why,
            certain=certain,
            document=paper.file,
            page=number.page,
        )


def pages_can_be_read(submission: Submission, on_file: OnFile) -> Iterator[Finding]:
    """Every illegible page; a page of unknown kind only while a paper is missing that may stand on it (contract 3)."""
    lacking = missing_papers(submission)
    for file in submission.files or ():
        if weak := tuple(page for page in file.illegible_pages if page not in file.unread_pages):
            yield DocumentIllegible(pages=weak, document=file.name, page=weak[0])
        if unread := file.unread_pages:
            yield DocumentIllegible(pages=unread, unread=True, document=file.name, page=unread[0])
        if file.unknown_pages and lacking:
            pages = file.unknown_pages
            yield DocumentIllegible(pages=pages, unknown=True, document=file.name, page=pages[0])


RULES: Final = (
    identity_card_is_there,
    card_in_hand_is_there,
    card_is_valid,
    numbers_are_possible,
    pages_can_be_read,
)


def _unclear_pictures(submission: Submission) -> list[CardInHandPhoto]:
    photos = [paper for paper in submission.documents if isinstance(paper, CardInHandPhoto)]
    return [photo for photo in photos if photo.person.presence is not Presence.PRESENT]


def _spare_pictures(submission: Submission) -> list[CardInHandPhoto]:
    """Pictures of a card in which no person could be made out, beyond the one that may be the photo asked for."""
    unclear = _unclear_pictures(submission)
    photos = sum(isinstance(paper, CardInHandPhoto) for paper in submission.documents)
    return unclear if len(unclear) < photos else unclear[1:]


def _sides_lacking(cards: list[IdentityCard]) -> tuple[str, ...]:
    """Sides that no sheet shows; one that may be there does not lack."""
    front = any(card.front is not Presence.ABSENT for card in cards)
    back = any(card.back is not Presence.ABSENT for card in cards)
    return (() if front else ("front",)) + (() if back else ("back",))


def _is_read_rightly_elsewhere(number: Field, documents: tuple[Document, ...]) -> bool:
    """Does another paper show a possible number that differs in one or two places: a slip of the reading?"""
    others = [field.value for paper in documents for field in paper.fields.values() if len(field.value) == 18]
    return any(
        check_citizen_id(other).valid and sum(a != b for a, b in zip(number.value, other, strict=False)) <= 2
        for other in others
        if len(number.value) == 18
    )
