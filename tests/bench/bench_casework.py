"""What does it cost that every mail is taken apart in a child of its own?

    python -m tests.bench.bench_casework [--mails 200]

Casework over a real ledger, papers played: the same mails taken apart in this process and in children, turn about in
one run, so that the ratio holds on a busy machine too.
"""

import argparse
import json
import logging
import tempfile
import time
from pathlib import Path
from threading import Event

from mailbot.isolation.child import Nursery
from mailbot.reading.mails import MailReader
from mailbot.reading.reader import PRELOAD
from tests.builders_service import FIRM, Office, PlainMails, a_mail

TURNS = 3


def seconds_for(count: int, mails) -> float:
    with tempfile.TemporaryDirectory() as folder, Office(Path(folder), directory=(FIRM,), mails=mails) as office:
        for number in range(count):
            office.receive(a_mail(sender=f"p{number}@person.invalid", content=str(number)))
        casework = office.casework()
        began = time.perf_counter()
        assert casework.work(Event()) == count
        return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=200)
    count = parser.parse_args().mails
    logging.disable(logging.CRITICAL)
    with Nursery(PRELOAD) as nursery:
        ways = {"here": PlainMails(), "in children": MailReader(nursery)}
        seconds_for(2, ways["in children"])  # the nursery has loaded its libraries
        turns = [{name: seconds_for(count, mails) for name, mails in ways.items()} for _ in range(TURNS)]
        spent = {name: min(turn[name] for turn in turns) for name in ways}
    told = {name: round(count / seconds, 1) for name, seconds in spent.items()}
    more = (spent["in children"] - spent["here"]) / count * 1000
    print(json.dumps({"mails_per_second": told, "more_ms_a_mail": round(more, 1)}))


if __name__ == "__main__":
    main()
