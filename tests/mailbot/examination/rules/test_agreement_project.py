"""Project, section, post and days are the same on letter and pages (D03, D04, D08, D09, D30, E21)."""

from datetime import date

import pytest

from mailbot.examination.rules.agreement_project import RULES
from parsers.files.page import ReadBy
from tests.builders_submission import (
    POST,
    a_letter,
    a_municipal_page,
    a_national_page,
    a_row,
    a_submission,
    codes,
    read,
    run,
)

MAY = date(2026, 5, 12)


def weak(value):
    return read(value, certain=False, confidence=0.8)


def unproven(value):
    return read(value, certain=False, confidence=0.99)


def typed(value):
    return read(value, by=ReadBy.TEXT)


def judged(*documents, **submission):
    return codes(run(RULES, a_submission(*documents, **submission)))


@pytest.mark.parametrize(
    ("letter_says", "expected"),
    [
        pytest.param("渝东高速公路", [], id="the same"),
        pytest.param("渝西快速通道工程", [("project_disagrees", "defect")], id="another project"),
        pytest.param(weak("渝西快速通道工程"), [("project_disagrees", "doubt")], id="another project, read weakly"),
        pytest.param("渝东高速", [("project_disagrees", "doubt")], id="abbreviated"),
        pytest.param(unproven("渝东高迷公路"), [("project_disagrees", "doubt")], id="one letter, as misread"),
        pytest.param(unproven("渝东·高速公路"), [], id="a sign that engines add and drop"),
    ],
)
def test_project_of_letter_and_pages(letter_says, expected):
    assert judged(a_letter(project=letter_says), a_national_page(), a_municipal_page()) == expected


@pytest.mark.parametrize(
    ("letter_says", "pages_say", "expected"),
    [
        pytest.param("JL1", "JL1", [], id="the same"),
        pytest.param("JL2", "JL1", [("section_disagrees", "defect")], id="another number, certain"),
        pytest.param(unproven("JL2"), "JL1", [("section_disagrees", "doubt")], id="another number, may be misread"),
        pytest.param("JLI", "JL1", [("section_disagrees", "doubt")], id="signs that look alike"),
        pytest.param(typed("JLI"), typed("JL1"), [("section_disagrees", "defect")], id="no engine in between"),
        pytest.param(unproven("J1"), "JL1", [], id="a capital lost beside another"),
        pytest.param(typed("J1"), typed("JL1"), [("section_disagrees", "doubt")], id="abbreviated by the applicant"),
        pytest.param("第一监理合同段", "第二监理合同段", [("section_disagrees", "doubt")], id="Chinese numbers"),
    ],
)
def test_section_of_letter_and_pages(letter_says, pages_say, expected):
    pages = (a_national_page(section=pages_say), a_municipal_page(section=pages_say))
    assert judged(a_letter(section=letter_says), *pages) == expected


@pytest.mark.parametrize(
    ("run_of_text", "expected"),
    [
        pytest.param("渝东高速公路JL1", [], id="the pages tell where the project ends"),
        pytest.param("渝东高速公路JL7", [("section_disagrees", "doubt")], id="another section"),
        pytest.param("渝西高速公路JL1", [("project_disagrees", "doubt")], id="another project"),
    ],
)
def test_project_and_section_in_one_run_are_parted_as_the_pages_part_them(run_of_text, expected):
    blanks = {"project_and_section": unproven(run_of_text), "project": unproven("渝东"), "section": None}
    letter = a_letter(**blanks)
    assert judged(letter, a_national_page(), a_municipal_page()) == expected


@pytest.mark.parametrize(
    ("letter_says", "national_says", "municipal_says", "expected"),
    [
        pytest.param("总监", "总监理工程师", "总监理", [], id="folded first"),
        pytest.param("驻地监理工程师", POST, POST, [("post_disagrees", "defect")], id="another post"),
        pytest.param(weak("驻地"), POST, POST, [("post_disagrees", "doubt")], id="another post, read weakly"),
        pytest.param("副总监", "总监", "总监", [("post_disagrees", "doubt")], id="one letter may be lost"),
        pytest.param(typed("副总监"), typed("总监"), typed("总监"), [("post_disagrees", "defect")], id="no engine"),
        pytest.param(POST, POST, "总监代表", [("post_disagrees", "defect")], id="the municipal row"),
        pytest.param(POST, POST, "监理员", [("post_disagrees", "doubt")], id="none of the six"),
    ],
)
def test_post_of_letter_and_pages(letter_says, national_says, municipal_says, expected):
    municipal = a_municipal_page(a_row(post=municipal_says))
    assert judged(a_letter(post=letter_says), a_national_page(post=national_says), municipal) == expected


def test_one_letter_read_by_an_engine_is_never_a_defect_however_often_it_was_read():
    """The same engine misreads the same letter on every picture of it."""
    pages = (a_national_page(project="渝东快速通道"), a_municipal_page(project="渝东快速通道"))
    assert judged(a_letter(project="渝湘快速通道"), *pages) == [("project_disagrees", "doubt")]
    typed_pages = (a_national_page(project=typed("渝东快速通道")), a_municipal_page(project="渝东快速通道"))
    letter = a_letter(project=typed("渝湘快速通道"))
    assert judged(letter, *typed_pages) == [("project_disagrees", "defect")]


@pytest.mark.parametrize("name", ["彭酉高速公路", "长寿王家坪隧道"])
def test_signs_of_one_strokes_difference_are_one_sign_to_an_engine(name):
    twin = name.translate(str.maketrans("酉王", "西玉"))
    assert judged(a_letter(project=name), a_national_page(project=twin), a_municipal_page(project=twin)) == []
    pages = (a_national_page(project=typed(twin)), a_municipal_page(project=typed(twin)))
    assert judged(a_letter(project=typed(name)), *pages) == [("project_disagrees", "defect")]


def test_rows_of_a_colleague_whom_the_subject_names_are_not_taken_for_the_engineers():
    rows = (a_row(), a_row("孙仲谋", post="总监", started=date(2024, 5, 1)))
    assert judged(a_letter(), a_national_page(), a_municipal_page(*rows), engineer="孙仲谋") == []


def test_a_reconstructed_form_never_carries_a_defect():
    found = judged(
        a_letter("4-1-2", project="渝西快速通道工程", section="JL9", post="驻地"),
        a_national_page(ended_on=MAY),
        a_municipal_page(a_row(ended=MAY)),
        action="close",
        received=date(2026, 5, 20),
    )
    assert {weight for _, weight in found} == {"doubt"}
    assert len(found) == 3


def test_after_an_update_the_former_post_still_stands_in_the_list():
    rows = (
        a_row(post="驻地", started=date(2025, 1, 6), ended=date(2026, 3, 1)),
        a_row(post=POST, started=date(2026, 3, 2)),
    )
    assert judged(a_letter(), a_national_page(), a_municipal_page(*rows), action="update") == []


@pytest.mark.parametrize(
    ("national", "municipal", "expected"),
    [
        pytest.param("2026-03-02", "2026-03-02", [], id="the same"),
        pytest.param("2026-04-10", "2026-02-03", [("dates_disagree", "defect")], id="different"),
        pytest.param("2026-03-02", "2026-03-07", [("dates_disagree", "doubt")], id="one digit, as misread"),
        pytest.param("2026-03-04", "2026-03-01", [("dates_disagree", "defect")], id="one digit, no misreading"),
        pytest.param("2026-03-04", weak("2026-03-01"), [("dates_disagree", "doubt")], id="one digit, weakly"),
        pytest.param(typed("2026-03-02"), typed("2026-03-07"), [("dates_disagree", "defect")], id="no engine"),
        pytest.param(weak("2026-04-10"), "2026-02-03", [("dates_disagree", "doubt")], id="read weakly"),
    ],
)
@pytest.mark.parametrize("action", ["add", "update"])
def test_start_on_both_pages(action, national, municipal, expected):
    pages = (a_national_page(started_on=national), a_municipal_page(a_row(started=municipal)))
    assert judged(*pages, action=action) == expected


@pytest.mark.parametrize("action", ["add", "update"])
def test_a_planned_end_is_never_told(action):
    pages = (a_national_page(), a_municipal_page(a_row(ended=date(2027, 12, 31))))
    assert judged(*pages, action=action) == []


@pytest.mark.parametrize(
    ("national_end", "row", "expected"),
    [
        pytest.param(MAY, a_row(ended=MAY), [], id="D04: equal"),
        pytest.param(MAY, a_row(ended=date(2026, 4, 30)), [("dates_disagree", "defect")], id="different"),
        pytest.param(MAY, a_row(), [("dates_disagree", "defect")], id="the municipal page still says 至今"),
        pytest.param(
            MAY, a_row(until_now=False), [("end_date_not_shown", "doubt")], id="the municipal page shows none"
        ),
        pytest.param(None, a_row(ended=MAY), [("end_date_not_shown", "doubt")], id="the national page shows none"),
    ],
)
def test_end_counts_for_closing(national_end, row, expected):
    pages = (a_national_page(ended_on=national_end), a_municipal_page(row))
    assert judged(*pages, action="close", received=date(2026, 5, 20)) == expected


def test_an_enterprise_closes_without_a_national_page():
    assert judged(a_municipal_page(a_row(ended=MAY)), action="close", by="firm") == []
    assert judged(a_municipal_page(), action="close", by="firm") == [("end_date_not_shown", "doubt")]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        pytest.param({"ended_on": date(2026, 5, 21)}, [("end_date_in_future", "defect")], id="E21: tomorrow"),
        pytest.param({"ended_on": date(2026, 5, 20)}, [], id="today"),
        pytest.param({"ended_on": date(2026, 3, 1)}, [("dates_out_of_order", "defect")], id="E21: before the start"),
        pytest.param({"ended_on": MAY, "left_on": MAY}, [("dates_out_of_order", "defect")], id="D09: not later"),
        pytest.param({"ended_on": MAY, "left_on": date(2026, 5, 13)}, [], id="D09: later"),
        pytest.param({"ended_on": weak("2026-05-21")}, [("end_date_in_future", "doubt")], id="read weakly"),
    ],
)
def test_days_of_the_national_page_are_possible(days, expected):
    assert judged(a_national_page(**days), action="close", received=date(2026, 5, 20)) == expected
