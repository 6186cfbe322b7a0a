"""A text layer is believed only when it says what the page shows."""

import io
from collections.abc import Callable
from typing import Any

import pytest

from parsers.files.fonts import shows_chinese
from parsers.files.kind import FileKind
from parsers.files.limits import DEFAULT_LIMITS
from parsers.files.opening import open_file
from parsers.files.page import Box, Line
from parsers.files.sheet import OpenedFile, Sheet
from parsers.files.text_layer import in_reading_order, is_real

CERTIFICATE = "重庆市社会保险个人参保证明 编号 2026 姓名 张三 养老保险 202601 202602 202603 已缴 已缴 已缴 3400.00"


@pytest.mark.parametrize(
    ("text", "real"),
    [
        pytest.param(CERTIFICATE, True, id="Chinese with many digits"),
        pytest.param("第1页", False, id="a page number only"),
        pytest.param("(cid:12)(cid:7)" * 20, False, id="glyph numbers"),
        pytest.param(CERTIFICATE + "�", False, id="replacement sign"),
        pytest.param(CERTIFICATE + "\ue001", False, id="private use"),
        pytest.param(CERTIFICATE + "\x01\x02\x03", False, id="control signs"),
        pytest.param("Ã¤Ã¶Ã¼ÃÃ ÃÃ ÃÃÃÃ ÃÃÃ ÃÃÃ ÃÃÃÃ", False, id="Latin accents instead of Chinese"),
    ],
)
def test_real_layers_are_told_by_their_characters(text: str, real: bool) -> None:
    assert is_real(text) is real


def drawn(
    *,
    rotate: int = 0,
    sideways: bool = False,
    covered: bool = False,
    besides: Callable[[Any], None] | None = None,
) -> Sheet:
    canvas_module = pytest.importorskip("reportlab.pdfgen.canvas", reason="reportlab draws the PDF")
    from PIL import Image
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.pdfmetrics import registerFont

    registerFont(UnicodeCIDFont("STSong-Light"))
    out = io.BytesIO()
    canvas = canvas_module.Canvas(out, pagesize=(595, 842), pageCompression=0)
    if sideways:
        canvas.translate(595, 0)
        canvas.rotate(90)
    canvas.setFont("STSong-Light", 12)
    top = 560 if sideways else 760
    canvas.drawString(60, top - 60, "姓名")
    canvas.drawString(200, top - 60, "张三")
    canvas.drawString(60, top, "重庆市社会保险个人参保证明缴费情况如下所列")
    if besides:
        besides(canvas)
    if rotate:
        canvas.setPageRotation(rotate)
    if covered:
        canvas.drawImage(ImageReader(Image.new("RGB", (600, 850), "white")), 0, 0, 595, 842)
    canvas.save()
    opened = open_file(out.getvalue(), FileKind.PDF, DEFAULT_LIMITS)
    assert isinstance(opened, OpenedFile)
    (sheet,) = opened.sheets
    return sheet


def test_a_real_layer_gives_cells_with_their_places() -> None:
    sheet = drawn()
    assert sheet.lines is not None
    assert [line.text for line in sheet.lines] == ["重庆市社会保险个人参保证明缴费情况如下所列", "姓名", "张三"]
    title, name, value = sheet.lines
    assert title.box.top == pytest.approx((842 - 760 - 12) / 842, abs=0.01)
    assert name.box.left == pytest.approx(60 / 595, abs=0.01)
    assert value.box.left == pytest.approx(200 / 595, abs=0.01)
    assert sheet.picture is not None, "seals on an electronic paper are looked for on its picture"


needs_font = pytest.mark.skipif(
    not shows_chinese(), reason="no Chinese font here, without which pdfium loses the text of turned pages"
)


@needs_font
def test_places_follow_the_page_as_it_is_shown() -> None:
    sheet = drawn(rotate=90, sideways=True)
    assert sheet.lines is not None
    assert [line.text for line in sheet.lines] == ["重庆市社会保险个人参保证明缴费情况如下所列", "姓名", "张三"]
    assert sheet.lines[2].box.left == pytest.approx(200 / 595, abs=0.01)  # reportlab turns the page box too


@needs_font
def test_a_font_that_the_paper_only_names_is_drawn_in_another() -> None:
    """Its picture is what seals and signatures are looked for on, and what a reviewer is shown."""
    picture = drawn().picture
    assert picture is not None
    assert (picture < 128).mean() > 0.001


def test_text_that_is_shown_lying_is_read_from_the_picture() -> None:
    """Only the picture can be turned upright together with its marks."""
    assert drawn(sideways=True).lines is None


def test_a_page_covered_by_a_picture_is_read_from_the_picture() -> None:
    sheet = drawn(covered=True)
    assert sheet.lines is None
    assert sheet.picture is not None


def test_rows_of_a_table_stay_together_though_their_cells_are_of_different_height() -> None:
    def cell(text: str, left: float, top: float, height: float) -> Line:
        return Line(text, Box(left, top, left + 0.1, top + height), 1.0)

    lines = [cell("乙", 0.5, 0.100, 0.02), cell("丙", 0.1, 0.140, 0.02), cell("甲", 0.1, 0.104, 0.014)]
    assert [line.text for line in in_reading_order(lines)] == ["甲", "乙", "丙"]


def test_a_big_value_close_behind_its_small_label_is_a_run_of_its_own() -> None:
    def label_and_value(canvas: Any) -> None:
        canvas.drawString(60, 700, "监理岗位")
        canvas.setFont("STSong-Light", 20)
        canvas.drawString(112, 698, "总监理工程师")

    sheet = drawn(besides=label_and_value)
    assert sheet.lines is not None
    assert {"监理岗位", "总监理工程师"} <= {line.text for line in sheet.lines}


def test_digits_and_signs_of_another_font_stay_in_the_run_of_their_line() -> None:
    def mixed(canvas: Any) -> None:
        canvas.drawString(60, 640, "自")
        canvas.setFont("Helvetica", 11)
        canvas.drawString(72, 640, "2026-01-05")
        canvas.setFont("STSong-Light", 12)
        canvas.drawString(130, 640, "起")

    sheet = drawn(besides=mixed)
    assert sheet.lines is not None
    assert "自2026-01-05起" in {line.text for line in sheet.lines}
