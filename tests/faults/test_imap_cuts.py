"""The IMAP line is cut at every 256 bytes of a session: nothing half-written, nothing lost, nothing twice (S5, F1)."""

import pytest

from ledger.archive import Archive
from ledger.entries import MailState
from ledger.ledger import Ledger
from mailbot.intake import Intake
from mailbot.transport.imap import open_mailbox
from tests.builders_service import sha256
from tests.mailbot.transport.accounts import a_mail, an_account
from tests.servers.scripted_imap import NETEASE, Folder, ScriptedImap

MAILS = [a_mail(number, size=1200 + 700 * number) for number in range(1, 9)]
STEP = 256


def a_server() -> ScriptedImap:
    inbox = Folder("INBOX")
    inbox.add(*MAILS)
    return ScriptedImap(inbox, capabilities=NETEASE)


def session_bytes() -> int:
    """The whole output of one undisturbed session is at most this: mails, and what is said around them."""
    return sum(map(len, MAILS)) + 3000


def an_intake(ledger, archive) -> Intake:
    return Intake(ledger=ledger, archive=archive, free_bytes=0, connect=open_mailbox)


@pytest.mark.parametrize("part", range(4))
def test_cut_at_every_256_bytes(tmp_path, part):
    cuts = 0
    for offset in range(part * STEP, session_bytes(), 4 * STEP):
        folder = tmp_path / str(offset)
        with a_server() as server, Ledger.open(f"sqlite:///{folder}/ledger.db") as ledger:
            archive = Archive(folder / "archive")
            account = an_account(imap=server.port)
            server.faults.cut_after = offset
            an_intake(ledger, archive).poll(account)
            cuts += server.hits["cut_after"] > 0
            assert list(archive.verify()) == []
            assert {mail.sha256 for mail in ledger.mails(MailState.RECORDED)} <= {sha256(raw) for raw in MAILS}
            server.faults.cut_after = None
            an_intake(ledger, archive).poll(account)  # a new start: no patience is left over
            assert sorted(mail.sha256 for mail in ledger.mails(MailState.RECORDED)) == sorted(map(sha256, MAILS))
            assert set(archive.hashes()) == set(map(sha256, MAILS))
    assert cuts >= session_bytes() // (4 * STEP) - 4
