"""The shipped packs say what the circular says; an office's own are checked by file, key and remedy."""

from datetime import date
from importlib.resources import files
from itertools import pairwise

import pytest

from mailbot.errors import ConfigurationError
from mailbot.examination.matter import prescribed_mailboxes
from mailbot.office.packs import load_matters, load_pack
from parsers.documents.document import DocumentKind as Kind

SHIPPED = files("mailbot.examination") / "matters"


def matter(key):
    return next(one for one in load_matters() if one.key == key)


def filing(key, action=None, submitted_by=None):
    ways = matter(key).filings
    return next(one for one in ways if one.action == action and submitted_by in (None, one.submitted_by))


def test_the_four_annexes_are_shipped_in_their_order():
    shipped = load_matters()
    assert [one.annex for one in shipped] == ["附件1", "附件2", "附件3", "附件4"]
    assert all(earlier.annex <= later.annex for earlier, later in pairwise(shipped))
    assert all(one.source == "渝交路〔2024〕31号" and one.in_force(date(2024, 6, 24)) for one in shipped)
    assert not any(one.in_force(date(2024, 6, 23)) for one in shipped)


@pytest.mark.parametrize(
    ("way", "form", "others", "sender", "copied"),
    [
        pytest.param(
            ("firm_information",), "1-1", {Kind.SOCIAL_INSURANCE_CERTIFICATE}, "registered", False, id="附件1"
        ),
        pytest.param(
            ("engineer_information",),
            "3-1",
            {Kind.SOCIAL_INSURANCE_CERTIFICATE},
            "registered_or_doubt",
            False,
            id="附件3",
        ),
        *(
            pytest.param(
                ("engineer_track_record", action, "engineer"),
                form,
                {
                    Kind.NATIONAL_SCREENSHOT,
                    Kind.MUNICIPAL_SCREENSHOT,
                    Kind.IDENTITY_CARD,
                    Kind.CARD_IN_HAND_PHOTO,
                },
                "anyone",
                True,
                id=f"附件4 {action}",
            )
            for action, form in (("add", "4-1-1"), ("update", "4-1-1"), ("close", "4-1-2"))
        ),
        pytest.param(
            ("engineer_track_record", "close", "firm"),
            "4-1-3",
            {Kind.MUNICIPAL_SCREENSHOT, Kind.SOCIAL_INSURANCE_CERTIFICATE},
            "registered",
            False,
            id="附件4 企业提交: no national screenshot (D20)",
        ),
    ],
)
def test_each_filing_asks_what_the_circular_asks(way, form, others, sender, copied):
    asked = filing(*way)
    assert asked.letter_form == form
    assert {paper.kind for paper in asked.required_now} == others | {Kind.COMMITMENT_LETTER}
    assert (asked.sender, asked.copy_to_firm) == (sender, copied)


@pytest.mark.parametrize(("action", "days"), [("add", 20), ("update", None), ("close", 20)])
def test_an_update_is_never_late(action, days):
    """I15."""
    assert filing("engineer_track_record", action).late_after_workdays == days


def test_the_owners_matter_has_no_application():
    owner = matter("firm_track_record")
    assert owner.reminder
    assert owner.filings == ()


def test_the_review_mailboxes_are_those_of_the_circular():
    assert prescribed_mailboxes(load_matters()) == {
        "cqjtgjzx@vip.163.com": {"firm_information", "engineer_information"},
        "cqjtzjzd@vip.163.com": {"engineer_track_record", "firm_track_record"},
    }


OWN = (SHIPPED / "firm_information.toml").read_text(encoding="utf-8").replace("firm_information", "equipment_check")


def write(folder, text, name="own.toml"):
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_an_office_adds_a_matter_without_a_programmer(tmp_path):
    write(tmp_path, OWN.replace("监理企业信息登记", "检测设备登记"))
    added = next(one for one in load_matters(tmp_path) if one.key == "equipment_check")
    assert added.filings[0].subject.line == "{firm}/检测设备登记"
    assert len(load_matters(tmp_path)) == 5


def test_an_office_replaces_a_shipped_pack(tmp_path):
    write(tmp_path, (SHIPPED / "firm_information.toml").read_text(encoding="utf-8").replace("strict", "lenient"))
    assert next(one for one in load_matters(tmp_path) if one.key == "firm_information").policy("subject") == "lenient"


LATE = '[[filing.documents]]\nkind = "explanation"\nwhen = "late"\nclause = "四.(三)"\n'
SAMPLE = '\n[[sample]]\nfile = "a.eml"\nverdict = "complete"\n'
SECOND = """
[[filing]]
action = "add"
submitted_by = "firm"
clause = "附件1 1.4"
sender = "registered"
subject = { line = "{firm}/监理企业信息登记", event = "监理企业信息登记" }
"""
BROKEN = [
    pytest.param(OWN.replace("schema = 1", "surprise = 1\nschema = 1"), "surprise", "known here", id="unknown key"),
    pytest.param(OWN.replace("version =", "verzion ="), "verzion", "did you mean 'version'", id="misspelt key"),
    pytest.param(OWN.replace('annex = "附件1"\n', ""), "annex", "add it", id="missing key"),
    pytest.param(OWN.replace("schema = 1", "schema = 2"), "schema", "use 1", id="schema of another program"),
    pytest.param(OWN.replace("schema = 1", "schema = "), "own.toml", "toml.io", id="no TOML"),
    pytest.param(OWN.replace('key = "equip', 'key = "Equip'), "key", "pattern", id="key with a capital"),
    pytest.param(OWN.replace("2024-06-24", '"soon"'), "effective_from", "use", id="no date"),
    pytest.param(
        OWN.replace("version =", "effective_until = 2024-01-01\nversion ="),
        "effective_until",
        "correct one",
        id="ends before it begins",
    ),
    pytest.param(OWN.replace("cqjtgjzx@vip.163.com", "vip.163.com"), "review_mailbox", "pattern", id="no address"),
    pytest.param(OWN.replace('"registered"', '"nobody"'), "filing[1].sender", "'registered'", id="sender rule"),
    pytest.param(
        OWN.replace('submitted_by = "firm"', 'submitted_by = "bank"'),
        "filing[1].submitted_by",
        "'firm'",
        id="submitter",
    ),
    pytest.param(
        OWN.replace('"feedback10", ', '"feedback11", '), "filing[1].clocks", "'feedback10'", id="unknown clock"
    ),
    pytest.param(
        OWN.replace('"feedback10", ', '"overall10", '), "filing[1]", "keep it once", id="the same clock twice"
    ),
    pytest.param(
        OWN.replace('line = "{firm}/', 'line = "{company}/'), "subject", "use {engineer} or {firm}", id="blank"
    ),
    pytest.param(OWN.replace('event = "监理企业信息登记"', 'event = "信息登记"'), "subject", "write it as", id="event"),
    pytest.param(
        OWN.replace('信息登记"\nevent', '信息登记(本人提交)"\nevent'),
        "filing[1]",
        "correct one",
        id="another's bracket",
    ),
    pytest.param(
        OWN.replace('"commitment_letter"', '"comitment_letter"'), "documents[1].kind", "'commitment_letter'", id="paper"
    ),
    pytest.param(
        OWN.replace('kind = "social_insurance_certificate"', 'kind = "social_insurance_certificate"\nform = "1-1"'),
        "documents[2]",
        "leave form out",
        id="a form for what is no letter",
    ),
    pytest.param(
        OWN.replace('"social_insurance_certificate"', '"commitment_letter"'),
        "filing[1]",
        "keep it once",
        id="paper twice",
    ),
    pytest.param(
        OWN.replace('kind = "social_insurance_certificate"', 'kind = "other"'),
        "documents[2]",
        "ask for another kind",
        id="a paper that nobody can recognise",
    ),
    pytest.param(
        OWN.replace('kind = "social_insurance_certificate"', 'kind = "approval"\ninstead = ["approval"]'),
        "documents[2]",
        "leave it out there",
        id="a paper instead of itself",
    ),
    pytest.param(OWN + LATE, "filing[1]", "set late_after_workdays", id="late papers where nothing is late"),
    pytest.param(
        OWN.replace('sender = "registered"', 'sender = "registered"\nlate_after_workdays = 0'),
        "late_after_workdays",
        "greater than",
        id="no days",
    ),
    pytest.param(OWN + SECOND.replace('action = "add"\n', ""), "own.toml", "give each its own", id="one way twice"),
    pytest.param(OWN + SECOND, "own.toml", "share the subject", id="two ways with one subject"),
    pytest.param(
        OWN.replace("[policies]", "reminder = true\n[policies]"), "own.toml", "add what is missing", id="both"
    ),
    pytest.param(OWN.replace('"strict"', '"harsh"'), "policies", "use strict or lenient", id="value of a switch"),
    pytest.param(OWN.replace('subject = "strict"', 'late_since = "soon"'), "policies", "is no date", id="date of one"),
    pytest.param(
        OWN.replace('subject = "strict"', 'sujbect = "strict"'), "policies", "did you mean 'subject'", id="no switch"
    ),
    pytest.param(
        OWN.replace("[policies]", '[rules.leter_missing]\nseverity = "note"\n[policies]'),
        "rules.leter_missing",
        "did you mean 'letter_missing'",
        id="severity of no finding",
    ),
    pytest.param(
        OWN.replace("[policies]", '[rules.letter_missing]\nseverity = "fatal"\n[policies]'),
        "rules.letter_missing.severity",
        "'defect'",
        id="no severity",
    ),
    pytest.param(
        OWN.replace('insurance = "附件1', 'insurence = "附件1'),
        "clauses.insurence",
        "did you mean",
        id="clause of no finding",
    ),
    pytest.param(
        OWN.replace("[policies]", '[letters]\nfarewell = "hold"\n[policies]'),
        "letters.farewell",
        "docs",
        id="no letter",
    ),
    pytest.param(
        OWN.replace("[policies]", '[letters]\ncomplete = "never"\n[policies]'), "letters.complete", "'hold'", id="mode"
    ),
    pytest.param(
        OWN.replace("version =", "retention_years = 2\nversion ="),
        "retention_years",
        "3",
        id="kept too short",
    ),
    pytest.param(OWN + SAMPLE.replace("complete", "good"), "sample[1].verdict", "'complete'", id="verdict of a sample"),
    pytest.param(
        OWN + SAMPLE + "received = 2026-03-12T06:57:00\n", "sample[1].received", "+08:00", id="time without a zone"
    ),
]


@pytest.mark.parametrize(("broken", "key", "remedy"), BROKEN)
def test_a_fault_is_named_by_file_key_and_remedy(tmp_path, broken, key, remedy):
    file = write(tmp_path, broken)
    for load in (lambda: load_pack(file), lambda: load_matters(tmp_path)):
        with pytest.raises(ConfigurationError) as refused:
            load()
        assert refused.value.exit_code == 2
        assert "own.toml" in str(refused.value)
        assert key in str(refused.value)
        assert remedy in str(refused.value)


def test_every_broken_pack_is_one_fault_away_from_a_right_one(tmp_path):
    assert load_pack(write(tmp_path, OWN)).key == "equipment_check"
    assert len(BROKEN) >= 20


def test_two_matters_never_share_a_subject_line(tmp_path):
    write(tmp_path, OWN)
    with pytest.raises(ConfigurationError, match=r"the line of .* too; give each matter its own"):
        load_matters(tmp_path)


def test_two_files_of_one_key_are_refused(tmp_path):
    for name in ("a.toml", "b.toml"):
        write(tmp_path, OWN.replace("监理企业信息登记", "检测设备登记"), name)
    with pytest.raises(ConfigurationError, match="keep one file a matter"):
        load_matters(tmp_path)
