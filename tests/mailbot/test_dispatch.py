"""Every letter leaves once: whatever fails is tried again when that is safe, and shown to a person when it is not."""

import asyncio
import re
import threading
import time
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import insert, select

from ledger.archive import Archive
from ledger.entries import Letter, LetterState
from ledger.ledger import Ledger
from ledger.tables import LETTER, RECIPIENT
from mailbot.dispatch import Brakes, Dispatch
from mailbot.errors import ConnectionLost
from mailbot.transport.evidence import Evidence, seek
from mailbot.transport.mailbox import Endpoint
from mailbot.transport.providers import Pacing, provider_of
from mailbot.transport.smtp import SmtpConnection
from mailbot.watch.alarms import AlarmKind
from tests.mailbot.transport.accounts import ADDRESS, an_account
from tests.servers.scripted_imap import Folder, ScriptedImap
from tests.servers.scripted_smtp import ScriptedSmtp

NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
TO = "zhang@firm.example"
QUICK = replace(provider_of("smtp.163.com"), pacing=replace(provider_of("smtp.163.com").pacing, seconds_between=0))


class Bell:
    def __init__(self):
        self.kinds = []
        self.standing = set()

    def ring(self, alarm):
        self.kinds.append(alarm.kind)
        self.standing.add((alarm.kind, alarm.about))

    def clear(self, kind, mailbox, about=""):
        self.standing.discard((kind, about))


@dataclass
class Time:
    """Wall clock and monotonic clock, moved together."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return (self.now - NOON).total_seconds()

    def pass_(self, **span) -> None:
        self.now += timedelta(**span)


class Outbox:
    """A dispatch leg over a real ledger and archive, and a scripted SMTP server."""

    def __init__(self, folder, server=None, **more):
        self.server = server
        self.ledger = Ledger.open(f"sqlite:///{folder}/ledger.db")
        self.archive = Archive(folder / "archive")
        self.time = Time()
        self.bell = Bell()
        self.evidence = Evidence.NONE
        self.asked = []
        port = server.port if server else 1
        self.account = an_account(smtp=port, provider=more.pop("provider", "plain"))
        if profile := more.pop("profile", None):
            self.account = replace(self.account, provider=profile)
        self.start(**more)

    def start(self, **more):
        """Also: the daemon died and starts again."""
        options = {"accounts": [self.account], "evidence": self.seek} | more
        self.dispatch = Dispatch(
            ledger=self.ledger,
            archive=self.archive,
            worker="worker-1",
            bell=self.bell,
            connect=lambda account: SmtpConnection(account, reply_seconds=0.4, data_seconds=0.4),
            now=self.time,
            clock=self.time.seconds,
            **options,
        )

    def seek(self, account, message_id, since):
        self.asked.append(message_id)
        if isinstance(self.evidence, Exception):
            raise self.evidence
        return self.evidence

    def queue(self, number: int = 1, *recipients: str) -> bytes:
        raw = f"Message-ID: <mb.{number}@example.cn>\r\nSubject: answer {number}\r\n\r\ntext\r\n".encode()
        letter = Letter(
            kind="receipt",
            mailbox=ADDRESS,
            recipients=recipients or (TO,),
            subject=f"answer {number}",
            message_id=f"<mb.{number}@example.cn>",
            sha256=self.archive.store([raw]).sha256,
            purpose=f"test:{number}",
        )
        assert self.ledger.queue_letter(letter, now=self.time.now)
        return raw

    def round(self, **span) -> int:
        self.time.pass_(**(span or {"seconds": 1}))
        return self.dispatch.round()

    def rounds(self, count: int, **span) -> None:
        for _ in range(count):
            self.round(**span)

    def state(self, number: int = 1) -> LetterState:
        return self.ledger.letter(f"<mb.{number}@example.cn>").letter.state

    def raws(self) -> list[bytes]:
        return [taken.raw for taken in self.server.taken]


@pytest.fixture
def an_outbox(tmp_path):
    outboxes, servers = [], []

    def build(plan=None, *, folder=tmp_path, netease=False, **more):
        server = ScriptedSmtp(plan=plan or {}, netease=netease)
        servers.append(server.__enter__())
        outboxes.append(Outbox(folder, server, **more))
        return outboxes[-1]

    yield build
    for outbox in outboxes:
        outbox.ledger.close()
    for server in servers:
        server.__exit__()


def test_a_queued_letter_leaves_once_as_it_was_archived(an_outbox):
    outbox = an_outbox()
    raw = outbox.queue()
    assert outbox.round() == 1
    outbox.rounds(3)
    assert outbox.raws() == [raw]
    assert outbox.state() is LetterState.SENT
    assert outbox.ledger.letter("<mb.1@example.cn>").sent_at is not None


def test_several_letters_share_one_connection(an_outbox):
    outbox = an_outbox()
    for number in range(5):
        outbox.queue(number, f"person{number}@firm.example")
    assert outbox.round() == 5
    assert outbox.server.connections == 1


def test_nothing_is_sent_when_sending_is_off(an_outbox):
    outbox = an_outbox(send=False)
    outbox.queue()
    assert outbox.round() == 0
    assert outbox.server.connections == 0
    assert outbox.state() is LetterState.QUEUED


def test_no_connection_is_made_without_a_letter(an_outbox):
    outbox = an_outbox()
    outbox.rounds(3)
    assert outbox.server.connections == 0


@pytest.mark.parametrize(
    ("position", "fault"),
    [
        ("banner", "drop"),
        ("banner", "421 busy"),
        ("ehlo", "hang"),
        ("auth", "454 later"),
        ("mail", "450 later"),
        ("mail", "drop"),
        ("rcpt", "450 greylisted"),
        ("rcpt", "hang"),
        ("data", "451 later"),
        ("data", "drop"),
        ("dot", "451 later"),
    ],
)
def test_what_surely_did_not_leave_is_sent_again(position, fault, an_outbox):
    outbox = an_outbox({position: [fault]})
    raw = outbox.queue()
    assert outbox.round() == 0
    assert outbox.state() is LetterState.QUEUED
    outbox.rounds(4, minutes=20)
    assert outbox.raws() == [raw]
    assert outbox.state() is LetterState.SENT
    assert outbox.asked == []


@pytest.mark.parametrize("fault", ["drop", "hang", "garbage", "store-then-drop", "store-then-hang"])
def test_what_may_have_left_is_never_sent_again_blindly(fault, an_outbox):
    outbox = an_outbox({"dot": [fault]})
    outbox.queue()
    outbox.rounds(30, minutes=30)
    assert outbox.server.commands["DATA"] == 1
    assert outbox.state() is LetterState.UNCERTAIN
    assert outbox.bell.kinds == [AlarmKind.LETTER_UNCERTAIN]


def test_a_server_that_always_breaks_off_leaves_one_letter_in_doubt_and_the_rest_waiting(an_outbox):
    outbox = an_outbox({"dot": ["drop"] * 99})
    for number in range(9):
        outbox.queue(number, f"person{number}@firm.example")
    outbox.rounds(4, seconds=1)
    states = [outbox.state(number) for number in range(9)]
    assert states.count(LetterState.UNCERTAIN) == 1
    assert states.count(LetterState.QUEUED) == 8


def test_a_letter_found_in_sent_has_left(an_outbox):
    outbox = an_outbox({"dot": ["store-then-drop"]})
    outbox.queue()
    outbox.evidence = Evidence.FOUND
    outbox.rounds(2)
    assert outbox.state() is LetterState.SENT
    assert outbox.asked == ["<mb.1@example.cn>"]
    assert len(outbox.raws()) == 1


def test_a_letter_that_sent_lacks_for_ten_minutes_goes_again_with_the_same_bytes(an_outbox):
    outbox = an_outbox({"dot": ["drop"]})
    raw = outbox.queue()
    outbox.evidence = Evidence.ABSENT
    outbox.rounds(9, minutes=1)
    assert outbox.state() is LetterState.UNCERTAIN
    assert outbox.raws() == []
    outbox.rounds(6, minutes=1)
    assert outbox.state() is LetterState.SENT
    assert outbox.raws() == [raw]


def test_while_the_sent_folder_cannot_be_asked_the_letter_waits(an_outbox):
    outbox = an_outbox({"dot": ["store-then-drop"]})
    outbox.queue()
    outbox.evidence = ConnectionLost("down")
    outbox.rounds(40, minutes=1)
    assert outbox.state() is LetterState.UNCERTAIN
    outbox.evidence = Evidence.FOUND
    outbox.rounds(2, minutes=5)
    assert outbox.state() is LetterState.SENT
    assert len(outbox.raws()) == 1


class Killed(BaseException):
    """kill -9, as near as a test gets."""


@pytest.mark.parametrize(
    ("moment", "evidence", "state", "copies"),
    [
        pytest.param("mark_sent", Evidence.FOUND, LetterState.SENT, 1, id="after 250, found"),
        pytest.param("mark_sent", Evidence.NONE, LetterState.UNCERTAIN, 1, id="after 250, nothing tells"),
        pytest.param("sent_counts", Evidence.ABSENT, LetterState.SENT, 1, id="before SMTP, surely absent"),
        pytest.param("sent_counts", Evidence.NONE, LetterState.UNCERTAIN, 0, id="before SMTP, nothing tells"),
    ],
)
def test_a_sender_that_dies_leaves_one_letter(moment, evidence, state, copies, an_outbox):
    outbox = an_outbox()
    outbox.queue()

    def die(*args, **more):
        raise Killed

    alive = getattr(outbox.ledger, moment)
    setattr(outbox.ledger, moment, die)
    with pytest.raises(Killed):
        outbox.round()
    setattr(outbox.ledger, moment, alive)
    outbox.evidence = evidence
    outbox.start()
    outbox.round(minutes=5)
    assert outbox.state() is LetterState.SENDING
    assert outbox.asked == []
    outbox.rounds(30, minutes=2)
    assert outbox.state() is state
    assert len(outbox.raws()) == copies


def test_a_refused_letter_fails_and_is_told_and_the_next_one_leaves(an_outbox):
    outbox = an_outbox({"rcpt": ["550 5.1.1 no such user"]})
    outbox.queue(1)
    outbox.queue(2, "wang@firm.example")
    outbox.rounds(3, minutes=10)
    assert outbox.state(1) is LetterState.FAILED
    assert "550" in outbox.ledger.letter("<mb.1@example.cn>").last_error
    assert outbox.state(2) is LetterState.SENT
    assert outbox.bell.kinds == [AlarmKind.LETTER_FAILED]


def test_tries_become_rarer_and_end_after_a_day(an_outbox):
    outbox = an_outbox({"mail": ["450 later"] * 100})
    outbox.queue()
    tries = []
    while outbox.state() is LetterState.QUEUED:
        before = outbox.server.commands["MAIL"]
        outbox.round(minutes=1 if len(tries) < 6 else 15)
        if outbox.server.commands["MAIL"] > before:
            tries.append(outbox.time.now - NOON)
    assert [late - early for early, late in pairwise(tries)][:5] == [timedelta(minutes=m) for m in (1, 5, 15, 60, 60)]
    assert timedelta(hours=24) <= tries[-1] <= timedelta(hours=25, minutes=30)
    assert outbox.state() is LetterState.FAILED
    assert outbox.bell.kinds == [AlarmKind.LETTER_FAILED]


def test_one_refused_login_stops_sending_and_no_letter_is_touched(an_outbox):
    outbox = an_outbox({"auth": ["535 Error: authentication failed"] * 9})
    outbox.queue()
    outbox.rounds(30, minutes=10)
    assert outbox.server.commands["AUTH"] == 1
    assert outbox.bell.kinds == [AlarmKind.LOGIN_REFUSED]
    entry = outbox.ledger.letter("<mb.1@example.cn>")
    assert (entry.letter.state, entry.attempts) == (LetterState.QUEUED, 0)


@pytest.mark.parametrize("position", ["banner", "mail", "dot"])
def test_a_reply_of_too_much_rests_the_account_a_quarter_of_an_hour(position, an_outbox):
    outbox = an_outbox({position: ["421 HL:IFC"]}, profile=QUICK)
    for number in range(3):
        outbox.queue(number, f"person{number}@firm.example")
    outbox.round()
    connections = outbox.server.connections
    outbox.rounds(14, minutes=1)
    assert outbox.server.connections == connections
    assert outbox.bell.kinds == [AlarmKind.SENDING_PAUSED]
    outbox.rounds(3, minutes=10)
    assert sorted(outbox.raws()) == sorted({*outbox.raws()})
    assert len(outbox.raws()) == 3


def test_netease_gets_ten_mails_a_connection_three_seconds_apart(an_outbox):
    netease = provider_of("smtp.vip.163.com")
    hurried = replace(netease, pacing=replace(netease.pacing, seconds_between=0))
    outbox = an_outbox(profile=hurried, netease=True)
    for number in range(23):
        outbox.queue(number, f"person{number}@firm.example")
    outbox.round()
    assert len(outbox.raws()) == 23
    assert outbox.server.connections == 3
    assert outbox.server.most_connections == 1
    assert netease.pacing.seconds_between == 3


def test_mails_of_one_account_keep_their_distance(tmp_path):
    with ScriptedSmtp() as server:
        plain = provider_of("localhost")
        profile = replace(plain, pacing=Pacing(seconds_between=0.3))
        outbox = Outbox(tmp_path, server, profile=profile)
        outbox.dispatch._clock = time.monotonic
        for number in range(3):
            outbox.queue(number, f"person{number}@firm.example")
        began = time.monotonic()
        assert outbox.round() == 3
        assert time.monotonic() - began >= 0.6
        outbox.ledger.close()


def test_one_address_gets_three_letters_an_hour_and_ten_a_day(an_outbox):
    outbox = an_outbox()
    for number in range(15):
        outbox.queue(number)
    outbox.queue(99, "another@firm.example")
    outbox.round()
    assert len(outbox.raws()) == 4
    assert outbox.state(99) is LetterState.SENT
    outbox.rounds(6, minutes=9)
    assert len(outbox.raws()) == 4
    outbox.rounds(80, minutes=15)
    assert len(outbox.raws()) == 11
    outbox.rounds(20, hours=2)
    assert len(outbox.raws()) == 16


def test_own_people_are_exempt_from_the_brake_on_one_address(an_outbox):
    outbox = an_outbox(brakes=Brakes(exempt=frozenset({TO})))
    for number in range(12):
        outbox.queue(number)
    outbox.round()
    assert len(outbox.raws()) == 12


def test_a_flood_pauses_everything_and_is_told(an_outbox):
    outbox = an_outbox(brakes=Brakes(per_hour=5))
    for number in range(9):
        outbox.queue(number, f"person{number}@firm.example")
    outbox.round()
    assert len(outbox.raws()) == 5
    assert outbox.bell.kinds == [AlarmKind.SENDING_PAUSED]
    outbox.rounds(5, minutes=20)
    assert len(outbox.raws()) == 9


@pytest.mark.parametrize("due", [True, False], ids=["due", "put off before"])
def test_a_thousand_letters_that_must_wait_keep_nobody_elses_waiting(due, an_outbox):
    """As many as a flooder may have: each waits for his brake, and they stand first in the queue."""
    outbox = an_outbox()
    outbox.queue(0, "flood@firm.example")
    with outbox.ledger.engine.begin() as connection:
        (letter,) = connection.execute(select(LETTER)).mappings()
        (recipient,) = connection.execute(select(RECIPIENT)).mappings()
        more = range(letter["id"] + 1, letter["id"] + 1101)
        later = NOON if due else NOON + timedelta(hours=4)
        own = [{"id": number, "message_id": f"<{number}@x>", "purpose": f"x:{number}"} for number in more]
        connection.execute(insert(LETTER), [{**letter, **one, "not_before": later} for one in own])
        connection.execute(insert(RECIPIENT), [{**recipient, "id": None, "letter_id": number} for number in more])
    outbox.queue(2, "other@firm.example")
    claimed = []
    claim = outbox.ledger.claim_letter
    outbox.ledger.claim_letter = lambda *given, **named: claimed.append(1) or claim(*given, **named)
    outbox.round()
    to = Counter(one.recipients for one in outbox.server.taken)
    assert to == {("flood@firm.example",): 3 if due else 1, ("other@firm.example",): 1}
    assert len(claimed) <= 6


def test_a_letter_whose_bytes_are_gone_is_told_not_rendered_again(an_outbox):
    outbox = an_outbox()
    raw = outbox.queue()
    outbox.archive.shelf.path(outbox.archive.store([raw]).sha256).write_bytes(b"tampered")
    outbox.round()
    assert outbox.raws() == []
    assert outbox.state() is LetterState.FAILED
    assert outbox.bell.kinds == [AlarmKind.LETTER_FAILED]


def test_two_rounds_at_once_are_one_connection(an_outbox):
    outbox = an_outbox()
    for number in range(4):
        outbox.queue(number, f"person{number}@firm.example")
    sent = outbox.ledger.mark_sent
    outbox.ledger.mark_sent = lambda *args: (time.sleep(0.1), sent(*args))
    threads = [threading.Thread(target=outbox.dispatch.round) for _ in range(4)]
    outbox.time.pass_(seconds=1)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outbox.server.most_connections == 1


def test_a_stop_ends_the_round_behind_the_letter_under_way(an_outbox):
    stop = threading.Event()
    outbox = an_outbox(stop=stop)
    for number in range(4):
        outbox.queue(number, f"person{number}@firm.example")
    sent = outbox.ledger.mark_sent
    outbox.ledger.mark_sent = lambda *args: (stop.set(), sent(*args))[1]
    assert outbox.round() == 1
    assert [outbox.state(number) for number in range(4)] == [LetterState.SENT] + 3 * [LetterState.QUEUED]


def test_a_mailbox_in_trouble_does_not_keep_the_others_waiting(tmp_path):
    with ScriptedSmtp() as server:
        outbox = Outbox(tmp_path, server)
        down = replace(outbox.account, address="down@example.cn", smtp=Endpoint("127.0.0.1", 1, "none"))
        outbox.start(accounts=[down, outbox.account])
        outbox.queue()
        assert outbox.round() == 1
        outbox.ledger.close()


def test_the_evidence_is_read_from_a_real_sent_folder(tmp_path):
    sent = Folder("&XfJT0ZAB-", "\\Sent")
    sent.add(b"Message-ID: <mb.1@example.cn>\r\n\r\nx\r\n")
    with ScriptedImap(Folder("INBOX"), sent) as imap:
        account = an_account(imap=imap.port, provider="netease")
        assert seek(account, "<mb.1@example.cn>", NOON) is Evidence.FOUND
        assert seek(account, "<mb.2@example.cn>", NOON) is Evidence.ABSENT
        assert seek(replace(account, provider=provider_of("localhost")), "<mb.2@example.cn>", NOON) is Evidence.NONE
        assert imap.open_connections == 0 or asyncio.run(asyncio.sleep(0.2)) is None
        assert not any(re.search("STORE|APPEND|EXPUNGE", line) for line in imap.log)


def test_a_pause_is_told_once_and_once_when_letters_leave_again(an_outbox):
    """`421 HL:…` pauses the mailbox; the next letter that leaves ends the alarm."""
    outbox = an_outbox({"mail": ["421 HL:ICC too much"]})
    outbox.queue(1)
    outbox.round()
    assert outbox.bell.kinds == [AlarmKind.SENDING_PAUSED]
    assert outbox.bell.standing == {(AlarmKind.SENDING_PAUSED, "")}
    outbox.queue(2)
    outbox.rounds(3, minutes=20)
    assert {outbox.state(1), outbox.state(2)} == {LetterState.SENT}
    assert outbox.bell.standing == set()


@pytest.mark.parametrize(
    ("plan", "kind"),
    [
        ({"auth": ["535 Error: authentication failed"]}, AlarmKind.LOGIN_REFUSED),
        ({"banner": ["drop"] * 5}, AlarmKind.UNREACHABLE),
    ],
)
def test_what_kept_us_from_the_server_is_over_when_it_lets_us_in(plan, kind, an_outbox):
    """Told as the sending server's: the receiving one of the same mailbox may be well all the time."""
    outbox = an_outbox(plan)
    outbox.queue()
    outbox.rounds(9, minutes=20)
    assert outbox.bell.kinds == [kind]
    assert outbox.state() is LetterState.QUEUED or not outbox.bell.standing
    outbox.rounds(2, hours=13)
    assert outbox.state() is LetterState.SENT
    assert outbox.bell.standing == set()


def test_a_letter_in_doubt_is_an_alarm_until_it_is_known(an_outbox):
    outbox = an_outbox({"dot": ["drop"]})
    outbox.queue()
    outbox.rounds(3, minutes=30)
    assert outbox.bell.standing == {(AlarmKind.LETTER_UNCERTAIN, "letter 1")}
    outbox.evidence = Evidence.FOUND
    outbox.start()
    outbox.rounds(3, minutes=30)
    assert outbox.state() is LetterState.SENT
    assert outbox.bell.standing == set()


def test_a_letter_that_a_person_sent_again_may_come_into_doubt_again(an_outbox):
    outbox = an_outbox({"dot": ["drop", "drop"]})
    outbox.queue()
    outbox.rounds(3, minutes=30)
    outbox.ledger.resolve_uncertain(1, sent=False, why="an operator has looked", now=outbox.time.now)
    outbox.rounds(6, minutes=30)
    assert outbox.state() is LetterState.UNCERTAIN
    assert outbox.bell.kinds == [AlarmKind.LETTER_UNCERTAIN] * 2
