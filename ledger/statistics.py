"""What does a period's report count (domain.md 7.7)?"""

from collections.abc import Sequence
from datetime import date

from ledger.figures import Figures, Period, Workdays, figures_of
from ledger.store import Store


def _unknown(_after: date, _until: date) -> int | None:
    """No calendar: no days are told."""
    return None


class Statistics(Store):
    def figures(
        self, first: date, last: date, today: date, *, mailboxes: Sequence[str] = (), workdays: Workdays = _unknown
    ) -> Figures:
        """The period's figures, both days within. Overdue cases that are still open count in the denominators.

        `workdays(after, until)` counts workdays by the office's calendar; without it, or where a year's holidays are
        not published, no mean and no median of days is told.
        """
        with self.reading() as connection:
            period = Period(first, last, today, tuple(mailboxes), self.own_review)
            return figures_of(connection, period, workdays)

    def weigh_indexes(self) -> None:
        """Lets SQLite learn which index finds fewest rows: 30 ms on a million mails, and the digest asks in a third of
        the time. Once a day will do. PostgreSQL does so by itself."""
        if self.engine.dialect.name == "sqlite":
            with self.writing(chain=False) as connection:
                connection.exec_driver_sql("PRAGMA analysis_limit=1000")
                connection.exec_driver_sql("ANALYZE")
