"""Signatures and seal of the commitment letter: silent, speaking and doubting."""

from dataclasses import replace

import pytest

from tests.builders_submission import codes, on_file
from tests.mailbot.examination.rules.commitment_letters import ABSENT, PRESENT, UNCLEAR, a_letter, found, told


class TestMarks:
    def test_a_missing_signature_names_whose(self):
        (finding,) = found(a_letter(signed=(PRESENT, ABSENT)))
        assert codes([finding]) == [("letter_signature_missing", "defect")]
        assert finding.labels == ("业绩登记申请人",)

    def test_an_unclear_one_is_a_doubt(self):
        assert told(a_letter(signed=(UNCLEAR, PRESENT), why="typed", seal=PRESENT)) == [
            ("letter_signature_unclear", "doubt")
        ]

    @pytest.mark.parametrize(
        ("seal", "expected"),
        [(ABSENT, [("letter_seal_missing", "defect")]), (UNCLEAR, [("letter_seal_unclear", "doubt")])],
    )
    def test_the_seal(self, seal, expected):
        assert told(a_letter(seal=seal)) == expected

    def test_a_signature_known_from_another_case_is_a_doubt(self):
        known = on_file(known_signatures={"2cdc321b72e08bb4": "ZJZD-2026-0007"})
        (finding,) = found(a_letter(prints=("2cdc321b72e08bb5", "")), known=known)
        assert codes([finding]) == [("letter_signature_repeated", "doubt")]
        assert (finding.label, finding.case_number) == ("法定代表人", "ZJZD-2026-0007")

    def test_a_signature_pasted_into_an_electronic_letter_is_noted_for_the_reviewer(self):
        letter = a_letter()
        pasted = tuple(replace(one, mark=replace(one.mark, why="pasted")) for one in letter.signatures)
        (finding,) = found(replace(letter, signatures=pasted))
        assert codes([finding]) == [("letter_signature_pasted", "note")]
        assert finding.labels == tuple(one.label for one in letter.signatures)

    def test_another_hand_is_none(self):
        known = on_file(known_signatures={"5d9d01b93f9190cc": "ZJZD-2026-0007"})
        assert told(a_letter(prints=("2cdc321b72e08bb5", "")), known=known) == []
