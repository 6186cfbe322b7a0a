"""Numbers on the commitment letter: silent, speaking and doubting."""

from dataclasses import replace

import pytest

from parsers.files.page import ReadBy
from tests.builders_submission import CREDIT, ENGINEER_ID, OTHER_ID, codes, on_file, read
from tests.builders_submission import a_letter as a_filled_letter
from tests.mailbot.examination.rules.commitment_letters import a_letter, found, told


class TestNumbers:
    WRONG = "500103198808080008"

    def test_one_reading_from_pixels_is_a_doubt(self):
        letter = a_letter(blanks={"engineer_id": read(self.WRONG, certain=False)})
        (finding,) = found(letter)
        assert codes([finding]) == [("identifier_invalid", "doubt")]
        assert (finding.holder, finding.why) == ("engineer", "check_digit")

    def test_a_text_layer_s_is_a_defect(self):
        letter = a_letter(blanks={"engineer_id": read(self.WRONG, by=ReadBy.TEXT)})
        assert told(letter) == [("identifier_invalid", "defect")]

    def test_a_credit_code_is_told_as_the_firm_s(self):
        wrong = CREDIT[:-1] + "6"
        (finding,) = found(a_letter(blanks={"credit_identifier": read(wrong, by=ReadBy.TEXT)}))
        assert (finding.holder, finding.number) == ("firm", "credit_identifier")

    def test_a_hand_that_other_papers_read_rightly_is_silent(self):
        letter = a_letter(blanks={"engineer_id": read(self.WRONG, certain=False, confidence=0.8)})
        card = replace(a_filled_letter(), blanks={"engineer_id": read(ENGINEER_ID)})
        assert [code for code in told(letter, card) if code[0] == "identifier_invalid"] == []

    @pytest.mark.parametrize(
        ("code", "confidence", "expected"),
        [
            pytest.param(CREDIT[:-1] + "6", 0.8, [], id="a hand's, one sign off"),
            pytest.param(CREDIT[:-1], 0.8, [], id="a hand's, its last sign lost"),
            pytest.param(CREDIT[:-1] + "6", 0.99, [("identifier_invalid", "doubt")], id="print is meant as it stands"),
            pytest.param("91500108CDL6BUGL4X", 0.8, [("identifier_invalid", "doubt")], id="another code"),
        ],
    )
    def test_a_hand_s_credit_code_is_held_against_the_directory(self, code, confidence, expected):
        letter = a_letter(blanks={"credit_identifier": read(code, certain=False, confidence=confidence)})
        assert told(letter, known=on_file()) == expected

    def test_another_kind_of_number_is_for_a_person(self):
        assert told(a_letter(blanks={"engineer_id": read("510202890307123")})) == []

    def test_a_right_number_is_silent(self):
        assert told(a_letter(blanks={"legal_representative_id": OTHER_ID})) == []

    @pytest.mark.parametrize(
        ("phone", "expected"),
        [
            pytest.param("13812345678", [], id="mobile"),
            pytest.param("02362806051", [("phone_not_mobile", "doubt")], id="landline"),
            pytest.param("1994H104162", [], id="misread"),
        ],
    )
    def test_the_telephone(self, phone, expected):
        assert told(a_letter(blanks={"phone": phone})) == expected
