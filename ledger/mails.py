"""Which mails are known, and how does a new one enter the ledger?"""

from array import array
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, false, func, select

from ledger.entries import Arrival, Delivery, MailEntry, MailState, Recorded
from ledger.recording import record
from ledger.store import Store
from ledger.tables import DELIVERY, EPOCH, LETTER, MAIL


class Mails(Store):
    """Intake's side of the ledger. Seen or not is decided here, never by a flag or a highest UID."""

    def known_uids(self, mailbox: str, folder: str, uidvalidity: int) -> "array[int]":
        """UIDs on record in this key space, ascending: eight bytes each."""
        with self.reading() as connection:
            return self._uids(connection, mailbox, folder, uidvalidity, ())

    def unknown_uids(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> list[int]:
        """Those of `uids` that are not on record, in the order given (F7: a set difference, never a watermark)."""
        if not uids:
            return []
        bounds = (DELIVERY.c.uid >= min(uids), DELIVERY.c.uid <= max(uids))
        with self.reading() as connection:
            known = frozenset(self._uids(connection, mailbox, folder, uidvalidity, bounds))
        return [uid for uid in uids if uid not in known]

    def deliveries(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> dict[int, Delivery]:
        """What is on record under these UIDs, by UID: for seeing that a server has given one to another mail."""
        columns = (DELIVERY.c.mailbox, DELIVERY.c.folder, DELIVERY.c.uidvalidity)
        here = [column == value for column, value in zip(columns, (mailbox, folder, uidvalidity), strict=True)]
        bounds = (DELIVERY.c.uid >= min(uids), DELIVERY.c.uid <= max(uids)) if uids else (false(),)
        wanted = frozenset(uids)
        query = select(DELIVERY.c.uid, DELIVERY.c.arrived_at, DELIVERY.c.size).where(*here, *bounds)
        with self.reading() as connection:
            rows = connection.execution_options(yield_per=10_000).execute(query)
            return {
                row.uid: Delivery(mailbox, folder, uidvalidity, row.uid, row.arrived_at, row.size)
                for row in rows
                if row.uid in wanted
            }

    def known_uidvalidities(self, mailbox: str, folder: str) -> tuple[int, ...]:
        """UIDVALIDITY values that this folder has had, oldest first."""
        ours = (EPOCH.c.mailbox == mailbox, EPOCH.c.folder == folder)
        with self.reading() as connection:
            return tuple(connection.execute(select(EPOCH.c.uidvalidity).where(*ours).order_by(EPOCH.c.id)).scalars())

    def record_mails(self, arrivals: Iterable[Arrival], now: datetime | None = None) -> list[Recorded]:
        """A batch of archived mails, in one transaction.

        A delivery that is on record changes nothing. Bytes known in this mailbox are the same mail and no second work
        (E36). Bytes known in another mailbox are a mail of their own, linked to the first (D17).
        """
        at = now or self.now()
        with self.writing() as connection:
            return record(self, connection, arrivals, at)

    def mail(self, mail_id: int) -> MailEntry | None:
        with self.reading() as connection:
            row = connection.execute(select(MAIL).where(MAIL.c.id == mail_id)).mappings().first()
        return mail_entry(row) if row else None

    def mails_called(self, message_id: str) -> tuple[MailEntry, ...]:
        """Mails of that Message-ID, in whatever mailbox, the first recorded first."""
        query = select(MAIL).where(MAIL.c.message_id == message_id).order_by(MAIL.c.id).limit(20)
        with self.reading() as connection:
            return tuple(mail_entry(row) for row in connection.execute(query).mappings())

    def mails(self, *states: MailState, mailbox: str | None = None, limit: int = 1000) -> tuple[MailEntry, ...]:
        """Mails in these states, newest first: for digests and lists."""
        query = select(MAIL).where(MAIL.c.state.in_(states)).order_by(MAIL.c.recorded_at.desc(), MAIL.c.id.desc())
        if mailbox is not None:
            query = query.where(MAIL.c.mailbox == mailbox)
        with self.reading() as connection:
            return tuple(mail_entry(row) for row in connection.execute(query.limit(limit)).mappings())

    def mail_counts(self, since: datetime | None = None) -> dict[MailState, int]:
        """How many mails stand where, recorded since then."""
        query = select(MAIL.c.state, func.count()).group_by(MAIL.c.state)
        if since is not None:
            query = query.where(MAIL.c.recorded_at >= since)
        with self.reading() as connection:
            return {MailState(state): count for state, count in connection.execute(query)}

    def known_hashes(self) -> frozenset[str]:
        """Of every mail and letter on record: for comparing with the archive."""
        with self.reading() as connection:
            queries = [select(table.c.sha256) for table in (MAIL, LETTER)]
            return frozenset(one for query in queries for one in connection.execute(query).scalars())

    def last_uid(self, folder: str, uidvalidity: int) -> int:
        """The highest number on record in this key space, over all mailboxes; 0 for none."""
        query = select(func.max(DELIVERY.c.uid)).where(
            DELIVERY.c.folder == folder, DELIVERY.c.uidvalidity == uidvalidity
        )
        with self.reading() as connection:
            return int(connection.execute(query).scalar() or 0)

    def oldest_waiting(self) -> datetime | None:
        """When the oldest mail that still waits was recorded: an alarm grows from it, not from a stuck worker."""
        query = select(func.min(MAIL.c.recorded_at)).where(MAIL.c.state == MailState.RECORDED)
        with self.reading() as connection:
            oldest: datetime | None = connection.execute(query).scalar()
        return oldest

    def _uids(
        self, connection: Connection, mailbox: str, folder: str, uidvalidity: int, bounds: tuple[Any, ...]
    ) -> "array[int]":
        query = (
            select(DELIVERY.c.uid)
            .where(DELIVERY.c.mailbox == mailbox, DELIVERY.c.folder == folder, DELIVERY.c.uidvalidity == uidvalidity)
            .where(*bounds)
            .order_by(DELIVERY.c.uid)
        )
        return array("Q", connection.execution_options(yield_per=10_000).execute(query).scalars())


def mail_entry(row: Any) -> MailEntry:
    return MailEntry(
        id=row["id"],
        mailbox=row["mailbox"],
        sha256=row["sha256"],
        state=MailState(row["state"]),
        arrived_at=row["arrived_at"],
        message_id=row["message_id"],
        subject=row["subject"],
        author=row["author"],
        reason=row["reason"],
        case_number=row["case_number"],
        attempts=row["attempts"],
        whole=row["whole"],
        same_as=row["same_as"],
        thread=tuple(row["thread"]),
    )
