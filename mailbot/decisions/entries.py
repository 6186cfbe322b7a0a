"""What does a reviewer's word note with the case without moving it: a day, a call, a look-up, a remark, whose it is?"""

from datetime import datetime
from typing import Any, Final

from ledger.entries import ClockEntry
from ledger.office_time import office_day
from ledger.questions import CaseFile
from mailbot.cases.happenings import ENTERED, clocks_of
from mailbot.cases.workbench import Tools
from mailbot.decisions.letters import DecisionLetters
from mailbot.decisions.plans import NotPossible, Plan, Reason, waiting
from mailbot.examination.clocks import Event, Happened
from mailbot.examination.command import Call, Check, Command, Word
from mailbot.settings import Reviewer
from parsers.dates import parse_date

#: Days that are entered like a look-up, by the step that keeps them.
_DAYS: Final = {
    Check.ACCEPTANCE: "acceptance_on",
    Check.PROJECT_CHANGED: "project_changed_on",
    Check.FIRM_CHANGED: "firm_changed_on",
}
_AGREES: Final = {"一致": "yes", "相符": "yes", "ok": "yes", "不一致": "no", "不符": "no"}


class Entries:
    """Plans what such a word does."""

    def __init__(self, tools: Tools, letters: DecisionLetters) -> None:
        self._tools = tools
        self._letters = letters

    def verified(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        day = command.day
        if day is None or not office_day(file.case.facts.received_at) <= day <= office_day(now):
            return NotPossible(Reason.DATE_IMPOSSIBLE)
        state = file.case.state
        clocks = clocks_after(self._tools, file, Happened(Event.VERIFIED, day))
        cancel = waiting(file, "verification_reminder", "closed_directly")
        steps = {"verified_on": day.isoformat()}
        return Plan(Word.VERIFIED, state, state, steps=steps, clocks=clocks, cancel=cancel, day=day)

    def call(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        """Who called when and what came of it; no recording is kept, and the applicant is told nothing by it."""
        if file.case.facts.submitted_by != "engineer":
            return NotPossible(Reason.NOT_BY_ENGINEER)
        at, state = now.isoformat(timespec="seconds"), file.case.state
        result = command.call or Call.UNREACHABLE
        call = {"at": at, "by": reviewer.address, "reached": result is not Call.UNREACHABLE, "result": result.value}
        steps: dict[str, Any] = {f"call {at}": {**call, "text": command.text} if command.text else call}
        steps |= {"identity_checked": "video", "identity_checked_on": at, "identity_result": result.value}
        drawn = waiting(file, "closed_directly") if result is Call.FAILED else ()
        return Plan(Word.CALL, state, state, steps=steps, cancel=drawn)

    def hand_over(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        mailbox, today = self._letters.mailbox(file), office_day(now)
        own = {address.lower() for address in mailbox.reviewers}
        for other in self._tools.settings.reviewer:
            named = command.text.lower() in (other.name.lower(), other.address.lower())
            if named and other.serves_on(today) and (not own or other.address.lower() in own):
                return Plan(Word.HAND_OVER, file.case.state, file.case.state, reviewer=other.address)
        return NotPossible(Reason.NOBODY_OF_THAT_NAME)

    def note(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
        at, state = now.isoformat(timespec="seconds"), file.case.state
        before = file.case.steps.get("remark", "")
        remark = "\n".join(filter(None, (before, command.text)))
        steps = {f"note {at}": {"at": at, "by": reviewer.address, "text": command.text}, "remark": remark}
        return Plan(Word.NOTE, state, state, steps=steps)

    def check(self, command: Command, file: CaseFile, reviewer: Reviewer, now: datetime) -> Plan | NotPossible:
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
        if day is None or day > office_day(now):
            return NotPossible(Reason.DATE_IMPOSSIBLE)
        clocks = clocks_after(self._tools, file, Happened(ENTERED[step], day))
        return Plan(Word.CHECK, state, state, steps={step: day.isoformat()}, clocks=clocks, day=day)


def clocks_after(tools: Tools, file: CaseFile, event: Happened) -> tuple[ClockEntry, ...]:
    """The case's periods as they run once this has happened too."""
    examiner = tools.examiner
    return clocks_of(file, event, matters=examiner.matters, calendar=examiner.calendar)
