"""What follows from a reviewer's word for this case?

A word and a case become a plan: the new state, the letters, what is noted, which periods begin. Nothing is written
here. The words of the circular decide what is possible: 现场 only after recorded attempts to call, or one in which the
applicant could not be known, and then no 通过 before it (D28); direct closing only when the enterprise's ten workdays
are over (D32) or the enterprise itself applied (D33).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from ledger.entries import CaseState, ClockEntry, LetterState
from ledger.questions import CaseFile
from mailbot.cases.happenings import ENTERED, clocks_of, filing_of
from mailbot.cases.workbench import Tools
from mailbot.decisions.letters import DecisionLetters, Drafted, defects, failed_calls, unanswered_calls
from mailbot.examination.clocks import Event, Happened
from mailbot.examination.command import Call, Check, Command, Word
from mailbot.examination.workdays import CalendarYearMissing, day_of_receipt
from mailbot.letters.drafting import Item
from mailbot.settings import Reviewer
from parsers.dates import parse_date
from parsers.masking import mask

CALL_ATTEMPTS: Final = 2  # I34: on as many different workdays


class Reason(StrEnum):
    """Why a word that was understood cannot be followed now; each has its sentence in reviewer/not_possible."""

    ENDED = "ended"  #: the case is over
    OVERTAKEN = "overtaken"  #: somebody has decided, or the applicant has written, since
    NO_APPLICATION = "no_application"  #: a question or complaint
    STATE = "state"  #: not from where the case stands
    NEEDS_WORDS = "needs_words"  #: nothing certain is wrong: say what is to be corrected
    CALLS_MISSING = "calls_missing"
    IDENTITY_FAILED = "identity_failed"  #: the video call did not show who he is: 现场 first
    NOT_DUE = "not_due"  #: the enterprise still has time for its 复核
    DATE_IMPOSSIBLE = "date_impossible"
    NOT_BY_ENGINEER = "not_by_engineer"  #: identity is checked for 本人提交 only
    NOBODY_OF_THAT_NAME = "nobody_of_that_name"
    NO_FIRM_ADDRESS = "no_firm_address"
    NOTHING_TO_UNDO = "nothing_to_undo"
    NAME_IN_LETTER = "name_in_letter"  #: the reviewer's own name stands among the points
    NOTHING_TO_CONFIRM = "nothing_to_confirm"


@dataclass(frozen=True)
class NotPossible:
    """The word is clear, and nothing is changed."""

    reason: Reason
    by: str = ""  #: who was faster
    at: datetime | None = None
    due: date | None = None
    calls: int = 0


@dataclass(frozen=True)
class Plan:
    """Everything that one decision changes."""

    word: Word
    expected: CaseState
    state: CaseState
    letters: tuple[Drafted, ...] = ()
    cancel: tuple[int, ...] = ()
    steps: Mapping[str, Any] = field(default_factory=dict)
    clocks: tuple[ClockEntry, ...] = ()
    reviewer: str | None = None  #: whose case it becomes
    reason: str = ""
    day: date | None = None


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
#: Days that are entered like a look-up, by the step that keeps them.
_DAYS: Final = {
    Check.ACCEPTANCE: "acceptance_on",
    Check.PROJECT_CHANGED: "project_changed_on",
    Check.FIRM_CHANGED: "firm_changed_on",
}
_AGREES: Final = {"一致": "yes", "相符": "yes", "ok": "yes", "不一致": "no", "不符": "no"}


class Decider:
    """Plans what a word does."""

    def __init__(self, tools: Tools, letters: DecisionLetters) -> None:
        self._tools = tools
        self._letters = letters

    def plan(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        """For every word but 撤销, 查询 and 确认, which the callers answer themselves."""
        case, word = file.case, command.word
        if not case.state.is_open and word not in _AFTERWARDS:
            return NotPossible(Reason.ENDED)
        if filing_of(case.facts, self._tools.examiner.matters) is None:
            if word is Word.END:
                return Plan(Word.END, case.state, CaseState.CLOSED, cancel=_waiting(file))
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
            Word.VERIFIED: self._verified,
            Word.CALL: self._call,
            Word.HAND_OVER: self._hand_over,
            Word.NOTE: self._note,
            Word.CHECK: self._check,
        }[word]
        return maker(command, file, reviewer, now)

    def _complete(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        facts = self._letters.facts(file, reviewer, now)
        return Plan(
            Word.COMPLETE,
            file.case.state,
            CaseState.COMPLETE,
            letters=(Drafted("complete", (file.case.facts.applicant,), facts),),
            cancel=_waiting(file),
            clocks=self._clocks(file, Happened(Event.COMPLETED, day_of_receipt(now))),
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
            cancel=_waiting(file),
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
        return Plan(Word.CORRECT, file.case.state, file.case.state, letters=(letter,), cancel=_waiting(file))

    def _approve(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        facts = file.case.facts
        if file.case.state is CaseState.COMPLETE and failed_calls(file.case.steps):
            return NotPossible(Reason.IDENTITY_FAILED)
        today, steps = day_of_receipt(now), {"national_closed_on": day_of_receipt(now).isoformat()}
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
            cancel=_waiting(file),
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
            cancel=_waiting(file),
            reason="\n".join(reasons),
        )

    def _on_site(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        if file.case.facts.submitted_by != "engineer":
            return NotPossible(Reason.NOT_BY_ENGINEER)
        calls, failed = unanswered_calls(file.case.steps), failed_calls(file.case.steps)
        days = {day for at in calls if self._works(day := day_of_receipt(at))}
        if not failed and len(days) < CALL_ATTEMPTS:
            return NotPossible(Reason.CALLS_MISSING, calls=len(days))
        facts = self._letters.facts(file, reviewer, now, calls=calls, failed=failed)
        letter = Drafted("on_site", (file.case.facts.applicant,), facts)
        return Plan(Word.ON_SITE, file.case.state, CaseState.ON_SITE, letters=(letter,), cancel=_waiting(file))

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
            cancel=_waiting(file, "verification_reminder"),
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

    def _verified(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        day = command.day
        if day is None or not day_of_receipt(file.case.facts.received_at) <= day <= day_of_receipt(now):
            return NotPossible(Reason.DATE_IMPOSSIBLE)
        state = file.case.state
        clocks = self._clocks(file, Happened(Event.VERIFIED, day))
        cancel = _waiting(file, "verification_reminder", "closed_directly")
        steps = {"verified_on": day.isoformat()}
        return Plan(Word.VERIFIED, state, state, steps=steps, clocks=clocks, cancel=cancel, day=day)

    def _call(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        """Who called when and what came of it; no recording is kept, and the applicant is told nothing by it."""
        if file.case.facts.submitted_by != "engineer":
            return NotPossible(Reason.NOT_BY_ENGINEER)
        at, state = now.isoformat(timespec="seconds"), file.case.state
        result = command.call or Call.UNREACHABLE
        call = {"at": at, "by": reviewer.address, "reached": result is not Call.UNREACHABLE, "result": result.value}
        steps: dict[str, Any] = {f"call {at}": {**call, "text": command.text} if command.text else call}
        steps |= {"identity_checked": "video", "identity_checked_on": at, "identity_result": result.value}
        drawn = _waiting(file, "closed_directly") if result is Call.FAILED else ()
        return Plan(Word.CALL, state, state, steps=steps, cancel=drawn)

    def _hand_over(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        mailbox, today = self._letters.mailbox(file), day_of_receipt(now)
        own = {address.lower() for address in mailbox.reviewers}
        for other in self._tools.settings.reviewer:
            named = command.text.lower() in (other.name.lower(), other.address.lower())
            if named and other.serves_on(today) and (not own or other.address.lower() in own):
                return Plan(Word.HAND_OVER, file.case.state, file.case.state, reviewer=other.address)
        return NotPossible(Reason.NOBODY_OF_THAT_NAME)

    def _note(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        at, state = now.isoformat(timespec="seconds"), file.case.state
        before = file.case.steps.get("remark", "")
        remark = "\n".join(filter(None, (before, command.text)))
        steps = {f"note {at}": {"at": at, "by": reviewer.address, "text": command.text}, "remark": remark}
        return Plan(Word.NOTE, state, state, steps=steps)

    def _check(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        """重庆系统, 全国系统, 人社查验: who looked when, and what he saw."""
        if command.check in _DAYS:
            return self._day(_DAYS[command.check], command.text, file, now)
        at, state, check = now.isoformat(timespec="seconds"), file.case.state, command.check
        seen = {"result": command.text, "by": reviewer.address, "at": at}
        agrees = _AGREES.get(command.text.lower().rstrip("。."), "unsure")
        steps: dict[str, Any] = {f"check_{check}": seen}
        if check is Check.INSURANCE:
            valid = {"yes": "valid", "no": "invalid"}.get(agrees, command.text)
            steps |= {"insurance_checked": valid, "insurance_checked_on": at}
            steps["insurance_checked_by"] = reviewer.address
        else:
            steps["systems_agree"] = agrees
        return Plan(Word.CHECK, state, state, steps=steps)

    def _day(self, step: str, text: str, file: CaseFile, now: datetime) -> Plan | NotPossible:
        """A day that no paper shows, or shows wrongly: its period is counted from it."""
        day, state = parse_date(text), file.case.state
        if day is None or day > day_of_receipt(now):
            return NotPossible(Reason.DATE_IMPOSSIBLE)
        clocks = self._clocks(file, Happened(ENTERED[step], day))
        return Plan(Word.CHECK, state, state, steps={step: day.isoformat()}, clocks=clocks, day=day)

    def verification_due(self, file: CaseFile) -> date | None:
        """The last of the enterprise's ten workdays; None while it is not known."""
        clock = next((one for one in file.case.facts.clocks if one.id == "enterprise10"), None)
        return (clock.due or clock.latest) if clock else None

    def _days(self, file: CaseFile) -> dict[str, Any]:
        entered = file.case.steps.get("verified_on")
        verified = date.fromisoformat(entered) if entered else None
        return {"last_day": self.verification_due(file), "verified_on": verified}

    def _clocks(self, file: CaseFile, event: Happened) -> tuple[ClockEntry, ...]:
        examiner = self._tools.examiner
        return clocks_of(file, event, matters=examiner.matters, calendar=examiner.calendar)

    def _clause(self, file: CaseFile) -> str:
        known = filing_of(file.case.facts, self._tools.examiner.matters)
        return known[1].clause if known else ""

    def _works(self, day: date) -> bool:
        try:
            return self._tools.examiner.calendar.is_workday(day)
        except CalendarYearMissing:
            return day.weekday() < 5


def _waiting(file: CaseFile, *kinds: str) -> tuple[int, ...]:
    """Drafts that this decision replaces."""
    held = (one for one in file.letters if one.letter.state is LetterState.HELD)
    return tuple(one.id for one in held if not kinds or one.letter.kind in kinds)


def _sentence(words: str) -> str:
    """As the letter has it: ended, and no number of a person whole."""
    words = mask(words)
    return words if words.endswith(("。", "！", "；", ".")) else f"{words}。"
