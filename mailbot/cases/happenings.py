"""What has happened to a case, as the ledger tells it, and which periods run after it?

The ledger's own records are the only source: mails, letters sent, days that a person entered, the end. So a period can
be computed again at any time, under another calendar, and comes out the same.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from ledger.entries import CaseFacts, CaseState, ClockEntry, LetterState
from ledger.office_time import office_day
from ledger.questions import CaseFile
from mailbot.examination.clocks import Event, Happened, after
from mailbot.examination.matter import Filing, Matter
from mailbot.examination.verdict import Clock
from mailbot.examination.workdays import Calendar

#: Days that a person enters with `record_step`, as ISO dates.
ENTERED: Final = {
    "verified_on": Event.VERIFIED,
    "acceptance_on": Event.ACCEPTANCE,
    "project_changed_on": Event.PROJECT_CHANGED,
    "firm_changed_on": Event.FIRM_CHANGED,
}

_ENDS: Final = {
    CaseState.APPROVED: Event.DECIDED,
    CaseState.REJECTED: Event.DECIDED,
    CaseState.WITHDRAWN: Event.WITHDRAWN,
    CaseState.CLOSED: Event.CLOSED,
}
_LETTERS: Final = {"correction": Event.INCOMPLETE_TOLD, "complete": Event.COMPLETE_TOLD}
#: The applicant's own periods, from days that his papers show: their clocks remember them.
_SHOWN: Final = {"entry20": Event.ENTRY, "end20": Event.ENDED, "cutoff60": Event.ACCEPTANCE}
_SHOWN_EVENTS: Final = frozenset({*_SHOWN.values(), Event.SUBMITTED})


def happened(file: CaseFile) -> tuple[Happened, ...]:
    """The case's events in their order; a day that a person entered stands for the one that a page shows."""
    told = sorted(_told(file), key=lambda one: one[0])
    entered = tuple(_days(file))
    shown = (one for one in _shown(file.case.facts.clocks) if one.event not in {day.event for day in entered})
    return (*shown, *(Happened(event, office_day(at)) for at, event in told), *entered)


def clocks_of(file: CaseFile, *more: Happened, matters: Iterable[Matter], calendar: Calendar) -> tuple[ClockEntry, ...]:
    """The case's periods after everything on record and `more`, for `Ledger.update_clocks`.

    Empty for a case that applies for nothing (a complaint); the owner's reminder has his own period alone.
    """
    matters = tuple(matters)
    matter, filing = filing_of(file.case.facts, matters) or (_reminder_of(file.case.facts, matters), None)
    if matter is None:
        return ()
    return entries(after(joined(file, more), matter=matter, filing=filing, calendar=calendar))


def joined(file: CaseFile, new: Iterable[Happened]) -> tuple[Happened, ...]:
    """The case's events with those of one more mail; days that its papers show replace those shown before."""
    new = tuple(new)
    anew = {one.event for one in new} & _SHOWN_EVENTS
    return (*(one for one in happened(file) if one.event not in anew), *new)


def entries(clocks: Iterable[Clock]) -> tuple[ClockEntry, ...]:
    return tuple(
        ClockEntry(one.id, one.clause, one.due, one.earliest, one.latest, one.started_on, one.stopped_on)
        for one in clocks
    )


def filing_of(facts: CaseFacts, matters: Iterable[Matter]) -> tuple[Matter, Filing] | None:
    """The pack by which the case is worked, and its way of filing."""
    for matter in matters:
        if matter.key == facts.matter:
            ways = [one for one in matter.filings if facts.action in (None, one.action)]
            own = [one for one in ways if facts.submitted_by in (None, one.submitted_by)]
            if ways:
                return matter, (own or ways)[0]
    return None


def _reminder_of(facts: CaseFacts, matters: Iterable[Matter]) -> Matter | None:
    return next((matter for matter in matters if matter.key == facts.matter and matter.reminder), None)


def _told(file: CaseFile) -> Iterator[tuple[datetime, Event]]:
    examined = {one.mail_id: one for one in file.examinations}
    for mail in file.mails:
        if mail.id not in examined:
            yield mail.arrived_at, Event.MAILED
    for one in examined.values():
        if any(finding.code == "mail_not_understood" for finding in one.findings):
            yield one.received_at, Event.MAILED  # a complaint within the case files nothing
            continue
        yield one.received_at, Event.RECEIVED
        if not any(finding.code == "firm_not_copied" for finding in one.findings):
            yield one.received_at, Event.COPIED
        if one.verdict == "complete":
            yield one.received_at, Event.COMPLETED
    for letter in file.letters:
        if letter.sent_at and letter.letter.state in (LetterState.SENT, LetterState.BOUNCED):
            yield letter.sent_at, _LETTERS.get(letter.letter.kind, Event.MAILED)
    yield from _found_complete(file)
    if (end := _ENDS.get(file.case.state)) and file.case.closed_at:
        yield file.case.closed_at, end


def _found_complete(file: CaseFile) -> Iterator[tuple[datetime, Event]]:
    """A person found the papers complete: they were so when the last of them came."""
    found: list[datetime] = []
    for event in file.events:
        if event.action == "decided" and event.detail.get("state") == CaseState.COMPLETE:
            if event.detail.get("before") != CaseState.COMPLETE:
                found.append(event.at)
        elif event.action == "decision_undone" and event.detail.get("before") == CaseState.COMPLETE and found:
            found.pop()
    for at in found:
        came = [one.received_at for one in file.examinations if one.received_at <= at]
        if came:
            yield max(came), Event.COMPLETED


def _shown(clocks: Iterable[ClockEntry]) -> Iterator[Happened]:
    for clock in clocks:
        if (event := _SHOWN.get(clock.id)) and clock.started_on:
            yield Happened(event, clock.started_on)
            if clock.stopped_on:
                yield Happened(Event.SUBMITTED, clock.stopped_on)


def _days(file: CaseFile) -> Iterator[Happened]:
    for name, event in ENTERED.items():
        if isinstance(entered := file.case.steps.get(name), str):
            yield Happened(event, date.fromisoformat(entered))
