"""Who wrote, and was the firm copied? Each rule is silent, speaks, or doubts."""

from datetime import date

import pytest

from ledger.entries import Enterprise
from mailbot.examination.rules import correspondents
from mailbot.examination.verdict import Severity
from parsers.mail.message import Address, AuthorDefect
from parsers.mail.provenance import Authentication
from tests.mailbot.examination.rules.envelopes import FIRM, TRACK_BOX, said

OTHER = Enterprise("重庆赵六工程监理有限公司", "915000000000000192", "other@example.invalid")


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
