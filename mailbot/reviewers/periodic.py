"""What do the weekly and the monthly report say?

The week's on its first workday for the week before, the month's on its first workday for the month before.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.figures import Figures
from ledger.ledger import Ledger
from mailbot.examination.workdays import Calendar
from mailbot.letters.labels import Labels
from mailbot.reviewers.charts import Chart
from mailbot.reviewers.contacts import serving
from mailbot.reviewers.diagrams import activity, defects, matters
from mailbot.settings import Settings

_WEEKLY, _MONTHLY = "weekly", "monthly"
#: In the order of the report; what is a share is shown as one.
_ROWS: Final = (
    "received", "closed", "open_now", "due_soon_now", "overdue_now", "explained", "feedback_rate", "review_rate",
    "correction_rate", "first_pass_rate", "mean_workdays", "median_workdays", "mean_rounds", "corrections",
    "call_rate", "on_site", "duplicates", "answered_without_case",
)  # fmt: skip
_DEFECTS: Final = 8


@dataclass(frozen=True)
class Row:
    name: str
    value: str


@dataclass(frozen=True)
class Report:
    """Everything that the template may name."""

    kind: str
    name: str  #: 周报, 月报
    first: date
    last: date
    figures: Figures
    rows: tuple[Row, ...]
    charts: tuple[Chart, ...]
    reviewers: tuple[str, ...]  #: who serves, to be compared with the published 联系我们 (四.(四))


def due_on(day: date, works: Callable[[date], bool]) -> Iterator[tuple[str, date, date]]:
    """(kind, first, last) of the reports that are sent on that workday."""
    monday = day - timedelta(days=day.weekday())
    if not any(works(monday + timedelta(days=n)) for n in range(day.weekday())):
        yield _WEEKLY, monday - timedelta(days=7), monday - timedelta(days=1)
    first = day.replace(day=1)
    if not any(works(first + timedelta(days=n)) for n in range((day - first).days)):
        before = first - timedelta(days=1)
        yield _MONTHLY, before.replace(day=1), before


class Reports:
    """Counts and draws."""

    def __init__(self, ledger: Ledger, settings: Settings, calendar: Calendar, labels: Labels) -> None:
        self._ledger = ledger
        self._settings = settings
        self._calendar = calendar
        self._labels = labels

    def of(self, kind: str, first: date, last: date, today: date, mailboxes: Sequence[str]) -> Report:
        figures = self._ledger.figures(
            first, last, today, mailboxes=mailboxes, workdays=self._calendar.workdays_between
        )
        rows = tuple(Row(self._labels("figure", name), _shown(name, getattr(figures, name))) for name in _ROWS)
        boxes = (box for box in self._settings.mailbox if box.address in mailboxes)
        people = dict.fromkeys(name for box in boxes for name in serving(self._settings, box, today))
        charts = tuple(self._charts(kind, first, last, figures, mailboxes))
        return Report(kind, self._labels("report", kind), first, last, figures, rows, charts, tuple(people))

    def _charts(
        self, kind: str, first: date, last: date, figures: Figures, mailboxes: Sequence[str]
    ) -> Iterator[Chart]:
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        counted = self._ledger.week(days, mailboxes=mailboxes)
        step = 1 if kind == _WEEKLY else 7
        spans = [counted[start : start + step] for start in range(0, len(counted), step)]
        title = "each_day" if kind == _WEEKLY else "each_week"
        yield activity(self._labels, title, [(_span(span[0].day, span[-1].day), span) for span in spans])
        yield matters(self._labels, figures.by_matter.items())
        yield defects(self._labels, figures.top_codes[:_DEFECTS])


def _span(first: date, last: date) -> str:
    start = f"{first.month}.{first.day}"
    return start if first == last else f"{start}–{last.month}.{last.day}"


def _shown(name: str, value: float | None) -> str:
    """A rate without cases is no zero."""
    if value is None:
        return "—"
    if name.endswith("_rate"):
        return f"{value:.1%}"
    return str(value) if isinstance(value, int) else f"{value:.1f}"
