"""At every point of an SMTP dialogue, each fault has the one outcome that neither loses nor repeats a letter."""

import asyncio
from dataclasses import replace

import pytest

from mailbot.errors import ConnectionLost, LoginRefused, Untrusted
from mailbot.transport.mailbox import Endpoint
from mailbot.transport.outcome import Outcome, Refused, Retry, Sent, Uncertain
from mailbot.transport.smtp import SmtpConnection, TooMuch
from tests.mailbot.transport.accounts import ADDRESS, an_account
from tests.servers.scripted_smtp import ScriptedSmtp

LETTER = b"Subject: answer\r\nMessage-ID: <mb.1@example.cn>\r\n\r\n.a dot\r\n..two\r\nlast line\r\n"
TO = "zhang@firm.example"


def send(server, *recipients: str, letters: int = 1, **more) -> list[Outcome]:
    async def dialogue():
        account = an_account(smtp=server.port, **more)
        async with SmtpConnection(account, reply_seconds=0.5, data_seconds=0.5) as connection:
            return [await connection.send(LETTER, recipients or (TO,)) for _ in range(letters)]

    return asyncio.run(dialogue())


def test_a_letter_arrives_byte_for_byte_from_the_login():
    with ScriptedSmtp() as server:
        assert send(server) == [Sent("250 2.0.0 queued as 1")]
    (taken,) = server.taken
    assert (taken.sender, taken.recipients, taken.raw) == (ADDRESS, (TO,), LETTER)


def test_a_token_goes_instead_of_the_password():
    with ScriptedSmtp(auth="LOGIN XOAUTH2", password="fresh") as server:
        assert send(server, token=lambda: "fresh") == [Sent("250 2.0.0 queued as 1")]
        with pytest.raises(LoginRefused):
            send(server, token=lambda: "stale")
    assert server.commands["AUTH"] == 2


FAULTS = [
    ("mail", "421 HL:ICC closing", Retry, 0),
    ("mail", "450 4.1.8 later", Retry, 0),
    ("mail", "553 Mail from must equal authorized user", Refused, 0),
    ("mail", "drop", Retry, 0),
    ("mail", "hang", Retry, 0),
    ("mail", "garbage", Retry, 0),
    ("rcpt", "450 4.2.0 greylisted", Retry, 0),
    ("rcpt", "550 5.1.1 no such user", Refused, 0),
    ("rcpt", "drop", Retry, 0),
    ("rcpt", "hang", Retry, 0),
    ("rcpt", "garbage", Retry, 0),
    ("data", "451 4.3.0 later", Retry, 0),
    ("data", "554 5.5.1 no", Refused, 0),
    ("data", "drop", Retry, 0),
    ("data", "hang", Retry, 0),
    ("data", "garbage", Retry, 0),
    ("dot", "451 4.3.0 later", Retry, 0),
    ("dot", "554 5.7.1 no", Refused, 0),
    ("dot", "552 5.3.4 too big", Refused, 0),
    ("dot", "drop", Uncertain, 0),
    ("dot", "hang", Uncertain, 0),
    ("dot", "garbage", Uncertain, 0),
    ("dot", "store-then-drop", Uncertain, 1),
    ("dot", "store-then-hang", Uncertain, 1),
    ("quit", "drop", Sent, 1),
    ("quit", "421 no", Sent, 1),
    ("quit", "garbage", Sent, 1),
]


@pytest.mark.parametrize(
    ("position", "fault", "outcome", "stored"), FAULTS, ids=[f"{position} {fault}" for position, fault, *_ in FAULTS]
)
def test_the_outcome_of_each_fault(position, fault, outcome, stored):
    with ScriptedSmtp(plan={position: [fault]}) as server:
        (came,) = send(server)
    assert isinstance(came, outcome)
    assert len(server.taken) == stored
    assert server.hits[f"{position} {fault}"] == 1


@pytest.mark.parametrize(
    ("position", "fault", "error"),
    [
        ("banner", "421 too busy", TooMuch),
        ("banner", "554 go away", ConnectionLost),
        ("banner", "drop", ConnectionLost),
        ("banner", "hang", ConnectionLost),
        ("banner", "garbage", ConnectionLost),
        ("ehlo", "drop", ConnectionLost),
        ("ehlo", "hang", ConnectionLost),
        ("auth", "535 Error: authentication failed", LoginRefused),
        ("auth", "454 4.7.0 later", ConnectionLost),
        ("auth", "451 too much fail authentication", TooMuch),
        ("auth", "drop", ConnectionLost),
        ("auth", "hang", ConnectionLost),
        ("auth", "garbage", ConnectionLost),
    ],
)
def test_trouble_before_the_first_letter_is_told_by_its_kind(position, fault, error):
    with ScriptedSmtp(plan={position: [fault]}) as server, pytest.raises(error) as told:
        send(server)
    assert type(told.value) is error
    assert server.taken == []


def test_a_wrong_password_is_tried_once_by_one_method():
    with ScriptedSmtp(password="another") as server, pytest.raises(LoginRefused):
        send(server)
    assert server.commands["AUTH"] == 1


def test_a_refused_letter_leaves_the_connection_for_the_next():
    with ScriptedSmtp(plan={"rcpt": ["550 no such user"]}) as server:
        refused, sent = send(server, letters=2)
    assert isinstance(refused, Refused)
    assert isinstance(sent, Sent)
    assert server.connections == 1


def test_an_unknown_recipient_among_others_is_named():
    with ScriptedSmtp(plan={"rcpt": ["550 no such user"]}) as server:
        (sent,) = send(server, "gone@firm.example", TO)
    assert isinstance(sent, Sent)
    assert sent.refused == ("gone@firm.example: 550 no such user",)
    assert server.taken[0].recipients == (TO,)


def test_one_recipient_put_off_puts_the_letter_off_for_all():
    with ScriptedSmtp(plan={"rcpt": ["", "450 greylisted"]}) as server:
        (retry,) = send(server, TO, "wang@firm.example")
    assert isinstance(retry, Retry)
    assert server.taken == []


def test_netease_takes_the_login_as_sender_only():
    with ScriptedSmtp(netease=True) as server:
        assert isinstance(send(server, provider="netease")[0], Sent)


@pytest.mark.parametrize("reply", ["421 HL:IFC", "451 MI:SFQ", "450 MI:DMC", "450 RP:DRC", "451 DT:SPM"])
def test_netease_codes_ask_for_a_pause(reply):
    with ScriptedSmtp(plan={"mail": [reply]}) as server:
        assert send(server, provider="netease") == [Retry(reply, too_much=True)]


@pytest.mark.parametrize(
    "address",
    [
        "bad\naddress@firm.example",
        "a b@firm.example",
        "<x@firm.example>",
        "张@firm.example",
        "nobody",
        "",
        "a@b@c.example",
    ],
)
def test_an_address_that_smtp_cannot_carry_is_refused_unsent(address):
    with ScriptedSmtp() as server:
        (refused,) = send(server, address)
    assert isinstance(refused, Refused)
    assert server.commands["MAIL"] == 0


def test_nothing_is_sent_to_a_server_without_starttls():
    with ScriptedSmtp() as server:
        account = replace(an_account(), smtp=Endpoint("127.0.0.1", server.port, "starttls"))

        async def dialogue():
            async with SmtpConnection(account):
                pass

        with pytest.raises(Untrusted):
            asyncio.run(dialogue())
    assert server.commands["AUTH"] == server.commands["MAIL"] == 0


def test_nobody_listens():
    with pytest.raises(ConnectionLost):
        send(ScriptedSmtp())
