"""The legs against a real Dovecot and a real Postfix, started for the tests on the loopback address."""

import hashlib
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest

from ledger.archive import Archive
from ledger.entries import Letter, LetterState, MailState
from ledger.ledger import Ledger
from mailbot.dispatch import Dispatch
from mailbot.errors import Untrusted
from mailbot.intake import Intake
from mailbot.transport.imap import ImapMailbox
from mailbot.transport.mailbox import Account, Endpoint
from mailbot.transport.providers import provider_of
from tests.mailbot.transport.accounts import a_mail
from tests.servers.dovecot import Dovecot, missing_dovecot
from tests.servers.postfix import MailServers, missing_servers

USER = "review1@review.test"
pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(missing_dovecot() is not None, reason=str(missing_dovecot())),
]


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "NetEase's capabilities"])
def dovecot(request):
    with Dovecot({f"review{n}@review.test": "secret" for n in range(1, 10)}, netease=request.param) as server:
        yield server


@pytest.fixture(scope="module")
def servers():
    if reason := missing_servers():
        pytest.skip(reason)
    with MailServers() as running:
        yield running


def an_account(dovecot, user=USER, *, tls=False, smtp=1, **more) -> Account:
    return Account(
        address=user,
        imap=Endpoint("localhost", dovecot.imaps_port, "implicit")
        if tls
        else Endpoint("127.0.0.1", dovecot.imap_port, "none"),
        smtp=Endpoint("127.0.0.1", smtp, "none"),
        username=user,
        password=dovecot.users[user],
        provider=provider_of("imap.vip.163.com" if dovecot.netease else "localhost"),
        **more,
    )


@contextmanager
def an_intake(folder):
    with Ledger.open(f"sqlite:///{folder}/ledger.db") as ledger:
        archive = Archive(folder / "archive")
        yield Intake(ledger=ledger, archive=archive), ledger, archive


def hashes(raws) -> set[str]:
    return {hashlib.sha256(raw).hexdigest() for raw in raws}


def test_mails_of_inbox_and_junk_are_recorded_once(dovecot, tmp_path):
    raws = [a_mail(number, size=12_000) for number in range(150)]
    dovecot.drop(USER, raws[:140])
    dovecot.append(USER, *raws[140:], folder="Junk")
    with an_intake(tmp_path) as (intake, ledger, archive):
        assert intake.poll(an_account(dovecot)).new == 150
        assert intake.poll(an_account(dovecot)).new == 0
        assert {mail.sha256 for mail in ledger.mails(MailState.RECORDED)} == hashes(raws)
        assert {archive.read(name) for name in archive.hashes()} == set(raws)
        announced = ledger.mailbox(USER).capabilities
        assert ("X-CM-EXT-1" in announced, "IDLE" in announced) == (dovecot.netease, not dovecot.netease)
    with dovecot.client(USER) as client:
        client.select_folder("INBOX", readonly=True)
        assert client.search("UNSEEN") == client.search("ALL")


def test_a_folder_deleted_and_made_anew_brings_no_mail_twice(dovecot, tmp_path):
    user = "review2@review.test"
    raws = [a_mail(number) for number in range(20)]
    account = an_account(dovecot, user, folders=("Registrations",))
    with dovecot.client(user) as client, an_intake(tmp_path) as (intake, ledger, _):
        client.create_folder("Registrations")
        for raw in raws:
            client.append("Registrations", raw)
        assert intake.poll(account).new == 20
        client.delete_folder("Registrations")
        client.create_folder("Registrations")
        for raw in reversed([*raws, a_mail(99)]):
            client.append("Registrations", raw)
        intake.poll(account)
        assert {mail.sha256 for mail in ledger.mails(*MailState)} == hashes([*raws, a_mail(99)])
        assert len(ledger.mails(*MailState)) == 21
        assert len(ledger.known_uidvalidities(user, "Registrations")) == 2


def test_a_uidvalidity_that_changes_while_the_folder_is_open_loses_nothing(dovecot, tmp_path):
    user = "review3@review.test"
    raws = [a_mail(number, size=6000) for number in range(230)]
    dovecot.drop(user, raws[:229])
    with an_intake(tmp_path) as (intake, ledger, _):
        record = ledger.record_mails
        done = []

        def disturbed(arrivals):
            if not done:
                done.append(True)
                (dovecot.base / "mail" / user / "dovecot-uidlist").unlink()
                dovecot.append(user, raws[229])
            return record(arrivals)

        ledger.record_mails = disturbed
        for _ in range(3):
            intake._patience.clear()
            intake.poll(an_account(dovecot, user))
        assert {mail.sha256 for mail in ledger.mails(*MailState)} == hashes(raws)
        assert len(ledger.mails(*MailState)) == len(raws)


def test_tls_with_an_own_authority_and_never_without_trust(dovecot):
    user = "review4@review.test"
    with ImapMailbox(an_account(dovecot, user, tls=True, ca_file=dovecot.certificate)) as mailbox:
        assert mailbox.open("INBOX").exists == 0
    with pytest.raises(Untrusted):
        ImapMailbox(an_account(dovecot, user, tls=True))


LARGE = """
import resource, sys
from pathlib import Path
from ledger.archive import Archive
from ledger.ledger import Ledger
from mailbot.intake import Intake
from mailbot.transport.mailbox import Account, Endpoint
folder, port, user = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
account = Account(user, Endpoint("127.0.0.1", port, "none"), Endpoint("127.0.0.1", 1, "none"), user, "secret")
with Ledger.open(f"sqlite:///{folder}/ledger.db") as ledger:
    intake = Intake(ledger=ledger, archive=Archive(folder / "archive"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(intake.poll(account).new, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_64_megabytes_come_in_pieces_of_bounded_memory(dovecot, tmp_path):
    user = "review5@review.test"
    raw = a_mail(1, size=64 << 20)
    dovecot.drop(user, [raw])
    done = subprocess.run(
        [sys.executable, "-c", LARGE, str(tmp_path), str(dovecot.imap_port), user],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    new, grown = map(int, done.stdout.split())
    assert new == 1
    assert grown < 40 << 10  # KiB
    assert list(Archive(tmp_path / "archive").hashes()) == list(hashes([raw]))


def test_a_letter_goes_out_and_is_read_back_under_the_mail_that_it_answers(servers, tmp_path):
    applicant, review = "zhang@firm.test", USER
    servers.submit(a_mail(1), applicant, [review])
    servers.wait_for(review, 1)
    account = an_account(servers.dovecot, review, smtp=servers.smtp_port)
    with an_intake(tmp_path) as (intake, ledger, archive):
        assert intake.poll(account).new == 1
        (mail,) = ledger.mails(MailState.RECORDED)
        answer = (
            f"From: {review}\r\nTo: {applicant}\r\nSubject: answer\r\nMessage-ID: <mb.1@review.test>\r\n"
            f"In-Reply-To: {mail.message_id}\r\nReferences: {mail.message_id}\r\n\r\n.text\r\n"
        ).encode()
        letter = Letter("receipt", review, (applicant,), "answer", "<mb.1@review.test>", archive.store([answer]).sha256)
        assert ledger.queue_letter(replace(letter, purpose="answer:1"))
        dispatch = Dispatch(ledger=ledger, archive=archive, accounts=[account], worker="w")
        assert dispatch.round() == 1
        assert dispatch.round() == 0
        assert ledger.letter("<mb.1@review.test>").letter.state is LetterState.SENT
    (back,) = servers.wait_for(applicant, 1)
    read = message_from_bytes(back)
    assert (read["In-Reply-To"], read["Message-ID"]) == ("<m1@firm.example>", "<mb.1@review.test>")
    assert read["Return-Path"] == f"<{review}>"
    assert back.endswith(b"\r\n\r\n.text\r\n")
