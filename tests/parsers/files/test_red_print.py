"""Red and orange words pale in the red channel: they are read in the others, but a seal's words are left alone."""

import cv2
import numpy as np

from parsers.files.ocr import Reading
from parsers.files.red_print import with_red_print

LINE = 20


def quad(left, top, wide, high=LINE):
    return [(left, top), (left + wide, top), (left + wide, top + high), (left, top + high)]


def reading(*places, text="在岗起始日期"):
    quads = np.array([quad(*place) for place in places], np.float32).reshape(-1, 4, 2)
    return Reading(0, quads, (text,) * len(places), (0.99,) * len(places))


LABELS = reading((40, 60, 120), (40, 120, 120), (40, 320, 120), (500, 60, 120))


class Engine:
    """Reads one word in whatever it is shown."""

    def __init__(self, trust=0.98):
        self.trust, self.shown = trust, []

    def read(self, red, enough):
        self.shown.append(red)
        return Reading(0, np.array([quad(10, 10, 60)], np.float32), ("未上报",), (self.trust,))


def screen(*, word=(300, 60), colour=(245, 40, 40)):
    picture = np.full((400, 700, 3), 255, np.uint8)
    left, top = word
    for stroke in range(left, left + 60, 6):
        picture[top : top + LINE, stroke : stroke + 3] = colour
    return picture


def texts(picture, first=LABELS, engine=None):
    engine = engine or Engine()
    return with_red_print(first, picture, engine, lambda: False).texts, engine


def test_a_red_word_is_read_where_it_stands_as_dark_as_it_is_to_the_eye():
    (*_, last), engine = texts(screen())
    assert last == "未上报"
    (shown,) = engine.shown
    assert shown.min() == 40
    read = with_red_print(LABELS, screen(), Engine(), lambda: False)
    assert 270 < read.quads[-1][0][0] < 310


def test_print_of_other_colours_costs_nothing():
    assert texts(screen(colour=(20, 140, 50)))[1].shown == []
    assert texts(screen(colour=(40, 40, 40)))[1].shown == []


def test_what_the_engine_is_not_sure_of_or_saw_before_is_not_added():
    assert texts(screen(), engine=Engine(trust=0.6))[0] == LABELS.texts
    known = reading((40, 60, 120), (300, 60, 70), (500, 320, 120))
    assert texts(screen(), first=known)[0] == known.texts


def test_words_in_a_seal_are_none():
    picture = screen(word=(320, 190))
    cv2.circle(picture, (350, 200), 90, (205, 40, 45), 5)
    assert texts(picture)[1].shown == []


def test_pages_of_running_text_are_left_alone():
    running = reading(*((40, 20 + 30 * at, 600) for at in range(10)))
    assert texts(screen(word=(300, 350)), first=running)[1].shown == []
