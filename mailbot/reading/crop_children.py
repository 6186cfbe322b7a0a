"""How does a child cut small pictures out of a paper's pages?

The whole life of one child, behind the walls of `open_document`: it knows its file, the places and nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from mailbot.isolation.channel import Channel
from mailbot.reading.children import all_of
from mailbot.reading.wire import unpack
from parsers.files.kind import FileKind
from parsers.files.limits import FileLimits
from parsers.files.opening import open_file
from parsers.files.page import Box, Unreadable
from parsers.files.sheet import Picture
from parsers.files.straighten import Pose, stood_up

CROP_BYTES: Final = 400_000  #: of one picture; a larger one is shrunk
WIDEST: Final = 560  #: pixels of a small picture
TALLEST: Final = 320
_MARGIN = 0.012  #: of the page, around the place
_LEAST_HEIGHT, _LEAST_WIDTH = 0.035, 0.22  #: so that a narrow place is seen with its neighbours
_GREY = 190


@dataclass(frozen=True)
class Cut:
    """One place, and what on that page must not be shown."""

    page: int
    box: Box
    pose: Pose
    hidden: tuple[Box, ...] = ()


@dataclass(frozen=True)
class Cuts:
    """The order for one file."""

    kind: str
    limits: FileLimits
    cuts: tuple[Cut, ...]


def cut_places(channel: Channel, files: list[int], facts: dict[str, Any]) -> None:
    """Sends a PNG for each place, in their order; an empty frame where there is nothing to show."""
    order: Cuts = unpack(Cuts, str(facts["order"]).encode())
    shown = dict(_pictures(all_of(files[0], order.limits.bytes), order))
    for number, _ in enumerate(order.cuts):
        channel.send(shown.get(number, b""))


def _pictures(data: bytes, order: Cuts) -> Iterator[tuple[int, bytes]]:
    opened = open_file(data, FileKind(order.kind), order.limits)
    if isinstance(opened, Unreadable):
        return
    wanted = {cut.page for cut in order.cuts}
    for sheet in opened.sheets:
        if sheet.number not in wanted or sheet.picture is None:
            continue
        for number, cut in enumerate(order.cuts):
            if cut.page == sheet.number:
                yield number, _png(_cut(stood_up(sheet.picture, cut.pose), cut))
        wanted.discard(sheet.number)
        if not wanted:
            return


def _cut(picture: Picture, cut: Cut) -> Picture:
    height, width = picture.shape[:2]
    picture = picture.copy()
    for box in cut.hidden:
        left, top, right, bottom = _pixels(box, width, height)
        picture[max(top - 2, 0) : bottom + 2, max(left - 2, 0) : right + 2] = _GREY
    left, top, right, bottom = _pixels(_with_surroundings(cut.box), width, height)
    return picture[top:bottom, left:right]


def _with_surroundings(box: Box) -> Box:
    wide = max(box.width + 2 * _MARGIN, _LEAST_WIDTH) / 2
    high = max(box.height + 2 * _MARGIN, _LEAST_HEIGHT) / 2
    x, y = box.middle
    return Box(max(x - wide, 0.0), max(y - high, 0.0), min(x + wide, 1.0), min(y + high, 1.0))


def _pixels(box: Box, width: int, height: int) -> tuple[int, int, int, int]:
    return (
        int(box.left * width),
        int(box.top * height),
        int(np.ceil(box.right * width)),
        int(np.ceil(box.bottom * height)),
    )


def _png(picture: Picture) -> bytes:
    """Small enough for a mail: shrunk until it is, nothing when the place is empty."""
    if not picture.size:
        return b""
    scale = min(1.0, WIDEST / picture.shape[1], TALLEST / picture.shape[0])
    while scale > 0.05:
        size = (max(int(picture.shape[1] * scale), 1), max(int(picture.shape[0] * scale), 1))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        done, png = cv2.imencode(".png", cv2.cvtColor(small, cv2.COLOR_RGB2BGR))
        if done and len(png) <= CROP_BYTES:
            return png.tobytes()
        scale *= 0.7
    return b""
