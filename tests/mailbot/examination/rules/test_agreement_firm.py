"""The firm is the same everywhere, and the one of the directory; only sure readings carry a defect."""

import pytest

from ledger.entries import Enterprise
from parsers.files.page import ReadBy
from tests.builders_submission import (
    CREDIT,
    FIRM,
    a_card,
    a_letter,
    a_municipal_page,
    a_national_page,
    a_submission,
    codes,
    on_file,
    read,
    run,
)
from tests.mailbot.examination.rules.agreeing import OTHER_FIRM, RULES, judged, papers, unproven, weak


@pytest.mark.parametrize(
    ("letter_says", "expected"),
    [
        pytest.param("重庆 渝州工程监理有限公司", [], id="spaces"),
        pytest.param(OTHER_FIRM, [("firm_disagrees", "defect")], id="another firm"),
        pytest.param(unproven(OTHER_FIRM), [("firm_disagrees", "defect")], id="another firm, beyond any misreading"),
        pytest.param(weak(OTHER_FIRM), [("firm_disagrees", "doubt")], id="another firm, read weakly"),
        pytest.param("重庆渝州工程监理有限责任公司", [("firm_disagrees", "defect")], id="near miss, certain (4.3 C)"),
        pytest.param(unproven("重庆渝洲工程监理有限公司"), [("firm_disagrees", "doubt")], id="one letter, as misread"),
        pytest.param("渝州监理", [("firm_disagrees", "doubt")], id="abbreviated"),
        pytest.param(f"{FIRM}渝北分公司", [("firm_disagrees", "doubt")], id="a branch (4.3 D)"),
    ],
)
def test_firm_of_letter_against_the_rest(letter_says, expected):
    found = judged(*papers(letter=a_letter(firm=letter_says)))
    assert [one for one in found if one[0] == "firm_disagrees"] == expected


@pytest.mark.parametrize(
    ("other", "read_by", "expected"),
    [
        pytest.param("重庆渝州（集团有限公司", ReadBy.OCR, [], id="a bracket that was not read"),
        pytest.param("重庆渝州（集团有限公司", ReadBy.TEXT, ["firm_disagrees"], id="typed without it"),
        pytest.param("重庆渝州集团有限公司", ReadBy.OCR, ["firm_disagrees"], id="without either: another name"),
    ],
)
def test_a_lost_bracket_of_two_makes_no_other_firm(other, read_by, expected):
    whole = "重庆渝州（集团）有限公司"
    own = read(other, certain=False, by=read_by)
    same = [a_national_page(firm=whole), a_municipal_page(firm=whole), a_card()]
    entry = Enterprise(whole, CREDIT, "a@example.invalid")
    found = judged(a_letter(firm=own), *same, known=on_file(firm=entry), firm=whole)
    assert [code for code, _ in found] == expected


def test_a_former_name_goes_to_a_person():
    entry = Enterprise(FIRM, CREDIT, "a@example.invalid", former_names=("重庆渝州监理咨询有限公司",))
    letter = a_letter(firm="重庆渝州监理咨询有限公司")
    findings = run(RULES, a_submission(*papers(letter=letter)), on_file(firm=entry))
    assert codes(findings) == [("firm_disagrees", "doubt")]
    assert findings[0].former_name


@pytest.mark.parametrize(
    ("firm", "code", "expected"),
    [
        pytest.param("重營渝州工程盐理有限公司", read(CREDIT), [], id="a hand, and the registered code"),
        pytest.param(
            "重營渝州工程盐理有限公司", weak(CREDIT[:-1] + "6"), ["firm_disagrees"], id="nothing proves the firm"
        ),
        pytest.param(OTHER_FIRM, read(CREDIT), ["firm_disagrees"], id="further off than a hand is misread"),
    ],
)
def test_a_weakly_read_name_beside_the_registered_code_is_no_other_firm(firm, code, expected):
    letter = a_letter(firm=weak(firm), credit_identifier=code)
    assert [code for code, _ in judged(*papers(letter=letter), known=on_file())] == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param(weak("钱伯午"), [], id="one letter, read weakly"),
        pytest.param(unproven("钱伯午"), [("legal_representative_disagrees", "doubt")], id="one letter, read well"),
        pytest.param(weak("孙秋白"), [("legal_representative_disagrees", "doubt")], id="another name"),
    ],
)
def test_one_weakly_read_letter_of_the_legal_representative_s_name_is_no_other_person(name, expected):
    assert judged(*papers(letter=a_letter(legal_representative=name)), known=on_file()) == expected


def test_a_subject_that_names_another_firm_is_told_once_with_all_places():
    """What follows from the other firm, its code and its 法定代表人, is not told besides."""
    other = Enterprise(OTHER_FIRM, "915000000000000192", "b@example.invalid", legal_representative="孙仲谋")
    findings = run(RULES, a_submission(*papers(), firm=OTHER_FIRM), on_file(firm=other))
    assert codes(findings) == [("firm_disagrees", "defect")]
    assert findings[0].left_value == FIRM
    assert findings[0].left_places == ("commitment_letter", "national_screenshot", "municipal_screenshot")
    assert (findings[0].right_value, findings[0].right_places) == (OTHER_FIRM, ("subject", "directory"))


@pytest.mark.parametrize(
    ("form", "says", "expected"),
    [
        pytest.param("4-1-1", CREDIT, [], id="registered"),
        pytest.param("4-1-1", "915000000000000192", [("credit_identifier_disagrees", "defect")], id="another's"),
        pytest.param("4-1-2", "915000000000000192", [("credit_identifier_disagrees", "doubt")], id="rule 2"),
        pytest.param("4-1-1", "915000000000000006", [], id="its own check fails: told elsewhere"),
    ],
)
def test_credit_identifier_is_that_of_the_directory(form, says, expected):
    assert judged(*papers(letter=a_letter(form, credit_identifier=says))) == expected


def test_legal_representative_is_always_for_a_person_to_compare():
    letter = a_letter(legal_representative="孙仲谋")
    assert judged(*papers(letter=letter)) == [("legal_representative_disagrees", "doubt")]
    assert judged(*papers(letter=letter), known=on_file(firm=None)) == []
