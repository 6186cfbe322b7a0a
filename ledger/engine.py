"""How is the database reached, so that a crash costs nothing and writers wait for each other?

SQLite: WAL with synchronous=FULL (the last commit survives a power cut); BEGIN IMMEDIATE (a deferred one fails at once
when two writers meet, F22), secure_delete. PostgreSQL: a connection is tried before it is used (F23), and when a
machine vanishes in mid-work, both ends notice: else it would keep its locks, and wait, for hours.
"""

import os
import sqlite3
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL

BUSY_SECONDS: Final = 30.0
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
    """-wal and -shm take over the mode of the file itself."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver shall not begin transactions of its own
    for pragma in (
        f"busy_timeout={int(BUSY_SECONDS * 1000)}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    reads = connection.get_execution_options().get(READS, False)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
