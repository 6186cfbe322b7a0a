"""`mailbot run` and `mailbot once`: the daemon, and one pass of the same work."""

import logging
import os
import sys
from argparse import Namespace
from threading import Event

from mailbot.app import service
from mailbot.logs import start_logging
from mailbot.schedule import Schedule
from mailbot.watch.heartbeat import notify
from mailbot.watch.monitor import monitored

log = logging.getLogger(__name__)


def run(options: Namespace) -> int:
    """Until SIGTERM."""
    start_logging()
    with service(options.config) as built, monitored(built.settings.monitor.port, built.watchman.look):
        schedule = Schedule()
        schedule.add(built.legs(schedule.wake))

        def stop() -> None:
            notify("STOPPING=1")
            built.stop()

        if not schedule.run_until_told(on_stop=stop):
            # A leg hangs in a foreign library. Everything durable is in the ledger; the kernel lets go of the lock.
            log.warning("a leg did not stop in time")
            sys.stderr.flush()
            os._exit(0)
    return 0


def once(options: Namespace) -> int:
    """Polls, examines, sends what is due, then exits; 1 when a mailbox could not be looked through."""
    start_logging("WARNING")
    with service(options.config) as built:
        return 0 if built.one_pass(Event()) else 1
