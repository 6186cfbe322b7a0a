"""Which letters of the circular have their day today, and lie ready for a reviewer's word?

Of the enterprise's ten workdays for its 复核, on the eighth the reminder, and after the tenth, where an engineer asks
for 截止, the direct closing (附件4 3.5; D32). Drafts only: nothing is sent, closed or passed by time.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from threading import Event
from typing import Final

from ledger.entries import CaseState, Letter
from ledger.office_time import OFFICE_TIME
from ledger.questions import CaseFile, OpenClock
from mailbot.cases.workbench import Tools
from mailbot.decisions.consequences import Decider
from mailbot.decisions.letters import DecisionLetters, Drafted, failed_calls
from mailbot.decisions.notes import Note, Notes
from mailbot.decisions.rights import roster_of
from mailbot.decisions.tokens import Tokens
from mailbot.examination.command import Word
from mailbot.examination.workdays import Calendar, CalendarYearMissing
from mailbot.office.roster import readers_of
from mailbot.settings import Reviewer

log = logging.getLogger(__name__)

LEFT: Final = 2  #: workdays that the enterprise still has on its eighth
_LOOKED_BACK: Final = timedelta(days=30)  #: a service that stood still makes good what it missed
_WAITING: Final = (CaseState.COMPLETE, CaseState.ON_SITE)


class Prompts:
    """Lays drafts on the desk when their day has come."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._letters = DecisionLetters(tools)
        self._decider = Decider(tools, self._letters)
        self._notes = Notes(tools, Tokens(tools.ledger, tools.instance, tools.now))

    def work(self, stop: Event) -> int:
        """On workdays from the digest's hour on; how many drafts were laid ready. May be called again and again."""
        now = self._tools.now().astimezone(OFFICE_TIME)
        if now.time() < self._tools.settings.desk.digest_at or not self._works(now.date()):
            return 0
        laid = 0
        for clock in self._running(now.date()):
            if stop.is_set():
                break
            laid += self._lay(clock, now.date())
        return laid

    def _running(self, day: date) -> Iterator[OpenClock]:
        bound = self._calendar.add_workdays(day, LEFT)
        for one in self._tools.ledger.due_between(day - _LOOKED_BACK, bound.day or bound.earliest):
            if one.clock.id == "enterprise10":
                yield one

    def _lay(self, clock: OpenClock, day: date) -> int:
        file = self._tools.ledger.case(clock.case_number)
        if file.case.state not in _WAITING or file.case.steps.get("verified_on"):
            return 0
        drafted = self._draft(file, clock, day)
        if drafted is None:
            return 0
        purpose = f"{drafted.kind}:{file.case.number}:{clock.clock.due}"
        if self._tools.ledger.serves(purpose):
            return 0
        now = self._tools.now()
        held = replace(self._letters.letter(drafted, file, key=purpose, not_before=now, held=True), purpose=purpose)
        for reviewer in self._readers(file, day):  # told first: after a crash in between the draft is laid again
            self._tell(file, reviewer, drafted, purpose)
        return int(self._tools.ledger.queue_letter(held, case=file.case.number, now=now))

    def _draft(self, file: CaseFile, clock: OpenClock, day: date) -> Drafted | None:
        now, facts, due = self._tools.now(), file.case.facts, clock.clock.due
        if due is None or facts.submitted_by != "engineer":
            return None
        if day > due:
            if facts.action != "close" or failed_calls(file.case.steps):  # 通过 could not be answered: 现场 first
                return None
            return self._decider.closing(file, now)
        address = self._letters.firm_address(file)
        return self._decider.reminder(file, address, None, now) if address else None

    def _tell(self, file: CaseFile, reviewer: Reviewer, drafted: Drafted, purpose: str) -> None:
        own = f"{purpose}:{reviewer.address.lower()}"
        if self._tools.ledger.serves(own):
            return
        word = Word.APPROVE if drafted.kind == "closed_directly" else Word.REMIND
        letters = (self._notes.sent(drafted),)
        note = Note.of(file, reviewer, self._tools.settings, word=word, letters=letters)
        letter: Letter = self._notes.prompt("prompt", note, reviewer, own)
        self._tools.ledger.queue_letter(letter, case=file.case.number, now=self._tools.now())

    def _readers(self, file: CaseFile, day: date) -> Iterator[Reviewer]:
        settings, mailbox = self._tools.settings, self._letters.mailbox(file)
        wanted = {one.lower() for one in readers_of(settings, mailbox, file.case.reviewer, day)}
        return (one for one in roster_of(settings) if one.address.lower() in wanted)

    @property
    def _calendar(self) -> Calendar:
        return self._tools.examiner.calendar

    def _works(self, day: date) -> bool:
        try:
            return self._calendar.is_workday(day)
        except CalendarYearMissing:
            return day.weekday() < 5
