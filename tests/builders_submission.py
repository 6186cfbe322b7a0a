"""Applications built by hand: each test names only what it is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache

from ledger.entries import Enterprise
from ledger.office_time import OFFICE_TIME
from mailbot.examination.subject import read_subject
from mailbot.examination.submission import OnFile, Submission
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import Document, DocumentKind, Field, FileRead, Presence
from parsers.documents.identity_card import IdentityCard
from parsers.documents.screenshot import Screenshot, Tenure
from parsers.documents.screenshot_words import Status
from parsers.files.kind import FileKind
from parsers.files.page import ReadBy
from parsers.mail.message import Address, Attachment, Message
from parsers.mail.provenance import Authentication, Provenance

FIRM = "重庆渝州工程监理有限公司"
CREDIT = "915000000000000005"
ENGINEER = "赵明远"
ENGINEER_ID = "500103198808080007"
OTHER_ID = "510223197602150004"
PROJECT = "渝东高速公路"
SECTION = "JL1"
POST = "专业监理工程师"
STARTED = date(2026, 3, 2)
ENDED = date(2026, 5, 12)


@cache
def matters():
    return {matter.key: matter for matter in load_matters()}


@cache
def calendar():
    return load_calendar()


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=OFFICE_TIME)


def read(value: str, *, certain: bool = True, confidence: float = 0.99, by: ReadBy = ReadBy.OCR) -> Field:
    """A value as a reader gives it; `certain` unless the test is about doubt."""
    return Field(value, confidence, certain, 1, None, by)


def a_letter(form: str = "4-1-1", **blanks) -> CommitmentLetter:
    """Filled in as the application has it; `name=None` leaves a blank out, a Field takes its place."""
    values = {
        "firm": FIRM,
        "credit_identifier": CREDIT,
        "legal_representative": "钱伯年",
        "engineer": ENGINEER,
        "engineer_id": ENGINEER_ID,
        "project": PROJECT,
        "section": SECTION,
        "post": POST,
    } | blanks
    return CommitmentLetter(
        kind=DocumentKind.COMMITMENT_LETTER,
        file="承诺保证书.jpg",
        position=1,
        pages=(1,),
        read_by=ReadBy.OCR,
        form=form,
        blanks=_fields(values),
        reconstructed=form in ("3-1", "4-1-2"),
    )


def a_national_page(
    status: Status | None = Status.DONE, word: str = "已上报", sure: bool = True, **values
) -> Screenshot:
    shown = {
        "person": ENGINEER,
        "firm": FIRM,
        "project": PROJECT,
        "section": SECTION,
        "post": POST,
        "started_on": STARTED.isoformat(),
    } | values
    return Screenshot(
        kind=DocumentKind.NATIONAL_SCREENSHOT,
        file="全国系统截图.jpg",
        position=2,
        pages=(1,),
        read_by=ReadBy.OCR,
        values=_fields(shown),
        status=status,
        status_word=read(word, certain=sure) if status else None,
    )


def a_row(person=ENGINEER, post=POST, started=STARTED, ended=None, *, until_now: bool | None = None) -> Tenure:
    return Tenure(
        person=_field(person),
        post=_field(post) if post else None,
        started_on=_field(started) if started else None,
        ended_on=_field(ended) if ended else None,
        until_now=ended is None if until_now is None else until_now,
    )


def a_municipal_page(
    *rows: Tenure, status: Status | None = Status.DONE, word: str = "已发布", sure: bool = True, **values
) -> Screenshot:
    shown = {"firm": FIRM, "project": PROJECT, "section": SECTION, "state": "在建"} | values
    return Screenshot(
        kind=DocumentKind.MUNICIPAL_SCREENSHOT,
        file="重庆系统截图.jpg",
        position=3,
        pages=(1,),
        read_by=ReadBy.OCR,
        values=_fields(shown),
        status=status,
        status_word=read(word, certain=sure) if status else None,
        personnel=rows or (a_row(),),
    )


def a_card(name=ENGINEER, citizen_id=ENGINEER_ID) -> IdentityCard:
    return IdentityCard(
        kind=DocumentKind.IDENTITY_CARD,
        file="身份证扫描件.jpg",
        position=4,
        pages=(1,),
        read_by=ReadBy.OCR,
        front=Presence.PRESENT,
        back=Presence.PRESENT,
        name=_field(name),
        citizen_id=_field(citizen_id),
    )


def a_paper(kind: DocumentKind) -> Document:
    """A paper of which only its being there matters."""
    return Document(kind, f"{kind.value}.pdf", 9, (1,), ReadBy.TEXT)


def a_submission(
    *documents: Document,
    action: str = "add",
    by: str = "engineer",
    matter: str = "engineer_track_record",
    received: date = date(2026, 3, 12),
    engineer: str | None = ENGINEER,
    firm: str | None = FIRM,
    unknown_pages: int = 0,
    not_read: bool = False,
    policies: Mapping[str, str] | None = None,
    earlier: tuple[Document, ...] = (),
) -> Submission:
    """One application; each document lies in a file of its own."""
    known = matters()[matter]
    if policies:
        known = known.model_copy(update={"policies": {**known.policies, **policies}})
    filing = next(
        one
        for one in known.filings
        if one.submitted_by == by and one.action == (action if matter == "engineer_track_record" else None)
    )
    files = [FileRead(number, document.file, (document,)) for number, document in enumerate(documents, start=1)]
    if unknown_pages:
        files.append(FileRead(len(files) + 1, "扫描件.pdf", unknown_pages=tuple(range(1, unknown_pages + 1))))
    names = {"engineer": engineer or "", "firm": firm or ""}
    reading = replace(
        read_subject(filing.subject.line.format(**names), tuple(matters().values())), engineer=engineer, firm=firm
    )
    return Submission(
        message=Message(
            subject=reading.raw,
            authors=(Address("zhao@example.invalid"),),
            to=(Address(known.review_mailbox or "review@example.invalid"),),
            attachments=tuple(
                Attachment(file.position, file.name, "image/jpeg", FileKind.JPEG, 90_000, f"{file.position:064d}")
                for file in files
            ),
        ),
        subject=reading,
        mailbox=known.review_mailbox or "review@example.invalid",
        received=at(received),
        provenance=Provenance(Authentication.UNVERIFIED),
        matter=known,
        filing=filing,
        files=None if not_read else tuple(files),
        earlier_files=tuple(FileRead(80 + number, one.file, (one,)) for number, one in enumerate(earlier)),
    )


def on_file(**known) -> OnFile:
    """What the office knows; the firm stands in the directory unless said otherwise."""
    entry = Enterprise(FIRM, CREDIT, "office@example.invalid", legal_representative="钱伯年")
    return OnFile(**{"calendar": calendar(), "firm": entry, "directory_loaded": True} | known)


def codes(findings) -> list[tuple[str, str]]:
    """What each finding is and how it weighs by itself: "defect", "doubt" or "note"."""
    return [(finding.code, weight(finding)) for finding in findings]


def weight(finding) -> str:
    weights = [finding.default, finding.at_most] + ([] if finding.certain else [type(finding.default)("doubt")])
    return min(weights, key=lambda severity: severity.weight).value


def run(rules, submission: Submission, known: OnFile | None = None) -> list:
    known = known or on_file()
    return [finding for rule in rules for finding in rule(submission, known)]


def _fields(values: Mapping[str, object]) -> dict[str, Field]:
    return {key: _field(value) for key, value in values.items() if value is not None}


def _field(value: object) -> Field:
    return value if isinstance(value, Field) else read(str(value))
