"""How does a method of the ledger become one transaction?"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.schema import Table

from ledger import audit
from ledger.engine import READS
from ledger.entries import EventEntry
from ledger.errors import LedgerError
from ledger.failpoints import fp, is_watching
from ledger.office_time import office_day
from ledger.periods import KEEP_YEARS, years_after

MAILBOT: Final = "mailbot"  #: the actor of what the service does by itself


class DatabaseFailed(LedgerError):
    """The database cannot be reached, is full or is locked: nothing was written; try again later."""


class Store:
    """The engine, and what every subject of the ledger needs from it."""

    def __init__(
        self,
        engine: Engine,
        fold: Callable[[str], str],
        own_review: frozenset[str] = frozenset(),
        keep_years: Mapping[str, int] | None = None,
    ) -> None:
        self.engine = engine
        self.fold = fold
        self.own_review = own_review  #: matters whose review has a period of its own (ledger/periods.py)
        self._keep_years = keep_years or {}

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view that keeps no writer waiting."""
        with _translated(), self.engine.connect().execution_options(**{READS: True}) as connection:
            yield connection

    @contextmanager
    def writing(self, *, chain: bool = True) -> Iterator[Connection]:
        """One transaction. `chain=False` for those that append no event, so that they need not stand in line."""
        # The generator stands two frames above the ledger's method: contextlib's __enter__ lies between.
        name = f"ledger_{sys._getframe(2).f_code.co_name}" if is_watching() else ""
        with _translated(), self.engine.begin() as connection:
            if chain:
                audit.queue_for_chain(connection)
            yield connection
            fp(f"{name}_before_commit", DatabaseFailed)
        fp(f"{name}_after_commit", DatabaseFailed)

    def now(self) -> datetime:
        """The database's clock on PostgreSQL, so that machines need not agree on the time (F25); else this
        machine's."""
        if self.engine.dialect.name != "postgresql":
            return datetime.now(UTC)
        with self.reading() as connection:
            moment: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
            return moment.astimezone(UTC)

    def kept_until(self, matter: str, at: datetime) -> date:
        """Of a case whose last mail or whose end was then."""
        return years_after(office_day(at), self._keep_years.get(matter, KEEP_YEARS))

    def key(self, name: str | None) -> str | None:
        """The folded name under which a firm is found."""
        return None if name is None else self.fold(name)

    def insert_new(self, table: Table) -> Any:
        """INSERT … ON CONFLICT DO NOTHING in the engine's own words."""
        own = sqlite if self.engine.dialect.name == "sqlite" else postgresql
        return own.insert(table).on_conflict_do_nothing()

    def tell(
        self,
        connection: Connection,
        at: datetime,
        action: str,
        *,
        case: str | None = None,
        mail: int | None = None,
        actor: str = MAILBOT,
        **detail: Any,
    ) -> EventEntry:
        """Append to the history, in the caller's transaction."""
        return audit.append(connection, EventEntry(at, actor, action, case, mail, detail))


@contextmanager
def _translated() -> Iterator[None]:
    """Foreign errors of the world become ours; a wrong statement stays a bug and stays what it is."""
    try:
        yield
    except DBAPIError as error:
        if type(error).__name__ not in {"OperationalError", "InterfaceError", "InternalError"}:
            raise
        raise DatabaseFailed(str(error.orig)) from error
