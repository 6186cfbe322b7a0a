"""What does a place on a paper look like, shown without giving anybody's number away?

The page is opened again behind the same walls as for reading; where the page is turned or askew is remembered from
then. Whatever was read there as a citizen's or mobile number is painted over before the picture leaves the child.
"""

import tempfile
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from mailbot.isolation.child import Died
from mailbot.reading.cache import content_key
from mailbot.reading.crop_children import CROP_BYTES, TALLEST, WIDEST, Cut, Cuts
from mailbot.reading.opener import DOCUMENT_WALLS
from mailbot.reading.reader import PaperReader
from mailbot.reading.wire import PagesRecord, pack
from mailbot.reading.work import AttachedFile
from parsers.files.page import Box
from parsers.masking import mask

MOST: Final = 8  #: pictures of one file
_MOST_HIDDEN: Final = 60  #: on one page; a page with more numbers than that is not shown at all
_PNG: Final = b"\x89PNG\r\n\x1a\n"


class Place(NamedTuple):
    """A spot on one page of one file."""

    page: int
    box: Box


class Crops:
    """Cuts small pictures; one for the whole service, on the reader's nursery."""

    def __init__(self, reader: PaperReader) -> None:
        self._reader = reader

    def of(self, file: AttachedFile, places: Sequence[Place], hidden: Sequence[Place] = ()) -> tuple[bytes | None, ...]:
        """A PNG for each place, or None where none can be made; `hidden` is painted over besides.

        The file must have been read before: without what was read, nobody knows what must be hidden.
        """
        record = self._reader.kept.pages(content_key(file.kind.value, file.data))
        if record is None:
            return (None,) * len(places)
        poses = {page.number: pose for page, pose in zip(record.pages, record.poses, strict=True)}
        cuts: dict[Place, Cut] = {}
        for place in places:
            covered = (*_numbers(record, place.page), *_on(place.page, hidden))
            if place.page in poses and len(covered) <= _MOST_HIDDEN and len(cuts) < MOST:
                cuts[place] = Cut(place.page, place.box, poses[place.page], covered)
        pictures = dict(zip(cuts, self._cut(file, tuple(cuts.values())), strict=True)) if cuts else {}
        return tuple(map(pictures.get, places))

    def _cut(self, file: AttachedFile, cuts: tuple[Cut, ...]) -> list[bytes | None]:
        order = pack(Cuts(file.kind.value, self._reader.terms.limits, cuts)).decode()
        pictures: list[bytes | None] = [None] * len(cuts)
        with tempfile.TemporaryFile(prefix="mailbot-") as document:
            document.write(file.data)
            document.flush()
            child = self._reader.nursery.child(
                "mailbot.reading.crop_children:cut_places",
                walls=DOCUMENT_WALLS,
                facts={"order": order},
                files=[document.fileno()],
            )
            with child:
                for number in range(len(cuts)):
                    answer = child.hear(limit=CROP_BYTES, seconds=self._reader.terms.budget.open_seconds)
                    if isinstance(answer, Died):
                        break
                    pictures[number] = answer.body if is_small_png(answer.body) else None
        return pictures


def is_small_png(body: bytes) -> bool:
    """What a child sends is believed only so far: a PNG whose head names a size that a mail may show."""
    if len(body) < 33 or not body.startswith(_PNG) or body[12:16] != b"IHDR":
        return False
    wide, high = int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
    return 0 < wide <= WIDEST and 0 < high <= TALLEST


def width_of(png: bytes) -> int:
    """Pixels, as the PNG's head names them."""
    return int.from_bytes(png[16:20])


def _numbers(record: PagesRecord, number: int) -> tuple[Box, ...]:
    """Lines that hold somebody's number, and lines beside one another that do together."""
    lines = [line for page in record.pages if page.number == number for line in page.lines]
    alone = [line.box for line in lines if mask(line.text) != line.text]
    pairs = pairwise(lines)
    joined = [box for one, two in pairs if _split_number(one.text, two.text) for box in (one.box, two.box)]
    return (*alone, *joined)


def _split_number(one: str, two: str) -> bool:
    together = one[-20:] + two[:20]
    return mask(together) != together and any(sign.isdigit() for sign in one[-6:])


def _on(page: int, places: Sequence[Place]) -> tuple[Box, ...]:
    return tuple(place.box for place in places if place.page == page)
