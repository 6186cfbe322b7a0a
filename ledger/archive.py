"""Where do raw mails lie, and how are they never half-written?

Content-addressed: `ab/<sha256>.eml`, ab the hash's first two digits. A file under its final name is whole and on disk:
temporary file in the same file system, fsync, rename, fsync of the folder. Modes 0600 and 0700, whatever the umask.
"""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final

from ledger.errors import ArchiveError, ArchiveFull, NotArchived
from ledger.failpoints import fp

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_INCOMING: Final = "incoming"
_SYNCS_AT_ONCE: Final = 16


@dataclass(frozen=True)
class Stored:
    """A mail that is whole and on disk."""

    sha256: str
    size: int


@dataclass(frozen=True)
class _Written:
    """A temporary file, synced, not yet under its name."""

    temporary: Path
    stored: Stored


class Archive:
    """The folder of raw mails, in and out. Safe for several writers, processes and machines on one file system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / _INCOMING
        with _translated():
            self._make(folder)
            self._make(self._incoming)

    def store(self, chunks: Iterable[bytes]) -> Stored:
        """Keep one mail; the same bytes again are the same file. Raises ArchiveFull, ArchiveError."""
        return self.store_many([chunks])[0]

    def store_many(self, mails: Sequence[Iterable[bytes]]) -> list[Stored]:
        """Keep a batch with one fsync per mail and one per touched folder. All are kept, or an error is raised.

        The fsyncs of a batch run side by side: the file system's journal then commits many of them at once, which
        more than doubles the speed. A mail that fails leaves no temporary file; those renamed before are harmless.
        """
        written: list[_Written] = []
        with _translated():
            try:
                fp("archive_before_write")
                for chunks in mails:
                    written.append(self._write(chunks))  # noqa: PERF401 - what was written must be known on failure
                fp("archive_after_write")
                self._sync_all([one.temporary for one in written])
                fp("archive_after_fsync")
                touched = {folder for one in written for folder in self._place(one)}
                fp("archive_after_rename")
                self._sync_all(sorted(touched))
                fp("archive_after_folder_fsync")
            finally:
                for one in written:
                    one.temporary.unlink(missing_ok=True)
        return [one.stored for one in written]

    def open(self, sha256: str) -> BufferedReader:
        """The mail for reading. Raises NotArchived."""
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotArchived(sha256) from error
        except OSError as error:
            raise ArchiveError(str(error)) from error

    def read(self, sha256: str) -> bytes:
        with self.open(sha256) as file:
            return file.read()

    def exists(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def path(self, sha256: str) -> Path:
        """Where that mail lies or would lie."""
        if not _HASH.fullmatch(sha256):
            raise NotArchived(f"{sha256!r} is no SHA-256")
        return self.folder / sha256[:2] / f"{sha256}.eml"

    def hashes(self) -> Iterator[str]:
        """Every archived mail, in the order of the hashes."""
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.glob("*.eml")):
                if _HASH.fullmatch(file.stem):
                    yield file.stem

    def verify(self) -> Iterator[str]:
        """Hashes whose bytes have changed."""
        for sha256 in self.hashes():
            with self.open(sha256) as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                    yield sha256

    def remove(self, sha256: str) -> bool:
        """For good, at the end of retention; False when it was not there."""
        path = self.path(sha256)
        with _translated():
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            _sync(path.parent)
        return True

    def sweep_temp(self, older_than: float = 3600.0) -> int:
        """Remove what a killed process left behind, older than so many seconds; how many."""
        horizon = time.time() - older_than  # compared with the file system's own times
        swept = 0
        for file in self._incoming.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime < horizon:
                    file.unlink()
                    swept += 1
        return swept

    def free_bytes(self) -> int:
        """Space left for an ordinary user; intake pauses below its limit (F17)."""
        status = os.statvfs(self.folder)
        return status.f_bavail * status.f_frsize

    def _write(self, chunks: Iterable[bytes]) -> _Written:
        temporary = self._incoming / f"{os.getpid()}-{secrets.token_hex(8)}.part"
        digest, size = hashlib.sha256(), 0
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with open(handle, "wb") as file:
                for chunk in chunks:
                    digest.update(chunk)
                    size += len(chunk)
                    file.write(chunk)
        except BaseException:  # a stopped or failing source must leave nothing behind either
            temporary.unlink(missing_ok=True)
            raise
        return _Written(temporary, Stored(digest.hexdigest(), size))

    def _sync_all(self, paths: Sequence[Path]) -> None:
        if len(paths) < 2:
            for path in paths:
                _sync(path)
            return
        with ThreadPoolExecutor(min(len(paths), _SYNCS_AT_ONCE)) as pool:
            list(pool.map(_sync, paths))

    def _place(self, written: _Written) -> tuple[Path, ...]:
        """Under its name; the folders whose names have changed. A file already there is replaced by the same bytes:
        so a damaged one is mended."""
        target = self.path(written.stored.sha256)
        is_new = not target.parent.is_dir()
        if is_new:
            target.parent.mkdir(mode=0o700, exist_ok=True)
        written.temporary.replace(target)
        return (target.parent, self.folder) if is_new else (target.parent,)

    def _make(self, folder: Path) -> None:
        if folder.is_dir():
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync(folder.parent)


def _sync(path: Path) -> None:
    """A file's bytes, or a folder's names, to the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise ArchiveFull(f"no space left for {error.filename or 'the archive'}") from error
        # A socket that fails while a mail is being fetched is an OSError too, but not ours: it has no file name.
        if error.filename is None and error.errno not in {errno.EIO, errno.EROFS}:
            raise
        raise ArchiveError(f"{error.strerror}: {error.filename or 'the archive'}") from error
