"""Is the firm's seal on this page?

A seal is red and round. Anything less than that (faint, half cut by the edge, square, without its colour) is said to
be unclear and why: a person looks. "Absent" needs a page in colour without any red or round mark (contract.md 3).
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.documents.document import Mark, Presence
from parsers.documents.marks_ink import InkMap, Mask
from parsers.documents.marks_red import RED, redness
from parsers.files.page import Box

_SIDE: Final = 1000  #: longer side of the picture the sizes below are measured on
_PALE_RED: Final = 12  #: what a worn pad leaves
_SIZE: Final = (0.085, 0.30)  #: diameter of a seal as a share of the longer side: 3 to 6 cm on A4, photos included
_ASPECT: Final = (0.72, 1.39)
_SECTORS: Final = 36
_RIM_CLOSED: Final = 0.8  #: share of sectors with ink near the rim that makes a ring
_RIM_RED: Final = 0.6  #: share of sectors that must be red in a ring which a signature crosses
_RIM_WHOLE: Final = 0.95  #: share from which, the signature's ink counted, nothing of it lacks
_ARC: Final = 0.3  #: share from which it is part of a ring
_OUTSIDE: Final = 0.06  #: share of the ink that may stand outside the ellipse
_FILL: Final = 0.6  #: a ring with a star is mostly paper
_SQUARE: Final = (0.02, 0.30)  #: side of a square stamp
_STAIN: Final = 0.0002  #: share of the page that red ink must cover to be a mark at all
_NEAR: Final = 0.22  #: how far from the place to sign a mark without colour counts, as a share of the page
_RING_INK: Final = 110.0  #: how dark a ring without colour is taken to be at most
_RING_LEAD: Final = 36.0  #: darkness of a rim over its sides; print reached 26, grey seals 51 and more
_HINT_LEAD: Final = 2.0  #: of redness; pages without a seal reached 0.2, a seal of a sixth of its ink 4.1
_RED_HELD: Final = 30.0  #: redness counted at most, so that one red stroke makes no ring
_GREY_SPREAD: Final = 3  #: spread of the channels that a grey picture may have after JPEG


@dataclass(frozen=True)
class _Shape:
    """One connected mark: its place in pixels, and how much of a ring it is."""

    left: int
    top: int
    width: int
    height: int
    rim: float  #: share of the sectors with ink near the rim
    outside: float
    fill: float
    frame: float  #: share of the rectangle's edge that is inked


def find_seal(ink: InkMap, number: int, near: Box | None) -> Mark:
    """The seal on page `number`; `near` is the place where it belongs, None when that was not found."""
    scale = _SIDE / max(ink.height, ink.width)
    red = redness(ink, scale)
    strong = _closed(red > RED)
    shapes = _shapes(strong)
    if ring := next((shape for shape in shapes if _is_ring(shape)), None):
        return Mark(Presence.PRESENT, number, _box(ring, strong))
    if crossed := _crossed(shapes, strong, ink):
        return Mark(Presence.PRESENT, number, crossed)
    pale = _closed(red > _PALE_RED)
    if why_not := _incomplete(shapes, strong):
        shape, why = why_not
        return Mark(Presence.UNCLEAR, number, _box(shape, strong), why)
    if faint := next((shape for shape in _shapes(pale) if _is_ring(shape)), None):
        return Mark(Presence.UNCLEAR, number, _box(faint, pale), "faint")
    if is_grey(ink):
        return Mark(Presence.UNCLEAR, number, near, "greyscale")
    if near is not None and _round_without_colour(ink, near):
        return Mark(Presence.UNCLEAR, number, near, "no_colour")
    if near is not None and _hint_of_red(ink, near):
        return Mark(Presence.UNCLEAR, number, near, "faint")
    stain = _stain(strong, near)
    if stain is not None:
        return Mark(Presence.UNCLEAR, number, stain, "red_mark")
    return Mark(Presence.ABSENT, number, near)


def is_grey(ink: InkMap) -> bool:
    """A scan without any colour at all: a red seal on it is as black as print."""
    if ink.electronic:
        return False
    step = ink.colour[::3, ::3].astype(np.int16)
    return bool(np.percentile(step.max(axis=2) - step.min(axis=2), 99.9) <= _GREY_SPREAD)


def _closed(mask: NDArray[np.bool_]) -> Mask:
    grown = cv2.morphologyEx(mask.astype(np.uint8) * 255, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    return np.asarray(grown, dtype=np.uint8)


def _shapes(mask: Mask) -> list[_Shape]:
    """Marks of a plausible size, the largest first."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    longer = max(mask.shape)
    found = []
    for label in sorted(range(1, count), key=lambda n: -int(stats[n, cv2.CC_STAT_AREA])):
        left, top, width, height, area = (int(value) for value in stats[label][:5])
        if max(width, height) < _SQUARE[0] * longer or area < 60:
            continue
        found.append(_measured(labels[top : top + height, left : left + width] == label, left, top))
    return found


def _measured(ink: NDArray[np.bool_], left: int, top: int) -> _Shape:
    height, width = ink.shape
    ys, xs = np.nonzero(ink)
    u, v = (xs + 0.5 - width / 2) / (width / 2), (ys + 0.5 - height / 2) / (height / 2)
    radius = np.hypot(u, v)
    near_rim = (radius > 0.80) & (radius <= 1.06)
    sectors = np.unique(((np.arctan2(v, u)[near_rim] + np.pi) / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS)
    edge = max(2, round(0.08 * min(width, height)))
    sides = (ink[:edge].any(axis=0), ink[-edge:].any(axis=0), ink[:, :edge].any(axis=1), ink[:, -edge:].any(axis=1))
    return _Shape(
        left,
        top,
        width,
        height,
        rim=len(sectors) / _SECTORS,
        outside=float(np.mean(radius > 1.06)),
        fill=len(xs) / (width * height),
        frame=float(np.mean(np.concatenate(sides))),
    )


def _is_ring(shape: _Shape) -> bool:
    side, aspect = max(shape.width, shape.height) / _SIDE, shape.width / shape.height
    return (
        _SIZE[0] <= side <= _SIZE[1]
        and _ASPECT[0] <= aspect <= _ASPECT[1]
        and shape.rim >= _RIM_CLOSED
        and shape.outside < _OUTSIDE
        and shape.fill < _FILL
    )


def _incomplete(shapes: list[_Shape], mask: Mask) -> tuple[_Shape, str] | None:
    """A red mark that is something of a seal: square, or an arc of a ring."""
    for shape in shapes:
        aspect, side = shape.width / shape.height, max(shape.width, shape.height) / _SIDE
        if _SQUARE[0] <= side <= _SQUARE[1] and 0.6 <= aspect <= 1.7 and shape.frame >= 0.85 and shape.outside >= 0.06:
            return shape, "square"
    for shape in shapes:
        if max(shape.width, shape.height) < _SIZE[0] * _SIDE:
            continue
        arc, _ = _arc(mask[shape.top : shape.top + shape.height, shape.left : shape.left + shape.width] > 0)
        if arc >= _ARC:
            return shape, "half_cut"
    return None


def _crossed(shapes: list[_Shape], red: Mask, ink: InkMap) -> Box | None:
    """A whole ring of which a signature covers a part: every missing stretch of its rim is inked by a pen.

    Where a seal is cut off there is bare paper instead.
    """
    height, width = red.shape
    dark = np.asarray(cv2.resize(ink.ink, (width, height), interpolation=cv2.INTER_AREA), dtype=np.uint8) > 100
    points = np.argwhere(red > 0)
    for shape in shapes:
        if not 0.7 * _SIZE[0] <= max(shape.width, shape.height) / _SIDE <= _SIZE[1]:
            continue
        arc, circle = _arc(red[shape.top : shape.top + shape.height, shape.left : shape.left + shape.width] > 0)
        if circle is None or arc < _ARC:
            continue
        x, y, radius = circle[0] + shape.left, circle[1] + shape.top, circle[2]
        own = _rim(points, x, y, radius)
        if (
            _strays(points, x, y, radius) < _OUTSIDE
            and len(own) >= _RIM_RED * _SECTORS
            and len(own | _rim(np.argwhere(dark), x, y, radius)) >= _RIM_WHOLE * _SECTORS
        ):
            return Box((x - radius) / width, (y - radius) / height, (x + radius) / width, (y + radius) / height)
    return None


def _strays(points: NDArray[np.int64], x: float, y: float, radius: float) -> float:
    """How much of the red about a circle lies beyond it: the corners of a square stamp do, nothing of a round seal."""
    away = np.hypot(points[:, 1] - x, points[:, 0] - y) / radius
    about = away < 1.5
    return float(np.mean(away[about] > 1.1)) if about.any() else 0.0


def _rim(points: NDArray[np.int64], x: float, y: float, radius: float) -> set[int]:
    """The sectors of a circle's rim in which some of the points lie (each a row and a column)."""
    down, across = points[:, 0] - y, points[:, 1] - x
    on = np.abs(np.hypot(across, down) - radius) < max(2.5, 0.06 * radius)
    return set(((np.arctan2(down[on], across[on]) + np.pi) / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS)


def _arc(ink: NDArray[np.bool_]) -> tuple[float, tuple[float, float, float] | None]:
    """The best circle through the mark's outer points, and how much of it is inked, 0 to 1."""
    points = np.argwhere(ink)[:, ::-1].astype(np.float64)
    if len(points) < 40:
        return 0.0, None
    hull = cv2.convexHull(points.astype(np.float32)).reshape(-1, 2).astype(np.float64)
    best: tuple[float, tuple[float, float, float] | None] = (0.0, None)
    for first in range(len(hull)):
        three = hull[[first, (first + len(hull) // 3) % len(hull), (first + 2 * len(hull) // 3) % len(hull)]]
        circle = _circle(three)
        if circle is None or not _SIZE[0] * _SIDE / 2 <= circle[2] <= _SIZE[1] * _SIDE / 2:
            continue
        share = len(_rim(points[:, ::-1].astype(np.int64), *circle)) / _SECTORS
        if share > best[0]:
            best = (share, circle)
    return best


def _circle(three: NDArray[np.float64]) -> tuple[float, float, float] | None:
    """Centre and radius of the circle through three points; None where they stand in a line."""
    (ax, ay), (bx, by), (cx, cy) = three
    d = 2 * (ax * (by - cy) + bx * (cy - ay) + cx * (ay - by))
    if abs(d) < 1e-6:
        return None
    x = ((ax**2 + ay**2) * (by - cy) + (bx**2 + by**2) * (cy - ay) + (cx**2 + cy**2) * (ay - by)) / d
    y = ((ax**2 + ay**2) * (cx - bx) + (bx**2 + by**2) * (ax - cx) + (cx**2 + cy**2) * (bx - ax)) / d
    return float(x), float(y), float(np.hypot(ax - x, ay - y))


def _round_without_colour(ink: InkMap, near: Box) -> bool:
    """A ring in grey or black around the place to sign: a copy of a sealed letter, or a seal in another ink.

    Looked for at half size as the circle that is darker than the paper on both its sides.
    """
    return ring_without_colour(ink, near) is not None


def _hint_of_red(ink: InkMap, near: Box) -> bool:
    """A ring around the place to sign too pale for its pixels to be told from the paper, but not for its sum."""
    red = redness(ink, 0.5 * _SIDE / max(ink.height, ink.width))
    return _best_ring(np.clip(red, 0.0, _RED_HELD), near) >= _HINT_LEAD


def ring_without_colour(ink: InkMap, near: Box) -> Box | None:
    """Where such a ring stands around a place: on a greyscale page its ink is no different from a pen's."""
    size = tuple(max(1, round(side * _SIDE / 2 / max(ink.height, ink.width))) for side in (ink.width, ink.height))
    level = np.asarray(cv2.resize(ink.lightness, size, interpolation=cv2.INTER_AREA), dtype=np.float32)
    # Print is darker than a seal's ink: cut off, so that it does not outweigh the ring.
    lead, ring = _clearest_ring(np.minimum(255 - level, _RING_INK), near)
    return ring if lead >= _RING_LEAD else None


def _best_ring(level: NDArray[np.float32], near: Box) -> float:
    return _clearest_ring(level, near)[0]


def _clearest_ring(level: NDArray[np.float32], near: Box) -> tuple[float, Box]:
    """The clearest ring of a seal's size around a place: the lead of its rim over its sides, and where it stands."""
    height, width = level.shape
    x, y = near.middle
    rows = slice(max(0, round((y - _NEAR) * height)), max(1, round((y + _NEAR) * height)))
    columns = slice(max(0, round((x - 0.15) * width)), max(1, round((x + 0.5) * width)))
    best = (-1.0, near)
    for radius in range(round(_SIZE[0] * _SIDE / 4), round(_SIZE[1] * _SIDE / 4) + 1):
        leads = cv2.filter2D(level[rows, columns], cv2.CV_32F, _ring(radius), borderType=cv2.BORDER_CONSTANT)
        _, lead, _, (at, down) = cv2.minMaxLoc(leads)
        if lead > best[0]:
            cx, cy = at + columns.start, down + rows.start
            place = Box((cx - radius) / width, (cy - radius) / height, (cx + radius) / width, (cy + radius) / height)
            best = (float(lead), place)
    return best


@cache
def _ring(radius: int) -> NDArray[np.float32]:
    """Mean on the rim less the mean beside it."""
    reach = radius + 4
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    off_rim = np.abs(np.hypot(x, y) - radius)
    rim, beside = off_rim <= 1.0, (off_rim >= 2.2) & (off_rim <= 4.0)
    return np.asarray(rim / rim.sum() - beside / beside.sum(), dtype=np.float32)


def _stain(mask: Mask, near: Box | None) -> Box | None:
    """Red ink near the place to sign that is no seal one could name; a red letterhead is not near."""
    height, width = mask.shape
    top, bottom = (0.0, 1.0) if near is None else (near.middle[1] - _NEAR, near.middle[1] + _NEAR)
    band = mask[max(0, round(top * height)) : max(1, round(bottom * height))]
    ys, xs = np.nonzero(band)
    if len(xs) < _STAIN * mask.size:
        return None
    offset = max(0, round(top * height))
    return Box(
        float(xs.min()) / width,
        float(ys.min() + offset) / height,
        float(xs.max() + 1) / width,
        float(ys.max() + offset + 1) / height,
    )


def _box(shape: _Shape, mask: Mask) -> Box:
    height, width = mask.shape
    return Box(
        shape.left / width,
        shape.top / height,
        (shape.left + shape.width) / width,
        (shape.top + shape.height) / height,
    )
