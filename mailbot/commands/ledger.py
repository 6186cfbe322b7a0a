"""`mailbot ledger list|sample|hold`: which cases there are, which of them are looked at again, which are kept."""

import json
import sys
from argparse import Namespace
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

from ledger.entries import CaseEntry
from ledger.figures import Period
from ledger.office_time import OFFICE_TIME
from mailbot.commands.choice import cases_chosen, labels_of, mailboxes_chosen
from mailbot.commands.table import show_cases
from mailbot.errors import UsageError
from mailbot.letters.notation import local_minute
from mailbot.office.packs import load_matters
from mailbot.settings import load_settings
from mailbot.workshop import open_ledger
from parsers.masking import mask, masked_address

_MOST_LINES = 200  #: of a table, unless --limit says otherwise


def listing(options: Namespace) -> int:
    """Newest first. The table ends after --limit lines (0: never) and says so; --json has no end of its own."""
    settings = load_settings(options.config)
    limit = options.limit if options.limit is not None else 0 if options.json else _MOST_LINES
    matters = load_matters(settings.folders.packs)
    labels = labels_of(settings, matters)
    with open_ledger(settings, matters) as ledger:
        which = cases_chosen(options, settings, labels)
        shown = ledger.cases(which, newest_first=True, most=limit or None)
        if options.json:
            for case in shown:
                print(json.dumps(case_as_json(case), ensure_ascii=False))
        else:
            show_cases(shown, labels, matters)
            if limit and (left := ledger.count_cases(which) - limit) > 0:
                print(f"{left} more; --limit 0 shows all, or narrow the filter", file=sys.stderr)
    return 0


def sample(options: Namespace) -> int:
    """Draws cases of a month to be looked at again; the same seed draws the same ones."""
    if not 0 < options.rate <= 1:
        raise UsageError(f"--rate {options.rate}: a share of the month's cases; write 0.1 for one in ten")
    settings = load_settings(options.config)
    first = options.month
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    period = Period(first, last, datetime.now(OFFICE_TIME).date(), mailboxes_chosen(options, settings))
    with open_ledger(settings) as ledger:
        found = ledger.draw_sample(period, f"{first:%Y-%m}", options.rate, options.seed, actor="operator")
    for number in found.numbers:
        print(number)
    again = f", first drawn {local_minute(found.drawn_before)}" if found.drawn_before else ""
    print(f"{len(found.numbers)} of {found.population} cases, seed {found.seed}{again}", file=sys.stderr)
    if not found.agrees:
        print("the month's cases have changed since: this is not the sample of the record", file=sys.stderr)
    return 0 if found.agrees else 1


def hold(options: Namespace) -> int:
    """A case that must not be destroyed, whatever its age; `--lift` ends it."""
    if not options.lift and not options.reason:
        raise UsageError("--reason: say why the case must be kept (a lawsuit, an audit); or --lift")
    settings = load_settings(options.config)
    with open_ledger(settings) as ledger:
        ledger.hold_case(options.case, None if options.lift else options.reason, actor="operator")
    print(f"{options.case}: {'hold lifted' if options.lift else 'held'}")
    return 0


def case_as_json(case: CaseEntry) -> dict[str, Any]:
    """One object of `ledger list --json`; numbers and addresses masked."""
    facts = asdict(case.facts)
    for key in ("engineer_key", "handler_key"):
        facts.pop(key)
    facts["applicant"] = masked_address(case.facts.applicant)
    names = ("number", "state", "mailbox", "opened_at", "rounds", "first_feedback_at", "reviewer", "closed_at", "steps")
    row: dict[str, Any] = _plain({name: getattr(case, name) for name in (*names, "keep_until")} | facts)
    return row


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case datetime():
            return value.astimezone(OFFICE_TIME).isoformat(timespec="seconds")
        case date():
            return value.isoformat()
        case str():
            return mask(str(value))
        case _:
            return value
