"""The records are proved, kept aside, brought back, tried again and let go, by one command each."""

from email.message import EmailMessage

from ledger.archive import Archive
from ledger.entries import MailState
from ledger.ledger import Ledger
from parsers.names import fold_firm
from tests.ledger.builders import LEASE, NOW, an_arrival, later
from tests.mailbot.commands.some_cases import BOX, an_answer, raw_mail, three_cases, unbroken


def test_the_chain_is_verified_against_a_head_that_was_mailed(run, ledger):
    three_cases(ledger)
    head = ledger.head()
    for told in (head.hash, head.hash[:16], f"{head.seq}:{head.hash}"):
        assert "the chain holds" in run("audit", "verify", "--head", told).out
    assert "written anew" in run("audit", "verify", "--head", "f" * 16, code=1).err
    assert "written anew" in run("audit", "verify", "--head", f"1:{head.hash}", code=1).err
    run("audit", "verify", "--head", "abc", code=2)
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER event_not_changed")
        connection.exec_driver_sql("UPDATE event SET actor='x' WHERE seq=2")
    assert "event 2: changed" in run("audit", "verify", code=1).err


def test_a_backup_is_drilled_and_restored_without_a_second_answer(run, ledger, settings, tmp_path):
    archive = Archive(settings.ledger.archive)
    body = raw_mail(message_id="<waits@x.example>")
    archive.store([body])
    ledger.record_mails([an_arrival(1, body=body.decode(), mailbox=BOX, message_id="<waits@x.example>")], NOW)
    file = str(tmp_path / "b.zip")
    assert "the drill holds" in run("backup", file, "--drill").out
    archive.store([an_answer("<waits@x.example>")])
    archive.store([raw_mail(message_id="<since@x.example>")])
    ledger.close()
    assert "--force" in run("restore", file, code=1).err
    told = run("restore", file, "--force").out
    assert "1 recorded as backlog" in told
    assert "1 shelved" in told
    with Ledger.open(settings.ledger.url, fold=fold_firm) as restored:
        assert restored.mail_counts() == {MailState.BACKLOG: 2}
        assert restored.claim("w", LEASE, later(days=3)) is None
        assert restored.verify() == ()
    assert "the drill holds" in run("restore", file, "--drill").out


def test_a_quarantined_mail_is_listed_with_its_reason_and_tried_again_by_its_id(run, ledger):
    ledger.record_mails([an_arrival(1, mailbox=BOX)], NOW)
    ledger.quarantine(ledger.claim("w", LEASE, NOW), "mail_crashed", NOW)
    assert unbroken(run("retry").out).endswith("无法处理，待人工邮件无法安全拆解：拆解程序三次异常退出")
    assert "goes to the queue again" in run("retry", "1").out
    assert ledger.mail(1).state is MailState.RECORDED
    run("retry", "1", code=1)
    run("retry", "ZJZD-2026-9999", code=1)


def test_retry_forgets_what_was_read_from_its_papers(run, ledger, settings):
    from mailbot.reading.cache import ReadingCache, content_key

    mail = EmailMessage()
    mail["From"], mail["To"] = "zhang@applicant.example", BOX
    mail.set_content("x")
    mail.add_attachment(b"%PDF-1.4 paper", maintype="application", subtype="pdf", filename="a.pdf")
    raw = mail.as_bytes()
    Archive(settings.ledger.archive).store([raw])
    ledger.record_mails([an_arrival(1, body=raw.decode(), mailbox=BOX)], NOW)
    ledger.quarantine(ledger.claim("w", LEASE, NOW), "broken", NOW)
    cache = ReadingCache(settings.reading.cache)
    cache.put(f"pages/v1/{content_key('pdf', b'%PDF-1.4 paper')}", b"read")
    cache.put("pages/v1/" + "0" * 64, b"another's")
    assert "1 readings" in run("retry", "1").out
    assert cache.get("pages/v1/" + "0" * 64) == b"another's"
    cache.close()


def test_purge_shows_before_it_does(run, ledger):
    _, number, _ = three_cases(ledger)
    run("ledger", "hold", number, "--reason", "诉讼")
    told = run("purge").out
    assert "nothing was changed" in told
    assert f"held: {number} 诉讼" in told
    run("ledger", "hold", number, "--lift")
    assert "marked 0" in run("purge", "--yes").out
    run("ledger", "hold", number, code=2)


def test_another_daemon_at_work_stops_a_restore(run, ledger, settings, tmp_path):
    from mailbot.lock import sole_daemon

    run("backup", str(tmp_path / "b.zip"))
    with sole_daemon(settings.data_folder):
        assert "another mailbot" in run("restore", str(tmp_path / "b.zip"), "--force", code=1).err
