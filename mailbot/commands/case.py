"""`mailbot ledger show`: one case with its whole history at a terminal, as the office reads it.

Its own row is that of the 工作台账 sheet, column by column; what it says besides is worded by reviewer/case.zh.j2.
"""

from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ledger.book import CASES, View
from ledger.entries import CaseEntry
from ledger.ledger import Ledger
from ledger.overview import CaseRecord
from ledger.questions import CaseFile, CaseFilter
from mailbot.commands.choice import labels_of
from mailbot.commands.export import view_of
from mailbot.commands.layout import laid_out
from mailbot.decisions.checklist import checklist
from mailbot.examination.clocks import COURSES, Proof, prove
from mailbot.examination.matter import Matter
from mailbot.examination.workdays import Calendar
from mailbot.letters.notation import local_minute
from mailbot.letters.rendering import Words
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from mailbot.settings import Settings, load_settings
from mailbot.workshop import open_ledger
from parsers.masking import mask

_IN_ROW = frozenset(column.step for column in CASES)


@dataclass(frozen=True)
class Shown:
    """Everything that the template of a case at a terminal may name."""

    file: CaseFile
    row: tuple[tuple[str, str], ...]  #: title and value of each column of the sheet that tells something
    entered: tuple[tuple[str, Any], ...]  #: what reviewers entered and the row does not show
    missing: tuple[str, ...]  #: what only people can look up, and nobody has
    names: Mapping[str, str]  #: folded address → name of a reviewer


def show(options: Namespace) -> int:
    settings = load_settings(options.config)
    matters, calendar = load_matters(settings.folders.packs), load_calendar(settings.folders.calendars)
    words = Words(settings.folders.templates, matters=matters)
    with open_ledger(settings, matters) as ledger:
        facts = _shown(ledger, options.case, settings, matters, calendar)
    kept = {matter.key: matter.retention_years for matter in matters}
    case = facts.file.case
    told = mask(words.reviewer_text("case", facts))
    told += "".join(
        words.reviewer_text("deadline_proof", proof) for proof in proofs(case, calendar, kept.get(case.facts.matter))
    )
    print(laid_out(told), end="")
    return 0


def proofs(case: CaseEntry, calendar: Calendar, keep_years: int | None = None) -> Iterator[Proof]:
    """期限证明 of every period of the case that still runs; ended ones are told by the history."""
    for clock in case.facts.clocks:
        if clock.id in COURSES and clock.started_on and clock.stopped_on is None:
            length = keep_years if clock.id == "keep3y" else None
            yield prove(clock.id, clock.clause, clock.started_on, calendar, length=length)


def _shown(ledger: Ledger, number: str, settings: Settings, matters: tuple[Matter, ...], calendar: Calendar) -> Shown:
    file = ledger.case(number)
    (record,) = ledger.records(CaseFilter(numbers=(number,)))
    view = view_of(ledger, settings, labels_of(settings, matters), matters, calendar)
    names = {one.address.lower(): one.name for one in settings.reviewer}
    return Shown(
        file=file,
        row=tuple(_row(record, view)),
        entered=tuple((name, value) for name, value in sorted(file.case.steps.items()) if name not in _IN_ROW),
        missing=tuple(one.word for one in checklist(file, matters, names) if not one.done),
        names=names,
    )


def _row(record: CaseRecord, view: View) -> Iterator[tuple[str, str]]:
    for column in CASES:
        value = column.value(record, view)
        if value is not None and value != "":
            yield column.title, local_minute(value) if isinstance(value, datetime) else str(value)
