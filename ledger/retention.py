"""What may be destroyed, what must be kept, and how is it destroyed for good (keep3y, E38)?

Three years, or what the matter's pack asks, from the later of closing and the case's last mail; mails and letters
without a case three years from their own day.
Two steps: mark, and seven days on destroy what is still due. Destroyed are the raw mails and whatever names a person;
the ledger's skeleton (number, dates, states, codes, hashes) stays, and the chain of events holds (I33).

Rows are blanked in the transaction that writes the hashes into the history; files go afterwards, by a list that
survives a crash (`erasure`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, delete, func, select, update

from ledger.blanking import SUBJECTS, Subject
from ledger.errors import NoSuchCase
from ledger.store import MAILBOT, Store
from ledger.tables import CASE, DELIVERY, ERASURE, LETTER, MAIL

MARKED_DAYS: Final = 7  #: between marking and destroying: time for a person to object
SHARE: Final = 0.05  #: of what is kept, at most, in one run: a wrong clock cannot empty the ledger (F31)
_BATCH: Final = 200  #: subjects destroyed in one transaction


@dataclass(frozen=True)
class Plan:
    """What a run would do on that day."""

    day: date
    kept: int  #: cases, and mails and letters without one
    due: int  #: their time is over
    marked: int  #: of these, marked already
    ripe: int  #: of these, marked for seven days: to be destroyed
    held: int  #: over, but under a legal hold

    @property
    def at_most(self) -> int:
        """How many one run may destroy."""
        return max(1, int(self.kept * SHARE)) if self.kept else 0


@dataclass(frozen=True)
class Destroyed:
    """One case, or one mail or letter without a case, that is no more."""

    what: str  #: case, mail, letter
    name: str  #: its number or id
    ended_on: date  #: when its time was over
    hashes: tuple[str, ...]  #: SHA-256 of its raw mails, in and out


class Retention(Store):
    def hold_case(self, number: str, reason: str | None, *, actor: str, now: datetime | None = None) -> None:
        """A legal hold (诉讼, 审计) keeps the case whatever its age; None lifts it. Raises NoSuchCase."""
        at = now or self.now()
        with self.writing() as connection:
            values = {"hold": reason, "marked_on": None}
            if not connection.execute(update(CASE).where(CASE.c.number == number).values(**values)).rowcount:
                raise NoSuchCase(number)
            self.tell(connection, at, "case_held" if reason else "hold_lifted", case=number, actor=actor)

    def held_cases(self) -> tuple[tuple[str, str], ...]:
        """(number, reason) of what is under a legal hold."""
        query = select(CASE.c.number, CASE.c.hold).where(CASE.c.hold.is_not(None)).order_by(CASE.c.number)
        with self.reading() as connection:
            return tuple((row.number, row.hold) for row in connection.execute(query))

    def retention_plan(self, today: date) -> Plan:
        """What a run would do; nothing is changed."""
        with self.reading() as connection:
            return _plan(connection, today)

    def mark_for_purge(self, today: date, *, now: datetime | None = None, actor: str = MAILBOT) -> int:
        """The first step: marks what is due, and takes the mark from what is due no longer (a late mail, a hold)."""
        at = now or self.now()
        with self.writing() as connection:
            marked = unmarked = 0
            for subject in SUBJECTS:
                table, over = subject.table, subject.over(today)
                fresh = (table.c.marked_on.is_(None), table.c.purged_at.is_(None), *subject.alone, over)
                marked += connection.execute(update(table).where(*fresh).values(marked_on=today)).rowcount
                stale = (table.c.marked_on.is_not(None), table.c.purged_at.is_(None), *subject.alone, ~over)
                unmarked += connection.execute(update(table).where(*stale).values(marked_on=None)).rowcount
            if marked or unmarked:
                self.tell(connection, at, "purge_marked", actor=actor, marked=marked, unmarked=unmarked)
        return marked

    def destroy(
        self, today: date, at_most: int, *, now: datetime | None = None, actor: str = MAILBOT
    ) -> tuple[Destroyed, ...]:
        """The second step: blanks what has been marked for seven days and is still due, the oldest first."""
        at = now or self.now()
        done: list[Destroyed] = []
        while len(done) < at_most:
            with self.writing() as connection:
                batch = self._destroy_batch(connection, today, min(_BATCH, at_most - len(done)), at, actor)
            if not batch:
                break
            done += batch
        return tuple(done)

    def erase_files(self, remove: Callable[[str], bool]) -> int:
        """Removes the files of blanked mails, by `remove` (Archive.remove); safe to do again after a crash."""
        removed = 0
        with self.reading() as connection:
            hashes = list(connection.execute(select(ERASURE.c.sha256).order_by(ERASURE.c.sha256)).scalars())
        for sha256 in hashes:
            removed += remove(sha256)
            with self.writing(chain=False) as connection:
                connection.execute(delete(ERASURE).where(ERASURE.c.sha256 == sha256))
        if hashes:
            self._forget_pages()
        return removed

    def _destroy_batch(
        self, connection: Connection, today: date, limit: int, at: datetime, actor: str
    ) -> list[Destroyed]:
        for subject in SUBJECTS:
            rows = connection.execute(_ripe(subject, today).limit(limit)).mappings().all()
            if rows:
                done = [Destroyed(subject.name, *subject.blank(connection, row, at)) for row in rows]
                self._list_files(connection, {sha256 for one in done for sha256 in one.hashes})
                for one in done:
                    case = one.name if one.what == "case" else None
                    mail = int(one.name) if one.what == "mail" else None
                    told = {"ended_on": one.ended_on.isoformat(), "sha256": list(one.hashes)}
                    self.tell(connection, at, f"{one.what}_purged", actor=actor, case=case, mail=mail, **told)
                return done
        return []

    def _list_files(self, connection: Connection, hashes: set[str]) -> None:
        """Files that no row needs any longer: the same bytes may lie in two mailboxes."""
        needed: set[str] = set()
        for table in (MAIL, LETTER):
            query = select(table.c.sha256).where(table.c.sha256.in_(hashes), table.c.purged_at.is_(None))
            needed |= set(connection.execute(query).scalars())
        if gone := sorted(hashes - needed):
            connection.execute(self.insert_new(ERASURE), [{"sha256": sha256} for sha256 in gone])

    def relist_redelivered(self) -> int:
        """A server may deliver a destroyed mail again (F5): its bytes are archived anew, and go again."""
        query = (
            select(MAIL.c.sha256)
            .join(DELIVERY, DELIVERY.c.mail_id == MAIL.c.id)
            .where(MAIL.c.purged_at.is_not(None), DELIVERY.c.recorded_at > MAIL.c.purged_at)
        )
        with self.writing(chain=False) as connection:
            hashes = set(connection.execute(query).scalars())
            if hashes:
                self._list_files(connection, hashes)
        return len(hashes)

    def _forget_pages(self) -> None:
        """The freed pages were overwritten (secure_delete); the write-ahead log still holds the old ones."""
        if self.engine.dialect.name != "sqlite":
            return
        connection = self.engine.raw_connection()
        try:
            connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()


def _ripe(subject: Subject, today: date) -> Select[Any]:
    """Marked for seven days, and still due."""
    table = subject.table
    ripe = table.c.marked_on <= today - timedelta(days=MARKED_DAYS)
    query = select(table).where(ripe, table.c.purged_at.is_(None), *subject.alone, subject.over(today))
    return query.order_by(subject.since).with_for_update()


def _plan(connection: Connection, today: date) -> Plan:
    numbers = {"kept": 0, "due": 0, "marked": 0, "ripe": 0}
    for subject in SUBJECTS:
        table, over = subject.table, subject.over(today)
        here = (table.c.purged_at.is_(None), *subject.alone)
        is_ripe = table.c.marked_on <= today - timedelta(days=MARKED_DAYS)
        questions: dict[str, Iterable[ColumnElement[bool]]] = {
            "kept": (), "due": (over,), "marked": (over, table.c.marked_on.is_not(None)), "ripe": (over, is_ripe),
        }  # fmt: skip
        for name, conditions in questions.items():
            query = select(func.count()).select_from(table).where(*here, *conditions)
            numbers[name] += connection.execute(query).scalar_one()
    held = select(func.count()).select_from(CASE).where(CASE.c.hold.is_not(None), CASE.c.keep_until < today)
    return Plan(today, held=connection.execute(held).scalar_one(), **numbers)
