"""Values that wrap inside a ruled cell are one line; running text and neighbouring cells stay apart."""

import pytest

from mailbot.demo.sheet import Sheet, pdf
from parsers.files.kind import FileKind
from parsers.files.opening import open_file
from parsers.files.page import Box, Line
from parsers.files.ruled_cells import cells, joined

FIRM = ("重庆市渝州工程监理（集团", "）有限公司")
CELL = Box(0.1, 0.1, 0.4, 0.15)


def a_table() -> Sheet:
    sheet = Sheet()
    sheet.text(20, 20, "重庆市社会保险参保证明（个人），以下为最近两个月的缴费情况说明", 5)
    for row in range(3):
        for column in range(3):
            left, top = 20 + 55 * column, 40 + 14 * row
            sheet.frame(left, top, left + 55, top + 14)
            for number, part in enumerate(FIRM if column == 1 and row else ("养老保险",)):
                sheet.text(left + 1, top + 1.5 + 5.5 * number, part, 3.6)
    return sheet


def test_a_wrapped_cell_of_a_text_page_is_one_line():
    (page,) = open_file(pdf([a_table()]), FileKind.PDF).sheets
    texts = [line.text for line in page.lines]
    assert texts.count("".join(FIRM)) == 2
    assert texts.count("养老保险") == 7


def test_a_file_that_only_one_of_both_libraries_can_read_has_no_cells():
    assert cells(b"%PDF-1.7 nothing", 1) == ()
    assert cells(pdf([a_table()]), 9) == ()


def line(text: str, left: float, top: float) -> Line:
    return Line(text, Box(left, top, left + 0.1, top + 0.015), 1.0)


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        pytest.param((line("上", 0.11, 0.105), line("下", 0.11, 0.125)), 1, id="below each other"),
        pytest.param((line("左", 0.11, 0.11), line("右", 0.28, 0.11)), 2, id="side by side"),
        pytest.param((line("里", 0.11, 0.11), line("外", 0.11, 0.16)), 2, id="in another cell"),
        pytest.param(tuple(line("长", 0.11, 0.1 + 0.01 * n) for n in range(5)), 5, id="running text"),
    ],
)
def test_lines_are_joined_only_where_they_are_one_value(lines, count):
    assert len(joined(lines, [CELL])) == count
