"""`mailbot worker`: one more process that works mails, beside the daemon, on this machine or another."""

from argparse import Namespace

from mailbot.commands.running import run_until_told
from mailbot.extra_worker import extra_worker
from mailbot.logs import start_logging


def worker(options: Namespace) -> int:
    """Casework and reading until SIGTERM; polls no mailbox and sends nothing."""
    start_logging()
    with extra_worker(options.config) as built:
        run_until_told(built)
    return 0
