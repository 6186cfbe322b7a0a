"""How does a backup file become the ledger again, and what lay there before be kept?"""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import create_engine, inspect, make_url, text

from ledger.archive import Archive
from ledger.backup import load_dump
from ledger.durable import sync
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.parcel import (
    LEDGER,
    SECRET,
    Manifest,
    archive_faults,
    ledger_faults,
    member_faults,
    read_manifest,
    unpacked,
)


@dataclass(frozen=True)
class Restored:
    """What a restore came to."""

    manifest: Manifest
    moved: tuple[str, ...]  #: what lay there before and is kept beside it
    letters_in_doubt: int
    faults: tuple[str, ...]


def restore(path: Path, *, url: str, archive: Archive, secret: Path, now: datetime, force: bool = False) -> Restored:
    """The backup becomes the ledger. No daemon may run. Raises LedgerError and changes nothing when a ledger lies
    there or the backup does not hold; `force` keeps what lies there under another name, and takes an archive that lacks
    mails.
    """
    manifest = read_manifest(path)
    if manifest.dialect != make_url(url).get_backend_name():
        raise LedgerError(f"{path} is of a ledger in {manifest.dialect}; the configuration names another database")
    with unpacked(path, beside=secret.parent) as folder:
        faults = member_faults(folder, manifest)
        if manifest.dialect == "sqlite" and not faults:
            faults += ledger_faults(f"sqlite:///{folder / LEDGER}", manifest)
        if faults:
            raise LedgerError(f"{path} does not hold: {'; '.join(faults)}")
        missing = archive_faults(folder, archive)
        if missing and not force:
            raise LedgerError(f"the archive does not hold what the backup lists: {'; '.join(missing)}. "
                              "Bring the archive back first, or take it as it is with --force")  # fmt: skip
        suffix = f".before-{now:%Y%m%dT%H%M%S}"
        moved = _place_ledger(folder / LEDGER, url, suffix, force=force)
        moved += _place_secret(folder / SECRET, secret, suffix)
    with Ledger.open(url) as ledger:
        if faults := [f"event {fault.seq} {fault.what}" for fault in ledger.verify(manifest.head)]:
            raise LedgerError(f"restored, but the chain does not hold: {'; '.join(faults)}")
        made_at = manifest.made_at.isoformat()
        doubted = ledger.settle_restored(now, actor="operator", made_at=made_at, head=manifest.head.seq)
    return Restored(manifest, tuple(moved), doubted, tuple(missing))


def _place_ledger(copy: Path, url: str, suffix: str, *, force: bool) -> list[str]:
    if make_url(url).get_backend_name() != "sqlite":
        return _place_dump(copy, url, suffix, force=force)
    target = Path(make_url(url).database or "")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    there = [one for one in (target.with_name(target.name + end) for end in ("", "-wal", "-shm")) if one.exists()]
    if there and not force:
        raise LedgerError(f"{target} is there already; --force keeps it under another name and restores in its place")
    moved = []
    for file in there:
        file.rename(kept := file.with_name(file.name + suffix))
        moved.append(str(kept))
    shutil.move(copy, target)
    sync(target.parent)
    return moved


def _place_dump(dump: Path, url: str, suffix: str, *, force: bool) -> list[str]:
    """PostgreSQL: the schema that lies there is renamed."""
    engine = create_engine(url)
    moved: list[str] = []
    try:
        with engine.begin() as connection:
            if inspect(connection).get_table_names():
                if not force:
                    raise LedgerError("the database holds tables already; --force keeps them in a schema of their own")
                kept = f"mailbot_{suffix.strip('.').replace('-', '_').lower()}"
                connection.execute(text(f'ALTER SCHEMA public RENAME TO "{kept}"'))
                connection.execute(text("CREATE SCHEMA public"))
                moved.append(f"schema {kept}")
    finally:
        engine.dispose()
    load_dump(dump, url)
    return moved


def _place_secret(copy: Path, secret: Path, suffix: str) -> list[str]:
    if not copy.exists() or (secret.exists() and secret.read_bytes() == copy.read_bytes()):
        return []
    moved = []
    if secret.exists():
        secret.rename(kept := secret.with_name(secret.name + suffix))
        moved.append(str(kept))
    shutil.move(copy, secret)
    sync(secret.parent)
    return moved
