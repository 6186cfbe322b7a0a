"""Has a letter left, although nobody heard the server say so?

The provider's own Sent folder is the witness. NetEase's header SEARCH is not to be relied on: Message-IDs are read,
from the newest mail back to the day on which the letter was queued. People send from the same mailbox, and a service
may have stood still for days: how many mails lie above a letter says nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from mailbot.errors import ConnectionLost
from mailbot.transport.imap import ImapMailbox
from mailbot.transport.mailbox import Account, FolderState, Stamp

_SLICE: Final = 200  #: mails looked at in one go; the search ends at a slice of which every mail is too old
_SKEW: Final = timedelta(days=1)  #: by which the provider's clock may be behind ours, time zones included


class Evidence(StrEnum):
    FOUND = "found"  #: it lies in the Sent folder
    ABSENT = "absent"  #: the provider keeps what was sent, and it is not there
    NONE = "none"  #: cannot be told: no such folder, or one that the provider does not fill


class SentFolder(Protocol):
    """What is asked of a mailbox here."""

    def sent_folder(self) -> str | None: ...

    def open(self, folder: str, *, writable: bool = False) -> FolderState: ...

    def uids(self) -> Sequence[int]: ...

    def uids_by_fetch(self) -> Sequence[int]: ...

    def stamps(self, uids: Iterable[int]) -> dict[int, Stamp]: ...

    def message_ids(self, uids: Sequence[int]) -> dict[int, str]: ...


def find_in_sent(mailbox: SentFolder, message_id: str, *, since: datetime, provider_keeps: bool) -> Evidence:
    """`since`: when the letter was queued; before that it cannot have left.

    Raises ConnectionLost when the server tells less than it has: an empty answer is no absence.
    """
    folder = mailbox.sent_folder()
    if folder is None:
        return Evidence.NONE
    uids = _all_uids(mailbox, mailbox.open(folder))
    for end in range(len(uids), 0, -_SLICE):
        some = uids[max(0, end - _SLICE) : end]
        told = mailbox.message_ids(some)
        if message_id.strip() in told.values():
            return Evidence.FOUND
        if len(told) < len(some):
            raise ConnectionLost(f"{folder}: {len(told)} of {len(some)} mails were told")
        if all(one.arrived_at < since - _SKEW for one in mailbox.stamps(some).values()):
            break
    return Evidence.ABSENT if provider_keeps else Evidence.NONE


def _all_uids(mailbox: SentFolder, state: FolderState) -> Sequence[int]:
    uids = mailbox.uids()
    if len(uids) < state.exists:
        uids = sorted({*uids, *mailbox.uids_by_fetch()})
    if len(uids) < state.exists:
        raise ConnectionLost(f"{state.folder}: {len(uids)} of {state.exists} mails were told")
    return uids


def seek(account: Account, message_id: str, since: datetime) -> Evidence:
    """Over an own short connection. Raises TransportError: nothing is known then, ask again later."""
    with ImapMailbox(account) as mailbox:
        return find_in_sent(mailbox, message_id, since=since, provider_keeps=account.profile.keeps_sent_mail)
