"""The ledger's engagements: one open at a time; closing and updating fit what is known (二.(四), G19, E20, E21)."""

from datetime import date

import pytest

from ledger.questions import EngagementEntry
from mailbot.examination.rules.engagements import RULES
from tests.builders_submission import (
    POST,
    PROJECT,
    SECTION,
    a_municipal_page,
    a_national_page,
    a_submission,
    codes,
    on_file,
    run,
)


def engaged(project=PROJECT, section=SECTION, ended=None):
    return EngagementEntry(project, section, POST, date(2025, 3, 3), ended, "ZJZD-2025-0001")


def judged(*engagements, action="add", documents=None):
    pages = (a_national_page(), a_municipal_page()) if documents is None else documents
    return codes(run(RULES, a_submission(*pages, action=action), on_file(engagements=engagements)))


OVER = date(2026, 1, 30)


@pytest.mark.parametrize(
    ("engagements", "action", "expected"),
    [
        pytest.param((), "add", [], id="an empty ledger"),
        pytest.param((engaged("渝西快速通道"),), "add", [("engagement_overlaps", "doubt")], id="E20: open elsewhere"),
        pytest.param((engaged("渝西快速通道", ended=OVER),), "add", [], id="closed elsewhere"),
        pytest.param((engaged(),), "add", [], id="the same project"),
        pytest.param((engaged("渝东高速"),), "add", [("engagement_overlaps", "doubt")], id="may be the same"),
        pytest.param((engaged(),), "close", [], id="closing what is open"),
        pytest.param((engaged(),), "update", [], id="updating what is open"),
        pytest.param(
            (engaged(ended=OVER),), "close", [("engagement_closed", "doubt")], id="E21: closing what is closed"
        ),
        pytest.param((engaged(ended=OVER),), "update", [("engagement_closed", "doubt")], id="updating what is closed"),
        pytest.param((engaged(ended=OVER), engaged()), "close", [], id="closed once and opened again"),
        pytest.param((), "close", [("engagement_unknown", "note")], id="E21: unknown"),
        pytest.param((), "update", [("engagement_unknown", "note")], id="unknown to update"),
        pytest.param(
            (engaged("渝西快速通道"),),
            "update",
            [("engagement_overlaps", "doubt"), ("engagement_unknown", "note")],
            id="open elsewhere alone",
        ),
        pytest.param((engaged(section="JL2"),), "close", [("engagement_unknown", "note")], id="another section"),
    ],
)
def test_application_fits_what_the_ledger_knows(engagements, action, expected):
    assert judged(*engagements, action=action) == expected


def test_where_the_project_was_not_read_an_open_engagement_still_makes_a_person_look():
    assert judged(engaged(), documents=()) == [("engagement_overlaps", "doubt")]
    assert judged(engaged(), action="close", documents=()) == []
