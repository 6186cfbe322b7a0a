"""Is the page askew, and what does it look like once laid level?"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from parsers.files.corners import Corners, laid_flat
from parsers.files.ocr import Quads
from parsers.files.sheet import Picture
from parsers.files.turn import slope

#: Below this, rows of a table stay apart by themselves; above, the boxes of neighbouring lines overlap.
_LEAST_DEGREES = 0.4
_MOST_DEGREES = 20.0


@dataclass(frozen=True)
class Pose:
    """How a picture must be moved to lie flat, upright and level."""

    turned: int = 0  #: degrees clockwise: 0, 90, 180, 270
    angle: float = 0.0  #: degrees by which the text then still sinks to the right
    corners: Corners | None = None  #: of a sheet that has to be laid flat before all else


def tilt(quads: Quads) -> float:
    """The text's slope in degrees where it is worth mending; else 0."""
    angle = math.degrees(slope(quads))
    return round(angle, 3) if _LEAST_DEGREES <= abs(angle) <= _MOST_DEGREES else 0.0


def stood_up(picture: Picture, pose: Pose) -> Picture:
    """The picture flat, upright and level; the very same array when it is already."""
    if pose.corners is not None:
        picture = laid_flat(picture, pose.corners)
    if pose.turned:
        picture = np.ascontiguousarray(np.rot90(picture, k=-(pose.turned // 90) % 4))
    if not pose.angle:
        return picture
    height, width = picture.shape[:2]
    matrix = _levelling(width, height, pose.angle)
    level = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(level, dtype=np.uint8)


def levelled(quads: Quads, angle: float, width: int, height: int) -> Quads:
    """Places on the upright picture after it is laid level.

    Done on coordinates after reading: engines read askew lines as well as level ones, but boxes, the order of lines
    and the neighbourhood of a signature need them level.
    """
    if not angle:
        return quads
    matrix = _levelling(width, height, angle)
    moved = quads.reshape(-1, 2) @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(moved, dtype=np.float32).reshape(-1, 4, 2)


def _levelling(width: int, height: int, angle: float) -> np.ndarray:
    return np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0))
