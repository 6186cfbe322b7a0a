"""`mailbot run` and `mailbot once`: the daemon, and one pass of the same work."""

from argparse import Namespace
from threading import Event

from mailbot.app import service
from mailbot.commands.running import run_until_told
from mailbot.logs import start_logging
from mailbot.watch.monitor import monitored


def run(options: Namespace) -> int:
    """Until SIGTERM."""
    start_logging()
    with service(options.config) as built, monitored(built.settings.monitor.port, built.watchman.look):
        run_until_told(built)
    return 0


def once(options: Namespace) -> int:
    """Polls, examines, sends what is due, then exits; 1 when a mailbox could not be looked through."""
    start_logging("WARNING")
    with service(options.config) as built:
        return 0 if built.one_pass(Event()) else 1
