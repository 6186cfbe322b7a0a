"""How does a mail come from the server into the archive and the ledger?

    poll      back-off, disk → one connection → each folder
    folder    SELECT → the server's UIDs minus the ledger's → fetch → archive (fsync) → ledger rows → only then a flag

What is new is always the difference of two sets; no watermark and no flag is trusted. Killed anywhere, the next poll
finds the same difference again; content hashes recognise what was archived before.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from ledger.archive import Archive
from ledger.entries import Arrival, Delivery, Recorded
from ledger.errors import LedgerError
from ledger.failpoints import fp
from mailbot.arrivals import Arrivals
from mailbot.errors import CommandRefused, LoginRefused, ProtocolBroken, TransportError, Untrusted
from mailbot.patience import Patience
from mailbot.transport.imap import open_mailbox
from mailbot.transport.mailbox import Account, Batch, FolderState, Mailbox, RawMail, Stamp, Unreadable
from mailbot.watch.alarms import Alarm, AlarmKind, Bell, LogBell

log = logging.getLogger(__name__)

_STRIKES = 3  #: so often may a mail break the connection's protocol; then a person looks
_MISSES = 5  #: so many polls may a mail come empty; then a person looks
_WATCHED = 50  #: so many of the newest known UIDs are looked at for reuse in each poll
_OVER_AFTER_A_POLL = (
    AlarmKind.LOGIN_REFUSED,
    AlarmKind.UNTRUSTED,
    AlarmKind.UNREACHABLE,
    AlarmKind.DISK_FULL,
)
_UNREACHABLE_AFTER = 5  #: failed rounds until somebody is told


class IntakeLedger(Protocol):
    """What intake asks of the ledger."""

    def unknown_uids(self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]) -> Sequence[int]: ...

    def deliveries(
        self, mailbox: str, folder: str, uidvalidity: int, uids: Sequence[int]
    ) -> Mapping[int, Delivery]: ...

    def record_mails(self, arrivals: Iterable[Arrival], now: datetime | None = None) -> list[Recorded]: ...

    def note_poll(self, mailbox: str, *, capabilities: Iterable[str] = (), now: datetime | None = None) -> None: ...

    def note_poll_failed(
        self, mailbox: str, error: str, *, login_refused: bool = False, now: datetime | None = None
    ) -> int: ...


@dataclass(frozen=True)
class Poll:
    """What one look at a mailbox brought."""

    new: int = 0  #: mails recorded
    unreadable: int = 0
    skipped: str = ""  #: why it was not looked at, or not to the end


_Place = tuple[str, str, int, int]  #: mailbox, folder, UIDVALIDITY, UID


class Intake:
    """The leg. One poll of one mailbox at a time; different mailboxes may be polled by different threads."""

    def __init__(
        self,
        *,
        ledger: IntakeLedger,
        archive: Archive,
        connect: Callable[[Account], Mailbox] = open_mailbox,
        bell: Bell | None = None,
        free_bytes: int = 500 << 20,
        reset_hours: float = 12,
        clock: Callable[[], float] = time.monotonic,
        stop: threading.Event | None = None,
    ) -> None:
        """`free_bytes`: below, fetching pauses. `reset_hours`: how long a mailbox rests whose login was refused."""
        self._ledger = ledger
        self._archive = archive
        self._arrivals = Arrivals(archive)
        self._connect = connect
        self._bell = bell or LogBell()
        self._free_bytes = free_bytes
        self._reset_hours = reset_hours
        self._clock = clock
        self._stop = stop or threading.Event()
        self._patience: dict[str, Patience] = {}
        self._busy: dict[str, threading.Lock] = {}
        self._told: set[str] = set()  #: addresses of which the ledger knows since this start that they are well
        self._opened: set[tuple[str, str]] = set()  #: folders of which it knows that they can be opened
        self._careful: set[str] = set()  #: addresses whose mails are fetched one by one
        self._tries: Counter[_Place] = Counter()
        self._broken: Counter[_Place] = Counter()
        self._missed: Counter[_Place] = Counter()
        self._uidnext: dict[tuple[str, str, int], int] = {}
        self._verified: dict[_Place, Stamp] = {}

    def poll(self, account: Account) -> Poll:
        """Never raises for what server, network or disk do: it says so, rings, and backs off."""
        lock = self._busy.setdefault(account.address, threading.Lock())
        if not lock.acquire(blocking=False):
            return Poll(skipped="another poll is under way")
        try:
            return self._poll(account)
        finally:
            lock.release()

    def _poll(self, account: Account) -> Poll:
        patience = self._patience.setdefault(account.address, Patience(self._clock, self._reset_hours))
        if not patience.is_due:
            return Poll(skipped="stopped: login refused" if patience.is_stopped else "backing off")
        if (free := self._archive.free_bytes()) < self._free_bytes:
            self._alarm(AlarmKind.DISK_FULL, account, f"{free >> 20} MiB left; mail stays on the server")
            return Poll(skipped="disk full")
        visit = _Visit(account)
        trouble = self._visit_until_quiet(visit)
        if trouble is None:
            with suppress(LedgerError):  # what was recorded is recorded
                self._all_well(visit, patience)
            return Poll(visit.new, visit.unreadable)
        self._weigh(trouble, account, patience, came=visit.new)
        return Poll(visit.new, visit.unreadable, skipped=str(trouble))

    def _all_well(self, visit: "_Visit", patience: Patience) -> None:
        address = visit.account.address
        if patience.failures or patience.refusals or address not in self._told:
            for kind in _OVER_AFTER_A_POLL:
                self._bell.clear(kind, address)
        patience.well()
        # The capabilities are the support question that is asked first; once a start is enough.
        capabilities = () if address in self._told else visit.capabilities
        self._told.add(address)
        self._ledger.note_poll(address, capabilities=capabilities)

    def _visit_until_quiet(self, visit: "_Visit") -> Exception | None:
        """After a broken fetch at once another visit: a careful one, when nothing at all came through before it."""
        address = visit.account.address
        trouble: Exception | None = None
        for _ in range(_STRIKES + 2):
            before, visit.fetching = visit.new + visit.unreadable, False
            try:
                with self._connect(visit.account) as mailbox:
                    fp("intake_after_login")
                    visit.capabilities = tuple(mailbox.capabilities.announced)
                    self._visit(visit, mailbox)
            except (TransportError, LedgerError) as error:
                trouble = error
                # One mail may be what breaks the line, or kills the server's process, each time.
                if visit.fetching and visit.new + visit.unreadable == before:
                    self._careful.add(address)
                if isinstance(error, ProtocolBroken) and not self._stop.is_set():
                    continue
                return error
            self._careful.discard(address)
            return None
        return trouble

    def _weigh(self, trouble: Exception, account: Account, patience: Patience, *, came: int) -> None:
        log.warning("poll failed", extra={"mailbox": account.address, "reason": str(trouble)})
        with suppress(LedgerError):  # the ledger itself may be what failed
            refused = isinstance(trouble, LoginRefused)
            self._ledger.note_poll_failed(account.address, str(trouble), login_refused=refused)
        if isinstance(trouble, LoginRefused):
            if patience.refused():
                self._alarm(AlarmKind.LOGIN_REFUSED, account, f"{trouble}; no further try until restart")
            return
        if came:  # the line works, if badly
            patience.failures = 0
        patience.lost()
        if isinstance(trouble, Untrusted):
            self._alarm(AlarmKind.UNTRUSTED, account, str(trouble))
        elif isinstance(trouble, LedgerError):
            self._alarm(AlarmKind.DISK_FULL, account, f"{trouble}; mail stays on the server")
        elif patience.failures == _UNREACHABLE_AFTER:
            self._alarm(AlarmKind.UNREACHABLE, account, str(trouble))

    def _visit(self, visit: "_Visit", mailbox: Mailbox) -> None:
        for folder in mailbox.intake_folders():
            visit.fetching = False
            if self._stop.is_set():
                return
            try:
                state = mailbox.open(folder, writable=visit.account.mark_seen)
            except CommandRefused as error:
                self._opened.discard((visit.account.address, folder))
                self._alarm(AlarmKind.FOLDER_REFUSED, visit.account, str(error), about=folder)
                continue
            self._is_opened(visit.account, folder)
            self._look_through(visit, mailbox, state)

    def _is_opened(self, account: Account, folder: str) -> None:
        if (account.address, folder) not in self._opened:
            self._opened.add((account.address, folder))
            with suppress(LedgerError):
                self._bell.clear(AlarmKind.FOLDER_REFUSED, account.address, folder)

    def _look_through(self, visit: "_Visit", mailbox: Mailbox, state: FolderState) -> None:
        address, folder, validity = visit.account.address, state.folder, state.uidvalidity
        uids = mailbox.uids()
        if len(uids) < state.exists:
            log.warning("SEARCH told too little", extra={"mailbox": address, "told": len(uids), "of": state.exists})
            uids = sorted({*uids, *mailbox.uids_by_fetch()})
        fp("intake_after_search")
        unknown = self._ledger.unknown_uids(address, folder, validity, uids)
        visit.fetching = True
        if address in self._careful:
            self._fetch_carefully(visit, mailbox, state, unknown)
        else:
            with closing(_one_ahead(mailbox.fetch(unknown), alone=visit.account.mark_seen)) as batches:
                for batch in batches:
                    self._keep(visit, mailbox, state, batch)
                    if self._stop.is_set():
                        return
        fp("intake_before_reuse")
        self._look_for_reuse(visit, mailbox, state, uids, new=frozenset(unknown))

    def _fetch_carefully(self, visit: "_Visit", mailbox: Mailbox, state: FolderState, uids: Iterable[int]) -> None:
        """One by one, those that failed before at the end, so that one mail cannot stand in the way of the others."""
        keys = {uid: (visit.account.address, state.folder, state.uidvalidity, uid) for uid in uids}
        for uid, key in sorted(keys.items(), key=lambda item: (self._tries[item[1]], item[0])):
            if self._stop.is_set():
                return
            if self._broken[key] >= _STRIKES:
                stamps = mailbox.stamps([uid]).values()
                self._keep(visit, mailbox, state, [Unreadable(stamp, "breaks the connection") for stamp in stamps])
                continue
            try:
                for batch in mailbox.fetch([uid], carefully=True):
                    self._keep(visit, mailbox, state, batch)
            except TransportError as error:
                self._tries[key] += 1
                # A line that broke says nothing about the mail: only nonsense from the server counts against it.
                self._broken[key] += isinstance(error, ProtocolBroken)
                raise

    def _keep(self, visit: "_Visit", mailbox: Mailbox, state: FolderState, batch: Batch) -> None:
        """Archive, then ledger, then flag: in this order."""
        mails = [mail for mail in batch if isinstance(mail, RawMail)]
        lost = [mail for mail in batch if isinstance(mail, Unreadable) and self._is_final(visit, state, mail)]
        fp("intake_before_archive")
        arrivals = self._arrivals.of(visit.account, state, mails)
        fp("intake_after_archive")
        arrivals += [self._unreadable(visit.account, state, mail) for mail in lost]
        if not arrivals:
            return
        self._ledger.record_mails(arrivals)
        fp("intake_after_record")
        visit.new += len(mails)
        visit.unreadable += len(lost)
        if visit.account.mark_seen and mails:
            try:
                mailbox.mark_seen([mail.uid for mail in mails])
            except CommandRefused as error:  # the ledger decides, not the flag
                log.info("flag refused", extra={"mailbox": visit.account.address, "reason": str(error)})

    def _is_final(self, visit: "_Visit", state: FolderState, mail: Unreadable) -> bool:
        """What may come another time is asked for in the next rounds before a person is troubled."""
        key = (visit.account.address, state.folder, state.uidvalidity, mail.stamp.uid)
        self._missed[key] += 1
        return not mail.passing or self._missed[key] > _MISSES

    def _unreadable(self, account: Account, state: FolderState, mail: Unreadable) -> Arrival:
        about = f"{state.folder} UID {mail.stamp.uid}"
        self._alarm(AlarmKind.MAIL_UNREADABLE, account, mail.why, about=about)
        return self._arrivals.stub(account, state, mail)

    def _look_for_reuse(
        self, visit: "_Visit", mailbox: Mailbox, state: FolderState, uids: Sequence[int], new: frozenset[int]
    ) -> None:
        """No UID may be given twice under one UIDVALIDITY (RFC 3501 2.3.1.1); restored servers do it all the same.

        The newest known mails are compared in size and arrival time, all of them when UIDNEXT went back. Another mail
        under an old number is recorded beside the old row, under a folder name with its hash.
        """
        address = visit.account.address
        place = (address, state.folder, state.uidvalidity)
        went_back = 0 < state.uidnext < self._uidnext.get(place, 0)
        self._uidnext[place] = state.uidnext
        known = [uid for uid in (uids if went_back else uids[-_WATCHED:]) if uid not in new]
        recorded = self._ledger.deliveries(*place, known) if known else {}
        for stamp in mailbox.stamps(known).values():
            row = recorded.get(stamp.uid)
            other = row is not None and (row.size, row.arrived_at) != (stamp.size, stamp.arrived_at)
            if other and self._verified.get((*place, stamp.uid)) != stamp:
                self._fetch_reused(visit, mailbox, state, stamp)
                self._verified[(*place, stamp.uid)] = stamp

    def _fetch_reused(self, visit: "_Visit", mailbox: Mailbox, state: FolderState, stamp: Stamp) -> None:
        for batch in mailbox.fetch([stamp.uid]):
            mails = [mail for mail in batch if isinstance(mail, RawMail)]
            for arrival in self._arrivals.of(visit.account, state, mails):
                beside = replace(arrival.delivery, folder=f"{state.folder}#{arrival.sha256[:8]}")
                (recorded,) = self._ledger.record_mails([replace(arrival, delivery=beside)])
                if recorded.new:  # else only its size or time was told otherwise
                    visit.new += 1
                    about = f"{state.folder} UID {stamp.uid}"
                    self._alarm(AlarmKind.UID_REUSED, visit.account, "recorded as a mail of its own", about=about)

    def _alarm(self, kind: AlarmKind, account: Account, detail: str, about: str = "") -> None:
        with suppress(LedgerError):  # a full disk must not silence the log, nor stop the poll
            self._bell.ring(Alarm(kind, account.address, detail, about))


@dataclass
class _Visit:
    """What one poll has done so far."""

    account: Account
    new: int = 0
    unreadable: int = 0
    capabilities: tuple[str, ...] = ()
    fetching: bool = False  #: in a folder, behind SEARCH


def _one_ahead(batches: Iterator[Batch], *, alone: bool) -> Generator[Batch, None, None]:
    """Fetches the next batch while the last one is written to the disk: network and disk wait side by side.

    Not while a batch holds a mail in pieces, which the connection still has to bring, and not when the connection is
    wanted for flags in between (`alone`).
    """
    with ThreadPoolExecutor(1, thread_name_prefix="fetch") as pool:
        batch = next(batches, None)
        while batch is not None:
            whole = all(isinstance(mail.content, bytes) for mail in batch if isinstance(mail, RawMail))
            coming: Future[Batch | None] | None = pool.submit(next, batches, None) if whole and not alone else None
            yield batch
            batch = coming.result() if coming else next(batches, None)
