"""What does a process of the soak do: a daemon with every leg, or one more worker?

Real legs, ledger, archive and letters on scripted servers; only the papers are played, as a reading cache would serve
them. Clocks are told: a second counts as PACE, and a new daemon may find that half an hour has passed besides, so that
leases run out and letters are tried again.
"""

import logging
import multiprocessing
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Timer

from mailbot.dispatch import Brakes, Dispatch
from mailbot.intake import Intake
from mailbot.transport.mailbox import Account, Endpoint
from mailbot.transport.providers import PROVIDERS, ProviderName
from mailbot.transport.smtp import SmtpConnection
from mailbot.watch.alarms import LedgerBell
from tests.builders_service import NOW, TRACK_BOX, Office
from tests.soak.traffic import ReaderOfFew

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.soak.processes"])
PACE = 10
_NO_BRAKES = Brakes(per_address_hour=10**6, per_address_day=10**6, per_hour=10**9)


@dataclass(frozen=True)
class Ground:
    """Where a process finds its service."""

    folder: Path
    url: str
    imap: int
    smtp: int
    begun: float  #: when the soak began, by the machine's clock that never goes back
    minutes: int = 0  #: by which this process's clock is ahead

    def time(self):
        """As it is told to this process."""
        return NOW + timedelta(minutes=self.minutes, seconds=PACE * (time.monotonic() - self.begun))

    def account(self) -> Account:
        profile = PROVIDERS[ProviderName.NETEASE]
        unhurried = replace(profile, pacing=replace(profile.pacing, seconds_between=0))
        imap, smtp = Endpoint("127.0.0.1", self.imap, "none"), Endpoint("127.0.0.1", self.smtp, "none")
        return Account(TRACK_BOX, imap, smtp, TRACK_BOX, "secret", provider=unhurried)

    @contextmanager
    def office(self, directory=()):
        tables = {"ledger": {"url": self.url}} if self.url else {}
        with Office(self.folder, directory=directory, reader=ReaderOfFew(), **tables) as office:
            office.ledger.now = self.time
            office.time = self.time()
            yield office


class Daemon:
    """Every leg, looking without a pause."""

    def __init__(self, ground: Ground, office: Office) -> None:
        self._ground = ground
        self._account = ground.account()
        ledger, archive, bell = office.ledger, office.archive, LedgerBell(office.ledger)
        self._ahead = 0.0
        self.casework = office.casework()
        self.intake = Intake(ledger=ledger, archive=archive, bell=bell, free_bytes=0, clock=self.clock)
        self.dispatch = Dispatch(
            ledger=ledger, archive=archive, accounts=(self._account,), worker="soak", brakes=_NO_BRAKES, bell=bell,
            connect=lambda one: SmtpConnection(one, reply_seconds=2.0, data_seconds=2.0), now=self.now,
            clock=self.clock,
        )  # fmt: skip
        ledger.now = self.now

    def now(self):
        return self._ground.time() + timedelta(seconds=self._ahead)

    def clock(self) -> float:
        return time.monotonic() * 60 + self._ahead  # back-off passes quicker than in service

    def skip(self, **span: float) -> None:
        self._ahead += timedelta(**span).total_seconds()

    def look(self, stop: Event) -> None:
        for leg in (lambda: self.intake.poll(self._account), lambda: self.casework.work(stop), self.dispatch.round):
            try:
                leg()
            except Exception:  # as mailbot.schedule does
                logging.getLogger(__name__).debug("leg failed", exc_info=True)


def daemon(ground: Ground, alive) -> None:
    logging.disable(logging.CRITICAL)
    with ground.office() as office:
        service = Daemon(ground, office)
        while True:
            service.look(_briefly())
            alive.value = time.monotonic()


def worker(ground: Ground, alive) -> None:
    logging.disable(logging.CRITICAL)
    with ground.office() as office:
        casework = office.casework()
        while True:
            done = 0
            try:
                done = casework.work(_briefly())
            except Exception:  # as mailbot.schedule does
                logging.getLogger(__name__).debug("leg failed", exc_info=True)
            if not done:
                time.sleep(0.1)
            alive.value = time.monotonic()


def _briefly() -> Event:
    """Casework looks up after half a second, so that the other legs have their turn."""
    stop = Event()
    timer = Timer(0.5, stop.set)
    timer.daemon = True
    timer.start()
    return stop
