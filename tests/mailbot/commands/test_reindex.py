"""The mails of the ledger are made anew from the archive alone."""

from sqlalchemy import text

from ledger.archive import Archive
from ledger.entries import MailState
from mailbot.reindex import reindex
from tests.ledger.builders import LEASE, NOW, an_arrival, later
from tests.mailbot.commands.some_cases import BOX, OTHER_BOX, an_answer, raw_mail


def test_reindex_makes_the_mails_anew_and_answers_none(ledger, settings):
    archive = Archive(settings.ledger.archive)
    mails = [raw_mail(message_id=f"<{number}@x.example>") for number in range(3)]
    both = raw_mail(to=f"{BOX}, {OTHER_BOX}", message_id="<both@x.example>")
    nowhere = raw_mail(to="list@x.example", message_id="<bcc@x.example>")
    archive.store_many(
        [[raw] for raw in (*mails, both, nowhere, an_answer("<0@x.example>"), b"X-Mailbot-Not-Fetched: x\r\n\r\n")]
    )
    found = reindex(ledger, archive, settings, NOW)
    assert (found.recorded, found.outgoing, found.stubs, found.known) == (7, 1, 1, 0)
    assert len(found.unanswered) == 6
    assert ledger.mail_counts() == {MailState.BACKLOG: 7}
    assert ledger.claim("w", LEASE, later(days=1)) is None
    assert reindex(ledger, archive, settings, NOW).recorded == 0, "a second time everything is known"


def test_the_database_looks_at_the_new_rows_at_once(ledger, settings):
    """Without it a restored PostgreSQL took 9 s for what is overdue until it came to look by itself."""
    archive = Archive(settings.ledger.archive)
    archive.store([raw_mail()])
    reindex(ledger, archive, settings, NOW)
    with ledger.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'mail'")).scalar_one()


def test_a_mail_met_again_on_the_server_after_reindex_is_no_work(ledger, settings):
    archive = Archive(settings.ledger.archive)
    body = raw_mail().decode()
    archive.store([body.encode()])
    reindex(ledger, archive, settings, NOW)
    (again,) = ledger.record_mails([an_arrival(5, body=body, mailbox=BOX)], later(days=1))
    assert not again.new
    assert ledger.claim("w", LEASE, later(days=2)) is None


def test_a_mail_that_pretends_to_be_our_own_letter_is_recorded(ledger, settings):
    archive = Archive(settings.ledger.archive)
    archive.store([b"X-Mailbot: mailbot\r\n" + raw_mail()])
    assert reindex(ledger, archive, settings, NOW).recorded == 1
