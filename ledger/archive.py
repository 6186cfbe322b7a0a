"""Which raw mails are kept, and are they still what they were?

Content-addressed: a mail's name is the SHA-256 of its bytes, so the same bytes are kept once, and whoever reads them
can tell whether they have changed. They lie on a shelf: a folder (`shelf_folder`) or an object store (`shelf_store`).
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from io import BufferedIOBase
from pathlib import Path

from ledger.errors import Damaged, NotArchived
from ledger.shelf import HASH, Lying, Shelf
from ledger.shelf import Stored as Stored
from ledger.shelf_folder import FolderShelf


class Archive:
    """The raw mails, in and out. Safe for several writers, processes and machines on one shelf."""

    def __init__(self, shelf: Shelf | Path) -> None:
        self.shelf: Shelf = FolderShelf(shelf) if isinstance(shelf, Path) else shelf

    def store(self, chunks: Iterable[bytes]) -> Stored:
        """Keep one mail; the same bytes again are the same mail. Raises ArchiveFull, ArchiveError."""
        return self.store_many([chunks])[0]

    def store_many(self, mails: Sequence[Iterable[bytes]]) -> list[Stored]:
        """Keep a batch. All are kept, or an error is raised."""
        return self.shelf.put(mails)

    def open(self, sha256: str) -> BufferedIOBase:
        """The mail for reading by pieces, not compared with its hash. Raises NotArchived, ArchiveError."""
        return self.shelf.open(_checked(sha256))

    def read(self, sha256: str) -> bytes:
        """The mail. Raises NotArchived, Damaged when these are not the bytes that were kept, ArchiveError."""
        with self.open(sha256) as file:
            raw = file.read()
        if hashlib.sha256(raw).hexdigest() != sha256:
            raise Damaged(sha256)
        return raw

    def exists(self, sha256: str) -> bool:
        return self.shelf.look(_checked(sha256)) is not None

    def look(self, sha256: str) -> Lying:
        """Raises NotArchived."""
        found = self.shelf.look(_checked(sha256))
        if found is None:
            raise NotArchived(sha256)
        return found

    def hashes(self) -> Iterator[str]:
        """Every archived mail, in the order of the hashes."""
        return self.shelf.hashes()

    def verify(self) -> Iterator[str]:
        """Hashes whose bytes have changed."""
        for sha256 in self.hashes():
            with self.open(sha256) as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    yield sha256

    def remove(self, sha256: str) -> bool:
        """For good, at the end of retention; False when it was not there."""
        return self.shelf.remove(_checked(sha256))

    def sweep_temp(self, older_than: float = 3600.0) -> int:
        """Remove what a killed process left behind, older than so many seconds; how many."""
        return self.shelf.sweep(older_than)

    def free_bytes(self) -> int:
        """Space left for an ordinary user; intake pauses below its limit (F17)."""
        return self.shelf.free_bytes()


def _checked(sha256: str) -> str:
    """A name that is no hash would be a path of somebody's choice."""
    if not HASH.fullmatch(sha256):
        raise NotArchived(f"{sha256!r} is no SHA-256")
    return sha256
