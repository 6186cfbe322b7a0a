"""How does a list of cases fit a terminal, however narrow, without a word torn apart?

The most telling columns come first; a wider terminal shows more of them. What still does not fit is the applicant's
or the project's name, which alone may take a second line.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table

from ledger.entries import CaseEntry
from mailbot.examination.matter import Matter
from mailbot.letters.labels import Labels
from mailbot.letters.notation import local_minute
from parsers.masking import mask, masked_address

_GAP: Final = 2  #: between two columns
_NARROWEST: Final = 8  #: of a column that may take a second line
_MOST_OF_NAME: Final = 24  #: a firm's name alone need not widen the table


@dataclass(frozen=True)
class _Column:
    """One fact of a case."""

    word: str  #: its heading is named by labels.toml
    rank: int  #: the smaller, the longer it stays when the terminal narrows
    show: Callable[[CaseEntry, "_Names"], str]
    folds: bool = False


@dataclass(frozen=True)
class _Names:
    label: Labels
    annexes: dict[str, str]


def show_cases(
    cases: Iterable[CaseEntry], labels: Labels, matters: Iterable[Matter], console: Console | None = None
) -> None:
    """As many columns as the terminal holds."""
    console = console or Console()
    names = _Names(labels, {matter.key: matter.annex for matter in matters})
    rows = [[column.show(case, names) for column in _COLUMNS] for case in cases]
    headings = [labels("column", column.word) for column in _COLUMNS]
    widths = [_width(heading, cells) for heading, *cells in zip(headings, *rows, strict=True)]
    chosen = _fitting(widths, console.width)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, _GAP - 1, 0, 0))
    for place in chosen:
        folds = _COLUMNS[place].folds
        table.add_column(
            headings[place], no_wrap=not folds, overflow="fold", min_width=None if folds else widths[place]
        )
    for row in rows:
        table.add_row(*(row[place] for place in chosen))
    console.print(table)


def _width(heading: str, cells: Sequence[str]) -> int:
    """0 for a column that tells nothing of any case."""
    return max(map(cell_len, (heading, *cells))) if any(cells) else 0


def _fitting(widths: Sequence[int], room: int) -> list[int]:
    """The columns that stay, in their order; names count only as much as they need at least."""
    chosen: list[int] = []
    telling = [place for place, width in enumerate(widths) if width]
    for place in sorted(telling, key=lambda one: _COLUMNS[one].rank):
        together = [*chosen, place]
        needed = sum(_needed(one, widths[one], room) + _GAP for one in together) - _GAP
        if needed <= room or len(chosen) < 2:
            chosen = together
    return sorted(chosen)


def _needed(place: int, width: int, room: int) -> int:
    if not _COLUMNS[place].folds:
        return width
    return min(width, max(_NARROWEST, min(_MOST_OF_NAME, room // 6)))


def _matter(case: CaseEntry, names: _Names) -> str:
    matter = names.annexes.get(case.facts.matter, case.facts.matter)
    return " ".join(filter(None, (matter, names.label("action", case.facts.action or ""))))


def _feedback_due(case: CaseEntry, names: _Names) -> str:
    clock = next((one for one in case.facts.clocks if one.id == "feedback10"), None)
    if clock is None:
        return ""
    return str(clock.due) if clock.due else f"{clock.earliest} …"


def _who(case: CaseEntry, names: _Names) -> str:
    return mask(case.facts.engineer or case.facts.firm or masked_address(case.facts.applicant))


_COLUMNS: Final = (
    _Column("number", 1, lambda case, names: case.number),
    _Column("received", 6, lambda case, names: local_minute(case.facts.received_at)),
    _Column("matter", 4, _matter),
    _Column("applicant", 3, _who, folds=True),
    _Column("firm", 8, lambda case, names: mask(case.facts.firm or "") if case.facts.engineer else "", folds=True),
    _Column("project", 9, lambda case, names: mask(case.facts.project or ""), folds=True),
    _Column("verdict", 7, lambda case, names: names.label("verdict", case.facts.verdict)),
    _Column("state", 2, lambda case, names: names.label("state", case.state.value)),
    _Column("feedback_due", 5, _feedback_due),
    _Column("reviewer", 10, lambda case, names: names.label("reviewer", case.reviewer or "")),
)
