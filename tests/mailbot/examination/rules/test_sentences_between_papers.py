"""What findings between the papers say to an applicant: both wordings, their places, one remedy, numbers masked."""

from dataclasses import replace
from datetime import date

import pytest

from ledger.questions import EngagementEntry
from mailbot.examination.rules import (
    agreement_action,
    agreement_engineer,
    agreement_firm,
    agreement_project,
    engagements,
    screenshots,
    timeliness,
)
from mailbot.examination.verdict import Finding
from mailbot.letters.rendering import Words
from parsers.documents.screenshot_words import Status
from tests.builders_submission import (
    ENGINEER_ID,
    OTHER_ID,
    a_card,
    a_letter,
    a_municipal_page,
    a_national_page,
    a_row,
    a_submission,
    on_file,
    run,
)

TOPICS = (screenshots, agreement_firm, agreement_engineer, agreement_action, agreement_project, timeliness, engagements)
RULES = tuple(rule for topic in TOPICS for rule in topic.RULES)
WORDS = Words()


def sentences(*documents, known=None, **submission):
    return {f.code: WORDS.sentence(f) for f in run(RULES, a_submission(*documents, **submission), known)}


def test_every_code_has_words():
    codes = {
        kind.code
        for topic in TOPICS
        for kind in vars(topic).values()
        if isinstance(kind, type) and issubclass(kind, Finding) and "code" in vars(kind)
    }
    assert codes <= WORDS.codes


@pytest.mark.parametrize(
    ("documents", "code", "parts"),
    [
        pytest.param(
            (a_letter(post="驻地"), a_national_page(), a_municipal_page()),
            "post_disagrees",
            ("全国系统截图、重庆系统截图为“专业监理工程师”", "承诺保证书为“驻地”"),
            id="both wordings and where they stand",
        ),
        pytest.param(
            (a_national_page(started_on="2026-04-10"), a_municipal_page(a_row(started="2026-02-03"))),
            "dates_disagree",
            ("2026年4月10日", "2026年2月3日", "在岗起始日期不一致"),
            id="days as letters write them",
        ),
        pytest.param(
            (a_national_page(), a_municipal_page(a_row("孙仲谋"))),
            "engineer_disagrees",
            ("履约人员信息中未见“赵明远”",),
            id="not among the personnel",
        ),
        pytest.param(
            (a_national_page(Status.CONTRARY, "草稿"), a_municipal_page()),
            "screenshot_not_submitted",
            ("显示为“草稿”", "提交上报后重新截图"),
            id="the word on the page",
        ),
    ],
)
def test_a_sentence_quotes_what_it_is_about(documents, code, parts):
    sentence = sentences(*documents)[code]
    assert all(part in sentence for part in parts)
    assert sentence.endswith("。")


def test_numbers_are_masked_and_their_differing_places_named():
    sentence = sentences(a_letter(), a_card(citizen_id=OTHER_ID))["citizen_id_disagrees"]
    assert ENGINEER_ID not in sentence
    assert OTHER_ID not in sentence
    assert "500***********0007" in sentence
    assert "位不同" in sentence


def test_a_late_filing_hears_its_last_day_and_what_to_send():
    pages = (a_national_page(ended_on="2026-09-01"), a_municipal_page(a_row(ended="2026-09-01")))
    sentence = sentences(*pages, action="close", received=date(2026, 11, 20))["late_unexplained"]
    assert "应在结束之日后20个工作日内（即2026年9月29日前）办理业绩登记截止" in sentence
    assert "请补充提交书面情况说明（写明未按期办理的原因）和承诺书，否则不予审核。" in sentence


def test_another_project_is_not_disclosed():
    """E20: not to third parties."""
    known = on_file(
        engagements=(EngagementEntry("渝西快速通道", "A3", "总监", date(2025, 3, 3), None, "ZJZD-2025-0001"),)
    )
    sentence = sentences(a_national_page(), a_municipal_page(), known=known)["engagement_overlaps"]
    assert "渝西" not in sentence


def test_an_end_still_open_is_quoted_as_the_page_writes_it():
    pages = (a_national_page(ended_on="2026-05-12"), a_municipal_page())
    sentence = sentences(*pages, action="close", received=date(2026, 5, 20))["dates_disagree"]
    assert "重庆系统截图为“至今”" in sentence


def test_no_sentence_breaks_whatever_is_missing():
    page = replace(a_national_page(), values={}, status=None, status_word=None)
    found = sentences(page, action="close", by="firm", firm=None, engineer=None)
    assert all(found.values())
