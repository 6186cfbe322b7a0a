"""Spots that the finder must look at once more: lines run together, print passed over; and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageDraw

from parsers.files.ocr import Reading
from parsers.files.second_look import doubtful_spots, merged, unread_runs

WIDTH, HEIGHT, LINE = 1240, 1754, 30
CLAUSE = "我司承诺全国系统和重庆系统中录入的该员工信息及上传的材料"


def quad(left, top, right, bottom):
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def a_page(boxes, *more):
    """A page on which every box and every place of `more` is full of crosses; only the boxes were read."""
    image = Image.new("L", (WIDTH, HEIGHT), 250)
    pen = ImageDraw.Draw(image)
    for left, top, right, bottom in (*boxes, *more):
        for x in range(left + 2, right - 20, 26):
            pen.line((x, top + 4, x + 20, bottom - 4), 20, 3)
            pen.line((x + 20, top + 4, x, bottom - 4), 20, 3)
    return np.asarray(image)


CLAUSES = [(240, 200 + 45 * row, 1080, 200 + 45 * row + LINE) for row in range(10)]
LABEL = (560, 700, 720, 730)


def a_reading(boxes, texts):
    return Reading(0, np.array([quad(*box) for box in boxes], np.float32), tuple(texts), (0.99,) * len(boxes))


def test_a_page_whose_print_was_all_read_is_left_alone():
    assert doubtful_spots(a_page(CLAUSES), a_reading(CLAUSES, [CLAUSE] * 10)) == ()


def test_a_label_that_was_passed_over_is_looked_at():
    (spot,) = doubtful_spots(a_page(CLAUSES, LABEL), a_reading(CLAUSES, [CLAUSE] * 10))
    assert spot[0] < LABEL[0] < LABEL[2] < spot[2]
    assert spot[1] < LABEL[1] < LABEL[3] < spot[3]


def test_a_label_that_was_passed_over_with_the_signature_that_hangs_on_to_it_is_looked_at():
    """The finder can pass over both at once; together they are higher than any line."""
    page = Image.fromarray(a_page(CLAUSES, LABEL))
    ImageDraw.Draw(page).line([(716 + 60 * (n % 2), 655 + 9 * n) for n in range(14)], 20, 5)
    (spot,) = doubtful_spots(np.asarray(page), a_reading(CLAUSES, [CLAUSE] * 10))
    assert spot[0] < LABEL[0]
    assert spot[1] < LABEL[1] < LABEL[3] < spot[3]


def test_a_clause_that_was_passed_over_is_looked_at():
    assert len(doubtful_spots(a_page(CLAUSES), a_reading(CLAUSES[:6] + CLAUSES[7:], [CLAUSE] * 9))) == 1


@pytest.mark.parametrize(
    ("text", "spots"),
    [
        pytest.param("法定代表人：沈华", 1, id="a label with its signature in one box"),
        pytest.param("沈华", 0, id="a signature alone is tall by nature"),
    ],
)
def test_a_tall_box_is_looked_at_when_more_is_in_it_than_fits(text, spots):
    tall = (560, 690, 930, 770)
    boxes = [*CLAUSES, tall]
    assert len(doubtful_spots(a_page(boxes), a_reading(boxes, [CLAUSE] * 10 + [text]))) == spots


def test_screens_and_cards_are_never_searched():
    few = CLAUSES[:3]
    assert doubtful_spots(a_page(few, LABEL), a_reading(few, [CLAUSE] * 3)) == ()


def test_what_the_second_look_found_is_added_and_takes_the_place_of_what_ran_together():
    tall, label, name = (560, 690, 930, 770), (560, 735, 720, 765), (730, 692, 928, 768)
    first = a_reading([*CLAUSES, tall], [CLAUSE] * 10 + ["法定代表人：沈华"])
    both = merged(first, a_reading([label, name], ["法定代表人：", "沈华"]))
    assert both.texts[9:] == (CLAUSE, "法定代表人：", "沈华")
    assert len(both.quads) == len(both.texts) == len(both.confidences) == 12


def test_what_was_read_well_already_is_not_read_into_twice():
    first = a_reading(CLAUSES, [CLAUSE] * 10)
    cut = (700, CLAUSES[4][1], 1080, CLAUSES[4][3])
    assert merged(first, a_reading([cut], ["录入的该员工信息"])).texts == first.texts


def test_a_second_look_that_sees_less_changes_nothing():
    tall = (560, 690, 930, 770)
    first = a_reading([*CLAUSES, tall], [CLAUSE] * 10 + ["法定代表人：沈华"])
    assert merged(first, a_reading([(560, 735, 640, 765)], ["法定"])).texts == first.texts


def test_what_is_known_of_each_character_goes_with_its_line():
    tall = (560, 690, 930, 770)
    first = replace(a_reading([*CLAUSES, tall], [CLAUSE] * 10 + ["法定代表人沈华"]), signs=(((0.5, 0.9),),) * 11)
    again = replace(a_reading([LABEL], ["法定代表人：沈华"]), signs=(((0.1, 0.8),),))
    joined = merged(first, again)
    assert len(joined.signs) == len(joined.texts)
    assert joined.signs[joined.texts.index("法定代表人：沈华")] == ((0.1, 0.8),)


def test_an_engine_that_knows_no_places_leaves_them_open():
    joined = merged(a_reading(CLAUSES, [CLAUSE] * 10), a_reading([LABEL], ["法定代表人："]))
    assert joined.signs == ((),) * len(joined.texts)


def test_a_clause_that_the_finder_passes_over_again_is_read_without_it():
    """A seal's rim draws the finder away from the clause under it."""
    (run,) = unread_runs(a_page(CLAUSES), a_reading(CLAUSES[:6] + CLAUSES[7:], [CLAUSE] * 9))
    left, top, right, bottom = CLAUSES[6]
    assert run[:, 0].min() <= left + 2
    assert run[:, 0].max() >= right - 22  # the last cross ends there
    assert abs(run[:, 1].mean() - (top + bottom) / 2) < 0.2 * LINE


def test_a_passed_over_run_is_read_along_the_page_s_slope():
    (run,) = unread_runs(a_page(CLAUSES), sloping(a_reading(CLAUSES[:6] + CLAUSES[7:], [CLAUSE] * 9), 0.01))
    assert run[1, 1] - run[0, 1] == pytest.approx(0.01 * (run[1, 0] - run[0, 0]), rel=0.05)


def sloping(reading, rise):
    quads = reading.quads.copy()
    quads[:, 1:3, 1] += rise * (quads[:, 1:3, 0] - quads[:, :1, 0])
    return replace(reading, quads=quads)


@pytest.mark.parametrize(
    ("strokes", "thick"),
    [
        pytest.param([(1000 - 60 * (n % 2), 626 + 9 * n) for n in range(9)], 5, id="a signature"),
        pytest.param([(216, 160), (253, 900)], 2, id="the frame of an askew table"),
    ],
)
def test_a_clause_on_to_which_something_else_hangs_is_read_alone(strokes, thick):
    page = Image.fromarray(a_page(CLAUSES))
    ImageDraw.Draw(page).line(strokes, 20, thick)
    (run,) = unread_runs(np.asarray(page), a_reading(CLAUSES[:9], [CLAUSE] * 9))
    assert run[:, 1].mean() == pytest.approx((CLAUSES[9][1] + CLAUSES[9][3]) / 2, abs=0.3 * LINE)


def test_thin_print_on_an_askew_page_that_the_finder_passes_over_is_read_without_it():
    page = Image.fromarray(a_page(CLAUSES[:9]))
    pen = ImageDraw.Draw(page)
    left, top, right, bottom = CLAUSES[9]
    for x in range(left, right - 20, 26):
        drop = round(0.02 * (x - left))
        pen.line((x, top + 4 + drop, x + 20, bottom - 4 + drop), 20, 2)
        pen.line((x, top + 15 + drop, x + 20, top + 15 + drop), 20, 2)
    (run,) = unread_runs(np.asarray(page), a_reading(CLAUSES[:9], [CLAUSE] * 9))
    assert run[:, 0].min() <= left + 2


def test_what_stands_below_a_slanting_run_is_not_taken_for_the_same_line():
    """A level frame around the one reaches over the other."""
    first = sloping(a_reading([*CLAUSES, (250, 684, 320, 724)], [CLAUSE] * 10 + ["沈华"]), 0.04)
    run = sloping(a_reading([(240, 650, 1000, 680)], ["直至重庆市交通运输委员会确认已有效整改"]), 0.04)
    assert merged(first, run).texts[-1].startswith("直至")


def test_a_label_that_the_finder_passes_over_again_is_read_without_it():
    label = (560, 700, 668, 730)
    (run,) = unread_runs(a_page(CLAUSES, label), a_reading(CLAUSES, [CLAUSE] * 10))
    assert abs(run[:, 1].mean() - (label[1] + label[3]) / 2) < 0.2 * LINE


def test_a_short_run_is_left_to_the_finder():
    assert len(unread_runs(a_page(CLAUSES, (600, 700, 690, 730)), a_reading(CLAUSES, [CLAUSE] * 10))) == 0
