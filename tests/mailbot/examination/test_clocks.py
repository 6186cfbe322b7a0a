"""Every period of the circular follows from the case's events alone (rules.md 3.7)."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.letters import PAUSED
from mailbot.examination.clocks import COURSES, Event, Happened, Unit, after, prove
from mailbot.examination.workdays import Calendar
from tests.builders_submission import calendar, matters

D = date.fromisoformat
TRACK, FIRM, ENGINEER = "engineer_track_record", "firm_information", "engineer_information"


def filing(matter, action=None, by=None):
    return next(
        one
        for one in matters()[matter].filings
        if (action, by) in ((one.action, one.submitted_by), (one.action, None), (None, None))
    )


def clocks(*events, matter=TRACK, action="add", by="engineer", days=None, policies=None):
    """The periods after (event, day) pairs, by their ids."""
    known = matters()[matter]
    if policies:
        known = known.model_copy(update={"policies": {**known.policies, **policies}})
    way = filing(matter, action if matter == TRACK else None, by if matter == TRACK else None)
    told = [Happened(Event(event), D(day)) for event, day in events]
    return {one.id: one for one in after(told, matter=known, filing=way, calendar=days or calendar())}


class TestEachPeriod:
    @pytest.mark.parametrize(
        ("id", "events", "more", "due"),
        [
            ("feedback10", [("received", "2026-09-18")], {}, "2026-10-09"),
            ("overall10", [("received", "2026-09-18")], {}, "2026-10-09"),
            ("review10", [("completed", "2026-09-01"), ("verified", "2026-09-18")], {}, "2026-10-09"),
            ("enterprise10", [("received", "2026-09-18"), ("copied", "2026-09-18")], {}, "2026-10-09"),
            ("direct10", [("received", "2026-09-18")], {"action": "close", "by": "firm"}, "2026-10-09"),
            ("entry20", [("entry", "2026-09-18")], {}, "2026-10-22"),
            ("end20", [("ended", "2026-09-18")], {"action": "close"}, "2026-10-22"),
            ("cutoff60", [("acceptance", "2026-08-02")], {}, "2026-10-08"),
            ("owner20", [("project_changed", "2026-09-18")], {}, "2026-10-22"),
            ("change10", [("firm_changed", "2026-09-18")], {"matter": FIRM}, "2026-10-09"),
            ("keep3y", [("received", "2026-09-18"), ("decided", "2026-09-30")], {}, "2029-09-30"),
        ],
    )
    def test_starts_with_its_event_and_ends_on_its_day(self, id, events, more, due):
        assert clocks(*events, **more)[id].due == D(due)

    def test_every_one_of_the_circular_is_there(self):
        assert set(COURSES) == {
            "feedback10", "overall10", "review10", "enterprise10", "direct10", "entry20", "end20", "owner20",
            "change10", "cutoff60", "keep3y",
        }  # fmt: skip

    def test_without_its_event_there_is_none(self):
        assert clocks() == {}
        assert set(clocks(("received", "2026-09-18"))) == {"feedback10", "overall10"}

    @pytest.mark.parametrize(
        ("id", "stop"),
        [
            ("feedback10", "incomplete_told"),
            ("feedback10", "complete_told"),
            ("overall10", "decided"),
            ("overall10", "closed"),
            ("overall10", "withdrawn"),
            ("enterprise10", "verified"),
            ("enterprise10", "closed"),
        ],
    )
    def test_stops_with_its_event(self, id, stop):
        running = [("received", "2026-09-18"), ("copied", "2026-09-18")]
        assert clocks(*running)[id].stopped_on is None
        assert clocks(*running, (stop, "2026-09-22"))[id].stopped_on == D("2026-09-22")

    @pytest.mark.parametrize(
        ("matter", "clause"), [(FIRM, "附件1 2.2"), (ENGINEER, "附件3 3.2"), (TRACK, "二")], ids=["1", "3", "4"]
    )
    def test_feedback_has_the_clause_of_its_annex(self, matter, clause):
        assert clocks(("received", "2026-09-18"), matter=matter)["feedback10"].clause == clause


class TestReview:
    """C18, D31: ten workdays after the later of complete papers and 企业复核."""

    @pytest.mark.parametrize("first", ["completed", "verified"])
    def test_one_of_the_two_is_not_enough(self, first):
        assert "review10" not in clocks((first, "2026-09-18"))

    @pytest.mark.parametrize("order", [("completed", "verified"), ("verified", "completed")])
    def test_the_later_counts(self, order):
        review = clocks((order[0], "2026-09-01"), (order[1], "2026-09-24"))["review10"]
        assert (review.started_on, review.due) == (D("2026-09-24"), D("2026-10-15"))

    def test_what_is_found_incomplete_begins_anew_while_the_verification_stays(self):
        events = [("completed", "2026-09-01"), ("verified", "2026-09-02"), ("incomplete_told", "2026-09-04")]
        assert (clocks(*events)["review10"].stopped_on, clocks(*events)["review10"].paused) == (D("2026-09-04"), True)
        again = clocks(*events, ("received", "2026-09-24"), ("completed", "2026-09-24"))["review10"]
        assert (again.started_on, again.due, again.stopped_on) == (D("2026-09-24"), D("2026-10-15"), None)


class TestCorrection:
    TOLD = (("received", "2026-09-01"), ("incomplete_told", "2026-09-07"))

    def test_the_office_waits_for_the_applicant(self):
        overall = clocks(*self.TOLD)["overall10"]
        assert (overall.stopped_on, overall.paused) == (D("2026-09-07"), True)

    def test_the_answer_starts_feedback_and_handling_anew_in_full(self):
        after_answer = clocks(*self.TOLD, ("received", "2026-09-18"))
        for id in ("feedback10", "overall10"):
            assert (after_answer[id].due, after_answer[id].stopped_on) == (D("2026-10-09"), None)

    def test_on_one_and_the_same_day_too(self):
        same = clocks(("received", "2026-09-18"), ("incomplete_told", "2026-09-18"), ("received", "2026-09-18"))
        assert same["feedback10"].stopped_on is None

    def test_a_second_mail_before_any_feedback_moves_nothing(self):
        both = clocks(("received", "2026-09-01"), ("received", "2026-09-18"))
        assert both["feedback10"].due == clocks(("received", "2026-09-01"))["feedback10"].due

    def test_the_ledger_pauses_what_the_table_pauses(self):
        assert set(PAUSED) == {one.id for one in COURSES.values() if Event.INCOMPLETE_TOLD in one.pauses}


class TestEnterprise:
    """D32, I08, E26."""

    def test_it_runs_only_from_a_mail_that_the_enterprise_got_too(self):
        events = [("received", "2026-09-01"), ("incomplete_told", "2026-09-02"), ("received", "2026-09-18")]
        assert "enterprise10" not in clocks(*events)
        assert clocks(*events, ("copied", "2026-09-18"))["enterprise10"].due == D("2026-10-09")

    @pytest.mark.parametrize(("verified", "in_time"), [("2026-10-09", True), ("2026-10-10", False)])
    def test_day_ten_is_in_time_and_day_eleven_is_not(self, verified, in_time):
        clock = clocks(("copied", "2026-09-18"), ("verified", verified))["enterprise10"]
        assert (clock.stopped_on <= clock.due) is in_time

    def test_an_office_may_count_from_complete_papers(self):
        events = (("received", "2026-09-01"), ("copied", "2026-09-01"), ("completed", "2026-09-18"))
        clock = clocks(*events, policies={"enterprise10_start": "complete"})["enterprise10"]
        assert clock.due == D("2026-10-09")


class TestApplicantsOwn:
    """E22: twenty workdays after 进场; filed on the twentieth is in time."""

    @pytest.mark.parametrize(
        ("filed", "late"), [("2026-10-22", False), ("2026-10-23", True)], ids=["day 20", "one workday late"]
    )
    def test_they_end_with_the_mail(self, filed, late):
        clock = clocks(("entry", "2026-09-18"), ("received", filed))["entry20"]
        assert (clock.stopped_on > clock.due) is late

    def test_or_with_the_submission_that_the_page_shows_when_that_was_earlier(self):
        """I35."""
        clock = clocks(("entry", "2026-09-18"), ("submitted", "2026-10-09"), ("received", "2026-10-23"))["entry20"]
        assert clock.stopped_on == D("2026-10-09")

    def test_an_update_has_none(self):
        """I15."""
        assert "entry20" not in clocks(("entry", "2026-09-18"), action="update")

    def test_filed_before_the_day_none_begins(self):
        assert "entry20" not in clocks(("received", "2026-09-01"), ("entry", "2026-09-18"))


class TestKeeping:
    """G09, I33."""

    def test_from_the_later_of_the_end_and_the_last_mail(self):
        events = [("received", "2026-09-01"), ("mailed", "2026-09-10"), ("decided", "2026-09-30")]
        assert clocks(*events)["keep3y"].due == D("2029-09-30")
        assert clocks(*events, ("mailed", "2026-11-02"))["keep3y"].due == D("2029-11-02")

    def test_a_leap_day_is_not_deleted_early(self):
        assert clocks(("closed", "2028-02-29"))["keep3y"].due == D("2031-03-01")

    def test_a_pack_may_ask_for_more_years(self):
        longer = matters()[TRACK].model_copy(update={"retention_years": 5})
        (kept,) = after([Happened(Event.CLOSED, D("2026-09-30"))], matter=longer, filing=None, calendar=calendar())
        assert (kept.id, kept.due) == ("keep3y", D("2031-09-30"))

    def test_not_while_the_case_is_open(self):
        assert "keep3y" not in clocks(("received", "2026-09-01"), ("mailed", "2026-09-10"))


class TestRestDay:
    @pytest.mark.parametrize(("policy", "due"), [("as_arrived", "2026-03-06"), ("next_workday", "2026-03-09")])
    def test_an_office_may_take_it_as_received_on_the_next_workday(self, policy, due):
        found = clocks(("received", "2026-02-15"), policies={"receipt_on_restday": policy})
        assert found["feedback10"].due == D(due)


class TestProof:
    def test_names_the_days_counted_the_exceptions_and_the_notice(self):
        proof = prove("feedback10", "二", D("2026-09-18"), calendar())
        assert (proof.due, len(proof.counted), proof.counted[-1]) == (D("2026-10-09"), 10, D("2026-10-09"))
        assert proof.worked == (D("2026-09-20"),)
        assert proof.off == tuple(
            map(D, ("2026-09-25", "2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07"))
        )
        assert proof.notices == ("国务院办公厅关于2026年部分节假日安排的通知，gov.cn content_7047090",)
        assert proof.missing == ()

    def test_names_the_year_that_is_missing(self):
        proof = prove("feedback10", "二", D("2026-12-18"), calendar())
        assert (proof.due, proof.missing, len(proof.counted)) == (None, (2027,), 9)
        assert proof.earliest < D("2027-01-04") <= proof.latest

    def test_calendar_days_ask_only_whether_the_last_is_a_rest_day(self):
        proof = prove("cutoff60", "四.(三)", D("2026-08-02"), calendar())
        assert (proof.unit, proof.due, proof.counted) == (Unit.DAYS, D("2026-10-08"), ())
        assert proof.off == tuple(map(D, ("2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07")))

    def test_years_need_no_notice(self):
        proof = prove("keep3y", "二", D("2026-09-30"), calendar())
        assert (proof.due, proof.notices, proof.missing) == (D("2029-09-30"), (), ())


DAYS = st.dates(date(2024, 6, 24), date(2026, 9, 1))
EVENTS = st.lists(st.builds(Happened, st.sampled_from(list(Event)), DAYS), max_size=12)


@given(EVENTS)
def test_the_same_events_give_the_same_periods_and_none_ends_before_it_begins(events):
    known, way = matters()[TRACK], filing(TRACK, "add", "engineer")
    found = after(events, matter=known, filing=way, calendar=calendar())
    assert found == after(sorted(events, key=lambda one: one.on), matter=known, filing=way, calendar=calendar())
    for clock in found:
        assert clock.due > clock.started_on
        assert clock.stopped_on is None or clock.stopped_on >= clock.started_on


@given(EVENTS, st.sets(st.sampled_from([2024, 2025, 2026])))
def test_hidden_years_change_no_start_and_hold_the_truth_within_bounds(events, years):
    known, way = matters()[TRACK], filing(TRACK, "add", "engineer")
    blind = Calendar(tuple(year for year in calendar().published if year.year in years))
    true = after(events, matter=known, filing=way, calendar=calendar())
    seen = after(events, matter=known, filing=way, calendar=blind)
    assert [(one.id, one.started_on, one.stopped_on) for one in seen] == [
        (one.id, one.started_on, one.stopped_on) for one in true
    ]
    for hidden, clock in zip(seen, true, strict=True):
        assert hidden.due in (None, clock.due)
        assert hidden.due or hidden.earliest <= clock.due <= hidden.latest


@given(DAYS, st.integers(1, 30))
def test_a_later_start_never_ends_earlier(start, days):
    first = prove("feedback10", "二", start, calendar())
    later = prove("feedback10", "二", start + timedelta(days=days), calendar())
    assert first.due <= later.due
