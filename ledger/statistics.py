"""What do a day's digest and a period's report count (domain.md 7.7)?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from ledger.cases import OPEN_STATES
from ledger.entries import CaseState, LetterState, MailState
from ledger.figures import Figures, Period, Workdays, figures_of
from ledger.store import Store
from ledger.tables import CASE, CLOCK, LETTER, MAIL


def _unknown(_after: date, _until: date) -> int | None:
    """No calendar: no days are told."""
    return None


@dataclass(frozen=True)
class DigestCounts:
    """What a reviewers' digest begins with."""

    new: int  #: cases received on the day before or since
    due_today: int
    due_soon: int  #: due after today, up to the day that is three workdays on
    overdue: int
    held: int  #: drafts that wait for a nod
    uncertain: int
    failed: int  #: refused for good, or bounced
    quarantined: int


class Statistics(Store):
    def digest_counts(self, today: date, soon: date, since: datetime, *, mailboxes: Sequence[str] = ()) -> DigestCounts:
        """`soon`: the day three workdays on, as the calendar gives it; `since`: the digest before."""
        with self.reading() as connection:

            def cases(*conditions: Any) -> int:
                return _number(connection, _within(select(func.count()).select_from(CASE), CASE, mailboxes, conditions))

            def due(*conditions: Any) -> int:
                running = select(CLOCK.c.case_number).where(CLOCK.c.stopped_on.is_(None), *conditions)
                return cases(CASE.c.state.in_(OPEN_STATES), CASE.c.number.in_(running))

            def letters(*states: LetterState) -> int:
                query = select(func.count()).select_from(LETTER)
                return _number(connection, _within(query, LETTER, mailboxes, (LETTER.c.state.in_(states),)))

            quarantined = (MAIL.c.state == MailState.QUARANTINED,)
            return DigestCounts(
                new=cases(CASE.c.opened_at >= since),
                due_today=due(CLOCK.c.due == today),
                due_soon=due(CLOCK.c.due > today, CLOCK.c.due <= soon),
                overdue=due(CLOCK.c.due < today),
                held=letters(LetterState.HELD),
                uncertain=letters(LetterState.UNCERTAIN),
                failed=letters(LetterState.FAILED, LetterState.BOUNCED),
                quarantined=_number(
                    connection, _within(select(func.count()).select_from(MAIL), MAIL, mailboxes, quarantined)
                ),
            )

    def figures(
        self, first: date, last: date, today: date, *, mailboxes: Sequence[str] = (), workdays: Workdays = _unknown
    ) -> Figures:
        """The period's figures, both days within. Overdue cases that are still open count in the denominators.

        `workdays(after, until)` counts workdays by the office's calendar; without it, or where a year's holidays are
        not published, no mean and no median of days is told.
        """
        with self.reading() as connection:
            return figures_of(connection, Period(first, last, today, tuple(mailboxes)), workdays)

    def weigh_indexes(self) -> None:
        """Lets SQLite learn which index finds fewest rows: 30 ms on a million mails, and the digest asks in a third of
        the time. Once a day will do. PostgreSQL does so by itself."""
        if self.engine.dialect.name == "sqlite":
            with self.writing(chain=False) as connection:
                connection.exec_driver_sql("PRAGMA analysis_limit=1000")
                connection.exec_driver_sql("ANALYZE")

    def state_counts(self, *, mailboxes: Sequence[str] = ()) -> dict[CaseState, int]:
        query = _within(select(CASE.c.state, func.count()), CASE, mailboxes, ()).group_by(CASE.c.state)
        with self.reading() as connection:
            return {CaseState(state): count for state, count in connection.execute(query)}


def _number(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(query).scalar_one())


def _within(query: Select[Any], table: Any, mailboxes: Sequence[str], conditions: Sequence[Any]) -> Select[Any]:
    query = query.where(*conditions)
    return query.where(table.c.mailbox.in_(mailboxes)) if mailboxes else query
