"""How is the database reached, so that a crash costs nothing and writers wait for each other?

SQLite: WAL with synchronous=FULL (the last commit survives a power cut); BEGIN IMMEDIATE (a deferred one fails at once
when two writers meet, F22), secure_delete; nobody but SQLite opens the file while it is in use. PostgreSQL: a
connection is tried before it is used (F23), and when a machine vanishes in mid-work, both ends notice: else it would
keep its locks, and wait, for hours.
"""

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

BUSY_SECONDS: Final = 30.0
_BETWEEN_TRIES: Final = 0.02
_PRIMARY_CODE: Final = 0xFF  #: of SQLite's extended error codes
#: Execution option of a connection that only reads: it takes no writer's lock on SQLite.
READS: Final = "ledger_reads"
#: libpq's: the server is given up for lost after half a minute of silence, whether we wait for it or write to it.
PATIENCE: Final = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
#: And the server gives us up: the transaction of a machine that is gone ends and frees its rows.
_SERVERS_PATIENCE: Final = {
    "timezone": "UTC",
    "lock_timeout": "60s",
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "30s",
}


def connect(url: str) -> Engine:
    """An engine for `sqlite:///path` or `postgresql+psycopg://…`; a new SQLite file is readable by its owner alone."""
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        return _sqlite(target)
    return create_engine(
        target,
        pool_pre_ping=True,
        connect_args={
            **PATIENCE,
            "options": " ".join(f"-c {name}={value}" for name, value in _SERVERS_PATIENCE.items()),
        },
    )


def _sqlite(url: URL) -> Engine:
    if not url.database or url.database == ":memory:":
        raise ValueError("the ledger needs a file; write sqlite:///path/to/ledger.db")
    _create_private(Path(url.database))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _create_private(path: Path) -> None:
    """-wal and -shm take over the mode of the file itself.

    A file that exists is never opened here: closing it again would drop the locks that SQLite holds on it for the whole
    process (POSIX), and the next program to end would take itself for the last one and delete the -wal in use. So a new
    one is made under another name.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        return
    descriptor, made = mkstemp(prefix=f".{path.name}-", dir=path.parent)  # mode 0600
    os.close(descriptor)
    try:
        with suppress(FileExistsError):  # another was quicker
            _link(made, path)
    finally:
        os.unlink(made)


def _link(made: str, path: Path) -> None:
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:  # a file system without links: a moment in which a second process must not come is left
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver shall not begin transactions of its own
    connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    _use_wal(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "temp_store=MEMORY"):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    """Two who meet at the switch of a new ledger: the second fails at once, whatever busy_timeout says."""
    given_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & _PRIMARY_CODE != sqlite3.SQLITE_BUSY or time.monotonic() > given_up:
                raise
        time.sleep(_BETWEEN_TRIES)


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
