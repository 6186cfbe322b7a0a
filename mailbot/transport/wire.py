"""How is a hostile or broken IMAP server kept from hanging us or filling our memory?

imaplib reads literals of any announced length in one go (cpython #119511, open in Python 3.11.2), refuses lines above
1 MB (a SEARCH answer of 150,000 UIDs is longer) and knows a timeout for each read only, so that one byte every ten
seconds holds it for ever. Here every command has a total deadline and an allowance of bytes.
"""

import imaplib
import socket
import ssl
import time
from collections.abc import Callable
from typing import Any

LINE_LIMIT = 24 << 20  #: bytes; a SEARCH answer for two million mails
_RECEIVE = 1 << 16


class TooMuch(Exception):
    """The server sends more than was asked for: the connection is unusable. No imaplib error: those it wraps anew."""


class Budget:
    """How long and how much one command may still read."""

    def __init__(self, read_seconds: float) -> None:
        self._read_seconds = read_seconds
        self._until = time.monotonic() + read_seconds
        self._bytes = LINE_LIMIT

    def grant(self, *, seconds: float, size: int) -> None:
        """A new command begins."""
        self._until = time.monotonic() + seconds
        self._bytes = size

    def patience(self) -> float:
        """Seconds for the next read."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the server was too slow: the total time of the command is used up")
        return min(left, self._read_seconds)

    def spend(self, count: int) -> None:
        self._bytes -= count
        if self._bytes < 0:
            raise TooMuch("the server sends more than was asked for")

    def affords(self, count: int) -> bool:
        return count <= self._bytes


class _Reader:
    """A buffer before the socket; what was not asked for yet stays in it, an incomplete line too."""

    def __init__(self, current: Callable[[], socket.socket], budget: Budget) -> None:
        self._current = current
        self._sock = current()
        self._budget = budget
        self.buffer = bytearray()

    def line(self) -> bytes:
        """Up to and with the next LF; b"" at the end of the connection."""
        self._follow_starttls()
        searched = 0
        while (end := self.buffer.find(b"\n", searched)) < 0:
            searched = len(self.buffer)
            if searched > LINE_LIMIT:
                raise TooMuch("line without an end")
            if not self._receive():
                return b""
        return self._cut(end + 1)

    def exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            if not self._receive():
                raise imaplib.IMAP4.abort("connection closed within a literal")
        return self._cut(size)

    def _follow_starttls(self) -> None:
        if self._current() is self._sock:
            return
        if self.buffer:  # put there in plain text by somebody in between (the class of CVE-2011-0411)
            raise TooMuch("plain text behind STARTTLS")
        self._sock = self._current()

    def _receive(self) -> bool:
        if self._sock.gettimeout() != 0.0:  # imapclient's idle_check reads what is there and waits for nothing
            self._sock.settimeout(self._budget.patience())
        piece = self._sock.recv(_RECEIVE)
        self._budget.spend(len(piece))
        self.buffer += piece
        return bool(piece)

    def _cut(self, size: int) -> bytes:
        taken = bytes(memoryview(self.buffer)[:size])
        del self.buffer[:size]
        return taken


class GuardedImap(imaplib.IMAP4):
    """imaplib over a budgeted reader; with `tls` the socket is wrapped from the first byte."""

    def __init__(
        self, host: str, port: int, *, connect_seconds: float, budget: Budget, tls: ssl.SSLContext | None
    ) -> None:
        self.budget = budget
        self._connect_seconds = connect_seconds
        self._implicit_tls = tls
        super().__init__(host, port, timeout=connect_seconds)

    def _create_socket(self, timeout: float | None = None) -> socket.socket:
        plain = socket.create_connection((self.host, self.port), timeout or self._connect_seconds)
        if self._implicit_tls is None:
            return plain
        try:
            return self._implicit_tls.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:
        super().open(host, port, timeout)
        self._reader = _Reader(lambda: self.sock, self.budget)

    def read(self, size: int) -> bytes:
        if not self.budget.affords(size - len(self._reader.buffer)):
            raise TooMuch(f"literal of {size} bytes, more than was asked for")
        return self._reader.exactly(size)

    def readline(self) -> bytes:
        return self._reader.line()

    def send(self, data: Any) -> None:
        self.sock.settimeout(self.budget.patience())
        super().send(data)
