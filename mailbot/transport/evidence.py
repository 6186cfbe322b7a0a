"""Has a letter left, although nobody heard the server say so?

The provider's own Sent folder is the witness. NetEase's header SEARCH is not to be relied on: Message-IDs are read.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from mailbot.transport.imap import ImapMailbox
from mailbot.transport.mailbox import Account, FolderState

_NEWEST = 50


class Evidence(StrEnum):
    FOUND = "found"  #: it lies in the Sent folder
    ABSENT = "absent"  #: the provider keeps what was sent, and it is not there
    NONE = "none"  #: cannot be told: no such folder, or one that the provider does not fill


class SentFolder(Protocol):
    """What is asked of a mailbox here."""

    def sent_folder(self) -> str | None: ...

    def open(self, folder: str, *, writable: bool = False) -> FolderState: ...

    def uids(self) -> Sequence[int]: ...

    def message_ids(self, uids: Sequence[int]) -> set[str]: ...


def find_in_sent(mailbox: SentFolder, message_id: str, *, provider_keeps: bool) -> Evidence:
    """Looks through the newest mails of the Sent folder."""
    folder = mailbox.sent_folder()
    if folder is None:
        return Evidence.NONE
    mailbox.open(folder)
    newest = list(mailbox.uids()[-_NEWEST:])
    if newest and message_id.strip() in mailbox.message_ids(newest):
        return Evidence.FOUND
    return Evidence.ABSENT if provider_keeps else Evidence.NONE


def seek(account: Account, message_id: str) -> Evidence:
    """Over an own short connection. Raises TransportError: nothing is known then, ask again later."""
    with ImapMailbox(account) as mailbox:
        return find_in_sent(mailbox, message_id, provider_keeps=account.profile.keeps_sent_mail)
