"""Charts need no font of the machine, say in words what they draw, and come out the same each time."""

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from mailbot.reviewers import charts
from mailbot.reviewers.charts import WIDTH, Series, columns, packaged_font

WEEK = (["周一", "周二"], (Series("收件", "#1f618d", (3, 0)), Series("超期", "#c0392b", (0, 12))))


def bars(title, rows):
    return charts.bars(title, rows, "#1f618d", none="无")


def pixels(chart):
    return np.asarray(Image.open(BytesIO(chart.png)).convert("RGB")).astype(int)


def near(picture, colour):
    wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return int((abs(picture - wanted).sum(axis=2) < 24).sum())


def test_the_words_hold_every_number():
    assert columns("近一周", *WEEK).alt == "近一周。周一：收件3，超期0；周二：收件0，超期12"
    assert bars("缺陷", [("缺签名", 7), ("缺印章", 2)]).alt == "缺陷。缺签名7；缺印章2"


def test_a_larger_number_is_a_larger_bar():
    picture = pixels(columns("近一周", *WEEK))
    half = picture.shape[1] // 2
    assert near(picture[100:, half:], "#c0392b") > 3 * near(picture[100:, :half], "#1f618d") > 0


@pytest.mark.parametrize("chart", [columns("无", ["周一"], [Series("收件", "#1f618d", (0,))]), bars("缺陷", [])])
def test_nothing_to_draw_is_a_picture_too(chart):
    assert pixels(chart).shape[1] == 2 * WIDTH
    assert chart.alt


def test_the_same_numbers_give_the_same_bytes_and_a_small_file():
    one, other = columns("近一周", *WEEK), columns("近一周", *WEEK)
    assert one.png == other.png
    assert len(one.png) < 40_000


def test_chinese_is_drawn_by_the_packaged_font_and_no_two_characters_alike():
    assert packaged_font().is_file()
    signs = "监理登记邮件办超期"
    assert len({pixels(bars(sign, [])).tobytes() for sign in signs}) == len(signs)


def test_a_long_label_does_not_run_into_the_bars():
    short, long = (pixels(bars("缺陷", [(name, 3)])) for name in ("印", "承诺保证书签名不清" * 6))
    assert near(short, "#1f618d") == near(long, "#1f618d")
