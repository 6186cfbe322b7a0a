"""A year's holidays arrive while periods run."""

import os
from datetime import date, datetime
from email import message_from_bytes
from email.policy import default
from importlib.resources import files
from threading import Event

import pytest

from ledger.entries import CaseState
from ledger.office_time import OFFICE_TIME
from mailbot.examination.workdays import Calendar
from mailbot.office.calendars import load_calendar
from mailbot.reviewers.post import Post
from mailbot.upkeep import Upkeep
from tests.builders_service import INFORMATION_BOX, REVIEWER, TRACK_BOX, Office, a_mail

#: Invented for these tests: the true notice is the State Council's.
NOTICE = """schema = 1
year = 2027
source = "an invented notice"
published = 2026-11-25

[[holiday]]
name = "元旦"
first = 2027-01-01
last = 2027-01-03
worked = []
"""


def at(day, hour=10):
    year, month, number = map(int, day.split("-"))
    return datetime(year, month, number, hour, tzinfo=OFFICE_TIME)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "calendars"
    path.mkdir()
    return path


class Kept:
    """An upkeep leg over a real ledger, and whoever counts days beside it."""

    def __init__(self, office, folder):
        self.office = office
        self.calendar = load_calendar(folder)
        self.leg = self.begun(folder)

    def begun(self, folder):
        office = self.office
        post = Post(office.ledger, office.archive, office.words, office.settings, office.instance, lambda: office.time)
        return Upkeep(post, self.calendar, folder=folder, adopt=self.adopt)

    def adopt(self, calendar):
        self.calendar = calendar

    def look(self, day):
        self.office.time = at(day)
        return self.leg.work(Event())

    def alarms(self):
        return [alarm.key for alarm in self.office.ledger.alarms()]

    def reports(self):
        return [one for one in self.office.ledger.letters() if one.letter.kind == "recomputed"]

    def text(self):
        mail = message_from_bytes(self.office.raw_letter("recomputed"), policy=default)
        return mail.get_body(("plain",)).get_content()


@pytest.fixture
def kept(tmp_path, folder):
    with Office(tmp_path) as office:
        yield Kept(office, folder)


def december_case(kept):
    kept.office.time = at("2026-12-18")
    kept.office.receive(a_mail())
    kept.office.casework().work(Event())
    (case,) = kept.office.ledger.cases()
    return case


def due(kept, number, name="overall10"):
    clocks = {one.id: one for one in kept.office.ledger.case(number).case.facts.clocks}
    return clocks[name].due


class TestRecomputing:
    def test_a_period_into_an_unpublished_year_has_bounds_until_its_file_arrives(self, kept, folder):
        case = december_case(kept)
        assert due(kept, case.number) is None
        assert kept.look("2026-12-19") == 0
        (folder / "2027.toml").write_text(NOTICE, encoding="utf-8")
        assert kept.look("2026-12-21") > 0
        assert due(kept, case.number) == date(2027, 1, 4)
        assert kept.calendar.years >= {2026, 2027}

    def test_the_difference_is_told_to_the_reviewers_once_and_stands_in_the_history(self, kept, folder):
        case = december_case(kept)
        kept.look("2026-12-19")
        (folder / "2027.toml").write_text(NOTICE, encoding="utf-8")
        kept.look("2026-12-21")
        kept.look("2026-12-22")
        (report,) = kept.reports()
        assert (report.letter.mailbox, report.letter.recipients) == (TRACK_BOX, (REVIEWER,))
        assert case.number in kept.text()
        assert "现为2027年1月4日" in kept.text()
        changed = [one for one in kept.office.ledger.case(case.number).events if one.action == "clocks_changed"]
        assert [one.detail["why"] for one in changed] == ["calendar"]

    def test_killed_after_the_report_it_is_written_at_the_next_start_and_told_no_second_time(self, kept, folder):
        case = december_case(kept)
        kept.look("2026-12-19")
        (folder / "2027.toml").write_text(NOTICE, encoding="utf-8")
        kept.office.ledger.update_clocks, real = _dies, kept.office.ledger.update_clocks
        with pytest.raises(SystemExit):
            kept.look("2026-12-21")
        kept.office.ledger.update_clocks = real
        kept.calendar = load_calendar(folder)
        kept.leg = kept.begun(folder)
        assert kept.look("2026-12-22") > 0
        assert due(kept, case.number) == date(2027, 1, 4)
        assert len(kept.reports()) == 1

    def test_another_release_with_other_holidays_is_noticed_at_the_start(self, kept, folder):
        """The year was hidden when the ledger's periods were counted last."""
        shown = load_calendar()
        kept.calendar = Calendar(tuple(year for year in shown.published if year.year != 2026))
        kept.leg = kept.begun(folder)
        kept.look("2026-03-12")
        kept.office.time = at("2026-03-12")
        kept.office.receive(a_mail())
        kept.office.casework().work(Event())
        (case,) = kept.office.ledger.cases()
        kept.calendar = shown
        kept.leg = kept.begun(folder)
        kept.look("2026-03-13")
        assert due(kept, case.number) == date(2026, 3, 26)

    def test_what_a_person_has_ended_is_not_counted_again(self, kept, folder):
        case = december_case(kept)
        kept.look("2026-12-19")
        ledger = kept.office.ledger
        ledger.decide(case.number, "reject", actor=REVIEWER, expected=case.state, state=CaseState.REJECTED)
        (folder / "2027.toml").write_text(NOTICE, encoding="utf-8")
        assert kept.look("2026-12-21") == 0
        assert kept.reports() == []

    def test_each_mailbox_hears_of_its_own_cases(self, kept, folder):
        december_case(kept)
        kept.look("2026-12-19")
        (folder / "2027.toml").write_text(NOTICE, encoding="utf-8")
        kept.look("2026-12-21")
        assert INFORMATION_BOX not in {one.letter.mailbox for one in kept.reports()}


class TestReminding:
    def test_from_november_next_years_holidays_are_asked_for_until_they_are_there(self, kept, folder):
        kept.look("2026-10-31")
        assert kept.alarms() == []
        kept.look("2026-11-01")
        assert kept.alarms() == ["calendar_missing:2027"]
        kept.look("2026-11-02")
        assert kept.alarms() == ["calendar_missing:2027"]
        (folder / "2027.toml").write_text(NOTICE, encoding="utf-8")
        kept.look("2026-11-26")
        assert kept.alarms() == []

    def test_in_the_new_year_it_is_missing_all_the_more(self, kept):
        kept.look("2027-02-01")
        assert kept.alarms() == ["calendar_missing:2027"]

    def test_a_broken_file_is_told_and_the_earlier_one_stays_in_force(self, kept, folder):
        own = folder / "2026.toml"
        shipped = (files("mailbot.examination") / "calendars" / "2026.toml").read_text(encoding="utf-8")
        own.write_text(shipped.replace("last = 2026-10-07", "last = 2026-12-07"), encoding="utf-8")
        kept.look("2026-03-12")
        assert kept.alarms() == ["calendar_wrong"]
        assert 2026 in kept.calendar.years
        own.write_text(shipped, encoding="utf-8")
        os.utime(own, ns=(1, 1))
        kept.look("2026-03-13")
        assert kept.alarms() == []


def _dies(*_, **__):
    raise SystemExit
