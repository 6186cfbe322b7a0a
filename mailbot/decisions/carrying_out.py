"""How does a decision become one transaction: state, letters, notes, and the transcript to who decided?

The same for a reply and for the command line. Letters to applicants wait a few minutes, so that 撤销 can still reach
them.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ledger.entries import CaseState, Letter, Reply
from ledger.errors import Stale
from ledger.questions import CaseFile
from mailbot.cases.happenings import clocks_of
from mailbot.cases.workbench import Tools
from mailbot.decisions.consequences import Decider
from mailbot.decisions.letters import DecisionLetters, Drafted
from mailbot.decisions.notes import Note, Notes
from mailbot.decisions.plans import NotPossible, Plan, Reason
from mailbot.examination.command import Command, Word
from mailbot.settings import Reviewer
from parsers.mail.message import Message

_BEFORE_ACCEPTANCE = (CaseState.REFERRED, CaseState.AWAITING_CORRECTION)


@dataclass(frozen=True)
class Done:
    """What was decided, and its transcript."""

    number: str
    word: Word
    text: str


class Carrier:
    """Carries out what is possible."""

    def __init__(self, tools: Tools, notes: Notes) -> None:
        self._tools = tools
        self._notes = notes
        self._letters = DecisionLetters(tools)
        self._decider = Decider(tools, self._letters)

    def carry_out(
        self,
        command: Command,
        file: CaseFile,
        reviewer: Reviewer,
        *,
        reply: Reply | None = None,
        message: Message | None = None,
    ) -> Done | NotPossible:
        """Raises Stale when the case, the token or the claim is no longer as it was: nothing was written."""
        now = self._tools.now()
        if command.word is Word.UNDO:
            return self._undo(file, reviewer, reply, message, now)
        plan = self._decider.plan(command, file, reviewer, now)
        return plan if isinstance(plan, NotPossible) else self._decide(plan, file, reviewer, reply, message, now)

    def _decide(
        self,
        plan: Plan,
        file: CaseFile,
        reviewer: Reviewer,
        reply: Reply | None,
        message: Message | None,
        now: datetime,
    ) -> Done:
        case = file.case
        send_at = now + timedelta(minutes=self._tools.settings.desk.undo_minutes)
        key = f"{reply.claim.mail.id}/{reply.claim.mail.sha256}" if reply else f"{case.number}/{now.isoformat()}"
        note = self._note(plan, file, reviewer, send_at)
        letters = [self._letters.letter(one, file, key=key, not_before=send_at) for one in plan.letters]
        if reply and message:
            letters += self._told(plan, note, reply, message)
        self._tools.ledger.decide(
            case.number,
            plan.word.value,
            actor=reviewer.address,
            expected=plan.expected,
            state=plan.state,
            reason=plan.reason,
            letters=letters,
            cancel=plan.cancel,
            steps=plan.steps,
            clocks=plan.clocks,
            reviewer=plan.reviewer,
            reply=reply,
            now=now,
        )
        return Done(case.number, plan.word, self._notes.text("transcript", note))

    def _note(self, plan: Plan, file: CaseFile, reviewer: Reviewer, send_at: datetime) -> Note:
        review = next((one for one in plan.clocks if one.id == "review10" and one.stopped_on is None), None)
        known = {one.address.lower(): one.name for one in self._tools.settings.reviewer}
        with_plan = replace(file, case=replace(file.case, steps={**file.case.steps, **plan.steps}))
        return Note.of(
            with_plan,
            reviewer,
            self._tools.settings,
            state=plan.state,
            word=plan.word,
            letters=tuple(self._notes.sent(one) for one in plan.letters),
            checklist=self._notes.checklist(with_plan) if plan.word is Word.APPROVE else (),
            send_at=send_at if plan.letters else None,
            day=plan.day,
            review_due=review.due if review else None,
            to=known.get((plan.reviewer or "").lower(), ""),
        )

    def _told(self, plan: Plan, note: Note, reply: Reply, message: Message) -> list[Letter]:
        """The transcript, and a word to whom the case is handed."""
        letters = [self._notes.letter("transcript", note, reply.claim, message)]
        if plan.reviewer:
            heir = next(one for one in self._tools.settings.reviewer if one.address == plan.reviewer)
            letters.append(self._notes.letter("handed_over", note, reply.claim, message, to=heir))
        return letters

    def _undo(
        self, file: CaseFile, reviewer: Reviewer, reply: Reply | None, message: Message | None, now: datetime
    ) -> Done | NotPossible:
        """His own last decision while its letters wait; else the applicant's wish to withdraw, before 受理 (E28)."""
        last = next((one for one in reversed(file.events) if _changes(one.action, one.detail)), None)
        if last is not None and last.action == "decided" and last.actor == reviewer.address:
            before, word = CaseState(last.detail["before"]), str(last.detail["decision"])
            note = Note.of(file, reviewer, self._tools.settings, state=before, word=Word.UNDO, undone=word)
            letters = [self._notes.letter("transcript", note, reply.claim, message)] if reply and message else []
            try:
                self._tools.ledger.undo(file.case.number, actor=reviewer.address, letters=letters, reply=reply, now=now)
            except Stale:
                return NotPossible(Reason.NOTHING_TO_UNDO)
            self._count_anew(file.case.number, now)
            return Done(file.case.number, Word.UNDO, self._notes.text("transcript", note))
        asked = any(mail.reason == "withdrawal" for mail in file.mails)
        if not asked or file.case.state not in _BEFORE_ACCEPTANCE:
            return NotPossible(Reason.NOTHING_TO_UNDO)
        facts = self._letters.facts(file, reviewer, now)
        letter = Drafted("withdrawn", (file.case.facts.applicant,), facts)
        held = tuple(one.id for one in file.letters if one.letter.state == "held")
        plan = Plan(Word.UNDO, file.case.state, CaseState.WITHDRAWN, letters=(letter,), cancel=held)
        return self._decide(plan, file, reviewer, reply, message, now)

    def _count_anew(self, number: str, now: datetime) -> None:
        """The periods as they run without that decision."""
        ledger, examiner = self._tools.ledger, self._tools.examiner
        clocks = clocks_of(ledger.case(number), matters=examiner.matters, calendar=examiner.calendar)
        ledger.update_clocks(number, clocks, why="decision_undone", now=now)


def _changes(action: str, detail: dict[str, object]) -> bool:
    """Whether an event is one that an 撤销 is about, or that stands in its way."""
    if action == "decided":
        return detail["before"] != detail["state"]
    return action in ("decision_undone", "case_joined")
