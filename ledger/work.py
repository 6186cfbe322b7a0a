"""Who works which mail now, and what if that worker dies?

A claim carries a lease and a fencing number. A lease that ends too early (a clock moved, F25) costs work, never truth:
the finish of the slower worker finds its fence gone and writes nothing.

A mail is put aside for a person only by strikes: failures that a living worker saw and wrote down. A worker that does
not come back proves nothing against its mail (kill -9, a power cut, a neighbour that ate the memory): it is tried for
ever. But each such death doubles the next lease, so that a mail which does kill its workers leaves time for others.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, exists, select, text, update

from ledger.entries import Claim, MailState
from ledger.errors import NoSuchCase, Stale
from ledger.mails import mail_entry
from ledger.store import MAILBOT, Store
from ledger.tables import MAIL, NUMBER

MAX_STRIKES: Final = 3  #: failures that a worker lived to see, before the mail is put aside for a person
_MOST_DOUBLINGS: Final = 6  #: of a lease of half a minute: half an hour

#: Word for word the condition of the index `mail_waiting`: with a bound value SQLite could not tell that it
#: may be used.
_WAITING: Final = text("mail.state='recorded'")


class Work(Store):
    """Casework's queue: the rows themselves."""

    def claim(self, worker: str, lease_seconds: float, now: datetime | None = None) -> Claim | None:
        """The next mail in fair order, or None."""
        at = now or self.now()
        with self.writing(chain=False) as connection:
            row = self._next(connection, at)
            if row is None:
                return None
            return self._take(connection, row, worker, _until(at, lease_seconds, row["deaths"]))

    def renew(self, claim: Claim, lease_seconds: float, now: datetime | None = None) -> Claim:
        """A longer lease for a worker that still lives. Raises Stale when another has taken over."""
        until = _until(now or self.now(), lease_seconds, claim.deaths)
        with self.writing(chain=False) as connection:
            hold(connection, claim, not_before=until)
        return replace(claim, lease_until=until)

    def release(self, claim: Claim, retry_at: datetime, reason: str) -> None:
        """Not now: the world failed (disk, database, a stop), not the mail. Raises Stale."""
        with self.writing(chain=False) as connection:
            _give_back(connection, claim, retry_at, reason)

    def strike(self, claim: Claim, retry_at: datetime, reason: str, now: datetime | None = None) -> bool:
        """The mail itself failed, and its worker lived to see it: later again, the third time never (True).

        Raises Stale.
        """
        with self.writing() as connection:
            _give_back(connection, claim, retry_at, reason, strikes=MAIL.c.strikes + 1)
            out = connection.execute(
                update(MAIL)
                .where(MAIL.c.id == claim.mail.id, MAIL.c.strikes >= MAX_STRIKES)
                .values(state=MailState.QUARANTINED.value)
            )
            if out.rowcount:
                self.tell(connection, now or self.now(), "mail_quarantined", mail=claim.mail.id, reason=reason)
        return bool(out.rowcount)

    def quarantine(self, claim: Claim, reason: str, now: datetime | None = None) -> None:
        """This mail cannot be worked; a person must look. Raises Stale."""
        at = now or self.now()
        with self.writing() as connection:
            hold(connection, claim, state=MailState.QUARANTINED.value, reason=reason, worker=None)
            self.tell(connection, at, "mail_quarantined", mail=claim.mail.id, reason=reason)

    def retry_mail(self, mail_id: int, now: datetime | None = None, *, actor: str = MAILBOT) -> None:
        """A quarantined mail (or one from the backlog, or set aside) goes to the queue again. Raises Stale."""
        at = now or self.now()
        again = (MailState.QUARANTINED, MailState.BACKLOG, MailState.SET_ASIDE)
        with self.writing() as connection:
            changed = connection.execute(
                update(MAIL)
                .where(MAIL.c.id == mail_id, MAIL.c.state.in_(again))
                .values(state=MailState.RECORDED.value, strikes=0, deaths=0, not_before=at, reason="", worker=None)
            )
            if changed.rowcount == 0:
                raise Stale(f"mail {mail_id} is not waiting for a retry")
            self.tell(connection, at, "mail_retried", mail=mail_id, actor=actor)

    def mail_of_number(self, number: str) -> int:
        """The mail that this case number was given to. Raises NoSuchCase."""
        with self.reading() as connection:
            mail_id = connection.execute(select(NUMBER.c.mail_id).where(NUMBER.c.number == number)).scalar()
        if mail_id is None:
            raise NoSuchCase(number)
        return int(mail_id)

    def _next(self, connection: Connection, at: datetime) -> Any:
        """In the queue's order. A twin waits for the first mail of the same bytes, so that one case comes of both."""
        first = MAIL.alias()
        unfinished: ColumnElement[bool] = exists().where(
            first.c.id == MAIL.c.same_as, first.c.state == MailState.RECORDED
        )
        query = (
            select(MAIL)
            .where(_WAITING, MAIL.c.not_before <= at, ~unfinished)
            .order_by(MAIL.c.turn, MAIL.c.id)
            .limit(1)
            .with_for_update(skip_locked=True, of=MAIL)
            .with_hint(MAIL, "INDEXED BY mail_waiting", "sqlite")
        )
        return connection.execute(query).mappings().first()

    def _take(self, connection: Connection, row: Any, worker: str, until: datetime) -> Claim:
        """Reckoned a death until the worker says otherwise: who dies can no longer write it down."""
        fence = row["fence"] + 1
        attempts = row["attempts"] + 1
        connection.execute(
            update(MAIL)
            .where(MAIL.c.id == row["id"])
            .values(fence=fence, attempts=attempts, deaths=row["deaths"] + 1, worker=worker, not_before=until)
        )
        return Claim(mail_entry({**row, "attempts": attempts}), fence, until, row["deaths"])


def _until(at: datetime, lease_seconds: float, deaths: int) -> datetime:
    return at + timedelta(seconds=lease_seconds * 2 ** min(deaths, _MOST_DOUBLINGS))


def _give_back(connection: Connection, claim: Claim, retry_at: datetime, reason: str, **more: Any) -> None:
    back = {"not_before": retry_at, "reason": reason, "worker": None, "fence": claim.fence + 1, "deaths": claim.deaths}
    hold(connection, claim, **back, **more)


def hold(connection: Connection, claim: Claim, **values: Any) -> None:
    """Change the claimed mail if the claim still holds: the one statement that proves a claim. Raises Stale."""
    changed = connection.execute(
        update(MAIL)
        .where(MAIL.c.id == claim.mail.id, MAIL.c.fence == claim.fence, MAIL.c.state == MailState.RECORDED)
        .values(**values)
    )
    if changed.rowcount == 0:
        raise Stale(f"another worker has taken mail {claim.mail.id}")
