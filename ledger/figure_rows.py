"""How do a period's figures stand in a table: of what, which, how many?"""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from ledger.export import Figure
from ledger.figures import Figures, Tally

Label = Callable[[str, str], str]

#: Of the whole and of each group, in this order.
_OF_TALLY: Final = (
    "received", "closed", "feedback_due", "feedback_in_time", "feedback_rate", "review_due", "review_in_time",
    "review_rate", "corrected", "correction_rate", "first_pass_rate", "corrections", "mean_rounds", "mean_workdays",
    "median_workdays",
)  # fmt: skip
_OF_WHOLE: Final = (
    "mean_workdays_since_receipt", "median_workdays_since_receipt", "open_now", "due_soon_now",
    "overdue_now", "duplicates", "answered_without_case", "called", "reached", "call_rate", "on_site", "explained",
)  # fmt: skip
#: Numbers that are no shares: two decimals, not per cent.
_PLAIN: Final = frozenset(name for name in (*_OF_TALLY, *_OF_WHOLE) if name.startswith(("mean_", "median_")))
_DIMENSION_KINDS: Final = {"matter": "matter", "reviewer": "reviewer"}


def figure_rows(figures: Figures, label: Label) -> Iterator[Figure]:
    """(of what, which figure, value): rates as numbers from 0 to 1; what cannot be told has no value."""
    yield from _tally_rows(label("figure", "whole"), figures, (*_OF_TALLY, *_OF_WHOLE), label)
    for state, count in figures.closed_as.items():
        yield label("figure", "closed_as"), label("state", state), count
    for code, count in figures.top_codes:
        yield label("figure", "codes"), label("finding", code), count
    for dimension, groups in figures.groups.items():
        for name, tally in groups.items():
            shown = label(_DIMENSION_KINDS.get(dimension, ""), name)
            yield from _tally_rows(f"{label('dimension', dimension)}：{shown}", tally, _OF_TALLY, label)


def _tally_rows(of: str, tally: Tally, names: tuple[str, ...], label: Label) -> Iterator[Figure]:
    for name in names:
        value = getattr(tally, name)
        shown = Decimal(f"{value:.2f}") if name in _PLAIN and value is not None else value
        yield of, label("figure", name), shown


def figures_as_json(figures: Figures, first: date, last: date, as_of: datetime) -> dict[str, Any]:
    """For programs: stable words, rates rounded to four decimals."""
    whole = {name: value for name, value in asdict(figures).items() if name != "groups"}
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "as_of": as_of.isoformat(timespec="seconds"),
        **_rounded({**whole, **_rates(figures), "call_rate": figures.call_rate}),
        "groups": {
            dimension: {name: _rounded({**asdict(tally), **_rates(tally)}) for name, tally in groups.items()}
            for dimension, groups in figures.groups.items()
        },
    }


def _rates(tally: Tally) -> dict[str, float | None]:
    names = ("feedback_rate", "review_rate", "correction_rate", "first_pass_rate", "mean_rounds")
    return {name: getattr(tally, name) for name in names}


def _rounded(values: dict[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}
