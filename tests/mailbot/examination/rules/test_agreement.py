"""Firm, people, numbers and action are the same everywhere; only sure readings carry a defect."""

from dataclasses import replace

import pytest

from ledger.entries import Enterprise
from mailbot.examination.rules import agreement_action, agreement_engineer, agreement_firm
from tests.builders_submission import (
    CREDIT,
    ENGINEER,
    ENGINEER_ID,
    FIRM,
    OTHER_ID,
    a_card,
    a_letter,
    a_municipal_page,
    a_national_page,
    a_row,
    a_submission,
    codes,
    on_file,
    read,
    run,
)

RULES = (*agreement_firm.RULES, *agreement_engineer.RULES, *agreement_action.RULES)
OTHER_FIRM = "重庆嘉陵路桥监理有限公司"


def weak(value):
    return read(value, certain=False, confidence=0.8)


def unproven(value):
    """Read clearly, but nothing says it twice."""
    return read(value, certain=False, confidence=0.99)


def papers(letter=None, national=None, municipal=None, card=None):
    return (letter or a_letter(), national or a_national_page(), municipal or a_municipal_page(), card or a_card())


def judged(*documents, known=None, **submission):
    return codes(run(RULES, a_submission(*(documents or papers()), **submission), known))


@pytest.mark.parametrize("action", ["add", "update", "close"])
def test_an_application_that_agrees_is_silent(action):
    form = "4-1-2" if action == "close" else "4-1-1"
    assert judged(*papers(letter=a_letter(form)), action=action) == []


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
    ("changed", "expected"),
    [
        pytest.param({"card": a_card(name="孙仲谋")}, "defect", id="another name on the card"),
        pytest.param({"card": a_card(name=weak("孙仲谋"))}, "doubt", id="read weakly"),
        pytest.param({"card": a_card(name=unproven("赵明运"))}, "doubt", id="one letter"),
        pytest.param({"card": a_card(name="赵明䶮")}, "doubt", id="a rare letter"),
        pytest.param({"national": a_national_page(person="孙仲谋")}, "defect", id="another name on the page"),
        pytest.param({"letter": a_letter("4-1-2", engineer="孙仲谋")}, "doubt", id="a reconstructed form (rule 2)"),
        pytest.param({"municipal": a_municipal_page(a_row("孙仲谋"))}, "doubt", id="not among the 履约人员 shown"),
    ],
)
def test_engineer_is_one_person_everywhere(changed, expected):
    assert ("engineer_disagrees", expected) in judged(*papers(**changed))


def test_a_name_that_nothing_vouches_for_is_no_defect_where_the_numbers_prove_the_person():
    """A label taken for the name of a card is read as clearly as a name."""
    assert judged(*papers(card=a_card(name=unproven("中华人民")))) == [("engineer_disagrees", "doubt")]


def test_a_weakly_read_letter_of_a_name_is_no_difference_where_the_numbers_prove_the_person():
    letter = a_letter(engineer=weak("赵明运"))
    assert judged(*papers(letter=letter)) == []
    assert judged(*papers(letter=letter, card=a_card(citizen_id=OTHER_ID))) != []


def test_nothing_is_said_of_an_unread_list_of_personnel():
    page = replace(a_municipal_page(), personnel=())
    assert judged(*papers(municipal=page)) == []


@pytest.mark.parametrize(
    ("letter_says", "card_says", "expected"),
    [
        pytest.param(ENGINEER_ID, ENGINEER_ID, [], id="the same"),
        pytest.param(ENGINEER_ID, OTHER_ID, [("citizen_id_disagrees", "defect")], id="two right numbers"),
        pytest.param(ENGINEER_ID[:-1] + "1", ENGINEER_ID, [], id="the letter's check digit is wrong: told elsewhere"),
        pytest.param(
            ENGINEER_ID, weak(ENGINEER_ID[:6] + "1968" + ENGINEER_ID[10:]), [("citizen_id_disagrees", "doubt")],
            id="the card is misread",
        ),
    ],
)  # fmt: skip
def test_engineers_number_on_letter_and_card(letter_says, card_says, expected):
    found = judged(*papers(letter=a_letter(engineer_id=letter_says), card=a_card(citizen_id=card_says)))
    assert found == expected


def test_differing_places_of_a_number_are_named():
    other = "500103198808080023"
    (finding,) = run(RULES, a_submission(*papers(card=a_card(citizen_id=other))))
    assert finding.positions == (17, 18)


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


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        pytest.param({"letter": a_letter(action="更新")}, [("action_disagrees", "defect")], id="the letter's choice"),
        pytest.param({"letter": a_letter(action=weak("更新"))}, [("action_disagrees", "doubt")], id="read weakly"),
        pytest.param({"national": a_national_page(action="update")}, [("action_disagrees", "defect")], id="the page"),
        pytest.param({"letter": a_letter(action="新增"), "national": a_national_page(action="add")}, [], id="the same"),
        pytest.param({"letter": a_letter(action="新增及更新")}, [], id="both left standing: the letter's own finding"),
    ],
)
def test_action_of_subject_letter_and_page(where, expected):
    assert judged(*papers(**where)) == expected


def test_a_handlers_card_is_not_compared_where_no_engineer_applies():
    documents = (a_letter("1-1", engineer=None, engineer_id=OTHER_ID), a_card(name="孙仲谋"))
    assert judged(*documents, matter="firm_information", by="firm", engineer=None) == []


def test_a_paper_sent_again_replaces_the_earlier_one():
    submission = a_submission(a_card(), earlier=(a_letter(), a_national_page(), a_card(name="孙仲谋")))
    assert run(RULES, submission) == []
    assert submission.subject.engineer == ENGINEER
