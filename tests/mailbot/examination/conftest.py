"""Builders that name only what a test is about."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from ledger.entries import Enterprise
from ledger.office_time import OFFICE_TIME
from mailbot.examination.examine import likely_filing
from mailbot.examination.subject import read_subject
from mailbot.examination.submission import OnFile, Submission
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from parsers.documents.document import Document, FileRead
from parsers.files.kind import FileKind
from parsers.files.page import ReadBy, Unreadable
from parsers.mail.message import Address, Attachment, Message
from parsers.mail.provenance import Authentication, Provenance

TRACK_BOX, INFORMATION_BOX = "cqjtzjzd@vip.163.com", "cqjtgjzx@vip.163.com"
FIRM = Enterprise(
    "重庆王五监理咨询有限公司",
    "915000000000000005",
    "firm@example.invalid",
    earlier_addresses=("old@example.invalid",),
)
OTHER_FIRM = Enterprise("重庆赵六工程监理有限公司", "915000000000000192", "other@example.invalid")
MAILBOX_MATTERS = {
    INFORMATION_BOX: frozenset({"firm_information", "engineer_information"}),
    TRACK_BOX: frozenset({"engineer_track_record", "firm_track_record"}),
}
SUBJECTS = {
    "add": f"张三/{FIRM.name}/业绩登记新增(本人提交)",
    "update": f"张三/{FIRM.name}/业绩登记更新(本人提交)",
    "close": f"张三/{FIRM.name}/业绩登记截止(本人提交)",
    "close_by_firm": f"张三/{FIRM.name}/业绩登记截止申请(企业提交)",
    "firm_information": f"{FIRM.name}/监理企业信息登记",
    "engineer_information": f"{FIRM.name}/监理基本信息登记",
}
_MATTERS = load_matters()
_CALENDAR = load_calendar()


def addresses(*written):
    return tuple(Address(one) for one in written)


def a_file(name="1.pdf", kind=FileKind.PDF, *, position=1, size=50_000, **marks):
    return Attachment(position, name, "application/octet-stream", kind, size, f"{position:064x}", **marks)


def a_read_file(*kinds, position=1, fault=None, unknown=(), illegible=()):
    documents = tuple(Document(kind, f"{position}.pdf", position, (1,), ReadBy.TEXT) for kind in kinds)
    unreadable = Unreadable(fault) if fault else None
    return FileRead(position, f"{position}.pdf", documents, unreadable, unknown, illegible)


def every_paper_of(filing):
    """One readable file for each paper that the filing asks for in every case, and the attachments they came in."""
    files = [a_read_file(paper.kind, position=n) for n, paper in enumerate(filing.required_now, start=1)]
    return tuple(files), tuple(a_file(f"{file.position}.pdf", position=file.position) for file in files)


def build_submission(
    subject="add",
    *,
    author="engineer@example.invalid",
    to=None,
    cc=("firm@example.invalid",),
    files=None,
    attachments=None,
    mailbox=None,
    received=datetime(2026, 11, 20, 16, 35, tzinfo=OFFICE_TIME),
    authentication=Authentication.VERIFIED,
    policies=None,
    matters=_MATTERS,
    earlier_files=(),
    **message,
):
    """A right application of 业绩登记新增 unless told otherwise; `subject` is a line or a key of SUBJECTS."""
    reading = read_subject(SUBJECTS.get(subject, subject), matters)
    matter, filing = reading.matter, likely_filing(reading, from_firm=author == "firm@example.invalid")
    if policies:
        matter = matter.model_copy(update={"policies": {**matter.policies, **policies}})
    mailbox = mailbox or matter.review_mailbox
    return Submission(
        message=Message(
            subject=reading.raw,
            authors=addresses(author) if isinstance(author, str) else author,
            to=addresses(*(to or (mailbox,))),
            cc=addresses(*cc),
            attachments=(a_file(),) if attachments is None else tuple(attachments),
            **message,
        ),
        subject=reading,
        mailbox=mailbox,
        received=received,
        provenance=Provenance(authentication, spf="pass", dkim="pass", dmarc="pass"),
        matter=matter,
        filing=filing,
        files=files,
        filing_assumed=reading.filing is None,
        earlier_files=earlier_files,
    )


def build_on_file(**known):
    """A fresh directory that knows the firm, and the two shipped mailboxes."""
    usual = {
        "calendar": _CALENDAR,
        "firm": FIRM,
        "directory_loaded": True,
        "directory_as_of": date(2026, 11, 19),
        "mailbox_matters": MAILBOX_MATTERS,
    }
    return OnFile(**{**usual, **known})


@pytest.fixture
def a_submission():
    return build_submission


@pytest.fixture
def on_file():
    return build_on_file


@pytest.fixture
def attachment():
    return a_file


@pytest.fixture
def read_file():
    return a_read_file


@pytest.fixture
def matters():
    return _MATTERS


@pytest.fixture
def papers():
    """`papers(submission)` gives it all its papers, read; `without` some kinds, with `extra` (FileRead, Attachment)."""

    def with_papers(submission, *, without=(), extra=()):
        files, attachments = every_paper_of(submission.filing)
        kept = [pair for pair in zip(files, attachments, strict=True) if pair[0].documents[0].kind not in without]
        files = tuple(file for file, _ in kept) + tuple(read for read, _ in extra if read)
        attachments = tuple(attachment for _, attachment in kept) + tuple(attachment for _, attachment in extra)
        return replace(submission, files=files, message=replace(submission.message, attachments=attachments))

    return with_papers
