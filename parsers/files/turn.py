"""Which way is up on this page, and in which order do its lines run?"""

import math

import numpy as np

from parsers.files.ocr import Grey, Quads

#: A box counts as tall or wide from this ratio on; square ones say nothing.
_CLEAR_RATIO = 1.5
#: How many lines vote on upside down, and the ratio of those that the classifier knows best.
VOTERS = 9
_BEST_RATIO = 4.5


def lies_on_its_side(quads: Quads) -> bool:
    """Whether more lines run down the page than across it."""
    widths, heights = sides(quads)
    tall = int(np.count_nonzero(heights > _CLEAR_RATIO * widths))
    wide = int(np.count_nonzero(widths > _CLEAR_RATIO * heights))
    return tall > wide


def voters(quads: Quads) -> list[int]:
    """The lines whose shape the upside-down classifier judges best."""
    widths, heights = sides(quads)
    distance = np.abs(widths / np.maximum(heights, 1.0) - _BEST_RATIO)
    return [int(index) for index in np.argsort(distance, kind="stable")[:VOTERS]]


def sides(quads: Quads) -> tuple[np.ndarray, np.ndarray]:
    """Lengths along and across the text, in pixels."""
    along = np.linalg.norm(quads[:, 1] - quads[:, 0], axis=1)
    across = np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1)
    return along, across


def turned_picture(picture: Grey, degrees: int) -> Grey:
    """`picture` turned clockwise by a multiple of 90 degrees; works for grey and colour alike."""
    return np.ascontiguousarray(np.rot90(picture, k=-(degrees // 90) % 4))


def turned_quads(quads: Quads, degrees: int, width: int, height: int) -> Quads:
    """Places on a `width` x `height` picture, after it is turned clockwise; corners renamed from top left on."""
    x, y = quads[..., 0], quads[..., 1]
    places = {0: (x, y), 90: (height - y, x), 180: (width - x, height - y), 270: (y, width - x)}[degrees % 360]
    turned = np.stack(places, axis=-1).astype(np.float32)
    # After a clockwise quarter turn, what was bottom left is top left.
    return np.roll(turned, {0: 0, 90: 1, 180: 2, 270: 3}[degrees % 360], axis=1)


def slope(quads: Quads) -> float:
    """The angle of the text in radians, positive where lines sink to the right; long lines count more."""
    if not len(quads):
        return 0.0
    across = quads[:, 1] - quads[:, 0]
    lengths = np.linalg.norm(across, axis=1)
    level = np.abs(across[:, 1]) < 0.36 * np.abs(across[:, 0])  # under 20 degrees
    long_enough = level & (lengths > 4 * np.linalg.norm(quads[:, 3] - quads[:, 0], axis=1))
    if np.count_nonzero(long_enough) < 3:
        return 0.0
    angles = np.arctan2(across[long_enough, 1], across[long_enough, 0])
    return float(_weighted_median(angles, lengths[long_enough]))


def _weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])


def reading_order(quads: Quads) -> list[int]:
    """Indices of the lines row by row along the text's own slope, left to right in a row."""
    if not len(quads):
        return []
    angle = slope(quads)
    middle = quads.mean(axis=1)
    down = middle[:, 1] * math.cos(angle) - middle[:, 0] * math.sin(angle)
    along = middle[:, 0] * math.cos(angle) + middle[:, 1] * math.sin(angle)
    _, heights = sides(quads)
    rows: list[list[int]] = []
    for index in (int(i) for i in np.argsort(down, kind="stable")):
        row = rows[-1] if rows else []
        if row and abs(down[index] - np.mean(down[row])) < 0.5 * min(heights[index], *heights[row]):
            row.append(index)
        else:
            rows.append([index])
    return [index for row in rows for index in sorted(row, key=lambda i: float(along[i]))]
