"""How does a queued letter leave, once and no more than once?

    doubts   found in `sending` after a crash, or uncertain → the Sent folder tells → sent | queued | a person
    serve    one connection a mailbox → claim (committed as `sending`) → SMTP → sent | queued again | uncertain | failed

A letter is claimed only when a logged-in connection waits for it: a server that is down leaves nothing in doubt.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol, assert_never

from ledger.archive import Archive
from ledger.entries import LetterEntry
from ledger.errors import NotArchived, Stale
from ledger.failpoints import fp
from ledger.questions import SentCounts
from mailbot.doubts import DoubtLedger, Doubts
from mailbot.errors import LoginRefused, TransportError, Untrusted
from mailbot.patience import Patience
from mailbot.transport.evidence import Evidence, seek
from mailbot.transport.mailbox import Account
from mailbot.transport.outcome import Outcome, Refused, Retry, Sent, Uncertain
from mailbot.transport.smtp import SmtpConnection, TooMuch
from mailbot.watch.alarms import Alarm, AlarmKind, Bell, LogBell, about_letter

log = logging.getLogger(__name__)

RETRY_MINUTES = (1, 5, 15, 60)  #: after each failed try; the last goes on
GIVE_UP_AFTER = timedelta(hours=24)  #: from queueing; then a person is told
_SMTP = "smtp"  #: what an alarm of the sending server is about; the receiving one's is another
_OVER_WHEN_LOGGED_IN = (AlarmKind.LOGIN_REFUSED, AlarmKind.UNTRUSTED, AlarmKind.UNREACHABLE)
LEASE_SECONDS = 1200.0  #: more than twice the longest SMTP dialogue (420 s)


@dataclass(frozen=True)
class Brakes:
    """How much may leave: against loops and floods (RFC 3834 2, D12, F14)."""

    per_address_hour: int = 3
    per_address_day: int = 10
    per_hour: int = 60
    exempt: frozenset[str] = frozenset()  #: own people: digests and confirmations are not counted against them


@dataclass(frozen=True)
class _Brake:
    """How long a letter must wait, and all others to that address; no address: whatever is to leave."""

    wait: timedelta
    of: str | None = None


class DispatchLedger(DoubtLedger, Protocol):
    """What dispatch asks of the ledger."""

    def mailboxes_due(self, now: datetime) -> frozenset[str]: ...

    def claim_letter(
        self, worker: str, lease_seconds: float, now: datetime | None = None, *, mailboxes: Sequence[str] = ()
    ) -> LetterEntry | None: ...

    def unclaim_letter(self, letter_id: int, fence: int, not_before: datetime) -> None: ...

    def put_off(self, recipient: str, until: datetime) -> None: ...

    def mark_sent(self, letter_id: int, fence: int, answer: str, now: datetime | None = None) -> None: ...

    def mark_retry(self, letter_id: int, fence: int, retry_at: datetime, error: str) -> None: ...

    def mark_failed(self, letter_id: int, fence: int, error: str, now: datetime | None = None) -> None: ...

    def sent_counts(self, recipient: str, case: str | None = None, now: datetime | None = None) -> SentCounts: ...


class Dispatch:
    """The leg. `round` looks once; several rounds at once in one process are one."""

    def __init__(
        self,
        *,
        ledger: DispatchLedger,
        archive: Archive,
        accounts: Sequence[Account],
        worker: str,
        brakes: Brakes | None = None,
        send: bool = True,
        bell: Bell | None = None,
        connect: Callable[[Account], SmtpConnection] = SmtpConnection,
        evidence: Callable[[Account, str, datetime], Evidence] = seek,
        reset_hours: float = 12,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
        stop: threading.Event | None = None,
    ) -> None:
        """`send=False`: letters stay queued. `now`: the time of day for schedules, `clock`: monotonic, for waiting."""
        self._ledger = ledger
        self._archive = archive
        self._accounts = {account.address: account for account in accounts}
        self._worker = worker
        self._brakes = brakes or Brakes()
        self._send = send
        self._bell = bell or LogBell()
        self._connect = connect
        self._now = now
        self._clock = clock
        self._stop = stop or threading.Event()
        self._patience = {address: Patience(clock, reset_hours) for address in self._accounts}
        self._next_mail = dict.fromkeys(self._accounts, float("-inf"))
        self._doubts = Doubts(
            ledger=ledger,
            accounts=self._accounts,
            evidence=evidence,
            bell=self._bell,
            now=now,
            clock=clock,
            stop=self._stop,
        )
        self._paused_until = float("-inf")  #: for all mailboxes: the global breaker
        self._flowing: set[str] = set()  #: addresses of which the ledger knows since this start that they send
        self._reached: set[str] = set()  #: and of which it knows that their server lets us in
        self._busy = threading.Lock()

    def round(self) -> int:
        """Sends what is due, each mailbox over its one connection, all mailboxes side by side; how many left."""
        if not self._send or not self._busy.acquire(blocking=False):
            return 0
        try:
            fp("dispatch_before_doubts")
            self._doubts.settle()
            fp("dispatch_after_doubts")
            return asyncio.run(self._serve_all())
        finally:
            self._busy.release()

    async def _serve_all(self) -> int:
        due = self._ledger.mailboxes_due(self._now()) & {*self._accounts}
        return sum(await asyncio.gather(*(self._serve(self._accounts[address]) for address in due)))

    async def _serve(self, account: Account) -> int:
        """Connection after connection until nothing is due, or the mailbox must rest."""
        patience = self._patience[account.address]
        sent = 0
        while self._may_go_on(patience):
            try:
                async with self._connect(account) as connection:
                    fp("dispatch_after_connect")
                    self._is_reached(account)
                    some, more = await self._over(connection, account)
            except LoginRefused as error:
                patience.wait(
                    patience.reset_hours * 3600
                )  # one refusal is enough: a locked account cannot receive either
                self._no_server(AlarmKind.LOGIN_REFUSED, account, f"{error}; nothing is sent until restart")
                break
            except TransportError as error:
                self._weigh(error, account, patience)
                break
            sent += some
            if not more:
                break
        return sent

    async def _over(self, connection: SmtpConnection, account: Account) -> tuple[int, bool]:
        """As many letters as one connection may carry; how many left, and whether more may be waiting."""
        sent = 0
        for _ in range(account.profile.pacing.mails_per_connection):
            await self._pace(account)
            if not connection.is_open or not self._may_go_on(self._patience[account.address]):
                return sent, not self._stop.is_set()
            entry = self._claim(account)
            if entry is None:
                return sent, False
            fp("dispatch_after_claim")
            raw = self._raw(entry)
            if raw is None:
                continue
            self._next_mail[account.address] = self._clock() + account.profile.pacing.seconds_between
            fp("dispatch_before_send")
            outcome = await connection.send(raw, entry.letter.recipients)
            fp("dispatch_after_send")
            self._note(account, entry, outcome)
            fp("dispatch_after_note")
            if isinstance(outcome, Sent):
                sent += 1
                self._flows(account)
            elif isinstance(outcome, Uncertain) or not connection.is_open:
                # A server that breaks off each time shall not leave every letter in doubt.
                self._patience[account.address].lost()
                return sent, False
        return sent, True

    def _is_reached(self, account: Account) -> None:
        """Logged in: what kept us from the server is over."""
        if account.address not in self._reached:
            self._reached.add(account.address)
            for kind in _OVER_WHEN_LOGGED_IN:
                self._bell.clear(kind, account.address, _SMTP)

    def _no_server(self, kind: AlarmKind, account: Account, detail: str) -> None:
        self._reached.discard(account.address)
        self._alarm(kind, account, detail, _SMTP)

    def _flows(self, account: Account) -> None:
        """A letter left: whatever paused the sending is over."""
        self._patience[account.address].well()
        if account.address not in self._flowing:
            self._flowing.add(account.address)
            self._bell.clear(AlarmKind.SENDING_PAUSED, account.address)

    async def _pace(self, account: Account) -> None:
        """NetEase takes a mail each three seconds at most; a stop ends the wait."""
        while (left := self._next_mail[account.address] - self._clock()) > 0 and not self._stop.is_set():
            await asyncio.sleep(min(left, 0.5))

    def _may_go_on(self, patience: Patience) -> bool:
        return patience.is_due and self._clock() >= self._paused_until and not self._stop.is_set()

    def _claim(self, account: Account) -> LetterEntry | None:
        """The next letter that no brake holds back."""
        while entry := self._ledger.claim_letter(
            self._worker, LEASE_SECONDS, self._now(), mailboxes=(account.address,)
        ):
            brake = self._brake(account, entry)
            if brake is None:
                return entry
            until = self._now() + brake.wait
            self._ledger.unclaim_letter(entry.id, entry.fence, until)
            if brake.of is None:
                return None
            self._ledger.put_off(brake.of, until)
        return None

    def _brake(self, account: Account, entry: LetterEntry) -> _Brake | None:
        """What holds the letter back. The counts hold the letter itself already, for it is in `sending`."""
        brakes = self._brakes
        for recipient in entry.letter.recipients:
            counts = self._ledger.sent_counts(recipient, entry.case_number, self._now())
            if counts.all_hour > brakes.per_hour:
                self._paused_until = self._clock() + 900
                self._alarm(AlarmKind.SENDING_PAUSED, account, f"{counts.all_hour - 1} letters left within an hour")
                return _Brake(timedelta(minutes=15))
            if recipient.lower() in brakes.exempt:
                continue
            if counts.to_recipient_day > brakes.per_address_day:
                return _Brake(timedelta(hours=4), recipient)
            if counts.to_recipient_hour > brakes.per_address_hour:
                return _Brake(timedelta(minutes=20), recipient)
        return None

    def _raw(self, entry: LetterEntry) -> bytes | None:
        """The bytes as they were archived when the letter was queued; never rendered again."""
        try:
            return self._archive.read(entry.letter.sha256)
        except NotArchived:
            log.exception("letter is not in the archive", extra={"letter": entry.id})
        self._ledger.mark_failed(entry.id, entry.fence, "its bytes are not in the archive", self._now())
        self._failed(self._accounts[entry.letter.mailbox], entry, "its bytes are not in the archive")
        return None

    def _note(self, account: Account, entry: LetterEntry, outcome: Outcome) -> None:
        """Into the ledger. Stale: the lease ran out, and another has taken the letter over to find out."""
        try:
            self._record(account, entry, outcome)
        except Stale:
            log.warning("outcome came too late", extra={"letter": entry.id, "outcome": type(outcome).__name__})

    def _record(self, account: Account, entry: LetterEntry, outcome: Outcome) -> None:
        now = self._now()
        match outcome:
            case Sent(answer, refused):
                self._ledger.mark_sent(entry.id, entry.fence, answer, now)
                if refused:
                    self._failed(account, entry, f"in part: {'; '.join(refused)}")
            case Retry(why, too_much):
                self._again(account, entry, why, too_much=too_much)
            case Refused(why):
                self._ledger.mark_failed(entry.id, entry.fence, why, now)
                self._failed(account, entry, why)
            case Uncertain(why):
                self._ledger.mark_uncertain(entry.id, entry.fence, why, now)
            case _:
                assert_never(outcome)
        log.info("letter handled", extra={"letter": entry.id, "outcome": type(outcome).__name__.lower()})

    def _again(self, account: Account, entry: LetterEntry, why: str, *, too_much: bool) -> None:
        now = self._now()
        if now - entry.queued_at >= GIVE_UP_AFTER:
            self._ledger.mark_failed(entry.id, entry.fence, f"no success within a day: {why}", now)
            self._failed(account, entry, f"no success within a day: {why}")
            return
        minutes = RETRY_MINUTES[min(entry.attempts, len(RETRY_MINUTES)) - 1]
        if too_much:
            minutes = max(minutes, account.profile.pacing.pause_minutes)
            self._rest(account, why)
        self._ledger.mark_retry(entry.id, entry.fence, now + timedelta(minutes=minutes), why)

    def _rest(self, account: Account, why: str) -> None:
        self._patience[account.address].wait(account.profile.pacing.pause_minutes * 60)
        self._alarm(AlarmKind.SENDING_PAUSED, account, why)

    def _weigh(self, error: TransportError, account: Account, patience: Patience) -> None:
        log.warning("sending failed", extra={"mailbox": account.address, "reason": str(error)})
        patience.lost()
        if isinstance(error, TooMuch):
            self._rest(account, str(error))
        elif isinstance(error, Untrusted):
            self._no_server(AlarmKind.UNTRUSTED, account, str(error))
        elif patience.failures == 5:
            self._no_server(AlarmKind.UNREACHABLE, account, str(error))

    def _failed(self, account: Account, entry: LetterEntry, why: str) -> None:
        self._alarm(AlarmKind.LETTER_FAILED, account, why, about=about_letter(entry.id))

    def _alarm(self, kind: AlarmKind, account: Account, detail: str, about: str = "") -> None:
        if kind is AlarmKind.SENDING_PAUSED:
            self._flowing.discard(account.address)
        self._bell.ring(Alarm(kind, account.address, detail, about))
