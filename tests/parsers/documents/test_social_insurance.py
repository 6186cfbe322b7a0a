"""Certificates of insurance are read whatever their layout."""

from dataclasses import replace

import numpy as np
import pytest

from parsers.documents.social_insurance import read_certificate
from parsers.documents.social_insurance_signs import full_signs
from parsers.documents.social_insurance_table import Token, months_between
from parsers.documents.social_insurance_title import Variety
from parsers.files.page import Box, Line, ReadBy
from parsers.names import fold_firm
from tests.builders_pages import a_page

FIRM = "重庆王五监理咨询有限公司"
ID = "500103198808080007"
HEAD = ("重庆市社会保险参保证明（个人）", ("姓名", "李四", "公民身份号码", ID), ("现参保单位", FIRM))
COLUMNS = (0.06, 0.14, 0.28, 0.62, 0.74, 0.86)
TABLE_HEAD = ("序|号", "费款所属|期", "单位名称", "养老保|险", "失业保|险", "工伤保|险")


def month_rows(months, pension="已缴"):
    return [
        (str(n), month.replace("-", ""), "重庆王五监理咨询有|限公司", pension, "已缴", "已缴")
        for n, month in enumerate(months, 1)
    ]


def certificate(*rows, **page):
    page.setdefault("columns", COLUMNS)
    return read_certificate("社保证明.pdf", 2, [a_page(*rows, **page)])


def months_of(first, last):
    return tuple(months_between(first, last))


@pytest.mark.parametrize("read_by", [ReadBy.TEXT, ReadBy.OCR])
@pytest.mark.parametrize("slope", [0.0, 0.03, -0.03])
def test_month_rows_tell_person_employer_and_months(read_by, slope):
    read = certificate(
        *HEAD,
        TABLE_HEAD,
        *month_rows(months_of("2025-11", "2026-04")),
        "缴费月数合计：6个月",
        "打印日期：2026年5月4日　　验证码：2F2393A77649C3AD",
        read_by=read_by,
        slope=slope,
    )
    assert read.variety is Variety.INDIVIDUAL
    assert (read.person.value, read.citizen_id.value) == ("李四", ID)
    assert read.citizen_id.certain
    assert [employer.value for employer in read.employers] == [FIRM]
    assert read.months.paid == months_of("2025-11", "2026-04")
    assert read.months.certain
    assert read.printed_on.value == "2026-05-04"
    assert read.code.value == "2F2393A77649C3AD"


def test_a_gap_in_the_rows_is_a_gap_in_the_months():
    months = [month for month in months_of("2025-10", "2026-05") if month != "2026-04"]
    read = certificate(*HEAD, TABLE_HEAD, *month_rows(months), "缴费月数合计：7个月", read_by=ReadBy.OCR)
    assert read.months.paid == tuple(months)
    assert read.months.certain


def test_months_marked_as_not_paid_do_not_count():
    rows = [*month_rows(("2026-01", "2026-02")), ("3", "202603", FIRM, "未缴", "已缴", "已缴")]
    read = certificate(*HEAD, TABLE_HEAD, *rows)
    assert read.months.paid == ("2026-01", "2026-02")
    assert read.months.unpaid == ("2026-03",)


def test_only_the_pension_column_counts():
    read = certificate(*HEAD, TABLE_HEAD, *month_rows(("2026-01", "2026-02"), pension="欠缴"))
    assert read.months.paid == ()
    assert read.months.unpaid == ("2026-01", "2026-02")


SPAN_COLUMNS = (0.06, 0.24, 0.52, 0.66, 0.8, 0.88)
SPAN_HEAD = ("险种", "单位名称", "缴费起始年|月", "缴费截止年|月", "缴费月|数", "参保状|态")


def span(kind, first, last, count, firm="重庆王五监理咨|询有限公司"):
    return (kind, firm, first, last, str(count), "参保缴|费")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        pytest.param("2025年11|月", "2026年03|月", id="the sign 月 wraps"),
        pytest.param("2025年1|1月", "2026年0|3月", id="the number wraps"),
        pytest.param("2025-11", "2026-03", id="hyphens"),
        pytest.param("2025.11", "2026.03", id="dots"),
        pytest.param("202511", "202603", id="digits alone"),
    ],
)
def test_spans_become_their_months(first, last):
    read = certificate(
        "重庆市社会保险个人参保证明",
        f"兹证明　李四　（社会保障号码：{ID}）在我市参加社会保险，具体情况如下：",
        SPAN_HEAD,
        span("企业职工基本养|老保险", first, last, 5),
        span("失业保险", "2020年01|月", last, 75),
        "2026年4月12日",
        columns=SPAN_COLUMNS,
    )
    assert read.months.paid == months_of("2025-11", "2026-03")
    assert (read.person.value, read.citizen_id.value) == ("李四", ID)
    assert read.employers[0].value == FIRM
    assert read.printed_on.value == "2026-04-12"


def test_two_employers_one_after_the_other_are_both_read():
    read = certificate(
        "重庆市社会保险个人参保证明",
        SPAN_HEAD,
        span("企业职工基本养|老保险", "2025年01|月", "2025年12|月", 12, "重庆旧日工程管|理有限公司"),
        span("企业职工基本养|老保险", "2026年01|月", "2026年03|月", 3),
        span("失业保险", "2026年01|月", "2026年03|月", 3),
        columns=SPAN_COLUMNS,
    )
    assert read.months.paid == months_of("2025-01", "2026-03")
    assert {employer.value for employer in read.employers} == {FIRM, "重庆旧日工程管理有限公司"}


def test_fewer_months_than_the_span_is_long_leaves_them_unsure():
    read = certificate(
        "重庆市社会保险个人参保证明",
        SPAN_HEAD,
        span("企业职工基本养|老保险", "2025年11|月", "2026年03|月", 2),
        columns=SPAN_COLUMNS,
    )
    assert read.months.paid == ()
    assert not read.months.certain


def test_both_ends_in_one_cell():
    read = certificate(
        "重庆市社会保险个人参保证明",
        ("险种", "参保单位", "缴费起止年月", "缴费月数"),
        ("养老保险", FIRM, "2025.11-2026.03", "5"),
        ("工伤保险", FIRM, "2019.11-2026.03", "77"),
        columns=(0.06, 0.25, 0.6, 0.85),
    )
    assert read.months.paid == months_of("2025-11", "2026-03")


def test_year_and_month_in_two_columns():
    rows = [("2025", "12", FIRM, "已到账"), ("2026", "1", FIRM, "已到账"), ("2026", "2", FIRM, "未到账")]
    read = certificate(
        "重庆市社会保险参保证明（个人）", ("年", "月", "单位名称", "缴费状况"), *rows, columns=(0.06, 0.16, 0.26, 0.7)
    )
    assert read.months.paid == ("2025-12", "2026-01")
    assert read.months.unpaid == ("2026-02",)


GRID_COLUMNS = (0.04, 0.12, *(0.26 + 0.055 * at for at in range(12)))


def test_a_grid_of_years():
    heads = ("年度", "险种", *(f"{month}月" for month in range(1, 13)))
    read = certificate(
        "重庆市社会保险参保证明（个人）",
        heads,
        ("2025", "养老保险", *[""] * 10, "√", "√"),
        ("2025", "工伤保险", *["√"] * 12),
        ("2026", "养老保险", "√", "√", "×", *[""] * 9),
        columns=GRID_COLUMNS,
    )
    assert read.months.paid == ("2025-11", "2025-12", "2026-01", "2026-02")
    assert read.months.unpaid == ("2026-03",)


def test_the_span_in_a_heading_is_no_payment():
    """Headings often end a month later than the last booked one (domain.md 3.2)."""
    read = certificate(
        *HEAD,
        "二、最近24个月缴费明细（2024年06月—2026年05月）",
        ("年月", "单位名称", "养老", "缴费状态"),
        ("2026-03", FIRM, "√", "已到账"),
        ("2026-04", FIRM, "√", "已到账"),
        columns=(0.06, 0.2, 0.62, 0.8),
    )
    assert read.months.paid == ("2026-03", "2026-04")


def test_a_second_sheet_adds_its_months():
    first = a_page(*HEAD, TABLE_HEAD, *month_rows(("2026-01", "2026-02")), columns=COLUMNS)
    second = a_page(*month_rows(("2026-03", "2026-04")), "缴费月数合计：4个月", columns=COLUMNS, number=2)
    read = read_certificate("社保证明.pdf", 1, [first, second])
    assert read.months.paid == months_of("2026-01", "2026-04")
    assert read.pages == (1, 2)


def test_radicals_of_a_text_layer_are_read_as_letters():
    read = certificate("重庆市社会保险个⼈参保证明", f"兹证明 ⻰思 （社会保障号码：{ID}）在我市参加社会保险")
    assert read.variety is Variety.INDIVIDUAL
    assert read.person.value == "龙思"


def test_a_number_broken_over_two_lines_of_its_cell_is_whole():
    read = certificate("重庆市社会保险参保证明（个人）", ("姓名", "李四", "公民身份号码", "50010319880808000|7"))
    assert read.citizen_id.value == ID


def test_a_number_with_a_wrong_check_digit_is_certain_only_from_a_text_layer():
    rows = ("重庆市社会保险参保证明（个人）", ("姓名", "李四", "公民身份号码", "500103198808080008"))
    assert certificate(*rows).citizen_id.certain
    assert not certificate(*rows, read_by=ReadBy.OCR).citizen_id.certain


@pytest.mark.parametrize(
    ("title", "variety", "certain"),
    [
        pytest.param("重庆市社会保险参保证明（个人）", Variety.INDIVIDUAL, True, id="as prescribed"),
        pytest.param("重庆市社会保险个人参保证明", Variety.INDIVIDUAL, True, id="个人 before"),
        pytest.param("重庆市社会保险参保证明(个人专用)", Variety.INDIVIDUAL, True, id="个人专用"),
        pytest.param("重庆市社会保险参保证明（单位）", Variety.UNIT, True, id="the firm's"),
        pytest.param("重庆市社会保险参保证明（单位）—参保人员明细", Variety.UNIT, True, id="the firm's list"),
        pytest.param("重庆市社会保险个人权益记录单", Variety.RIGHTS_RECORD, True, id="权益记录单"),
        pytest.param("基本养老保险参保缴费凭证", Variety.TRANSFER, True, id="for a transfer"),
        pytest.param("四川省社会保险参保证明（个人）", Variety.OTHER_PROVINCE, True, id="Sichuan"),
        pytest.param("浙江省社会保险参保证明（个人专用）", Variety.OTHER_PROVINCE, True, id="Zhejiang"),
        pytest.param("江苏省社会保险权益记录单（参保人员）", Variety.RIGHTS_RECORD, True, id="Jiangsu"),
        pytest.param("成都市社会保险个人参保证明", Variety.OTHER_PROVINCE, True, id="a city"),
        pytest.param("某某市社会保险个人参保证明", Variety.OTHER_PROVINCE, False, id="an unknown city alone"),
        pytest.param("重庆市城乡居民基本养老保险参保证明", Variety.RESIDENT, True, id="residents"),
        pytest.param("重庆市灵活就业人员参保证明", Variety.FLEXIBLE, True, id="flexible"),
        pytest.param("重庆市基本医疗保险参保证明", Variety.MEDICAL, True, id="medical"),
        pytest.param("参保证明", Variety.UNKNOWN, False, id="a bare title"),
    ],
)
def test_the_title_tells_the_kind(title, variety, certain):
    read = certificate(title, ("姓名", "李四", "公民身份号码", ID))
    assert (read.variety, read.title.certain) == (variety, certain)


def test_a_payment_list_of_an_app_is_told_as_such():
    read = certificate("9:41　5G", "社保查询", "我的社保", ("2026-03", "养老保险", "已到账"))
    assert read.variety is Variety.APP


def test_flexible_employment_in_the_body_is_seen():
    read = certificate(
        "重庆市社会保险参保证明（个人）", ("姓名", "李四"), ("参保单位：灵活就业人员（南岸区）", ""), columns=()
    )
    assert read.variety is Variety.FLEXIBLE


@pytest.mark.parametrize(
    ("employer", "variety"),
    [
        pytest.param("灵活就业人员（重庆市渝北区）", Variety.FLEXIBLE, id="in every cell"),
        pytest.param("重庆市渝北区灵活就业人员", Variety.FLEXIBLE, id="of a district"),
        pytest.param(FIRM, Variety.INDIVIDUAL, id="a firm's employee now"),
    ],
)
def test_flexible_employment_in_the_cells_is_seen(employer, variety):
    before = span("失业保险", "2025-01", "2025-10", 10, "灵活就业人员")
    rows = [SPAN_HEAD, before, span("企业职工基本养|老保险", "2025-11", "2026-03", 5, employer)]
    assert certificate(HEAD[0], *rows, columns=SPAN_COLUMNS).variety is variety


def test_other_insurances_alone_are_no_months_of_pension():
    rows = [SPAN_HEAD, span("失业保险", "2025-11", "2026-03", 5), span("工伤保险", "2025-11", "2026-03", 5)]
    read = certificate(*HEAD, *rows, columns=SPAN_COLUMNS)
    assert (read.months.paid, read.months.others) == ((), True)
    with_pension = certificate(*HEAD, *rows, span("养老保险", "2025-11", "2026-03", 5), columns=SPAN_COLUMNS)
    assert not with_pension.months.others


def test_one_row_for_each_insurance_of_a_month():
    rows = [
        (month, FIRM, kind, "5000.00", "未到账" if (month, kind) == ("202604", "养老保险") else "已到账")
        for month in ("202602", "202603", "202604")
        for kind in ("养老保险", "失业保险")
    ]
    read = certificate(
        "重庆市社会保险参保证明（个人）",
        ("费款所属期", "参保单位", "险种", "缴费基数", "到账情况"),
        *rows,
        columns=(0.05, 0.18, 0.5, 0.65, 0.8),
        read_by=ReadBy.OCR,
    )
    assert read.months.paid == ("2026-02", "2026-03")
    assert read.months.unpaid == ("2026-04",)


def test_cells_that_a_text_layer_ran_together_are_cut_apart():
    read = certificate(
        "重庆市社会保险个人参保证明",
        ("险种　单位名称", "缴费起始年月", "缴费截止年月", "缴费月数"),
        (f"企业职工基本养老保险 {FIRM}", "2025年11月", "2026年03月", "5"),
        columns=(0.05, 0.6, 0.74, 0.88),
    )
    assert [employer.value for employer in read.employers] == [FIRM]
    assert read.months.paid == months_of("2025-11", "2026-03")


@pytest.mark.parametrize(
    "label",
    ["姓名：李四", "参保人姓名：李四", "参保人：李四", "兹证明李四（社会保障号码：500103198808080007）", "姓 名　李四"],
)
def test_the_person_behind_any_label(label):
    assert certificate("重庆市社会保险参保证明（个人）", label).person.value == "李四"


@pytest.mark.parametrize(
    "line", ["打印时间：2026-05-06 10:22:31", "打印时间:2026-05-0610:22:31", "出具日期　2026年5月6日", "2026年5月6日"]
)
def test_the_day_of_printing_however_written(line):
    assert certificate("重庆市社会保险参保证明（个人）", line).printed_on.value == "2026-05-06"


def test_a_page_of_thousands_of_lines_is_read_in_bounded_time():
    rows = [("1 年 1 年 " * 40, "202601", FIRM, "已缴")] * 250
    read = certificate("重庆市社会保险参保证明（个人）", *rows, columns=(0.01, 0.5, 0.6, 0.9), read_by=ReadBy.OCR)
    assert read.variety is Variety.INDIVIDUAL


def test_both_ends_run_together_by_a_text_layer_are_still_a_span():
    read = certificate(
        "重庆市社会保险个人参保证明",
        ("险种", "单位名称", "缴费起始年|月", "缴费截止年|月", "缴费月|数"),
        ("养老保险", FIRM, "2025年11月 2026年03月", "", "5"),
        columns=(0.05, 0.2, 0.55, 0.68, 0.9),
    )
    assert read.months.paid == months_of("2025-11", "2026-03")


def test_ends_of_spans_that_cannot_be_paired_are_never_months_paid():
    read = certificate(
        "重庆市社会保险个人参保证明",
        ("险种", "单位名称", "缴费起始年月", "缴费截止年月"),
        ("养老保险", FIRM, "", "2026年03月"),
        columns=(0.05, 0.2, 0.55, 0.75),
    )
    assert read.months.paid == ()
    assert not read.months.certain


@pytest.mark.parametrize(
    ("lost", "certain"),
    [pytest.param(False, True, id="rows agree"), pytest.param(True, False, id="a mark was overlooked")],
)
def test_a_grid_from_pixels_is_certain_only_where_two_insurances_agree(lost, certain):
    marks = ["√"] * 4
    read = certificate(
        "重庆市社会保险参保证明（个人）",
        ("年度", "险种", *(f"{month}月" for month in range(1, 13))),
        ("2026", "养老保险", *marks[: 3 if lost else 4], *[""] * (9 if lost else 8)),
        ("2026", "工伤保险", *marks, *[""] * 8),
        columns=GRID_COLUMNS,
        read_by=ReadBy.OCR,
    )
    assert read.months.certain is certain


@pytest.mark.parametrize(
    ("months", "certain"),
    [
        pytest.param(("2026-01", "2026-02", "2026-03", "2026-04"), True, id="without a gap"),
        pytest.param(("2026-01", "2026-02", "2026-04"), False, id="with a gap"),
        pytest.param(("2026-03", "2026-04"), False, id="two alone"),
    ],
)
def test_rows_from_pixels_with_nothing_below_them_are_certain_only_unbroken(months, certain):
    read = certificate(*bare_rows(months), columns=(0.1, 0.3, 0.7), read_by=ReadBy.OCR)
    assert read.months.paid == months
    assert read.months.certain is certain


def bare_rows(months):
    rows = [(month.replace("-", ""), FIRM, "已缴") for month in months]
    return ["重庆市社会保险参保证明（个人）", ("费款所属期", "单位名称", "养老保险"), *rows]


@pytest.mark.parametrize(
    ("months", "lost", "certain"),
    [
        pytest.param(("2026-01", "2026-02", "2026-04"), None, True, id="with a gap"),
        pytest.param(("2026-03", "2026-04"), None, True, id="two alone"),
        pytest.param(("2026-04",), None, True, id="one alone"),
        pytest.param(("2026-01", "2026-02", "2026-04"), (3, 0), False, id="a month was overlooked"),
        pytest.param(("2026-01", "2026-02", "2026-04"), (3, 2), False, id="a state was overlooked"),
        pytest.param(("2026-01", "2026-02"), (3, None), False, id="a whole row was overlooked"),
        pytest.param(("2026-01", "2026-02"), (2, None), False, id="the first row was overlooked"),
    ],
)
def test_rows_from_pixels_are_certain_where_months_and_states_pair_and_no_row_fits_between(months, lost, certain):
    rows = bare_rows(months)
    if lost is not None:
        at, cell = lost
        emptied = ["", "", ""] if cell is None else ["" if n == cell else text for n, text in enumerate(rows[at])]
        rows[at] = tuple(emptied)
    read = certificate(*rows, "打印日期：2026年5月4日", columns=(0.1, 0.3, 0.7), read_by=ReadBy.OCR)
    assert read.months.certain is certain


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("重庆渝州工程监理（集团|）有限公司", id="before a bracket, where 集团 could end a name"),
        pytest.param("重庆渝州工程监理（集|团）有限公司", id="inside the bracket"),
        pytest.param("重庆渝州工程监理集团|有限公司", id="behind 集团"),
    ],
)
def test_a_firm_s_name_is_whole_however_its_cell_breaks_it(broken):
    rows = [("1", "202601", broken, "已缴", "已缴", "已缴"), ("2", "202602", broken, "已缴", "已缴", "已缴")]
    read = certificate(HEAD[0], TABLE_HEAD, *rows)
    assert [one.value for one in read.employers] == [fold_firm(broken.replace("|", ""))]


def test_months_listed_in_two_columns_side_by_side_are_all_read():
    read = certificate(
        HEAD[0],
        ("费款所属期", "养老保险", "费款所属期", "养老保险"),
        ("202601", "已缴", "202605", "已缴"),
        ("202602", "已缴", "202606", "已缴"),
        ("202603", "已缴", "202607", "未缴"),
        ("202604", "已缴", "202608", "已缴"),
        columns=(0.1, 0.3, 0.55, 0.75),
    )
    assert read.months.paid == ("2026-01", "2026-02", "2026-03", "2026-04", "2026-05", "2026-06", "2026-08")
    assert read.months.unpaid == ("2026-07",)


@pytest.mark.parametrize(
    "title",
    [
        "重庆市社会保险个人参保缴费证明",
        "重庆市城镇职工基本养老保险个人参保证明",
        "重庆市企业职工养老保险参保证明（个人）",
    ],
)
def test_the_family_of_titles_is_the_paper_named(title):
    assert certificate(title, HEAD[1]).variety is Variety.INDIVIDUAL


def test_a_month_of_the_past_in_the_head_is_no_month_paid():
    read = certificate(
        "重庆市社会保险参保证明（个人）",
        f"姓名：李四　社会保障号：{ID}",
        "参保状态：参保缴费　　首次参保年月：2012年07月",
        ("险种", "缴费起始年月", "缴费截止年月", "月数"),
        ("养老保险", "2025-10", "2026-03", "6"),
        columns=(0.05, 0.3, 0.5, 0.75),
        read_by=ReadBy.OCR,
    )
    assert read.months.paid == months_of("2025-10", "2026-03")


def test_the_papers_own_head_is_not_taken_for_heads_of_columns():
    read = certificate(
        "重庆市社会保险参保证明（个人）",
        ("单位名称", FIRM, "参保状态", "正常参保"),
        "",
        ("险种", "缴费年月", "参保单位", "缴费状态"),
        *(("养老保险", month, FIRM, "已缴费") for month in ("2026.01", "2026.02", "2026.03")),
        columns=(0.05, 0.25, 0.4, 0.8),
        read_by=ReadBy.OCR,
    )
    assert read.months.paid == months_of("2026-01", "2026-03")


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_short_lists_in_two_columns_are_read_under_their_repeated_heads(count):
    months = months_of("2026-01", f"2026-{count:02d}")
    half = (count + 1) // 2
    cells = [(month.replace("-", ""), "已缴费") for month in months] + [("", "")]
    rows = [(*cells[n], *cells[n + half if n + half < count else -1]) for n in range(half)]
    read = certificate(
        "重庆市社会保险参保证明（个人）", ("缴费年月", "养老保险") * 2, *rows, columns=(0.05, 0.25, 0.5, 0.7)
    )
    assert read.months.paid == months


@pytest.mark.parametrize(
    ("pension", "others", "paid"),
    [
        pytest.param("已缴", "未缴", ("2026-01", "2026-02"), id="pension paid"),
        pytest.param("未缴", "已缴", (), id="only another insurance paid"),
    ],
)
def test_sections_with_a_heading_each_are_told_apart(pension, others, paid):
    rows = []
    for heading, state in (("一、企业职工基本养老保险", pension), ("二、失业保险", others)):
        rows += [heading, ("缴费年月", "缴费单位", "缴费情况")]
        rows += [(month, FIRM, state) for month in ("2026-01", "2026-02")]
    read = certificate(*HEAD, *rows, columns=(0.1, 0.3, 0.7))
    assert read.months.paid == paid


SENTENCE = (
    f"　　兹证明 李四，公民身份号码{ID}，现参保单位：重庆王五监理",
    "咨询有限公司，在我市参加社会保险情况如下：",
)


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param(SENTENCE, id="label in the sentence"),
        pytest.param(
            (f"　　兹证明李四（身份证号：{ID}）系重庆王五监理咨询有", "限公司参保职工，其参加社会保险缴费情况如下："),
            id="系 … 参保职工",
        ),
    ],
)
@pytest.mark.parametrize("read_by", [ReadBy.TEXT, ReadBy.OCR])
def test_a_sentence_broken_over_two_lines_names_person_and_employer(lines, read_by):
    earlier = span("企业职工基本养|老保险", "2025-01", "2025-12", 12, "重庆旧日工程管|理有限公司")
    read = certificate(
        "重庆市社会保险参保证明（个人）", *lines, SPAN_HEAD, earlier, columns=SPAN_COLUMNS, read_by=read_by
    )
    assert (read.person.value, read.citizen_id.value) == ("李四", ID)
    assert read.employers[0].value == FIRM


def test_spans_told_in_words_are_certain_by_their_count():
    words = (
        f"企业职工基本养老保险：2025年8月至2025年10月，缴费{{}}个月，缴费单位：{FIRM}。",
        f"失业保险：2020年1月至2025年10月，缴费70个月，缴费单位：{FIRM}。",
    )
    read = certificate(*HEAD, words[0].format(3), words[1], read_by=ReadBy.OCR)
    assert read.months.paid == months_of("2025-08", "2025-10")
    assert read.months.certain
    fewer = certificate(*HEAD, words[0].format(2), words[1], read_by=ReadBy.OCR)
    assert not fewer.months.certain


def test_a_table_that_goes_over_the_leaf_keeps_the_heads_of_its_columns():
    rows = [(month.replace("-", ""), FIRM, "已缴", "未缴") for month in months_of("2026-01", "2026-04")]
    head = ("费款所属期", "单位名称", "养老保险", "失业保险")
    pages = [
        a_page(*HEAD, head, *rows[:2], columns=(0.05, 0.2, 0.6, 0.8), read_by=ReadBy.OCR),
        a_page(*rows[2:], columns=(0.05, 0.2, 0.6, 0.8), read_by=ReadBy.OCR, number=2),
    ]
    assert read_certificate("社保证明.pdf", 0, pages).months.paid == months_of("2026-01", "2026-04")


def test_a_watermark_behind_the_print_is_no_value():
    page = a_page(*HEAD, TABLE_HEAD, *month_rows(("2026-01", "2026-02")), columns=COLUMNS)
    name = next(line for line in page.lines if line.text == "姓名")
    behind = [
        Line("重庆市社会保险局", Box(0.12, name.box.top, 0.6, name.box.bottom + 0.02), 1.0),
        Line("重庆市社会保险局", Box(0.12, 0.6, 0.6, 0.64), 1.0),
    ]
    read = read_certificate("社保证明.pdf", 0, [replace(page, lines=(*page.lines[:2], *behind, *page.lines[2:]))])
    assert read.person.value == "李四"


def test_a_state_that_runs_into_the_name_before_it_is_read():
    rows = [("1", "202601", FIRM + "已缴", "", "已缴", "已缴"), *month_rows(("2026-01", "2026-02"))[1:]]
    read = certificate(*HEAD, TABLE_HEAD, *rows, columns=(0.06, 0.14, 0.3, 0.66, 0.78, 0.9), read_by=ReadBy.OCR)
    assert read.months.paid == ("2026-01", "2026-02")


@pytest.mark.parametrize(
    ("drawn", "third", "paid", "certain"),
    [
        pytest.param((1, 2, 3, 4), "", months_of("2026-01", "2026-04"), True, id="a mark that was not read is seen"),
        pytest.param((1, 2, 3, 4), "J", months_of("2026-01", "2026-04"), True, id="a mark that was read as a letter"),
        pytest.param((1, 2, 3, 4), "欠", ("2026-01", "2026-02", "2026-04"), False, id="another word is no mark"),
        pytest.param((1, 2, 4), "", ("2026-01", "2026-02", "2026-04"), True, id="an empty cell is empty"),
        pytest.param((1, 2, 3.5, 4), "", ("2026-01", "2026-02", "2026-04"), False, id="a blot is neither"),
    ],
)
def test_the_marks_of_a_grid_are_looked_at_besides_being_read(drawn, third, paid, certain):
    page = a_page(
        "重庆市社会保险参保证明（个人）",
        ("年度", *(f"{month}月" for month in range(1, 13))),
        ("2026", "√", "√", third, "√", *[""] * 8),
        columns=GRID_COLUMNS[1:],
        read_by=ReadBy.OCR,
    )
    picture = np.full((1754, 1240, 3), 255, np.uint8)
    row = next(line for line in page.lines if line.text == "2026").box.middle[1]
    for month in drawn:
        head = next(line for line in page.lines if line.text == f"{int(month)}月").box.middle[0]
        side = 6 if month == int(month) else 3
        x, y = round(head * 1240), round(row * 1754)
        picture[y - side : y + side, x - side : x + side] = 30
    months = read_certificate("社保证明.jpg", 0, [page], [picture]).months
    assert (months.paid, months.certain) == (paid, certain)


def set_out(*rows, top=0.3):
    """Lines of a table that a page of strings cannot set: each row is (down, ((left, words), …)), in letters."""
    return tuple(
        Line(words, Box(left, at, left + 0.011 * sum(1 + (sign > "\u2e7f") for sign in words), at + 0.016), 0.97)
        for at, cells in ((top + 0.018 * down, cells) for down, cells in rows)
        for left, words in cells
    )


def with_table(lines, read_by=ReadBy.OCR):
    page = a_page(*HEAD, read_by=read_by)
    return read_certificate("社保证明.jpg", 2, [replace(page, lines=(*page.lines, *lines))])


def test_a_ruled_head_close_above_the_table_lends_it_no_columns():
    """On a photograph letters look tall for their distance: labels of the person's table joined into a head."""
    cells = ((0.1, "个人编号"), (0.3, "50763711245"), (0.55, "参保地"), (0.66, "重庆市南岸区"))
    heads = ((0.1, "险种类型"), (0.28, "费款所属期"), (0.4, "参保单位"), (0.75, "缴费状态"))
    rows = [
        (6 + 1.6 * at, ((0.1, "养老保险"), (0.28, month), (0.4, FIRM), (0.62, "已缴费")))
        for at, month in enumerate(("202601", "202602", "202603"))
    ]
    read = with_table(set_out((2.3, cells), (4.2, heads), *rows))
    assert read.months.paid == months_of("2026-01", "2026-03")


#: 缴费年月 and 单位编号 over both rows of heads; each insurance over the middle of its parts.
TWO_ROWS = (
    (0, ((0.42, "养老保险"), (0.72, "失业保险"))),
    (0.7, ((0.05, "缴费年月"), (0.17, "单位编号"))),
    (
        1.4,
        (
            (0.30, "缴费基数"),
            (0.42, "单位缴"),
            (0.52, "个人缴"),
            (0.64, "缴费基数"),
            (0.76, "单位缴"),
            (0.86, "个人缴"),
        ),
    ),
)


@pytest.mark.parametrize("read_by", [ReadBy.TEXT, ReadBy.OCR])
def test_under_heads_of_two_rows_the_amounts_count_and_not_what_they_are_reckoned_from(read_by):
    months = months_of("2025-12", "2026-03")
    rows = [
        (
            3.2 + 1.8 * at,
            (
                (0.05, month.replace("-", "")),
                (0.17, "5012345678"),
                *((0.30, "4850"), (0.42, "0" if month == "2026-03" else "776.00")),
                *((0.52, "0" if month == "2026-03" else "388.00"), (0.64, "4850"), (0.76, "24.25"), (0.86, "24.25")),
            ),
        )
        for at, month in enumerate(months)
    ]
    read = with_table(set_out(*TWO_ROWS, *rows), read_by)
    assert (read.months.paid, read.months.unpaid) == (months[:3], months[3:])
    assert read.months.certain


@pytest.mark.parametrize("head", ["缴费类型", "备注"])
def test_a_row_that_says_that_it_is_owed_is_not_paid_whatever_its_head(head):
    rows = (("202601", FIRM, "正常缴费"), ("202602", FIRM, "欠费"))
    read = certificate(*HEAD, ("缴费年月", "单位名称", head), *rows)
    assert (read.months.paid, read.months.unpaid) == (("2026-01",), ("2026-02",))


def test_an_amount_that_is_owed_is_not_surely_paid():
    heads = ("缴费年月", "单位名称", "养老保险", "缴费状态")
    read = certificate(*HEAD, heads, ("202601", FIRM, "388.00", "已到账"), ("202602", FIRM, "388.00", "欠费"))
    assert (read.months.paid, read.months.unpaid) == (("2026-01",), ())
    assert not read.months.certain


def test_what_a_payment_is_reckoned_from_does_not_say_that_it_was_made():
    heads = ("缴费年月", "单位名称", "养老保险缴费基数", "缴费状态")
    read = certificate(*HEAD, heads, ("202601", FIRM, "4850", "已到账"), ("202602", FIRM, "4850", "未到账"))
    assert (read.months.paid, read.months.unpaid) == (("2026-01",), ("2026-02",))


@pytest.mark.parametrize("read_by", [ReadBy.TEXT, ReadBy.OCR])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_year_that_stands_once_for_all_its_months_is_theirs(read_by, backwards):
    months = months_of("2025-10", "2026-03")
    listed = months[::-1] if backwards else months
    years = [month[:4] for month in listed]
    heads = (0, ((0.05, "年"), (0.15, "月"), (0.3, "单位编号"), (0.6, "缴费状况")))
    rows = [
        (1.8 * (at + 1), ((0.15, month[5:]), (0.3, "5012345678"), (0.6, "未到账" if month == "2026-02" else "已到账")))
        for at, month in enumerate(listed)
    ]
    merged = [
        (1.8 * (years.index(year) + 1 + (years.count(year) - 1) / 2), ((0.05, year),)) for year in dict.fromkeys(years)
    ]
    read = with_table(set_out(heads, *rows, *merged), read_by)
    assert read.months.paid == tuple(month for month in months if month != "2026-02")
    assert read.months.unpaid == ("2026-02",)
    assert read.months.certain


def test_a_year_that_was_not_read_leaves_its_months_open():
    heads = (0, ((0.05, "年"), (0.15, "月"), (0.6, "缴费状况")))
    rows = [(1.8 * at, ((0.15, month), (0.6, "已到账"))) for at, month in enumerate(("11", "12", "01", "02"), 1)]
    read = with_table(set_out(heads, *rows, (1.8 * 1.5, ((0.05, "2025"),))))
    assert read.months.paid == ()


def test_a_table_for_each_year_is_of_the_year_in_its_caption():
    signs = {"2025-12": "●", "2026-01": "●", "2026-02": "△"}
    lines = []
    for at, year in enumerate(("2025", "2026")):
        top = 30 * at
        lines += [(top, ((0.4, f"{year}年缴费明细情况"),))]
        lines += [(top + 2.5, ((0.2, "基本养老保险"), (0.5, "失业保险"))), (top + 3.2, ((0.05, "月份"),))]
        heads = ((0.15, "缴费基数"), (0.3, "缴费情况"), (0.45, "缴费基数"), (0.6, "缴费情况"))
        lines += [(top + 3.9, heads)]
        for number in range(1, 13):
            sign = signs.get(f"{year}-{number:02d}", "-")
            basis = "-" if sign == "-" else "4850"
            cells = ((0.05, f"{number:02d}"), (0.15, basis), (0.3, sign), (0.45, basis), (0.6, "●"))
            lines.append((top + 3.9 + 1.8 * number, cells))
    page = a_page(*HEAD)
    read = read_certificate("社保证明.pdf", 2, [replace(page, lines=(*page.lines, *set_out(*lines, top=0.25)))])
    assert read.months.paid == ("2025-12", "2026-01")
    assert {"2026-02", "2025-11"} <= set(read.months.unpaid)
    assert read.months.certain


def signs(*texts, inked=(), size=0.016):
    """Rows of a column of signs, "" where none was read, and what the paper shows: ink only at the rows `inked`."""
    rows = []
    for at, text in enumerate(texts):
        top = 0.3 + 0.02 * at
        month = Line("0", Box(0.1, top, 0.12, top + size), 0.97)
        cells = [(text, Box(0.3, top, 0.3 + size, top + size))] if text else []
        rows.append((Token(f"2026-{at + 1:02d}", month.box, month), cells))
    places = [rows[at][0].box.middle[1] for at in inked]
    return rows, lambda place: 1.0 if any(abs(place.middle[1] - one) < 0.004 for one in places) else 0.3


@pytest.mark.parametrize(
    ("texts", "inked", "full"),
    [
        pytest.param(("●", "e", "", "●", "-"), (0, 1, 2, 3), (True, True, True, True, False), id="unread, full"),
        pytest.param(("●", "O", "●", "△"), (0, 2), (True, False, True, False), id="open"),
        pytest.param(("●", "e", ""), (0, 1, 2), (False, False, False), id="one alone is nothing to compare with"),
        pytest.param(("●", "e", "●"), (1, 2), (False, False, False), id="the read ones are not full"),
        pytest.param(("●", "e", "●", "▲"), (0, 1, 2, 3), (False,) * 4, id="another sign is full too"),
    ],
)
def test_a_full_sign_that_was_not_read_is_seen_beside_those_that_were(texts, inked, full):
    rows, ink = signs(*texts, inked=inked)
    assert full_signs(rows, ink) == list(full)
    assert full_signs(rows, lambda place: None) == [False] * len(texts)
