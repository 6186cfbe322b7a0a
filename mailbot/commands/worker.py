"""`mailbot worker`: one more process that works mails, beside the daemon, on this machine or another."""

import logging
import os
import sys
from argparse import Namespace

from mailbot.extra_worker import extra_worker
from mailbot.logs import start_logging
from mailbot.schedule import Schedule
from mailbot.watch.heartbeat import notify

log = logging.getLogger(__name__)


def worker(options: Namespace) -> int:
    """Casework and reading until SIGTERM; polls no mailbox and sends nothing."""
    start_logging()
    with extra_worker(options.config) as built:
        schedule = Schedule()
        schedule.add(built.legs(schedule.wake))

        def stop() -> None:
            notify("STOPPING=1")
            built.stop()

        if not schedule.run_until_told(on_stop=stop):
            # A mail hangs in a foreign library: its lease brings it back, to this worker or another.
            log.warning("a mail did not end in time")
            sys.stderr.flush()
            os._exit(0)
    return 0
