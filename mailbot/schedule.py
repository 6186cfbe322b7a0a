"""When does each leg look? apscheduler lives here alone.

The scheduler is a clock, never the truth: what is due is read from the ledger, so a missed or doubled tick harms
nothing. A leg that has found work for the next one wakes it at once.
"""

import logging
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger("mailbot.schedule")


@dataclass(frozen=True)
class Leg:
    """One repeated look; `work` returns how much it did, or takes `stop` between two pieces of work."""

    name: str
    every_seconds: float
    work: Callable[[Event], int]
    wakes: tuple[str, ...] = ()  #: legs that look at once when this one did something
    jitter_seconds: float = 0.0


class Schedule:
    """Runs the legs, each in its own thread and never twice at a time, until told to stop."""

    def __init__(self, legs: tuple[Leg, ...]) -> None:
        self._legs = legs
        self._stop = Event()
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(max(len(legs), 1))},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone=UTC,
        )

    def run_until_told(self, on_stop: Callable[[], None] = lambda: None) -> None:
        """Returns after SIGTERM or SIGINT, when every leg has finished its piece of work (10 s at most)."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        self.start()
        log.info("daemon started", extra={"legs": len(self._legs)})
        self._stop.wait()
        log.info("daemon stopping")
        on_stop()
        self.stop()

    def start(self) -> None:
        for leg in self._legs:
            self._scheduler.add_job(
                self._look,
                IntervalTrigger(seconds=max(leg.every_seconds, 1), jitter=int(leg.jitter_seconds) or None),
                id=leg.name,
                args=[leg],
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    def stop(self) -> None:
        self._stop.set()
        self._scheduler.shutdown(wait=True)

    def wake(self, name: str) -> None:
        """The named leg looks as soon as it can."""
        try:
            self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))
        except JobLookupError:
            log.debug("no such leg to wake", extra={"name_of_leg": name})

    def _look(self, leg: Leg) -> None:
        if self._stop.is_set():
            return
        try:
            done = leg.work(self._stop)
        except Exception:  # one leg's bug must not stop the others; it is logged and tried again
            log.exception("leg failed", extra={"name_of_leg": leg.name})
            return
        if done and not self._stop.is_set():
            for name in leg.wakes:
                self.wake(name)
