"""What must an operator or reviewer be told at once, and by whom is it heard?"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

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
    LETTER_UNCERTAIN = "letter_uncertain"  #: a person must find out whether it left


@dataclass(frozen=True)
class Alarm:
    kind: AlarmKind
    mailbox: str
    detail: str = ""


Bell = Callable[[Alarm], None]


def ring(alarm: Alarm) -> None:
    """The plainest bell: a warning in the log."""
    log.warning("alarm", extra={"alarm": alarm.kind.value, "mailbox": alarm.mailbox, "detail": alarm.detail})
