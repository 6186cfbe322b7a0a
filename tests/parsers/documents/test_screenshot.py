"""Pages of the two systems are read by their labels, whatever the skin, the crop and the scale."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.documents.document import DocumentKind
from parsers.documents.screenshot import read_screenshot
from parsers.documents.screenshot_words import Status, action_of, status_of
from parsers.files.page import Box, Line, Page, ReadBy

NATIONAL, MUNICIPAL = DocumentKind.NATIONAL_SCREENSHOT, DocumentKind.MUNICIPAL_SCREENSHOT
PROJECT, FIRM, PERSON = "渝东至巴南高速公路", "重庆渝州工程监理有限公司", "赵明远"


def written(text, left, top, *, size=0.02, confidence=0.99):
    """A run of text at a place; letters are `size` high and, in Chinese, half as wide on a wide screen."""
    width = sum(1.0 if ord(sign) > 0x2E7F else 0.5 for sign in text) * size * 0.6
    return Line(text, Box(left, top, left + width, top + size), confidence)


def a_page(*lines, read_by=ReadBy.OCR, legible=True):
    return Page(1, tuple(lines), read_by, 1366, 820, legible=legible)


def read(kind, *lines, **page):
    return read_screenshot(kind, "截图.jpg", 1, (a_page(*lines, **page),))


def values(screenshot):
    return {key: field.value for key, field in screenshot.values.items()}


HEAD = (
    written("全国公路建设市场监督管理系统", 0.02, 0.02, size=0.03),
    written("首页 监理企业 监理工程师 监理人员 项目管理", 0.02, 0.08),
    written(f"当前用户：{PERSON}", 0.40, 0.08),
    written("人员业绩信息填报", 0.17, 0.15),
    written("状态：已上报", 0.30, 0.15),
    written("登记类型：业绩登记新增", 0.17, 0.20),
)
BESIDE = (
    written("姓名", 0.22, 0.25),
    written(PERSON, 0.30, 0.25),
    written("企业名称", 0.52, 0.25),
    written(FIRM, 0.60, 0.25),
    written("项目行业", 0.20, 0.30),
    written("公路工程", 0.30, 0.30),
    written("项目名称", 0.52, 0.30),
    written(PROJECT, 0.60, 0.30),
    written("标段名称", 0.20, 0.35),
    written("JL1", 0.30, 0.35),
    written("监理岗位", 0.52, 0.35),
    written("专业监理工程师", 0.60, 0.35),
    written("在岗起始日期", 0.17, 0.40),
    written("2026-03-02", 0.30, 0.40),
    written("在岗截止日期", 0.49, 0.40),
    written("备注", 0.22, 0.45),
    written("返回", 0.17, 0.52),
)
ABOVE = (
    written("姓名", 0.10, 0.25),
    written("企业名称", 0.40, 0.25),
    written("项目名称", 0.70, 0.25),
    written(PERSON, 0.10, 0.29),
    written(FIRM, 0.40, 0.29),
    written(PROJECT, 0.70, 0.29),
    written("标段名称", 0.10, 0.36),
    written("监理岗位", 0.40, 0.36),
    written("在岗起始日期", 0.70, 0.36),
    written("JL1", 0.10, 0.40),
    written("专业监理工程师", 0.40, 0.40),
    written("2026-03-02", 0.70, 0.40),
)
COLONS = tuple(
    written(text, 0.20, 0.25 + 0.05 * number)
    for number, text in enumerate(
        (
            f"姓名：{PERSON}",
            f"企业名称: {FIRM}",
            f"项目名称{PROJECT}",
            "标段名称 JL1 监理岗位 专业监理工程师",
            "在岗起始日期：2026年3月2日",
        )
    )
)
SHOWN = {
    "person": PERSON,
    "firm": FIRM,
    "project": PROJECT,
    "section": "JL1",
    "post": "专业监理工程师",
    "started_on": "2026-03-02",
    "action": "add",
}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(BESIDE, id="labels left of values"),
        pytest.param(ABOVE, id="labels above values"),
        pytest.param(COLONS, id="labels and values in one line"),
    ],
)
def test_national_page_gives_its_values_in_every_layout(body):
    page = read(NATIONAL, *HEAD, *body)
    assert values(page) == SHOWN
    assert page.status is Status.DONE


def test_an_empty_cell_gives_no_value():
    assert "ended_on" not in values(read(NATIONAL, *HEAD, *BESIDE))


def test_a_person_whom_the_page_names_twice_is_certain_and_a_name_named_once_is_not():
    page = read(NATIONAL, *HEAD, *BESIDE)
    assert page.values["person"].certain
    assert not page.values["firm"].certain
    assert page.values["started_on"].certain


def test_nothing_is_certain_on_a_page_that_reads_badly():
    blurred = [replace(line, confidence=0.8) for line in (*HEAD, *BESIDE)]
    page = read(NATIONAL, *blurred)
    assert values(page) == SHOWN
    assert not any(field.certain for field in page.fields.values())


def test_everything_is_certain_in_a_text_layer():
    page = read(NATIONAL, *HEAD, *BESIDE, read_by=ReadBy.TEXT)
    assert all(field.certain for field in page.fields.values())


@pytest.mark.parametrize(
    "offsets",
    [
        pytest.param((-0.012, 0.012), id="two lines around the label's height"),
        pytest.param((0.0, 0.024), id="two lines from the label's height down"),
        pytest.param((-0.024, 0.0, 0.024), id="three lines around the label's height"),
    ],
)
def test_a_name_wrapped_in_its_cell_is_put_together(offsets):
    name = "渝东至巴南高速公路至南川支线改扩建工程"
    cut = math.ceil(len(name) / len(offsets))
    lines = [written(name[n * cut : (n + 1) * cut], 0.60, 0.32 + by) for n, by in enumerate(offsets)]
    page = read(
        NATIONAL,
        *HEAD,
        written("姓名", 0.22, 0.25),
        written(PERSON, 0.30, 0.25),
        written("企业名称", 0.52, 0.25),
        written(FIRM, 0.60, 0.25),
        written("项目行业", 0.22, 0.32),
        written("公路工程", 0.30, 0.32),
        written("项目名称", 0.52, 0.32),
        *lines,
        written("标段名称", 0.22, 0.39),
        written("JL1", 0.30, 0.39),
        written("监理岗位", 0.52, 0.39),
        written("专业监理工程师", 0.60, 0.39),
    )
    assert values(page)["project"] == name
    assert values(page)["firm"] == FIRM
    assert values(page)["post"] == "专业监理工程师"


@given(scale=st.floats(0.3, 1.0), right=st.floats(0, 0.3), down=st.floats(0, 0.3))
@settings(max_examples=25, deadline=None)
def test_place_and_scale_on_the_picture_do_not_matter(scale, right, down):
    moved = [
        replace(
            line,
            box=Box(
                line.box.left * scale + right,
                line.box.top * scale + down,
                line.box.right * scale + right,
                line.box.bottom * scale + down,
            ),
        )
        for line in (*HEAD, *BESIDE)
    ]
    assert values(read(NATIONAL, *moved)) == SHOWN


@pytest.mark.parametrize("slope", [-0.03, 0.02])
def test_a_photograph_that_hangs_is_levelled(slope):
    hanging = [
        replace(
            line,
            box=replace(
                line.box, top=line.box.top + slope * line.box.left, bottom=line.box.bottom + slope * line.box.left
            ),
        )
        for line in (*HEAD, *BESIDE)
    ]
    assert values(read(NATIONAL, *hanging)) == SHOWN


@pytest.mark.parametrize(
    ("word", "kind", "labelled", "status"),
    [
        pytest.param("已提交上报", NATIONAL, False, Status.DONE, id="D15"),
        pytest.param("已上报（待企业复核）", NATIONAL, True, Status.DONE, id="submitted, waits for the enterprise"),
        pytest.param("未上报", NATIONAL, False, Status.CONTRARY, id="not submitted"),
        pytest.param("待提交", NATIONAL, True, Status.CONTRARY, id="to be submitted"),
        pytest.param("草稿", NATIONAL, True, Status.CONTRARY, id="draft"),
        pytest.param("退回", NATIONAL, True, Status.CONTRARY, id="sent back"),
        pytest.param("退回", NATIONAL, False, None, id="a button says nothing"),
        pytest.param("已发布", MUNICIPAL, False, Status.DONE, id="published"),
        pytest.param("【未发布】", MUNICIPAL, False, Status.CONTRARY, id="not published"),
        pytest.param("待审核", MUNICIPAL, True, Status.CONTRARY, id="reviewed before it is published"),
        pytest.param("待审核", NATIONAL, True, Status.DONE, id="reviewed after it is submitted"),
        pytest.param("已发布", NATIONAL, False, None, id="a word of the other system"),
        pytest.param("高速公路", MUNICIPAL, False, None, id="no status word"),
        pytest.param("已撤销发布", MUNICIPAL, False, Status.CONTRARY, id="published no longer"),
        pytest.param("尚未报送", NATIONAL, False, Status.CONTRARY, id="in words of no table"),
        pytest.param("撤回上报", NATIONAL, False, None, id="a button in words of no table"),
        pytest.param("己发布", MUNICIPAL, False, Status.DONE, id="a sign that engines take for another"),
    ],
)
def test_status_words_of_each_system(word, kind, labelled, status):
    assert status_of(word, kind, labelled=labelled) is status


@pytest.mark.parametrize(
    ("line", "status", "certain"),
    [
        pytest.param("状态：未上报", Status.CONTRARY, True, id="beside its label"),
        pytest.param("人员业绩信息填报状态:未上报", Status.CONTRARY, True, id="run into a heading"),
        pytest.param("您的业绩信息尚未提交上报", Status.CONTRARY, False, id="in a sentence, unsure"),
        pytest.param("您的业绩信息已提交上报", Status.DONE, True, id="in a sentence"),
        pytest.param("状态：等候处理", Status.CONTRARY, False, id="of no table: a person reads it"),
    ],
)
def test_what_the_page_says_of_its_entry(line, status, certain):
    page = read(NATIONAL, *(one for one in HEAD if "状态" not in one.text), written(line, 0.3, 0.15), *BESIDE)
    assert page.status is status
    assert page.status_word.certain is certain


@pytest.mark.parametrize("word", ["正常", "全部", "--"])
def test_what_tells_nothing_of_the_entry_is_no_status(word):
    page = read(
        NATIONAL, *(one for one in HEAD if "状态" not in one.text), written(f"状态：{word}", 0.3, 0.15), *BESIDE
    )
    assert page.status is None


def test_a_page_without_a_status_word_has_no_status():
    page = read(NATIONAL, *(one for one in HEAD if "状态" not in one.text), *BESIDE)
    assert page.status is None


def test_badges_that_contradict_each_other_are_unsure():
    tabs = (written("未上报", 0.3, 0.15), written("已上报", 0.4, 0.15))
    page = read(NATIONAL, *(one for one in HEAD if "状态" not in one.text), *tabs, *BESIDE)
    assert page.status is Status.CONTRARY
    assert not page.status_word.certain


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("业绩登记新增", "add"),
        ("业绩登记更新", "update"),
        ("截止", "close"),
        ("注销", "close"),
        ("新增（更新、截止）", None),
    ],
)
def test_action_is_named_once_or_not_at_all(text, action):
    assert action_of(text) == action


TITLE = (
    written("重庆市公路建设市场信用信息管理系统", 0.02, 0.02, size=0.03),
    written("首页>项目信息>监理合同段", 0.03, 0.10),
    written("已发布", 0.20, 0.10),
    written(f"{FIRM}业绩信息", 0.40, 0.14),
)
SECTION = (
    written("项目名称", 0.03, 0.20),
    written(PROJECT, 0.16, 0.20),
    written("标段号", 0.66, 0.20),
    written("JL1", 0.78, 0.20),
    written("合同名称", 0.03, 0.25),
    written(f"{PROJECT}JL1监理合同", 0.16, 0.25),
    written("技术等级", 0.66, 0.25),
    written("高速公路", 0.78, 0.25),
    written("项目建设管理单位", 0.03, 0.30),
    written("重庆两岸交通建设有限公司", 0.16, 0.30),
    written("开工时间", 0.66, 0.30),
    written("2025-03-01", 0.78, 0.30),
    written("类型", 0.03, 0.35),
    written("在建", 0.16, 0.35),
    written("交工时间", 0.66, 0.35),
    written("合同价(万元)", 0.03, 0.40),
    written("812.55", 0.16, 0.40),
    written("项目所在省", 0.66, 0.40),
    written("重庆市", 0.78, 0.40),
    written("履约人员信息", 0.03, 0.46),
)
HEADS = (
    written("序号", 0.07, 0.52),
    written("岗位", 0.30, 0.52),
    written("姓名", 0.55, 0.52),
    written("任职时间", 0.78, 0.52),
)


def a_row(number, post, name, period, top):
    return (
        written(str(number), 0.03, top),
        written(post, 0.15, top),
        written(name, 0.49, top),
        written(period, 0.65, top),
    )


ROWS = (
    *a_row(1, "总监代表", "古丽·买买提", "2024-05-01 至 今", 0.57),
    *a_row(2, "专业监理工程师", PERSON, "2026-03-02至2026-05-12", 0.62),
)
PEOPLE = [
    ("古丽·买买提", "总监代表", "2024-05-01", None, True),
    (PERSON, "专业监理工程师", "2026-03-02", "2026-05-12", False),
]


def people(page):
    return [
        (
            row.person.value,
            row.post.value if row.post else None,
            row.started_on.value if row.started_on else None,
            row.ended_on.value if row.ended_on else None,
            row.until_now,
        )
        for row in page.personnel
    ]


def test_municipal_page_gives_section_and_personnel():
    page = read(MUNICIPAL, *TITLE, *SECTION, *HEADS, *ROWS)
    assert values(page) == {
        "firm": FIRM,
        "project": PROJECT,
        "section": "JL1",
        "commenced_on": "2025-03-01",
        "state": "在建",
    }
    assert page.status is Status.DONE
    assert people(page) == PEOPLE
    assert page.values["project"].certain  # the contract's name says it again


def test_personnel_are_read_where_the_heads_were_cut_off():
    assert people(read(MUNICIPAL, *ROWS)) == PEOPLE


def test_a_row_that_came_as_one_run_of_text_is_taken_apart():
    page = read(MUNICIPAL, *TITLE, *SECTION, *HEADS, written(f"1 总监代表 {PERSON} 2024-05-01 至 今", 0.03, 0.57))
    assert people(page) == [(PERSON, "总监代表", "2024-05-01", None, True)]


def test_wrapped_post_and_period_belong_to_their_row():
    row = (
        written("1", 0.03, 0.60),
        written("副驻地监理工", 0.15, 0.588),
        written("程师", 0.15, 0.612),
        written(PERSON, 0.49, 0.60),
        written("2026-03-02 至", 0.65, 0.588),
        written("2026-05-12", 0.65, 0.612),
    )
    page = read(
        MUNICIPAL, *TITLE, *SECTION, *HEADS, *row, *a_row(2, "总监理工程师", "钱伯年", "2024-05-01 至 今", 0.68)
    )
    assert people(page) == [
        (PERSON, "副驻地监理工程师", "2026-03-02", "2026-05-12", False),
        ("钱伯年", "总监理工程师", "2024-05-01", None, True),
    ]


def test_start_and_end_may_stand_in_columns_of_their_own():
    heads = (
        written("姓名", 0.05, 0.52),
        written("岗位", 0.25, 0.52),
        written("任职开始时间", 0.50, 0.52),
        written("任职结束时间", 0.75, 0.52),
    )
    row = (
        written(PERSON, 0.05, 0.57),
        written("总监", 0.25, 0.57),
        written("2026-03-02", 0.50, 0.57),
        written("2026-05-12", 0.75, 0.57),
    )
    page = read(MUNICIPAL, *TITLE, *SECTION, *heads, *row)
    assert people(page) == [(PERSON, "总监", "2026-03-02", "2026-05-12", False)]


def test_a_title_beside_the_post_is_no_post():
    row = (
        written("2", 0.03, 0.57),
        written(PERSON, 0.15, 0.57),
        written("高级工程师", 0.30, 0.57),
        written("专业监理工程师", 0.49, 0.57),
        written("2026-03-02 至 今", 0.75, 0.57),
    )
    page = read(MUNICIPAL, *TITLE, *SECTION, *HEADS, *row)
    assert people(page) == [(PERSON, "专业监理工程师", "2026-03-02", None, True)]


def test_action_may_stand_in_a_heading_alone():
    lines = [one for one in HEAD if "登记类型" not in one.text]
    assert values(read(NATIONAL, *lines, written("业绩登记截止", 0.17, 0.2), *BESIDE))["action"] == "close"


def test_the_engineers_rows_come_latest_first():
    rows = (
        *a_row(1, "专业监理工程师", PERSON, "2024-05-01至2026-03-01", 0.57),
        *a_row(2, "总监代表", PERSON, "2026-03-02 至 今", 0.62),
    )
    own = read(MUNICIPAL, *TITLE, *SECTION, *HEADS, *rows).tenures_of("赵 明远")
    assert [row.post.value for row in own] == ["总监代表", "专业监理工程师"]


@pytest.mark.parametrize(
    ("label", "day"),
    [
        pytest.param("交工时间", "2026-01-13", id="handed over"),
        pytest.param("交工验收日期", "2026-01-13", id="another word for it"),
        pytest.param("计划交工时间", None, id="planned"),
        pytest.param("竣工时间", None, id="竣工 is no 交工"),
    ],
)
def test_completion_is_taken_from_its_own_label_alone(label, day):
    lines = [one for one in SECTION if one.text != "交工时间"]
    page = read(MUNICIPAL, *TITLE, *lines, written(label, 0.66, 0.35), written("2026-01-13", 0.78, 0.35), *HEADS, *ROWS)
    assert values(page).get("completed_on") == day


@given(
    st.lists(st.tuples(st.text(max_size=30), st.floats(0, 1), st.floats(0, 1)), max_size=30),
    st.sampled_from([NATIONAL, MUNICIPAL]),
)
@settings(max_examples=60, deadline=None)
def test_no_page_makes_the_reader_fail(lines, kind):
    page = read(kind, *(written(text, left, top) for text, left, top in lines))
    assert page.kind is kind


LONG = ("重庆市城口至开州高速公路扩能", "改造工程(城口段)及连接线")


def labels_above(*under):
    """Four labels in a row, beside a menu, their values below."""
    labels = ("在岗结束时间", "姓名", "项目名称", "标段名称")
    places = (0.17, 0.37, 0.57, 0.78)
    return (
        written("基本信息管理", 0.01, 0.20),
        *(written(label, left, 0.20, size=0.018) for label, left in zip(labels, places, strict=True)),
        *(written(text, left, 0.23, size=0.018) for text, left in zip(under, places, strict=True)),
    )


def test_labels_above_their_values_are_read_beside_a_menu_and_over_buttons():
    buttons = (written("返回", 0.17, 0.30), written("打印", 0.24, 0.30))
    found = values(read(NATIONAL, *HEAD[:1], *labels_above("-", PERSON, PROJECT, "JL1"), *buttons))
    assert (found["person"], found["project"], found["section"]) == (PERSON, PROJECT, "JL1")


def test_a_name_wrapped_under_its_label_is_one_value_and_not_a_second_entry():
    lines = labels_above("-", PERSON, LONG[0], "JL1")
    found = values(read(NATIONAL, *HEAD[:1], *lines, written(LONG[1], 0.57, 0.254, size=0.018)))
    assert (found["project"], found["section"]) == ("".join(LONG), "JL1")
    assert "ended_on" not in found


def test_two_entries_under_their_labels_leave_open_which_is_meant():
    second = [written(text, left, 0.27, size=0.018) for text, left in (("钱多多", 0.37), ("另一高速公路", 0.57))]
    assert "project" not in values(read(NATIONAL, *HEAD[:1], *labels_above("-", PERSON, PROJECT, "JL1"), *second))


def test_the_path_to_a_page_is_no_label():
    path = (written("首页 > 项目信息 > 监理合同段", 0.02, 0.08), written("已发布", 0.28, 0.08))
    found = read(MUNICIPAL, *path, written("标段号", 0.02, 0.2), written("JL4", 0.12, 0.2))
    assert values(found)["section"] == "JL4"
    assert found.status is Status.DONE


@pytest.mark.parametrize(
    ("beside", "certain"),
    [
        pytest.param((), True, id="alone above the entry"),
        pytest.param((("保存", 0.4),), False, id="among buttons"),
        pytest.param((("已退回", 0.4), ("全部", 0.5)), False, id="among the tabs of a list"),
    ],
)
def test_a_word_that_may_be_a_button_tells_the_state_where_it_stands_alone(beside, certain):
    row = [written("草稿", 0.28, 0.08), *(written(text, left, 0.08) for text, left in beside)]
    found = read(MUNICIPAL, *row, written("标段号", 0.02, 0.2), written("JL4", 0.12, 0.2))
    assert (found.status is Status.CONTRARY and found.status_word.certain) is certain


def test_values_close_below_their_labels_are_not_taken_for_the_next_columns():
    """An engine's boxes reach beyond the letters, so that a row nearly touches the one below it."""
    lines = labels_above("-", PERSON, PROJECT, "JL1")
    tall = [replace(one, box=replace(one.box, top=one.box.top - 0.006, bottom=one.box.bottom + 0.006)) for one in lines]
    found = values(read(NATIONAL, *HEAD[:1], *tall))
    assert (found["person"], found["project"], found["section"]) == (PERSON, PROJECT, "JL1")
