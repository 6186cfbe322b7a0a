"""How does the service talk to an IMAP server? (RFC 3501, on the lowest common denominator of NetEase)

LOGIN, ID, LIST, EXAMINE, UID SEARCH, UID FETCH with PEEK, STORE: nothing else is needed, and nothing unannounced is
sent (QQ drops the connection on an unknown command). Nothing is ever deleted.
"""

import imaplib
import logging
import re
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from typing import Any, Self

import imapclient

from mailbot.errors import ConnectionLost, ProtocolBroken, Untrusted
from mailbot.transport.fetching import Asked, Fetching
from mailbot.transport.imap_errors import NotLoggedIn, translated
from mailbot.transport.mailbox import Account, Batch, Capabilities, FolderState, Stamp
from mailbot.transport.providers import ProviderName
from mailbot.transport.tls import trust
from mailbot.transport.wire import LINE_LIMIT, Budget, GuardedImap, TooMuch

log = logging.getLogger(__name__)

_UID = re.compile(rb"UID (\d+)")
_IDLE_SLICE = 5.0  #: seconds: how soon a stop is noticed while idling


class _Client(imapclient.IMAPClient):  # type: ignore[misc] # imapclient ships no types
    """imapclient over the guarded line."""

    def __init__(self, account: Account, budget: Budget, connect_seconds: float) -> None:
        self._account = account
        self._budget = budget
        self._connect_seconds = connect_seconds
        host, port = account.imap.host, account.imap.port
        super().__init__(host, port, ssl=False, timeout=imapclient.SocketTimeout(connect_seconds, connect_seconds))

    def _create_IMAP4(self) -> GuardedImap:  # noqa: N802 – imapclient's own name for its socket factory
        tls = trust(self._account) if self._account.imap.tls == "implicit" else None
        self.wire = GuardedImap(
            self.host, self.port, connect_seconds=self._connect_seconds, budget=self._budget, tls=tls
        )
        return self.wire


class ImapMailbox:
    """One logged-in connection; a `Mailbox`. For one thread; unusable after any TransportError."""

    def __init__(
        self, account: Account, *, connect_seconds: float = 15, read_seconds: float = 60, command_seconds: float = 180
    ) -> None:
        """Connects and logs in. Raises LoginRefused, Untrusted or ConnectionLost."""
        self.account = account
        self._command_seconds = command_seconds
        self._budget = Budget(read_seconds)
        self._client: _Client | None = None
        self._usable = True
        with translated("connect"):
            self._budget.grant(seconds=connect_seconds + read_seconds, size=1 << 20)
            self._client = _Client(account, self._budget, connect_seconds)
            self._client.wire.debug = 0  # imapclient turns imaplib's own log on, which keeps the password
        try:
            self._secure()
            self._login()
            self.capabilities = self._introduce()
        except BaseException:
            self.close()
            raise
        self._fetching = Fetching(self._ask, account.max_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Logs out: providers count connections that were merely dropped."""
        client, self._client = self._client, None
        if client is None:
            return
        if self._usable:
            with suppress(imaplib.IMAP4.error, OSError, ValueError, TooMuch):
                self._budget.grant(seconds=5, size=1 << 20)
                client.logout()
                return
        with suppress(OSError):
            client.shutdown()

    def intake_folders(self) -> tuple[str, ...]:
        """As configured; else INBOX, what bears the \\Junk mark, and the provider's junk and advertising folders."""
        if self.account.folders is not None:
            return self.account.folders
        listed = self._folders()
        names = {name.casefold() for name in self.account.profile.junk_folders}
        junk = [
            folder
            for folder, marks, leaf in listed
            if "\\junk" in marks or leaf.casefold() in names or folder.casefold() in names
        ]
        return ("INBOX", *(folder for folder in junk if folder.upper() != "INBOX"))

    def sent_folder(self) -> str | None:
        """Where the provider keeps what was sent."""
        listed = self._folders()
        names = [name.casefold() for name in self.account.profile.sent_folders]
        marked = [folder for folder, marks, _ in listed if "\\sent" in marks]
        named = [folder for folder, _, leaf in listed if leaf.casefold() in names or folder.casefold() in names]
        return next(iter([*marked, *named]), None)

    def open(self, folder: str, *, writable: bool = False) -> FolderState:
        with self._command(f"select {folder}"):
            answer = self._live.select_folder(folder, readonly=not writable)
        validity = _number(answer.get(b"UIDVALIDITY"))
        return FolderState(folder, validity, _number(answer.get(b"UIDNEXT")), _number(answer.get(b"EXISTS")))

    def uids(self) -> Sequence[int]:
        """`UID SEARCH ALL` as it stands: NetEase, QQ and AliMail answer other criteria or a CHARSET wrongly.

        Read past imapclient: it knows one SEARCH line only, and boxes a 100,000 UIDs several times over.
        """
        with self._command("search"):
            lines = _demand(self._live.wire.uid("SEARCH", "ALL"))
            words = (word for line in lines if isinstance(line, bytes) for word in line.split())
            numbers = {int(word) for word in words if word.isdigit()}
            numbers.discard(0)
            return array("I", sorted(numbers))

    def uids_by_fetch(self) -> Sequence[int]:
        """The same by `FETCH 1:* (UID)`, for a server whose SEARCH tells less than EXISTS."""
        with self._command("fetch uids", size=LINE_LIMIT * 4):
            lines = _demand(self._live.wire.fetch("1:*", "(UID)"))
            found = (_UID.search(line) for line in lines if isinstance(line, bytes))
            return array("I", sorted({int(match[1]) for match in found if match}))

    def stamps(self, uids: Iterable[int]) -> dict[int, Stamp]:
        return self._fetching.stamps(uids)

    def fetch(self, uids: Iterable[int], *, carefully: bool = False) -> Iterator[Batch]:
        """In batches; `carefully`: one by one and in pieces, whatever size is claimed."""
        return self._fetching.fetch(uids, carefully=carefully)

    def message_ids(self, uids: Sequence[int]) -> dict[int, str]:
        """The Message-IDs of these mails, without any trust in header SEARCH; absent: of whom the server says none."""
        answers = self._ask(Asked(uids, ("BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]",), 2048 * len(uids)))
        return {
            uid: value.partition(b":")[2].strip().decode("latin-1")
            for uid, answer in answers.items()
            for key, value in answer.items()
            if key.startswith(b"BODY[HEADER.FIELDS") and isinstance(value, bytes) and value
        }

    def mark_seen(self, uids: Iterable[int]) -> None:
        wanted = list(uids)
        with self._command("store"):
            if wanted:
                self._live.add_flags(wanted, [imapclient.SEEN], silent=True)

    def idle(self, seconds: float, *, stopped: Callable[[], bool]) -> bool:
        """Waits for news at most so long; True when something came. For an own connection with a folder open.

        Raises ConnectionLost when a wait ends at once and empty: so a dead connection looks (imapclient #565).
        """
        news: list[Any] = []
        with self._command("idle", seconds=seconds + 60):
            self._live.idle()
            until = time.monotonic() + seconds
            while not news and not stopped() and (began := time.monotonic()) < until:
                slice_ = min(_IDLE_SLICE, until - began)
                news = self._live.idle_check(timeout=slice_)
                if not news and time.monotonic() - began < slice_ / 2:
                    raise ConnectionLost("idle: the connection is dead")
            _, rest = self._live.idle_done()
        return any(len(item) > 1 and item[1] == b"EXISTS" for item in [*news, *rest])

    def _secure(self) -> None:
        if self.account.imap.tls != "starttls":
            return
        if not self._live.has_capability("STARTTLS"):
            raise Untrusted(f"{self.account.imap.host} offers no STARTTLS; nothing was sent")
        with self._command("starttls"):
            self._live.starttls(trust(self.account))

    def _login(self) -> None:
        account = self.account
        token = account.token() if account.token else None
        try:
            with self._command("login"):
                if token is None:
                    self._live.login(account.username, account.password)
                else:
                    self._live.oauth2_login(account.username, token)
        except NotLoggedIn as error:
            raise error.told(account.address, by_token=token is not None) from error.__cause__

    def _introduce(self) -> Capabilities:
        """ID before the first SELECT: NetEase answers "NO SELECT Unsafe Login" otherwise (RFC 2971)."""
        with self._command("capability"):
            announced = frozenset(word.decode("ascii", "replace").upper() for word in self._live.capabilities())
            self._live.normalise_times = False  # else INTERNALDATE comes as naive local time
        answer = ""
        if "ID" in announced or self.account.profile.sends_id_always or "X-CM-EXT-1" in announced:
            answer = self._send_id()
        greeting = self._live.wire.welcome
        return Capabilities(announced, greeting.decode("utf-8", "replace") if greeting else "", answer)

    def _send_id(self) -> str:
        told = {
            "name": "mailbot",
            "version": version("mailbot"),
            "vendor": "mailbot",
            "support-email": self.account.address,
        }
        words = " ".join(f'"{key}" "{value}"' for key, value in told.items())
        with self._command("id"):
            wire = self._live.wire
            typ, data = wire.xatom("ID", f"({words})")
            answers = wire.untagged_responses.pop("ID", None) or data
        if typ != "OK" and self.account.profile.name is ProviderName.NETEASE:
            log.warning("server did not take ID", extra={"mailbox": self.account.address})
        return " ".join(line.decode("utf-8", "replace") for line in answers if isinstance(line, bytes))

    def _folders(self) -> list[tuple[str, frozenset[str], str]]:
        """Name, marks in lower case, last part of the name; folders that can be opened."""
        with self._command("list"):
            answer = self._live.list_folders()
        listed = []
        for flags, delimiter, name in answer:
            marks = frozenset(flag.decode("ascii", "replace").lower() for flag in flags)
            leaf = name.rsplit(delimiter.decode("ascii", "replace"), 1)[-1] if delimiter else name
            if "\\noselect" not in marks and "\\nonexistent" not in marks:
                listed.append((name, marks, leaf))
        return listed

    def _ask(self, asked: Asked) -> dict[int, dict[bytes, Any]]:
        """One UID FETCH. An answer that imapclient cannot read raises ValueError: the connection itself is well."""
        # 16 KiB/s is the slowest line on which mail is fetched.
        seconds = self._command_seconds + asked.expected / (16 << 10)
        size = asked.expected + asked.slack + len(asked.uids) * 512
        with self._command("fetch", seconds=seconds, size=size, parse=True):
            answers: dict[int, dict[bytes, Any]] = self._live.fetch(list(asked.uids), list(asked.items))
        return answers

    @property
    def _live(self) -> _Client:
        if self._client is None:
            raise ConnectionLost("the connection is closed")
        return self._client

    @contextmanager
    def _command(
        self, stage: str, *, seconds: float | None = None, size: int = LINE_LIMIT, parse: bool = False
    ) -> Iterator[None]:
        self._budget.grant(seconds=seconds or self._command_seconds, size=size)
        try:
            with translated(stage, parse=parse):
                yield
        except (ConnectionLost, ProtocolBroken):
            self._usable = False
            raise


def open_mailbox(account: Account) -> ImapMailbox:
    return ImapMailbox(account)


def _demand(answer: tuple[str, Any]) -> list[Any]:
    typ, data = answer
    if typ != "OK":
        raise imaplib.IMAP4.error(f"{typ} {data!r}")
    return list(data)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
