"""All rules run, the pack weighs, one verdict comes out, and the clocks start."""

from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest

from ledger.office_time import OFFICE_TIME
from mailbot.examination.clocks import Event, Happened, after
from mailbot.examination.examine import examine, judge, likely_filing
from mailbot.examination.matter import RuleSetting
from mailbot.examination.rules.correspondents import FirmNotCopied, FirmUnknown
from mailbot.examination.rules.envelope import SubjectMalformed
from mailbot.examination.subject import read_subject
from mailbot.examination.verdict import Finding, Outcome, Severity

INFORMATION_BOX = "cqjtgjzx@vip.163.com"
FIRM = "重庆王五监理咨询有限公司"


@dataclass(frozen=True, kw_only=True)
class SealUnclear(Finding):
    """A stand-in for any rule's doubt."""

    code = "letter_seal_unclear"
    default = Severity.DOUBT


def not_copied(**known):
    return FirmNotCopied(firm=FIRM, firm_contact="firm@example.invalid", **known)


def matter_with(submission, **rules):
    return replace(submission, matter=submission.matter.model_copy(update={"rules": rules}))


def test_an_envelope_without_fault_is_referred_while_papers_are_not_read(a_submission, on_file):
    verdict = examine(a_submission(files=None), on_file())
    assert verdict.outcome is Outcome.REFERRED
    assert verdict.findings == ()
    assert (verdict.matter, verdict.action, verdict.submitted_by) == ("engineer_track_record", "add", "engineer")
    assert (verdict.firm, verdict.engineer) == (FIRM, "张三")


def test_a_certain_defect_alone_sends_the_mail_back(a_submission, on_file):
    verdict = examine(a_submission(files=None, cc=()), on_file())
    assert verdict.outcome is Outcome.CORRECTION
    assert [(judged.code, judged.clause) for judged in verdict.findings] == [("firm_not_copied", "附件4 1.4.1, 3.2")]


def test_all_defects_are_told_at_once_in_the_order_of_the_letter(a_submission, on_file):
    submission = a_submission(f"张三/{FIRM}/业绩登记新增", cc=(), attachments=(), files=())
    codes = [judged.code for judged in examine(submission, on_file()).findings]
    assert codes == ["subject_malformed", "firm_not_copied", "attachments_missing"]


def test_one_doubt_sends_it_to_a_person_whatever_else_is_certain(a_submission, on_file):
    verdict = examine(a_submission(files=None, cc=()), on_file(suspended=True))
    assert verdict.outcome is Outcome.REFERRED
    assert {judged.severity for judged in verdict.findings} == {Severity.DEFECT, Severity.DOUBT}


class TestJudge:
    def test_an_unsure_finding_is_never_more_than_a_doubt_whatever_the_office_sets(self, a_submission):
        submission = matter_with(a_submission(), firm_not_copied=RuleSetting(severity=Severity.DEFECT))
        assert judge(not_copied(certain=False), submission).severity is Severity.DOUBT

    def test_a_ceiling_holds_whatever_the_office_sets(self, a_submission):
        submission = matter_with(a_submission(), subject_malformed=RuleSetting(severity=Severity.DEFECT))
        finding = SubjectMalformed(written="", faults=(), expected=(), at_most=Severity.NOTE)
        assert judge(finding, submission).severity is Severity.NOTE

    @pytest.mark.parametrize("severity", list(Severity))
    def test_the_pack_weighs_a_certain_finding(self, severity, a_submission):
        submission = matter_with(a_submission(), firm_not_copied=RuleSetting(severity=severity))
        assert judge(not_copied(), submission).severity is severity

    def test_the_packs_own_clause_comes_first_after_the_findings(self, a_submission):
        submission = matter_with(a_submission(), firm_not_copied=RuleSetting(clause="办法 9"))
        assert judge(not_copied(), submission).clause == "办法 9"
        assert judge(not_copied(clause="附件4 3.2"), submission).clause == "附件4 3.2"

    def test_what_rests_on_no_clause_cites_none_but_the_offices_own(self, a_submission):
        unknown = FirmUnknown(firm=FIRM)
        assert judge(unknown, a_submission()).clause == ""
        own = matter_with(a_submission(), firm_unknown=RuleSetting(clause="办法 9"))
        assert judge(unknown, own).clause == "办法 9"

    @pytest.mark.parametrize(
        ("subject", "clause"),
        [
            ("add", "附件4 1.4.1 a, 附件4-1-1 注"),
            ("close_by_firm", "附件4 1.4.2 a, 附件4-1-3 注"),
            ("firm_information", "附件1 1.4 a, 附件1-1 注"),
            ("engineer_information", "附件3 1.4 a"),
        ],
    )
    def test_the_clause_is_found_by_the_first_words_of_the_code(self, subject, clause, a_submission):
        assert judge(SealUnclear(), a_submission(subject)).clause == clause


class TestOpenSubject:
    def test_what_follows_from_an_assumed_filing_is_only_a_doubt(self, a_submission, on_file):
        submission = a_submission(f"张三/{FIRM}/业绩登记截止", cc=(), files=None)
        verdict = examine(submission, on_file())
        found = {judged.code: judged.severity for judged in verdict.findings}
        assert found == {"subject_malformed": Severity.DEFECT, "firm_not_copied": Severity.DOUBT}
        assert (verdict.action, verdict.submitted_by) == ("close", None)

    @pytest.mark.parametrize(("from_firm", "submitter"), [(True, "firm"), (False, "engineer")])
    def test_the_author_tells_the_likely_submitter(self, from_firm, submitter, matters):
        reading = read_subject(f"张三/{FIRM}/业绩登记截止", matters)
        assert likely_filing(reading, from_firm=from_firm).submitted_by == submitter

    def test_without_a_matter_there_is_no_likely_filing(self, matters):
        assert likely_filing(read_subject("您好", matters), from_firm=False) is None


class TestClocks:
    def test_feedback_is_due_on_the_tenth_workday(self, a_submission, on_file):
        verdict = examine(a_submission(files=None), on_file())
        assert verdict.feedback_clock.due == date(2026, 12, 4)

    def test_the_day_of_receipt_is_the_one_in_chongqing(self, a_submission, on_file):
        late = a_submission(files=None, received=datetime(2026, 11, 20, 23, 59, tzinfo=OFFICE_TIME))
        assert examine(late, on_file()).feedback_clock.due == date(2026, 12, 4)

    def test_an_unpublished_year_gives_bounds(self, a_submission, on_file):
        submission = a_submission(files=None, received=datetime(2026, 12, 18, 9, tzinfo=OFFICE_TIME))
        clock = examine(submission, on_file()).feedback_clock
        assert clock.due is None
        assert clock.earliest < clock.latest

    def test_they_start_at_the_right_office(self, a_submission, on_file):
        """E10."""
        assert examine(a_submission(mailbox=INFORMATION_BOX), on_file()).clocks == ()

    @pytest.mark.parametrize(
        ("subject", "ids"),
        [
            ("firm_information", ["feedback10", "overall10"]),
            ("engineer_information", ["feedback10", "overall10"]),
            ("add", ["feedback10", "overall10", "enterprise10"]),
            ("close_by_firm", ["feedback10", "overall10", "direct10"]),
        ],
    )
    def test_each_filing_has_its_own(self, subject, ids, a_submission, on_file):
        assert [clock.id for clock in examine(a_submission(subject), on_file()).clocks] == ids

    def test_the_review_starts_at_the_later_of_complete_and_verified(self, a_submission, on_file):
        submission, calendar = a_submission(), on_file().calendar
        events = (
            Happened(Event.RECEIVED, date(2026, 9, 1)),
            Happened(Event.COMPLETED, date(2026, 9, 18)),
            Happened(Event.VERIFIED, date(2026, 9, 24)),
        )
        clocks = after(events, matter=submission.matter, filing=submission.filing, calendar=calendar)
        review = next(clock for clock in clocks if clock.id == "review10")
        assert (review.due, review.clause) == (date(2026, 10, 15), "附件4 3.5")

    def test_an_office_may_count_a_rest_day_as_the_next_workday(self, a_submission, on_file):
        submission = a_submission(
            files=None,
            received=datetime(2026, 2, 15, 9, tzinfo=OFFICE_TIME),
            policies={"receipt_on_restday": "next_workday"},
        )
        assert examine(submission, on_file()).feedback_clock.due == date(2026, 3, 9)
