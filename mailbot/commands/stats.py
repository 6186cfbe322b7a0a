"""`mailbot ledger stats`: a period's figures, for people and programs."""

import json
from argparse import Namespace
from datetime import date, datetime
from itertools import groupby

from ledger.figure_rows import figure_rows, figures_as_json
from ledger.figures import Figures, Period
from ledger.ledger import Ledger
from ledger.office_time import OFFICE_TIME
from mailbot.commands.choice import labels_of, mailboxes_chosen
from mailbot.commands.layout import laid_out
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from mailbot.settings import Settings, load_settings
from mailbot.workshop import open_ledger


def stats(options: Namespace) -> int:
    """The period's figures; by default of this year up to today."""
    settings = load_settings(options.config)
    matters = load_matters(settings.folders.packs)
    with open_ledger(settings, matters) as ledger:
        figures, period = figures_of(ledger, options, settings)
    if options.json:
        told = figures_as_json(figures, period.first, period.last, datetime.now(OFFICE_TIME))
        print(json.dumps(told, ensure_ascii=False))
        return 0
    labels = labels_of(settings, matters)
    print(f"{labels('figure', 'period')}：{period.first}～{period.last}")
    for group, rows in groupby(figure_rows(figures, labels), key=lambda row: row[0]):
        print(group)
        print(laid_out("\n".join(f"  {name}\t{_shown(value)}" for _, name, value in rows)), end="")
    return 0


def figures_of(
    ledger: Ledger, options: Namespace, settings: Settings, first: date | None = None
) -> tuple[Figures, Period]:
    """From --from, else `first`, else 1 January, to --to, else today."""
    today = datetime.now(OFFICE_TIME).date()
    last = options.until or today
    start = options.since or first or last.replace(month=1, day=1)
    period = Period(start, last, today, mailboxes_chosen(options, settings))
    workdays = load_calendar(settings.folders.calendars).workdays_between
    return (
        ledger.figures(period.first, period.last, today, mailboxes=period.mailboxes, workdays=workdays),
        period,
    )


def _shown(value: object) -> str:
    return "–" if value is None else f"{value:.1%}" if isinstance(value, float) else str(value)
