"""Labelled samples, where they are at hand: no right application is sent back and no certain defect is passed."""

import json
import os
from datetime import date
from pathlib import Path

import pytest

from mailbot.demo.case import invent
from mailbot.examination.rules import KNOWN_CODES
from tests.score.kinds import table
from tests.score.kinds.draft import Draft
from tests.score.kinds.envelopes import ENVELOPE
from tests.score.score import Judgement, Score, score

SAMPLES = Path(os.environ.get("MAILBOT_SAMPLES", "no samples named"))


@pytest.mark.slow
@pytest.mark.skipif(not (SAMPLES / "labels.json").exists(), reason="MAILBOT_SAMPLES names no folder with labels.json")
def test_the_samples_are_judged_rightly():
    result = score(SAMPLES)
    report = "\n".join(result.lines())
    print(report)
    assert len(result.judgements) == len(json.loads((SAMPLES / "labels.json").read_text(encoding="utf-8")))
    assert result.count("wrongly_returned") == 0, report
    assert result.count("wrongly_passed") == 0, report
    assert result.false_defects == 0, report
    assert all(one.names_the_filing for one in result.applications), report
    assert result.named_codes >= 0.97 * result.labelled_codes, report
    assert result.count("handed_without_need") <= 0.1 * len(result.applications), report


def judged(verdict, codes, *, right="complete", labelled=(), may=(), **told):
    """One judgement; codes are (code, severity)."""
    label = {
        "matter": "firm_information", "action": None, "submitted_by": "firm", "verdict": right, "verdict_ok": [right],
        "codes": list(labelled), "may": list(may), "variants": [],
    }  # fmt: skip
    findings = [{"code": code, "severity": severity} for code, severity in codes]
    filing = {"matter": "firm_information", "action": None, "submitted_by": "firm"}
    return Judgement("0.eml", label, {"verdict": verdict, "findings": findings, **filing, **told})


@pytest.mark.parametrize(
    ("judgement", "faults"),
    [
        pytest.param(judged("complete", []), [], id="right"),
        pytest.param(
            judged("correction", [("letter_missing", "defect")]),
            ["correction instead of complete", "false letter_missing"],
            id="wrongly returned",
        ),
        pytest.param(
            judged("complete", [("letter_missing", "note")], right="correction", labelled=["letter_missing"]),
            ["complete instead of correction", "missed letter_missing"],
            id="wrongly passed: a note does not name a defect",
        ),
        pytest.param(
            judged("correction", [("a", "doubt"), ("b", "defect")], right="correction", labelled=["a"], may=["b"]),
            [],
            id="a doubt names it, and another may be named",
        ),
        pytest.param(
            judged("complete", [], action="add"), ["filing told as firm_information/add/firm"], id="another filing"
        ),
    ],
)
def test_the_scorer_sees_what_is_wrong(judgement, faults):
    assert list(judgement.faults()) == faults


def test_a_mail_without_an_answer_counts_as_nothing_right():
    lost = Judgement("1.eml", judged("complete", []).right, None)
    assert list(lost.faults()) == ["not answered"]
    assert Score((lost,)).count("verdict_is_right") == 0


@pytest.mark.parametrize(("name", "filing", "flaw"), [
    pytest.param(name, filing, flaw, id=f"{name}, {filing}")
    for name, (filings, flaw) in ENVELOPE.items() for filing in filings
])  # fmt: skip
def test_a_kind_is_labelled_with_findings_that_exist(name, filing, flaw):
    matter, action, submitted_by = table.LETTERS[filing]
    registry = table.Town(1, set())
    facts = invent(registry, matter=matter, action=action, submitted_by=submitted_by, received_on=date(2026, 9, 18))
    draft = Draft.of(facts, registry, table.FORMS, "digital")
    flaw(draft)
    assert draft.parcel.codes | draft.parcel.may <= KNOWN_CODES
    assert bool(draft.parcel.codes) == ("complete" not in draft.parcel.verdicts)


def test_every_kind_is_drawn_once_before_any_is_drawn_again():
    numbered = list(table.plan())
    assert [name for name, _, _ in numbered[: len(table.KINDS)]] == list(table.KINDS)
    assert {filing for _, filing, _ in numbered} == set(table.LETTERS)
