"""Nothing is destroyed a day early, on hold, or in one step; what is destroyed is gone, and the history still holds."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
import sqlalchemy

from ledger.archive import Archive
from ledger.blanking import over_until
from ledger.entries import CaseState, FindingEntry, MailState
from ledger.errors import NoSuchCase
from ledger.ledger import Ledger
from ledger.office_time import OFFICE_TIME
from ledger.periods import years_after
from ledger.retention import MARKED_DAYS
from tests.ledger.builders import LEASE, NOW, a_case, a_letter, an_arrival, later, some_facts

CLOSED = date(2026, 11, 20)  # NOW, in the office's time
OVER = date(2029, 11, 21)  #: the first day after the three years
SECRETS = ("赵金生", "zhang@applicant.example", "13800000001", "审核申请件名")


def noon(day):
    return datetime.combine(day, time(12), OFFICE_TIME).astimezone(UTC)


def a_closed_case(ledger, uid=1, at=NOW, **more):
    facts = some_facts(
        engineer="赵金生", findings=(FindingEntry("firm_not_copied", "defect", "附件4 1.4.1", "赵金生 13800000001"),),
        documents=({"kind": "commitment_letter", "file": "赵金生.pdf"},), signatures=("sig",),
    )  # fmt: skip
    number = a_case(ledger, uid, facts=facts, subject="审核申请件名", letters=[a_letter("correction")], **more)
    ledger.decide(number, "approve", actor="li@office.example", expected=CaseState.COMPLETE, state=CaseState.APPROVED,
                  reason="赵金生 齐全", now=at)  # fmt: skip
    return number


def purge(ledger, day, at_most=100):
    ledger.mark_for_purge(day, now=noon(day))
    return ledger.destroy(day, at_most, now=noon(day))


def two_steps(ledger, day, at_most=100):
    assert purge(ledger, day, at_most) == ()
    return purge(ledger, day + timedelta(days=MARKED_DAYS), at_most)


@pytest.mark.parametrize(
    ("closed", "first_day_over"),
    [
        pytest.param(date(2026, 11, 20), date(2029, 11, 21), id="an ordinary day"),
        pytest.param(date(2028, 2, 29), date(2031, 3, 2), id="a leap day: not before 1 March has passed"),
        pytest.param(date(2025, 2, 28), date(2028, 2, 29), id="over on a leap day"),
        pytest.param(date(2029, 2, 28), date(2032, 2, 29), id="over on a leap day, three common years between"),
        pytest.param(date(2026, 12, 31), date(2030, 1, 1), id="the turn of the year"),
    ],
)
def test_three_years_end_to_the_day(closed, first_day_over):
    assert years_after(closed, 3) == first_day_over - timedelta(days=1)
    assert over_until(first_day_over) >= closed
    assert over_until(first_day_over - timedelta(days=1)) < closed


def test_both_counts_of_three_years_agree_on_every_day():
    for number in range(3000):
        today = date(2027, 1, 1) + timedelta(days=number)
        last = over_until(today)
        assert years_after(last, 3) < today <= years_after(last + timedelta(days=1), 3)


@pytest.mark.parametrize(("day", "due"), [(OVER - timedelta(days=1), 0), (OVER, 1)], ids=["a day early", "over"])
def test_a_case_is_due_when_its_three_years_are_over(ledger, day, due):
    """E38: a request for deletion before that finds nothing to delete."""
    a_closed_case(ledger)
    assert ledger.retention_plan(day).due == due
    assert ledger.mark_for_purge(day, now=noon(day)) == due


def test_the_office_counts_days_in_its_own_time(ledger):
    """Closed at 00:30 in Chongqing, when it is still the day before in UTC."""
    a_closed_case(ledger, at=datetime(2026, 11, 20, 16, 30, tzinfo=UTC))
    assert ledger.retention_plan(OVER).due == 0
    assert ledger.retention_plan(OVER + timedelta(days=1)).due == 1


def test_nothing_is_destroyed_in_one_step(ledger):
    number = a_closed_case(ledger)
    assert purge(ledger, OVER) == ()
    assert purge(ledger, OVER + timedelta(days=MARKED_DAYS - 1)) == ()
    (one,) = purge(ledger, OVER + timedelta(days=MARKED_DAYS))
    assert (one.what, one.name, one.ended_on, len(one.hashes)) == ("case", number, years_after(CLOSED, 3), 2)


def test_a_mail_that_comes_later_keeps_the_case_longer(ledger):
    number = a_closed_case(ledger)
    ledger.mark_for_purge(OVER, now=noon(OVER))
    ledger.record_mails([an_arrival(9)], noon(OVER))
    claim = ledger.claim("w", LEASE, noon(OVER))
    ledger.set_aside(claim, "bounce", number=number, now=noon(OVER))
    assert two_steps(ledger, OVER + timedelta(days=30)) == ()
    assert ledger.retention_plan(OVER + timedelta(days=30)).marked == 0


def test_a_matter_may_ask_for_more_years_also_after_a_late_mail(tmp_path):
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db", keep_years={"engineer_track_record": 5}) as ledger:
        number = a_closed_case(ledger)
        assert ledger.case(number).case.keep_until == date(2031, 11, 20)
        assert two_steps(ledger, OVER) == ()
        ledger.record_mails([an_arrival(9)], noon(OVER))
        ledger.set_aside(ledger.claim("w", LEASE, noon(OVER)), "bounce", number=number, now=noon(OVER))
        assert ledger.case(number).case.keep_until == date(2034, 11, 21)


def test_an_open_case_is_kept_whatever_its_age(ledger):
    a_case(ledger)
    assert two_steps(ledger, date(2050, 1, 1)) == ()


@pytest.mark.parametrize("when", ["before it is marked", "after it was marked"])
def test_a_legal_hold_keeps_a_case(ledger, when):
    number = a_closed_case(ledger)
    if when.startswith("after"):
        purge(ledger, OVER)
    ledger.hold_case(number, "诉讼", actor="operator", now=NOW)
    day = OVER + timedelta(days=400)
    assert two_steps(ledger, day) == ()
    assert (ledger.retention_plan(day).held, ledger.held_cases()) == (1, ((number, "诉讼"),))
    ledger.hold_case(number, None, actor="operator", now=NOW)
    assert [one.name for one in two_steps(ledger, day + timedelta(days=30))] == [number]


def test_only_a_case_can_be_held(ledger):
    with pytest.raises(NoSuchCase):
        ledger.hold_case("ZJZD-2026-9999", "x", actor="operator")


def test_mails_and_letters_without_a_case_go_three_years_after_their_day(ledger):
    ledger.record_mails([an_arrival(1, state=MailState.BACKLOG), an_arrival(2)], NOW)
    ledger.queue_letter(a_letter("digest", purpose="digest:2026-11-20:li@office.example"), now=NOW)
    assert {one.what for one in two_steps(ledger, OVER)} == {"mail", "letter"}
    assert ledger.mail(1).author is None
    assert ledger.mail(2).author is not None, "a mail that waits to be worked is never destroyed"
    (letter,) = ledger.letters()
    assert (letter.letter.recipients, "li@" in letter.letter.purpose) == ((), False)


def test_a_run_takes_no_more_than_its_share_the_oldest_first(ledger):
    numbers = [a_closed_case(ledger, uid, at=later(days=-uid)) for uid in range(3)]
    plan = ledger.retention_plan(OVER)
    assert (plan.kept, plan.at_most) == (3, 1)
    assert [one.name for one in two_steps(ledger, OVER, at_most=2)] == [numbers[2], numbers[1]]


def test_what_is_destroyed_is_gone_and_the_skeleton_stays(ledger):
    number = a_closed_case(ledger)
    head = ledger.head()
    two_steps(ledger, OVER)
    record = ledger.case(number)
    text = repr(record)
    assert not [secret for secret in SECRETS if secret in text]
    assert record.case.state is CaseState.APPROVED
    assert [one.code for one in record.case.facts.findings] == ["firm_not_copied"]
    assert record.case.facts.firm == "山城路监理有限公司"
    assert ledger.verify(head) == ()
    hashes = next(event.detail["sha256"] for event in record.events if event.action == "case_purged")
    assert record.mails[0].sha256 in hashes
    assert two_steps(ledger, OVER + timedelta(days=60)) == (), "a second time there is nothing left"


def test_the_words_are_gone_from_the_database_file_itself(tmp_path):
    file = Path(tmp_path / "ledger.db")
    with Ledger.open(f"sqlite:///{file}") as ledger:
        a_closed_case(ledger)
        assert b"zhang@applicant.example" in contents(file)
        two_steps(ledger, OVER)
        ledger.erase_files(lambda sha256: True)
        left = contents(file)
        assert not [secret for secret in SECRETS if secret.encode() in left]


def contents(file):
    return b"".join(one.read_bytes() for one in sorted(file.parent.glob("ledger.db*")))


def test_files_go_after_the_rows_and_a_crash_between_loses_none(ledger, tmp_path):
    archive = Archive(tmp_path / "archive")
    stored = archive.store([b"mail 1"])
    a_closed_case(ledger, body="mail 1")
    two_steps(ledger, OVER)

    def dies(_sha256):
        raise OSError("killed")

    with pytest.raises(OSError, match="killed"):
        ledger.erase_files(dies)
    assert archive.exists(stored.sha256)
    assert ledger.erase_files(archive.remove) == 1
    assert not archive.exists(stored.sha256)
    assert ledger.erase_files(archive.remove) == 0


def test_the_same_bytes_in_another_mailbox_keep_the_file(ledger, tmp_path):
    archive = Archive(tmp_path / "archive")
    stored = archive.store([b"shared"])
    a_closed_case(ledger, body="shared")
    ledger.record_mails([an_arrival(5, body="shared", mailbox="two@office.example")], noon(OVER))
    two_steps(ledger, OVER)
    assert ledger.erase_files(archive.remove) == 0
    assert archive.exists(stored.sha256)


def test_a_destroyed_mail_that_is_delivered_again_goes_again(ledger, tmp_path):
    archive = Archive(tmp_path / "archive")
    a_closed_case(ledger, body="mail 1")
    two_steps(ledger, OVER)
    ledger.erase_files(archive.remove)
    again = archive.store([b"mail 1"])
    ledger.record_mails([an_arrival(1, body="mail 1", uidvalidity=8)], noon(OVER + timedelta(days=30)))
    assert ledger.claim("w", LEASE, noon(OVER + timedelta(days=31))) is None, "known bytes are no second work"
    ledger.relist_redelivered()
    assert ledger.erase_files(archive.remove) == 1
    assert not archive.exists(again.sha256)


def test_a_reopened_case_loses_its_mark(ledger):
    number = a_closed_case(ledger)
    ledger.mark_for_purge(OVER, now=noon(OVER))
    with ledger.engine.begin() as connection:
        connection.execute(sqlalchemy.text("UPDATE registration SET state='complete'"))
    assert two_steps(ledger, OVER + timedelta(days=9)) == ()
    assert ledger.case(number).case.facts.engineer == "赵金生"
