"""Pictures become read pages: turned upright, in order, with an honest word on what cannot be read."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageDraw

from parsers.files import rapid
from parsers.files.kind import FileKind
from parsers.files.ocr import Reading
from parsers.files.page import ReadBy, Unreadable
from parsers.files.reading import is_colourful, read_pages, read_sheet
from parsers.files.sheet import Sheet

WORDS = (
    "COMMITMENT LETTER 2026",
    "Engineer ZHANG 50010119",
    "Company ROAD SUPERVISION",
    "Contract No 31 of 2024",
    "Signed",
)


def written(words=WORDS, *, width: int = 900, height: int = 1272, seal: bool = False) -> Image.Image:
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    for index, text in enumerate(words):
        draw.text((80, 120 + 150 * index), text, fill="black", font_size=44)
    if not seal:
        return image
    ink = Image.new("RGB", image.size, "white")
    draw = ImageDraw.Draw(ink)
    draw.ellipse((60, 90, 420, 450), outline=(225, 30, 30), width=14)
    draw.text((150, 200), "SEAL SEAL", fill=(225, 30, 30), font_size=40)
    return ImageChops.multiply(image, ink)  # ink lies on ink, it does not cover it


def jpeg(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return out.getvalue()


@pytest.fixture(scope="module")
def ocr():
    from parsers.files.rapid import RapidOcr

    return RapidOcr()


def read(image: Image.Image, ocr):
    answer = read_pages(jpeg(image), FileKind.JPEG, ocr)
    assert not isinstance(answer, Unreadable)
    pages, pictures = answer
    return pages.pages[0], pictures[0]


def letters(page) -> list[str]:
    return [line.text.replace(" ", "") for line in page.lines]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_turned_page_is_read_upright(ocr, turn) -> None:
    page, picture = read(written().rotate(turn, expand=True), ocr)
    assert page.turned == turn, "Pillow turns counter-clockwise, the page is turned back"
    assert letters(page) == [text.replace(" ", "") for text in WORDS]
    assert picture.shape[:2] == (page.height, page.width) == (1272, 900)
    assert page.lines[0].box.top < page.lines[-1].box.top


def test_text_under_a_red_seal_is_read(ocr) -> None:
    """The seal's own words may be read besides: the engine sees the faintest rest of them."""
    page, _ = read(written(seal=True), ocr)
    assert {text.replace(" ", "") for text in WORDS} <= set(letters(page))
    assert page.colourful


def test_an_askew_page_is_laid_level(ocr) -> None:
    page, picture = read(written().rotate(-3, fillcolor="white", resample=Image.Resampling.BICUBIC), ocr)
    assert letters(page) == [text.replace(" ", "") for text in WORDS]
    lefts = [line.box.left for line in page.lines]
    assert max(lefts) - min(lefts) < 0.012, "lines begin under each other again"
    box = page.lines[0].box
    rows = slice(int(box.top * page.height), int(box.bottom * page.height))
    columns = slice(int(box.left * page.width), int(box.right * page.width))
    assert picture[rows, columns].min() < 80, "the picture is moved with its places"


@pytest.mark.parametrize("size", [(900, 1272), (1366, 820), (1500, 1500)], ids=["paper", "screen", "photo"])
def test_every_shape_of_picture_is_read(ocr, size) -> None:
    page, _ = read(written(WORDS[:4], width=size[0], height=size[1]), ocr)
    assert letters(page) == [text.replace(" ", "") for text in WORDS[:4]]


@pytest.mark.parametrize(
    ("size", "side"),
    [
        pytest.param((1654, 2339), 1280, id="A4 at 200 dpi"),
        pytest.param((1240, 1754), 1280, id="A4 at 150 dpi"),
        pytest.param((2339, 1654), 1280, id="A4 lying"),
        pytest.param((3000, 4000), 1280, id="a telephone's photograph"),
        pytest.param((827, 1169), 1600, id="A4 at 100 dpi"),
        pytest.param((1920, 1080), 1600, id="a screen"),
        pytest.param((1366, 700), 1600, id="a cropped screen"),
    ],
)
def test_lines_are_sought_at_the_side_that_was_measured_best(size, side) -> None:
    assert rapid._side_for(np.zeros((size[1], size[0]), np.uint8)) == side


def test_small_type_on_a_screen_is_read_too(ocr) -> None:
    image = Image.new("RGB", (1800, 900), "white")
    draw = ImageDraw.Draw(image)
    texts = [f"row {index} value {1000 + 37 * index}" for index in range(40)]
    for index, text in enumerate(texts):
        draw.text((60 + 600 * (index % 3), 40 + 60 * (index // 3)), text, fill="black", font_size=14)
    page, _ = read(image, ocr)
    got = "".join(letters(page))
    assert sum(text.replace(" ", "") in got for text in texts) >= 38


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(Image.new("RGB", (1000, 1400), "white"), id="an empty side"),
        pytest.param(Image.new("L", (3, 3), 0), id="a few pixels"),
        pytest.param(Image.new("RGB", (4000, 5), "black"), id="a strip"),
    ],
)
def test_a_page_without_text_is_legible_and_empty(ocr, image) -> None:
    page, _ = read(image, ocr)
    assert page.lines == ()
    assert page.legible


def test_noise_is_read_in_bounded_time(ocr) -> None:
    """B24: what looks like text everywhere is cut off by the clock, and said to be."""
    noise = np.random.default_rng(3).integers(0, 255, (1400, 1000, 3), dtype=np.uint8)
    ticks = itertools.count(step=40.0)
    done = read_sheet(Sheet(1, 1000, 1400, None, noise), ocr, clock=lambda: next(ticks), seconds=60)
    assert done.page.read_by is ReadBy.OCR
    assert len(done.page.lines) <= 2


class Muttering:
    """An engine that read little, and that badly."""

    def __init__(self, *confidences: float, complete: bool = True) -> None:
        quads = np.array(
            [[[10, y], [90, y], [90, y + 8], [10, y + 8]] for y in range(10, 10 + 12 * len(confidences), 12)]
        )
        texts = tuple("一二三四五" for _ in confidences)
        self._reading = Reading(0, quads.astype(np.float32).reshape(-1, 4, 2), texts, confidences, complete)

    def read(self, red, enough):
        return self._reading


@pytest.mark.parametrize(
    ("engine", "why"),
    [
        pytest.param(Muttering(0.97, 0.99, 0.96), "", id="read well"),
        pytest.param(Muttering(0.97, 0.99, 0.96, 0.98, 0.5), "", id="one weak line of five"),
        pytest.param(Muttering(0.97, 0.6, 0.5), "weak", id="most lines weak"),
        pytest.param(Muttering(0.97, complete=False), "time", id="cut short by time"),
    ],
)
def test_a_weak_reading_is_called_illegible(engine, why) -> None:
    page = read_sheet(Sheet(1, 100, 100, None, np.full((100, 100, 3), 255, np.uint8)), engine).page
    assert (page.legible, page.why) == (not why, why)


def test_a_sheet_that_shows_nothing_says_why() -> None:
    page = read_sheet(Sheet(4, 0, 0, None, None, why="page cannot be loaded"), Muttering()).page
    assert (page.number, page.legible, page.read_by) == (4, False, ReadBy.NONE)
    assert page.why == "page cannot be loaded"


@pytest.mark.parametrize(
    ("image", "colourful"),
    [
        pytest.param(written(), False, id="black on white"),
        pytest.param(written(seal=True), True, id="a red seal"),
        pytest.param(written(seal=True).convert("L").convert("RGB"), False, id="a grey scan of it"),
    ],
)
def test_grey_scans_are_told_from_coloured_ones(image, colourful) -> None:
    assert is_colourful(np.asarray(image)) is colourful


def test_tesseract_reads_the_same_lines() -> None:
    from parsers.files.tesseract import TesseractMissing, TesseractOcr

    try:
        second = TesseractOcr()
    except TesseractMissing as error:
        pytest.skip(f"tesseract with chi_sim is not installed: {error}")
    page, _ = read(written(), second)
    assert "50010119" in "".join(letters(page))
    assert "2024" in "".join(letters(page))
    assert page.lines[0].box.top < page.lines[-1].box.top


def test_tesseract_reads_lines_for_themselves_in_their_order() -> None:
    from parsers.files.tesseract import TesseractMissing, read_lines, tesseract_version

    try:
        tesseract_version()
    except TesseractMissing as error:
        pytest.skip(f"tesseract with chi_sim is not installed: {error}")
    crops = []
    for text in ("2024", "", "ABCD"):
        line = Image.new("L", (200, 50), "white")
        ImageDraw.Draw(line).text((20, 8), text, fill="black", font_size=34)
        crops.append(np.asarray(line))
    first, empty, last = read_lines([*crops, np.zeros((0, 0), np.uint8)])[:3]
    assert ("2024" in first, empty, "ABCD" in last) == (True, "", True)
