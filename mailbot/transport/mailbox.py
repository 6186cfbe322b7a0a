"""What does the service need of a mailbox, whatever protocol serves it?"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal, Protocol, Self

from mailbot.transport.providers import Provider, provider_of

Tls = Literal["implicit", "starttls", "none"]
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Endpoint:
    """Where a server listens, and how the line is protected; nothing falls back to a weaker protection."""

    host: str
    port: int
    tls: Tls = "implicit"


@dataclass(frozen=True)
class Account:
    """One review mailbox as the transport sees it."""

    address: str
    imap: Endpoint
    smtp: Endpoint
    username: str
    password: str = field(repr=False)
    token: Callable[[], str] | None = field(default=None, repr=False, compare=False)
    #: XOAUTH2 instead of the password; asked before every login, may raise TransportError
    folders: tuple[str, ...] | None = None  #: None: INBOX and the junk folders
    since: date | None = None  #: older mail is recorded without answers
    provider: Provider | None = None  #: None: told by the IMAP host
    ca_file: Path | None = None  #: an own certificate authority
    mark_seen: bool = False  #: set \\Seen once a mail is in the ledger
    max_bytes: int = 80 * MEBIBYTE  #: of a larger mail only the headers are fetched

    @property
    def profile(self) -> Provider:
        return self.provider or provider_of(self.imap.host)


@dataclass(frozen=True)
class FolderState:
    """What SELECT told about a folder."""

    folder: str
    uidvalidity: int  #: 0: the server tells none; content hashes decide then
    uidnext: int  #: 0: not told
    exists: int


@dataclass(frozen=True)
class Capabilities:
    """What the server announced after login: kept for support questions."""

    announced: frozenset[str]
    greeting: str = ""
    id_answer: str = ""

    def __contains__(self, name: str) -> bool:
        return name.upper() in self.announced


@dataclass(frozen=True)
class Stamp:
    """What identifies a mail without fetching it."""

    uid: int
    size: int  #: RFC822.SIZE; some servers lie
    arrived_at: datetime  #: INTERNALDATE, aware


@dataclass(frozen=True)
class RawMail:
    """One mail as the server gave it."""

    stamp: Stamp
    content: bytes | Iterator[bytes]  #: pieces of a large mail: to be used up before the next batch is asked for
    whole: bool = True  #: False: headers only, the mail is over the size limit

    @property
    def uid(self) -> int:
        return self.stamp.uid


@dataclass(frozen=True)
class Unreadable:
    """A mail that the server or its answer does not let us have."""

    stamp: Stamp
    why: str
    passing: bool = False  #: may come another time


Batch = Sequence[RawMail | Unreadable]


class Mailbox(Protocol):
    """One logged-in connection to one mailbox: for one thread, closed by `with`."""

    capabilities: Capabilities

    def __enter__(self) -> Self: ...

    def __exit__(self, *exc: object) -> None: ...

    def intake_folders(self) -> tuple[str, ...]:
        """The folders to be looked through, in order."""
        ...

    def open(self, folder: str, *, writable: bool = False) -> FolderState:
        """Makes a folder the current one; read-only unless said otherwise."""
        ...

    def uids(self) -> Sequence[int]:
        """All UIDs of the current folder, ascending."""
        ...

    def uids_by_fetch(self) -> Sequence[int]:
        """The same, asked in a dearer way, when the first answer was too short."""
        ...

    def stamps(self, uids: Iterable[int]) -> dict[int, Stamp]:
        """Sizes and arrival times; a UID that is gone is absent."""
        ...

    def fetch(self, uids: Iterable[int], *, carefully: bool = False) -> Iterator[Batch]:
        """The mails in batches of bounded memory; a UID that is gone is absent.

        `carefully`: one by one and in pieces, whatever sizes the server tells.
        """
        ...

    def mark_seen(self, uids: Iterable[int]) -> None:
        """Sets \\Seen: a courtesy to people, never our memory."""
        ...
