"""Which papers were read before, so that they need not be read again?"""

import hashlib
import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS answer (key TEXT PRIMARY KEY, used REAL NOT NULL, expires REAL, body BLOB NOT NULL)"
)
_TRIM_EVERY = 200


class ReadingCache:
    """Answers by key on disk (mode 0600), bounded in number, oldest use first out. Losing it costs time, nothing else.

    Holds what was read from papers, personal data included: `forget` follows the retention of the mails.
    """

    def __init__(self, folder: Path, *, most: int = 20_000, clock: Callable[[], float] = time.time) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = folder / "reading.sqlite"
        self._most = most
        self._clock = clock
        self._lock = threading.Lock()
        self._kept = 0
        self._connection = self._opened()

    def _opened(self) -> sqlite3.Connection:
        for last in (False, True):
            os.close(os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
            try:
                connection = sqlite3.connect(self._file, timeout=10, isolation_level=None, check_same_thread=False)
                connection.execute("PRAGMA journal_mode=WAL")
                connection.execute("PRAGMA synchronous=OFF")  # may be lost
                connection.execute(_SCHEMA)
                return connection
            except sqlite3.DatabaseError:
                if last:
                    raise
                self._file.unlink()  # damaged: it is only a cache
        raise AssertionError("unreachable")

    def get(self, key: str) -> bytes | None:
        now = self._clock()
        with self._lock:
            try:
                row = self._connection.execute("SELECT body, expires FROM answer WHERE key = ?", (key,)).fetchone()
                if row is None or (row[1] is not None and row[1] < now):
                    return None
                self._connection.execute("UPDATE answer SET used = ? WHERE key = ?", (now, key))
                return zlib.decompress(row[0])
            except (sqlite3.Error, zlib.error):
                return None  # busy or damaged: read the paper again

    def put(self, key: str, body: bytes, *, seconds: float | None = None) -> None:
        """Keeps an answer, for `seconds` when it may be the machine's fault and deserves another try."""
        now = self._clock()
        row = (key, now, None if seconds is None else now + seconds, zlib.compress(body, 1))
        with self._lock:
            try:
                self._connection.execute("INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?)", row)
                self._kept += 1
                if self._kept % _TRIM_EVERY == 0:
                    self._trim()
            except sqlite3.Error:
                return  # disk full or busy: the paper will be read again

    def _trim(self) -> None:
        self._connection.execute(
            "DELETE FROM answer WHERE key IN (SELECT key FROM answer ORDER BY used DESC LIMIT -1 OFFSET ?)",
            (self._most,),
        )

    def forget(self, before: float, *, only: str = "") -> int:
        """Deletes what was last used before that moment (Unix seconds), of keys that begin with `only`; how many."""
        with self._lock:
            order = "DELETE FROM answer WHERE used < ? AND substr(key, 1, ?) = ?"
            return self._connection.execute(order, (before, len(only), only)).rowcount

    def forget_content(self, content: str) -> int:
        """Deletes whatever was read from one content, by any version of the readers; how many answers."""
        with self._lock:
            order = "DELETE FROM answer WHERE substr(key, -64) = ?"
            return self._connection.execute(order, (content,)).rowcount

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def content_key(kind: str, data: bytes) -> str:
    """By what the answers to one content end their keys."""
    return hashlib.sha256(kind.encode() + b"\0" + data).hexdigest()


def digest_of(paths: Iterable[Path]) -> str:
    """One digest over the contents of files, of whole folders too: parsers and forms name their own version so."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        files = sorted(p for p in path.rglob("*") if p.suffix in (".py", ".toml")) if path.is_dir() else [path]
        for file in files:
            digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:24]
