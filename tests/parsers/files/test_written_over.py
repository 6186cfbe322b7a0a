"""Words against misuse slant pale across a copy: it is read again without them, where nothing is lost by that."""

import math

import numpy as np
import pytest

from parsers.files.ocr import Reading
from parsers.files.written_over import without_marks

PRINT, MARK, PAPER = 30, 150, 240
CARD = ("姓名", "曹涛芳", "公民身份号码", "500113198204209175")


def quad(left, top, wide, high, degrees=0.0):
    turn = np.array([[math.cos(math.radians(degrees)), math.sin(math.radians(degrees))]])
    along, down = turn * wide, turn[:, ::-1] * (-1, 1) * high
    start = np.array([[left, top]], float)
    return np.concatenate([start, start + along, start + along + down, start + down])


def reading(*, slanting=(), texts=CARD):
    level = [quad(100, 60 + 60 * at, 20 * len(text), 24) for at, text in enumerate(texts)]
    across = [quad(60, 80 + 50 * at, 20 * len(text), 22, 25) for at, text in enumerate(slanting)]
    quads = np.array([*level, *across], np.float32).reshape(-1, 4, 2)
    words = (*texts, *slanting)
    return Reading(0, quads, words, (0.99,) * len(words))


class Engine:
    """Reads what it is told; remembers what it was shown."""

    def __init__(self, again):
        self.again, self.shown = again, None

    def read(self, red, enough):
        self.shown = red
        return self.again


def picture():
    red = np.full((500, 700), PAPER, np.uint8)
    red[60:80, 100:400] = PRINT
    red[90:160, 70:300:4] = MARK
    return red


def test_what_slants_and_is_pale_is_left_out_and_print_stays():
    engine = Engine(reading())
    first = reading(slanting=("此件仅用于业绩登记申请", "他用无效"))
    assert without_marks(first, picture(), engine, lambda: False) is engine.again
    assert set(np.unique(engine.shown)) == {PRINT, 255}


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param(reading(), reading(), id="nothing slants"),
        pytest.param(reading(slanting=("有限公司",)), reading(), id="a short piece, as of a seal's rim"),
        pytest.param(reading(slanting=("仅供业绩登记使用他用无效",)), reading(texts=CARD[:2]), id="print is lost"),
    ],
)
def test_else_it_stays_as_it_was_read(first, again):
    assert without_marks(first, picture(), Engine(again), lambda: False) is first
