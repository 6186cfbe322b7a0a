"""How do legs run until the process is told to stop?"""

import logging
import os
import sys
from collections.abc import Callable
from typing import Protocol

from mailbot.schedule import Leg, Schedule
from mailbot.watch.heartbeat import notify

log = logging.getLogger(__name__)


class Legs(Protocol):
    """The daemon, or a further worker."""

    def legs(self, wake: Callable[[str], None]) -> tuple[Leg, ...]: ...

    def stop(self) -> None: ...


def run_until_told(built: Legs) -> None:
    """Until SIGTERM. What hangs in a foreign library then is left behind: everything durable is in the ledger, the
    kernel lets go of the lock, and a mail's lease brings it back to whoever works."""
    schedule = Schedule()
    schedule.add(built.legs(schedule.wake))

    def stop() -> None:
        notify("STOPPING=1")
        built.stop()

    if not schedule.run_until_told(on_stop=stop):
        log.warning("a leg did not stop in time")
        sys.stderr.flush()
        os._exit(0)
