"""`mailbot digest`: the reviewers' digest of a day, printed or sent."""

from argparse import Namespace
from datetime import datetime

from ledger.office_time import OFFICE_TIME
from mailbot.app import desk


def digest(options: Namespace) -> int:
    day = options.date or datetime.now(OFFICE_TIME).date()
    with desk(options.config) as (at_work, settings):
        if options.send:
            print(f"{at_work.send_digests(day)} digests queued; the daemon sends them")
            return 0
        text, _ = at_work.rendered(at_work.digest(day, tuple(box.address for box in settings.mailbox)))
        print(text, end="")
    return 0
