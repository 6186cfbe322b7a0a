"""No mail is lost, none is worked twice, no sender keeps another waiting."""

import threading
import time
from datetime import timedelta

import pytest

from ledger.entries import Arrival, CaseState, Delivery, MailState
from ledger.errors import Stale
from ledger.ledger import Ledger
from tests.ledger.builders import LEASE, MAILBOX, NOW, a_case, a_letter, an_arrival, later, some_facts


def test_the_same_delivery_is_recorded_once(ledger):
    (first,) = ledger.record_mails([an_arrival(1)], NOW)
    (again,) = ledger.record_mails([an_arrival(1)], NOW)
    assert (first.new, again.new) == (True, False)
    assert first.mail_id == again.mail_id


def test_the_same_bytes_after_a_new_uidvalidity_are_the_same_mail(ledger):
    ledger.record_mails([an_arrival(1, body="x")], NOW)
    (again,) = ledger.record_mails([an_arrival(1, body="x", uidvalidity=8)], NOW)
    assert not again.new
    assert ledger.known_uidvalidities(MAILBOX, "INBOX") == (7, 8)
    assert ledger.claim("a", LEASE, NOW) is not None
    assert ledger.claim("b", LEASE, NOW) is None


def test_the_same_bytes_in_two_mailboxes_are_worked_one_after_the_other(ledger):
    first, twin = ledger.record_mails(
        [an_arrival(1, body="x"), an_arrival(9, body="x", mailbox="two@office.example")], NOW
    )
    assert twin.new
    assert twin.same_as == first.mail_id
    claim = ledger.claim("a", LEASE, NOW)
    assert ledger.claim("b", LEASE, NOW) is None
    ledger.set_aside(claim, "newsletter", now=NOW)
    assert ledger.claim("b", LEASE, NOW).mail.same_as == first.mail_id


def test_unknown_uids_are_a_set_difference(ledger):
    ledger.record_mails([an_arrival(uid) for uid in (2, 5)], NOW)
    assert ledger.unknown_uids(MAILBOX, "INBOX", 7, [5, 4, 3, 2]) == [4, 3]
    assert ledger.unknown_uids(MAILBOX, "INBOX", 8, [5]) == [5]
    assert list(ledger.known_uids(MAILBOX, "INBOX", 7)) == [2, 5]
    assert ledger.deliveries(MAILBOX, "INBOX", 7, [2, 3])[2].size == len("mail 2")


def test_words_that_an_engine_cannot_store_are_cleaned(ledger):
    (recorded,) = ledger.record_mails([an_arrival(1, subject="a\x00b\ud800'; DROP TABLE mail;--")], NOW)
    assert ledger.mail(recorded.mail_id).subject == "ab?'; DROP TABLE mail;--"


def test_a_mail_of_the_backlog_is_no_work(ledger):
    ledger.record_mails([an_arrival(1, state=MailState.BACKLOG)], NOW)
    assert ledger.claim("a", LEASE, NOW) is None


def test_a_flood_of_one_sender_delays_nobody(ledger):
    ledger.record_mails([an_arrival(uid, author="flood@x.example") for uid in range(1, 1001)], NOW)
    for _ in range(10):
        ledger.claim("a", LEASE, NOW)
    ledger.record_mails([an_arrival(2000, author="one@y.example"), an_arrival(2001, author="two@y.example")], NOW)
    authors = [ledger.claim("a", LEASE, NOW).mail.author for _ in range(4)]
    assert {"one@y.example", "two@y.example"} <= set(authors)


def test_a_lease_keeps_others_away_until_it_ends(ledger):
    ledger.record_mails([an_arrival(1)], NOW)
    slow = ledger.claim("slow", LEASE, NOW)
    assert ledger.claim("other", LEASE, later(seconds=LEASE - 1)) is None
    renewed = ledger.renew(slow, LEASE, later(seconds=100))
    assert ledger.claim("other", LEASE, later(seconds=LEASE + 1)) is None
    successor = ledger.claim("other", LEASE, renewed.lease_until)
    assert successor.fence > slow.fence


@pytest.mark.parametrize(
    "end", ["file", "answer", "set_aside", "duplicate", "quarantine", "renew", "release", "strike"]
)
def test_who_lost_the_fence_changes_nothing(ledger, end):
    ledger.record_mails([an_arrival(1)], NOW)
    slow = ledger.claim("slow", LEASE, NOW)
    number = ledger.assign_number(slow.mail.id, "ZJZD", 2026)
    ledger.claim("fast", LEASE, later(hours=1))
    before = ledger.head()
    ends = {
        "file": lambda: ledger.file_case(
            slow, some_facts(), number=number, state=CaseState.COMPLETE, letters=[a_letter()]
        ),
        "answer": lambda: ledger.answer(slow, "query", letters=[a_letter()]),
        "set_aside": lambda: ledger.set_aside(slow, "spam"),
        "duplicate": lambda: ledger.mark_duplicate(slow, number=None, letters=[a_letter()]),
        "quarantine": lambda: ledger.quarantine(slow, "broken"),
        "renew": lambda: ledger.renew(slow, LEASE),
        "release": lambda: ledger.release(slow, NOW, "stop"),
        "strike": lambda: ledger.strike(slow, NOW, "failed"),
    }
    with pytest.raises(Stale):
        ends[end]()
    assert ledger.head() == before
    assert ledger.letters() == ()
    assert list(ledger.cases()) == []


def test_a_mail_that_failed_three_times_before_a_living_worker_is_quarantined_and_may_be_tried_again(ledger):
    (recorded,) = ledger.record_mails([an_arrival(1)], NOW)
    ends = []
    for hour in range(3):
        claim = ledger.claim("lives", LEASE, later(hours=hour))
        ends.append(ledger.strike(claim, later(hours=hour, minutes=5), "reader_crashed", later(hours=hour)))
    assert ends == [False, False, True]
    assert ledger.claim("w", LEASE, later(hours=4)) is None
    mail = ledger.mail(recorded.mail_id)
    assert (mail.state, mail.reason) == (MailState.QUARANTINED, "reader_crashed")
    ledger.retry_mail(mail.id, later(hours=5))
    again = ledger.claim("w", LEASE, later(hours=5))
    assert again.mail.id == mail.id
    assert not ledger.strike(again, later(hours=5), "reader_crashed")


def test_no_number_of_dead_workers_quarantines_a_mail(ledger):
    (recorded,) = ledger.record_mails([an_arrival(1)], NOW)
    deaths = [ledger.claim("dies", LEASE, later(days=day)).deaths for day in range(20)]
    assert deaths == list(range(20))
    assert ledger.mail(recorded.mail_id).state is MailState.RECORDED
    last = ledger.claim("lives", LEASE, later(days=21))
    ledger.release(last, later(days=22), "stop")
    assert ledger.claim("lives", LEASE, later(days=22)).deaths == 20


def test_a_mail_that_kills_its_worker_leaves_ever_more_time_to_the_others(ledger):
    ledger.record_mails([an_arrival(uid, author=f"{uid}@x.example") for uid in (1, 2, 3)], NOW)
    deadly = ledger.claim("dies", LEASE, NOW).mail.id
    claims, moment = [], NOW
    for _ in range(12):  # a new worker starts every half lease; whoever claims the first mail dies
        moment += timedelta(seconds=LEASE / 2)
        claim = ledger.claim("w", LEASE, moment)
        if claim is not None and claim.mail.id != deadly:
            ledger.set_aside(claim, "newsletter", now=moment)
        claims.append(claim and claim.mail.id)
    assert claims == [2, deadly, 3, None, None, deadly, None, None, None, None, None, None]
    forever = [ledger.claim("dies", LEASE, later(days=day)) for day in range(1, 10)]
    assert max(one.lease_until - later(days=day) for day, one in enumerate(forever, 1)) == timedelta(seconds=LEASE * 64)


def test_a_renewed_lease_is_as_long_as_the_first(ledger):
    ledger.record_mails([an_arrival(1)], NOW)
    ledger.claim("dies", LEASE, NOW)
    again = ledger.claim("w", LEASE, later(hours=1))
    assert again.lease_until == later(hours=1, seconds=2 * LEASE)
    assert ledger.renew(again, LEASE, later(hours=2)).lease_until == later(hours=2, seconds=2 * LEASE)


def test_an_orderly_release_is_no_strike(ledger):
    ledger.record_mails([an_arrival(1)], NOW)
    for minute in range(10):
        claim = ledger.claim("w", LEASE, later(minutes=minute))
        ledger.release(claim, later(minutes=minute + 1), "database away")
    assert ledger.claim("w", LEASE, later(minutes=10)) is not None


def test_a_released_claim_cannot_finish(ledger):
    ledger.record_mails([an_arrival(1)], NOW)
    claim = ledger.claim("w", LEASE, NOW)
    ledger.release(claim, NOW, "stop")
    with pytest.raises(Stale):
        ledger.set_aside(claim, "spam")


def test_workers_at_once_never_hold_the_same_mail(url):
    with Ledger.open(url) as ledger:
        ledger.record_mails([an_arrival(uid, author=f"{uid % 3}@x.example") for uid in range(60)], NOW)
    held, errors = [], []

    def work(name):
        with Ledger.open(url) as own:
            try:
                while claim := own.claim(name, LEASE, NOW):
                    held.append(claim.mail.id)
                    own.set_aside(claim, "newsletter", now=NOW)
            except Exception as error:  # noqa: BLE001 - a thread's error is told by the test
                errors.append(error)

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(held) == len(set(held)) == 60
    with Ledger.open(url) as ledger:
        assert ledger.verify() == ()


def test_a_worker_that_dies_between_claim_and_finish_loses_nothing(url):
    with Ledger.open(url) as ledger:
        ledger.record_mails([an_arrival(1)], NOW)
        number = ledger.assign_number(ledger.claim("dies", LEASE, NOW).mail.id, "ZJZD", 2026)
    with Ledger.open(url) as ledger:
        claim = ledger.claim("next", LEASE, later(hours=1))
        assert ledger.assign_number(claim.mail.id, "ZJZD", 2026) == number == "ZJZD-2026-0001"
        ledger.file_case(claim, some_facts(), number=number, state=CaseState.COMPLETE, letters=[a_letter()], now=NOW)
        assert len(ledger.letters()) == 1


def test_a_hundred_thousand_uids_are_compared_quickly(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/l.db") as ledger:
        (recorded,) = ledger.record_mails([an_arrival(1)], NOW)
        rows = [(MAILBOX, "INBOX", 7, uid, recorded.mail_id, "2026-01-01 00:00:00", 1) for uid in range(2, 100_001)]
        with ledger.engine.begin() as connection:
            connection.connection.cursor().executemany(
                "INSERT INTO delivery (mailbox,folder,uidvalidity,uid,mail_id,arrived_at,size,recorded_at) "
                "VALUES (?,?,?,?,?,?,?,'2026-01-01 00:00:00')",
                rows,
            )
        began = time.perf_counter()
        assert ledger.unknown_uids(MAILBOX, "INBOX", 7, list(range(1, 100_006))) == [*range(100_001, 100_006)]
        assert time.perf_counter() - began < 3.0


def test_moments_without_a_zone_are_refused(ledger):
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Exception, match="zone"):
        ledger.record_mails([Arrival(Delivery(MAILBOX, "INBOX", 1, 1, naive, 1), "0" * 64)], NOW)


def test_the_oldest_waiting_mail_tells_a_stuck_queue(ledger):
    assert ledger.oldest_waiting() is None
    ledger.record_mails([an_arrival(1)], NOW)
    ledger.record_mails([an_arrival(2)], NOW + timedelta(hours=1))
    assert ledger.oldest_waiting() == NOW


def test_a_numbers_mail_can_be_tried_again_only_when_it_waits_for_that(ledger):
    number = a_case(ledger)
    with pytest.raises(Stale):
        ledger.retry_mail(ledger.mail_of_number(number))
