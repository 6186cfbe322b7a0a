"""A whole office for tests: real ledger, archive, rules and words; only the reading of papers is played."""

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import URL, make_url

from ledger.archive import Archive
from ledger.entries import Arrival, Delivery, Enterprise
from ledger.ledger import Ledger
from ledger.office_time import OFFICE_TIME
from mailbot.cases.examined import Arrived
from mailbot.cases.examiner import Examiner
from mailbot.cases.known import Known
from mailbot.cases.records import LedgerRecords
from mailbot.casework import Casework, Tools
from mailbot.examination.matter import with_own_review
from mailbot.heads import Head
from mailbot.instance import Instance
from mailbot.letters.rendering import Words
from mailbot.office import calendars, packs
from mailbot.reading.mails import MailReader
from mailbot.settings import Settings
from mailbot.workshop import apply_settings, mailbox_matters
from parsers.documents.card_in_hand import CardInHandPhoto
from parsers.documents.commitment_letter import Choice, Signature
from parsers.documents.document import DocumentKind, FileRead, Mark, Presence
from parsers.files.page import ReadBy
from parsers.mail.read import read_message
from parsers.names import fold_firm
from tests import builders_submission as built

TRACK_BOX, INFORMATION_BOX = "cqjtzjzd@vip.163.com", "cqjtgjzx@vip.163.com"
ENGINEER = "zhao@person.invalid"
OFFICE_OF_FIRM = "office@example.invalid"
REVIEWER = "reviewer@example.invalid"
FIRM = Enterprise(built.FIRM, built.CREDIT, OFFICE_OF_FIRM, legal_representative="钱伯年")
ADD = f"{built.ENGINEER}/{built.FIRM}/业绩登记新增(本人提交)"
NOW = datetime(2026, 3, 12, 10, tzinfo=OFFICE_TIME)
_uids = count(1)
load_matters = cache(packs.load_matters)  # read once a process: offices are opened by the thousand
load_calendar = cache(calendars.load_calendar)


def configuration(**tables) -> dict:
    """The two mailboxes of the circular, on a loopback address where nobody listens."""
    usual = {"imap_host": "127.0.0.1", "imap_tls": "none", "smtp_host": "127.0.0.1", "smtp_tls": "none"}
    usual |= {"password_env": "MAILBOT_TEST", "authserv_id": "mx.vip.163.com", "reviewers": [REVIEWER]}
    return {
        "office": {"name": "重庆市交通规划和技术发展中心", "phone": "023-62806051"},
        "ledger": {},
        "reading": {},
        "mailbox": [
            {"address": TRACK_BOX, "matters": ["engineer_track_record", "firm_track_record"], **usual},
            {"address": INFORMATION_BOX, "matters": ["firm_information", "engineer_information"], **usual},
        ],
        "reviewer": [{"name": "李审核", "address": REVIEWER, "valid_from": date(2026, 1, 1)}],
        **tables,
    }


def some_settings(folder: Path, **tables) -> Settings:
    return Settings.model_validate(configuration(**tables), context={"root": folder})


def a_signed_letter():
    """A letter as it ought to be."""
    marks = Mark(Presence.PRESENT, 1)
    return replace(
        built.a_letter(),
        form_certain=True,
        found=1.0,
        action=Choice.ADD,
        dated=Presence.PRESENT,
        day=date(2026, 3, 9),
        seal=marks,
        signatures=(
            Signature("legal_representative", "法定代表人", Mark(Presence.PRESENT, 1, fingerprint="00ff00ff00ff00ff")),
            Signature("engineer", "业绩登记申请人", Mark(Presence.PRESENT, 1, fingerprint="f0f00f0ff0f00f0f")),
        ),
    )


@cache
def papers() -> dict[str, object]:
    """What the played reader sees in each file, by the file's name."""
    photo = CardInHandPhoto(
        DocumentKind.CARD_IN_HAND_PHOTO, "手持身份证.jpg", 5, (1,), ReadBy.OCR, person=Mark(Presence.PRESENT, 1)
    )
    return {
        "承诺保证书.pdf": a_signed_letter(),
        "全国系统截图.pdf": built.a_national_page(),
        "重庆系统截图.pdf": built.a_municipal_page(),
        "身份证扫描件.pdf": built.a_card(),
        "手持身份证.pdf": photo,
    }


class PlayedReader:
    """Sees in a file what its name says; a file of another name is read and recognised as nothing."""

    def __init__(self) -> None:
        self.files: list[str] = []

    def read(self, files):
        read = []
        for file in files:
            self.files.append(file.name)
            known = papers().get(file.name)
            if known is None:
                read.append(FileRead(file.position, file.name, unknown_pages=(1,)))
            else:
                paper = replace(known, file=file.name, position=file.position)
                read.append(FileRead(file.position, file.name, (paper,)))
        return tuple(read)


def a_mail(
    subject: str = ADD,
    *,
    sender: str = ENGINEER,
    to: str = TRACK_BOX,
    cc: tuple[str, ...] = (OFFICE_OF_FIRM,),
    files: tuple[str, ...] | None = None,
    content: str = "",
    body: str = "您好，现提交申请材料，请审核。",
    identity: str | None = None,
    authentication: str = "pass",
    headers: dict[str, str] | None = None,
) -> bytes:
    """The engineer's right application of 业绩登记新增 unless told otherwise; `content` makes its files others."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    if cc:
        mail["Cc"] = ", ".join(cc)
    mail["Message-ID"] = identity or f"<m{next(_uids)}@{sender.rpartition('@')[2]}>"
    mail["Date"] = NOW
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(body + "\n", cte="base64")
    for name in papers() if files is None else files:
        data = b"%PDF-1.4\n" + f"{name}{content}".encode()
        mail.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    trace = (
        f"Received: from mail.invalid (unknown [203.0.113.9])\r\n\tby mx.vip.163.com (NewMX) with SMTP id 1;"
        f"\r\n\t{NOW:%a, %d %b %Y %H:%M:%S %z}\r\n"
        f"Authentication-Results: mx.vip.163.com; spf={authentication} smtp.mail={sender};\r\n"
        f"\tdkim={authentication} header.i=@{sender.rpartition('@')[2]}; dmarc={authentication}\r\n"
    )
    return trace.encode() + mail.as_bytes()


class PlainMails:
    """Takes mails apart in this very process, as `MailReader`'s children do."""

    archived = MailReader.archived

    def read(self, mail):
        mail.seek(0)
        return read_message(mail.read())


def arrived(raw: bytes, *more, **facts) -> Arrived:
    """A mail as it came, by its bytes."""
    return Arrived(read_message(raw), *more, **facts)


@cache
def _new_ledger() -> bytes:
    """A migrated file that holds nothing: made once a process, for every test's own copy."""
    with TemporaryDirectory() as folder:
        Ledger.open(f"sqlite:///{folder}/ledger.db").close()
        return Path(folder, "ledger.db").read_bytes()


def _lay_new_ledger(url: URL) -> None:
    if url.get_backend_name() == "sqlite" and not (path := Path(url.database)).exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(0o600)
        path.write_bytes(_new_ledger())


class Office:
    """Casework over a real ledger; its clock is told."""

    def __init__(
        self, folder: Path, *, directory: tuple[Enterprise, ...] = (FIRM,), reader=None, mails=None, **tables
    ) -> None:
        self.settings = some_settings(folder, **tables)
        self.settings.data_folder.mkdir(parents=True, exist_ok=True)
        _lay_new_ledger(make_url(self.settings.ledger.url))
        matters = load_matters()
        self.ledger = Ledger.open(self.settings.ledger.url, fold=fold_firm, own_review=with_own_review(matters))
        self.archive = Archive(self.settings.ledger.archive)
        self.words = Words(matters=matters)
        self.instance = Instance("a" * 64)
        self.time = NOW
        self.ledger.now = lambda: self.time
        self.reader = reader or PlayedReader()
        self.mails = mails or PlainMails()
        if directory:
            self.ledger.import_enterprises(directory, as_of=NOW.date())

    def __enter__(self) -> "Office":
        return self

    def __exit__(self, *_: object) -> None:
        self.ledger.close()

    def later(self, **span: float) -> None:
        self.time += timedelta(**span)

    def examiner(self, ledger=None, archive=None, **office_files) -> Examiner:
        matters = apply_settings(load_matters(), self.settings)
        return Examiner(
            matters=matters,
            calendar=load_calendar(),
            reader=self.reader,
            mailbox_matters=mailbox_matters(self.settings, matters),
            known=Known(
                LedgerRecords(ledger or self.ledger, archive or self.archive, self.mails), self.instance, **office_files
            ),
        )

    def casework(self, ledger=None, archive=None, examiner=None) -> Casework:
        ledger, archive = ledger or self.ledger, archive or self.archive
        examiner = examiner or self.examiner(ledger, archive)
        kept, now = (ledger, archive, self.mails), lambda: self.time
        return Casework(Tools(*kept, examiner, self.words, self.settings, self.instance, now))

    def receive(self, raw: bytes, *, mailbox: str = TRACK_BOX, whole: bool = True) -> int:
        """As intake records it; the mail's id."""
        stored = self.archive.store([raw])
        head = Head(raw)
        for _ in head:
            pass
        arrival: Arrival = head.arrival(stored.sha256)
        delivery = Delivery(mailbox, "INBOX", 1, next(_uids), self.time, len(raw))
        (recorded,) = self.ledger.record_mails([replace(arrival, delivery=delivery, whole=whole)])
        return recorded.mail_id

    def letters(self, mail_id: int | None = None) -> list[tuple[str, str]]:
        """(kind, state) of every letter, or of those that answer one mail."""
        entries = sorted(self.ledger.letters(), key=lambda entry: entry.id)
        return [
            (one.letter.kind, one.letter.state.value) for one in entries if mail_id is None or one.mail_id == mail_id
        ]

    def raw_letter(self, kind: str) -> bytes:
        return next(self.archive.read(one.letter.sha256) for one in self.ledger.letters() if one.letter.kind == kind)


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()
