"""Which cases, of which days and mailboxes, do the flags of `mailbot ledger` choose?"""

from argparse import Namespace
from datetime import datetime, timedelta

from ledger.entries import CaseState
from ledger.office_time import OFFICE_TIME, midnight
from ledger.questions import CaseFilter
from mailbot.errors import UsageError
from mailbot.examination.matter import Matter
from mailbot.letters.labels import Labels
from mailbot.settings import Settings


def cases_chosen(options: Namespace, settings: Settings, labels: Labels) -> CaseFilter:
    """Of `mailbot ledger list`."""
    today = datetime.now(OFFICE_TIME).date()
    period = period_chosen(options, settings)
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


def period_chosen(options: Namespace, settings: Settings) -> CaseFilter:
    """Both days within."""
    return CaseFilter(
        mailboxes=mailboxes_chosen(options, settings),
        received_from=midnight(options.since) if options.since else None,
        received_before=midnight(options.until + timedelta(days=1)) if options.until else None,
    )


def mailboxes_chosen(options: Namespace, settings: Settings) -> tuple[str, ...]:
    """The named review mailbox, by address or alias or by the prefix of its case numbers: each district has its own."""
    if options.mailbox is None:
        return ()
    by_code = [box for box in settings.mailbox if box.case_code == options.mailbox.upper()]
    box = settings.mailbox_at(options.mailbox) or (by_code[0] if by_code else None)
    if box is None:
        known = ", ".join(f"{one.address} ({one.case_code})" for one in settings.mailbox)
        raise UsageError(f"--mailbox {options.mailbox}: not configured; use one of {known}")
    return (box.address,)


def labels_of(settings: Settings, matters: tuple[Matter, ...]) -> Labels:
    return Labels(
        settings.folders.templates,
        matters=matters,
        reviewers={one.address: one.name for one in settings.reviewer},
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
