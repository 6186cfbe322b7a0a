"""The figures are those of a month counted by hand."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import update

from ledger.entries import CaseState, ClockEntry, FindingEntry
from ledger.figure_rows import figure_rows, figures_as_json
from ledger.figures import Period
from ledger.office_time import OFFICE_TIME
from ledger.sampling import drawn
from ledger.tables import CLOCK
from tests.ledger.builders import LEASE, NOW, a_letter, an_arrival, some_facts

OTHER_BOX = "two@office.example"


def at(day, hour=10):
    return datetime(2026, 11, day, hour, tzinfo=OFFICE_TIME)


def weekdays(after, until):
    """November 2026 has no holiday: workdays are Monday to Friday."""
    days = range(after.toordinal() + 1, until.toordinal() + 1)
    return sum(date.fromordinal(day).weekday() < 5 for day in days)


def filed(ledger, uid, day, *, due, told=None, kind="complete", closed=None, state=CaseState.APPROVED, review=None,
          review_due=None, others=(), **more):  # fmt: skip
    """One case: received, told something on a day, closed on a day."""
    mailbox = more.pop("mailbox", None)
    arrival = {"mailbox": mailbox} if mailbox else {}
    clocks = [ClockEntry("feedback10", "二", due, started_on=date(2026, 11, day))]
    clocks += [ClockEntry(*one, started_on=date(2026, 11, day)) for one in others]
    if review:
        clocks.append(ClockEntry("review10", "附件4 3.5", review_due, started_on=review))
    ledger.record_mails([an_arrival(uid, **arrival)], at(day))
    claim = ledger.claim("w", LEASE, at(day))
    number = ledger.assign_number(claim.mail.id, "ZJZD", 2026)
    letters = [a_letter(kind)] if told else []
    ledger.file_case(claim, some_facts(received_at=at(day), clocks=tuple(clocks), **more), number=number,
                     state=CaseState.COMPLETE, letters=letters, now=at(day))  # fmt: skip
    if told:
        entry = ledger.claim_letter("w", 60, at(told))
        ledger.mark_sent(entry.id, entry.fence, "250", at(told))
    if closed:
        ledger.decide(number, "decided", actor="li@office.example", expected=CaseState.COMPLETE, state=state,
                      now=at(closed))  # fmt: skip
    return number


@pytest.fixture
def month(ledger):
    """Six cases of November 2026.

    1 received 2 Nov (Mon), feedback due 16, told 3 → in time; review from 5 due 19, approved 9 → 2 workdays (6, 9)
    2 received 3 Nov, feedback due 17, corrected 17 → in time; open
    3 received 4 Nov, feedback due 18, corrected 19 → late; rejected 20 → no review clock: from receipt, 12 workdays
    4 received 5 Nov, feedback due 19, never told → late, open; another mailbox and firm
    5 received 6 Nov, feedback due 20, told 9; withdrawn 10 → 2 workdays (9, 10)
    6 received 30 Nov, feedback due 14 Dec → not of this month; open
    """
    both = (FindingEntry("letter_missing", "defect", "", ""), FindingEntry("firm_not_copied", "defect", "", ""))
    filed(ledger, 1, 2, due=date(2026, 11, 16), told=3, review=date(2026, 11, 5), review_due=date(2026, 11, 19),
          closed=9, findings=())  # fmt: skip
    filed(ledger, 2, 3, due=date(2026, 11, 17), told=17, kind="correction", findings=both)
    filed(ledger, 3, 4, due=date(2026, 11, 18), told=19, kind="correction", closed=20, state=CaseState.REJECTED)
    filed(ledger, 4, 5, due=date(2026, 11, 19), mailbox=OTHER_BOX, firm="江北监理有限公司",
          matter="firm_information", findings=())  # fmt: skip
    filed(ledger, 5, 6, due=date(2026, 11, 20), told=9, closed=10, state=CaseState.WITHDRAWN, findings=())
    filed(ledger, 6, 30, due=date(2026, 12, 14), findings=())
    return ledger


def november(ledger, **more):
    return ledger.figures(date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1), workdays=weekdays, **more)


def test_the_month_counted_by_hand(month):
    figures = november(month)
    assert (figures.received, figures.closed, figures.open_now, figures.overdue_now) == (6, 3, 3, 1)
    assert (figures.feedback_due, figures.feedback_in_time, figures.feedback_rate) == (5, 3, 0.6)
    assert (figures.review_due, figures.review_in_time, figures.review_rate) == (1, 1, 1.0)
    assert (figures.corrected, figures.correction_rate) == (2, pytest.approx(1 / 3))
    assert figures.first_pass_rate == pytest.approx(2 / 3)
    assert (figures.corrections, figures.mean_rounds) == (2, pytest.approx(1 / 3))
    assert (figures.mean_workdays, figures.median_workdays) == (pytest.approx(16 / 3), 2.0)
    assert (figures.mean_workdays_since_receipt, figures.median_workdays_since_receipt) == (pytest.approx(19 / 3), 5.0)
    assert figures.closed_as == {"approved": 1, "rejected": 1, "withdrawn": 1}
    assert figures.top_codes == (("firm_not_copied", 2), ("letter_missing", 1))


def test_the_month_by_matter_firm_reviewer_and_mailbox(month):
    groups = november(month).groups
    assert {name: one.received for name, one in groups["matter"].items()} == {
        "engineer_track_record": 5, "firm_information": 1,
    }  # fmt: skip
    assert groups["firm"]["江北监理有限公司"].feedback_rate == 0.0
    assert groups["reviewer"]["li@office.example"].closed == 3
    assert groups["mailbox"][OTHER_BOX].feedback_due == 1
    assert list(groups["firm"]) == ["山城路监理有限公司", "江北监理有限公司"], "the largest first"


def test_one_mailbox_alone(month):
    figures = november(month, mailboxes=(OTHER_BOX,))
    assert (figures.received, figures.feedback_due, figures.feedback_in_time, figures.closed) == (1, 1, 0, 0)


def test_an_empty_period_has_no_rates(ledger):
    figures = november(ledger)
    assert [figures.feedback_rate, figures.review_rate, figures.correction_rate, figures.mean_workdays] == [None] * 4


def test_without_a_calendar_no_days_are_told(month):
    figures = month.figures(date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1))
    assert (figures.closed, figures.mean_workdays, figures.median_workdays) == (3, None, None)


def test_a_case_not_yet_due_and_not_yet_told_counts_neither_way(month):
    figures = month.figures(date(2026, 12, 1), date(2026, 12, 31), date(2026, 12, 14))
    assert figures.feedback_due == 0
    overdue = month.figures(date(2026, 12, 1), date(2026, 12, 31), date(2026, 12, 15))
    assert (overdue.feedback_due, overdue.feedback_in_time) == (1, 0)


def test_feedback_is_due_once_at_the_first_end_whatever_an_answer_begins_anew(ledger):
    number = filed(ledger, 1, 2, due=date(2026, 11, 16), told=17, kind="correction")
    anew = ClockEntry("feedback10", "二", date(2026, 12, 3), started_on=date(2026, 11, 19))
    ledger.update_clocks(number, [anew], why="answered", now=at(19))

    def due_in_november_and_december():
        periods = ((date(2026, 11, 1), date(2026, 11, 30)), (date(2026, 12, 1), date(2026, 12, 31)))
        return [ledger.figures(*period, date(2027, 1, 4)).feedback_due for period in periods]

    assert due_in_november_and_december() == [1, 0]
    with ledger.engine.begin() as connection:  # of before first ends were kept
        connection.execute(update(CLOCK).values(first_due=None))
    assert due_in_november_and_december() == [0, 1]


def test_figures_stand_in_a_table_and_in_json(month):
    figures = november(month)
    rows = list(figure_rows(figures, lambda kind, word: word))
    assert ("whole", "feedback_rate", 0.6) in rows
    assert ("whole", "mean_workdays", Decimal("5.33")) in rows
    assert ("matter：firm_information", "received", 1) in rows
    told = figures_as_json(figures, date(2026, 11, 1), date(2026, 11, 30), NOW)
    assert (told["feedback_rate"], told["first_pass_rate"], told["from"]) == (0.6, 0.6667, "2026-11-01")
    assert told["groups"]["mailbox"][OTHER_BOX]["received"] == 1


def test_reviews_are_judged_by_the_annexs_own_period_or_that_of_the_main_text(ledger):
    """附件4: review10 or direct10 (I06); 附件1 has none, so overall10 (I30). Told to correct meanwhile: not met."""
    ledger.own_review = frozenset({"engineer_track_record"})
    overall = ("overall10", "二", date(2026, 11, 16))
    direct = ("direct10", "附件4 3.5", date(2026, 11, 17))
    review = ("review10", "附件4 3.5", date(2026, 11, 18))
    due = date(2026, 11, 16)
    filed(ledger, 1, 2, due=due, closed=17, others=(overall,))  # its review never began: no period of it was due
    filed(ledger, 2, 2, due=due, closed=17, others=(overall, direct))  # in time
    filed(ledger, 3, 2, due=due, closed=17, others=(overall,), matter="firm_information")  # a day late
    filed(ledger, 4, 2, due=due, others=(review,))  # open, late
    paused = filed(ledger, 5, 2, due=due, others=(review,))
    told = ClockEntry(*review, started_on=date(2026, 11, 4), stopped_on=date(2026, 11, 9))
    ledger.update_clocks(paused, [told], why="told", now=at(9))
    figures = november(ledger)
    assert (figures.review_due, figures.review_in_time) == (3, 1)
    assert figures.groups["matter"]["firm_information"].review_rate == 0.0


def test_what_is_open_due_soon_or_late_counts_the_offices_own_periods(ledger):
    """Seen on Monday 16 November; of Thursday's it is three workdays, of Friday's four."""
    for uid, due in enumerate((13, 16, 19, 20), start=1):
        filed(ledger, uid, 2, due=date(2026, 11, due), others=(("enterprise10", "附件4 3.5", date(2026, 11, 3)),))
    figures = ledger.figures(date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 16), workdays=weekdays)
    assert (figures.open_now, figures.due_soon_now, figures.overdue_now) == (4, 2, 1)
    untold = ledger.figures(date(2026, 11, 1), date(2026, 11, 30), date(2026, 11, 16))
    assert untold.due_soon_now is None


def test_of_the_cases_called_those_reached_in_the_period_are_the_success(ledger):
    failed = {"reached": True, "result": "failed"}
    missed, known = {"reached": False}, {"reached": True}  # as before a call could fail
    for uid, calls in enumerate(([(3, missed), (4, known)], [(3, missed)], [(3, failed)], []), start=1):
        number = filed(ledger, uid, 2, due=date(2026, 11, 16))
        for day, result in calls:
            steps = {f"call {day}": {"at": at(day).isoformat(), "by": "li@office.example", **result}}
            ledger.decide(number, "call", actor="li@office.example", expected=CaseState.COMPLETE,
                          state=CaseState.COMPLETE, steps=steps, now=at(day))  # fmt: skip
    figures = november(ledger)
    assert (figures.called, figures.reached, figures.call_rate) == (3, 1, pytest.approx(1 / 3))
    october = ledger.figures(date(2026, 10, 1), date(2026, 10, 31), date(2026, 12, 1))
    assert (october.called, october.call_rate) == (0, None)


def test_cases_sent_on_site_and_explanations_are_counted(ledger):
    """By what was decided and by the papers, wherever the cases stand now."""
    number = filed(ledger, 1, 2, due=date(2026, 11, 16))
    for day, before, state in ((5, CaseState.COMPLETE, CaseState.ON_SITE), (9, CaseState.ON_SITE, CaseState.APPROVED)):
        ledger.decide(number, "word", actor="li@office.example", expected=before, state=state, now=at(day))
    for uid, kind in enumerate(("explanation", "late_filing_undertaking", "commitment_letter"), start=2):
        filed(ledger, uid, 2, due=date(2026, 11, 16), documents=({"kind": kind, "file": "a.pdf"},))
    figures = november(ledger)
    assert (figures.on_site, figures.explained) == (1, 2)


NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1))


def test_a_sample_is_recorded_and_can_be_drawn_again(month):
    first = month.draw_sample(NOVEMBER, "2026-11", 0.5, 7, now=NOW)
    again = month.draw_sample(NOVEMBER, "2026-11", 0.5, 7, now=NOW)
    assert (len(first.numbers), first.population, first.drawn_before) == (3, 6, None)
    assert (again.numbers, again.drawn_before, again.agrees) == (first.numbers, NOW, True)
    assert [event.action for event in month.events_since()].count("sample_drawn") == 1


def test_a_sample_whose_cases_have_changed_says_so(month):
    month.draw_sample(NOVEMBER, "2026-11", 0.5, 7, now=NOW)
    filed(month, 7, 29, due=date(2026, 12, 11))
    assert not month.draw_sample(NOVEMBER, "2026-11", 0.5, 7, now=NOW).agrees


@pytest.mark.parametrize(
    ("many", "rate", "count"),
    [(0, 0.1, 0), (1, 0.1, 1), (10, 0.1, 1), (11, 0.1, 2), (100, 0.1, 10), (1000, 0.1, 100), (7, 1.0, 7)],
)
def test_one_in_ten_is_rounded_up(many, rate, count):
    population = [f"ZJZD-2026-{number:04d}" for number in range(many)]
    chosen = drawn(population, rate, 7)
    assert len(chosen) == len(set(chosen)) == count
    assert chosen == drawn(population[::-1], rate, 7), "whatever the order"
    assert set(chosen) <= set(population)


def test_another_seed_draws_others():
    population = [f"ZJZD-2026-{number:04d}" for number in range(200)]
    assert drawn(population, 0.1, 7) != drawn(population, 0.1, 8)
    assert drawn(population, 0.1, 7)[:2] == ("ZJZD-2026-0004", "ZJZD-2026-0007"), "fixed for ever"
