"""Whose number stands on the papers for certain, and whose signatures? By these a person is known again."""

from collections.abc import Iterable, Iterator
from typing import Final

from mailbot.examination.submission import Submission
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import Document, DocumentKind
from parsers.identifiers import check_citizen_id

_ENGINEER: Final = ((DocumentKind.COMMITMENT_LETTER, "engineer_id"), (DocumentKind.IDENTITY_CARD, "citizen_id"))
_OWN_PAGE: Final = DocumentKind.NATIONAL_SCREENSHOT
_HANDLER: Final = (
    (DocumentKind.COMMITMENT_LETTER, "handler_id"),
    (DocumentKind.SOCIAL_INSURANCE_CERTIFICATE, "citizen_id"),
)


def engineer_id_of(submission: Submission) -> str | None:
    """The engineer's ID number as far as a paper tells it for certain."""
    return next(_certain(submission, _ENGINEER), None)


def handler_id_of(submission: Submission) -> str | None:
    """承办人's, where the filing asks for his papers; elsewhere a number of the mail is not his."""
    if all(paper.person != "handler" for paper in submission.filing.documents):
        return None
    return next((number for number in _certain(submission, _HANDLER) if check_citizen_id(number).valid), None)


def signatures_of(document: Document) -> tuple[str, ...]:
    """Fingerprints of the signatures on a paper; only letters have any."""
    return document.fingerprints if isinstance(document, CommitmentLetter) else ()


def national_files(submission: Submission) -> dict[str, str]:
    """SHA-256 of each file of this mail that shows a page of the national system → its name: a page of one's own."""
    marks = {one.position: one.sha256 for one in submission.message.attachments}
    shown = (file for file in submission.files or () if any(one.kind is _OWN_PAGE for one in file.documents))
    return {marks[file.position]: file.name for file in shown if file.position in marks}


def _certain(submission: Submission, places: Iterable[tuple[DocumentKind, str]]) -> Iterator[str]:
    for kind, name in places:
        for document in submission.documents:
            field = document.fields.get(name) if document.kind is kind else None
            if field and field.certain and field.value:
                yield field.value
