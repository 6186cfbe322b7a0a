"""What must an operator or reviewer be told at once, and where is it kept until it is over?"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

log = logging.getLogger(__name__)


class AlarmKind(StrEnum):
    LOGIN_REFUSED = "login_refused"  #: the authorisation code is wrong or expired
    UNTRUSTED = "untrusted"  #: the server's certificate is wrong
    UNREACHABLE = "unreachable"  #: for several rounds
    FOLDER_REFUSED = "folder_refused"  #: a folder cannot be opened
    DISK_FULL = "disk_full"  #: fetching pauses, mail stays on the server
    MAIL_UNREADABLE = "mail_unreadable"  #: one mail cannot be fetched
    UID_REUSED = "uid_reused"  #: the server gave an old number to another mail
    SENDING_PAUSED = "sending_paused"  #: the provider or our own brake stopped the outbox
    LETTER_FAILED = "letter_failed"  #: refused for good
    DECISIONS_STOPPED = "decisions_stopped"  #: too many replies of one address were refused
    DECISION_FORGED = "decision_forged"  #: somebody else used a reviewer's name or token
    CALENDAR_MISSING = "calendar_missing"  #: next year's holidays are not loaded, from 1 November
    CALENDAR_WRONG = "calendar_wrong"  #: a calendar file was changed and is wrong: the earlier one stays in force
    MAIL_WAITING = "mail_waiting"  #: a mail is not worked for too long
    MAIL_DEADLY = "mail_deadly"  #: workers died over a mail again and again: it is tried ever more rarely
    NOT_POLLED = "not_polled"  #: a mailbox was not looked through for too long
    DISK_LOW = "disk_low"  #: twice what fetching needs is not left
    CONTACTS_OUTDATED = "contacts_outdated"  #: the roster has changed: 联系我们 is to follow (四.(四))
    LETTER_UNCERTAIN = "letter_uncertain"  #: a person must find out whether it left


#: What tells of an event and not of a state that ends by itself stands so long.
PASSING: Final = {
    AlarmKind.DECISION_FORGED: timedelta(days=14),
    AlarmKind.DECISIONS_STOPPED: timedelta(days=2),
    AlarmKind.CONTACTS_OUTDATED: timedelta(days=14),
    AlarmKind.MAIL_UNREADABLE: timedelta(days=14),
    AlarmKind.UID_REUSED: timedelta(days=14),
    AlarmKind.LETTER_FAILED: timedelta(days=14),
}


@dataclass(frozen=True)
class Alarm:
    kind: AlarmKind
    mailbox: str
    detail: str = ""
    about: str = ""  #: what of the mailbox, e.g. a letter: each is an alarm of its own

    @property
    def key(self) -> str:
        return ":".join(filter(None, (self.kind.value, self.mailbox, self.about)))


def about_letter(number: int) -> str:
    """As an alarm names a letter, and as `mailbot letter` is told which one."""
    return f"letter {number}"


def has_passed(key: str, raised_at: datetime, now: datetime) -> bool:
    """Whether an alarm of an event has stood long enough."""
    return any(key.partition(":")[0] == kind and raised_at + span < now for kind, span in PASSING.items())


class Bell(Protocol):
    def ring(self, alarm: Alarm) -> None: ...

    def clear(self, kind: AlarmKind, mailbox: str, about: str = "") -> None:
        """It is over."""
        ...


class LogBell:
    """A warning in the log, each time."""

    def ring(self, alarm: Alarm) -> None:
        log.warning("alarm", extra={"alarm": alarm.kind.value, "mailbox": alarm.mailbox, "detail": alarm.detail})

    def clear(self, kind: AlarmKind, mailbox: str, about: str = "") -> None:
        pass


class AlarmLedger(Protocol):
    def raise_alarm(self, key: str, detail: str = "", now: datetime | None = None) -> bool: ...

    def clear_alarm(self, key: str, now: datetime | None = None) -> bool: ...


class LedgerBell:
    """Stands in the ledger until it is over; a warning in the log when it begins."""

    def __init__(self, ledger: AlarmLedger) -> None:
        self._ledger = ledger
        self._log = LogBell()

    def ring(self, alarm: Alarm) -> None:
        if self._ledger.raise_alarm(alarm.key, alarm.detail):
            self._log.ring(alarm)

    def clear(self, kind: AlarmKind, mailbox: str, about: str = "") -> None:
        if self._ledger.clear_alarm(Alarm(kind, mailbox, about=about).key):
            log.info("alarm over", extra={"alarm": kind.value, "mailbox": mailbox})
