"""What must a place be able to do, so that raw mails can lie there?"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BufferedIOBase
from typing import Final, Protocol

HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Stored:
    """A mail that is whole and kept."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Lying:
    """A kept mail, as the place knows it."""

    size: int
    since: datetime


class Shelf(Protocol):
    """Names are `ab/<sha256>.eml`, ab the hash's first two digits. Everything raises ArchiveError."""

    def put(self, mails: Sequence[Iterable[bytes]]) -> list[Stored]:
        """In their order, once all are whole and safe. What the mails' own sources raise passes unchanged. Raises
        ArchiveFull."""

    def open(self, sha256: str) -> BufferedIOBase:
        """Raises NotArchived."""

    def look(self, sha256: str) -> Lying | None: ...

    def hashes(self) -> Iterator[str]: ...

    def remove(self, sha256: str) -> bool: ...

    def sweep(self, older_than: float) -> int: ...

    def free_bytes(self) -> int: ...
