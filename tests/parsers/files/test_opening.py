"""Broken, odd and protected files: each ends with a named fault or with what can be read of it."""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from parsers.files.kind import FileKind
from parsers.files.limits import FileLimits
from parsers.files.opening import open_file
from parsers.files.page import Fault, Unreadable
from parsers.files.sheet import OpenedFile, Sheet

sys.path.insert(0, str(Path(__file__).parent))
import hostile

LIMITS = FileLimits()


def sheets(data: bytes, kind: FileKind, limits: FileLimits = LIMITS) -> tuple[OpenedFile, list[Sheet]]:
    opened = open_file(data, kind, limits)
    assert isinstance(opened, OpenedFile), opened
    return opened, list(opened.sheets)


@pytest.mark.parametrize(
    ("data", "kind", "fault"),
    [
        pytest.param(b"", FileKind.EMPTY, Fault.EMPTY, id="no byte"),
        pytest.param(b"", FileKind.PDF, Fault.EMPTY, id="no byte, said to be a pdf"),
        pytest.param(b"%PDF-1.4\n%", FileKind.PDF, Fault.BROKEN, id="pdf cut after its header"),
        pytest.param(hostile.many_pages(1)[:200], FileKind.PDF, Fault.BROKEN, id="pdf truncated"),
        pytest.param(hostile.picture(), FileKind.PDF, Fault.BROKEN, id="jpeg taken for a pdf"),
        pytest.param(hostile.picture()[:300], FileKind.JPEG, Fault.BROKEN, id="jpeg truncated"),
        pytest.param(b"\xff\xd8\xff\xe0" + b"x" * 500, FileKind.JPEG, Fault.BROKEN, id="jpeg of noise"),
        pytest.param(hostile.picture(form="PNG"), FileKind.JPEG, Fault.BROKEN, id="png taken for a jpeg"),
        pytest.param(hostile.png_header(60_000, 60_000), FileKind.PNG, Fault.TOO_LARGE, id="png of 60,000 squared"),
        pytest.param(hostile.png_header(65_535, 65_535), FileKind.PNG, Fault.TOO_LARGE, id="png of 65,535 squared"),
        pytest.param(hostile.png_text_bomb(64), FileKind.PNG, Fault.BROKEN, id="png with a text bomb"),
        pytest.param(b"PK\x03\x04", FileKind.ARCHIVE, Fault.UNSUPPORTED, id="archive"),
        pytest.param(b"x", FileKind.HEIC, Fault.UNSUPPORTED, id="heic"),
        pytest.param(b"x", FileKind.PROGRAM, Fault.UNSUPPORTED, id="program"),
        pytest.param(b"x", FileKind.ENCRYPTED, Fault.ENCRYPTED, id="encrypted mail part"),
    ],
)
def test_what_cannot_be_opened_has_a_fault(data: bytes, kind: FileKind, fault: Fault) -> None:
    opened = open_file(data, kind, LIMITS)
    assert isinstance(opened, Unreadable)
    assert opened.fault is fault


def test_a_file_over_the_limit_is_not_opened() -> None:
    opened = open_file(hostile.picture(), FileKind.JPEG, FileLimits(bytes=100))
    assert isinstance(opened, Unreadable)
    assert opened.fault is Fault.TOO_LARGE


@pytest.mark.parametrize(
    ("passwords", "fault"),
    [
        pytest.param(("geheim", "owner"), Fault.ENCRYPTED, id="a password is needed for reading"),
        pytest.param(("", "owner"), None, id="only printing is protected"),
    ],
)
def test_only_a_password_for_reading_is_a_fault(passwords: tuple[str, str], fault: Fault | None) -> None:
    pdfencrypt = pytest.importorskip("reportlab.lib.pdfencrypt", reason="reportlab draws the protected PDF")
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    user, owner = passwords
    canvas = Canvas(out, encrypt=pdfencrypt.StandardEncryption(user, ownerPassword=owner, canPrint=0))
    canvas.drawString(72, 72, "hello")
    canvas.save()
    opened = open_file(out.getvalue(), FileKind.PDF, LIMITS)
    assert (opened.fault if isinstance(opened, Unreadable) else None) is fault


def test_a_hundred_pages_are_counted_but_only_the_first_fifty_read() -> None:
    opened, read = sheets(hostile.many_pages(100), FileKind.PDF)
    assert opened.total == 100
    assert [sheet.number for sheet in read] == list(range(1, 51))


def test_only_the_first_frames_of_a_tiff_are_read() -> None:
    opened, read = sheets(hostile.tiff_frames(200), FileKind.TIFF)
    assert opened.total == 200
    assert len(read) == LIMITS.frames


def test_a_page_of_200_kilometres_is_drawn_small() -> None:
    _, (sheet,) = sheets(hostile.huge_page(), FileKind.PDF)
    assert sheet.picture is not None
    assert max(sheet.picture.shape) <= LIMITS.side


def test_a_page_without_finite_size_is_named_and_not_drawn() -> None:
    opened = open_file(hostile.huge_page(b"1e300"), FileKind.PDF, LIMITS)
    if isinstance(opened, Unreadable):
        assert opened.fault is Fault.BROKEN
    else:
        (sheet,) = opened.sheets
        assert sheet.picture is None or max(sheet.picture.shape) <= LIMITS.side


def test_a_page_tree_that_contains_itself_has_no_page_to_show() -> None:
    opened = open_file(hostile.circular_tree(), FileKind.PDF, LIMITS)
    assert isinstance(opened, Unreadable) or all(sheet.picture is None and sheet.why for sheet in opened.sheets)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(hostile.circular_form(), id="a form that draws itself"),
        pytest.param(hostile.active_pdf(), id="script, launch and link"),
    ],
)
def test_harmless_after_all(data: bytes) -> None:
    _, (sheet,) = sheets(data, FileKind.PDF)
    assert sheet.picture is not None


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_exif_turn_is_applied(orientation: int) -> None:
    image = Image.new("RGB", (80, 40), "white")
    image.paste((0, 0, 0), (0, 0, 20, 10))
    exif = Image.Exif()
    exif[0x112] = orientation
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif, quality=95)
    _, (sheet,) = sheets(out.getvalue(), FileKind.JPEG)
    assert sheet.picture is not None
    assert sheet.picture.shape == ((40, 80, 3) if orientation in (1, 3) else (80, 40, 3))
    corners = {1: (2, 2), 3: (37, 77), 6: (2, 37), 8: (77, 2)}
    row, column = corners[orientation]
    assert sheet.picture[row, column].max() < 60


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_colour_mode_comes_out_as_rgb_on_white(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.full((30, 30), 40_000, np.uint16))
        form, kind = "PNG", FileKind.PNG
    else:
        image = Image.new("RGBA", (30, 30), (255, 255, 255, 0)).convert(mode)
        form, kind = ("TIFF", FileKind.TIFF) if mode == "CMYK" else ("PNG", FileKind.PNG)
    out = io.BytesIO()
    image.save(out, form)
    _, (sheet,) = sheets(out.getvalue(), kind)
    assert sheet.picture is not None
    assert sheet.picture.shape == (30, 30, 3)
    assert sheet.picture.dtype == np.uint8
    if mode in ("LA", "RGBA"):
        assert sheet.picture.min() == 255, "what is transparent is paper"


def test_a_photo_is_scaled_down_to_what_the_engine_takes() -> None:
    _, (sheet,) = sheets(hostile.picture(6000, 4500), FileKind.JPEG)
    assert sheet.picture is not None
    assert max(sheet.picture.shape) <= LIMITS.side
    assert sheet.picture.shape[0] / sheet.picture.shape[1] == pytest.approx(0.75, abs=0.01)


def scan_in_a_pdf(size: tuple[int, int], *, rotate: int = 0) -> bytes:
    jpeg = hostile.picture(*size)
    extra = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 /ColorSpace /DeviceRGB" % size
    image = hostile.stream(jpeg, extra + b" /Filter /DCTDecode")
    data = hostile.page_of(
        hostile.stream(b"595 0 0 842 0 0 cm /I Do"), resources=b"/XObject << /I 5 0 R >>", more=(image,)
    )
    return data.replace(b"/Parent 2 0 R ", b"/Parent 2 0 R /Rotate %d " % rotate) if rotate else data


def test_a_scan_in_a_pdf_is_taken_as_it_is() -> None:
    _, (sheet,) = sheets(scan_in_a_pdf((1240, 1754)), FileKind.PDF)
    assert sheet.lines is None
    assert sheet.picture is not None
    assert sheet.picture.shape == (1754, 1240, 3), "not resampled"
    same = np.asarray(Image.open(io.BytesIO(hostile.picture(1240, 1754))).convert("RGB"))
    assert np.array_equal(sheet.picture, same)


@pytest.mark.parametrize("rotate", [90, 180, 270])
def test_a_turned_scan_page_is_turned_as_the_viewer_shows_it(rotate: int) -> None:
    import pypdfium2

    data = scan_in_a_pdf((595, 842), rotate=rotate)
    _, (sheet,) = sheets(data, FileKind.PDF)
    shown = pypdfium2.PdfDocument(data)[0].render(scale=1, rev_byteorder=True).to_numpy()[..., :3]
    assert sheet.picture is not None
    assert sheet.picture.shape == shown.shape
    assert np.abs(sheet.picture.astype(int) - shown).mean() < 3
