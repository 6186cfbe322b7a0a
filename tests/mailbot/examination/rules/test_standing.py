"""Suspension and repetition, by what is on file."""

from mailbot.examination.verdict import Severity
from tests.mailbot.examination.rules.envelopes import said


def test_suspension_and_repetition_are_told(a_submission, on_file):
    found = said(a_submission(), on_file(suspended=True, duplicate_of="ZJZD-2026-0001"))
    assert found == {"applicant_suspended": Severity.DOUBT, "duplicate": Severity.NOTE}
