"""Whatever anybody mails: the service lives, each mail has its row and a reason, and others are answered (S2)."""

import multiprocessing
import os
import resource
import time
from threading import Event

import pytest

from ledger.entries import MailState
from mailbot.isolation.child import Nursery
from mailbot.reading.mails import MailReader
from mailbot.reading.reader import PRELOAD
from tests.builders_service import FIRM, Office, a_mail
from tests.soak.hostile import forwarded, hostile_mails, many_parts, nested, with_header

NUMBER = int(os.environ.get("MAILBOT_HOSTILE", "60"))  #: 500 before a release
EVERY = 20  #: a good mail after so many
MEBIBYTES = 300
SECONDS = 60.0

#: What stops Python's own parser for half a minute or for good (A2–A9).
HEAVY = {
    "A2 nested 20,000 deep": nested(20_000),
    "A3 forwarded in itself 5,000 times": forwarded(5_000),
    "A4 100,000 parts": many_parts(100_000),
    "A5 100,000 header lines": with_header(b"X: y\r\n" * 100_000 + b"X: z"),
    "A6 a subject of 1 MB": with_header(b"Subject: " + b"A" * 1_000_000),
    "A7 a subject of 100,000 folds": with_header(b"Subject: x" + b"\r\n y" * 100_000),
    "A7 10,000 encoded words": with_header(b"Subject:" + b"\r\n =?utf-8?q?x?=" * 10_000),
    "A8 10,000 recipients": with_header(b"To: " + b", ".join(b"a%d@b.invalid" % n for n in range(10_000))),
    "A9 500 comments in comments": with_header(b"To: " + b"(" * 500),
    "A11 a file name in 10,000 pieces": with_header(
        b"Content-Type: text/plain;" + b"".join(b" name*%d=x;" % n for n in range(10_000))
    ),
    "A12 20 MB of base64": with_header(b"Content-Transfer-Encoding: base64")[:-6] + b"QUJD" * 5_000_000,
    "A16 1 MB without a line end": with_header(b"X: y") + b"z" * 1_000_000,
}


def work_them(folder, mails, told) -> None:
    """A service's whole life; tells what became of them, how long each took, and its own memory."""
    seconds, good = [], []
    with Nursery(PRELOAD) as nursery, Office(folder, directory=(FIRM,), mails=MailReader(nursery)) as office:
        casework = office.casework()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        ids = []
        for number, raw in enumerate(mails):
            ids.append(office.receive(raw + b"\r\n%d" % number))
            if number % EVERY == 0:
                good.append(office.receive(a_mail(sender=f"p{number}@person.invalid", content=str(number))))
            began = time.monotonic()
            casework.work(Event())
            seconds.append(time.monotonic() - began)
            office.later(minutes=6)
            casework.work(Event())
        for _ in range(3):
            office.later(minutes=6)
            casework.work(Event())
        entries = [office.ledger.mail(one) for one in ids]
        told.put(
            {
                "states": [entry.state.value for entry in entries],
                "reasons": [entry.reason or entry.case_number or "" for entry in entries],
                "good": [office.ledger.mail(one).state.value for one in good],
                "letters": [sum(one.mail_id == mail for one in office.ledger.letters(limit=9999)) for mail in ids],
                "seconds": seconds,
                "grown": (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024,
                "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        )


def life_over(folder, mails) -> dict:
    """In a process of its own, whose death would be seen."""
    context = multiprocessing.get_context("forkserver")
    told = context.SimpleQueue()
    service = context.Process(target=work_them, args=(folder, mails, told))
    service.start()
    answer = told.get()
    service.join(60)
    assert service.exitcode == 0, "the service died"
    return answer


def assert_each_has_its_end(answer: dict) -> None:
    waiting = MailState.RECORDED.value
    assert waiting not in answer["states"]
    assert all(answer["reasons"])
    assert max(answer["letters"]) <= 1
    assert set(answer["good"]) == {MailState.FILED.value}
    assert max(answer["seconds"]) < SECONDS
    assert answer["peak"] < MEBIBYTES


def test_hostile_mails_by_the_dozen(tmp_path):
    kinds = hostile_mails()
    answer = life_over(tmp_path, [kinds[number % len(kinds)] for number in range(max(NUMBER, 60))])
    assert_each_has_its_end(answer)


@pytest.mark.parametrize("name", HEAVY)
def test_what_would_stop_a_parser(tmp_path, name):
    answer = life_over(tmp_path, [HEAVY[name]])
    assert_each_has_its_end(answer)
