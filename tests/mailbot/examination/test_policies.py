"""Each gap of the circular is a switch with a default and a sentence; turning one changes exactly what it says."""

import re
from dataclasses import replace
from datetime import date

import pytest

from mailbot.examination.matter import Matter
from mailbot.examination.policies import POLICIES, known_policies
from mailbot.examination.rules import commitment_letter, correspondents, envelope, timeliness
from mailbot.examination.subject import read_subject
from parsers.documents.commitment_letter_alterations import Alteration, AlterationKind
from tests.builders_submission import (
    FIRM,
    a_letter,
    a_municipal_page,
    a_national_page,
    a_row,
    a_submission,
    codes,
    matters,
    on_file,
    run,
)

GAPS = [f"I{number:02d}" for number in range(1, 37)]


@pytest.mark.parametrize("gap", GAPS)
def test_every_gap_is_a_named_switch(gap):
    found = [policy for policy in POLICIES.values() if policy.gap == gap]
    assert found
    for policy in found:
        assert policy.default == policy.values[0]
        assert policy.allows(policy.default)
        assert re.fullmatch(r"[a-z0-9_]+", policy.name)
        assert policy.meaning.endswith(".")
        assert len(policy.meaning) > 40


@pytest.mark.parametrize("matter", matters().values(), ids=lambda one: one.key)
def test_a_shipped_pack_settles_gaps_as_the_table_does(matter):
    assert all(matter.policy(policy.name) == policy.default for policy in POLICIES.values())


def test_an_office_chooses_only_among_what_the_program_does():
    assert known_policies({"insurance_months": "any_three", "late_since": "2025-01-01"})
    for wrong in ({"insurance_month": "any_three"}, {"insurance_months": "any"}, {"late_since": "2025-13-01"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            known_policies(wrong)


def turned(key: str, **policies: str) -> tuple[Matter, ...]:
    return tuple(one.overruled({}, policies) if one.key == key else one for one in matters().values())


@pytest.mark.parametrize(
    ("line", "key", "policies", "deviations", "faulty"),
    [
        pytest.param("赵明远/{firm}/业绩登记截止(企业提交)", "engineer_track_record", {}, (), False, id="I01 both"),
        pytest.param(
            "赵明远/{firm}/业绩登记截止(企业提交)",
            "engineer_track_record",
            {"close_event": "with_request"},
            ("event_wording",),
            False,
            id="I01 the shorter one is noted",
        ),
        pytest.param(
            "{firm}/监理工程师基本信息登记", "engineer_information", {}, ("event_wording",), False, id="I11 noted"
        ),
        pytest.param(
            "{firm}/监理工程师基本信息登记", "engineer_information", {"long_event": "defect"}, (), True, id="I11 wrong"
        ),
    ],
)
def test_subjects_that_the_circular_prints_in_two_ways(line, key, policies, deviations, faulty):
    reading = read_subject(line.format(firm=FIRM), turned(key, **policies))
    assert reading.matter.key == key
    assert reading.deviations == deviations
    assert bool(reading.faults) == faulty


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("doubt", [("author_not_registered", "doubt")], id="shown to a reviewer"),
        pytest.param("defect", [("author_not_registered", "defect")], id="sent back"),
        pytest.param("accept", [], id="accepted"),
    ],
)
def test_a_sender_that_annex_3_does_not_prescribe(value, expected):
    """I02."""
    submission = a_submission(
        matter="engineer_information", by="firm", engineer=None, policies={"unprescribed_sender": value}
    )
    assert codes(run([correspondents.author_is_registered], submission)) == expected


@pytest.mark.parametrize(("value", "weight"), [("doubt", "doubt"), ("presence", "note")])
def test_a_form_that_the_office_does_not_hold(value, weight):
    """I03: 4-1-2."""
    changed = Alteration(AlterationKind.CHANGED, "真实有效", "大部分真实", "真实有效", 1, None, True)
    letter = replace(a_letter("4-1-2"), form_certain=True, found=1.0, alterations=(changed,))
    submission = a_submission(letter, action="close", policies={"forms_not_held": value})
    assert codes(run([commitment_letter.fixed_wording_stands], submission)) == [("letter_altered", weight)]


@pytest.mark.parametrize(("value", "weight"), [("doubt", "doubt"), ("ignore", "note")])
def test_a_project_that_the_map_does_not_know(value, weight):
    """I24."""
    submission = a_submission(policies={"unknown_project": value})
    known = on_file(projects_loaded=True, mailbox_matters={submission.mailbox: frozenset({submission.matter.key})})
    assert codes(run([envelope.review_mailbox_is_right], submission, known)) == [("mailbox_wrong", weight)]


def lateness(received, submitted_on=None, started=date(2026, 2, 13), **policies):
    papers = (a_national_page(started_on=started, submitted_on=submitted_on), a_municipal_page(a_row(started=started)))
    return [
        code for code, _ in codes(run(timeliness.RULES, a_submission(*papers, received=received, policies=policies)))
    ]


def test_in_time_by_the_page_or_by_the_mail():
    """I35: the page shows it in time, the mail came a day late."""
    shown, mailed = date(2026, 3, 19), date(2026, 3, 20)
    assert lateness(mailed, shown) == []
    assert lateness(mailed, shown, filed_on="mail") == ["late_unexplained"]


def test_lateness_counts_by_the_event_or_by_its_last_day():
    """I29: 进场 before the day, its twentieth workday after it."""
    since = {"late_since": "2026-03-01"}
    assert lateness(date(2026, 3, 25), **since) == []
    assert lateness(date(2026, 3, 25), late_since_counts="last_day", **since) == ["late_unexplained"]
