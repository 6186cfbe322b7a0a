"""Screenshots: those that the filing requires, showing the entry submitted and published (D15, D20)."""

import pytest

from mailbot.examination.rules.screenshots import RULES
from parsers.documents.document import DocumentKind
from parsers.documents.screenshot_words import Status
from tests.builders_submission import a_letter, a_municipal_page, a_national_page, a_paper, a_submission, codes, run


def judged(*documents, **submission):
    return codes(run(RULES, a_submission(*documents, **submission)))


@pytest.mark.parametrize(
    ("documents", "by", "expected"),
    [
        pytest.param((a_national_page(), a_municipal_page()), "engineer", [], id="both"),
        pytest.param((a_municipal_page(),), "engineer", [("screenshot_national_missing", "defect")], id="one of two"),
        pytest.param((a_national_page(),), "engineer", [("screenshot_municipal_missing", "defect")], id="other of two"),
        pytest.param((a_municipal_page(),), "firm", [], id="D20: an enterprise sends the municipal one alone"),
    ],
)
def test_what_the_filing_requires_is_asked_for(documents, by, expected):
    assert judged(a_letter(), *documents, by=by, action="close") == expected


def test_none_is_asked_for_where_none_is_required():
    assert judged(a_letter("1-1"), matter="firm_information", by="firm", engineer=None) == []


def test_a_page_nobody_recognised_may_be_it():
    assert judged(a_national_page(), unknown_pages=1) == [("screenshot_municipal_missing", "doubt")]


def test_nothing_is_missing_while_the_papers_are_not_read():
    assert judged(not_read=True) == []


def test_a_paper_sent_in_an_earlier_round_need_not_come_again():
    assert judged(a_national_page(), earlier=(a_municipal_page(),)) == []


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(a_national_page(Status.CONTRARY, "未上报"), "defect", id="read for certain"),
        pytest.param(a_national_page(Status.CONTRARY, "草稿", sure=False), "doubt", id="read weakly"),
        pytest.param(a_national_page(None), "note", id="no status word"),
    ],
)
def test_a_page_that_shows_the_contrary_is_no_evidence(page, expected):
    assert judged(page, a_municipal_page()) == [("screenshot_not_submitted", expected)]


def test_a_municipal_page_must_be_published():
    findings = run(RULES, a_submission(a_national_page(), a_municipal_page(status=Status.CONTRARY, word="未发布")))
    assert codes(findings) == [("screenshot_not_submitted", "defect")]
    assert (findings[0].system, findings[0].wording, findings[0].document) == (
        "municipal",
        "未发布",
        "重庆系统截图.jpg",
    )


def test_two_pictures_that_contradict_each_other_go_to_a_person():
    pages = (a_national_page(Status.CONTRARY, "未上报"), a_national_page(), a_municipal_page())
    assert judged(*pages) == [("screenshot_not_submitted", "doubt")]


def test_another_paper_is_no_screenshot():
    assert ("screenshot_national_missing", "defect") in judged(a_paper(DocumentKind.OTHER), a_municipal_page())
