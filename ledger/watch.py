"""How do the mailboxes fare, and what must a person be told once?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from ledger import audit
from ledger.audit import Fault, Head
from ledger.entries import EventEntry
from ledger.questions import AlarmEntry, MailboxEntry
from ledger.store import MAILBOT, Store
from ledger.tables import ALARM, EPOCH, EVENT, MAILBOX, META


class Watch(Store):
    """Heartbeats, alarms, small values and the history."""

    def note_poll(self, mailbox: str, *, capabilities: Iterable[str] = (), now: datetime | None = None) -> None:
        """A poll went through: errors and refused logins are over."""
        at = now or self.now()
        values: dict[str, Any] = {"polled_at": at, "last_error": "", "failing_since": None, "logins_refused": 0}
        if known := sorted(capabilities):
            values["capabilities"] = known
        self._put_mailbox(mailbox, values)

    def note_poll_failed(
        self, mailbox: str, error: str, *, login_refused: bool = False, now: datetime | None = None
    ) -> int:
        """A poll failed; how many logins in a row were refused by now (F16)."""
        at = now or self.now()
        before = self.mailbox(mailbox)
        refused = before.logins_refused + (1 if login_refused else 0)
        since = before.failing_since or at
        self._put_mailbox(mailbox, {"last_error": error, "failing_since": since, "logins_refused": refused})
        return refused

    def mailbox(self, address: str) -> MailboxEntry:
        with self.reading() as connection:
            row = connection.execute(select(MAILBOX).where(MAILBOX.c.address == address)).mappings().first()
            epochs: dict[str, tuple[int, ...]] = {}
            rows = connection.execute(select(EPOCH).where(EPOCH.c.mailbox == address).order_by(EPOCH.c.id)).mappings()
            for epoch in rows:
                epochs[epoch["folder"]] = (*epochs.get(epoch["folder"], ()), epoch["uidvalidity"])
        if row is None:
            return MailboxEntry(address, epochs=epochs)
        return MailboxEntry(
            address=address,
            capabilities=tuple(row["capabilities"]),
            polled_at=row["polled_at"],
            last_error=row["last_error"],
            failing_since=row["failing_since"],
            logins_refused=row["logins_refused"],
            epochs=epochs,
        )

    def raise_alarm(self, key: str, detail: str = "", now: datetime | None = None) -> bool:
        """True the first time, and again after it was cleared: then a person is to be told."""
        at = now or self.now()
        with self.writing() as connection:
            row = connection.execute(select(ALARM).where(ALARM.c.key == key).with_for_update()).mappings().first()
            if row is not None and row["cleared_at"] is None:
                return False
            values = {"detail": detail, "raised_at": at, "cleared_at": None}
            if row is None:
                connection.execute(insert(ALARM).values(key=key, **values))
            else:
                connection.execute(update(ALARM).where(ALARM.c.key == key).values(**values))
            self.tell(connection, at, "alarm_raised", key=key)
        return True

    def clear_alarm(self, key: str, now: datetime | None = None) -> bool:
        """True when it was standing."""
        at = now or self.now()
        standing = (ALARM.c.key == key, ALARM.c.cleared_at.is_(None))
        with self.writing() as connection:
            if not connection.execute(update(ALARM).where(*standing).values(cleared_at=at)).rowcount:
                return False
            self.tell(connection, at, "alarm_cleared", key=key)
        return True

    def alarms(self) -> tuple[AlarmEntry, ...]:
        """Those that stand, the oldest first."""
        query = select(ALARM).where(ALARM.c.cleared_at.is_(None)).order_by(ALARM.c.raised_at, ALARM.c.key)
        with self.reading() as connection:
            return tuple(
                AlarmEntry(row["key"], row["detail"], row["raised_at"], row["cleared_at"])
                for row in connection.execute(query).mappings()
            )

    def remember(self, key: str, value: Any) -> None:
        """A small value of the whole ledger (JSON), e.g. the digest's last head."""
        with self.writing(chain=False) as connection:
            connection.execute(self.insert_new(META).values(key=key, value=value))
            connection.execute(update(META).where(META.c.key == key).values(value=value))

    def recall(self, key: str) -> Any:
        with self.reading() as connection:
            return connection.execute(select(META.c.value).where(META.c.key == key)).scalar()

    def record_event(
        self, action: str, *, actor: str = MAILBOT, case: str | None = None, mail: int | None = None,
        now: datetime | None = None, **detail: Any,
    ) -> EventEntry:  # fmt: skip
        """Something that changes nothing else but must be told (a refused decision, a restore). No personal data."""
        at = now or self.now()
        with self.writing() as connection:
            return self.tell(connection, at, action, case=case, mail=mail, actor=actor, **detail)

    def events_since(self, seq: int = 0, limit: int = 1000) -> tuple[EventEntry, ...]:
        """The history after that event, in order."""
        with self.reading() as connection:
            return audit.events(connection, EVENT.c.seq > seq, EVENT.c.seq <= seq + limit)

    def head(self) -> Head:
        """The chain's end: mail it, so that nobody can rewrite the chain unseen."""
        with self.reading() as connection:
            return audit.head(connection)

    def witnessed(self, beginning: str) -> Head | None:
        """The event whose hash begins so, as a digest told it; None when no event has (any longer) such a hash."""
        query = select(EVENT.c.seq, EVENT.c.hash).where(EVENT.c.hash.like(f"{beginning}%")).limit(1)
        with self.reading() as connection:
            row = connection.execute(query).first()
        return Head(row.seq, row.hash) if row else None

    def verify(self, remembered: Head | None = None) -> tuple[Fault, ...]:
        """Where the chain does not hold; empty when all is well."""
        with self.reading() as connection:
            return tuple(audit.faults(connection, remembered))

    def _put_mailbox(self, address: str, values: dict[str, Any]) -> None:
        with self.writing(chain=False) as connection:
            blank = {"capabilities": [], "last_error": "", "logins_refused": 0}
            connection.execute(self.insert_new(MAILBOX).values(address=address, **{**blank, **values}))
            connection.execute(update(MAILBOX).where(MAILBOX.c.address == address).values(**values))
