"""How does a letter leave, and what became of it?

queued → sending (commit) → SMTP → sent (commit). What is found in `sending` after its lease has run out is uncertain:
it may have left, and only evidence or a person may say so.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, false, func, or_, select, update

from ledger.entries import LetterEntry, LetterState
from ledger.errors import Stale
from ledger.letters import CORRECTION, FEEDBACK, PAUSED, Letters, folded_address, letter_entry
from ledger.office_time import office_day
from ledger.questions import SentCounts
from ledger.store import MAILBOT
from ledger.tables import CASE, CLOCK, LETTER, RECIPIENT

#: States in which a letter has, or may have, reached people: what the brakes count.
_LEFT: Final = (LetterState.SENDING, LetterState.SENT, LetterState.UNCERTAIN, LetterState.BOUNCED)


class Sending(Letters):
    """The outbox as whoever sends sees it."""

    def mailboxes_due(self, now: datetime) -> frozenset[str]:
        """Those from which a letter may leave now, whatever waits longer before it."""
        due = LETTER.c.state == LetterState.QUEUED, LETTER.c.not_before <= now
        with self.reading() as connection:
            return frozenset(connection.execute(select(LETTER.c.mailbox).where(*due).distinct()).scalars())

    def claim_letter(
        self, worker: str, lease_seconds: float, now: datetime | None = None, *, mailboxes: Sequence[str] = (),
    ) -> LetterEntry | None:  # fmt: skip
        """The next letter that is due, now in `sending`: hand it to SMTP within half the lease. None: nothing
        is due."""
        at = now or self.now()
        query = select(LETTER).where(LETTER.c.state == LetterState.QUEUED, LETTER.c.not_before <= at)
        if mailboxes:
            query = query.where(LETTER.c.mailbox.in_(mailboxes))
        query = query.order_by(LETTER.c.not_before, LETTER.c.id).limit(1).with_for_update(skip_locked=True)
        with self.writing(chain=False) as connection:
            row = connection.execute(query).mappings().first()
            if row is None:
                return None
            values = {
                "state": LetterState.SENDING.value,
                "fence": row["fence"] + 1,
                "attempts": row["attempts"] + 1,
                "worker": worker,
                "sending_at": at,
                "lease_until": at + timedelta(seconds=lease_seconds),
            }
            connection.execute(update(LETTER).where(LETTER.c.id == row["id"]).values(**values))
            return letter_entry({**row, **values})

    def unclaim_letter(self, letter_id: int, fence: int, not_before: datetime) -> None:
        """A brake held it back before SMTP was spoken to: queued again, as if never claimed. Raises Stale."""
        with self.writing(chain=False) as connection:
            _settle(
                connection, letter_id, fence, state=LetterState.QUEUED.value, not_before=not_before,
                attempts=LETTER.c.attempts - 1, sending_at=None,
            )  # fmt: skip

    def put_off(self, recipient: str, until: datetime) -> None:
        """Whatever waits for this address waits until then: a flooder's thousand letters are not claimed one by one."""
        to = LETTER.c.id.in_(select(RECIPIENT.c.letter_id).where(RECIPIENT.c.address == folded_address(recipient)))
        with self.writing(chain=False) as connection:
            connection.execute(
                update(LETTER)
                .where(LETTER.c.state == LetterState.QUEUED, LETTER.c.not_before < until, to)
                .values(not_before=until)
            )

    def mark_sent(self, letter_id: int, fence: int, answer: str, now: datetime | None = None) -> None:
        """The server has taken it; `answer` is its last word. The first 反馈 stops that clock. Raises Stale."""
        at = now or self.now()
        with self.writing() as connection:
            row = _settle(connection, letter_id, fence, state=LetterState.SENT.value, sent_at=at, answer=answer)
            self._note_feedback(connection, row, at)
            self.tell(connection, at, "letter_sent", case=row["case_number"], mail=row["mail_id"], kind=row["kind"])

    def mark_retry(self, letter_id: int, fence: int, retry_at: datetime, error: str) -> None:
        """Surely not taken; try again then (F10). Raises Stale."""
        with self.writing(chain=False) as connection:
            _settle(
                connection, letter_id, fence, state=LetterState.QUEUED.value, not_before=retry_at, last_error=error,
                sending_at=None,
            )  # fmt: skip

    def mark_failed(self, letter_id: int, fence: int, error: str, now: datetime | None = None) -> None:
        """Refused for good (F11). Raises Stale."""
        self._end(letter_id, fence, LetterState.FAILED, error, now)

    def mark_uncertain(self, letter_id: int, fence: int, error: str, now: datetime | None = None) -> None:
        """Nobody can tell whether it left (F12). Raises Stale."""
        self._end(letter_id, fence, LetterState.UNCERTAIN, error, now)

    def stale_sending(self, now: datetime | None = None) -> tuple[LetterEntry, ...]:
        """Letters found in `sending` whose sender's lease has run out: look for evidence, never send blindly (F13)."""
        at = now or self.now()
        query = select(LETTER).where(LETTER.c.state == LetterState.SENDING, LETTER.c.lease_until <= at)
        with self.reading() as connection:
            return tuple(letter_entry(row) for row in connection.execute(query.order_by(LETTER.c.id)).mappings())

    def resolve_uncertain(
        self, letter_id: int, *, sent: bool, why: str, now: datetime | None = None, actor: str = MAILBOT
    ) -> None:
        """Evidence or a person has decided: it left (sent), or it surely did not (queued, same Message-ID).
        Raises Stale.

        Holds for UNCERTAIN letters, and for those in `sending` with a lease that has run out.
        """
        at = now or self.now()
        lost = (LETTER.c.state == LetterState.SENDING) & (LETTER.c.lease_until <= at)
        new = (
            {"state": LetterState.SENT.value, "sent_at": at}
            if sent
            else {"state": LetterState.QUEUED.value, "not_before": at}
        )
        with self.writing() as connection:
            changed = connection.execute(
                update(LETTER)
                .where(LETTER.c.id == letter_id, or_(LETTER.c.state == LetterState.UNCERTAIN, lost))
                .values(fence=LETTER.c.fence + 1, lease_until=None, worker=None, answer=why, **new)
            )
            if changed.rowcount == 0:
                raise Stale(f"letter {letter_id} is not uncertain")
            row = connection.execute(select(LETTER).where(LETTER.c.id == letter_id)).mappings().one()
            if sent:
                self._note_feedback(connection, row, at)
            self.tell(
                connection, at, "letter_resolved", case=row["case_number"], mail=row["mail_id"], actor=actor,
                kind=row["kind"], sent=sent,
            )  # fmt: skip

    def mark_bounced(self, message_id: str, why: str, now: datetime | None = None) -> LetterEntry | None:
        """A bounce names this Message-ID; the letter, or None when it is none of ours (D10)."""
        at = now or self.now()
        with self.writing() as connection:
            row = connection.execute(select(LETTER).where(LETTER.c.message_id == message_id)).mappings().first()
            if row is None or row["state"] not in _LEFT:
                return None
            values = {"state": LetterState.BOUNCED.value, "last_error": why}
            connection.execute(update(LETTER).where(LETTER.c.id == row["id"]).values(**values))
            self.tell(connection, at, "letter_bounced", case=row["case_number"], mail=row["mail_id"], kind=row["kind"])
        return letter_entry({**row, **values})

    def sent_counts(self, recipient: str, case: str | None = None, now: datetime | None = None) -> SentCounts:
        """What has left, or may have left, in the last hour and the last 24 hours (D12)."""
        at = now or self.now()
        to = LETTER.c.id.in_(select(RECIPIENT.c.letter_id).where(RECIPIENT.c.address == folded_address(recipient)))
        last_hour = LETTER.c.sending_at >= at - timedelta(hours=1)
        counts = select(
            func.count().filter(to, last_hour).label("to_recipient_hour"),
            func.count().filter(to).label("to_recipient_day"),
            func.count().filter(LETTER.c.case_number == case if case else false()).label("of_case_day"),
            func.count().filter(last_hour).label("all_hour"),
        ).where(LETTER.c.sending_at >= at - timedelta(days=1), LETTER.c.state.in_(_LEFT))
        with self.reading() as connection:
            return SentCounts(**connection.execute(counts).mappings().one())

    def _end(self, letter_id: int, fence: int, state: LetterState, error: str, now: datetime | None) -> None:
        at = now or self.now()
        with self.writing() as connection:
            row = _settle(connection, letter_id, fence, state=state.value, last_error=error)
            self.tell(
                connection, at, f"letter_{state.value}", case=row["case_number"], mail=row["mail_id"], kind=row["kind"]
            )

    def _note_feedback(self, connection: Connection, row: Any, at: datetime) -> None:
        number = row["case_number"]
        if number is None or row["kind"] not in FEEDBACK:
            return
        told = 1 if row["kind"] == CORRECTION else 0
        connection.execute(
            update(CASE)
            .where(CASE.c.number == number)
            .values(first_feedback_at=func.coalesce(CASE.c.first_feedback_at, at), rounds=CASE.c.rounds + told)
        )
        stopped = ("feedback10", *PAUSED) if row["kind"] == CORRECTION else ("feedback10",)
        running = (CLOCK.c.case_number == number, CLOCK.c.name.in_(stopped), CLOCK.c.stopped_on.is_(None))
        connection.execute(update(CLOCK).where(*running).values(stopped_on=office_day(at)))


def _settle(connection: Connection, letter_id: int, fence: int, **values: Any) -> Any:
    """End one sending, if its fence still holds. Raises Stale."""
    mine = (LETTER.c.id == letter_id, LETTER.c.fence == fence, LETTER.c.state == LetterState.SENDING)
    changed = connection.execute(update(LETTER).where(*mine).values(lease_until=None, worker=None, **values))
    if changed.rowcount == 0:
        raise Stale(f"letter {letter_id} is no longer this sender's")
    return connection.execute(select(LETTER).where(LETTER.c.id == letter_id)).mappings().one()
