"""The engineer is one person everywhere, by name and number; only sure readings carry a defect."""

from dataclasses import replace

import pytest

from tests.builders_submission import (
    ENGINEER,
    ENGINEER_ID,
    OTHER_ID,
    a_card,
    a_letter,
    a_municipal_page,
    a_national_page,
    a_row,
    a_submission,
    run,
)
from tests.mailbot.examination.rules.agreeing import RULES, judged, papers, unproven, weak


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


@pytest.mark.parametrize(
    ("blank", "says", "expected"),
    [
        pytest.param("engineer", "孙仲谋", [("engineer_disagrees", "doubt")], id="the numbers prove the person"),
        pytest.param("firm", "重庆嘉陵路桥监理有限公司", [("firm_disagrees", "defect")], id="another firm"),
    ],
)
def test_a_letters_second_place_counts_as_well(blank, says, expected):
    letter = replace(a_letter(), otherwise={blank: unproven(says)})
    assert judged(*papers(letter=letter)) == expected


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


def test_a_handlers_card_is_not_compared_where_no_engineer_applies():
    documents = (a_letter("1-1", engineer=None, engineer_id=OTHER_ID), a_card(name="孙仲谋"))
    assert judged(*documents, matter="firm_information", by="firm", engineer=None) == []


def test_a_paper_sent_again_replaces_the_earlier_one():
    submission = a_submission(a_card(), earlier=(a_letter(), a_national_page(), a_card(name="孙仲谋")))
    assert run(RULES, submission) == []
    assert submission.subject.engineer == ENGINEER
