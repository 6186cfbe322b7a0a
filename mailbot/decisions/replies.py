"""What becomes of a reviewer's reply: followed, confirmed first, not understood, not possible, overtaken?

Where the server says nothing of the sender, one confirmation mail must be answered (reliability.md E).
"""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Final

from ledger.entries import CaseState, Claim, MailEntry, Reply
from ledger.errors import Stale
from ledger.questions import CaseFile
from mailbot.cases.workbench import Tools
from mailbot.decisions.carrying_out import Carrier, Done
from mailbot.decisions.consequences import DECISIVE
from mailbot.decisions.notes import Note, Notes
from mailbot.decisions.plans import NotPossible, Reason
from mailbot.decisions.rights import Attempt, Right, Rights
from mailbot.decisions.tokens import Tokens, shown_in
from mailbot.examination.command import Command, NotUnderstood, Parsed, Why, Word, parse
from mailbot.examination.own_words import own_lines
from mailbot.settings import Mailbox
from parsers.mail.message import Message
from parsers.mail.provenance import Authentication

log = logging.getLogger(__name__)

MOST_AN_HOUR: Final = 50  #: decisions of one reviewer; more must each be confirmed (E9)
_LONGEST_PENDING: Final = 4000
_CHANGES: Final = ("decided", "decision_undone", "case_joined")


class Decisions:
    """The part of casework that hears reviewers."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._tokens = Tokens(tools.ledger, tools.instance, tools.now)
        self._notes = Notes(tools, self._tokens)
        self._carrier = Carrier(tools, self._notes)
        self._rights = Rights(tools, self._tokens, self._notes)

    def concerns(self, mail: MailEntry) -> bool:
        """Whether this mail may be a reviewer's word, by its headers alone."""
        return shown_in(mail.subject) is not None or self._rights.on_roster(mail.author) is not None

    def settle(self, claim: Claim, mailbox: Mailbox, message: Message) -> bool:
        """Ends the claim; False when the mail is none of a reviewer's words, and is worked like any other."""
        if message.bounce or not self._is_reply(message):
            return False
        if message.automatic:  # a vacation notice quotes the token too (E7)
            self._tools.ledger.set_aside(claim, f"automatic_{message.automatic.kind.value}")
            return True
        attempt = self._rights.attempt(claim, mailbox, message)
        right = self._rights.right(attempt)
        if right is None:
            return self._rights.refuse(attempt)
        self._follow(attempt, right)
        return True

    def _is_reply(self, message: Message) -> bool:
        """A mark in the subject; or a reviewer who answers one of our mails, or writes a word, without it."""
        if shown_in(message.subject):
            return True
        if message.author is None or self._rights.on_roster(message.author.key) is None:
            return False
        answers = any(self._tools.ledger.letter(one) for one in message.in_reply_to)
        return answers or isinstance(parse(message.text), Command)

    def _follow(self, attempt: Attempt, right: Right) -> None:
        command = self._command(attempt, right)
        if isinstance(command, NotUnderstood):
            self._answer(attempt, right, "not_understood", "not_understood", why=command.why, line=command.line)
            return
        seen = (right.token.state, right.token.round)
        if right.token.pending:
            pending = right.token.pending
            seen = (CaseState(pending["state"]), pending["round"])
        elif command.word is not Word.ASK and self._needs_confirmation(attempt, right):
            self._ask_to_confirm(attempt, right)
            return
        if command.word is Word.ASK:
            known = self._notes.checklist(right.file)
            self._answer(attempt, right, "history", "asked", spend=True, checklist=known)
            return
        if command.word in DECISIVE and seen != (right.file.case.state, _round(right.file)):
            self._tell_overtaken(attempt, right)
            return
        self._carry_out(attempt, right, command)

    def _command(self, attempt: Attempt, right: Right) -> Parsed:
        """His own words; behind a confirmation, those that he confirms."""
        message = attempt.message
        if message.too_complex or "mail_in_mail" in message.defects:
            return NotUnderstood(Why.UNCLEAR)
        said = parse(message.text)
        if not right.token.pending:
            return said
        if isinstance(said, Command) and said.word is Word.CONFIRM:
            return parse(str(right.token.pending["text"]))
        return NotUnderstood(Why.NOT_CONFIRMED, said.line if isinstance(said, NotUnderstood) else "")

    def _needs_confirmation(self, attempt: Attempt, right: Right) -> bool:
        hour = self._tools.now() - timedelta(hours=1)
        many = self._tools.ledger.events_by(right.reviewer.address, "decided", hour) >= MOST_AN_HOUR
        return many or attempt.standing is not Authentication.VERIFIED

    def _carry_out(self, attempt: Attempt, right: Right, command: Command) -> None:
        decisive = command.word in DECISIVE
        reply = Reply(attempt.claim, right.token.digest, right.token.round if decisive else None)
        if right.token.pending and decisive:
            reply = replace(reply, round=right.token.pending["round"])
        try:
            done = self._carrier.carry_out(command, right.file, right.reviewer, reply=reply, message=attempt.message)
        except Stale:  # somebody was faster between our look and our word; a lost claim is found out by the answer
            fresh = self._tools.ledger.case(right.file.case.number)
            self._tell_overtaken(attempt, replace(right, file=fresh))
            return
        if isinstance(done, NotPossible):
            self._answer(
                attempt, right, "not_possible", f"not_possible_{done.reason}", obstacle=done, word=command.word
            )
        else:
            _log_done(done, attempt)

    def _ask_to_confirm(self, attempt: Attempt, right: Right) -> None:
        text = "\n".join(own_lines(attempt.message.text))[:_LONGEST_PENDING]
        pending = {"text": text, "state": right.token.state.value, "round": right.token.round}
        self._answer(attempt, right, "confirm", "to_confirm", spend=True, pending=pending, line=text)

    def _tell_overtaken(self, attempt: Attempt, right: Right) -> None:
        """Who was faster, and when (E5)."""
        last = next((one for one in reversed(right.file.events) if one.action in _CHANGES), None)
        by = last.actor if last and last.action != "case_joined" else ""
        obstacle = NotPossible(Reason.OVERTAKEN, by=by, at=last.at if last else None)
        self._answer(attempt, right, "not_possible", "overtaken", obstacle=obstacle)

    def _answer(
        self, attempt: Attempt, right: Right, kind: str, reason: str, *, spend: bool = False, **facts: object
    ) -> None:
        """A note, and nothing changed. A token that decided nothing stays good, unless it was answered in full."""
        pending = facts.pop("pending", None)
        note = Note.of(right.file, right.reviewer, self._tools.settings, **facts)
        letter = self._notes.letter(
            kind, note, attempt.claim, attempt.message, pending=pending if isinstance(pending, dict) else None
        )
        reply = Reply(attempt.claim, right.token.digest if spend else None)
        self._tools.ledger.answer_reply(
            reply, reason, number=right.file.case.number, actor=right.reviewer.address, letters=(letter,),
            now=self._tools.now(),
        )  # fmt: skip


def _round(file: CaseFile) -> int:
    return max((one.round for one in file.examinations), default=0)


def _log_done(done: Done, attempt: Attempt) -> None:
    log.info("decided", extra={"mail": attempt.claim.mail.id, "case": done.number, "word": done.word.value})
