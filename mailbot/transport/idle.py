"""Can the server tell us that mail has come, so that we need not wait for the next poll? (RFC 2177)

Only a wake-up: what is new is found by the poll. An own connection, where the server announces IDLE.
"""

import logging
import random
import threading
from collections.abc import Callable

from mailbot.errors import TransportError
from mailbot.transport.imap import ImapMailbox
from mailbot.transport.mailbox import Account

log = logging.getLogger(__name__)

_RENEW = 600.0  #: RFC 2177 asks for less than 29 minutes, firewalls for less than 15
_BACK_OFF = (5.0, 900.0)


def watch(account: Account, *, wake: Callable[[], None], stop: threading.Event) -> None:
    """Calls `wake` for each sign of new mail until `stop`; returns at once where the server offers no IDLE."""
    delay = _BACK_OFF[0]
    while not stop.is_set():
        try:
            with ImapMailbox(account) as mailbox:
                if "IDLE" not in mailbox.capabilities:
                    return
                mailbox.open("INBOX")
                delay = _BACK_OFF[0]
                while not stop.is_set():
                    if mailbox.idle(_RENEW, stopped=stop.is_set):
                        wake()
        except TransportError as error:
            log.info("idle connection lost", extra={"mailbox": account.address, "reason": str(error)})
        stop.wait(delay * random.uniform(0.8, 1.2))  # noqa: S311 – jitter, no secret
        delay = min(delay * 2, _BACK_OFF[1])
