"""Where did the finder run lines together or pass print over, so that it must look once more?"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.files.ocr import Grey, Quads, Reading, Signs
from parsers.files.turn import sides, slope

Mask = NDArray[np.uint8]  #: 255 or 1 where something is
Spot = tuple[int, int, int, int]  #: left, top, right, bottom in pixels

#: Only pages of running text are searched: on cards and screens ink without letters is no lost line.
_FEWEST_LINES: Final = 8
_RUNNING_RATIO: Final = 12.0
#: A box so many times as high as the usual line, holding more letters than fit at that height, is two lines or a
#: label with the signature above it.
_TALL: Final = 1.6
_CROWDED: Final = 1.35
_FEWEST_CROWDED: Final = 4
_WEAK: Final = 0.6
#: The page is searched at this height of a line, in pixels.
_WORK_LINE: Final = 16.0
_DARK: Final = 172  #: of 255, paper taken as white: thin print scaled down, but not a seal in red
_RUN: Final = (2.5, 0.45, 2.2)  #: least width, least and most height of a passed-over run, in line heights
_LONG_RUN: Final = 5.0  #: width in line heights from which a run is read without the finder
_LABEL_RUN: Final = (3.0, 1.3)  #: least width and most height of a label that stands alone: so is it
_RUN_INK: Final = 0.06  #: of a line of that width; pale thin print has 0.08, what is left of rulings 0.02
_MOST_SPOTS: Final = 5
_ADDED_CONFIDENCE: Final = 0.6
_OVERLAP: Final = 0.3


def doubtful_spots(red: Grey, reading: Reading) -> tuple[Spot, ...]:
    """Places of a page of running text that deserve a finer look; none on most pages."""
    usual = _usual_height(reading.quads)
    if usual is None:
        return ()
    height, width = red.shape
    spots = [_around(_extent(reading.quads[index]), 0.6 * usual) for index in _crowded(reading, usual)]
    spots += [_around(run, 1.2 * usual) for run in _passed_over(red, reading.quads, usual)]
    clipped = [
        (max(0, left), max(0, top), min(width, right), min(height, bottom)) for left, top, right, bottom in spots
    ]
    return tuple(_joined(clipped))[:_MOST_SPOTS]


def unread_runs(red: Grey, reading: Reading) -> Quads:
    """Long runs of print that the finder passed over twice, as places to read without it.

    Under the rim of a seal it sees the seal's words and not the clause.
    """
    usual = _usual_height(reading.quads)
    runs = _passed_over(red, reading.quads, usual) if usual else []
    long = [run for run in runs if usual and _is_print(run, usual)]
    rise = math.tan(slope(reading.quads))
    return np.array([_along(run, usual or 0.0, rise) for run in long], dtype=np.float32).reshape(-1, 4, 2)


def _is_print(run: Spot, usual: float) -> bool:
    wide, high = (run[2] - run[0]) / usual, (run[3] - run[1]) / usual
    return wide >= _LONG_RUN or (wide >= _LABEL_RUN[0] and high <= _LABEL_RUN[1])


def _along(run: Spot, usual: float, rise: float) -> list[tuple[float, float]]:
    """The run as a line of the usual height that follows the page's slope."""
    left, top, right, bottom = run[0] - 0.2 * usual, run[1], run[2] + 0.2 * usual, run[3]
    middle, half, lift = (top + bottom) / 2, 0.55 * usual, rise * (right - left) / 2
    return [
        (left, middle - lift - half),
        (right, middle + lift - half),
        (right, middle + lift + half),
        (left, middle - lift + half),
    ]


def merged(first: Reading, again: Reading) -> Reading:
    """The first reading, with what the second found where it saw nothing or boxes run together."""
    usual = _usual_height(first.quads) or 1.0
    crowded = set(_crowded(first, usual))
    # Boxes of slanting lines reach into each other: they are compared as they lie once level.
    angle = slope(first.quads)
    old, new = _level_extents(first.quads, angle), _level_extents(again.quads, angle)
    added, gone = [], set()
    for at, box in enumerate(new):
        met = {index for index, other in enumerate(old) if _share(box, other) > _OVERLAP or _share(other, box) > 0.5}
        if again.confidences[at] >= _ADDED_CONFIDENCE and met <= crowded:
            added.append(at)
            gone |= met
    for index in sorted(gone):
        instead = "".join(again.texts[at] for at in added if _share(new[at], old[index]) > _OVERLAP)
        if len(instead) < len(first.texts[index]) and first.confidences[index] >= _WEAK:
            gone.discard(index)
            added = [at for at in added if _share(new[at], old[index]) <= _OVERLAP]
    kept = [index for index in range(len(old)) if index not in gone]
    return replace(
        first,
        quads=np.concatenate((first.quads[kept], again.quads[added])),
        texts=tuple(first.texts[index] for index in kept) + tuple(again.texts[at] for at in added),
        confidences=tuple(first.confidences[index] for index in kept) + tuple(again.confidences[at] for at in added),
        complete=first.complete and again.complete,
        signs=_signs(first, kept) + _signs(again, added),
    )


def _signs(reading: Reading, chosen: list[int]) -> tuple[Signs, ...]:
    return tuple(reading.signs[index] if reading.signs else () for index in chosen)


def is_running_text(quads: Quads) -> bool:
    """A letter, a statement: no card and no screen."""
    return _usual_height(quads) is not None


def _usual_height(quads: Quads) -> float | None:
    """Of the lines of running text; None where there are too few of them."""
    if not len(quads):
        return None
    along, across = sides(quads)
    running = along > _RUNNING_RATIO * across
    return float(np.median(across[running])) if np.count_nonzero(running) >= _FEWEST_LINES else None


def _crowded(reading: Reading, usual: float) -> list[int]:
    along, across = sides(reading.quads)
    found = []
    for index, text in enumerate(reading.texts):
        room = along[index] / max(float(across[index]), 1.0)
        if across[index] <= _TALL * usual or along[index] < 2 * usual:
            continue
        if reading.confidences[index] < _WEAK or len(text) >= max(_FEWEST_CROWDED, _CROWDED * room):
            found.append(index)
    return found


def _passed_over(red: Grey, quads: Quads, usual: float) -> list[Spot]:
    """Runs of print that no box covers."""
    scale = min(1.0, _WORK_LINE / usual)
    small = np.asarray(cv2.resize(red, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    line = usual * scale
    dark = _dark(small, line)
    for quad in quads:
        middle = quad.mean(axis=0)
        cv2.fillConvexPoly(dark, np.round((middle + (quad - middle) * (1.06, 1.3)) * scale).astype(np.int32), 0)
    run = np.ones((max(1, round(0.15 * line)), round(1.1 * line)), np.uint8)
    joined = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_CLOSE, run), dtype=np.uint8)
    return [
        (round(x / scale), round(y / scale), round((x + wide) / scale), round((y + high) / scale))
        for x, y, wide, high in _runs(dark, joined, line)
    ]


def _runs(dark: Mask, joined: Mask, line: float) -> Iterator[tuple[int, int, int, int]]:
    """Left, top, width and height of each piece of `joined` that is as high as a line and filled with strokes."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined)
    for label in range(1, count):
        x, y, wide, high, _ = (int(value) for value in stats[label])
        window = (slice(y, y + high), slice(x, x + wide))
        mine = labels[window] == label
        if wide < _RUN[0] * line or high < _RUN[1] * line:
            continue
        if high > _RUN[2] * line:
            parts = _level_parts(mine.astype(np.uint8), line)
            if parts.any() and not np.array_equal(parts > 0, mine):
                yield from ((x + left, y + top, w, h) for left, top, w, h in _runs(dark[window], parts, line))
        # A slanting line stands in a frame that is higher than it.
        elif np.count_nonzero(dark[window][mine]) >= _RUN_INK * wide * min(high, line):
            yield x, y, wide, high


def _level_parts(piece: Mask, line: float) -> Mask:
    """What is long and level of a line, or else of a label alone, that a signature or a seal hangs on to."""
    for width in (_LONG_RUN, _RUN[0]):
        level = np.ones((round(_RUN[1] * line), round(width * line)), np.uint8)
        parts = np.asarray(cv2.morphologyEx(piece, cv2.MORPH_OPEN, level), dtype=np.uint8)
        if parts.any():
            break
    return parts


def _dark(small: Grey, line: float) -> Mask:
    """Strokes darker than their paper, without rulings."""
    reach = max(3, round(2 * line) | 1)
    paper = cv2.blur(cv2.dilate(small, np.ones((reach // 2 | 1,) * 2, np.uint8)), (reach, reach)).astype(np.float32)
    even = np.minimum(255.0, small.astype(np.float32) * 255.0 / np.maximum(paper, 24.0))
    dark = np.asarray((even < _DARK) * 255, dtype=np.uint8)
    long = max(8, round(4 * line))
    # A slanting ruling breaks into steps of one pixel: they are joined before they are measured.
    level = cv2.morphologyEx(cv2.dilate(dark, np.ones((3, 1), np.uint8)), cv2.MORPH_OPEN, np.ones((1, long), np.uint8))
    upright = cv2.morphologyEx(
        cv2.dilate(dark, np.ones((1, 3), np.uint8)), cv2.MORPH_OPEN, np.ones((long, 1), np.uint8)
    )
    rulings = cv2.dilate(cv2.bitwise_or(level, upright), np.ones((3, 3), np.uint8))
    return np.asarray(cv2.bitwise_and(dark, cv2.bitwise_not(rulings)), dtype=np.uint8)


def _extent(quad: NDArray[np.float32]) -> Spot:
    low, high = quad.min(axis=0), quad.max(axis=0)
    return int(low[0]), int(low[1]), int(np.ceil(high[0])), int(np.ceil(high[1]))


def _level_extents(quads: Quads, angle: float) -> list[Spot]:
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]], dtype=np.float32)
    return [_extent(quad) for quad in quads @ turn]


def _around(spot: Spot, pad: float) -> Spot:
    """With room on all sides, most along the line: the finder needs the neighbourhood."""
    left, top, right, bottom = spot
    return int(left - 6 * pad), int(top - pad), int(right + 6 * pad), int(bottom + pad)


def _joined(spots: list[Spot]) -> list[Spot]:
    """Spots that touch, as one."""
    joined: list[Spot] = []
    for spot in sorted(spots, key=lambda spot: spot[1]):
        touching = [other for other in joined if _share(spot, other) > 0 or _share(other, spot) > 0]
        for other in touching:
            joined.remove(other)
        group = [spot, *touching]
        joined.append(
            (
                min(one[0] for one in group),
                min(one[1] for one in group),
                max(one[2] for one in group),
                max(one[3] for one in group),
            )
        )
    return joined


def _share(box: Spot, other: Spot) -> float:
    """How much of `box` lies in `other`, 0 to 1."""
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    return max(0, width) * max(0, height) / max(1, (box[2] - box[0]) * (box[3] - box[1]))
