"""Where is this page redder than its own paper?

What a photograph shows around the sheet is none of it: beside bright paper a brown table is as red as a seal.
"""

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.documents.marks_ink import InkMap, Mask

RED: Final = 35  #: lead of red over green and blue, paper taken as white, that print and paper never have
_TINTED: Final = 0.12  #: lead of red, as a share of the brightest channel, from which a surface is no paper
_DARKER: Final = 0.85  #: brightness, as a share of the sheet's, below which it is not the sheet in a warm light
_BROAD: Final = 0.06  #: width, as a share of the longer side, that surroundings have and no stroke of a seal
_MOST: Final = 0.6  #: share of the picture that may be surroundings
_RIM: Final = 11  #: pixels into which the colours of either side run


def redness(ink: InkMap, scale: float) -> NDArray[np.float32]:
    """Lead of red over the other channels, each over its own paper, on the small picture; 0 beyond the sheet."""
    size = (max(1, round(ink.width * scale)), max(1, round(ink.height * scale)))
    small = np.asarray(cv2.resize(ink.colour, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
    paper = cv2.GaussianBlur(cv2.dilate(cv2.resize(small, None, fx=0.2, fy=0.2), np.ones((9, 9), np.uint8)), (0, 0), 4)
    ground = cv2.resize(paper, size, interpolation=cv2.INTER_LINEAR).astype(np.float32)
    even = np.minimum(255.0, small.astype(np.float32) * 255.0 / np.maximum(ground, 24.0))
    lead = even[..., 0] - np.maximum(even[..., 1], even[..., 2])
    lead[_beyond_the_sheet(small) > 0] = 0.0
    return np.asarray(cv2.GaussianBlur(lead, (0, 0), 0.8), dtype=np.float32)


def _beyond_the_sheet(picture: NDArray[np.uint8]) -> Mask:
    """Broad reddish surfaces that reach the picture's edge: a table, a floor. A seal's strokes are thin."""
    soft = cv2.GaussianBlur(picture, (0, 0), 2.0).astype(np.float32)
    bright = soft.max(axis=2)
    tinted = soft[..., 0] - np.maximum(soft[..., 1], soft[..., 2]) > _TINTED * np.maximum(bright, 1.0)
    surface = np.asarray(tinted & (bright < _DARKER * np.percentile(bright, 90)), dtype=np.uint8)
    if not surface.any():
        return surface
    wide = max(3, round(_BROAD * max(surface.shape)) | 1)
    framed = cv2.copyMakeBorder(surface, wide, wide, wide, wide, cv2.BORDER_REPLICATE)
    broad = cv2.morphologyEx(framed, cv2.MORPH_OPEN, np.ones((wide, wide), np.uint8))[wide:-wide, wide:-wide]
    _, labels = cv2.connectedComponents(broad)
    edge = np.concatenate((labels[0], labels[-1], labels[:, 0], labels[:, -1]))
    beyond = np.isin(labels, np.unique(edge[edge > 0])).astype(np.uint8)
    if float(np.mean(beyond)) > _MOST:
        return np.zeros_like(beyond)
    return np.asarray(cv2.dilate(beyond, np.ones((_RIM, _RIM), np.uint8)), dtype=np.uint8)
