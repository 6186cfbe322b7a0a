"""Each reviewer gets one digest a workday: what is new, due, overdue, held; nobody else gets one."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from threading import Event

import pytest

from ledger.entries import ClockEntry, LetterState
from ledger.office_time import OFFICE_TIME
from ledger.questions import CaseFilter
from mailbot.desk import Desk
from mailbot.office.calendars import load_calendar
from tests.builders_service import REVIEWER, TRACK_BOX, Office, a_mail
from tests.builders_submission import PROJECT

THURSDAY = date(2026, 3, 12)
MORNING = datetime(2026, 3, 12, 8, 30, tzinfo=OFFICE_TIME)


@pytest.fixture
def office(tmp_path):
    with Office(tmp_path) as running:
        yield running


def a_desk(office, at=MORNING) -> Desk:
    return Desk(
        ledger=office.ledger,
        archive=office.archive,
        words=office.words,
        settings=office.settings,
        calendar=load_calendar(),
        instance=office.instance,
        now=lambda: at,
    )


def queued(office):
    return [entry for entry in office.ledger.letters(LetterState.QUEUED) if entry.letter.kind == "digest"]


def files_some(office):
    """One case of each kind, received on 12 March."""
    for mail in ({}, {"files": ()}, {"authentication": "fail", "files": ()}):
        office.receive(a_mail(sender=f"p{len(str(mail))}@person.invalid", **mail))
    office.casework().work(Event())


class TestWhen:
    def test_once_a_day_however_often_it_looks(self, office):
        desk = a_desk(office)
        assert [desk.work(Event()) for _ in range(3)] == [1, 0, 0]  # of both his mailboxes
        assert {entry.letter.recipients for entry in queued(office)} == {(REVIEWER,)}

    def test_not_before_the_hour_and_still_later_on_the_day(self, office):
        assert a_desk(office, MORNING - timedelta(minutes=1)).work(Event()) == 0
        assert a_desk(office, MORNING + timedelta(hours=9)).work(Event()) == 1

    @pytest.mark.parametrize(
        ("day", "letters"),
        [
            pytest.param(date(2026, 3, 14), 0, id="a Saturday"),
            pytest.param(date(2026, 2, 17), 0, id="the Spring Festival"),
            pytest.param(date(2026, 2, 28), 1, id="a Saturday that is worked"),
            pytest.param(date(2026, 3, 13), 1, id="a Friday"),
            pytest.param(date(2031, 3, 12), 1, id="a Wednesday of a year that is not published"),
            pytest.param(date(2031, 3, 15), 0, id="a Saturday of such a year"),
        ],
    )
    def test_on_workdays(self, office, day, letters):
        at = datetime.combine(day, MORNING.timetz())
        assert a_desk(office, at).work(Event()) == letters

    def test_each_day_anew(self, office):
        assert a_desk(office).work(Event()) == 1
        assert a_desk(office, MORNING + timedelta(days=1)).work(Event()) == 1


class TestWhom:
    @pytest.mark.parametrize(
        ("served", "letters"),
        [
            pytest.param({"valid_from": date(2026, 1, 1)}, 1, id="serves"),
            pytest.param({"valid_from": date(2026, 4, 1)}, 0, id="not yet"),
            pytest.param({"valid_from": date(2026, 1, 1), "valid_until": date(2026, 3, 11)}, 0, id="no longer"),
            pytest.param({"valid_from": date(2026, 1, 1), "valid_until": THURSDAY}, 1, id="last day"),
        ],
    )
    def test_a_reviewer_off_duty_is_not_written_to(self, tmp_path, served, letters):
        with Office(tmp_path, reviewer=[{"name": "李审核", "address": REVIEWER, **served}]) as office:
            assert a_desk(office).work(Event()) == letters

    def test_without_a_roster_the_mailboxes_own_list_counts(self, tmp_path):
        with Office(tmp_path, reviewer=[]) as office:
            assert a_desk(office).work(Event()) == 1


class TestWhat:
    def test_it_counts_and_names_what_is_there(self, office):
        files_some(office)
        digest = a_desk(office).digest(THURSDAY, (TRACK_BOX,))
        assert (digest.counts.new, digest.counts.held, len(digest.referred), len(digest.held)) == (3, 1, 1, 1)
        assert (digest.overdue, digest.today) == ((), ())

    def test_a_clock_presses_more_from_day_to_day(self, office):
        files_some(office)
        (due,) = {
            clock.due for case in office.ledger.cases() for clock in case.facts.clocks if clock.id == "feedback10"
        }
        desk = a_desk(office)
        before = desk.digest(due - timedelta(days=1), (TRACK_BOX,))
        today = desk.digest(due, (TRACK_BOX,))
        after = desk.digest(due + timedelta(days=30), (TRACK_BOX,))
        assert before.soon
        assert not before.today
        assert {one.clock.clock.due for one in today.today} == {due}
        assert after.overdue

    def test_what_a_project_presses_on_comes_first(self, tmp_path):
        """G26, B07 and G28: open cases of the projects for which the office's map says so, the nearest day first."""
        header, row = "项目名称,管理权限,质量监督通知书日期,合同额,合同工期,公路等级", "市级,2026-04-10,800,24,高速公路"
        (tmp_path / "projects.csv").write_text(f"{header}\n{PROJECT},{row}\n", "utf-8")
        with Office(tmp_path, folders={"projects": tmp_path / "projects.csv"}) as office:
            files_some(office)
            desk = a_desk(office)
            digest = desk.digest(THURSDAY, (TRACK_BOX,))
            text, _ = desk.rendered(digest)
            (group,) = digest.groups
            assert {one.case.facts.project for one in group.first} == {PROJECT}
            assert "须优先办理" in text
            assert "质量监督通知书2026年4月10日出具，须在此前完成审核；督查重点" in text

    def test_one_line_a_case_the_most_pressing_clock_first(self, office):
        files_some(office)
        after = a_desk(office).digest(date(2026, 12, 1), (TRACK_BOX,))
        numbers = [one.case.number for one in after.overdue]
        assert len(numbers) == len(set(numbers))
        assert [one.clock.clock.due for one in after.overdue] == sorted(one.clock.clock.due for one in after.overdue)

    def test_a_complete_case_is_late_by_its_review_alone_which_begins_with_the_enterprise(self, office):
        """I06: the ten workdays from the mail end on 26 March and only warn; those from 复核完成 bind."""
        office.receive(a_mail())
        office.casework().work(Event())
        (case,) = office.ledger.cases()
        desk, warned = a_desk(office), date(2026, 3, 26)
        assert [one.clock.clock.id for one in desk.digest(warned, (TRACK_BOX,)).today] == ["feedback10"]
        letter = office.ledger.claim_letter("w", 60, office.time + timedelta(hours=1))
        office.ledger.mark_sent(letter.id, letter.fence, "250", office.time + timedelta(hours=1))
        stop = [replace(one, stopped_on=date(2026, 3, 12)) for one in case.facts.clocks if one.id == "feedback10"]
        office.ledger.update_clocks(case.number, stop, why="told", now=office.time)
        assert [one.clock.clock.id for one in desk.digest(warned, (TRACK_BOX,)).today] == ["overall10"]
        waiting = desk.digest(date(2026, 3, 27), (TRACK_BOX,))
        assert (waiting.overdue, waiting.groups[0].complete[0].awaits_enterprise) == ((), True)
        assert office.ledger.week([warned])[0].overdue == 0
        assert not office.ledger.count_cases(CaseFilter(overdue_on=date(2026, 3, 27)))
        review = ClockEntry("review10", "附件4 3.5", date(2026, 4, 10), started_on=date(2026, 3, 26))
        office.ledger.update_clocks(case.number, [review], why="verified", now=office.time)
        assert not desk.digest(date(2026, 4, 3), (TRACK_BOX,)).overdue
        late = desk.digest(date(2026, 4, 13), (TRACK_BOX,))
        assert [one.clock.clock.id for one in late.overdue] == ["review10"]
        assert office.ledger.count_cases(CaseFilter(overdue_on=date(2026, 4, 13))) == 1
        assert not late.groups[0].complete[0].awaits_enterprise

    def test_each_line_says_what_is_applied_for(self, office):
        files_some(office)
        text, html = a_desk(office).rendered(a_desk(office).digest(THURSDAY, (TRACK_BOX,)))
        for part in (text, html):
            assert part.count("监理工程师业绩登记新增（本人提交）") == 2, "the complete one and the doubtful one"

    def test_what_a_machine_said_is_marked_among_the_offices_words(self, office):
        for key, detail in (
            ("calendar_missing:2027", "2027"),
            (f"letter_uncertain:{TRACK_BOX}:letter 7", "it may have left"),
            (f"contacts_outdated:{TRACK_BOX}", "新任李审核"),
        ):
            office.ledger.raise_alarm(key, detail, office.time)
        for part in a_desk(office).rendered(a_desk(office).digest(THURSDAY, (TRACK_BOX,))):
            assert "2027　2027" not in part
            assert f"{TRACK_BOX}　发件编号7　技术信息：it may have left" in part
            assert f"{TRACK_BOX}　新任李审核" in part

    def test_another_mailboxes_cases_stay_out(self, office):
        files_some(office)
        other = office.settings.mailbox[1].address
        digest = a_desk(office).digest(THURSDAY, (other,))
        assert (digest.counts.new, digest.referred, digest.held) == (0, (), ())

    def test_the_mail_is_marked_automatic_has_both_parts_and_the_witness_of_the_chain(self, office):
        files_some(office)
        a_desk(office).work(Event())
        entry = next(one for one in queued(office) if one.letter.mailbox == TRACK_BOX)
        mail = message_from_bytes(office.archive.read(entry.letter.sha256), policy=default)
        text, html = (mail.get_body((kind,)).get_content() for kind in ("plain", "html"))
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail["To"] == REVIEWER
        assert str(mail["Subject"]).startswith("【工作提示】2026年3月12日")
        assert str(mail["Subject"]) == " ".join(text.splitlines()[0].split())
        for part in (text, html):
            assert "ZJZD-2026-0003" in part
            assert "台账校验值：" in part
            assert "None" not in part
            assert "500103198808080007" not in part

    def test_an_empty_day_is_told_too(self, office):
        text, html = a_desk(office).rendered(a_desk(office).digest(THURSDAY, (TRACK_BOX,)))
        assert "超期0　今日到期0" in text
        assert "尚未收信" in html
