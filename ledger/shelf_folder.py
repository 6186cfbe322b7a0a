"""How do raw mails lie in a folder, and how are they never half-written?

A file under its final name is whole and on disk: temporary file in the same file system, fsync, rename, fsync of the
folder. Modes 0600 and 0700, whatever the umask.
"""

import contextlib
import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedIOBase
from pathlib import Path
from typing import Final

from ledger.durable import sync
from ledger.errors import ArchiveError, ArchiveFull, NotArchived
from ledger.failpoints import fp
from ledger.shelf import HASH, Lying, Stored

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_INCOMING: Final = "incoming"
_SYNCS_AT_ONCE: Final = 16


@dataclass(frozen=True)
class _Written:
    """A temporary file, synced, not yet under its name."""

    temporary: Path
    stored: Stored


class FolderShelf:
    """Safe for several writers, processes and machines on one file system."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._incoming = folder / _INCOMING
        with _translated():
            self._make(folder)
            self._make(self._incoming)

    def put(self, mails: Sequence[Iterable[bytes]]) -> list[Stored]:
        """One fsync per mail and one per touched folder.

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
                self.sync_all([one.temporary for one in written])
                fp("archive_after_fsync")
                touched = {folder for one in written for folder in self._place(one)}
                fp("archive_after_rename")
                self.sync_all(sorted(touched))
                fp("archive_after_folder_fsync")
            finally:
                for one in written:
                    one.temporary.unlink(missing_ok=True)
        return [one.stored for one in written]

    def open(self, sha256: str) -> BufferedIOBase:
        try:
            return self.path(sha256).open("rb")
        except FileNotFoundError as error:
            raise NotArchived(sha256) from error
        except OSError as error:
            raise ArchiveError(str(error)) from error

    def look(self, sha256: str) -> Lying | None:
        with _translated():
            try:
                status = self.path(sha256).stat()
            except FileNotFoundError:
                return None
        return Lying(status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))

    def path(self, sha256: str) -> Path:
        """Where that mail lies or would lie."""
        return self.folder / sha256[:2] / f"{sha256}.eml"

    def hashes(self) -> Iterator[str]:
        for folder in sorted(self.folder.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.glob("*.eml")):
                if HASH.fullmatch(file.stem):
                    yield file.stem

    def remove(self, sha256: str) -> bool:
        path = self.path(sha256)
        with _translated():
            try:
                path.unlink()
            except FileNotFoundError:
                return False
            sync(path.parent)
        return True

    def sweep(self, older_than: float) -> int:
        horizon = time.time() - older_than  # compared with the file system's own times
        swept = 0
        for file in self._incoming.iterdir():
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime < horizon:
                    file.unlink()
                    swept += 1
        return swept

    def free_bytes(self) -> int:
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

    def sync_all(self, paths: Sequence[Path]) -> None:
        if len(paths) < 2:
            for path in paths:
                sync(path)
            return
        with ThreadPoolExecutor(min(len(paths), _SYNCS_AT_ONCE)) as pool:
            list(pool.map(sync, paths))

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
        sync(folder.parent)


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
