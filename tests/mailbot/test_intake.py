"""Whatever server, network or disk do: every mail is recorded, none is recorded twice, nothing half-fetched is kept."""

import errno
import hashlib
import os
import threading
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ledger.archive import Archive
from ledger.entries import MailState
from ledger.ledger import Ledger
from mailbot.intake import Intake, Poll
from mailbot.watch.alarms import AlarmKind
from tests.mailbot.transport.accounts import ADDRESS, a_mail, an_account
from tests.servers.scripted_imap import NETEASE, Faults, Folder, ScriptedImap


class Bell:
    def __init__(self):
        self.rung = []
        self.cleared = []

    def ring(self, alarm):
        self.rung.append(alarm)

    def clear(self, kind, mailbox, about=""):
        self.cleared.append((kind, about) if about else kind)

    @property
    def kinds(self):
        return {alarm.kind for alarm in self.rung}


class Clock:
    """Monotonic seconds that pass only when told."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


class Office:
    """An intake leg over a real ledger and archive, and one scripted server."""

    def __init__(self, folder, server, **account):
        self.server = server
        self.account = an_account(imap=server.port, **account)
        self.ledger = Ledger.open(f"sqlite:///{folder}/ledger.db")
        self.archive = Archive(folder / "archive")
        self.bell = Bell()
        self.clock = Clock()
        self.start()

    def start(self, **more):
        """Also: the daemon was killed and starts again; only ledger and archive remain."""
        self.intake = Intake(ledger=self.ledger, archive=self.archive, bell=self.bell, clock=self.clock, **more)

    def poll(self) -> Poll:
        self.clock.seconds += 3600
        return self.intake.poll(self.account)

    def polls(self, times: int = 6) -> None:
        for _ in range(times):
            self.poll()

    def states(self) -> dict[str, MailState]:
        """By hash; the same hash twice would be the same mail worked twice."""
        mails = self.ledger.mails(*MailState)
        assert len({mail.sha256 for mail in mails}) == len(mails)
        return {mail.sha256: mail.state for mail in mails}

    def assert_all_recorded_once(self, raws) -> None:
        states = self.states()
        assert set(states) == set(map(sha256, raws))
        assert set(states.values()) <= {MailState.RECORDED}
        assert {self.archive.read(name) for name in states} == set(raws)
        assert sorted(self.archive.hashes()) == sorted(states)
        assert list((self.archive.shelf.folder / "incoming").iterdir()) == []


@contextmanager
def an_office(folder, *raws, faults=None, capabilities=NETEASE, folders=(), **account):
    inbox = Folder("INBOX")
    inbox.add(*raws)
    server = ScriptedImap(inbox, *folders, capabilities=capabilities, faults=faults)
    with server:
        office = Office(folder, server, provider=account.pop("provider", "netease"), **account)
        with office.ledger:
            yield office


def sha256(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


MAILS = tuple(a_mail(number, size=1500) for number in range(12))


def lying(size: int) -> int:
    return size * 7 + 3


FAULTS = {
    "none": Faults(),
    "ID before SELECT": Faults(id_before_select=True),
    "literal cut early": Faults(cut_literal_at={1: 700}),
    "literals cut again and again": Faults(cut_literal_at={n: 2000 * n + 333 for n in range(1, 5)}),
    "BYE at FETCH": Faults(bye_at_fetch=2),
    "BYE with a changed UIDVALIDITY": Faults(change_uidvalidity_before_fetch=2),
    "sizes told too large": Faults(lie_about_size=lying),
    "sizes told as nothing": Faults(lie_about_size=lambda size: 0),
    "sizes told so large that mails come in pieces": Faults(lie_about_size=lambda size: 5 << 20),
    "empty FETCH": Faults(empty_fetch=3),
    "empty bodies": Faults(empty_body=20),
    "unsolicited FETCH and EXPUNGE": Faults(unsolicited=True),
    "answers in another order": Faults(reversed_answers=True),
    "literal of 4 GB": Faults(huge_literal=2),
    "endless answer": Faults(flood=1),
    "SEARCH tells nothing": Faults(search_tells_nothing=True),
    "SEARCH in lines": Faults(search_in_lines=True),
    "partial ranges ignored": Faults(ignores_partial=True, lie_about_size=lambda size: 5 << 20),
}


#: What the server counts when the fault has happened: a run without it proves nothing.
HITS = {
    "literal cut early": "cut_literal",
    "literals cut again and again": "cut_literal",
    "BYE at FETCH": "bye_at_fetch",
    "BYE with a changed UIDVALIDITY": "change_uidvalidity_before_fetch",
    "empty FETCH": "empty_fetch",
    "empty bodies": "empty_body",
    "unsolicited FETCH and EXPUNGE": "unsolicited",
    "literal of 4 GB": "huge_literal",
    "endless answer": "flood",
}


@pytest.mark.parametrize("name", FAULTS)
def test_nothing_is_lost_and_nothing_recorded_twice(name, tmp_path):
    faults = replace(FAULTS[name])
    faults.cut_literal_at = dict(faults.cut_literal_at)
    with an_office(tmp_path, *MAILS, faults=faults) as office:
        office.polls()
        office.assert_all_recorded_once(MAILS)
        assert name not in HITS or office.server.hits[HITS[name]]
        assert office.server.open_connections == 0
        assert office.server.most_connections == 1


@pytest.mark.parametrize("name", FAULTS)
def test_the_same_when_the_daemon_is_killed_between_polls(name, tmp_path):
    faults = replace(FAULTS[name])
    faults.cut_literal_at = dict(faults.cut_literal_at)
    with an_office(tmp_path, *MAILS, faults=faults) as office:
        for _ in range(8):
            office.poll()
            office.start()
        office.assert_all_recorded_once(MAILS)
        assert name not in HITS or office.server.hits[HITS[name]]


def test_a_poll_says_what_it_brought(tmp_path):
    with an_office(tmp_path, *MAILS) as office:
        assert office.poll() == Poll(new=len(MAILS))
        assert office.poll() == Poll()
        office.server.inbox.add(a_mail(99))
        assert office.poll() == Poll(new=1)


def test_the_ledger_knows_subject_author_and_thread(tmp_path):
    raw = (
        b"From: =?gb2312?B?1cXI/Q==?= <zhang@firm.example>\r\nSubject: =?gb2312?B?suLK1A==?=\r\n"
        b"Message-ID: <a@b>\r\nIn-Reply-To: <c@d>\r\nReferences: <e@f> <c@d>\r\n\r\nx\r\n"
    )
    with an_office(tmp_path, raw) as office:
        office.poll()
        (mail,) = office.ledger.mails(MailState.RECORDED)
    assert (mail.subject, mail.author, mail.message_id, mail.thread) == (
        "测试",
        "zhang@firm.example",
        "<a@b>",
        ("<c@d>", "<e@f>"),
    )
    assert mail.arrived_at == datetime(2026, 3, 12, 6, 57, tzinfo=UTC)


def test_a_changed_uidvalidity_makes_no_second_mail(tmp_path):
    with an_office(tmp_path, *MAILS) as office:
        office.poll()
        del office.server.inbox.mails[:3]
        office.server.inbox.renumber(2000)
        office.server.inbox.add(a_mail(77))
        office.polls(2)
        office.assert_all_recorded_once([*MAILS, a_mail(77)])
        assert office.ledger.known_uidvalidities(ADDRESS, "INBOX") == (1000, 2000)


def test_a_mail_moved_to_junk_and_back_is_one_mail(tmp_path):
    junk = Folder("Spam", "\\Junk", uidvalidity=5)
    with an_office(tmp_path, MAILS[0], folders=[junk]) as office:
        office.poll()
        junk.add(office.server.inbox.mails.pop().raw)
        office.poll()
        office.server.inbox.add(junk.mails.pop().raw)
        office.poll()
        office.assert_all_recorded_once(MAILS[:1])


def test_mail_in_the_junk_folder_is_mail(tmp_path):
    junk = Folder("&V4NXPpCuTvY-", "\\Junk", uidvalidity=5)
    advertising = Folder("&Xn9USpCuTvY-", uidvalidity=6)
    junk.add(MAILS[1])
    advertising.add(MAILS[2])
    with an_office(tmp_path, MAILS[0], folders=[junk, advertising]) as office:
        office.poll()
        office.assert_all_recorded_once(MAILS[:3])


@pytest.mark.parametrize("restarted", [False, True], ids=["noticed while running", "noticed after a restart"])
def test_a_uid_given_to_another_mail_is_recorded_beside_the_first(restarted, tmp_path):
    with an_office(tmp_path, *MAILS[:3]) as office:
        office.poll()
        reused = office.server.inbox.mails[1]
        reused.raw, reused.arrived = MAILS[7], datetime(2026, 4, 1, tzinfo=UTC)
        if restarted:
            office.start()
        office.polls(3)
        office.assert_all_recorded_once([*MAILS[:3], MAILS[7]])
        assert office.bell.kinds == {AlarmKind.UID_REUSED}


def test_uids_that_begin_again_under_one_uidvalidity_are_all_looked_at(tmp_path):
    many = [a_mail(number) for number in range(120)]
    with an_office(tmp_path, *many) as office:
        office.poll()
        office.server.inbox.mails = []
        office.server.inbox.uidnext = 1
        others = [a_mail(number) for number in range(500, 560)]
        office.server.inbox.add(*others)
        for mail in office.server.inbox.mails:
            mail.arrived = datetime(2026, 5, 1, tzinfo=UTC)
        office.polls(2)
        office.assert_all_recorded_once([*many, *others])


def test_gaps_that_are_filled_later_are_seen(tmp_path):
    with an_office(tmp_path, *MAILS[:4]) as office:
        late = office.server.inbox.mails.pop(1)
        office.poll()
        office.server.inbox.mails.insert(1, late)
        office.poll()
        office.assert_all_recorded_once(MAILS[:4])


def test_one_bad_mail_does_not_stop_the_mailbox(tmp_path):
    with an_office(tmp_path, *MAILS, faults=Faults(garbage_for={4})) as office:
        office.polls(2)
        states = office.states()
        assert {name for name, state in states.items() if state is MailState.RECORDED} == {
            sha256(raw) for number, raw in enumerate(MAILS, start=1) if number != 4
        }
        (bad,) = office.ledger.mails(MailState.QUARANTINED)
        assert bad.reason == "not_fetchable"
        assert not bad.whole
        assert office.bell.kinds == {AlarmKind.MAIL_UNREADABLE}


def test_a_mail_whose_literal_always_lies_is_put_aside_after_three_tries(tmp_path):
    class Liar(ScriptedImap):
        """Breaks the protocol for one mail, each time."""

        def hit(self, name):
            return self.bad if name == "huge_literal" else super().hit(name)

        bad = False

    inbox = Folder("INBOX")
    inbox.add(*MAILS)
    server = Liar(inbox)
    import tests.servers.scripted_imap as scripted

    original = scripted._Session._answer

    async def answer(session, number, mail, rest):
        server.bad = mail.uid == 4
        await original(session, number, mail, rest)

    scripted._Session._answer = answer
    try:
        with server:
            office = Office(tmp_path, server)
            office.polls(3)
            states = office.states()
            office.ledger.close()
    finally:
        scripted._Session._answer = original
    recorded = {name for name, state in states.items() if state is MailState.RECORDED}
    assert recorded == {sha256(raw) for number, raw in enumerate(MAILS, start=1) if number != 4}
    assert sorted(states.values()).count(MailState.QUARANTINED) == 1


def test_mail_that_always_comes_empty_is_shown_to_a_person_in_the_end(tmp_path):
    with an_office(tmp_path, MAILS[0], faults=Faults(empty_body=-1)) as office:
        office.polls(5)
        assert office.states() == {}
        office.poll()
        assert set(office.states().values()) == {MailState.QUARANTINED}


def test_what_was_expunged_in_between_is_simply_gone(tmp_path):
    with an_office(tmp_path, *MAILS, faults=Faults(expunge_before_fetch={2, 5})) as office:
        office.polls(2)
        office.assert_all_recorded_once([raw for number, raw in enumerate(MAILS, start=1) if number not in {2, 5}])


def test_older_mail_than_since_is_backlog(tmp_path):
    with an_office(tmp_path, *MAILS[:2], since=date(2026, 3, 13)) as office:
        # 16:30 UTC on the 12th is 00:30 on the 13th in Chongqing.
        office.server.inbox.mails[1].arrived = datetime(2026, 3, 12, 16, 30, tzinfo=UTC)
        office.poll()
        assert office.states() == {sha256(MAILS[0]): MailState.BACKLOG, sha256(MAILS[1]): MailState.RECORDED}


def test_a_mail_over_the_limit_is_recorded_with_its_headers_for_a_person(tmp_path):
    large = a_mail(5, size=50_000)
    with an_office(tmp_path, large, MAILS[0], max_bytes=20_000) as office:
        office.poll()
        mails = {mail.whole: mail for mail in office.ledger.mails(MailState.RECORDED)}
        assert mails[False].reason == "too_large"
        assert mails[False].subject == "test 5"
        assert office.archive.read(mails[False].sha256) == large.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def test_flags_are_set_only_when_asked_and_only_behind_the_ledger(tmp_path):
    with an_office(tmp_path, *MAILS) as office:
        office.poll()
        assert office.server.commands["UID STORE"] == office.server.commands["SELECT"] == 0
    with an_office(tmp_path, *MAILS, a_mail(50), mark_seen=True) as office:
        order = []
        record, marked = office.ledger.record_mails, office.server.inbox.mails[-1]
        office.ledger.record_mails = lambda arrivals: (order.append(set(marked.flags)), record(arrivals))[1]
        office.poll()
        assert order == [set()]
        assert marked.flags == {"\\Seen"}


def test_login_is_tried_three_times_then_the_mailbox_is_left_alone(tmp_path):
    with an_office(tmp_path, *MAILS, faults=Faults(refuse_login="LOGIN Login error or password error")) as office:
        for _ in range(20):
            office.clock.seconds += 600
            office.intake.poll(office.account)
        assert office.server.commands["LOGIN"] == 3
        assert office.bell.kinds == {AlarmKind.LOGIN_REFUSED}
        assert office.ledger.mailbox(ADDRESS).logins_refused == 3
        office.server.faults.refuse_login = ""
        office.clock.seconds += 13 * 3600
        assert office.intake.poll(office.account).new == len(MAILS)
        assert AlarmKind.LOGIN_REFUSED in office.bell.cleared
        assert office.ledger.mailbox(ADDRESS).logins_refused == 0


def test_a_server_that_is_down_is_tried_ever_more_seldom_and_told(tmp_path):
    with an_office(tmp_path, *MAILS, faults=Faults(cut_after=0)) as office:
        for _ in range(3600):
            office.clock.seconds += 1
            office.intake.poll(office.account)
        assert 6 <= office.server.connections <= 14
        assert office.bell.kinds == {AlarmKind.UNREACHABLE}
        office.server.faults.cut_after = None
        office.poll()
        office.assert_all_recorded_once(MAILS)


def test_a_folder_that_cannot_be_opened_does_not_hide_the_others(tmp_path):
    with an_office(tmp_path, *MAILS, folders=[]) as office:
        office.account = replace(office.account, folders=("Missing", "INBOX"))
        office.poll()
        office.assert_all_recorded_once(MAILS)
        assert office.bell.kinds == {AlarmKind.FOLDER_REFUSED}
        assert (AlarmKind.FOLDER_REFUSED, "Missing") not in office.bell.cleared
        office.server.folders.append(Folder("Missing"))
        office.poll()
        assert office.bell.cleared.count((AlarmKind.FOLDER_REFUSED, "Missing")) == 1


def test_a_full_disk_pauses_fetching(tmp_path):
    with an_office(tmp_path, *MAILS) as office:
        office.start(free_bytes=1 << 62)
        assert office.poll().skipped == "disk full"
        assert office.server.connections == 0
        assert office.bell.kinds == {AlarmKind.DISK_FULL}
        office.start()
        office.poll()
        office.assert_all_recorded_once(MAILS)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_fails_while_archiving_leaves_the_mail_on_the_server(code, tmp_path, monkeypatch):
    calls = []

    def failing(handle):
        calls.append(handle)
        if len(calls) in (3, 9):
            raise OSError(code, os.strerror(code), "archive")

    with an_office(tmp_path, *MAILS) as office:
        monkeypatch.setattr("ledger.shelf_folder.os.fsync", failing)
        assert office.poll().skipped
        assert office.bell.kinds == {AlarmKind.DISK_FULL}
        office.polls(3)
        office.assert_all_recorded_once(MAILS)
    assert len(calls) > 9


@pytest.mark.parametrize("moment", ["before the ledger row", "after the ledger row"])
def test_killed_at_the_ledger_nothing_is_lost_or_doubled(moment, tmp_path):
    class Killed(BaseException):
        pass

    with an_office(tmp_path, *MAILS) as office:
        record = office.ledger.record_mails

        def dying(arrivals):
            if moment == "after the ledger row":
                record(arrivals)
            raise Killed

        office.ledger.record_mails = dying
        with pytest.raises(Killed):
            office.poll()
        office.ledger.record_mails = record
        office.start()
        office.poll()
        office.assert_all_recorded_once(MAILS)


def test_two_polls_of_one_mailbox_are_one(tmp_path):
    with an_office(tmp_path, *MAILS, faults=Faults(stall_at_fetch=1)) as office:
        first = threading.Thread(target=office.poll, daemon=True)
        first.start()
        while not office.server.hits["stall_at_fetch"]:
            pass
        assert office.intake.poll(office.account).skipped == "another poll is under way"
        office.server._loop.call_soon_threadsafe(lambda: [task.cancel() for task in office.server._tasks])
        first.join(10)
        office.polls(2)
        office.assert_all_recorded_once(MAILS)


def test_a_stop_ends_a_long_fetch_soon(tmp_path):
    stop = threading.Event()
    with an_office(tmp_path, *(a_mail(number) for number in range(350))) as office:
        office.start(stop=stop)
        record = office.ledger.record_mails
        office.ledger.record_mails = lambda arrivals: (stop.set(), record(arrivals))[1]
        office.poll()
        assert len(office.states()) == 100
        office.ledger.record_mails = record
        office.start()
        office.poll()
        assert len(office.states()) == 350
