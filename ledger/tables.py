"""Which tables does the ledger consist of?

Used by no one outside this package. Queries are written against the tables (`MAIL`, `CASE` …); the classes
describe them.
"""

from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Column, Index, Integer, Table, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from ledger.columns import Structure, UtcTime, Words


def _words(*, nullable: bool = False, **more: Any) -> Any:
    if nullable:
        return Field(default=None, sa_column=Column(Words, nullable=True, **more))
    return Field(default="", sa_column=Column(Words, nullable=False, default="", **more))


def _time(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(UtcTime, nullable=nullable))


def _structure() -> Any:
    return Field(sa_column=Column(Structure, nullable=False))


class MailRow(SQLModel, table=True):
    """One received mail: the same bytes in one mailbox are one mail, however often they are delivered (E36)."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("mailbox", "sha256", name="mail_bytes"),
        Index(
            "mail_waiting",
            "turn",
            "id",
            sqlite_where=text("state='recorded'"),
            postgresql_where=text("state='recorded'"),
        ),
        Index("mail_worked", "turn", sqlite_where=text("attempts>0"), postgresql_where=text("attempts>0")),
        Index("mail_sender", "sender_key", "turn"),
        Index("mail_hash", "sha256"),
        Index("mail_message_id", "message_id"),
        Index("mail_case", "case_number"),
        Index("mail_state", "state", "recorded_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = _words()
    sha256: str = _words()
    state: str = _words()
    arrived_at: datetime = _time()
    recorded_at: datetime = _time()
    message_id: str | None = _words(nullable=True)
    subject: str = _words()
    author: str | None = _words(nullable=True)
    sender_key: str = _words()  #: the author folded, for fairness only
    thread: Any = _structure()  #: Message-IDs of References and In-Reply-To
    reason: str = _words()
    case_number: str | None = _words(nullable=True)
    whole: bool = True
    same_as: int | None = Field(default=None, foreign_key="mail.id")  #: first mail of the same bytes elsewhere (D17)
    turn: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))  #: place in the fair queue
    attempts: int = 0  #: claims so far
    strikes: int = 0  #: failures that the worker lived to see
    deaths: int = 0  #: claims whose worker did not come back; one under way is reckoned in until it is given back
    fence: int = 0
    worker: str | None = _words(nullable=True)
    not_before: datetime = _time()  #: may be claimed from here on: the end of a lease, or the next try
    marked_on: date | None = None  #: retention has ended: to be destroyed seven days on
    purged_at: datetime | None = _time(nullable=True)


class DeliveryRow(SQLModel, table=True):
    """One appearance of a mail on a server."""

    __tablename__ = "delivery"
    __table_args__ = (UniqueConstraint("mailbox", "folder", "uidvalidity", "uid", name="delivery_uid"),)
    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = _words()
    folder: str = _words()
    uidvalidity: int = Field(sa_column=Column(BigInteger, nullable=False))
    uid: int = Field(sa_column=Column(BigInteger, nullable=False))
    mail_id: int = Field(foreign_key="mail.id", index=True)
    arrived_at: datetime = _time()
    size: int = Field(sa_column=Column(BigInteger, nullable=False))
    recorded_at: datetime = _time()


class NumberRow(SQLModel, table=True):
    """Case numbers given out: one for a mail, for ever."""

    __tablename__ = "number"
    __table_args__ = (UniqueConstraint("office_code", "year", "serial", name="number_serial"),)
    number: str = Field(sa_column=Column(Words, primary_key=True))
    mail_id: int = Field(sa_column=Column(Integer, nullable=False, unique=True))
    office_code: str = _words()
    year: int
    serial: int


class CaseRow(SQLModel, table=True):
    """A case (件) as it stands; how it came there is told by its examinations and events."""

    __tablename__ = "registration"  # CASE is a word of SQL
    __table_args__ = (
        Index("case_state", "state", "received_at"),
        Index("case_received", "received_at"),
        Index("case_opened", "opened_at"),
        Index("case_closed", "closed_at"),
        Index("case_reviewer", "reviewer", "received_at"),
        Index("case_mailbox", "mailbox", "received_at"),
        Index("case_same_matter", "applicant", "matter"),
        Index("case_firm", "firm_key"),
        Index("case_engineer", "engineer_key"),
        Index("case_named", "engineer", "received_at"),
        Index("case_handler", "handler_key"),
    )
    number: str = Field(sa_column=Column(Words, primary_key=True))
    state: str = _words()
    mailbox: str = _words()
    mail_id: int = Field(foreign_key="mail.id")  #: that opened it
    matter: str = _words()
    action: str | None = _words(nullable=True)
    submitted_by: str | None = _words(nullable=True)
    firm: str | None = _words(nullable=True)
    firm_key: str | None = _words(nullable=True)
    engineer: str | None = _words(nullable=True)
    engineer_key: str | None = _words(nullable=True)
    handler_key: str | None = _words(nullable=True)
    credit_identifier: str | None = _words(nullable=True)
    project: str | None = _words(nullable=True)
    section: str | None = _words(nullable=True)
    post: str | None = _words(nullable=True)
    started_on: date | None = None
    ended_on: date | None = None
    verdict: str = _words()
    office: str = _words()
    applicant: str = _words()
    received_at: datetime = _time()
    opened_at: datetime = _time()
    rounds: int = 0
    first_feedback_at: datetime | None = _time(nullable=True)
    reviewer: str | None = _words(nullable=True)
    closed_at: datetime | None = _time(nullable=True)
    keep_until: date | None = None
    hold: str | None = _words(nullable=True)  #: why it must not be destroyed (诉讼, 审计), whatever its age
    marked_on: date | None = None  #: retention has ended: to be destroyed seven days on
    purged_at: datetime | None = _time(nullable=True)
    steps: Any = _structure()  #: what reviewers entered, by name of the step


class ExaminationRow(SQLModel, table=True):
    """One examined mail of a case: its round."""

    __tablename__ = "examination"
    __table_args__ = (Index("examination_case", "case_number", "round"), Index("examination_print", "fingerprint"))
    id: int | None = Field(default=None, primary_key=True)
    case_number: str = Field(sa_column=Column(Words, nullable=False))
    mail_id: int = Field(foreign_key="mail.id", unique=True)
    round: int
    at: datetime = _time()
    received_at: datetime = _time()
    verdict: str = _words()
    pack_version: str = _words()
    fingerprint: str = _words()
    documents: Any = _structure()
    findings: Any = _structure()


class FindingRow(SQLModel, table=True):
    """Codes of findings, for filters and figures; the whole finding lies in its examination."""

    __tablename__ = "finding"
    __table_args__ = (Index("finding_code", "code", "severity"),)
    id: int | None = Field(default=None, primary_key=True)
    examination_id: int = Field(foreign_key="examination.id", index=True)
    case_number: str = Field(sa_column=Column(Words, nullable=False, index=True))
    code: str = _words()
    severity: str = _words()


class ClockRow(SQLModel, table=True):
    """One period of the circular as it runs for a case."""

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("case_number", "name", name="clock_of_case"),
        Index("clock_day", "due", "case_number"),
        Index("clock_first", "first_due", "name"),
        Index("clock_due", "due", sqlite_where=text("stopped_on IS NULL"), postgresql_where=text("stopped_on IS NULL")),
    )
    id: int | None = Field(default=None, primary_key=True)
    case_number: str = Field(sa_column=Column(Words, nullable=False))
    name: str = _words()
    clause: str = _words()
    due: date | None = None
    earliest: date | None = None
    latest: date | None = None
    started_on: date | None = None
    stopped_on: date | None = None
    first_due: date | None = None  #: of its first run: whether the first feedback was in time hangs on it


class SignatureRow(SQLModel, table=True):
    """Where a signature's picture, or a file with a page of the national system, was seen first (E39)."""

    __tablename__ = "signature"
    __table_args__ = (UniqueConstraint("fingerprint", "case_number", name="signature_in_case"),)
    id: int | None = Field(default=None, primary_key=True)
    fingerprint: str = _words()
    case_number: str = _words()


class LetterRow(SQLModel, table=True):
    """An outgoing mail: unique by (mail, kind), by its purpose, and by its Message-ID."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("mail_id", "kind", name="letter_of_mail"),
        UniqueConstraint("purpose", name="letter_purpose"),
        UniqueConstraint("message_id", name="letter_message_id"),
        Index("letter_state", "state", "not_before"),
        Index("letter_case", "case_number"),
        Index("letter_sending", "sending_at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    mail_id: int | None = Field(default=None, foreign_key="mail.id")
    case_number: str | None = _words(nullable=True)
    purpose: str = _words()
    kind: str = _words()
    mailbox: str = _words()
    recipients: Any = _structure()
    subject: str = _words()
    message_id: str = _words()
    sha256: str = _words()
    state: str = _words()
    not_before: datetime = _time()
    certain_only: bool = False
    attempts: int = 0
    fence: int = 0
    worker: str | None = _words(nullable=True)
    lease_until: datetime | None = _time(nullable=True)
    queued_at: datetime = _time()
    sending_at: datetime | None = _time(nullable=True)  #: last handed to SMTP
    sent_at: datetime | None = _time(nullable=True)
    answer: str = _words()
    last_error: str = _words()
    marked_on: date | None = None  #: retention has ended: to be destroyed seven days on
    purged_at: datetime | None = _time(nullable=True)


class RecipientRow(SQLModel, table=True):
    """Who a letter goes to, for the brakes (D12)."""

    __tablename__ = "recipient"
    __table_args__ = (UniqueConstraint("address", "letter_id", name="recipient_of_letter"),)
    id: int | None = Field(default=None, primary_key=True)
    letter_id: int = Field(foreign_key="letter.id", index=True)
    address: str = _words()  #: folded


class TokenRow(SQLModel, table=True):
    """A reviewer's one-time right to decide one case by reply: only a keyed hash of it is kept."""

    __tablename__ = "token"
    __table_args__ = (Index("token_case", "case_number"),)
    digest: str = Field(sa_column=Column(Words, primary_key=True))
    case_number: str = _words()
    reviewer: str = _words()  #: folded address
    state: str = _words()  #: of the case when it was issued: what the reviewer saw
    round: int  #: the same: the last examined mail
    pending: Any = _structure()  #: the decision that only waits for a confirmation, or {}
    issued_at: datetime = _time()
    expires_at: datetime = _time()
    used_at: datetime | None = _time(nullable=True)


class EventRow(SQLModel, table=True):
    """What happened: a chain that triggers keep from being altered. No personal data in it."""

    __tablename__ = "event"
    __table_args__ = (
        Index("event_case", "case_number", "seq"),
        Index("event_mail", "mail_id"),
        Index("event_at", "at"),
    )
    seq: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = _time()
    actor: str = _words()
    action: str = _words()
    case_number: str | None = _words(nullable=True)
    mail_id: int | None = None
    detail: Any = _structure()
    prev_hash: str = _words()
    hash: str = Field(sa_column=Column(Words, nullable=False, unique=True))


class EnterpriseRow(SQLModel, table=True):
    """An enterprise as the directory knew it from one day (inclusive) to another (exclusive)."""

    __tablename__ = "enterprise"
    __table_args__ = (Index("enterprise_key", "key"), Index("enterprise_address", "address_key"))
    id: int | None = Field(default=None, primary_key=True)
    key: str = _words()
    name: str = _words()
    credit_identifier: str = _words(index=True)
    contact_address: str = _words()
    address_key: str = _words()
    legal_representative: str | None = _words(nullable=True)
    contact: str | None = _words(nullable=True)
    phone: str | None = _words(nullable=True)
    former_names: Any = _structure()
    valid_from: date | None = None  #: None: as far back as anyone asks
    valid_until: date | None = None
    imported_at: datetime = _time()


class MailboxRow(SQLModel, table=True):
    """How a mailbox fares."""

    __tablename__ = "mailbox"
    address: str = Field(sa_column=Column(Words, primary_key=True))
    capabilities: Any = _structure()
    polled_at: datetime | None = _time(nullable=True)
    last_error: str = _words()
    failing_since: datetime | None = _time(nullable=True)
    logins_refused: int = 0


class EpochRow(SQLModel, table=True):
    """UIDVALIDITY values a folder has had: each is a key space of its own (F5)."""

    __tablename__ = "epoch"
    __table_args__ = (UniqueConstraint("mailbox", "folder", "uidvalidity", name="epoch_of_folder"),)
    id: int | None = Field(default=None, primary_key=True)
    mailbox: str = _words()
    folder: str = _words()
    uidvalidity: int = Field(sa_column=Column(BigInteger, nullable=False))
    first_seen_at: datetime = _time()


class AlarmRow(SQLModel, table=True):
    """What a person was, or is, to look at."""

    __tablename__ = "alarm"
    key: str = Field(sa_column=Column(Words, primary_key=True))
    detail: str = _words()
    raised_at: datetime = _time()
    cleared_at: datetime | None = _time(nullable=True)


class ErasureRow(SQLModel, table=True):
    """A raw mail whose rows are blanked already and whose file is still to be removed from the archive."""

    __tablename__ = "erasure"
    sha256: str = Field(sa_column=Column(Words, primary_key=True))


class MetaRow(SQLModel, table=True):
    """Small values of the whole ledger, by name."""

    __tablename__ = "meta"
    key: str = Field(sa_column=Column(Words, primary_key=True))
    value: Any = _structure()


METADATA: Final = SQLModel.metadata


def _table(name: str) -> Table:
    return METADATA.tables[name]


MAIL: Final = _table("mail")
DELIVERY: Final = _table("delivery")
NUMBER: Final = _table("number")
CASE: Final = _table("registration")
EXAMINATION: Final = _table("examination")
FINDING: Final = _table("finding")
CLOCK: Final = _table("clock")
SIGNATURE: Final = _table("signature")
LETTER: Final = _table("letter")
RECIPIENT: Final = _table("recipient")
TOKEN: Final = _table("token")
EVENT: Final = _table("event")
ENTERPRISE: Final = _table("enterprise")
MAILBOX: Final = _table("mailbox")
EPOCH: Final = _table("epoch")
ALARM: Final = _table("alarm")
ERASURE: Final = _table("erasure")
META: Final = _table("meta")
