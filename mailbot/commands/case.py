"""`mailbot ledger show`: one case with its whole history at a terminal."""

import json
from argparse import Namespace
from collections.abc import Iterator

from ledger.entries import CaseEntry
from ledger.questions import CaseFile
from mailbot.commands.table import local_minute
from mailbot.examination.clocks import COURSES, Proof, prove
from mailbot.examination.workdays import Calendar
from mailbot.letters.rendering import Words
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from mailbot.settings import load_settings
from mailbot.workshop import open_ledger
from parsers.masking import mask, masked_address


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


def proofs(case: CaseEntry, calendar: Calendar, keep_years: int | None = None) -> Iterator[Proof]:
    """期限证明 of every period of the case that still runs; ended ones are told by the history."""
    for clock in case.facts.clocks:
        if clock.id in COURSES and clock.started_on and clock.stopped_on is None:
            length = keep_years if clock.id == "keep3y" else None
            yield prove(clock.id, clock.clause, clock.started_on, calendar, length=length)
