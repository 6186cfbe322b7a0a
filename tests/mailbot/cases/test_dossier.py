"""What the ledger keeps of an examined mail: enough to judge and to answer for, and no whole number."""

from dataclasses import replace
from datetime import date

import pytest

from mailbot.cases.dossier import case_facts, told
from mailbot.settings import Office
from parsers.documents.document import DocumentKind
from parsers.mail.provenance import Receiver
from tests.builders_service import ENGINEER, NOW, TRACK_BOX, a_mail, arrived
from tests.builders_service import Office as WholeOffice
from tests.builders_submission import (
    CREDIT,
    ENGINEER_ID,
    FIRM,
    PROJECT,
    STARTED,
    a_card,
    a_letter,
    a_municipal_page,
    a_national_page,
    read,
)

OFFICE = Office(name="审核中心")


@pytest.fixture
def kept(tmp_path):
    with WholeOffice(tmp_path) as office:

        def keep(applicant=None, **mail):
            examination = office.examiner().examine(
                arrived(a_mail(**mail), TRACK_BOX, NOW, Receiver("mx.vip.163.com", "netease"))
            )
            return case_facts(examination, office.words, OFFICE, applicant=applicant)

        yield keep


def test_an_application_with_all_that_was_read(kept):
    facts = kept()
    assert (facts.matter, facts.action, facts.submitted_by) == ("engineer_track_record", "add", "engineer")
    assert (facts.firm, facts.engineer, facts.verdict, facts.office) == (FIRM, "赵明远", "complete", "审核中心")
    assert (facts.project, facts.section, facts.post, facts.started_on, facts.ended_on) == (
        PROJECT,
        "JL1",
        "专业监理工程师",
        STARTED,
        None,
    )
    assert facts.credit_identifier == CREDIT
    assert facts.pack_version == "1"
    assert [len(mark) for mark in facts.signatures] == [16, 16, 64]  # two hands, and the file with the national page
    assert len(facts.documents) == 5


def test_its_clocks_start_on_the_day_of_receipt(kept):
    feedback = next(clock for clock in kept().clocks if clock.id == "feedback10")
    assert (feedback.started_on, feedback.due, feedback.clause) == (date(2026, 3, 12), date(2026, 3, 26), "二")


def test_findings_are_kept_as_they_were_told(kept):
    (finding,) = kept(cc=()).findings
    assert (finding.code, finding.severity, finding.clause) == ("firm_not_copied", "defect", "附件4 1.4.1, 3.2")
    assert finding.message.endswith("。")


def test_no_whole_number_of_a_person_is_kept_but_a_key_by_which_he_is_known_again(kept):
    facts, again = kept(), kept(sender="other@person.invalid")
    assert ENGINEER_ID not in repr(facts)
    assert len(facts.engineer_key) == 64
    assert facts.engineer_key == again.engineer_key
    assert facts.fingerprint != again.fingerprint


def test_the_applicant_is_whom_we_answer_else_the_author(kept):
    assert kept().applicant == ENGINEER
    assert kept(applicant="reply@person.invalid").applicant == "reply@person.invalid"


def test_a_mail_that_is_no_application_is_kept_without_papers(kept):
    facts = kept(subject="投诉审核不作为", files=())
    assert (facts.matter, facts.verdict, facts.documents, facts.clocks, facts.pack_version) == (
        "",
        "referred",
        (),
        (),
        "",
    )


def test_the_systems_pages_count_before_the_letter():
    letter = a_letter(project="手写的项目名")
    papers = [letter, a_card(), a_municipal_page(), a_national_page(project="全国系统的项目名")]
    assert told(papers, "project") == "全国系统的项目名"
    assert told([letter, a_municipal_page()], "project") == PROJECT
    assert told([letter], "project") == "手写的项目名"
    assert told([a_card()], "project") is None


def test_an_empty_value_does_not_hide_the_next_paper():
    page = a_national_page()
    page = replace(page, values={**page.values, "project": read("")})
    assert told([page, a_letter(project="甲路")], "project") == "甲路"
    assert page.kind is DocumentKind.NATIONAL_SCREENSHOT
