"""How is a ledger copied while it is in use, and does a copy hold?"""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Collection
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, func, make_url, select, text, update

from ledger import audit
from ledger.durable import sync
from ledger.entries import LetterState, MailState
from ledger.errors import LedgerError, WrongSchema
from ledger.migrate import newest
from ledger.store import Store
from ledger.tables import LETTER, MAIL, METADATA

#: Letters that the copy would send, and that may have been sent since it was taken.
_NOT_YET_SENT: Final = (LetterState.QUEUED, LetterState.SENDING)
PASSING: Final = "mailbot_passing"  #: the PostgreSQL schema for what nobody misses: no copy holds it


class Backup(Store):
    def backup(self, path: Path) -> dict[str, Any]:
        """A whole and consistent copy, mode 0600; an older file of that name is replaced only when the new one is
        complete. SQLite: a database file, by the backup API, in slices, so that writers go on; PostgreSQL: an archive
        of pg_dump. Returns what a copy can be compared by: dialect, head of the chain, rows of each table."""
        partial = path.with_name(path.name + ".part")
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        try:
            if self.engine.dialect.name == "sqlite":
                self._copy(partial)
                check_backup(partial)
                told = _told_by(partial)
            else:
                told = self._dump(partial)
            sync(partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        return {"dialect": self.engine.dialect.name, **told}

    def counts(self) -> dict[str, int]:
        """Rows of each table."""
        with self.reading() as connection:
            return _counts(connection)

    def settle_restored(self, now: datetime, *, actor: str, **detail: Any) -> int:
        """After a restore: letters that the copy would send may have left since. They are looked for as after a crash,
        never sent blindly (F13); how many."""
        lost = {"state": LetterState.SENDING.value, "sending_at": now, "lease_until": now - timedelta(seconds=1)}
        with self.writing() as connection:
            waiting = update(LETTER).where(LETTER.c.state.in_(_NOT_YET_SENT))
            count = connection.execute(waiting.values(fence=LETTER.c.fence + 1, **lost)).rowcount
            self.tell(connection, now, "ledger_restored", actor=actor, letters_in_doubt=count, **detail)
        return count

    def shelve_answered(self, message_ids: Collection[str], now: datetime) -> int:
        """After a restore: mails that the copy would work, though the archive holds an answer of ours to them that the
        copy does not know. They become backlog, for a person to look at; how many."""
        count = 0
        with self.writing() as connection:
            waiting = select(MAIL.c.id, MAIL.c.message_id).where(MAIL.c.state == MailState.RECORDED)
            for row in connection.execute(waiting).all():
                if row.message_id not in message_ids:
                    continue
                values = {"state": MailState.BACKLOG.value, "reason": "answered_before_restore", "worker": None}
                change = update(MAIL).where(MAIL.c.id == row.id).values(fence=MAIL.c.fence + 1, **values)
                connection.execute(change)
                self.tell(connection, now, "mail_shelved", mail=row.id)
                count += 1
        return count

    def _copy(self, partial: Path) -> None:
        with closing(self.engine.raw_connection()) as source, closing(sqlite3.connect(partial)) as target:
            driver = source.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")  # one file, without a -wal beside it

    def _dump(self, partial: Path) -> dict[str, Any]:
        """pg_dump in the very snapshot that is counted."""
        with self.engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
            told = {"head": vars(audit.head(connection)), "tables": _counts(connection)}
            snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar_one()
            url = self.engine.url.render_as_string(hide_password=False)
            _postgres("pg_dump", url, "--format=custom", "--no-owner", f"--exclude-schema={PASSING}",
                      f"--snapshot={snapshot}", f"--file={partial}")  # fmt: skip
        return told


def load_dump(file: Path, url: str) -> None:
    """A pg_dump archive into an empty database. Raises LedgerError."""
    database = make_url(url).database or ""
    _postgres("pg_restore", url, "--no-owner", "--exit-on-error", "--single-transaction", f"--dbname={database}", file)


def _postgres(tool: str, url: str, *arguments: str | Path) -> None:
    """PostgreSQL's own tool on this database; the password goes by its environment, where no list of processes shows
    it."""
    program = shutil.which(tool)
    if program is None:
        raise LedgerError(f"{tool} is not installed; install postgresql-client of the server's version")
    at = make_url(url)
    asked = {"PGHOST": at.host, "PGPORT": at.port, "PGUSER": at.username, "PGPASSWORD": at.password}
    asked["PGDATABASE"] = at.database
    place = {name: str(value) for name, value in asked.items() if value is not None}
    done = subprocess.run(  # noqa: S603 - the tool was found on the path, its arguments are ours
        [program, *map(str, arguments)], env={**os.environ, **place}, capture_output=True, check=False
    )
    if done.returncode:
        raise LedgerError(f"{tool} failed: {done.stderr.decode(errors='replace').strip()}")


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


def _told_by(copy: Path) -> dict[str, Any]:
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as database:
        row = database.execute("SELECT seq, hash FROM event ORDER BY seq DESC LIMIT 1").fetchone()
        head = {"seq": row[0], "hash": row[1]} if row else vars(audit.Head(0, audit.GENESIS))
        counts = {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our own table names
            for name in sorted(METADATA.tables)
        }
    return {"head": head, "tables": counts}


def _counts(connection: Connection) -> dict[str, int]:
    tables = sorted(METADATA.tables.items())
    return {name: connection.execute(select(func.count()).select_from(one)).scalar_one() for name, one in tables}
