"""What can be asked of the ledger, and in what shape does it answer?"""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from ledger.entries import CaseEntry, CaseState, ClockEntry, EventEntry, FindingEntry, LetterEntry, MailEntry


class FoundBy(StrEnum):
    """By what a case was recognised, the strongest first."""

    SAME_BYTES = "same_bytes"  #: the very mail, delivered to another mailbox too (D17)
    DUPLICATE = "duplicate"  #: the same application, unchanged
    NUMBER = "number"  #: its number stands in the subject
    THREAD = "thread"  #: answers one of our mails, or one of the applicant's in this case
    OPEN_CASE = "open_case"  #: same applicant, matter, action and engineer, not yet ended
    OTHER_SIDE = "other_side"  #: the same of another applicant: engineer and enterprise both file (E25)


@dataclass(frozen=True)
class CaseQuery:
    """What a mail shows of the case that it may belong to; what is unknown stays empty."""

    numbers: tuple[str, ...] = ()
    thread: tuple[str, ...] = ()
    fingerprint: str = ""
    same_as: int | None = None
    applicant: str | None = None
    matter: str | None = None
    action: str | None = None
    firm: str | None = None
    engineer: str | None = None
    engineer_key: str | None = None


@dataclass(frozen=True)
class CaseMatch:
    """The case found. A number or a Message-ID can be quoted by anyone: compare `applicant` before telling anything."""

    number: str
    by: FoundBy
    state: CaseState
    applicant: str
    mailbox: str
    matter: str
    firm: str | None
    rounds: int
    project: str | None = None
    action: str | None = None
    submitted_by: str | None = None
    engineer: str | None = None


@dataclass(frozen=True)
class CaseFilter:
    """Which cases; every given condition must hold."""

    states: tuple[CaseState, ...] = ()
    open_only: bool = False
    matter: str | None = None
    mailboxes: tuple[str, ...] = ()
    firm: str | None = None
    engineer: str | None = None
    reviewer: str | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None
    due_from: date | None = None  #: a period of the office that still runs is due on or after
    due_until: date | None = None  #: … and on or before
    overdue_on: date | None = None  #: one that binds it was due before this day
    numbers: tuple[str, ...] = ()  #: these cases alone
    project: str | None = None  #: part of its name
    text: str | None = None  #: part of number, firm, engineer or project


@dataclass(frozen=True)
class EngagementEntry:
    """在岗经历 of an engineer, from his cases."""

    project: str
    section: str
    post: str
    started_on: date | None
    ended_on: date | None
    case_number: str


@dataclass(frozen=True)
class HandledEntry:
    """The latest case of an enterprise in which this 承办人 acted for it."""

    firm: str
    case_number: str


@dataclass(frozen=True)
class Examined:
    """One examined mail of a case."""

    round: int
    mail_id: int
    at: datetime
    received_at: datetime
    verdict: str
    pack_version: str
    findings: tuple[FindingEntry, ...]
    documents: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class CaseFile:
    """A case with everything that belongs to it."""

    case: CaseEntry
    examinations: tuple[Examined, ...]
    mails: tuple[MailEntry, ...]
    letters: tuple[LetterEntry, ...]
    events: tuple[EventEntry, ...]


@dataclass(frozen=True)
class OpenClock:
    """A period that still runs."""

    case_number: str
    mailbox: str
    received_at: datetime
    clock: ClockEntry
    binds: bool = True  #: the office's own, and late when it is over; else it only warns, or is another's


@dataclass(frozen=True)
class SentCounts:
    """Letters handed to SMTP, for the brakes (D12, F14)."""

    to_recipient_hour: int
    to_recipient_day: int
    of_case_day: int
    all_hour: int


@dataclass(frozen=True)
class MailboxEntry:
    """How a mailbox fares."""

    address: str
    capabilities: tuple[str, ...] = ()
    polled_at: datetime | None = None
    last_error: str = ""
    failing_since: datetime | None = None
    logins_refused: int = 0
    epochs: dict[str, tuple[int, ...]] = field(default_factory=dict)  #: folder → UIDVALIDITY values, oldest first


@dataclass(frozen=True)
class AlarmEntry:
    key: str
    detail: str
    raised_at: datetime
    cleared_at: datetime | None


@dataclass(frozen=True)
class Imported:
    """What an import of the directory came to."""

    added: int
    changed: int
    unchanged: int
