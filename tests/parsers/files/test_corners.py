"""A sheet that was clearly photographed from the side is laid flat; whatever is less clear stays as it was taken."""

from random import Random

import cv2
import numpy as np
import pytest

from parsers.files.corners import corners_of, laid_flat
from parsers.files.straighten import Pose, stood_up
from tests.bench.bench_perspective import from_the_side


def a_sheet(width: int = 900, height: int = 1272) -> np.ndarray:
    page = np.full((height, width, 3), 250, np.uint8)
    for top in range(120, height - 120, 40):
        page[top : top + 14, 100 : width - 100 : 3] = 30
    page[60:90, 60:90] = (200, 20, 20)  # by which its top left is known again
    return page


def on_a_desk(page: np.ndarray, around: int = 80) -> np.ndarray:
    return cv2.copyMakeBorder(page, *[around] * 4, cv2.BORDER_CONSTANT, value=(110, 90, 80))


def red_middle(picture: np.ndarray) -> tuple[float, float]:
    red = picture[..., 0].astype(int) > 3 * picture[..., 1].astype(int) + 30  # no desk is as red
    rows, columns = np.nonzero(red)
    return columns.mean() / picture.shape[1], rows.mean() / picture.shape[0]


@pytest.mark.parametrize("degrees", [10, 15, 20, 25])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_sheet_seen_from_the_side_gets_right_angles_again(degrees, seed):
    picture = from_the_side(a_sheet(), degrees, Random(seed))
    corners = corners_of(picture)
    assert corners is not None
    flat = laid_flat(picture, corners)
    bright = cv2.morphologyEx(flat.min(axis=2), cv2.MORPH_CLOSE, np.ones((31, 31), np.uint8)) > 150
    rows, columns = np.flatnonzero(bright.any(axis=1)), np.flatnonzero(bright.any(axis=0))
    inside = bright[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    assert inside.mean() > 0.97, "the paper fills an upright rectangle"
    assert 1.33 < inside.shape[0] / inside.shape[1] < 1.5
    x, y = red_middle(flat)
    assert x < 0.35
    assert y < 0.3, "its top is still its top"


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(a_sheet(), id="a scan"),
        pytest.param(on_a_desk(a_sheet()), id="from straight above"),
        pytest.param(from_the_side(a_sheet(), 15, Random(4))[:, 160:], id="a corner cut off"),
        pytest.param(from_the_side(a_sheet(1272, 500), 20, Random(4)), id="a strip"),
        pytest.param(cv2.copyMakeBorder(a_sheet(), *[900] * 4, cv2.BORDER_CONSTANT), id="a small part of the picture"),
        pytest.param(np.zeros((400, 300, 3), np.uint8), id="nothing"),
        pytest.param(np.random.default_rng(1).integers(0, 255, (500, 400, 3), np.uint8), id="noise"),
    ],
)
def test_what_is_not_clearly_a_sheet_seen_from_the_side_is_left_alone(picture):
    assert corners_of(picture) is None


def test_what_lies_around_the_sheet_is_kept():
    """A bright page under a dark head, photographed from a screen: the head says whose page it is."""
    picture = from_the_side(a_sheet(), 20, Random(2))
    corners = corners_of(picture)
    assert corners is not None
    flat = stood_up(picture, Pose(corners=corners))
    assert flat[:40].max(axis=2).mean() < 190, "the desk above the sheet is still there"
    assert flat.shape[0] < 2 * picture.shape[0]
