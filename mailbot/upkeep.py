"""Are next year's holidays loaded, and which periods end on another day now that they are?

ledger → ledger. A calendar file that arrives, or is changed, while the daemon runs is read at once; every period that
still runs is counted again, and the difference is told: in each case's history, and to its reviewers in one mail.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby
from pathlib import Path
from threading import Event
from typing import Final

from ledger.entries import CaseEntry, ClockEntry
from ledger.office_time import office_day
from mailbot.errors import ConfigurationError
from mailbot.examination.clocks import COURSES, prove
from mailbot.examination.workdays import Calendar
from mailbot.office.calendars import load_calendar
from mailbot.office.files import mark_of
from mailbot.office.roster import readers
from mailbot.reviewers.post import Post

log = logging.getLogger(__name__)

#: The notice for the next year comes in November (2024-11-12, 2025-11-04).
_ASKED_FROM_MONTH: Final = 11
_REMEMBERED: Final = "calendar"  #: by which calendar the ledger's periods were counted last
_MISSING: Final = "calendar_missing"
_WRONG: Final = "calendar_wrong"


@dataclass(frozen=True)
class Moved:
    """One period that ends on another day."""

    case: CaseEntry
    before: ClockEntry
    after: ClockEntry


@dataclass(frozen=True)
class Recomputed:
    """The difference report of one mailbox."""

    day: date
    mailbox: str
    years: tuple[int, ...]  #: that are loaded now
    moved: tuple[Moved, ...]


class Upkeep:
    """The leg."""

    def __init__(
        self,
        post: Post,
        calendar: Calendar,
        *,
        folder: Path | None,
        adopt: Callable[[Calendar], None],
    ) -> None:
        """`adopt` hands a new calendar to everybody who counts days."""
        self._post = post
        self._ledger = post.ledger
        self._calendar = calendar
        self._folder = folder
        self._adopt = adopt
        self._seen = mark_of(folder) if folder else ()

    def work(self, stop: Event) -> int:
        """How many periods ended on another day."""
        self._read_again()
        self._remind(self._today())
        return self._recompute()

    def moved(self) -> tuple[Moved, ...]:
        """What the calendar in force would change; nothing is written."""
        return tuple(self._moved())

    def _read_again(self) -> None:
        if self._folder is None or (mark := mark_of(self._folder)) == self._seen:
            return
        self._seen = mark
        try:
            calendar = load_calendar(self._folder)
        except ConfigurationError as error:
            self._ledger.raise_alarm(_WRONG, str(error), self._post.now())
            log.error("calendar files are wrong, the earlier ones stay", extra={"why": str(error)})
            return
        self._ledger.clear_alarm(_WRONG, self._post.now())
        self._calendar = calendar
        self._adopt(calendar)
        log.info("calendar files read again", extra={"years": sorted(calendar.years)})

    def _remind(self, today: date) -> None:
        """From 1 November until it is there; the digest shows what stands every morning."""
        years = {today.year} | ({today.year + 1} if today.month >= _ASKED_FROM_MONTH else set())
        for year in (today.year, today.year + 1):
            if year in years - self._calendar.years:
                self._ledger.raise_alarm(f"{_MISSING}:{year}", str(year), self._post.now())
            else:
                self._ledger.clear_alarm(f"{_MISSING}:{year}", self._post.now())

    def _recompute(self) -> int:
        """Told first and written then: killed in between, the same is found again and told no second time."""
        identity = identity_of(self._calendar)
        if self._ledger.recall(_REMEMBERED) == identity:
            return 0
        moved = self.moved()
        self._tell(moved, identity)
        for number, of_case in groupby(moved, key=lambda one: one.case.number):
            self._ledger.update_clocks(number, [one.after for one in of_case], why="calendar", now=self._post.now())
        self._ledger.remember(_REMEMBERED, identity)
        return len(moved)

    def _moved(self) -> Iterator[Moved]:
        cases: dict[str, CaseEntry] = {}
        for running in sorted(self._ledger.open_clocks(), key=lambda one: one.case_number):
            again = counted_again(running.clock, self._calendar)
            if again != running.clock:
                number = running.case_number
                cases[number] = cases.get(number) or self._ledger.case(number).case
                yield Moved(cases[number], running.clock, again)

    def _tell(self, moved: Sequence[Moved], identity: str) -> None:
        today, settings = self._today(), self._post.settings
        for mailbox in settings.mailbox:
            here = tuple(one for one in moved if one.case.mailbox == mailbox.address)
            if not here:
                continue
            facts = Recomputed(today, mailbox.address, tuple(sorted(self._calendar.years)), here)
            for reader in readers(settings, mailbox, today):
                purpose = f"recomputed:{identity[:16]}:{mailbox.address}:{reader.lower()}"
                self._post.put("recomputed", purpose, mailbox=mailbox, to=reader, facts=facts)

    def _today(self) -> date:
        now: datetime = self._post.now()
        return office_day(now)


def counted_again(clock: ClockEntry, calendar: Calendar) -> ClockEntry:
    """The same period under this calendar; one of no known course, or without a start, stays as it is."""
    if clock.id not in COURSES or clock.started_on is None:
        return clock
    proof = prove(clock.id, clock.clause, clock.started_on, calendar)
    open_end = proof.due is None
    return replace(
        clock,
        due=proof.due,
        earliest=proof.earliest if open_end else None,
        latest=proof.latest if open_end else None,
    )


def identity_of(calendar: Calendar) -> str:
    """The same for the same days, whatever the files are called."""
    days = [
        (year.year, sorted(map(str, year.off)), sorted(map(str, year.worked)))
        for year in sorted(calendar.published, key=lambda one: one.year)
    ]
    return sha256(repr(days).encode()).hexdigest()
