"""Where are the four corners of a sheet that was photographed from the side, and how is it laid flat?

Only what is beyond doubt is touched: one bright sheet with straight edges and all its corners in the picture, seen so
much from the side that its edges run together. All else stays as it was taken.
"""

from typing import Final, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.files.sheet import Picture

#: x and y of top left, top right, bottom right, bottom left, as shares of the picture's width and height.
Corners: TypeAlias = tuple[float, float, float, float, float, float, float, float]
Points: TypeAlias = NDArray[np.float32]  #: 4 x 2 pixels, in the order of Corners

_SIDE: Final = 700  #: of the picture that is searched
_LEAST_AREA: Final = 0.35  #: of the picture; a card in a hand is less, and its holder must stay in view
_FILLED: Final = 0.9  #: share of the outline that is paper: print and a seal leave holes
_STRAIGHT: Final = 0.97  #: share of the outline that its four corners make up
_EDGE: Final = 0.004  #: a corner nearer to the picture's edge may be cut off
_RATIO: Final = (1.22, 1.62)  #: of long to short sides: A4 seen from any side up to 30 degrees
_A4: Final = 1.4142
_UNEVEN: Final = 1.05  #: opposite sides that differ more are seen from the side
_MOST_AROUND: Final = 0.3  #: of the sheet's sides, kept on each side of it


def corners_of(picture: Picture) -> Corners | None:
    """The sheet's corners where it is clearly found and clearly distorted."""
    high, wide = picture.shape[:2]
    scale = min(1.0, _SIDE / max(high, wide))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    points = _quadrangle(_paper(np.asarray(small, dtype=np.uint8)))
    if points is None or not _is_seen_from_the_side(points):
        return None
    shares = points / np.array([small.shape[1], small.shape[0]], dtype=np.float32)
    if shares.min() < _EDGE or shares.max() > 1 - _EDGE:
        return None
    a, b, c, d, e, f, g, h = (round(float(share), 5) for share in shares.ravel())
    return a, b, c, d, e, f, g, h


def laid_flat(picture: Picture, corners: Corners) -> Picture:
    """The picture as if taken from straight above, with what lies around the sheet: it may be the head of a screen."""
    high, wide = picture.shape[:2]
    points = np.array(corners, dtype=np.float32).reshape(4, 2) * np.array([wide, high], dtype=np.float32)
    width, height = _size(points)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], dtype=np.float32)
    matrix = np.asarray(cv2.getPerspectiveTransform(points, target), dtype=np.float64)
    left, top, right, bottom = _extent(matrix, wide, high, width, height)
    size = (right - left, bottom - top)
    moved = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], dtype=np.float64) @ matrix
    flat = cv2.warpPerspective(picture, moved, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(flat, dtype=np.uint8)


def _extent(matrix: NDArray[np.float64], wide: int, high: int, width: int, height: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of the whole picture once it is flat, by a bounded part more than the sheet."""
    edges = np.array([[[0, 0], [wide, 0], [wide, high], [0, high]]], dtype=np.float32)
    xs, ys = cv2.perspectiveTransform(edges, matrix)[0].T
    more_x, more_y = _MOST_AROUND * width, _MOST_AROUND * height
    return (
        round(min(0.0, max(float(xs.min()), -more_x))),
        round(min(0.0, max(float(ys.min()), -more_y))),
        round(max(width, min(float(xs.max()), width + more_x))),
        round(max(height, min(float(ys.max()), height + more_y))),
    )


def _paper(small: Picture) -> NDArray[np.uint8]:
    """What is bright in every colour, without the print on it."""
    darkest = small.min(axis=2)
    closed = cv2.morphologyEx(darkest, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    blurred = cv2.GaussianBlur(closed, (5, 5), 0)
    _, bright = cv2.threshold(blurred, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return np.asarray(bright, dtype=np.uint8)


def _quadrangle(bright: NDArray[np.uint8]) -> Points | None:
    """The corners of the one large bright piece, if it has four and straight edges between them."""
    outlines, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not outlines:
        return None
    outline = max(outlines, key=cv2.contourArea)
    hull = cv2.convexHull(outline)
    area = cv2.contourArea(hull)
    if area < _LEAST_AREA * bright.size or cv2.contourArea(outline) < _FILLED * area:
        return None
    around = cv2.arcLength(hull, closed=True)
    for step in (0.01, 0.015, 0.02, 0.03):
        points = cv2.approxPolyDP(hull, step * around, closed=True).reshape(-1, 2)
        if len(points) == 4:
            return _ordered(points.astype(np.float32)) if cv2.contourArea(points) >= _STRAIGHT * area else None
    return None


def _ordered(points: Points) -> Points:
    """From the top left clockwise."""
    middle = points.mean(axis=0)
    around = points[np.argsort(np.arctan2(points[:, 1] - middle[1], points[:, 0] - middle[0]))]
    return np.roll(around, -int(np.argmin(around.sum(axis=1))), axis=0)


def _is_seen_from_the_side(points: Points) -> bool:
    top, right, bottom, left = _sides(points)
    across, along = (top + bottom) / 2, (left + right) / 2
    if not _RATIO[0] <= max(across, along) / min(across, along) <= _RATIO[1]:
        return False
    return bool(max(top / bottom, bottom / top, left / right, right / left) > _UNEVEN)


def _size(points: Points) -> tuple[int, int]:
    """Of the flat sheet: no detail is lost, and its sides stand to each other as those of A4."""
    top, right, bottom, left = _sides(points)
    width, height = max(top, bottom), max(left, right)
    if height >= width:
        height = max(height, width * _A4)
        width = height / _A4
    else:
        width = max(width, height * _A4)
        height = width / _A4
    return round(width), round(height)


def _sides(points: Points) -> tuple[float, float, float, float]:
    top, right, bottom, left = (float(np.linalg.norm(points[(at + 1) % 4] - points[at])) for at in range(4))
    return top, right, bottom, left
