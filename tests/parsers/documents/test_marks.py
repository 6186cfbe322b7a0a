"""Seal, signature and tick on drawn pages."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw

from mailbot.demo import ink as drawn_ink
from parsers.documents.commitment_letter import read_letter
from parsers.documents.document import Mark, Presence
from parsers.documents.marks import find_seal
from parsers.documents.marks_ink import InkMap
from parsers.documents.marks_signature import SignPlaceRow, distance, find_signatures, fingerprint
from parsers.documents.marks_tick import find_squares
from parsers.files.page import Box, Line
from tests.builders_letter import EM, HEIGHT, WIDTH, Sheet, a_set_letter

LETTER = a_set_letter("4-1-3")
LEGAL = LETTER.labels["法定代表人"]
HANDLER = LETTER.labels["承办人"]
NO_SEAL = Mark(Presence.ABSENT, 1)
ROWS = (SignPlaceRow("legal", LEGAL, True), SignPlaceRow("handler", HANDLER, True))


def seal_on(sheet: Sheet, picture=None) -> Mark:
    return find_seal(InkMap(sheet.picture if picture is None else picture), 1, LEGAL)


def sealed(**how) -> Sheet:
    sheet = Sheet(LETTER)
    sheet.seal(0.75, LEGAL.middle[1], **how)
    return sheet


def test_a_red_round_seal_is_there_and_where():
    mark = seal_on(sealed())
    assert mark.presence is Presence.PRESENT
    assert mark.box is not None
    assert mark.box.left < 0.75 < mark.box.right


@pytest.mark.parametrize("turn", [(220, 60, 60), (150, 25, 30), (230, 110, 115)], ids=["bright", "dark", "pale"])
def test_any_red_will_do(turn):
    assert seal_on(sealed(ink=turn)).presence is Presence.PRESENT


def test_a_colour_page_without_any_round_or_red_mark_has_no_seal():
    assert seal_on(Sheet(LETTER)).presence is Presence.ABSENT


def test_a_red_letterhead_is_no_seal_and_no_doubt():
    sheet = Sheet(LETTER)
    sheet.pen.rectangle((0.2 * WIDTH, 0.02 * HEIGHT, 0.8 * WIDTH, 0.025 * HEIGHT), fill=(210, 30, 30))
    assert seal_on(sheet).presence is Presence.ABSENT


def _on_a_table(sheet: Sheet, seal_at: float | None = None) -> np.ndarray:
    """Photographed on brown wood, in a light that leaves the sheet white."""
    if seal_at is not None:
        sheet.seal(seal_at, LEGAL.middle[1])
    table = Image.new("RGB", (WIDTH + 260, HEIGHT + 260), (108, 78, 72))
    table.paste(sheet.image, (130, 130))
    return np.asarray(table)


@pytest.mark.parametrize(
    ("seal_at", "presence"),
    [
        pytest.param(None, Presence.ABSENT, id="none"),
        pytest.param(0.75, Presence.PRESENT, id="in its place"),
        pytest.param(0.9, Presence.PRESENT, id="close to the sheet's edge"),
    ],
)
def test_a_brown_table_beside_bright_paper_is_no_red_mark(seal_at, presence):
    """On the paper's terms it is as red as a worn seal."""
    assert seal_on(Sheet(LETTER), _on_a_table(Sheet(LETTER), seal_at)).presence is presence


def test_a_sheet_in_reddish_light_is_looked_at_all_the_same():
    picture = (sealed().picture * np.array([1.0, 0.82, 0.78])).astype(np.uint8)
    assert seal_on(Sheet(LETTER), picture).presence is Presence.PRESENT


def _half(sheet: Sheet):
    picture = sheet.picture
    return picture[:, : round(0.75 * WIDTH)]


def _square() -> Sheet:
    sheet = Sheet(LETTER)
    sheet.square(0.72, LEGAL.middle[1])
    return sheet


@pytest.mark.parametrize(
    ("make", "why"),
    [
        pytest.param(lambda: sealed().grey, "greyscale", id="greyscale scan"),
        pytest.param(lambda: sealed(ink=(246, 222, 220)).picture, "faint", id="worn pad"),
        pytest.param(lambda: _half(sealed()), "half_cut", id="cut by the edge"),
        pytest.param(lambda: _square().picture, "square", id="square stamp"),
        pytest.param(lambda: sealed(ink=(120, 120, 118)).picture, "no_colour", id="copy on tinted paper"),
    ],
)
def test_less_than_a_red_round_seal_is_unclear_and_says_why(make, why):
    mark = find_seal(InkMap(np.ascontiguousarray(make())), 1, LEGAL)
    assert (mark.presence, mark.why) == (Presence.UNCLEAR, why)


def test_a_ring_that_a_signature_crosses_is_a_whole_one():
    """Ink over a third of the rim parts it; what lacks of a cut-off seal is bare paper instead."""
    sheet = sealed()
    x, y = 0.75 * WIDTH, LEGAL.middle[1] * HEIGHT
    for start in (150, 200):
        sheet.pen.arc((x - 117, y - 117, x + 117, y + 117), start, start + 45, fill=(20, 25, 60), width=22)
    assert seal_on(sheet).presence is Presence.PRESENT


@pytest.mark.parametrize("turn", [-3, 3])
def test_a_square_stamp_that_a_signature_parts_is_no_whole_ring(turn):
    """Its sides touch a circle, and the pen fills what lacks of it; only its corners tell."""
    page = Image.new("RGB", (1240, 1754), "white")
    stamp = drawn_ink.square_seal("嘉陵", 240).rotate(turn, expand=True, resample=Image.Resampling.BICUBIC)
    page.paste(stamp, (700, 700), stamp)
    ImageDraw.Draw(page).line([(660, 820), (720, 784), (800, 832), (880, 796), (990, 820)], (20, 30, 90), 20)
    assert find_seal(InkMap(np.asarray(page)), 1, None).presence is Presence.UNCLEAR


def test_an_unsealed_greyscale_page_cannot_tell():
    assert seal_on(Sheet(LETTER), Sheet(LETTER).grey).why == "greyscale"


def signatures(
    sheet: Sheet, picture=None, read: tuple[Line, ...] = (), seal: Mark = NO_SEAL, rows=ROWS, *, electronic=False
) -> dict[str, Mark]:
    printed = [line.box for line in LETTER.page.lines if line.box.left < 0.45 or line.text[0] in "联2"]
    ink = InkMap(sheet.picture if picture is None else picture, electronic=electronic)
    return find_signatures(ink, 1, rows, printed, read, seal)


def test_a_page_of_a_text_layer_has_lost_no_colour():
    grey = Sheet(LETTER).grey
    assert find_seal(InkMap(grey, electronic=True), 1, LEGAL).presence is Presence.ABSENT
    assert signatures(Sheet(LETTER), grey, electronic=True)["legal"].presence is Presence.ABSENT


def test_who_signed_and_who_did_not():
    sheet = Sheet(LETTER)
    sheet.sign(LEGAL)
    marks = signatures(sheet)
    assert marks["legal"].presence is Presence.PRESENT
    assert len(marks["legal"].fingerprint) == 16
    assert marks["handler"].presence is Presence.ABSENT


@pytest.mark.parametrize(
    ("aside", "pieces", "presence"),
    [
        pytest.param(0, 1, Presence.ABSENT, id="on the handler's signature"),
        pytest.param(160, 1, Presence.UNCLEAR, id="apart from it"),
        pytest.param(0, 3, Presence.UNCLEAR, id="in several pieces, as a pale signature is"),
    ],
)
def test_a_splinter_of_the_next_signature_is_none_of_this_place(aside, pieces, presence):
    """A seal's rim parts it from the rest."""
    sheet = Sheet(LETTER)
    sheet.sign(HANDLER, size=2.4)
    x, y = HANDLER.right * WIDTH + 60 + aside, HANDLER.middle[1] * HEIGHT - 49
    for left in (x + 12 * n for n in range(pieces)):
        sheet.pen.rectangle((left, y, left + 6, y + 5), fill=(20, 25, 60))
    assert signatures(sheet)["legal"].presence is presence


@pytest.mark.parametrize("ink", [(15, 15, 15), (30, 40, 140)], ids=["black", "blue"])
def test_a_signature_under_the_seal_is_seen(ink):
    sheet = Sheet(LETTER)
    sheet.seal(LEGAL.right + 0.12, LEGAL.middle[1])
    sheet.sign(LEGAL, ink)
    assert signatures(sheet)["legal"].presence is Presence.PRESENT


def test_a_seal_alone_is_no_signature():
    sheet = Sheet(LETTER)
    sheet.seal(LEGAL.right + 0.12, LEGAL.middle[1])
    seal = seal_on(sheet)
    assert signatures(sheet, seal=seal)["legal"].presence is Presence.ABSENT


def test_an_empty_place_on_a_greyscale_page_is_unclear():
    assert signatures(Sheet(LETTER), Sheet(LETTER).grey)["legal"].why == "greyscale"


def test_a_name_in_the_label_s_own_print_is_typed():
    sheet = Sheet(LETTER)
    name = Box(LEGAL.right + EM, LEGAL.top, LEGAL.right + 4 * EM, LEGAL.bottom)
    sheet.print(name)
    mark = signatures(sheet, read=(Line("钱伯年", name, 0.99),))["legal"]
    assert (mark.presence, mark.why) == (Presence.UNCLEAR, "typed")


def test_a_typed_name_whose_first_character_a_seal_cuts_off_is_typed():
    sheet = Sheet(LETTER)
    name = Box(LEGAL.right + EM, LEGAL.top, LEGAL.right + 4 * EM, LEGAL.bottom)
    sheet.print(name)
    x, middle = (LEGAL.right + 1.1 * EM) * WIDTH, (name.top + name.bottom) / 2 * HEIGHT
    sheet.pen.rectangle((x, middle + 3, x + 0.75 * EM * WIDTH, name.bottom * HEIGHT), fill=(203, 40, 52))
    mark = signatures(sheet, read=(Line("钱伯年", name, 0.99),))["legal"]
    assert (mark.presence, mark.why) == (Presence.UNCLEAR, "typed")


def test_a_name_in_the_label_s_own_print_is_typed_where_it_was_read_in_one_line_with_the_label():
    sheet = Sheet(LETTER)
    sheet.print(Box(LEGAL.right + EM, LEGAL.top, LEGAL.right + 4 * EM, LEGAL.bottom))
    rows = [replace(row, reads_on=row.key == "legal") for row in ROWS]
    mark = signatures(sheet, rows=rows)["legal"]
    assert (mark.presence, mark.why) == (Presence.UNCLEAR, "typed")


def test_a_red_name_stamp_is_no_signature_and_no_absence():
    sheet = Sheet(LETTER)
    sheet.square(LEGAL.right + 0.06, LEGAL.middle[1], side=44)
    mark = signatures(sheet)["legal"]
    assert (mark.presence, mark.why) == (Presence.UNCLEAR, "stamp")


def test_a_fingerprint_survives_scaling_and_tells_hands_apart():
    sheets = [Sheet(), Sheet(), Sheet()]
    for sheet, (size, ink) in zip(sheets, [(1.8, (20, 25, 60)), (1.8, (20, 25, 60)), (3.2, (20, 25, 60))], strict=True):
        sheet.sign(LEGAL, ink, size)
    sheets[2].pen.ellipse(
        (0.72 * WIDTH, LEGAL.top * HEIGHT - 30, 0.76 * WIDTH, LEGAL.bottom * HEIGHT + 30), outline=(0, 0, 0), width=6
    )
    prints = [
        fingerprint(np.where(np.asarray(sheet.image.convert("L")) < 128, 255, 0).astype(np.uint8)) for sheet in sheets
    ]
    small = sheets[0].image.resize((WIDTH * 3 // 4, HEIGHT * 3 // 4)).convert("L")
    scaled = fingerprint(np.where(np.asarray(small) < 128, 255, 0).astype(np.uint8))
    assert distance(prints[0], prints[1]) == 0
    assert distance(prints[0], scaled) <= 4
    assert distance(prints[0], prints[2]) > 4
    assert distance(prints[0], "") is None


@pytest.mark.parametrize("ticks", [(True, False, False), (False, False, False), (True, True, True)])
def test_squares_in_a_line_and_their_ticks(ticks):
    sheet = Sheet()
    for at, tick in enumerate(ticks):
        sheet.box(0.25 + 0.2 * at, 0.4, 22, tick)
    found = find_squares(InkMap(sheet.picture), Box(0.2, 0.39, 0.9, 0.425), EM)
    assert [square.presence is Presence.PRESENT for square in found] == list(ticks)


@pytest.mark.parametrize("signed", [True, False])
def test_a_label_run_together_with_the_clause_above_or_the_name_beside_keeps_its_own_place(signed):
    letter = a_set_letter("4-1-1")
    label = letter.labels["法定代表人"]
    sheet = Sheet(letter)
    if signed:
        sheet.sign(label)
    # The engine gave one box over the clause's lower edge, the label and whatever stands beside.
    wide = Box(label.left - 0.012, label.top - 2 * label.height, label.right + 0.2, label.bottom + 0.003)
    lines = tuple(
        replace(line, text=line.text + "沈华" * signed, box=wide) if line.text.startswith("法定代表人") else line
        for line in letter.page.lines
    )
    read = read_letter("x.jpg", 1, (replace(letter.page, lines=lines),), (sheet.picture,))
    (mark,) = [one.mark for one in read.signatures if one.label == "法定代表人"]
    assert mark.presence is (Presence.PRESENT if signed else Presence.ABSENT)


def test_a_seal_that_has_almost_vanished_is_still_unclear_and_none_is_absent():
    rng = np.random.default_rng(1)
    for ink, presence in (((240, 226, 222), Presence.UNCLEAR), (None, Presence.ABSENT)):
        sheet = sealed(ink=ink, width=6) if ink else Sheet(LETTER)
        noisy = sheet.picture.astype(np.float32) + rng.normal(0, 4, sheet.picture.shape)
        assert seal_on(sheet, np.clip(noisy, 0, 255).astype(np.uint8)).presence is presence


@pytest.mark.parametrize("seed", range(4))
def test_a_tick_that_makes_a_smaller_frame_with_the_box_is_a_tick(seed):
    sheet = Sheet()
    side, x, y = 24, 300, 400
    sheet.pen.rectangle((x, y, x + side, y + side), outline=(30, 30, 30), width=2)
    drawn = drawn_ink.tick(Random(seed), 60).resize((34, 34))
    sheet.image.paste(drawn, (x - 1, y - 6), drawn)
    row = Box((x - 20) / WIDTH, (y - 10) / HEIGHT, (x + 60) / WIDTH, (y + 40) / HEIGHT)
    (found,) = find_squares(InkMap(sheet.picture), row, 28 / WIDTH)
    assert found.presence is Presence.PRESENT


def test_a_square_s_side_and_the_next_character_s_strokes_make_no_larger_square():
    """They frame a place beside the square, as large as it and almost as dark."""
    sheet = Sheet()
    side, x, y = 20, 300, 400
    sheet.pen.rectangle((x, y, x + side, y + side), outline=(60, 60, 60), width=2)
    sheet.pen.rectangle((x + 10, y - 1, x + 32, y + 21), outline=(80, 80, 80), width=2)
    row = Box((x - 20) / WIDTH, (y - 10) / HEIGHT, (x + 70) / WIDTH, (y + 40) / HEIGHT)
    left = min(square.box.left for square in find_squares(InkMap(sheet.picture), row, 26 / WIDTH))
    assert left * WIDTH == pytest.approx(x, abs=2)


def test_a_seal_without_its_colour_is_no_signature():
    sheet = sealed()
    print_around = [line.box for line in LETTER.page.lines]
    unsigned = find_signatures(InkMap(sheet.grey), 1, ROWS, print_around, (), NO_SEAL)["legal"]
    assert unsigned.presence is Presence.UNCLEAR
