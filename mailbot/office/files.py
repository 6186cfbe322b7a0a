"""What do the office's own tables and folders say now, when somebody has changed them while the daemon runs?

A file that was changed is read again; one that was broken by the change is told once in the log, and what it said
before stays in force.
"""

import csv
import io
import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Final, Generic, TypeVar

from ledger.saved_text import text_of
from mailbot.errors import ConfigurationError

log = logging.getLogger(__name__)
Value = TypeVar("Value")
Else = TypeVar("Else")

_MOST_BYTES: Final = 20_000_000


class Watched(Generic[Value]):
    """A value read from a file or folder, and read anew once that has changed; safe for threads."""

    def __init__(self, path: Path, load: Callable[[Path], Value]) -> None:
        """Raises ConfigurationError when the file is wrong from the start."""
        self._path, self._load = path, load
        self._lock = Lock()
        self._seen = mark_of(path)
        self._value = load(path)

    def now(self) -> Value:
        with self._lock:
            mark = mark_of(self._path)
            if mark != self._seen:
                self._seen = mark
                try:
                    self._value = self._load(self._path)
                    log.info("read again", extra={"file": self._path.name})
                except ConfigurationError as error:
                    log.error(
                        "wrong, the earlier one stays in force", extra={"file": self._path.name, "why": str(error)}
                    )
            return self._value


def now_of(path: Path | None, load: Callable[[Path], Value], otherwise: Else) -> Callable[[], Value | Else]:
    """What the office's own file says at each moment; `otherwise` where it has none. Raises ConfigurationError."""
    return (lambda: otherwise) if path is None else Watched(path, load).now


def mark_of(path: Path) -> tuple[tuple[str, int, int], ...]:
    """Names, sizes and times: another mark means that something was changed; empty when nothing is there."""
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return tuple(
        (file.name, stat.st_size, stat.st_mtime_ns) for file in files if file.is_file() and (stat := file.stat())
    )


def table_rows(path: Path, key: str, headers: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[int, dict[str, str]]]:
    """(line, cells by name) of a CSV table whose first row names the columns in any order.

    `headers`: name → what its column may be called. Raises ConfigurationError with file, `key` and remedy.
    """
    rows = csv.reader(io.StringIO(_text(path, key), newline=""))
    header = next(rows, None)
    if header is None:
        raise ConfigurationError(f"{path}: {key}: the file is empty; its first row names the columns")
    called = {title: name for name, titles in headers.items() for title in (name, *titles)}
    columns = [called.get("".join(cell.split()).strip("*").lower()) for cell in header]
    if not any(columns):
        wanted = ", ".join(titles[0] for titles in headers.values())
        raise ConfigurationError(f"{path}: {key}: its first row names no known column; use {wanted}")
    for row in rows:
        cells = {name: cell.strip() for name, cell in zip(columns, row, strict=False) if name and cell.strip()}
        if cells:
            yield rows.line_num, cells


def _text(path: Path, key: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path}: {key}: {error.strerror}; check the path and its permissions") from error
    if len(data) > _MOST_BYTES:
        raise ConfigurationError(f"{path}: {key}: larger than {_MOST_BYTES // 1_000_000} MB; is this the right file?")
    if (text := text_of(data)) is None:
        raise ConfigurationError(f"{path}: {key}: neither UTF-8 nor GB18030; save it as CSV UTF-8")
    return text
