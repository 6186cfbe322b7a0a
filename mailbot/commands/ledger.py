"""`mailbot ledger list|show|export|stats|sample|hold`: the work ledger (工作台账) at a terminal and as a file."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ledger.book import View
from ledger.entries import CaseEntry, CaseState
from ledger.export import Figure, export_csv, export_xlsx
from ledger.figure_rows import figure_rows, figures_as_json
from ledger.figures import Figures, Period
from ledger.ledger import Ledger
from ledger.questions import CaseFile, CaseFilter
from ledger.store import midnight, office_day
from mailbot.commands.table import local_minute, show_cases
from mailbot.errors import UsageError
from mailbot.examination.clocks import COURSES, Proof, prove
from mailbot.examination.matter import Matter, prescribed_mailboxes
from mailbot.examination.workdays import Calendar
from mailbot.letters.labels import Labels
from mailbot.letters.rendering import Words
from mailbot.office.authorities import Pressing, ProjectMap, load_projects
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from mailbot.settings import OFFICE_TIME, Settings, load_settings
from mailbot.workshop import open_ledger
from parsers.masking import mask, masked_address

_MOST_LINES = 200  #: of a table, unless --limit says otherwise


def listing(options: Namespace) -> int:
    """Newest first. The table ends after --limit lines (0: never) and says so; --json has no end of its own."""
    settings = load_settings(options.config)
    limit = options.limit if options.limit is not None else 0 if options.json else _MOST_LINES
    matters = load_matters(settings.folders.packs)
    labels = _labels(settings, matters)
    with open_ledger(settings, matters) as ledger:
        which = _filter(options, settings, labels)
        cases = ledger.cases(which, newest_first=True)
        shown = islice(cases, limit) if limit else cases
        if options.json:
            for case in shown:
                print(json.dumps(case_as_json(case), ensure_ascii=False))
        else:
            show_cases(shown, labels, matters)
            if limit and (left := ledger.count_cases(which) - limit) > 0:
                print(f"{left} more; --limit 0 shows all, or narrow the filter", file=sys.stderr)
    return 0


def show(options: Namespace) -> int:
    settings = load_settings(options.config)
    with open_ledger(settings) as ledger:
        file = ledger.case(options.case)
    for line in history(file):
        print(line)
    words, calendar = Words(settings.folders.templates), load_calendar(settings.folders.calendars)
    kept = {matter.key: matter.retention_years for matter in load_matters(settings.folders.packs)}
    for proof in proofs(file.case, calendar, kept.get(file.case.facts.matter)):
        print(words.reviewer_text("deadline_proof", proof), end="")
    return 0


def export(options: Namespace) -> int:
    """By the file's ending: .xlsx (five sheets) or .csv (the first of them)."""
    ending = options.file.suffix.lower()
    if ending not in (".xlsx", ".csv"):
        raise UsageError(f"{options.file}: unknown ending; use .xlsx or .csv")
    settings = load_settings(options.config)
    matters = load_matters(settings.folders.packs)
    labels = _labels(settings, matters)
    calendar = load_calendar(settings.folders.calendars)
    levels, presses = _levels(settings, matters, labels), _presses(settings)
    with open_ledger(settings, matters) as ledger:
        view = View(
            labels,
            mask,
            masked_address,
            calendar.workdays_between,
            levels,
            ledger.own_review,
            notice=lambda name: presses(name).notice_on,
            focus=lambda name: presses(name).focus,
        )
        which = replace(_period(options, settings), project=options.project)
        if ending == ".csv":
            count = export_csv(options.file, ledger.records(which), view=view)
        else:
            first = next((office_day(case.facts.received_at) for case in ledger.cases(which)), None)
            figures, period = _figures(ledger, options, settings, first)
            rows = [*_of_period(period, labels), *figure_rows(figures, labels)]
            count = export_xlsx(
                options.file, ledger.records(which), view=view, figures=rows, concerns=ledger.concerns(which)
            )
    print(f"{count} cases written to {options.file}", file=sys.stderr)
    return 0


def stats(options: Namespace) -> int:
    """The period's figures; by default of this year up to today."""
    settings = load_settings(options.config)
    matters = load_matters(settings.folders.packs)
    with open_ledger(settings, matters) as ledger:
        figures, period = _figures(ledger, options, settings)
    if options.json:
        told = figures_as_json(figures, period.first, period.last, datetime.now(OFFICE_TIME))
        print(json.dumps(told, ensure_ascii=False))
        return 0
    print(f"{period.first} … {period.last}")
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_header=False)
    before = ""
    for of, name, value in figure_rows(figures, _labels(settings, matters)):
        shown = "–" if value is None else f"{value:.1%}" if isinstance(value, float) else str(value)
        table.add_row("" if of == before else of, name, shown)
        before = of
    Console().print(table)
    return 0


def sample(options: Namespace) -> int:
    """Draws cases of a month to be looked at again; the same seed draws the same ones."""
    if not 0 < options.rate <= 1:
        raise UsageError(f"--rate {options.rate}: a share of the month's cases; write 0.1 for one in ten")
    settings = load_settings(options.config)
    first = options.month
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    period = Period(first, last, datetime.now(OFFICE_TIME).date(), _mailboxes(options, settings))
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


def history(file: CaseFile) -> Iterator[str]:
    """A case from its first mail to now, a line for each thing that happened."""
    case = file.case
    yield f"{case.number}  {case.state.value}  {case.facts.matter} {case.facts.action or ''}".rstrip()
    for name in ("firm", "engineer", "project", "section", "post"):
        if value := getattr(case.facts, name):
            yield f"  {name}: {mask(value)}"
    yield f"  applicant: {masked_address(case.facts.applicant)}"
    yield from _standing(case)
    for one in file.examinations:
        received = local_minute(one.received_at)
        yield f"  round {one.round}: received {received}, {one.verdict} under pack {one.pack_version}"
        for finding in one.findings:
            yield f"    {finding.severity} {finding.code}: {mask(finding.message)}（{finding.clause}）"
    for mail in file.mails:
        yield f"  mail {mail.id}: {local_minute(mail.arrived_at)} {mask(mail.subject)} sha256 {mail.sha256[:16]}…"
    for entry in file.letters:
        sent = f" {local_minute(entry.sent_at)}" if entry.sent_at else ""
        yield f"  letter {entry.id}: {entry.letter.kind} {entry.letter.state.value}{sent} {mask(entry.letter.subject)}"
    for event in file.events:
        detail = mask(json.dumps(event.detail, ensure_ascii=False))
        yield f"  {local_minute(event.at)} {event.actor} {event.action} {detail}"


def _standing(case: CaseEntry) -> Iterator[str]:
    """Clocks, what reviewers entered, and until when it is kept."""
    for clock in case.facts.clocks:
        bounds = f"{clock.earliest} … {clock.latest}" if clock.due is None else clock.due
        stopped = f", stopped {clock.stopped_on}" if clock.stopped_on else ""
        yield f"  clock {clock.id} ({clock.clause}): {bounds}{stopped}"
    for name, value in case.steps.items():
        yield f"  step {name}: {mask(str(value))}"
    if case.closed_at:
        yield f"  closed {local_minute(case.closed_at)}, kept until {case.keep_until}"


def _filter(options: Namespace, settings: Settings, labels: Labels) -> CaseFilter:
    today = datetime.now(OFFICE_TIME).date()
    period = _period(options, settings)
    return CaseFilter(
        states=_states(options.state, labels),
        matter=options.matter,
        mailboxes=period.mailboxes,
        firm=options.firm,
        engineer=options.engineer,
        reviewer=_reviewer(options.reviewer, settings),
        project=options.project,
        text=options.text,
        due_until=options.due_until,
        overdue_on=today if options.overdue else None,
        received_from=period.received_from,
        received_before=period.received_before,
    )


def _states(named: str | None, labels: Labels) -> tuple[CaseState, ...]:
    """By the word of --json, or by the name that the table shows."""
    known = {state: labels("state", state.value) for state in CaseState}
    found = tuple(state for state, name in known.items() if named in (state.value, name))
    if named and not found:
        told = ", ".join(f"{state.value} ({name})" for state, name in known.items())
        raise UsageError(f"--state {named}: unknown; use one of {told}")
    return found


def _reviewer(named: str | None, settings: Settings) -> str | None:
    """By name as the roster has it, or by address."""
    if named is None:
        return None
    return next((one.address for one in settings.reviewer if one.name == named), named)


def _period(options: Namespace, settings: Settings) -> CaseFilter:
    """Both days within."""
    return CaseFilter(
        mailboxes=_mailboxes(options, settings),
        received_from=midnight(options.since) if options.since else None,
        received_before=midnight(options.until + timedelta(days=1)) if options.until else None,
    )


def _mailboxes(options: Namespace, settings: Settings) -> tuple[str, ...]:
    """The named review mailbox, by address or alias or by the prefix of its case numbers: each district has its own."""
    if options.mailbox is None:
        return ()
    by_code = [box for box in settings.mailbox if box.case_code == options.mailbox.upper()]
    box = settings.mailbox_at(options.mailbox) or (by_code[0] if by_code else None)
    if box is None:
        known = ", ".join(f"{one.address} ({one.case_code})" for one in settings.mailbox)
        raise UsageError(f"--mailbox {options.mailbox}: not configured; use one of {known}")
    return (box.address,)


def _of_period(period: Period, labels: Labels) -> Iterator[Figure]:
    yield labels("figure", "whole"), labels("figure", "from"), period.first
    yield labels("figure", "whole"), labels("figure", "to"), period.last


def _figures(
    ledger: Ledger, options: Namespace, settings: Settings, first: date | None = None
) -> tuple[Figures, Period]:
    """From --from, else `first`, else 1 January, to --to, else today."""
    today = datetime.now(OFFICE_TIME).date()
    last = options.until or today
    start = options.since or first or last.replace(month=1, day=1)
    period = Period(start, last, today, _mailboxes(options, settings))
    workdays = load_calendar(settings.folders.calendars).workdays_between
    return (
        ledger.figures(period.first, period.last, today, mailboxes=period.mailboxes, workdays=workdays),
        period,
    )


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


def _labels(settings: Settings, matters: tuple[Matter, ...]) -> Labels:
    return Labels(
        settings.folders.templates,
        matters=matters,
        reviewers={one.address: one.name for one in settings.reviewer},
    )


def proofs(case: CaseEntry, calendar: Calendar, keep_years: int | None = None) -> Iterator[Proof]:
    """期限证明 of every period of the case that still runs; ended ones are told by the history."""
    for clock in case.facts.clocks:
        if clock.id in COURSES and clock.started_on and clock.stopped_on is None:
            length = keep_years if clock.id == "keep3y" else None
            yield prove(clock.id, clock.clause, clock.started_on, calendar, length=length)


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
