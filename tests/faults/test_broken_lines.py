"""The line to a real Dovecot and a real Postfix breaks at a named byte: nothing lost, nothing twice."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from email import message_from_bytes

import pytest

from ledger.archive import Archive
from ledger.entries import Letter, LetterState, MailState
from ledger.ledger import Ledger
from mailbot.dispatch import Dispatch
from mailbot.intake import Intake
from mailbot.transport.imap import ImapMailbox
from mailbot.transport.smtp import SmtpConnection
from tests.builders_service import sha256
from tests.mailbot.transport.accounts import a_mail, an_account
from tests.servers.fault_proxy import FaultProxy, How, LineFault
from tests.servers.postfix import APPLICANTS, REVIEW, MailServers, missing_servers

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(missing_servers() is not None, reason=str(missing_servers())),
]
NOON = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
BOX = REVIEW[0]
MAILS = [a_mail(number, size=1_000 + 3_000 * number) for number in range(6)]
#: Greeting, login, the first and a later mail of Dovecot's side; the commands of ours.
IMAP_FAULTS = [LineFault(how, at) for how in How for at in (5, 300, 2_500, 20_000)]
IMAP_FAULTS += [LineFault(how, at, upward=True) for how in How if how is not How.GARBAGE for at in (3, 120)]
#: Of Postfix's side: greeting, EHLO's answer, what follows, the answer behind the text. Of ours: EHLO, envelope, text.
SMTP_FAULTS = [LineFault(how, at) for how in How for at in (5, 60, 330, 375)]
#: What is changed on an open line on its way up arrives changed: only TLS would tell.
SMTP_FAULTS += [LineFault(how, at, upward=True) for how in How if how is not How.GARBAGE for at in (3, 150, 600)]


@pytest.fixture(scope="module")
def servers():
    with MailServers() as running:
        running.dovecot.append(BOX, *MAILS)
        yield running


def the_account(servers, *, imap: int = 1, smtp: int = 1):
    whole = an_account(imap=imap, smtp=smtp, address=BOX, username=BOX)
    return whole.__class__(**{**vars(whole), "password": servers.passwords[BOX]})


def patience(fault: LineFault) -> float:
    """Seconds: short where silence is the fault; else a busy server shall not be left before the fault comes."""
    return 1.0 if fault.how in (How.STALL, How.SLOW) else 4.0


@pytest.mark.parametrize("fault", IMAP_FAULTS, ids=str)
def test_every_mail_is_recorded_once(servers, tmp_path, fault):
    with (
        FaultProxy(servers.imap_port, [fault]) as line,
        Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as ledger,
    ):
        archive = Archive(tmp_path / "archive")
        seconds = [0.0]
        account = the_account(servers, imap=line.port)
        patient = patience(fault)
        intake = Intake(
            ledger=ledger,
            archive=archive,
            connect=lambda one: ImapMailbox(one, read_seconds=patient, command_seconds=2 * patient),
            free_bytes=0,
            clock=lambda: seconds[0],
        )
        for _ in range(3):
            intake.poll(account)
            assert list(archive.verify()) == []
            seconds[0] += 3600
        assert line.hits.total() == 1, "the line was sound"
        assert sorted(mail.sha256 for mail in ledger.mails(*MailState)) == sorted(map(sha256, MAILS))
        assert set(archive.hashes()) == set(map(sha256, MAILS))


class Outbox:
    """Dispatch over a broken line, and what reached the applicants."""

    def __init__(self, servers, folder, ledger, smtp: int, patient: float) -> None:
        self.servers, self.ledger, self.now = servers, ledger, NOON
        self.archive = Archive(folder / "archive")
        self.dispatch = Dispatch(
            ledger=ledger,
            archive=self.archive,
            accounts=[the_account(servers, smtp=smtp, imap=servers.imap_port)],
            worker="w",
            connect=lambda account: SmtpConnection(account, reply_seconds=patient, data_seconds=patient),
            now=lambda: self.now,
            clock=self._seconds,
        )

    def _seconds(self) -> float:
        return (self.now - NOON).total_seconds()

    def queue(self, mark: str) -> list[str]:
        identities = [f"<{mark}.{number}@review.test>" for number in range(len(APPLICANTS))]
        for identity, to in zip(identities, APPLICANTS, strict=True):
            raw = f"From: {BOX}\r\nTo: {to}\r\nSubject: x\r\nMessage-ID: {identity}\r\n\r\n{'text ' * 60}\r\n".encode()
            stored = self.archive.store([raw]).sha256
            self.ledger.queue_letter(Letter("digest", BOX, (to,), "x", identity, stored, purpose=identity), now=NOON)
        return identities

    def settle(self) -> None:
        for _ in range(4):
            self.dispatch.round()
            self.now += timedelta(minutes=30)

    def arrived(self, wanted: set[str]) -> Counter[str]:
        """How often each of these lies with an applicant, once the server has delivered what it took."""
        for to in APPLICANTS:
            sent = [one for one in self.ledger.letters(LetterState.SENT) if one.letter.recipients == (to,)]
            before = self.servers.fetch_all(to)
            self.servers.wait_for(to, max(len(sent), len(before)))
        raws = [raw for to in APPLICANTS for raw in self.servers.fetch_all(to)]
        found = Counter(message_from_bytes(raw)["Message-ID"] for raw in raws)
        return Counter({one: times for one, times in found.items() if one in wanted})


@pytest.mark.parametrize("fault", SMTP_FAULTS, ids=str)
def test_every_letter_arrives_once_or_is_held_for_a_person(servers, tmp_path, fault):
    with (
        FaultProxy(servers.smtp_port, [fault]) as line,
        Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as ledger,
    ):
        outbox = Outbox(servers, tmp_path, ledger, line.port, patience(fault))
        wanted = outbox.queue(f"m{SMTP_FAULTS.index(fault)}")
        outbox.settle()
        assert line.hits.total() == 1, "the line was sound"
        states = {one.letter.message_id: one.letter.state for one in ledger.letters()}
        arrived = outbox.arrived(set(wanted))
        assert set(states.values()) <= {LetterState.SENT, LetterState.UNCERTAIN}
        assert all(arrived[one] == 1 for one, state in states.items() if state is LetterState.SENT), "lost"
        assert max(arrived.values()) == 1, "twice"
        assert list(states.values()).count(LetterState.UNCERTAIN) <= 1
