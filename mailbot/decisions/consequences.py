"""What follows from a reviewer's word for this case?

A word and a case become a plan: the new state, the letters, what is noted, which periods begin. Nothing is written
here. The words of the circular decide what is possible: 现场 only after recorded attempts to call, or one in which the
applicant could not be known, and then no 通过 before it (D28); direct closing only when the enterprise's ten workdays
are over (D32) or the enterprise itself applied (D33).
"""

from datetime import date, datetime
from typing import Any, Final

from ledger.entries import CaseState
from ledger.office_time import office_day
from ledger.questions import CaseFile
from mailbot.cases.happenings import filing_of
from mailbot.cases.workbench import Tools
from mailbot.decisions.entries import Entries, clocks_after
from mailbot.decisions.letters import DecisionLetters, Drafted, defects, failed_calls, unanswered_calls
from mailbot.decisions.plans import NotPossible, Plan, Reason, waiting
from mailbot.examination.clocks import Event, Happened
from mailbot.examination.command import Command, Word
from mailbot.examination.workdays import CalendarYearMissing
from mailbot.letters.drafting import Item
from mailbot.settings import Reviewer
from parsers.masking import mask

CALL_ATTEMPTS: Final = 2  # I34: on as many different workdays

#: From where a word may be said; the others only note something.
_FROM: Final[dict[Word, frozenset[CaseState]]] = {
    Word.COMPLETE: frozenset({CaseState.REFERRED, CaseState.AWAITING_CORRECTION}),
    Word.CORRECT: frozenset(state for state in CaseState if state.is_open),
    Word.APPROVE: frozenset({CaseState.COMPLETE, CaseState.ON_SITE}),
    Word.REJECT: frozenset({CaseState.REFERRED, CaseState.COMPLETE, CaseState.ON_SITE}),
    Word.ON_SITE: frozenset({CaseState.COMPLETE}),
    Word.REMIND: frozenset({CaseState.COMPLETE, CaseState.ON_SITE}),
    Word.END: frozenset(),  # an application ends by 通过 or 不通过
    Word.CONFIRM: frozenset(),  # nothing waits for it here
}
#: What changes the case must have been said in sight of it as it is.
DECISIVE: Final = frozenset(_FROM)
_ANYWAY: Final = frozenset({Word.NOTE, Word.CHECK, Word.HAND_OVER})  #: for questions and complaints too
#: What the ledger may still lack when a case has ended (补记).
_AFTERWARDS: Final = frozenset({Word.NOTE, Word.CHECK, Word.VERIFIED, Word.CALL})


class Decider:
    """Plans what a word does."""

    def __init__(self, tools: Tools, letters: DecisionLetters) -> None:
        self._tools = tools
        self._letters = letters
        self._entries = Entries(tools, letters)

    def plan(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        """For every word but 撤销, 查询 and 确认, which the callers answer themselves."""
        case, word = file.case, command.word
        if not case.state.is_open and word not in _AFTERWARDS:
            return NotPossible(Reason.ENDED)
        if filing_of(case.facts, self._tools.examiner.matters) is None:
            if word is Word.END:
                return Plan(Word.END, case.state, CaseState.CLOSED, cancel=waiting(file))
            if word is Word.CORRECT and self._is_reminder(file):
                return self._tell_owner(command, file, reviewer, now)
            if word not in _ANYWAY:
                return NotPossible(Reason.NO_APPLICATION)
        if case.state not in _FROM.get(word, frozenset({case.state})):
            return NotPossible(Reason.STATE)
        maker = {
            Word.COMPLETE: self._complete,
            Word.CORRECT: self._correct,
            Word.APPROVE: self._approve,
            Word.REJECT: self._reject,
            Word.ON_SITE: self._on_site,
            Word.REMIND: self._remind,
            Word.VERIFIED: self._entries.verified,
            Word.CALL: self._entries.call,
            Word.HAND_OVER: self._entries.hand_over,
            Word.NOTE: self._entries.note,
            Word.CHECK: self._entries.check,
        }[word]
        return maker(command, file, reviewer, now)

    def _complete(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        facts = self._letters.facts(file, reviewer, now)
        return Plan(
            Word.COMPLETE,
            file.case.state,
            CaseState.COMPLETE,
            letters=(Drafted("complete", (file.case.facts.applicant,), facts),),
            cancel=waiting(file),
            clocks=clocks_after(self._tools, file, Happened(Event.COMPLETED, office_day(now))),
        )

    def _correct(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        """All at once (一次性告知): what is certain, and what the reviewer adds."""
        if any(reviewer.name in item for item in command.items):
            return NotPossible(Reason.NAME_IN_LETTER)
        found = defects(file) if file.case.state is CaseState.REFERRED else ()
        added = tuple(Item(_sentence(item), self._clause(file)) for item in command.items)
        if not found and not added:
            return NotPossible(Reason.NEEDS_WORDS)
        facts = self._letters.facts(file, reviewer, now, items=found + added)
        return Plan(
            Word.CORRECT,
            file.case.state,
            CaseState.AWAITING_CORRECTION,
            letters=(Drafted("correction", (file.case.facts.applicant,), facts),),
            cancel=waiting(file),
        )

    def _is_reminder(self, file: CaseFile) -> bool:
        return any(one.reminder and one.key == file.case.facts.matter for one in self._tools.examiner.matters)

    def _tell_owner(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        """附件2 2.1–2.3 (B06): faults of his entries go back to the owner; he corrects the municipal system first."""
        if any(reviewer.name in item for item in command.items):
            return NotPossible(Reason.NAME_IN_LETTER)
        if not command.items:
            return NotPossible(Reason.NEEDS_WORDS)
        facts = self._letters.facts(file, reviewer, now, reasons=tuple(_sentence(item) for item in command.items))
        letter = Drafted("owner_faults", (file.case.facts.applicant,), facts)
        return Plan(Word.CORRECT, file.case.state, file.case.state, letters=(letter,), cancel=waiting(file))

    def _approve(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        facts = file.case.facts
        if file.case.state is CaseState.COMPLETE and failed_calls(file.case.steps):
            return NotPossible(Reason.IDENTITY_FAILED)
        today, steps = office_day(now), {"national_closed_on": office_day(now).isoformat()}
        kind, state = "approved", CaseState.APPROVED
        if facts.action == "close" and facts.submitted_by == "firm":
            kind, state = "closed_directly", CaseState.CLOSED  # D33: no 复核 is needed
        elif facts.action == "close" and facts.submitted_by == "engineer" and not file.case.steps.get("verified_on"):
            last = self.verification_due(file)
            if last is None or today <= last:
                return NotPossible(Reason.NOT_DUE, due=last)
            kind, state = "closed_directly", CaseState.CLOSED  # D32
        if file.case.state is CaseState.ON_SITE and facts.submitted_by == "engineer":
            at = now.isoformat(timespec="seconds")
            steps |= {"identity_checked": "on_site", "identity_checked_on": at, "identity_result": "passed"}
        words = self._letters.facts(file, reviewer, now, **self._days(file))
        return Plan(
            Word.APPROVE,
            file.case.state,
            state,
            letters=(Drafted(kind, self._letters.everyone(file), words),),
            cancel=waiting(file),
            steps=steps,
        )

    def _reject(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        if any(reviewer.name in item for item in command.items):
            return NotPossible(Reason.NAME_IN_LETTER)
        reasons = tuple(_sentence(item) for item in command.items)
        facts = self._letters.facts(file, reviewer, now, reasons=reasons)
        return Plan(
            Word.REJECT,
            file.case.state,
            CaseState.REJECTED,
            letters=(Drafted("rejected", self._letters.everyone(file), facts),),
            cancel=waiting(file),
            reason="\n".join(reasons),
        )

    def _on_site(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        if file.case.facts.submitted_by != "engineer":
            return NotPossible(Reason.NOT_BY_ENGINEER)
        calls, failed = unanswered_calls(file.case.steps), failed_calls(file.case.steps)
        days = {day for at in calls if self._works(day := office_day(at))}
        if not failed and len(days) < CALL_ATTEMPTS:
            return NotPossible(Reason.CALLS_MISSING, calls=len(days))
        facts = self._letters.facts(file, reviewer, now, calls=calls, failed=failed)
        letter = Drafted("on_site", (file.case.facts.applicant,), facts)
        return Plan(Word.ON_SITE, file.case.state, CaseState.ON_SITE, letters=(letter,), cancel=waiting(file))

    def _remind(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        address = self._letters.firm_address(file)
        if file.case.facts.submitted_by != "engineer":
            return NotPossible(Reason.NOT_BY_ENGINEER)
        if address is None:
            return NotPossible(Reason.NO_FIRM_ADDRESS)
        return Plan(
            Word.REMIND,
            file.case.state,
            file.case.state,
            letters=(self.reminder(file, address, reviewer, now),),
            cancel=waiting(file, "verification_reminder"),
        )

    def reminder(self, file: CaseFile, address: str, reviewer: Reviewer | None, now: datetime) -> Drafted:
        """提醒企业复核, to the enterprise's own address."""
        facts = self._letters.facts(file, reviewer, now, **self._days(file))
        return Drafted("verification_reminder", (address,), facts)

    def closing(self, file: CaseFile, now: datetime) -> Drafted:
        """直接办理, as it lies ready when its day has come."""
        return Drafted(
            "closed_directly", self._letters.everyone(file), self._letters.facts(file, None, now, **self._days(file))
        )

    def verification_due(self, file: CaseFile) -> date | None:
        """The last of the enterprise's ten workdays; None while it is not known."""
        clock = next((one for one in file.case.facts.clocks if one.id == "enterprise10"), None)
        return (clock.due or clock.latest) if clock else None

    def _days(self, file: CaseFile) -> dict[str, Any]:
        entered = file.case.steps.get("verified_on")
        verified = date.fromisoformat(entered) if entered else None
        return {"last_day": self.verification_due(file), "verified_on": verified}

    def _clause(self, file: CaseFile) -> str:
        known = filing_of(file.case.facts, self._tools.examiner.matters)
        return known[1].clause if known else ""

    def _works(self, day: date) -> bool:
        try:
            return self._tools.examiner.calendar.is_workday(day)
        except CalendarYearMissing:
            return day.weekday() < 5


def _sentence(words: str) -> str:
    """As the letter has it: ended, and no number of a person whole."""
    words = mask(words)
    return words if words.endswith(("。", "！", "；", ".")) else f"{words}。"
