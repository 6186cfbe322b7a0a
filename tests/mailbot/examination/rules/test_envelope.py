"""Subject and mailbox: each rule is silent, speaks, or doubts."""

import pytest

from mailbot.examination.rules import envelope
from mailbot.examination.verdict import Severity
from tests.mailbot.examination.rules.envelopes import FIRM, INFORMATION_BOX, TRACK_BOX, said


def test_a_right_mail_is_silent(a_submission, on_file):
    assert said(a_submission(), on_file()) == {}


@pytest.mark.parametrize("subject", ["firm_information", "engineer_information", "close_by_firm"])
def test_a_right_mail_of_the_firm_is_silent(subject, a_submission, on_file):
    assert said(a_submission(subject, author="firm@example.invalid", cc=()), on_file()) == {}


class TestSubject:
    def test_a_wrong_line_is_a_defect(self, a_submission, on_file):
        submission = a_submission(f"张三/{FIRM}/业绩登记新增")
        assert said(submission, on_file()) == {"subject_malformed": Severity.DEFECT}

    def test_the_lenient_policy_only_tells_what_is_beyond_doubt(self, a_submission, on_file):
        clear = a_submission(f"张三/{FIRM}/业绩登记新增", policies={"subject": "lenient"})
        open_ = a_submission(f"张三/{FIRM}/业绩登记截止", policies={"subject": "lenient"})
        assert said(clear, on_file()) == {"subject_malformed": Severity.NOTE}
        assert said(open_, on_file()) == {"subject_malformed": Severity.DEFECT}

    def test_folded_signs_are_a_note(self, a_submission, on_file):
        submission = a_submission(f"张三／{FIRM}／业绩登记新增（本人提交）")
        assert said(submission, on_file()) == {"subject_deviates": Severity.NOTE}


class TestMailbox:
    def test_a_matter_of_the_other_mailbox_is_a_defect_that_names_it(self, a_submission, on_file):
        submission = a_submission(mailbox=INFORMATION_BOX)
        (finding,) = envelope.review_mailbox_is_right(submission, on_file())
        assert (finding.code, finding.right, finding.certain) == ("mailbox_wrong", (TRACK_BOX,), True)

    def test_when_the_right_mailbox_was_written_to_as_well_it_is_only_noted(self, a_submission, on_file):
        submission = a_submission(mailbox=INFORMATION_BOX, to=(INFORMATION_BOX, TRACK_BOX.upper()))
        assert said(submission, on_file()) == {"mailbox_other_too": Severity.NOTE}

    def test_a_mailbox_of_unknown_matters_is_not_asked(self, a_submission, on_file):
        assert said(a_submission(mailbox="district@example.invalid"), on_file()) == {}

    @pytest.mark.parametrize(
        ("project_mailbox", "severity"),
        [
            pytest.param(TRACK_BOX, None, id="this one"),
            pytest.param("district@example.invalid", Severity.DEFECT, id="a district's"),
            pytest.param(None, Severity.DOUBT, id="I24: the map does not know the project"),
        ],
    )
    def test_a_project_map_tells_city_from_district(self, project_mailbox, severity, a_submission, on_file):
        known = on_file(projects_loaded=True, project_mailbox=project_mailbox)
        assert said(a_submission(), known).get("mailbox_wrong") is severity
