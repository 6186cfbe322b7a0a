"""How is a ledger copied while it is in use, and does a copy hold?"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from ledger.errors import LedgerError, WrongSchema
from ledger.migrate import newest
from ledger.store import Store


class Backup(Store):
    def backup(self, path: Path) -> None:
        """A whole and consistent copy (SQLite), mode 0600; an older file of that name is replaced only when
        the new one is complete. PostgreSQL is copied by its own tools: raises LedgerError saying so."""
        if self.engine.dialect.name != "sqlite":
            raise LedgerError("this ledger lies in PostgreSQL; copy it with pg_dump --format=custom")
        partial = path.with_name(path.name + ".part")
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        try:
            with closing(self.engine.raw_connection()) as source, closing(sqlite3.connect(partial)) as target:
                driver = source.driver_connection
                assert isinstance(driver, sqlite3.Connection)
                driver.backup(target)
                target.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal beside it
            check_backup(partial)
            handle = os.open(partial, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)


def check_backup(path: Path) -> None:
    """Raises WrongSchema or LedgerError when this file is no ledger that this program could open."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as copy:
        try:
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise LedgerError(f"{path} is damaged")
            version = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.DatabaseError as error:
            raise LedgerError(f"{path} is no ledger: {error}") from error
    if version is None or version[0] > newest():
        raise WrongSchema(f"{path} was written by a newer mailbot; install that one first")
