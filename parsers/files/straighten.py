"""Is the page askew, and what does it look like once laid level?"""

import dataclasses
import math

import cv2
import numpy as np

from parsers.files.ocr import Reading
from parsers.files.sheet import Picture
from parsers.files.turn import slope

#: Below this, rows of a table stay apart by themselves; above, the boxes of neighbouring lines overlap.
_LEAST_DEGREES = 0.4
_MOST_DEGREES = 20.0


def straightened(picture: Picture, reading: Reading) -> tuple[Picture, Reading]:
    """Picture and places turned by the text's own slope; both unchanged when the text is level already.

    Done after reading, on coordinates: engines read askew lines as well as level ones, but boxes, the order of lines
    and the neighbourhood of a signature need them level.
    """
    angle = slope(reading.quads)
    if not math.radians(_LEAST_DEGREES) <= abs(angle) <= math.radians(_MOST_DEGREES):
        return picture, reading
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), math.degrees(angle), 1.0)
    level = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    flat = reading.quads.reshape(-1, 2)
    moved = (flat @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32).reshape(-1, 4, 2)
    return np.asarray(level, dtype=np.uint8), dataclasses.replace(reading, quads=moved)
