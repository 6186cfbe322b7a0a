"""Findings on the certificate of insurance: silent, speaking and doubting."""

from dataclasses import replace
from datetime import date

import pytest

from mailbot.examination.rules import insurance, insurance_bearer
from parsers.documents.commitment_letter import CommitmentLetter
from parsers.documents.document import DocumentKind
from parsers.documents.social_insurance import SocialInsuranceCertificate
from parsers.documents.social_insurance_months import PaidMonths
from parsers.documents.social_insurance_title import Title, Variety
from parsers.files.page import Fault, ReadBy, Unreadable
from tests.builders_submission import FIRM, a_submission, codes, on_file, read, run

RULES = (*insurance.RULES, *insurance_bearer.RULES)
HANDLER, HANDLER_ID, OTHER_ID = "李四", "500103198808080007", "510223197602150004"
RECEIVED = date(2026, 6, 24)  # asks for March, April and May
RIGHT = Title(Variety.INDIVIDUAL, "重庆市社会保险参保证明(个人)", certain=True)


def a_letter(form="1-1", *, reconstructed=False, **blanks):
    values = {"handler": HANDLER, "handler_id": HANDLER_ID, "firm": FIRM} | blanks
    fields = {key: value if hasattr(value, "certain") else read(value) for key, value in values.items()}
    return CommitmentLetter(
        DocumentKind.COMMITMENT_LETTER,
        "承诺保证书.jpg",
        1,
        (1,),
        ReadBy.OCR,
        form=form,
        reconstructed=reconstructed,
        blanks=fields,
    )


def a_certificate(
    *paid,
    title=RIGHT,
    person=HANDLER,
    citizen_id=HANDLER_ID,
    employer=FIRM,
    others=(),
    certain=True,
    total=None,
    unpaid=(),
    printed_on="2026-06-20",
    **more,
):
    """Certain in every value, paid for the three months asked for, unless a test says otherwise."""
    employers = tuple(
        name if hasattr(name, "certain") else read(name) for name in (*([employer] if employer else []), *others)
    )
    values = {
        "person": person if person is None or hasattr(person, "certain") else read(person),
        "citizen_id": citizen_id if citizen_id is None or hasattr(citizen_id, "certain") else read(citizen_id),
        "employers": employers,
        "months": PaidMonths(paid or ("2026-03", "2026-04", "2026-05"), unpaid, total, certain),
        "printed_on": read(printed_on) if printed_on else None,
    } | more
    return SocialInsuranceCertificate(
        DocumentKind.SOCIAL_INSURANCE_CERTIFICATE, "社保证明.pdf", 2, (1,), ReadBy.TEXT, title=title, **values
    )


def examine(*documents, received=RECEIVED, known=None, **more):
    submission = a_submission(
        *documents, matter="firm_information", by="firm", received=received, engineer=None, **more
    )
    return run(RULES, submission, known)


def told(*documents, **more):
    return codes(examine(*documents, **more))


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
    certificate = replace(a_certificate(), months=PaidMonths())
    assert told(a_letter(), certificate) == [("insurance_unclear", "doubt")]


def test_an_office_may_count_any_three_months():
    certificate = a_certificate("2025-02", "2025-03", "2025-04")
    assert told(a_letter(), certificate, policies={"insurance_months": "any_three"}) == []


def test_the_year_turns():
    certificate = a_certificate("2025-10", "2025-11", "2025-12", printed_on="2026-01-04")
    assert told(a_letter(), certificate, received=date(2026, 1, 5)) == []


def test_sheets_of_one_certificate_in_two_files_are_put_together():
    first = a_certificate("2026-03", "2026-04")
    second = a_certificate("2026-05", title=Title(Variety.UNKNOWN), person=None, citizen_id=None, employer=None)
    assert told(a_letter(), first, second) == []


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


WRONG_PERSON = "insurance_wrong_person"


@pytest.mark.parametrize(
    ("letter", "certificate", "expected"),
    [
        pytest.param({}, {"person": "王五", "citizen_id": OTHER_ID}, [(WRONG_PERSON, "defect")], id="somebody else"),
        pytest.param({}, {"person": "王五"}, [], id="same number: the name was misread or changed"),
        pytest.param({}, {"citizen_id": OTHER_ID}, [], id="same name: told as citizen_id_disagrees"),
        pytest.param(
            {"handler": read(HANDLER, certain=False)},
            {"person": read("王五", certain=False), "citizen_id": OTHER_ID},
            [(WRONG_PERSON, "defect")],
            id="names unsure, numbers certain",
        ),
        pytest.param(
            {"handler_id": read(f"{OTHER_ID[:8]}9{OTHER_ID[9:]}", certain=False)},
            {"person": "王五", "citizen_id": OTHER_ID},
            [(WRONG_PERSON, "doubt")],
            id="a number unsure",
        ),
        pytest.param(
            {"handler_id": read("500103198808080008", certain=False)},
            {"person": "王五", "citizen_id": OTHER_ID},
            [(WRONG_PERSON, "defect")],
            id="a number unsure, but more digits apart than are misread",
        ),
        pytest.param({}, {"person": None, "citizen_id": OTHER_ID}, [(WRONG_PERSON, "doubt")], id="no name on it"),
        pytest.param({}, {"person": None, "citizen_id": None}, [("insurance_unclear", "doubt")], id="nobody named"),
        pytest.param(
            {"reconstructed": True},
            {"person": "王五", "citizen_id": OTHER_ID},
            [(WRONG_PERSON, "doubt")],
            id="a reconstructed form",
        ),
    ],
)
def test_whose_it_is(letter, certificate, expected):
    assert told(a_letter(**letter), a_certificate(**certificate)) == expected


def test_the_handlers_own_is_chosen_among_several():
    assert told(a_letter(), a_certificate(person="王五", citizen_id=OTHER_ID), a_certificate()) == []


WRONG_EMPLOYER = "insurance_wrong_employer"


@pytest.mark.parametrize(
    ("certificate", "expected"),
    [
        pytest.param({"employer": "四川高路监理有限公司"}, [(WRONG_EMPLOYER, "defect")], id="another firm"),
        pytest.param(
            {"employer": read("四川高路监理有限公司", certain=False, confidence=0.8)},
            [(WRONG_EMPLOYER, "doubt")],
            id="read weakly",
        ),
        pytest.param(
            {"employer": read("四川高路监理有限公司", certain=False)},
            [(WRONG_EMPLOYER, "defect")],
            id="read once, but clearly and further apart than any misreading",
        ),
        pytest.param(
            {"employer": read(f"{FIRM[:3]}丁{FIRM[4:]}", certain=False)},
            [(WRONG_EMPLOYER, "doubt")],
            id="read once, one letter apart",
        ),
        pytest.param({"employer": FIRM + "渝北分公司"}, [(WRONG_EMPLOYER, "doubt")], id="its branch"),
        pytest.param({"employer": FIRM.replace("有限", "有限责任")}, [(WRONG_EMPLOYER, "doubt")], id="有限责任"),
        pytest.param({"others": ("四川高路监理有限公司",)}, [], id="another firm before"),
        pytest.param(
            {"employer": "四川高路监理有限公司", "others": (FIRM,)},
            [],
            id="the firm is among them, the present one not said",
        ),
        pytest.param(
            {"employer": "四川高路监理有限公司", "others": (FIRM,), "present_employer": read("四川高路监理有限公司")},
            [(WRONG_EMPLOYER, "doubt")],
            id="the present employer is another",
        ),
        pytest.param({"employer": None}, [("insurance_unclear", "doubt")], id="none could be read"),
    ],
)
def test_by_whom_it_is_paid(certificate, expected):
    assert told(a_letter(), a_certificate(**certificate)) == expected


def test_a_former_name_of_the_firm_is_the_firm():
    entry = replace(on_file().firm, former_names=("重庆旧名监理有限公司",))
    assert told(a_letter(), a_certificate(employer="重庆旧名监理有限公司"), known=on_file(firm=entry)) == []


def test_letter_and_certificate_of_one_firm_leave_the_subject_to_the_agreement_rules():
    other = "重庆另一家监理有限公司"
    assert told(a_letter(firm=other), a_certificate(employer=other)) == []
