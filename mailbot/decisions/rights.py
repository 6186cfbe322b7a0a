"""Whose word is this reply, and what may it decide?

A reply decides only with all of these at once: the address of a reviewer who serves today, a receiving server that does
not doubt it, and the unused token of that case and reviewer in its subject (reliability.md E). A refusal never says
which part was wrong.
"""

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from ledger.entries import Claim, Letter
from ledger.errors import NoSuchCase
from ledger.office_time import office_day
from ledger.questions import CaseFile
from ledger.tokens import TokenEntry
from mailbot.cases.workbench import Tools
from mailbot.decisions.notes import Notes
from mailbot.decisions.tokens import Tokens, shown_in
from mailbot.office.accounts import receiver_of
from mailbot.settings import Mailbox, Reviewer, Settings
from mailbot.watch.alarms import Alarm, AlarmKind
from parsers.mail.message import Message
from parsers.mail.provenance import Authentication, authenticate

log = logging.getLogger(__name__)

MOST_REFUSALS: Final = 5  #: of one address in a day (E3)
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


class Rights:
    """Finds out, and keeps count of who tried in vain."""

    def __init__(self, tools: Tools, tokens: Tokens, notes: Notes) -> None:
        self._tools = tools
        self._tokens = tokens
        self._notes = notes

    def attempt(self, claim: Claim, mailbox: Mailbox, message: Message) -> Attempt:
        standing = authenticate(message, receiver_of(mailbox)).state
        key = message.author.key if message.author else ""
        known = self.on_roster(key)
        today = office_day(self._tools.now())
        serving = known is not None and known.serves_on(today) and not message.author_defects
        if known is None:
            actor = f"unknown:{self._tools.instance.key('address', key)[:16]}"
        elif standing is Authentication.VERIFIED:
            actor = key
        else:  # counted apart: whoever forges a reviewer's name must not be able to silence him
            actor = f"{standing.value}:{key}"
        return Attempt(claim, mailbox, message, standing, known if serving else None, actor)

    def right(self, attempt: Attempt) -> Right | None:
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

    def refuse(self, attempt: Attempt) -> bool:
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

    def on_roster(self, address: str | None) -> Reviewer | None:
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
