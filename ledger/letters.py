"""Which letters wait, which are held for a nod, and what does one look like?

A letter's bytes and Message-ID are fixed when it is queued.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, insert, select, update

from ledger.entries import Letter, LetterEntry, LetterState
from ledger.errors import Stale
from ledger.store import MAILBOT, Store
from ledger.tables import LETTER, RECIPIENT

#: Kinds that are the 反馈 of 附件1 2.2: the first of them stops `feedback10`.
FEEDBACK: Final = frozenset({"correction", "complete", "wrong_mailbox", "interim"})
CORRECTION: Final = "correction"
#: Periods of the office that wait while the applicant corrects; his answer starts them anew.
PAUSED: Final = ("overall10", "review10", "direct10")


class Letters(Store):
    """The outbox."""

    def queue_letter(
        self, letter: Letter, *, case: str | None = None, now: datetime | None = None, actor: str = MAILBOT
    ) -> bool:
        """A letter that answers no mail (digest, reminder). False: its purpose is served already, nothing was
        queued (F27)."""
        if not letter.purpose:
            raise ValueError("a letter that answers no mail needs a purpose")
        at = now or self.now()
        with self.writing() as connection:
            if connection.execute(select(LETTER.c.id).where(LETTER.c.purpose == letter.purpose)).first():
                return False
            self._queue(connection, [letter], mail_id=None, number=case, at=at)
            self.tell(connection, at, "letter_queued", case=case, actor=actor, kind=letter.kind)
        return True

    def letter_counts(self) -> dict[LetterState, int]:
        """How many letters stand where."""
        query = select(LETTER.c.state, func.count()).group_by(LETTER.c.state)
        with self.reading() as connection:
            return {LetterState(state): count for state, count in connection.execute(query)}

    def hold_letter(self, letter_id: int, now: datetime | None = None, *, actor: str = MAILBOT) -> None:
        """A queued letter waits for a nod. Raises Stale."""
        self._move(letter_id, (LetterState.QUEUED,), LetterState.HELD, now, actor)

    def release_letter(self, letter_id: int, now: datetime | None = None, *, actor: str = MAILBOT) -> None:
        """A held draft (or one refused) goes out. Raises Stale."""
        self._move(letter_id, (LetterState.HELD, LetterState.FAILED), LetterState.QUEUED, now, actor)

    def cancel_letter(self, letter_id: int, now: datetime | None = None, *, actor: str = MAILBOT) -> None:
        """It shall not go out. Raises Stale when it is on its way already."""
        waiting = (LetterState.HELD, LetterState.QUEUED, LetterState.FAILED)
        self._move(letter_id, waiting, LetterState.CANCELLED, now, actor)

    def letters(self, *states: LetterState, case: str | None = None, limit: int = 1000) -> tuple[LetterEntry, ...]:
        """Letters in these states (all, when none is named), oldest first."""
        query = select(LETTER).order_by(LETTER.c.id).limit(limit)
        if states:
            query = query.where(LETTER.c.state.in_(states))
        if case is not None:
            query = query.where(LETTER.c.case_number == case)
        with self.reading() as connection:
            return tuple(letter_entry(row) for row in connection.execute(query).mappings())

    def letter(self, message_id: str) -> LetterEntry | None:
        """The letter with this own Message-ID."""
        with self.reading() as connection:
            row = connection.execute(select(LETTER).where(LETTER.c.message_id == message_id)).mappings().first()
        return letter_entry(row) if row else None

    def _queue(
        self,
        connection: Connection,
        letters: Sequence[Letter],
        *,
        mail_id: int | None,
        number: str | None,
        at: datetime,
    ) -> None:
        for letter in letters:
            primary = connection.execute(
                insert(LETTER).values(
                    mail_id=mail_id, case_number=number, purpose=letter.purpose or f"mail:{mail_id}:{letter.kind}",
                    kind=letter.kind, mailbox=letter.mailbox, recipients=list(letter.recipients),
                    subject=letter.subject,
                    message_id=letter.message_id, sha256=letter.sha256, state=letter.state.value,
                    not_before=letter.not_before or at, certain_only=letter.certain_only, queued_at=at,
                    attempts=0, fence=0,
                )
            ).inserted_primary_key  # fmt: skip
            assert primary is not None
            for address in dict.fromkeys(folded_address(recipient) for recipient in letter.recipients):
                connection.execute(insert(RECIPIENT).values(letter_id=primary[0], address=address))

    def _move(
        self, letter_id: int, old: Sequence[LetterState], new: LetterState, now: datetime | None, actor: str
    ) -> None:
        at = now or self.now()
        with self.writing() as connection:
            row = move_letter(connection, letter_id, old, new, at)
            self.tell(
                connection, at, f"letter_{new.value}", case=row["case_number"], mail=row["mail_id"], actor=actor,
                kind=row["kind"],
            )  # fmt: skip


def move_letter(
    connection: Connection, letter_id: int, old: Sequence[LetterState], new: LetterState, at: datetime
) -> Any:
    """From one of the old states to the new one, or Stale."""
    due = {"not_before": at} if new is LetterState.QUEUED else {}
    changed = connection.execute(
        update(LETTER).where(LETTER.c.id == letter_id, LETTER.c.state.in_(old)).values(state=new.value, **due)
    )
    if changed.rowcount == 0:
        raise Stale(f"letter {letter_id} is not {' or '.join(old)}")
    return connection.execute(select(LETTER).where(LETTER.c.id == letter_id)).mappings().one()


def letter_entry(row: Any) -> LetterEntry:
    letter = Letter(
        kind=row["kind"],
        mailbox=row["mailbox"],
        recipients=tuple(row["recipients"]),
        subject=row["subject"],
        message_id=row["message_id"],
        sha256=row["sha256"],
        state=LetterState(row["state"]),
        not_before=row["not_before"],
        certain_only=row["certain_only"],
        purpose=row["purpose"],
    )
    return LetterEntry(
        id=row["id"],
        letter=letter,
        mail_id=row["mail_id"],
        case_number=row["case_number"],
        attempts=row["attempts"],
        fence=row["fence"],
        queued_at=row["queued_at"],
        sent_at=row["sent_at"],
        last_error=row["last_error"],
        sending_at=row["sending_at"],
    )


def folded_address(recipient: str) -> str:
    return recipient.strip().lower()
