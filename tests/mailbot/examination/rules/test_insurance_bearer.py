"""The certificate is the handler's own, paid by the applying firm: silent, speaking and doubting."""

from dataclasses import replace

import pytest

from tests.builders_submission import FIRM, on_file, read
from tests.mailbot.examination.rules.certificates import HANDLER, OTHER_ID, a_certificate, a_letter, told

WRONG_PERSON, NUMBERS = "insurance_wrong_person", "citizen_id_disagrees"


@pytest.mark.parametrize(
    ("letter", "certificate", "expected"),
    [
        pytest.param({}, {"person": "王五", "citizen_id": OTHER_ID}, [(WRONG_PERSON, "defect")], id="somebody else"),
        pytest.param({}, {"person": "王五"}, [], id="same number: the name was misread or changed"),
        pytest.param({}, {"citizen_id": OTHER_ID}, [(NUMBERS, "defect")], id="a namesake's, or a slip"),
        pytest.param(
            {}, {"citizen_id": read(OTHER_ID, certain=False)}, [(NUMBERS, "doubt")], id="a namesake's, read once"
        ),
        pytest.param({"reconstructed": True}, {"citizen_id": OTHER_ID}, [(NUMBERS, "doubt")], id="on a working form"),
        pytest.param({}, {"citizen_id": "500103198808080008"}, [], id="no number at all: told of the certificate"),
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
