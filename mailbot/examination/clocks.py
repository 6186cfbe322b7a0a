"""Which periods of the circular run for this case, and when do they end?

rules.md 3.7. Periods that wait for an event outside the mail (企业复核完成) start when a person enters its day.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

from mailbot.examination.matter import ClockId, Filing, Matter
from mailbot.examination.verdict import Clock
from mailbot.examination.workdays import Calendar

WORKDAYS: Final = 10  # every review period of 31号文 is ten workdays

_CLAUSES: Final[dict[ClockId, str]] = {
    "feedback10": "二",  # I07: 附件4 prints no period for feedback, so that of the main text
    "overall10": "二",
    "review10": "附件4 3.5",
    "enterprise10": "附件4 3.5",  # I08: its start is not stated; the receipt of the mail copied to the firm
    "direct10": "附件4 3.5",
}
_CLAUSES_BY_ANNEX: Final[dict[tuple[ClockId, str], str]] = {
    ("feedback10", "附件1"): "附件1 2.2",
    ("feedback10", "附件3"): "附件3 3.2",
    ("review10", "附件3"): "附件3 3.4",
}


def clocks_for(
    matter: Matter,
    filing: Filing,
    calendar: Calendar,
    received: date,
    *,
    complete_on: date | None = None,
    verified_on: date | None = None,
) -> tuple[Clock, ...]:
    """The clocks that run. `received`, `complete_on` (材料齐全) and `verified_on` (复核完成) are days in Chongqing."""
    if matter.policy("receipt_on_restday", "as_arrived") == "next_workday":
        received = _moved_to_workday(calendar, received)
    return tuple(_started(matter, filing, calendar, received, complete_on, verified_on))


def _started(
    matter: Matter,
    filing: Filing,
    calendar: Calendar,
    received: date,
    complete_on: date | None,
    verified_on: date | None,
) -> Iterator[Clock]:
    for name in filing.clocks:
        start: date | None = received
        if name == "review10":  # C18, D31: the later of complete material and 复核完成
            start = max(complete_on, verified_on) if complete_on and verified_on else None
        elif name == "enterprise10" and matter.policy("enterprise10_start", "receipt") == "complete":
            start = complete_on
        if start is not None:
            yield _clock(name, matter, calendar, start)


def _clock(name: ClockId, matter: Matter, calendar: Calendar, start: date) -> Clock:
    due = calendar.add_workdays(start, WORKDAYS)
    clause = _CLAUSES_BY_ANNEX.get((name, matter.annex), _CLAUSES[name])
    known = due.day is not None
    return Clock(name, clause, due.day, None if known else due.earliest, None if known else due.latest)


def _moved_to_workday(calendar: Calendar, day: date) -> date:
    """Some offices take a mail of a rest day as received on the next workday; an unknown day stays as it is."""
    if not calendar.knows(day) or calendar.is_workday(day):
        return day
    return calendar.add_workdays(day, 1).day or day
