"""What the edges need: an office whose reader sees what a test says, and mails with one thing out of the way."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

from ledger.office_time import OFFICE_TIME
from mailbot.cases.examined import Examination
from mailbot.examination.verdict import Severity
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import Document, DocumentKind, FileRead
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.documents.social_insurance_months import PaidMonths
from parsers.documents.social_insurance_title import Title, Variety
from parsers.files.kind import FileKind
from parsers.files.page import Fault, ReadBy, Unreadable
from parsers.mail.provenance import Receiver
from tests import builders_submission as built
from tests.builders_service import (
    ADD,
    ENGINEER,
    FIRM,
    INFORMATION_BOX,
    NOW,
    OFFICE_OF_FIRM,
    TRACK_BOX,
    Office,
    a_mail,
    a_signed_letter,
    arrived,
    papers,
)

__all__ = ["ADD", "ENGINEER", "FIRM", "INFORMATION_BOX", "NOW", "OFFICE_OF_FIRM", "TRACK_BOX"]
RECEIVER = Receiver("mx.vip.163.com", "netease")
CLOSE_BY_FIRM = f"{built.ENGINEER}/{built.FIRM}/业绩登记截止申请(企业提交)"
CLOSE = f"{built.ENGINEER}/{built.FIRM}/业绩登记截止(本人提交)"
UPDATE = f"{built.ENGINEER}/{built.FIRM}/业绩登记更新(本人提交)"
LETTER, NATIONAL, MUNICIPAL, CARD, PHOTO = papers()  # names of their files
INSURANCE, EXPLANATION = "参保证明.pdf", "情况说明.pdf"
UNDERTAKING, APPROVAL = "逾期承诺书.pdf", "同意函.pdf"
HANDLER, HANDLER_ID = "孙秋白", built.OTHER_ID
_OPENED = (FileKind.PDF, FileKind.JPEG, FileKind.PNG)


@dataclass
class Sees:
    """A reader that sees in each file what a test says, else what the right application holds."""

    files: Mapping[str, object] = field(default_factory=dict)

    def read(self, files):
        return tuple(self._one(file) for file in files)

    def _one(self, file) -> FileRead:
        seen = self.files.get(file.name, papers().get(file.name))
        if seen is None and file.kind not in _OPENED:
            seen = Fault.EMPTY if file.kind is FileKind.EMPTY else Fault.UNSUPPORTED
        if isinstance(seen, Fault):
            return FileRead(file.position, file.name, unreadable=Unreadable(seen))
        shown = seen if isinstance(seen, tuple) else (seen,) if seen else ()
        documents = tuple(replace(one, file=file.name, position=file.position) for one in shown)
        return FileRead(file.position, file.name, documents, unknown_pages=() if documents else (1,))


def office_seeing(folder: Path, seen: Mapping[str, object] | None = None, **more: object) -> Office:
    return Office(folder, reader=Sees(seen or {}), **more)


def at(day: date | datetime) -> datetime:
    if isinstance(day, datetime):
        return day
    return datetime(day.year, day.month, day.day, 10, tzinfo=OFFICE_TIME)


def examined(office: Office, raw: bytes, *, mailbox: str = TRACK_BOX, received: date | datetime = NOW) -> Examination:
    return office.examiner().examine(arrived(raw, mailbox, at(received), RECEIVER))


def told(examination: Examination) -> dict[str, str]:
    """Code → severity of every finding but the note on what the empty ledger does not know."""
    return {
        one.code: one.severity.value
        for one in examination.verdict.findings
        if (one.code, one.severity) != ("engagement_unknown", Severity.NOTE)
    }


def a_letter(**changed: object) -> CommitmentLetter:
    return replace(a_signed_letter(), **changed)


def a_paper(kind: DocumentKind) -> Document:
    return built.a_paper(kind)


def a_firms_letter(**changed: object) -> CommitmentLetter:
    """4-1-3, signed and sealed."""
    blanks = built.a_letter("4-1-3", handler=HANDLER, handler_id=HANDLER_ID).blanks
    base = a_letter(form="4-1-3", blanks=blanks, action=None)
    signatures = (base.signatures[0], replace(base.signatures[1], role="handler", label="承办人"))
    return replace(base, signatures=signatures, **changed)


def a_certificate(
    *paid: str, person: str = HANDLER, citizen_id: str = HANDLER_ID, employer: str = built.FIRM, **changed: object
) -> SocialInsuranceCertificate:
    """Of the handler, for the three whole months before June 2026."""
    values: dict[str, object] = {
        "title": Title(Variety.INDIVIDUAL, "重庆市社会保险参保证明(个人)", certain=True),
        "person": built.read(person),
        "citizen_id": built.read(citizen_id),
        "employers": (built.read(employer),),
        "months": PaidMonths(paid or ("2026-03", "2026-04", "2026-05"), (), None, True),
        "printed_on": built.read("2026-06-20"),
    }
    return SocialInsuranceCertificate(
        DocumentKind.SOCIAL_INSURANCE_CERTIFICATE, INSURANCE, 3, (1,), ReadBy.TEXT, **(values | changed)
    )


def a_firms_closing(**changed: object) -> dict[str, object]:
    """Papers of 企业提交 in June for an engagement that ended on 12 May, late as its nature is."""
    ended = built.ENDED
    return {
        LETTER: a_firms_letter(day=date(2026, 6, 20)),
        MUNICIPAL: built.a_municipal_page(built.a_row(ended=ended)),
        INSURANCE: a_certificate(),
        EXPLANATION: a_paper(DocumentKind.EXPLANATION),
        UNDERTAKING: a_paper(DocumentKind.LATE_FILING_UNDERTAKING),
        **changed,
    }


def an_engineers_closing(ended: date = built.ENDED, **changed: object) -> dict[str, object]:
    letter = a_letter(form="4-1-2", blanks=built.a_letter("4-1-2").blanks, action=None, reconstructed=True)
    return {
        LETTER: letter,
        NATIONAL: built.a_national_page(ended_on=ended.isoformat()),
        MUNICIPAL: built.a_municipal_page(built.a_row(ended=ended)),
        **changed,
    }


def from_the_firm(subject: str, seen: Mapping[str, object], **more: object) -> bytes:
    return a_mail(subject, **{"sender": OFFICE_OF_FIRM, "cc": (), "files": tuple(seen), **more})
