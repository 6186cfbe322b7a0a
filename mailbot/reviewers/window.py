"""Is every application answered by the end of its tenth workday, whatever people do?

On the morning of the due day a case that nobody has nodded to gets its feedback: the certain defects alone, or the
notice that a person is still looking. Nothing is passed or accepted by time, and nobody in doubt is written to: those
cases go to a person the louder.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from ledger.entries import CaseState, LetterEntry, LetterState
from ledger.errors import Stale
from ledger.letters import CORRECTION, FEEDBACK
from ledger.office_time import midnight
from ledger.questions import CaseFile, OpenClock
from mailbot.cases.workbench import Tools
from mailbot.decisions.letters import DecisionLetters, Drafted
from mailbot.examination.feedback import Desk as FeedbackDesk
from mailbot.examination.feedback import doubtful, never_answered
from mailbot.examination.verdict import Severity

log = logging.getLogger(__name__)

INTERIM: Final = "interim"
ACTOR: Final = "window"  #: who the history says acted
_MEMORY: Final = "window"
_ON_THE_WAY: Final = (LetterState.QUEUED, LetterState.SENDING, LetterState.SENT, LetterState.UNCERTAIN)
_REFUSED: Final = (LetterState.FAILED, LetterState.BOUNCED)


class Outcome(StrEnum):
    """What the due day's morning did for a case."""

    CERTAIN = "certain"  #: the certain defects went out
    INTERIM = "interim"  #: the notice went out that a person is still looking
    ESCALATED = "escalated"  #: nothing went out: a person must act today


@dataclass(frozen=True)
class _Plan:
    outcome: Outcome
    release: int | None = None  #: the held draft that goes out


class Window:
    """Keeps the ten workdays."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._letters = DecisionLetters(tools)

    def keep(self, day: date) -> int:
        """Acts on every case due by `day` that has no feedback yet; how many letters are on their way by it.

        May be called again and again, and after a crash: what was done is seen in the outbox. What was done on `day`
        is remembered for the mail to the reviewers, before it is done.
        """
        plans = dict(self._plans(day))
        if not plans:
            return 0
        told = self.outcomes(day)
        self._remember(day, {**told, **{number: plan.outcome for number, (plan, _) in plans.items()}})
        sent = 0
        for number, (plan, file) in plans.items():
            try:
                sent += self._act(plan, file)
            except Stale:  # a person was faster, as he should be
                log.info("decided meanwhile", extra={"case": number})
                told = self.outcomes(day)
                self._remember(day, {one: outcome for one, outcome in told.items() if one != number})
        return sent

    def outcomes(self, day: date) -> dict[str, Outcome]:
        """Case number → what was done on that day."""
        memory = self._tools.ledger.recall(_MEMORY) or {}
        if memory.get("day") != day.isoformat():
            return {}
        return {number: Outcome(outcome) for number, outcome in memory["cases"].items()}

    def _remember(self, day: date, outcomes: dict[str, Outcome]) -> None:
        cases = {number: outcome.value for number, outcome in sorted(outcomes.items())}
        self._tools.ledger.remember(_MEMORY, {"day": day.isoformat(), "cases": cases})

    def _plans(self, day: date) -> Iterator[tuple[str, tuple[_Plan, CaseFile]]]:
        ledger = self._tools.ledger
        for clock in (*ledger.due_between(date.min, day), *ledger.open_clocks(undated_only=True)):
            if clock.clock.id != "feedback10" or not _presses(clock, day):
                continue
            file = ledger.case(clock.case_number)
            since = midnight(clock.clock.started_on or date.min)
            this_round = [entry for entry in file.letters if entry.queued_at >= since]
            if any(_is_feedback(entry) and entry.letter.state in _ON_THE_WAY for entry in this_round):
                continue
            plan = self._plan(file, this_round)
            if plan.outcome is Outcome.ESCALATED and not _presses(clock, day, only=True):
                continue  # told on its day; from the next on it is overdue, and reminded of as such
            yield clock.case_number, (plan, file)

    def _plan(self, file: CaseFile, letters: list[LetterEntry]) -> _Plan:
        policy = self._tools.settings.feedback.on_due
        if policy == "escalate_only" or file.case.state is not CaseState.REFERRED or self._in_doubt(file):
            return _Plan(Outcome.ESCALATED)
        if any(_is_feedback(entry) and entry.letter.state in _REFUSED for entry in letters):
            return _Plan(Outcome.ESCALATED)  # his server refuses us: another letter would come back too
        held = [entry for entry in letters if entry.letter.state is LetterState.HELD]
        for entry in held:
            if entry.letter.certain_only or entry.letter.kind == CORRECTION:
                return _Plan(Outcome.CERTAIN, entry.id)
        return _Plan(Outcome.INTERIM)

    def _in_doubt(self, file: CaseFile) -> bool:
        """Whether anybody should be written to at all before a person has looked at who wrote."""
        findings = file.case.facts.findings
        if any(one.code.startswith("author_") and one.severity == Severity.DOUBT for one in findings):
            return True
        settings, mailbox = self._tools.settings, self._letters.mailbox(file)
        message = self._letters.last_message(file)
        desk = FeedbackDesk(
            mailbox=mailbox.address,
            own_addresses=frozenset(box.address.lower() for box in settings.mailbox),
            aliases=frozenset(alias.lower() for alias in mailbox.aliases),
        )
        return bool(never_answered(message, desk) or doubtful(message, desk))

    def _act(self, plan: _Plan, file: CaseFile) -> int:
        tools, now, number = self._tools, self._tools.now(), file.case.number
        log.info("window kept", extra={"case": number, "outcome": plan.outcome.value})
        if plan.release is not None:
            tools.ledger.release_letter(plan.release, now, actor=ACTOR)
            return 1
        if plan.outcome is not Outcome.INTERIM:
            return 0
        purpose = f"{INTERIM}:{number}:{len(file.examinations)}"
        drafted = Drafted(INTERIM, (file.case.facts.applicant,), self._letters.facts(file, None, now))
        letter = self._letters.letter(drafted, file, key=purpose, not_before=now)
        return int(tools.ledger.queue_letter(replace(letter, purpose=purpose), case=number, now=now, actor=ACTOR))


def _presses(clock: OpenClock, day: date, *, only: bool = False) -> bool:
    """Due by that day; `only`: on that day. Where next year's holidays are not published, the earliest day that may
    turn out to be the last counts."""
    due = clock.clock.due or clock.clock.earliest
    return due is not None and (due == day if only else due <= day)


def _is_feedback(entry: LetterEntry) -> bool:
    return entry.letter.kind in FEEDBACK
