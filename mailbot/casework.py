"""What becomes of a recorded mail: a case, an answer, or nothing?

ledger → ledger. Claims one mail, examines it, and writes case, findings, clocks and letters in one transaction. Killed
between any two statements, the mail is simply worked again: the number and the Message-IDs stay the same, and the
finish proves that the claim still holds.
"""

import logging
import os
import platform
from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Thread

from ledger.entries import CaseState, Claim, Letter
from ledger.errors import ArchiveError, LedgerError, NotArchived, Stale
from ledger.failpoints import fp
from ledger.office_time import OFFICE_TIME, office_day
from ledger.store import MAILBOT, DatabaseFailed
from mailbot.cases.answers import answer
from mailbot.cases.dossier import case_facts
from mailbot.cases.examined import Arrived, Examination
from mailbot.cases.rehearsal import Rehearsal, rehearsed
from mailbot.cases.rounds import own_misses
from mailbot.cases.twins import LEFT_TO_THE_OTHER, answered_twin
from mailbot.cases.workbench import Tools
from mailbot.decisions.replies import Decisions
from mailbot.examination.classify import MailKind
from mailbot.examination.feedback import Desk, Feedback, LetterKind, feedback_for
from mailbot.examination.verdict import Outcome
from mailbot.isolation.child import IsolationFailed
from mailbot.letters.drafting import LetterFacts, certain_only, facts_of
from mailbot.office.accounts import receiver_of
from mailbot.reading.mails import Unparsed
from mailbot.settings import Mailbox
from mailbot.watch.alarms import Alarm, AlarmKind

log = logging.getLogger(__name__)

LEASE_SECONDS = 30.0  #: after a kill, how long until the mail is worked again
_RENEW_SECONDS = 10.0
_RETRY = timedelta(minutes=5)
_DEATHS = 3  #: so many workers may die over one mail until somebody is told

#: The state in which a case waits after its first examination.
_STATES = {
    Outcome.COMPLETE: CaseState.COMPLETE,
    Outcome.CORRECTION: CaseState.AWAITING_CORRECTION,
}


class Casework:
    """The leg."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._decisions = Decisions(tools)
        self._worker = worker_name()
        self._rehearsal = Rehearsal(tools)

    def work(self, stop: Event) -> int:
        """Works recorded mails until none is left or `stop` is set; how many were worked."""
        done = 0
        while not stop.is_set():
            claim = self._tools.ledger.claim(self._worker, LEASE_SECONDS)
            if claim is None:
                break
            fp("casework_after_claim")
            self.settle(claim)
            fp("casework_after_settle")
            done += 1
        return done

    def settle(self, claim: Claim) -> None:
        """One mail to its end. Whatever fails, the mail stays in the ledger and the next one is worked."""
        tools, deadly = self._tools, _alarm(claim)
        if claim.deaths >= _DEATHS:
            tools.ledger.raise_alarm(deadly.key, f"{claim.deaths} workers did not come back from it", tools.now())
        try:
            self._settle(claim)
        except Stale:
            log.warning("another worker took the mail", extra={"mail": claim.mail.id})
        except DatabaseFailed:
            raise  # not this mail's fault: its lease brings it back
        except (CancelledError, IsolationFailed) as stopped:  # we are being stopped, or the machine starts no child
            log.warning("mail was left", extra={"mail": claim.mail.id, "why": str(stopped) or "stopped"})
            with suppress(Stale):
                tools.ledger.release(claim, tools.now() + timedelta(seconds=LEASE_SECONDS), "interrupted")
        except Unparsed as unread:
            log.warning("mail could not be read", extra={"mail": claim.mail.id, "why": str(unread)})
            with suppress(Stale):
                tools.ledger.strike(claim, tools.now() + _RETRY, f"mail_{unread.died.death.value}", tools.now())
        except Exception as error:
            log.exception("mail could not be worked", extra={"mail": claim.mail.id})
            with suppress(Stale):
                self._give_back(claim, error)
        if claim.deaths >= _DEATHS:
            tools.ledger.clear_alarm(deadly.key, tools.now())

    def _give_back(self, claim: Claim, error: Exception) -> None:
        """A full disk or a store that does not answer is not the mail's fault: no strike, however often."""
        ledger, now = self._tools.ledger, self._tools.now()
        if isinstance(error, ArchiveError) and not isinstance(error, NotArchived):
            ledger.release(claim, now + _RETRY, "failed")
        else:
            ledger.strike(claim, now + _RETRY, "failed", now)

    def _settle(self, claim: Claim) -> None:
        tools, mail = self._tools, claim.mail
        mailbox = tools.settings.mailbox_at(mail.mailbox)
        if mailbox is None:
            tools.ledger.quarantine(claim, "mailbox_not_configured")
            return
        with self._kept(claim):  # a store at the other end of a slow line takes its time
            parsed = tools.parsed(mail.sha256)
        if self._decisions.concerns(mail) and self._decisions.settle(claim, mailbox, parsed.message):
            return
        fp("casework_after_reading")
        if (in_earnest := rehearsed(parsed)) is not None:
            with self._kept(claim):
                self._rehearsal.settle(claim, mailbox, in_earnest)
            return
        with self._kept(claim):
            examination = tools.examiner.examine(
                Arrived(parsed, mailbox.address, mail.arrived_at, receiver_of(mailbox), mail.whole, mail.same_as)
            )
        if (bounce := examination.message.bounce) and bounce.original_message_id:
            tools.ledger.mark_bounced(bounce.original_message_id, bounce.status or "")
        fp("casework_after_examining")
        self._file(claim, mailbox, examination)
        fp("casework_after_filing")
        log.info(
            "mail worked",
            extra={
                "mail": mail.id,
                "kind": examination.classification.kind.value,
                "verdict": examination.verdict.outcome.value,
                "seconds": round(examination.seconds, 2),
            },
        )

    @contextmanager
    def _kept(self, claim: Claim) -> Iterator[None]:
        """The claim's lease is renewed for as long as the papers are being read."""
        over = Event()

        def renew() -> None:
            while not over.wait(_RENEW_SECONDS):
                try:
                    self._tools.ledger.renew(claim, LEASE_SECONDS)
                except LedgerError as error:  # the finish will find out by its fence
                    log.warning("lease not renewed", extra={"mail": claim.mail.id, "why": str(error)})

        keeper = Thread(target=renew, name=f"lease-{claim.mail.id}", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def _file(self, claim: Claim, mailbox: Mailbox, examination: Examination) -> None:
        """Ends the claim as the verdict says."""
        ledger, case = self._tools.ledger, examination.case
        feedback = feedback_for(
            examination.verdict,
            examination.classification.kind,
            examination.message,
            examination.provenance,
            self._desk(mailbox, examination),
        )
        kinds = {letter.kind for letter in feedback.letters}
        codes = {judged.code for judged in examination.verdict.findings}
        first = answered_twin(self._tools, claim.mail, examination.message)
        if first is not None:
            ledger.answer(claim, "answered_by_other_mailbox", letters=(), number=first.case_number)
        elif examination.verdict.outcome is Outcome.SET_ASIDE:
            ledger.set_aside(claim, examination.classification.reason, number=case.number if case else None)
        elif "duplicate" in codes and case:
            ledger.mark_duplicate(
                claim, number=case.number, letters=self._letters(claim, mailbox, examination, feedback, case.number)
            )
        elif LetterKind.WRONG_MAILBOX in kinds or "mailbox_other_too" in codes:
            reason = "wrong_mailbox" if LetterKind.WRONG_MAILBOX in kinds else LEFT_TO_THE_OTHER
            ledger.answer(claim, reason, letters=self._letters(claim, mailbox, examination, feedback, None))
        elif _needs_no_case(examination):
            number = case.number if case else None
            letters = self._letters(claim, mailbox, examination, feedback, number)
            self._note_withdrawal(examination)
            ledger.answer(claim, examination.classification.kind.value, letters=letters, number=number)
        else:
            self._file_case(claim, mailbox, examination, feedback)

    def _note_withdrawal(self, examination: Examination) -> None:
        """E28: the wish stands with the case from now on; only a person withdraws it. Noted again, it is the same."""
        case = examination.case
        if examination.classification.kind is MailKind.WITHDRAWAL and case and case.state.is_open:
            asked = {"withdrawal_asked_on": office_day(examination.received).isoformat()}
            self._tools.ledger.record_step(case.number, asked, actor=MAILBOT, now=self._tools.now())

    def _file_case(self, claim: Claim, mailbox: Mailbox, examination: Examination, feedback: Feedback) -> None:
        tools, case = self._tools, examination.case
        if case and not case.state.is_open:
            case = None  # what a person has ended no mail begins again
        held = any(letter.held for letter in feedback.letters)
        state = CaseState.REFERRED if held else _STATES.get(examination.verdict.outcome, CaseState.REFERRED)
        year = claim.mail.arrived_at.astimezone(OFFICE_TIME).year
        number = case.number if case else tools.ledger.assign_number(claim.mail.id, mailbox.case_code, year)
        office, known = tools.settings.office_of(mailbox), tools.ledger.case(case.number) if case else None
        fp("casework_after_number")
        facts = case_facts(examination, tools.words, office, applicant=feedback.recipient, known=known)
        letters = self._letters(claim, mailbox, examination, feedback, number)
        if case:
            missed = own_misses(examination, known) if known else ()
            tools.ledger.join_case(claim, facts, number=number, state=state, letters=letters, missed=missed)
        else:
            tools.ledger.file_case(claim, facts, number=number, state=state, letters=letters)

    def _desk(self, mailbox: Mailbox, examination: Examination) -> Desk:
        settings, case = self._tools.settings, examination.case
        told = self._tools.ledger.letters(case=case.number) if case else ()
        matter = examination.classification.matter
        return Desk(
            mailbox=mailbox.address,
            own_addresses=frozenset(box.address.lower() for box in settings.mailbox),
            aliases=frozenset(alias.lower() for alias in mailbox.aliases),
            letters={**(matter.letters if matter else {}), **settings.feedback.letters},
            duplicate_told=any(one.letter.kind == LetterKind.DUPLICATE for one in told),
            asks_of_own_case=case is not None,
        )

    def _letters(
        self, claim: Claim, mailbox: Mailbox, examination: Examination, feedback: Feedback, number: str | None
    ) -> tuple[Letter, ...]:
        """Renders and archives what is planned; the rows are written by the finish."""
        if feedback.recipient is None:
            return ()
        tools = self._tools
        facts = self._facts(mailbox, examination, number, tools.now())
        letters = tuple(
            answer(
                tools,
                claim,
                mailbox,
                examination,
                certain_only(facts) if planned.certain_only else facts,
                kind=planned.kind.value,
                to=feedback.recipient,
                held=planned.held,
            )
            for planned in feedback.letters
        )
        fp("casework_after_letters")
        return letters

    def _facts(self, mailbox: Mailbox, examination: Examination, number: str | None, now: datetime) -> LetterFacts:
        tools, case = self._tools, examination.case
        known = tools.ledger.case(case.number).case if case else None
        return facts_of(
            examination,
            tools.words,
            office=tools.settings.office_of(mailbox),
            today=office_day(now),
            number=number,
            known=known,
        )


def _alarm(claim: Claim) -> Alarm:
    return Alarm(AlarmKind.MAIL_DEADLY, claim.mail.mailbox, about=str(claim.mail.id))


def worker_name() -> str:
    """Which process works: for the ledger's claims."""
    return f"{platform.node()}:{os.getpid()}"


def _needs_no_case(examination: Examination) -> bool:
    """Questions with a shipped answer, a progress query or a withdrawal of a known case."""
    kind = examination.classification.kind
    if kind is MailKind.QUESTION:
        return True
    return kind in (MailKind.PROGRESS, MailKind.WITHDRAWAL) and examination.case is not None
