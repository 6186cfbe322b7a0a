"""What does one backup file hold, and does it hold together?

One ZIP: the ledger's copy, the installation's secret, the list of the archive's hashes, and a manifest with the head of
the chain and the rows of each table. The raw mails themselves are copied by the office's own means (they never change);
the list tells whether they are all there.
"""

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import make_url

from ledger.archive import Archive
from ledger.audit import Head
from ledger.backup import check_backup
from ledger.durable import replacing
from ledger.errors import LedgerError, NotArchived
from ledger.ledger import Ledger

_FORMAT: Final = 1
_MANIFEST, LEDGER, SECRET, _HASHES = "manifest.json", "ledger", "instance.secret", "archive.sha256"
_BLOCK: Final = 1 << 20
_TOLD_AT_MOST: Final = 20  #: faults of one kind that are named one by one


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    made_at: datetime
    dialect: str
    head: Head
    tables: dict[str, int]
    hashes: dict[str, str]  #: member → SHA-256
    archived: int  #: raw mails in the archive


def write_backup(ledger: Ledger, archive: Archive, secret: Path, path: Path, now: datetime) -> Manifest:
    """While the daemon runs. The archive is listed after the copy, so that it holds whatever the copy names."""
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as folder:
        copy = Path(folder) / LEDGER
        told = ledger.backup(copy)
        hashes = list(archive.hashes())
        members: dict[str, Path] = {LEDGER: copy, _HASHES: Path(folder) / _HASHES}
        members[_HASHES].write_text("".join(f"{sha256}\n" for sha256 in hashes), "ascii")
        if secret.exists():
            members[SECRET] = secret
        manifest = {
            "format": _FORMAT,
            "made_at": now.isoformat(),
            **told,
            "members": {name: _hash(file) for name, file in members.items()},
            "archived": len(hashes),
        }
        with replacing(path) as target, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as box:
            box.writestr(_MANIFEST, json.dumps(manifest, indent=1, sort_keys=True))
            for name, file in members.items():
                box.write(file, name)
    return _manifest(manifest, path)


def read_manifest(path: Path) -> Manifest:
    """Raises LedgerError when the file is no backup of ours."""
    try:
        with zipfile.ZipFile(path) as box:
            return _manifest(json.loads(box.read(_MANIFEST)), path)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise LedgerError(f"{path} is no backup of mailbot, or it is damaged: {error}") from error


def drill(path: Path, ledger: Ledger, archive: Archive) -> tuple[str, ...]:
    """Restores into a folder that is thrown away and compares; what does not hold, empty when all does.

    Compared: each member with its hash, the copy's chain from its first event to the head of the manifest, that head
    with the living chain, the rows of each table, and every archived mail with its hash.
    """
    manifest = read_manifest(path)
    with unpacked(path) as folder:
        faults = [*member_faults(folder, manifest), *archive_faults(folder, archive)]
        if manifest.dialect == "sqlite" and not faults:
            faults += ledger_faults(f"sqlite:///{folder / LEDGER}", manifest)
    faults += [f"the living ledger's chain: event {fault.seq} {fault.what}" for fault in ledger.verify(manifest.head)]
    return tuple(faults)


def _manifest(told: dict[str, Any], path: Path) -> Manifest:
    if told["format"] != _FORMAT:
        raise LedgerError(f"{path} was written by a newer mailbot; install that one first")
    return Manifest(
        made_at=datetime.fromisoformat(told["made_at"]),
        dialect=told["dialect"],
        head=Head(**told["head"]),
        tables=told["tables"],
        hashes=told["members"],
        archived=told["archived"],
    )


@contextmanager
def unpacked(path: Path, beside: Path | None = None) -> Iterator[Path]:
    """The members of ours by name; nothing else in the file is looked at."""
    if beside is not None:
        beside.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=beside) as name, zipfile.ZipFile(path) as box:
        folder = Path(name)
        for member in (LEDGER, _HASHES, SECRET):
            if member in box.namelist():
                try:
                    with box.open(member) as source, _private(folder / member) as target:
                        shutil.copyfileobj(source, target, _BLOCK)
                except zipfile.BadZipFile as error:
                    raise LedgerError(f"{path} is damaged: {error}") from error
        yield folder


@contextmanager
def _private(path: Path) -> Iterator[Any]:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:
        yield file


def member_faults(folder: Path, manifest: Manifest) -> list[str]:
    faults = []
    for name, sha256 in manifest.hashes.items():
        file = folder / name
        if not file.exists():
            faults.append(f"{name} is missing in the backup")
        elif _hash(file) != sha256:
            faults.append(f"{name} has changed since the backup was made")
    return faults


def ledger_faults(url: str, manifest: Manifest) -> list[str]:
    """Opened as a ledger is: an older backup is brought up on the way."""
    check_backup(Path(make_url(url).database or ""))
    with Ledger.open(url) as copy:
        faults = [f"event {fault.seq} {fault.what}" for fault in copy.verify(manifest.head)]
        counts = copy.counts()
    _settle(Path(make_url(url).database or ""))
    wrong = [name for name, rows in manifest.tables.items() if counts.get(name) != rows]
    return faults + [f"table {name}: {counts.get(name)} rows, {manifest.tables[name]} were backed up" for name in wrong]


def _settle(file: Path) -> None:
    """Opened once, the copy is in WAL mode with two files beside it; the last connection has emptied them."""
    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink(missing_ok=True)


def archive_faults(folder: Path, archive: Archive) -> list[str]:
    """Every listed mail is read and hashed."""
    missing, changed = [], []
    for line in (folder / _HASHES).read_text("ascii").splitlines():
        try:
            with archive.open(line) as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != line:
                    changed.append(line)
        except NotArchived:
            missing.append(line)
    faults = []
    for what, hashes in (("missing in the archive", missing), ("changed in the archive", changed)):
        if hashes:
            named = ", ".join(one[:16] for one in hashes[:_TOLD_AT_MOST])
            faults.append(f"{len(hashes)} mails {what}: {named}{' …' if len(hashes) > _TOLD_AT_MOST else ''}")
    return faults


def _hash(file: Path) -> str:
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
