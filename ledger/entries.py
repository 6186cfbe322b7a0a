"""What goes into the ledger and what comes out of it?

Frozen values. Datetimes are aware and kept in UTC; days are calendar days in Asia/Shanghai.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class MailState(StrEnum):
    """Where a received mail stands."""

    RECORDED = "recorded"  #: archived, waiting to be worked
    FILED = "filed"  #: belongs to a case
    SET_ASIDE = "set_aside"  #: no application; kept, not answered
    ANSWERED = "answered"  #: answered without a case (wrong mailbox, question, reminder)
    DUPLICATE = "duplicate"  #: the same bytes again, or an unchanged application again
    BACKLOG = "backlog"  #: older than the mailbox's `since`: recorded without an answer
    QUARANTINED = "quarantined"  #: could not be worked: a person must look


class CaseState(StrEnum):
    """Where a case (件) stands, in the order of 二.(三)."""

    REFERRED = "referred"  #: 待人工核对
    AWAITING_CORRECTION = "awaiting_correction"  #: 已告知补正
    COMPLETE = "complete"  #: 材料齐全, waiting for 企业复核 / 审核
    ON_SITE = "on_site"  #: 待现场办理
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"  #: 直接办理 or otherwise ended

    @property
    def is_open(self) -> bool:
        return self not in {CaseState.APPROVED, CaseState.REJECTED, CaseState.WITHDRAWN, CaseState.CLOSED}


class LetterState(StrEnum):
    """Where an outgoing mail stands."""

    HELD = "held"  #: drafted; waits for a reviewer's nod
    QUEUED = "queued"
    SENDING = "sending"  #: handed to SMTP; found so after a crash it is uncertain
    SENT = "sent"
    UNCERTAIN = "uncertain"  #: cannot be told whether it left; a person decides
    FAILED = "failed"  #: refused for good
    BOUNCED = "bounced"  #: sent, and came back
    CANCELLED = "cancelled"  #: replaced or withdrawn before it was sent


@dataclass(frozen=True)
class Delivery:
    """One appearance of a mail on a server."""

    mailbox: str
    folder: str
    uidvalidity: int
    uid: int
    arrived_at: datetime  #: INTERNALDATE
    size: int  #: as archived


@dataclass(frozen=True)
class Arrival:
    """A mail whose bytes are archived, as intake hands it in."""

    delivery: Delivery
    sha256: str
    subject: str = ""
    author: str | None = None  #: bare address; mails without one share one place in the queue
    message_id: str | None = None
    thread: tuple[str, ...] = ()  #: Message-IDs of References and In-Reply-To
    whole: bool = True  #: False: only the headers were fetched (over the size limit)
    state: MailState = MailState.RECORDED  #: or BACKLOG, or whatever intake can tell without opening it
    reason: str = ""


@dataclass(frozen=True)
class Recorded:
    """What became of an arrival."""

    mail_id: int
    new: bool  #: False: these bytes were known in this mailbox; only the delivery was noted
    same_as: int | None = None  #: the mail with the same bytes in another mailbox (D17)


@dataclass(frozen=True)
class MailEntry:
    """One received mail."""

    id: int
    mailbox: str
    sha256: str
    state: MailState
    arrived_at: datetime
    message_id: str | None
    subject: str
    author: str | None
    reason: str  #: why it stands where it stands: a stable English word, told in Chinese by templates
    case_number: str | None
    attempts: int
    whole: bool  #: False: only the headers were fetched (over the size limit)
    same_as: int | None = None  #: the mail with the same bytes in another mailbox (D17); worked before this one
    thread: tuple[str, ...] = ()  #: Message-IDs of References and In-Reply-To


@dataclass(frozen=True)
class Claim:
    """The right to work one mail until `lease_until`; `fence` proves it at the end."""

    mail: MailEntry
    fence: int
    lease_until: datetime
    deaths: int = 0  #: claims of this mail before, whose workers did not come back


@dataclass(frozen=True)
class Reply:
    """The mail by which a person decides: it ends, and its token is used, in the transaction of the decision."""

    claim: Claim
    token: str | None = None  #: digest
    round: int | None = None  #: the last examined mail that the person had seen


@dataclass(frozen=True)
class FindingEntry:
    code: str
    severity: str
    clause: str
    message: str  #: the Chinese sentence, numbers masked
    document: str | None = None
    page: int | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ClockEntry:
    id: str
    clause: str
    due: date | None
    earliest: date | None = None
    latest: date | None = None
    started_on: date | None = None
    stopped_on: date | None = None
    first_due: date | None = field(default=None, compare=False)  #: of its first run; the ledger keeps it


@dataclass(frozen=True)
class Letter:
    """An outgoing mail as it is queued: its bytes are archived and never rendered again."""

    kind: str  #: receipt, correction, complete, wrong_mailbox, duplicate, reminder_receipt, answer …; unique per mail
    mailbox: str  #: sent from
    recipients: tuple[str, ...]
    subject: str
    message_id: str  #: fixed when queued
    sha256: str  #: of the raw bytes in the archive
    state: LetterState = LetterState.QUEUED
    not_before: datetime | None = None
    certain_only: bool = False  #: the draft that may go out on the due day with the certain defects alone
    purpose: str = ""  #: unique for ever, e.g. "digest:2026-11-20:a@b"; empty: made from the mail and the kind


@dataclass(frozen=True)
class LetterEntry:
    """A row of the outbox."""

    id: int
    letter: Letter
    mail_id: int | None
    case_number: str | None
    attempts: int
    fence: int
    queued_at: datetime
    sent_at: datetime | None
    last_error: str
    sending_at: datetime | None = None  #: when it was last handed to SMTP


@dataclass(frozen=True)
class CaseFacts:
    """What the ledger keeps of an application when its mail has been examined."""

    matter: str
    action: str | None
    submitted_by: str | None
    firm: str | None
    engineer: str | None
    verdict: str
    office: str
    received_at: datetime
    applicant: str  #: address that is answered
    pack_version: str
    findings: tuple[FindingEntry, ...] = ()
    clocks: tuple[ClockEntry, ...] = ()
    documents: tuple[dict[str, Any], ...] = ()  #: as `check --json` shows them, numbers masked
    credit_identifier: str | None = None
    project: str | None = None
    section: str | None = None
    post: str | None = None
    started_on: date | None = None
    ended_on: date | None = None
    fingerprint: str = ""  #: of applicant, matter and attachments: for recognising the same application again
    engineer_key: str | None = None  #: keyed hash of the engineer's ID number; the number itself is not kept
    handler_key: str | None = None  #: the same of the 承办人
    signatures: tuple[str, ...] = ()  #: perceptual hashes of signatures; SHA-256 of files


@dataclass(frozen=True)
class CaseEntry:
    """One row of the work ledger (工作台账)."""

    number: str
    state: CaseState
    facts: CaseFacts
    mailbox: str
    opened_at: datetime
    rounds: int  #: how often a correction was told
    first_feedback_at: datetime | None
    reviewer: str | None
    closed_at: datetime | None
    keep_until: date | None
    steps: dict[str, Any] = field(default_factory=dict)  #: what reviewers entered, by name of the step
    sha256: str = ""  #: of the mail that opened it


@dataclass(frozen=True)
class EventEntry:
    """One line of a case's history; never changed."""

    at: datetime
    actor: str  #: "mailbot", a reviewer's address, "operator"
    action: str
    case_number: str | None
    mail_id: int | None
    detail: dict[str, Any] = field(default_factory=dict)
    seq: int = 0
    hash: str = ""


@dataclass(frozen=True)
class Enterprise:
    """监理企业 as the directory knows it on one day."""

    name: str
    credit_identifier: str
    contact_address: str
    legal_representative: str | None = None
    contact: str | None = None
    phone: str | None = None
    former_names: tuple[str, ...] = ()
    valid_from: date | None = None
    earlier_addresses: tuple[str, ...] = ()  #: contact addresses that were replaced
