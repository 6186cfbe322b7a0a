"""`mailbot ledger list|show|export`: the work ledger (工作台账) at a terminal and as a file."""

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from ledger.entries import CaseEntry, CaseState
from ledger.export import export_csv, export_xlsx
from ledger.questions import CaseFile, CaseFilter
from mailbot.app import open_ledger
from mailbot.errors import UsageError
from mailbot.examination.matter import Matter
from mailbot.packs import load_matters
from mailbot.settings import OFFICE_TIME, load_settings
from parsers.masking import mask, masked_address

_COLUMNS = ("number", "received", "matter", "applicant", "verdict", "state", "feedback due")


def listing(options: Namespace) -> int:
    settings = load_settings(options.config)
    with open_ledger(settings) as ledger:
        cases = ledger.cases(_filter(options))
        if options.json:
            for case in cases:
                print(json.dumps(case_as_json(case), ensure_ascii=False))
        else:
            show_table(cases, load_matters(settings.folders.packs))
    return 0


def show(options: Namespace) -> int:
    settings = load_settings(options.config)
    with open_ledger(settings) as ledger:
        for line in history(ledger.case(options.case)):
            print(line)
    return 0


def export(options: Namespace) -> int:
    """By the file's ending: .xlsx or .csv."""
    writers = {".xlsx": export_xlsx, ".csv": export_csv}
    writer = writers.get(options.file.suffix.lower())
    if writer is None:
        raise UsageError(f"{options.file}: unknown ending; use .xlsx or .csv")
    settings = load_settings(options.config)
    with open_ledger(settings) as ledger:
        count = writer(options.file, ledger.cases(_period(options)))
    print(f"{count} cases written to {options.file}", file=sys.stderr)
    return 0


def show_table(cases: Iterator[CaseEntry], matters: tuple[Matter, ...], console: Console | None = None) -> None:
    """For a terminal of 100 columns; a narrower one folds, nothing is cut off."""
    annexes = {matter.key: matter.annex for matter in matters}
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, overflow="fold", no_wrap=name in ("number", "received", "feedback due"))
    for case in cases:
        table.add_row(*(str(cell) for cell in _row(case, annexes)))
    (console or Console()).print(table)


def case_as_json(case: CaseEntry) -> dict[str, Any]:
    """One object of `ledger list --json`; numbers and addresses masked."""
    facts = asdict(case.facts)
    facts.pop("engineer_key")
    facts["applicant"] = masked_address(case.facts.applicant)
    names = ("number", "state", "mailbox", "opened_at", "rounds", "first_feedback_at", "reviewer", "closed_at")
    row: dict[str, Any] = _plain({name: getattr(case, name) for name in (*names, "keep_until")} | facts)
    return row


def history(file: CaseFile) -> Iterator[str]:
    """A case from its first mail to now, a line for each thing that happened."""
    case = file.case
    yield f"{case.number}  {case.state.value}  {case.facts.matter} {case.facts.action or ''}".rstrip()
    for name in ("firm", "engineer", "project", "section", "post"):
        if value := getattr(case.facts, name):
            yield f"  {name}: {value}"
    yield f"  applicant: {masked_address(case.facts.applicant)}"
    for clock in case.facts.clocks:
        bounds = f"{clock.earliest} … {clock.latest}" if clock.due is None else clock.due
        stopped = f", stopped {clock.stopped_on}" if clock.stopped_on else ""
        yield f"  clock {clock.id} ({clock.clause}): {bounds}{stopped}"
    for one in file.examinations:
        yield f"  round {one.round}: received {_local(one.received_at)}, {one.verdict} under pack {one.pack_version}"
        for finding in one.findings:
            yield f"    {finding.severity} {finding.code}: {finding.message}（{finding.clause}）"
    for mail in file.mails:
        yield f"  mail {mail.id}: {_local(mail.arrived_at)} {mask(mail.subject)} sha256 {mail.sha256[:16]}…"
    for entry in file.letters:
        sent = f" {_local(entry.sent_at)}" if entry.sent_at else ""
        yield f"  letter {entry.id}: {entry.letter.kind} {entry.letter.state.value}{sent} {mask(entry.letter.subject)}"
    for event in file.events:
        yield f"  {_local(event.at)} {event.actor} {event.action} {mask(json.dumps(event.detail, ensure_ascii=False))}"


def _filter(options: Namespace) -> CaseFilter:
    try:
        states = (CaseState(options.state),) if options.state else ()
    except ValueError as error:
        known = ", ".join(state.value for state in CaseState)
        raise UsageError(f"--state {options.state}: unknown; use one of {known}") from error
    today = datetime.now(OFFICE_TIME).date()
    period = _period(options)
    return CaseFilter(
        states=states,
        matter=options.matter,
        firm=options.firm,
        engineer=options.engineer,
        text=options.text,
        overdue_on=today if options.overdue else None,
        received_from=period.received_from,
        received_before=period.received_before,
    )


def _period(options: Namespace) -> CaseFilter:
    """Both days within."""
    until = options.until + timedelta(days=1) if options.until else None
    return CaseFilter(received_from=_midnight(options.since), received_before=_midnight(until))


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, datetime.min.time(), OFFICE_TIME).astimezone(UTC) if day else None


def _row(case: CaseEntry, annexes: Mapping[str, str]) -> tuple[object, ...]:
    facts = case.facts
    feedback = next((clock for clock in facts.clocks if clock.id == "feedback10"), None)
    due = "" if feedback is None else feedback.due or f"{feedback.earliest} … {feedback.latest}"
    who = facts.engineer or facts.firm or masked_address(facts.applicant)
    matter = " ".join(filter(None, (annexes.get(facts.matter, facts.matter), facts.action)))
    return case.number, _local(facts.received_at), matter, who, facts.verdict, case.state.value, due


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}"


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
