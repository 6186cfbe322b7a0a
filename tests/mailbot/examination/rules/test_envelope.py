"""The envelope: each rule is silent, speaks, or doubts."""

from datetime import date

import pytest

from ledger.entries import Enterprise
from mailbot.examination.examine import judge
from mailbot.examination.rules import correspondents, envelope, standing
from mailbot.examination.verdict import Severity
from parsers.mail.message import Address, AuthorDefect
from parsers.mail.provenance import Authentication

RULES = (*envelope.RULES, *correspondents.RULES, *standing.RULES)
TRACK_BOX, INFORMATION_BOX = "cqjtzjzd@vip.163.com", "cqjtgjzx@vip.163.com"
OTHER = Enterprise("重庆赵六工程监理有限公司", "915000000000000192", "other@example.invalid")
FIRM = "重庆王五监理咨询有限公司"


def said(submission, known):
    """code → severity of everything that the envelope's rules find."""
    found = [finding for rule in RULES for finding in rule(submission, known)]
    return {finding.code: judge(finding, submission).severity for finding in found}


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


class TestAuthor:
    @pytest.mark.parametrize(
        ("subject", "author", "known", "severity"),
        [
            pytest.param("firm_information", "FIRM@example.invalid", {}, None, id="case of letters"),
            pytest.param("firm_information", "x@example.invalid", {}, Severity.DEFECT, id="附件1"),
            pytest.param("close_by_firm", "x@example.invalid", {}, Severity.DEFECT, id="附件4 企业提交"),
            pytest.param("engineer_information", "x@example.invalid", {}, Severity.DOUBT, id="附件3, I02"),
            pytest.param("firm_information", "old@example.invalid", {}, Severity.DOUBT, id="E06 earlier address"),
            pytest.param(
                "firm_information",
                "x@example.invalid",
                {"directory_as_of": date(2026, 10, 1)},
                Severity.DOUBT,
                id="directory too old",
            ),
            pytest.param("add", "x@example.invalid", {}, None, id="本人提交: any sender"),
            pytest.param("firm_information", "x@example.invalid", {"firm": None}, None, id="firm unknown"),
        ],
    )
    def test_the_firm_sends_from_its_contact_address(self, subject, author, known, severity, a_submission, on_file):
        cc = () if subject != "add" else ("firm@example.invalid",)
        assert (
            said(a_submission(subject, author=author, cc=cc), on_file(**known)).get("author_not_registered") is severity
        )

    def test_the_contact_address_of_another_firm_is_named(self, a_submission, on_file):
        submission = a_submission("close_by_firm", author=OTHER.contact_address, cc=())
        (finding,) = correspondents.author_is_registered(submission, on_file(author_firm=OTHER))
        assert finding.other_firm == OTHER.name

    def test_an_engineers_filing_from_the_firms_mailbox_is_noted_and_needs_no_copy(self, a_submission, on_file):
        submission = a_submission(author="firm@example.invalid", cc=())
        assert said(submission, on_file()) == {"author_is_firm": Severity.NOTE}

    @pytest.mark.parametrize("author", ["f1rm@example.invalid", "flrm@example.invalid", "firrn@example.invalid"])
    def test_a_look_alike_of_the_firms_address_is_doubted(self, author, a_submission, on_file):
        assert said(a_submission(author=author), on_file()) == {"author_ambiguous": Severity.DOUBT}

    def test_another_address_is_no_look_alike(self, a_submission, on_file):
        assert said(a_submission(author="form@example.invalid"), on_file()) == {}

    def test_another_domain_of_the_same_provider_is_doubted(self, a_submission, on_file):
        firm = Enterprise(FIRM, "915000000000000005", "jianli01@163.com")
        submission = a_submission("firm_information", author="jianliO1@vip.163.com", cc=())
        assert said(submission, on_file(firm=firm))["author_ambiguous"] is Severity.DOUBT

    def test_several_authors_are_doubted_and_not_compared(self, a_submission, on_file):
        authors = (Address("a@example.invalid"), Address("b@example.invalid"))
        submission = a_submission("firm_information", author=authors, author_defects=(AuthorDefect.SEVERAL,))
        assert said(submission, on_file()) == {"author_ambiguous": Severity.DOUBT}

    @pytest.mark.parametrize(
        ("state", "severity"),
        [
            (Authentication.FAILED, Severity.DOUBT),
            (Authentication.UNVERIFIED, None),
            (Authentication.VERIFIED, None),
        ],
    )
    def test_only_a_failure_that_the_server_reports_is_doubted(self, state, severity, a_submission, on_file):
        found = said(a_submission(authentication=state), on_file())
        assert found.get("author_unauthenticated") is severity


class TestFirm:
    def test_an_unknown_firm_is_a_doubt_and_no_address_is_blamed_on_it(self, a_submission, on_file):
        submission = a_submission(cc=())
        assert said(submission, on_file(firm=None)) == {"firm_unknown": Severity.DOUBT}

    def test_without_a_directory_nothing_is_asked(self, a_submission, on_file):
        known = on_file(firm=None, directory_loaded=False, directory_as_of=None)
        assert said(a_submission(cc=()), known) == {}

    @pytest.mark.parametrize(
        ("subject", "cc", "severity"),
        [
            pytest.param("add", (), Severity.DEFECT, id="nobody"),
            pytest.param("add", ("other@example.invalid",), Severity.DEFECT, id="somebody else"),
            pytest.param("add", ("old@example.invalid",), Severity.DOUBT, id="its earlier address"),
            pytest.param("add", ("Firm@Example.invalid",), None, id="the firm"),
            pytest.param("close_by_firm", (), None, id="企业提交 needs no copy"),
        ],
    )
    def test_the_firm_is_copied(self, subject, cc, severity, a_submission, on_file):
        assert said(a_submission(subject, cc=cc), on_file()).get("firm_not_copied") is severity

    def test_another_firm_that_was_copied_instead_is_named(self, a_submission, on_file):
        submission = a_submission(cc=(OTHER.contact_address,))
        (finding,) = correspondents.firm_is_copied(submission, on_file(copied_firms=(OTHER,)))
        assert finding.other_firm == OTHER.name

    def test_the_copy_may_stand_in_to(self, a_submission, on_file):
        assert said(a_submission(cc=(), to=(TRACK_BOX, "firm@example.invalid")), on_file()) == {}


def test_suspension_and_repetition_are_told(a_submission, on_file):
    found = said(a_submission(), on_file(suspended=True, duplicate_of="ZJZD-2026-0001"))
    assert found == {"applicant_suspended": Severity.DOUBT, "duplicate": Severity.NOTE}
