"""Pages are turned upright and laid level, and their lines run in reading order."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.files.straighten import Pose, levelled, stood_up, tilt
from parsers.files.turn import lies_on_its_side, reading_order, slope, turned_picture, turned_quads


def row(left: float, top: float, width: float = 200, height: float = 20, degrees: float = 0.0) -> np.ndarray:
    """One line's corners, sinking to the right by `degrees` around the origin."""
    corners = np.array([[left, top], [left + width, top], [left + width, top + height], [left, top + height]], float)
    angle = math.radians(degrees)
    turn = np.array([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return (corners @ turn).astype(np.float32)


def rows(*lines: np.ndarray) -> np.ndarray:
    return np.stack(lines)


@given(st.sampled_from([0, 90, 180, 270]), st.integers(0, 30), st.integers(0, 20))
def test_places_turn_with_their_picture(degrees: int, x: int, y: int) -> None:
    picture = np.zeros((40, 60), np.uint8)
    picture[y : y + 10, x : x + 20] = 255
    quad = np.array([[[x, y], [x + 20, y], [x + 20, y + 10], [x, y + 10]]], np.float32)
    turned = turned_quads(quad, degrees, 60, 40)[0]
    left, top = turned.min(axis=0).astype(int)
    right, bottom = turned.max(axis=0).astype(int)
    shown = turned_picture(picture, degrees)
    assert shown[top:bottom, left:right].min() == 255
    assert shown.sum() == picture.sum()
    assert (right - left) * (bottom - top) == 200


@given(st.sampled_from([0, 90, 180, 270]))
def test_corners_are_named_anew_from_the_top_left(degrees: int) -> None:
    turned = turned_quads(rows(row(10, 10, 30, 8)), degrees, 100, 80)[0]
    left, top, right, bottom = *turned.min(axis=0), *turned.max(axis=0)
    assert turned.tolist() == [[left, top], [right, top], [right, bottom], [left, bottom]]


def test_a_page_of_tall_boxes_lies_on_its_side() -> None:
    upright = rows(*(row(10, 40 * i) for i in range(5)))
    assert not lies_on_its_side(upright)
    assert lies_on_its_side(turned_quads(upright, 90, 400, 400))


@pytest.mark.parametrize("degrees", [-6.0, -1.0, 0.0, 2.0, 8.0])
def test_slope_is_the_texts_own(degrees: float) -> None:
    assert math.degrees(slope(rows(*(row(50, 60 * i, degrees=degrees) for i in range(6))))) == pytest.approx(
        degrees, abs=0.05
    )


@pytest.mark.parametrize("degrees", [-5.0, 0.0, 5.0])
def test_lines_run_row_by_row_along_the_slope(degrees: float) -> None:
    cells = [row(50 + 300 * column, 60 * line, degrees=degrees) for line in range(8) for column in range(4)]
    order = np.random.default_rng(7).permutation(len(cells))
    shuffled = rows(*(cells[index] for index in order))
    assert [int(order[index]) for index in reading_order(shuffled)] == list(range(len(cells)))


def test_a_page_without_lines_has_no_order_and_no_slope() -> None:
    none = np.zeros((0, 4, 2), np.float32)
    assert reading_order(none) == []
    assert slope(none) == 0.0


@pytest.mark.parametrize("degrees", [-3.0, 2.5])
def test_levelling_takes_the_slope_out(degrees: float) -> None:
    askew = rows(*(row(100, 200 + 60 * i, degrees=degrees) for i in range(6)))
    angle = tilt(askew)
    assert angle == pytest.approx(degrees, abs=0.05)
    assert abs(math.degrees(slope(levelled(askew, angle, 800, 800)))) < 0.05


def test_picture_and_places_are_levelled_alike() -> None:
    picture = np.full((400, 400, 3), 255, np.uint8)
    picture[100:104, 300:304] = 0
    place = np.array([[[300, 100], [304, 100], [304, 104], [300, 104]]], np.float32)
    level = stood_up(picture, Pose(0, 4.0))
    x, y = levelled(place, 4.0, 400, 400)[0].mean(axis=0).astype(int)
    assert level[y, x].max() < 80


def test_a_hair_of_slope_is_left_alone() -> None:
    nearly = rows(*(row(50, 60 * i, degrees=0.2) for i in range(6)))
    assert tilt(nearly) == 0.0
    picture = np.zeros((10, 10, 3), np.uint8)
    assert stood_up(picture, Pose()) is picture
