"""What is over is destroyed with a certificate, and looked for once a day."""

from datetime import date, timedelta

from ledger.archive import Archive
from ledger.office_time import office_day
from ledger.retention import MARKED_DAYS
from mailbot import keeping
from mailbot.keeping import Keeping, purge_due
from mailbot.letters.rendering import Words
from tests.mailbot.commands.some_cases import OVER, three_cases


def test_a_destruction_has_its_certificate(ledger, settings, tmp_path):
    archive = Archive(settings.ledger.archive)
    stored = archive.store([b"mail 2"])
    numbers = three_cases(ledger)
    words, folder = Words(), tmp_path / "certificates"
    first = purge_due(ledger, archive, words, folder, OVER, office="审核中心")
    assert (first.plan.due, first.marked, first.destroyed, first.certificate) == (1, 1, (), None)
    done = purge_due(ledger, archive, words, folder, OVER + timedelta(days=MARKED_DAYS), office="审核中心")
    text = done.certificate.read_text("utf-8")
    assert (len(done.destroyed), archive.exists(stored.sha256)) == (1, False)
    assert all(word in text for word in (numbers[1], stored.sha256, ledger.head().hash, "审核中心", "2029-11-20"))
    assert "赵金生" not in text


def test_the_records_are_kept_once_a_day(ledger, settings, monkeypatch):
    days = []
    monkeypatch.setattr(keeping, "purge_due", lambda *args, **more: days.append(args[4]) or FakePurged())
    now = [OVER]
    leg = Keeping(ledger=ledger, archive=Archive(settings.ledger.archive), words=Words(), cache=None,
                  folder=settings.data_folder, office="x", now=lambda: now[0])  # fmt: skip
    for hours in (0, 1, 12, 13, 36, 37):
        now[0] = OVER + timedelta(hours=hours)
        leg.work(None)
    assert [office_day(day) for day in days] == [date(2029, 11, day) for day in (21, 22, 23)]


class FakePurged:
    marked, destroyed = 0, ()
