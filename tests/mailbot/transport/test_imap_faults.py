"""Whatever an IMAP server does, no call hangs, nothing half-fetched is a mail, and the error says what to do."""

import threading
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from mailbot.errors import CommandRefused, ConnectionLost, LoginRefused, ProtocolBroken, TransportError, Untrusted
from mailbot.transport.evidence import Evidence, find_in_sent
from mailbot.transport.idle import watch
from mailbot.transport.imap import ImapMailbox
from mailbot.transport.mailbox import Endpoint, RawMail, Unreadable
from tests.mailbot.transport.accounts import ADDRESS, a_mail, an_account
from tests.servers.scripted_imap import ARRIVED as QUEUED
from tests.servers.scripted_imap import NETEASE, Faults, Folder, ScriptedImap


def an_inbox(*raws: bytes) -> Folder:
    inbox = Folder("INBOX")
    inbox.add(*raws)
    return inbox


def connect(server, **more) -> ImapMailbox:
    limits = {key: more.pop(key) for key in ("read_seconds", "command_seconds") if key in more}
    return ImapMailbox(an_account(imap=server.port, **more), **limits)


def contents(mailbox, uids, **how) -> dict[int, bytes]:
    return {
        mail.uid: mail.content if isinstance(mail.content, bytes) else b"".join(mail.content)
        for batch in mailbox.fetch(uids, **how)
        for mail in batch
        if isinstance(mail, RawMail)
    }


def test_id_goes_before_select_and_nothing_unannounced_is_sent():
    with ScriptedImap(capabilities=NETEASE, faults=Faults(id_before_select=True)) as server:
        with connect(server, provider="netease") as mailbox:
            assert mailbox.open("INBOX").uidvalidity == 1000
            assert "IDLE" not in mailbox.capabilities
        assert server.hits["id_before_select"] == 0
        assert [line.split()[0] for line in server.log] == [
            "CAPABILITY",
            "LOGIN",
            "CAPABILITY",
            "ID",
            "EXAMINE",
            "LOGOUT",
        ]


def test_netease_gets_id_even_when_it_does_not_announce_it():
    with (
        ScriptedImap(capabilities="IMAP4rev1", faults=Faults(id_before_select=True)) as server,
        connect(server, provider="netease") as mailbox,
    ):
        assert mailbox.open("INBOX").uidvalidity == 1000
    assert (server.commands["ID"], server.hits["id_before_select"]) == (1, 0)


def test_a_plain_server_gets_no_id_that_it_did_not_announce():
    with ScriptedImap(capabilities="IMAP4rev1") as server:
        connect(server).close()
        assert server.commands["ID"] == 0


@pytest.mark.parametrize(
    ("text", "error"),
    [
        pytest.param("LOGIN Login error or password error", LoginRefused, id="wrong code"),
        pytest.param("[AUTHENTICATIONFAILED] no", LoginRefused, id="RFC 5530"),
        pytest.param("[UNAVAILABLE] backend down", ConnectionLost, id="the server's own trouble"),
        pytest.param("System busy!", ConnectionLost, id="busy"),
    ],
)
def test_a_refused_login_is_told_from_the_servers_trouble(text, error):
    with ScriptedImap(faults=Faults(refuse_login=text)) as server, pytest.raises(error):
        connect(server)


def test_a_token_is_asked_for_before_every_login_and_goes_instead_of_the_password():
    tokens = iter(("first", "second"))
    with ScriptedImap(capabilities=f"{NETEASE} AUTH=XOAUTH2") as server:
        for _ in range(2):
            with connect(server, token=lambda: next(tokens)) as mailbox:
                assert mailbox.open("INBOX").uidvalidity == 1000
        assert server.tokens == [f"user={ADDRESS}\1auth=Bearer {token}\1\1" for token in ("first", "second")]
        assert server.commands["LOGIN"] == 0


@pytest.mark.parametrize(
    ("text", "error"), [("AUTHENTICATE failed.", LoginRefused), ("[UNAVAILABLE] later", ConnectionLost)]
)
def test_a_refused_token_is_no_refused_code(text, error):
    with ScriptedImap(faults=Faults(refuse_login=text)) as server, pytest.raises(error) as refused:
        connect(server, token=lambda: "stale-token")
    assert "authorisation code" not in str(refused.value)
    assert "stale-token" not in str(refused.value)


def test_a_token_that_cannot_be_had_is_tried_again_later_and_nothing_is_sent():
    def none() -> str:
        raise ConnectionLost("token_command ended with 1")

    with ScriptedImap() as server, pytest.raises(ConnectionLost, match="token_command"):
        connect(server, token=none)
    assert server.commands["AUTHENTICATE"] + server.commands["LOGIN"] == 0


def test_a_connection_lost_during_login_is_no_refused_login():
    with ScriptedImap(faults=Faults(cut_after=110)) as server, pytest.raises(ConnectionLost):
        connect(server)


def test_no_password_goes_to_a_server_without_starttls():
    with ScriptedImap(capabilities="IMAP4rev1 ID") as server:
        account = replace(an_account(), imap=Endpoint("127.0.0.1", server.port, "starttls"))
        with pytest.raises(Untrusted):
            ImapMailbox(account)
        assert server.commands["LOGIN"] == 0


def test_the_password_is_in_no_text():
    account = an_account()
    assert "secret" not in repr(account)


@pytest.mark.parametrize("offset", range(0, 2000, 97))
def test_a_line_cut_anywhere_gives_no_mail(offset):
    raw = a_mail(1, size=1500)
    with ScriptedImap(an_inbox(raw), faults=Faults(cut_literal_at={1: offset})) as server:
        with connect(server) as mailbox:
            mailbox.open("INBOX")
            if offset < len(raw):
                with pytest.raises(ConnectionLost):
                    contents(mailbox, [1])
                assert server.hits["cut_literal"] == 1
        with connect(server) as mailbox:
            mailbox.open("INBOX")
            assert contents(mailbox, [1]) == {1: raw}


def test_an_empty_answer_is_no_mail():
    with ScriptedImap(an_inbox(a_mail()), faults=Faults(empty_fetch=1, empty_body=1)) as server:
        with connect(server) as mailbox:
            mailbox.open("INBOX")
            assert contents(mailbox, [1]) == {}
            assert contents(mailbox, [1]) == {}
            assert contents(mailbox, [1]) == {1: a_mail()}
        assert server.hits["empty_fetch"] == server.hits["empty_body"] == 1


def test_a_mail_of_no_bytes_is_a_mail():
    with ScriptedImap(an_inbox(b"")) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        assert contents(mailbox, [1]) == {1: b""}


def test_answers_are_matched_by_uid_in_any_order_and_company():
    mails = {number: a_mail(number) for number in range(1, 6)}
    faults = Faults(unsolicited=True, reversed_answers=True, expunge_before_fetch={3})
    with ScriptedImap(an_inbox(*mails.values()), faults=faults) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        assert contents(mailbox, mails) == {uid: raw for uid, raw in mails.items() if uid != 3}


@pytest.mark.parametrize(
    "lie",
    [
        pytest.param(lambda size: size // 3, id="too small"),
        pytest.param(lambda size: size * 3, id="too large"),
        pytest.param(lambda size: 0, id="nothing"),
        pytest.param(lambda size: 6 << 20, id="so large that it comes in pieces"),
    ],
)
def test_a_lie_about_the_size_only_warns(lie):
    raw = a_mail(1, size=40_000)
    with ScriptedImap(an_inbox(raw), faults=Faults(lie_about_size=lie)) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        assert contents(mailbox, [1]) == {1: raw}


def test_a_literal_of_four_gigabytes_is_refused_before_it_is_read():
    with ScriptedImap(an_inbox(a_mail()), faults=Faults(huge_literal=1)) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        with pytest.raises(ProtocolBroken, match="4294967296"):
            contents(mailbox, [1])


def test_a_server_that_never_stops_talking_is_left():
    with ScriptedImap(an_inbox(a_mail()), faults=Faults(flood=1)) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        with pytest.raises(ProtocolBroken):
            contents(mailbox, [1])


@pytest.mark.parametrize(
    ("faults", "limits"),
    [
        pytest.param(Faults(stall_at_fetch=1), {"read_seconds": 0.3}, id="silent"),
        pytest.param(Faults(drip=True), {"read_seconds": 0.3, "command_seconds": 0.6}, id="a byte now and then"),
    ],
)
def test_a_slow_server_is_left_at_the_deadline(faults, limits):
    with ScriptedImap(an_inbox(a_mail()), faults=faults) as server, connect(server, **limits) as mailbox:
        mailbox.open("INBOX")
        began = time.monotonic()
        with pytest.raises(ConnectionLost):
            contents(mailbox, [1])
        assert time.monotonic() - began < 3


def test_bye_is_a_lost_connection():
    with ScriptedImap(an_inbox(a_mail()), faults=Faults(bye_at_fetch=1)) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        with pytest.raises(ConnectionLost):
            contents(mailbox, [1])


def test_nonsense_for_one_mail_leaves_the_others():
    faults = Faults(garbage_for={2})
    with ScriptedImap(an_inbox(a_mail(1), a_mail(2), a_mail(3)), faults=faults) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        came = [mail for batch in mailbox.fetch([1, 2, 3]) for mail in batch]
        assert {mail.uid for mail in came if isinstance(mail, RawMail)} == {1, 3}
        assert [mail.stamp.uid for mail in came if isinstance(mail, Unreadable)] == [2]


@pytest.mark.parametrize(
    "faults",
    [pytest.param(Faults(), id="pieces"), pytest.param(Faults(ignores_partial=True), id="partial range ignored")],
)
def test_large_mails_come_in_pieces(faults):
    raw = a_mail(1, size=(5 << 20) + 12345)
    if faults.ignores_partial:
        raw = raw[: 3 << 20]
        faults.lie_about_size = lambda size: 5 << 20
    with ScriptedImap(an_inbox(raw), faults=faults) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        assert contents(mailbox, [1]) == {1: raw}


def test_careful_fetching_survives_a_size_that_is_a_thousand_times_too_small():
    raw = a_mail(1, size=6 << 20)
    with ScriptedImap(an_inbox(raw), faults=Faults(lie_about_size=lambda size: 600)) as server:
        with connect(server) as mailbox:
            mailbox.open("INBOX")
            with pytest.raises(ProtocolBroken):
                contents(mailbox, [1])
        with connect(server) as mailbox:
            mailbox.open("INBOX")
            assert contents(mailbox, [1], carefully=True) == {1: raw}


def test_of_a_mail_over_the_limit_only_the_headers_come():
    raw = a_mail(1, size=50_000)
    with ScriptedImap(an_inbox(raw)) as server, connect(server, max_bytes=40_000) as mailbox:
        mailbox.open("INBOX")
        ((mail,),) = list(mailbox.fetch([1]))
        assert not mail.whole
        assert mail.content == raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


@pytest.mark.parametrize(
    "faults",
    [pytest.param(Faults(), id="one line"), pytest.param(Faults(search_in_lines=True), id="a line each")],
)
def test_search_tells_all_uids(faults):
    with ScriptedImap(an_inbox(*map(a_mail, range(5))), faults=faults) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        assert list(mailbox.uids()) == [1, 2, 3, 4, 5]


def test_uids_can_be_told_by_fetch_where_search_says_nothing():
    with (
        ScriptedImap(an_inbox(a_mail()), faults=Faults(search_tells_nothing=True)) as server,
        connect(server) as mailbox,
    ):
        mailbox.open("INBOX")
        assert list(mailbox.uids()) == []
        assert list(mailbox.uids_by_fetch()) == [1]


def test_a_million_uids_fit_into_a_line():
    inbox = an_inbox(a_mail())
    with ScriptedImap(inbox) as server, connect(server) as mailbox:
        inbox.mails = inbox.mails * 300_000
        for number, mail in enumerate(inbox.mails[:1], start=4_000_000_000):
            mail.uid = number
        mailbox.open("INBOX")
        assert list(mailbox.uids()) == [4_000_000_000]


@pytest.mark.parametrize(
    ("folders", "provider", "looked"),
    [
        pytest.param(
            [("INBOX", ""), ("Spam", "\\Junk"), ("Sent", "\\Sent")], "plain", ("INBOX", "Spam"), id="by its mark"
        ),
        pytest.param(
            [("INBOX", ""), ("&V4NXPpCuTvY-", "\\Junk"), ("&Xn9USpCuTvY-", ""), ("&XfJT0ZAB-", "\\Sent")],
            "netease",
            ("INBOX", "垃圾邮件", "广告邮件"),
            id="NetEase junk and advertising",
        ),
        pytest.param([("INBOX", ""), ("INBOX/Junk", "")], "plain", ("INBOX", "INBOX/Junk"), id="by name below INBOX"),
        pytest.param([("INBOX", ""), ("Junk", "\\Noselect")], "plain", ("INBOX",), id="not what cannot be opened"),
    ],
)
def test_inbox_and_junk_are_looked_through(folders, provider, looked):
    server = ScriptedImap(*(Folder(name, marks) for name, marks in folders))
    with server, connect(server, provider=provider) as mailbox:
        assert mailbox.intake_folders() == looked


def test_folders_of_the_configuration_win():
    with ScriptedImap() as server, connect(server, folders=("INBOX", "Extra")) as mailbox:
        assert mailbox.intake_folders() == ("INBOX", "Extra")
        with pytest.raises(CommandRefused):
            mailbox.open("Extra")
        mailbox.open("INBOX")


@pytest.mark.parametrize(
    ("folders", "keeps", "evidence"),
    [
        pytest.param(("Sent", "\\Sent"), True, Evidence.ABSENT, id="kept, and not there"),
        pytest.param(("Sent", "\\Sent"), False, Evidence.NONE, id="a folder that nobody fills"),
        pytest.param(("Other", ""), True, Evidence.NONE, id="no such folder"),
    ],
)
def test_a_letter_that_is_not_in_sent(folders, keeps, evidence):
    sent = Folder(*folders)
    sent.add(*map(a_mail, range(60)))
    with ScriptedImap(Folder("INBOX"), sent) as server, connect(server) as mailbox:
        assert find_in_sent(mailbox, "<mb.x@example.cn>", since=QUEUED, provider_keeps=keeps) is evidence
        if folders[1]:
            assert find_in_sent(mailbox, "<m42@firm.example>", since=QUEUED, provider_keeps=keeps) is Evidence.FOUND
        assert not any("HEADER Message" in line for line in server.log)


def test_a_letter_is_found_however_many_mails_people_have_sent_since():
    """Each slice takes one question; what is older than the letter is not asked for."""
    sent = Folder("Sent", "\\Sent")
    for day, number in ((-30, 500), (0, 1), (1, 900)):
        sent.add(*(a_mail(1000 * day + one) for one in range(number)), arrived=QUEUED + timedelta(days=day))
    with ScriptedImap(Folder("INBOX"), sent) as server, connect(server) as mailbox:
        assert find_in_sent(mailbox, "<m0@firm.example>", since=QUEUED, provider_keeps=True) is Evidence.FOUND
        assert find_in_sent(mailbox, "<mb.x@example.cn>", since=QUEUED, provider_keeps=True) is Evidence.ABSENT
        asked = [line for line in server.log if "MESSAGE-ID" in line]
        assert len(asked) == 5 + 6


@pytest.mark.parametrize("fault", ["empty_fetch", "empty_body"])
def test_a_sent_folder_that_answers_nothing_proves_no_absence(fault):
    sent = Folder("Sent", "\\Sent")
    sent.add(*map(a_mail, range(3)))
    with ScriptedImap(Folder("INBOX"), sent, faults=Faults(**{fault: 1})) as server, connect(server) as mailbox:
        with pytest.raises(ConnectionLost, match="of 3 mails"):
            find_in_sent(mailbox, "<mb.x@example.cn>", since=QUEUED, provider_keeps=True)
        assert find_in_sent(mailbox, "<mb.x@example.cn>", since=QUEUED, provider_keeps=True) is Evidence.ABSENT


def test_a_search_that_tells_nothing_of_the_sent_folder_is_not_believed():
    sent = Folder("Sent", "\\Sent")
    sent.add(*map(a_mail, range(3)))
    faults = Faults(search_tells_nothing=True)
    with ScriptedImap(Folder("INBOX"), sent, faults=faults) as server, connect(server) as mailbox:
        assert find_in_sent(mailbox, "<m2@firm.example>", since=QUEUED, provider_keeps=True) is Evidence.FOUND


def test_reading_sets_no_flag_and_deletes_nothing():
    inbox = an_inbox(a_mail())
    with ScriptedImap(inbox) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        contents(mailbox, [1])
        assert inbox.mails[0].flags == set()
        assert not {"UID STORE", "EXPUNGE", "UID EXPUNGE", "SELECT"} & set(server.commands)
        mailbox.open("INBOX", writable=True)
        mailbox.mark_seen([1])
        assert inbox.mails[0].flags == {"\\Seen"}


def test_idle_hears_of_new_mail_and_of_a_stop():
    inbox = an_inbox()
    with ScriptedImap(inbox) as server, connect(server) as mailbox:
        mailbox.open("INBOX")
        assert not mailbox.idle(0.4, stopped=lambda: False)
        inbox.add(a_mail())
        mailbox.open("INBOX")
        threading.Timer(0.3, inbox.add, [a_mail(2)]).start()
        assert mailbox.idle(5, stopped=lambda: False)


def test_a_watch_wakes_for_mail_and_ends_with_the_stop():
    stop, woken = threading.Event(), threading.Event()
    inbox = an_inbox()
    with ScriptedImap(inbox) as server:
        thread = threading.Thread(
            target=watch, args=[an_account(imap=server.port)], kwargs={"wake": woken.set, "stop": stop}
        )
        thread.start()
        while not server.commands["IDLE"]:
            time.sleep(0.01)
        inbox.add(a_mail())
        assert woken.wait(5)
        stop.set()
        thread.join(7)
        assert not thread.is_alive()


def test_a_watch_ends_at_once_where_idle_is_not_announced():
    with ScriptedImap(capabilities=NETEASE) as server:
        watch(an_account(imap=server.port), wake=lambda: None, stop=threading.Event())
        assert server.commands["IDLE"] == 0


def test_a_connection_is_closed_and_unusable_after_trouble():
    with ScriptedImap(an_inbox(a_mail())) as server:
        mailbox = connect(server)
        mailbox.close()
        with pytest.raises(TransportError):
            mailbox.open("INBOX")
        assert server.commands["LOGOUT"] == 1
