"""Which of the office's numbers are drawn, under which names and in which colours?"""

from collections.abc import Iterable, Sequence
from typing import Final

from ledger.desk import DayCounts
from mailbot.letters.labels import Labels
from mailbot.reviewers.charts import Chart, Series, bars, columns

_KIND: Final = "diagram"  #: of their words in labels.toml
_RECEIVED, _RETURNED, _DECIDED, _OVERDUE = "#1f618d", "#d35400", "#1e8449", "#c0392b"


def activity(labels: Labels, title: str, spans: Sequence[tuple[str, Sequence[DayCounts]]]) -> Chart:
    """What came, went back, ended and ran over, for each named span of days."""
    days = [counted for _, counted in spans]
    return columns(
        labels(_KIND, title),
        [name for name, _ in spans],
        (
            Series(labels(_KIND, "received"), _RECEIVED, tuple(sum(one.received for one in span) for span in days)),
            Series(labels(_KIND, "returned"), _RETURNED, tuple(sum(one.returned for one in span) for span in days)),
            Series(labels(_KIND, "decided"), _DECIDED, tuple(sum(one.decided for one in span) for span in days)),
            Series(labels(_KIND, "overdue"), _OVERDUE, tuple(sum(one.overdue for one in span) for span in days)),
        ),
    )


def matters(labels: Labels, counts: Iterable[tuple[str, int]]) -> Chart:
    return _named(labels, "matters", "matter", counts, _RECEIVED)


def defects(labels: Labels, counts: Iterable[tuple[str, int]]) -> Chart:
    return _named(labels, "defects", "finding", counts, _RETURNED)


def _named(labels: Labels, title: str, kind: str, counts: Iterable[tuple[str, int]], colour: str) -> Chart:
    rows = [(labels(kind, word), count) for word, count in counts]
    return bars(labels(_KIND, title), rows, colour, none=labels(_KIND, "none"))
