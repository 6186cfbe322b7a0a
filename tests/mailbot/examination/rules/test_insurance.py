"""Is there a certificate of the right kind, fresh, with enough months? Silent, speaking and doubting."""

from dataclasses import replace
from datetime import date

import pytest

from parsers.documents.social_insurance_months import PaidMonths
from parsers.documents.social_insurance_title import Title, Variety
from parsers.files.page import Fault, ReadBy, Unreadable
from tests.builders_submission import a_submission, run
from tests.mailbot.examination.rules.certificates import RULES, a_certificate, a_letter, told


def test_a_right_certificate_is_passed_in_silence():
    assert told(a_letter(), a_certificate()) == []


def test_a_filing_that_asks_for_none_is_not_asked():
    assert run(RULES, a_submission(a_letter())) == []


def test_missing_is_certain_only_when_every_page_was_recognised():
    assert told(a_letter()) == [("insurance_missing", "defect")]
    assert told(a_letter(), unknown_pages=1) == [("insurance_missing", "doubt")]


def test_a_file_that_cannot_be_opened_may_hold_it():
    submission = a_submission(a_letter(), a_certificate(), matter="firm_information", by="firm", engineer=None)
    files = (submission.files[0], replace(submission.files[1], documents=(), unreadable=Unreadable(Fault.ENCRYPTED)))
    assert run(RULES, replace(submission, files=files)) == []


def test_one_sent_earlier_need_not_be_sent_again():
    assert told(a_letter(), earlier=(a_certificate(),)) == []


@pytest.mark.parametrize(
    ("variety", "certain", "weight"),
    [
        pytest.param(Variety.UNIT, True, "defect", id="the firm's"),
        pytest.param(Variety.OTHER_PROVINCE, True, "defect", id="another province's"),
        pytest.param(Variety.FLEXIBLE, True, "defect", id="flexible employment"),
        pytest.param(Variety.APP, True, "defect", id="an app's list"),
        pytest.param(Variety.OTHER_PROVINCE, False, "doubt", id="a place read unsurely"),
        pytest.param(Variety.NATIONAL_PLATFORM, True, "doubt", id="the national platform's: a person may accept it"),
        pytest.param(Variety.UNKNOWN, False, "doubt", id="a title that is not known"),
    ],
)
def test_another_kind_of_certificate(variety, certain, weight):
    wrong = a_certificate(title=Title(variety, "某证明", certain=certain))
    assert told(a_letter(), wrong) == [("insurance_wrong_kind", weight)]


def test_of_a_wrong_paper_nothing_else_is_told():
    wrong = a_certificate(
        "2026-05", title=Title(Variety.UNIT, "某证明", certain=True), person="王五", employer="别的公司"
    )
    assert told(a_letter(), wrong) == [("insurance_wrong_kind", "defect")]


def test_a_right_one_beside_a_wrong_one_is_enough():
    wrong = a_certificate(title=Title(Variety.UNIT, "某证明", certain=True))
    assert told(a_letter(), wrong, a_certificate()) == []


@pytest.mark.parametrize(
    ("months", "expected"),
    [
        pytest.param({"paid": ("2026-03", "2026-04", "2026-05")}, [], id="the last three"),
        pytest.param({"paid": ("2026-04", "2026-05")}, "defect", id="two in all"),
        pytest.param({"paid": ("2026-04", "2026-05", "2026-06")}, "doubt", id="three, the running month among them"),
        pytest.param({"paid": ("2026-02", "2026-03", "2026-04")}, "doubt", id="the last month not booked yet"),
        pytest.param({"paid": ("2026-01", "2026-02", "2026-03", "2026-05")}, "doubt", id="a gap"),
        pytest.param({"paid": ("2026-05",), "total": 59}, "doubt", id="few listed, many counted"),
        pytest.param({"paid": ("2026-05",), "certain": False}, "doubt", id="few, but read unsurely"),
        pytest.param(
            {"paid": ("2026-03", "2026-04", "2026-05"), "certain": False}, [], id="all three, the rest unsure"
        ),
    ],
)
def test_months_paid(months, expected):
    certificate = a_certificate(*months["paid"], **{key: value for key, value in months.items() if key != "paid"})
    assert told(a_letter(), certificate) == ([("insurance_too_short", expected)] if expected else [])


def test_all_months_unpaid_is_too_short():
    certificate = replace(a_certificate(), months=PaidMonths((), ("2026-03", "2026-04", "2026-05"), None, True))
    assert told(a_letter(), certificate) == [("insurance_too_short", "defect")]


def test_months_that_cannot_be_read_are_for_a_person():
    asked = ("2026-03", "2026-04", "2026-05")
    certificate = replace(a_certificate(), months=PaidMonths(total=3, unsure=asked))
    assert told(a_letter(), certificate) == [("insurance_unclear", "doubt")]
    certificate = replace(a_certificate(), months=PaidMonths(("2026-03",), ("2026-04",), unsure=("2026-05",)))
    assert told(a_letter(), certificate) == [("insurance_too_short", "doubt")]
    certificate = replace(a_certificate(), months=PaidMonths())
    assert told(a_letter(), certificate) == [("insurance_unclear", "doubt")]


@pytest.mark.parametrize(("read_by", "expected"), [(ReadBy.TEXT, "defect"), (ReadBy.OCR, "doubt")])
def test_other_insurances_alone_are_too_short(read_by, expected):
    certificate = replace(a_certificate(), months=PaidMonths(others=True), read_by=read_by)
    assert told(a_letter(), certificate) == [("insurance_too_short", expected)]


def test_an_office_may_count_any_three_months():
    certificate = a_certificate("2025-02", "2025-03", "2025-04")
    assert told(a_letter(), certificate, policies={"insurance_months": "any_three"}) == []


def test_the_year_turns():
    certificate = a_certificate("2025-10", "2025-11", "2025-12", printed_on="2026-01-04")
    assert told(a_letter(), certificate, received=date(2026, 1, 5)) == []


@pytest.mark.parametrize(
    ("printed_on", "expected"),
    [
        pytest.param("2026-06-01", [], id="this month"),
        pytest.param("2026-03-30", [], id="not three months ago"),
        pytest.param("2026-03-01", [("insurance_outdated", "doubt")], id="too old to be checked"),
        pytest.param("2026-06-25", [("insurance_outdated", "doubt")], id="after the mail"),
        pytest.param(None, [], id="no date"),
    ],
)
def test_age(printed_on, expected):
    assert told(a_letter(), a_certificate(printed_on=printed_on)) == expected
