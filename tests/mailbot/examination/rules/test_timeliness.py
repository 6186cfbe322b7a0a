"""Late filings are explained, old sections go to a person, enterprises wait for the engineer (L01–L05, D02)."""

from datetime import date

import pytest

from mailbot.examination.rules.timeliness import RULES
from mailbot.examination.workdays import Calendar
from parsers.documents.document import DocumentKind
from tests.builders_submission import (
    a_municipal_page,
    a_national_page,
    a_paper,
    a_row,
    a_submission,
    calendar,
    codes,
    on_file,
    read,
    run,
)

EXPLANATION, UNDERTAKING = a_paper(DocumentKind.EXPLANATION), a_paper(DocumentKind.LATE_FILING_UNDERTAKING)
APPROVAL = a_paper(DocumentKind.APPROVAL)
#: 2026-02-13 + 20 workdays = 2026-03-19 (domain.md 1.4).
BEGUN, LAST_DAY, TOO_LATE = date(2026, 2, 13), date(2026, 3, 19), date(2026, 3, 20)


def begun(day=BEGUN, **values):
    return a_national_page(started_on=day, **values), a_municipal_page(a_row(started=day))


def ended(day, **values):
    return a_national_page(ended_on=day, **values), a_municipal_page(a_row(ended=day))


def judged(*documents, known=None, **submission):
    return codes(run(RULES, a_submission(*documents, **submission), known))


@pytest.mark.parametrize(
    ("received", "shown", "expected"),
    [
        pytest.param(LAST_DAY, None, [], id="E22: exactly day 20"),
        pytest.param(TOO_LATE, None, [("late_unexplained", "doubt")], id="E22: one workday late, no date shown"),
        pytest.param(TOO_LATE, TOO_LATE, [("late_unexplained", "defect")], id="the page shows it late"),
        pytest.param(TOO_LATE, LAST_DAY, [], id="I35: submitted in time, mailed later"),
        pytest.param(LAST_DAY, TOO_LATE, [], id="I35: mailed in time"),
    ],
)
def test_new_entries_are_filed_within_twenty_workdays(received, shown, expected):
    assert judged(*begun(submitted_on=shown), received=received) == expected


def test_a_weakly_read_day_never_costs_a_round():
    weak = read(TOO_LATE.isoformat(), certain=False)
    assert judged(*begun(submitted_on=weak), received=TOO_LATE) == [("late_unexplained", "doubt")]


def test_pages_that_disagree_on_the_day_go_to_a_person():
    pages = (
        a_national_page(started_on=BEGUN, submitted_on=TOO_LATE),
        a_municipal_page(a_row(started=date(2026, 3, 2))),
    )
    assert judged(*pages, received=TOO_LATE) == [("late_unexplained", "doubt")]


@pytest.mark.parametrize(
    ("papers", "missing"),
    [
        pytest.param((EXPLANATION, UNDERTAKING), None, id="both"),
        pytest.param((EXPLANATION,), ("late_filing_undertaking",), id="no undertaking"),
        pytest.param((), ("explanation", "late_filing_undertaking"), id="neither"),
    ],
)
def test_a_late_filing_needs_explanation_and_undertaking(papers, missing):
    findings = run(RULES, a_submission(*begun(submitted_on=TOO_LATE), *papers, received=TOO_LATE))
    assert [finding.missing for finding in findings] == ([missing] if missing else [])


def test_they_may_stand_on_a_page_that_was_not_recognised():
    found = judged(*begun(submitted_on=TOO_LATE), received=TOO_LATE, unknown_pages=1)
    assert found == [("late_unexplained", "doubt")]


def test_an_update_is_never_late():
    assert judged(*begun(date(2025, 1, 6)), received=TOO_LATE, action="update") == []


@pytest.mark.parametrize(
    ("day", "late"),
    [
        pytest.param(date(2024, 6, 28), False, id="E22: before 2024-07-01"),
        pytest.param(date(2024, 7, 1), True, id="from 2024-07-01"),
    ],
)
def test_lateness_counts_from_july_2024(day, late):
    assert bool(judged(*begun(day), received=TOO_LATE)) is late


@pytest.mark.parametrize(
    ("by", "shown", "expected"),
    [
        pytest.param("engineer", None, "doubt", id="no date shown"),
        pytest.param("engineer", date(2026, 9, 30), "defect", id="shown late"),
        pytest.param("firm", date(2026, 9, 30), "doubt", id="I16: an enterprise's closing is late by nature"),
    ],
)
def test_closing_is_filed_within_twenty_workdays_of_the_end(by, shown, expected):
    """2026-09-01 + 20 workdays = 2026-09-29: Sunday 09-20 worked, 09-25 off."""
    pages = ended(date(2026, 9, 1), submitted_on=shown)
    assert judged(*pages, action="close", by=by, received=date(2026, 9, 30)) == [("late_unexplained", expected)]
    assert judged(*pages[:0], action="close", by=by, received=date(2026, 9, 30)) == []


def test_due_day_is_told():
    (finding,) = run(RULES, a_submission(*ended(date(2026, 9, 1)), action="close", received=date(2026, 10, 9)))
    assert (finding.event, finding.due, finding.filed) == (date(2026, 9, 1), date(2026, 9, 29), date(2026, 10, 9))


def test_an_office_may_look_at_every_late_closing_of_an_engineer():
    found = judged(
        *ended(date(2026, 9, 1)), EXPLANATION, UNDERTAKING, action="close", received=date(2026, 10, 9),
        policies={"late_close_by_engineer": "refer"},
    )  # fmt: skip
    assert found == [("late_filed_by_engineer", "doubt")]


def test_while_a_year_is_not_published_lateness_is_no_defect_before_its_latest_bound():
    until_2025 = Calendar(tuple(year for year in calendar().published if year.year < 2026))
    found = judged(*begun(submitted_on=TOO_LATE), received=TOO_LATE, known=on_file(calendar=until_2025))
    assert found == [("late_unexplained", "doubt")]


@pytest.mark.parametrize(
    ("received", "papers", "expected"),
    [
        pytest.param(date(2026, 8, 31), (), [], id="day 60 is a Sunday: the last day is moved (art. 203)"),
        pytest.param(date(2026, 9, 1), (), [("late_closed", "doubt")], id="E23: past it"),
        pytest.param(date(2026, 9, 1), (APPROVAL,), [], id="E23: with the authority's consent"),
        pytest.param(
            date(2026, 9, 1), (EXPLANATION, UNDERTAKING), [("late_closed", "doubt")], id="L03: explained only"
        ),
    ],
)
@pytest.mark.parametrize("action", ["update", "close"])
def test_sixty_calendar_days_after_completion(action, received, papers, expected):
    """交工验收 2026-07-01: day 60 is 2026-08-30."""
    end = date(2026, 8, 24) if action == "close" else None
    pages = (a_national_page(ended_on=end), a_municipal_page(a_row(ended=end), completed_on=date(2026, 7, 1)))
    assert judged(*pages, *papers, action=action, received=received) == expected


@pytest.mark.parametrize(("state", "expected"), [("在建", []), ("已交工", [("late_closed", "doubt")]), (None, [])])
def test_a_completed_section_without_a_day_goes_to_a_person(state, expected):
    pages = (a_national_page(started_on=date(2026, 3, 2)), a_municipal_page(state=state))
    assert judged(*pages, received=date(2026, 3, 12)) == expected


@pytest.mark.parametrize(
    ("received", "by", "expected"),
    [
        pytest.param(LAST_DAY, "firm", [("close_premature", "doubt")], id="on the engineer's last day"),
        pytest.param(LAST_DAY, "engineer", [], id="the engineer himself"),
    ],
)
def test_an_enterprise_waits_until_the_engineers_days_are_over(received, by, expected):
    assert judged(*ended(BEGUN), action="close", by=by, received=received) == expected


def test_after_them_it_may_close():
    assert judged(*ended(BEGUN), EXPLANATION, UNDERTAKING, action="close", by="firm", received=TOO_LATE) == []


def test_an_entry_before_its_start_goes_to_a_person():
    assert judged(*begun(date(2026, 4, 1)), received=date(2026, 3, 20)) == [("start_date_in_future", "doubt")]
