"""When does each leg look? apscheduler lives here alone.

The scheduler is a clock, never the truth: what is due is read from the ledger, so a missed or doubled tick harms
nothing. A leg that has found work for the next one wakes it at once.
"""

import logging
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Event, Thread

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

log = logging.getLogger(__name__)

_STOP_SECONDS = 8.0  #: of the 10 s that a SIGTERM may take


@contextmanager
def _signals(*numbers: signal.Signals) -> Iterator[int]:
    """A file in which a byte lies once one of the signals has come, at whatever moment.

    Nothing else can be waited on safely: a handler that sets an Event waits for ever when the signal comes within the
    Event's own wait, whose lock the same thread holds; and one that comes just before the thread falls asleep on any
    lock is seen only when something else wakes it.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for number in numbers:
        signal.signal(number, lambda *_: None)  # for good: asked twice, the process tidies up all the same
    try:
        yield told
    finally:
        signal.set_wakeup_fd(-1)
        os.close(told)
        os.close(tell)


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

    def __init__(self) -> None:
        self._legs: list[Leg] = []
        self._stop = Event()
        self._ending: Thread | None = None
        self._scheduler = BackgroundScheduler(
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}, timezone=UTC
        )

    def add(self, legs: Iterable[Leg]) -> None:
        """Before the start."""
        self._legs += legs

    def run_until_told(self, on_stop: Callable[[], None] = lambda: None) -> bool:
        """Returns after SIGTERM or SIGINT; False when a leg did not finish its piece of work in time."""
        with _signals(signal.SIGTERM, signal.SIGINT) as told:
            self.start()
            log.info("daemon started", extra={"legs": len(self._legs)})
            os.read(told, 1)
            log.info("daemon stopping")
            on_stop()
            return self.stop()

    def start(self) -> None:
        self._scheduler.add_executor(ThreadPoolExecutor(max(len(self._legs), 1)))
        for leg in self._legs:
            self._scheduler.add_job(
                self._look,
                IntervalTrigger(seconds=max(leg.every_seconds, 1), jitter=int(leg.jitter_seconds) or None),
                id=leg.name,
                args=[leg],
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()

    def stop(self, seconds: float = _STOP_SECONDS) -> bool:
        """Waits so long for the legs; False when one is still at work. May be asked again."""
        self._stop.set()
        if self._ending is None:
            self._ending = Thread(target=self._scheduler.shutdown, kwargs={"wait": True}, daemon=True)
            self._ending.start()
        self._ending.join(seconds)
        return not self._ending.is_alive()

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
