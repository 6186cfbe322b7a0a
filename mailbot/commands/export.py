"""`mailbot ledger export`: the work ledger (工作台账) as a file."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache

from ledger.book import View
from ledger.export import Figure, export_csv, export_xlsx
from ledger.figure_rows import figure_rows
from ledger.figures import Period
from ledger.ledger import Ledger
from ledger.office_time import office_day
from mailbot.commands.choice import labels_of, period_chosen
from mailbot.commands.stats import figures_of
from mailbot.errors import UsageError
from mailbot.examination.matter import Matter, prescribed_mailboxes
from mailbot.examination.workdays import Calendar
from mailbot.letters.labels import Labels
from mailbot.office.authorities import Pressing, ProjectMap, load_projects
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from mailbot.settings import Settings, load_settings
from mailbot.workshop import open_ledger
from parsers.masking import mask, masked_address


def export(options: Namespace) -> int:
    """By the file's ending: .xlsx (five sheets) or .csv (the first of them)."""
    ending = options.file.suffix.lower()
    if ending not in (".xlsx", ".csv"):
        raise UsageError(f"{options.file}: unknown ending; use .xlsx or .csv")
    settings = load_settings(options.config)
    matters = load_matters(settings.folders.packs)
    labels = labels_of(settings, matters)
    with open_ledger(settings, matters) as ledger:
        view = view_of(ledger, settings, labels, matters, load_calendar(settings.folders.calendars))
        which = replace(period_chosen(options, settings), project=options.project)
        if ending == ".csv":
            count = export_csv(options.file, ledger.records(which), view=view)
        else:
            first = next((office_day(case.facts.received_at) for case in ledger.cases(which)), None)
            figures, period = figures_of(ledger, options, settings, first)
            rows = [*_of_period(period, labels), *figure_rows(figures, labels)]
            count = export_xlsx(
                options.file, ledger.records(which), view=view, figures=rows, concerns=ledger.concerns(which)
            )
    print(f"{count} cases written to {options.file}", file=sys.stderr)
    return 0


def view_of(
    ledger: Ledger, settings: Settings, labels: Labels, matters: tuple[Matter, ...], calendar: Calendar
) -> View:
    """How this office's sheets show what lies in the ledger."""
    presses = _presses(settings)
    return View(
        labels,
        mask,
        masked_address,
        calendar.workdays_between,
        _levels(settings, matters, labels),
        ledger.own_review,
        notice=lambda name: presses(name).notice_on,
        focus=lambda name: presses(name).focus,
    )


def _of_period(period: Period, labels: Labels) -> Iterator[Figure]:
    yield labels("figure", "whole"), labels("figure", "from"), period.first
    yield labels("figure", "whole"), labels("figure", "to"), period.last


def _levels(settings: Settings, matters: tuple[Matter, ...], labels: Labels) -> Callable[[str], str | None]:
    """The circular's own mailboxes review the city's projects, every other those of its district."""
    municipal = prescribed_mailboxes(matters)

    def level(address: str) -> str | None:
        if address.lower() in municipal:
            return labels("level", "municipal")
        box = settings.mailbox_at(address)
        return settings.office_of(box).name if box else None

    return level


def _presses(settings: Settings) -> Callable[[str], Pressing]:
    """What the office's map says of a project, asked once for each."""
    projects = load_projects(settings.folders.projects) if settings.folders.projects else ProjectMap()

    @lru_cache(10_000)
    def presses(name: str) -> Pressing:
        return projects.presses(name) or Pressing()

    return presses
