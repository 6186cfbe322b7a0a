"""Whose word is this reply, and is it followed?

A reply decides only with all of these at once: the address of a reviewer who serves today, a receiving server that does
not doubt it, and the unused token of that case and reviewer in its subject (reliability.md E). Where the server says
nothing of the sender, one confirmation mail must be answered. A refusal never says which part was wrong.
"""

import logging
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from ledger.entries import CaseState, Claim, Letter, MailEntry, Reply
from ledger.errors import NoSuchCase, Stale
from ledger.questions import CaseFile
from ledger.tokens import TokenEntry
from mailbot.cases.workbench import Tools
from mailbot.decisions.carrying_out import Carrier, Done
from mailbot.decisions.consequences import DECISIVE
from mailbot.decisions.notes import Note, Notes
from mailbot.decisions.plans import NotPossible, Reason
from mailbot.decisions.tokens import Tokens, shown_in
from mailbot.examination.command import Command, NotUnderstood, Parsed, Why, Word, parse
from mailbot.examination.own_words import own_lines
from mailbot.office.accounts import receiver_of
from mailbot.settings import OFFICE_TIME, Mailbox, Reviewer, Settings
from mailbot.watch.alarms import Alarm, AlarmKind
from parsers.mail.message import Message
from parsers.mail.provenance import Authentication, authenticate

log = logging.getLogger(__name__)

MOST_REFUSALS: Final = 5  #: of one address in a day (E3)
MOST_AN_HOUR: Final = 50  #: decisions of one reviewer; more must each be confirmed (E9)
_LONGEST_PENDING: Final = 4000
_REFUSED: Final = "decision_refused"
_UNMARKED: Final = "decision_unmarked"  #: an answer to a digest, say: no guess, so it stops nobody


@dataclass(frozen=True)
class Attempt:
    """One reply that wants to decide."""

    claim: Claim
    mailbox: Mailbox
    message: Message
    standing: Authentication
    reviewer: Reviewer | None  #: who serves today under the author's very address
    actor: str  #: under which its refusals are counted


@dataclass(frozen=True)
class Right:
    """What a sound reply may decide."""

    reviewer: Reviewer
    token: TokenEntry
    file: CaseFile


class Decisions:
    """The part of casework that hears reviewers."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._tokens = Tokens(tools.ledger, tools.instance, tools.now)
        self._notes = Notes(tools, self._tokens)
        self._carrier = Carrier(tools, self._notes)

    def concerns(self, mail: MailEntry) -> bool:
        """Whether this mail may be a reviewer's word, by its headers alone."""
        return shown_in(mail.subject) is not None or self._on_roster(mail.author) is not None

    def settle(self, claim: Claim, mailbox: Mailbox, message: Message) -> bool:
        """Ends the claim; False when the mail is none of a reviewer's words, and is worked like any other."""
        if message.bounce or not self._is_reply(message):
            return False
        if message.automatic:  # a vacation notice quotes the token too (E7)
            self._tools.ledger.set_aside(claim, f"automatic_{message.automatic.kind.value}")
            return True
        attempt = self._attempt(claim, mailbox, message)
        right = self._right(attempt)
        if right is None:
            return self._refuse(attempt)
        self._follow(attempt, right)
        return True

    def _is_reply(self, message: Message) -> bool:
        """A mark in the subject; or a reviewer who answers one of our mails, or writes a word, without it."""
        if shown_in(message.subject):
            return True
        if message.author is None or self._on_roster(message.author.key) is None:
            return False
        answers = any(self._tools.ledger.letter(one) for one in message.in_reply_to)
        return answers or isinstance(parse(message.text), Command)

    def _attempt(self, claim: Claim, mailbox: Mailbox, message: Message) -> Attempt:
        standing = authenticate(message, receiver_of(mailbox)).state
        key = message.author.key if message.author else ""
        known = self._on_roster(key)
        today = self._tools.now().astimezone(OFFICE_TIME).date()
        serving = known is not None and known.serves_on(today) and not message.author_defects
        if known is None:
            actor = f"unknown:{self._tools.instance.key('address', key)[:16]}"
        elif standing is Authentication.VERIFIED:
            actor = key
        else:  # counted apart: whoever forges a reviewer's name must not be able to silence him
            actor = f"{standing.value}:{key}"
        return Attempt(claim, mailbox, message, standing, known if serving else None, actor)

    def _right(self, attempt: Attempt) -> Right | None:
        """All or nothing; the order tells nobody anything."""
        ledger, shown, reviewer = self._tools.ledger, shown_in(attempt.message.subject), attempt.reviewer
        token = self._tokens.entry(shown) if shown else None
        if reviewer is None or shown is None or token is None or attempt.standing is Authentication.FAILED:
            return None
        if self._refused(attempt) >= MOST_REFUSALS:
            return None
        if not token.holds(shown.case, reviewer.address, self._tools.now()):
            return None
        try:
            file = ledger.case(shown.case)
        except NoSuchCase:
            return None
        if file.case.mailbox.lower() != attempt.mailbox.address.lower() or not self._may(reviewer, attempt, file):
            return None
        return Right(reviewer, token, file)

    def _may(self, reviewer: Reviewer, attempt: Attempt, file: CaseFile) -> bool:
        """Who reviews this mailbox, who stands in for them, whose case it is, and heads."""
        own = {address.lower() for address in attempt.mailbox.reviewers}
        roster = roster_of(self._tools.settings)
        substitutes = {one.substitute.lower() for one in roster if one.substitute and one.address.lower() in own}
        allowed = own | substitutes | {(file.case.reviewer or "").lower()}
        return not own or reviewer.head or reviewer.address.lower() in allowed

    def _refuse(self, attempt: Attempt) -> bool:
        """Logged, counted, and told to the reviewer without a reason. A stranger's mail is worked as any other."""
        shown = shown_in(attempt.message.subject)
        action = _REFUSED if shown else _UNMARKED
        ledger, now, before = self._tools.ledger, self._tools.now(), self._refused(attempt, action)
        ledger.record_event(action, actor=attempt.actor, mail=attempt.claim.mail.id, now=now)
        log.warning("a reply could not decide", extra={"mail": attempt.claim.mail.id, "actor": attempt.actor})
        if shown and before + 1 >= MOST_REFUSALS:
            self._ring(AlarmKind.DECISIONS_STOPPED, attempt)
        token = self._tokens.entry(shown) if shown else None
        stolen = token is not None and token.reviewer != (attempt.message.author.key if attempt.message.author else "")
        if stolen or attempt.standing is Authentication.FAILED:
            self._ring(AlarmKind.DECISION_FORGED, attempt)
        if attempt.actor.startswith("unknown:"):
            return False
        told_once = attempt.standing is Authentication.VERIFIED or before == 0
        letters: tuple[Letter, ...] = ()
        if attempt.reviewer is not None and told_once and before < MOST_REFUSALS:
            letters = (self._notes.refusal(attempt.claim, attempt.mailbox, attempt.reviewer, attempt.message),)
        ledger.answer(attempt.claim, "decision_refused", letters=letters, now=now)
        return True

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

    def _on_roster(self, address: str | None) -> Reviewer | None:
        key = (address or "").lower()
        return next((one for one in roster_of(self._tools.settings) if one.address.lower() == key), None)

    def _refused(self, attempt: Attempt, action: str = _REFUSED) -> int:
        """How often in a day."""
        day = self._tools.now() - timedelta(days=1)
        return self._tools.ledger.events_by(attempt.actor, action, day)

    def _ring(self, kind: AlarmKind, attempt: Attempt) -> None:
        alarm = Alarm(kind, attempt.mailbox.address, about=attempt.actor)
        self._tools.ledger.raise_alarm(alarm.key, alarm.detail, self._tools.now())


def roster_of(settings: Settings) -> tuple[Reviewer, ...]:
    """The roster; where none is written, the addresses that the mailboxes name."""
    named = {address.lower(): address for box in settings.mailbox for address in box.reviewers}
    listed = tuple(Reviewer(name=one, address=one, valid_from=date.min) for one in named.values())
    return settings.reviewer or listed


_CHANGES: Final = ("decided", "decision_undone", "case_joined")


def _round(file: CaseFile) -> int:
    return max((one.round for one in file.examinations), default=0)


def _log_done(done: Done, attempt: Attempt) -> None:
    log.info("decided", extra={"mail": attempt.claim.mail.id, "case": done.number, "word": done.word.value})
