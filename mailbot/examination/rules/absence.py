"""Is a required paper missing, or may it stand where nobody could read?

Contract 3, rule 1: a paper is called missing only when every page of the mail was read and recognised as something
else. A file that is told for its format or its damage may hold the paper, and then the paper is not told besides.
"""

from enum import StrEnum
from typing import Final

from mailbot.examination.submission import Submission
from parsers.documents.document import DocumentKind
from parsers.files.kind import FileKind
from parsers.mail.message import Attachment

ACCEPTED_KINDS: Final = frozenset({FileKind.PDF, FileKind.JPEG})  # 31号文 1.4: pdf或jpg格式; jpeg is jpg (I27)

#: Parts of a mail that no applicant attached.
_FURNITURE: Final = frozenset({FileKind.CALENDAR, FileKind.HTML})
_SIGNATURE_TYPES: Final = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_PICTURES: Final = frozenset(
    {FileKind.JPEG, FileKind.PNG, FileKind.GIF, FileKind.BMP, FileKind.WEBP, FileKind.TIFF, FileKind.HEIC}
)
_LOGO_BYTES: Final = 20_000  # an inline picture below this is a signature's logo (domain.md 5.3)


class Absence(StrEnum):
    PRESENT = "present"
    MISSING = "missing"  #: every page was read and is something else: a defect
    UNSURE = "unsure"  #: a page is illegible, unknown or was not opened: a doubt
    TOLD = "told"  #: another finding already asks for the file that may hold it: say nothing


def absence(submission: Submission, kind: DocumentKind) -> Absence:
    if submission.files is None:
        return Absence.TOLD  # the papers were not read: the caller of the examination says so once for all
    asked = submission.filing.requires(kind)
    kinds = asked.kinds if asked else {kind}
    if any(document.kind in kinds for document in submission.documents):
        return Absence.PRESENT
    if asks_for_files(submission):
        return Absence.TOLD
    if submission.message.too_complex or has_unread_pages(submission) or unopened(submission) or links(submission):
        return Absence.UNSURE
    return Absence.MISSING


def asks_for_files(submission: Submission) -> bool:
    """Does an attachment finding already send the mail back, so that missing papers are asked for with it?"""
    if not attached(submission) and not submission.earlier_files:
        return True
    return bool(unopened(submission) or links(submission)) and bool(missing_papers(submission))


def attached(submission: Submission) -> tuple[Attachment, ...]:
    """What the applicant attached: no logos, signatures of the mail itself, or invitations."""
    return tuple(file for file in submission.message.attachments if not _is_furniture(file))


def unopened(submission: Submission) -> tuple[Attachment, ...]:
    """Attachments of which no page is known: unreadable, or of a kind that is not opened."""
    read = {file.position for file in submission.files or () if file.unreadable is None}
    return tuple(file for file in attached(submission) if file.position not in read)


def links(submission: Submission) -> bool:
    return bool(submission.message.links)


def has_unread_pages(submission: Submission) -> bool:
    return any(file.unknown_pages or file.illegible_pages for file in submission.files or ())


def missing_papers(submission: Submission) -> frozenset[DocumentKind]:
    """Papers asked for in every case that stand in no file of an accepted format."""
    formats = {file.position: file.kind for file in submission.message.attachments}
    held = {document.kind for file in submission.earlier_files for document in file.documents}
    for file in submission.files or ():
        if formats.get(file.position, FileKind.PDF) in ACCEPTED_KINDS:
            held |= {document.kind for document in file.documents}
    return frozenset(paper.kind for paper in submission.filing.required_now if not paper.kinds & held)


def _is_furniture(file: Attachment) -> bool:
    if file.kind in _FURNITURE or file.declared_type in _SIGNATURE_TYPES:
        return True
    if file.kind in (FileKind.MAIL, FileKind.TNEF):
        return True  # opened one level: what it held stands in the list itself, with its container named
    return file.inline and file.kind in _PICTURES and file.size < _LOGO_BYTES
