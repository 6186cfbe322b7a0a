"""What is kept of a rehearsal (预检) once it is answered: nothing but a counter.

The skeleton of the mail's row stays, so that the server's next look does not take it for new; its words, its raw bytes
and those of the answer go as at the end of retention.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, select, update

from ledger.blanking import blank_mail
from ledger.entries import LetterState, MailState
from ledger.retention import Retention
from ledger.tables import LETTER, MAIL, META

REASON: Final = "rehearsal"  #: of a mail that was one
_COUNTER: Final = "rehearsals"
_OVER: Final = (LetterState.SENT, LetterState.FAILED, LetterState.BOUNCED, LetterState.CANCELLED)


class Rehearsals(Retention):
    def rehearsals(self) -> int:
        """How many were ever answered and forgotten."""
        with self.reading() as connection:
            return int(connection.execute(select(META.c.value).where(META.c.key == _COUNTER)).scalar() or 0)

    def forget_rehearsals(self, remove: Callable[[str], bool], now: datetime | None = None) -> int:
        """Blanks and removes what belongs to answered rehearsals; how many. Safe to do again after a crash."""
        at = now or self.now()
        under_way = exists().where(LETTER.c.mail_id == MAIL.c.id, LETTER.c.state.not_in(_OVER))
        twin = MAIL.alias()
        to_be_worked = exists().where(twin.c.sha256 == MAIL.c.sha256, twin.c.state == MailState.RECORDED)
        over = (MAIL.c.reason == REASON, MAIL.c.state != MailState.RECORDED, MAIL.c.purged_at.is_(None))
        query = select(MAIL).where(*over, ~under_way, ~to_be_worked).order_by(MAIL.c.id)
        with self.writing() as connection:
            rows = connection.execute(query).mappings().all()
            for row in rows:
                self._forget(connection, row, at)
            if rows:
                counted = int(connection.execute(select(META.c.value).where(META.c.key == _COUNTER)).scalar() or 0)
                connection.execute(self.insert_new(META).values(key=_COUNTER, value=0))
                connection.execute(update(META).where(META.c.key == _COUNTER).values(value=counted + len(rows)))
        if rows:
            self.erase_files(remove)
        return len(rows)

    def _forget(self, connection: Any, row: Any, at: datetime) -> None:
        """With the copies that other mailboxes of the office got."""
        copies = connection.execute(select(MAIL).where(MAIL.c.sha256 == row["sha256"], MAIL.c.case_number.is_(None)))
        hashes: set[str] = set()
        for copy in copies.mappings().all():
            hashes |= set(blank_mail(connection, copy, at)[2])
        self._list_files(connection, hashes)
        self.tell(connection, at, "rehearsal_forgotten", mail=row["id"])
