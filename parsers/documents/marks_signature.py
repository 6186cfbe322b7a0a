"""Has somebody signed beside this label, and does it look like a hand?

Ink beside a label says that something is written, not whose hand wrote it. "Absent" needs a clean place on a page in
colour; print in the label's own size, or a red stamp where the name should stand, is "unclear" (A29).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.documents.document import Mark, Presence
from parsers.documents.marks import is_grey, ring_without_colour
from parsers.documents.marks_ink import InkMap, Mask
from parsers.files.page import Box, Line

_REACH: Final = 0.36  #: how far right of its label a signature may stand, as a share of the page's width
_ABOVE: Final = 2.0  #: how far above and below the label, in heights of its print
_BELOW: Final = 1.3
_LIFT: Final = 0.35  #: signatures stand a little above their label, in heights of its print
_WRITTEN: Final = 0.25  #: ink, in squares of the print's height, from which something is written
_WRITTEN_GREY: Final = 1.2  #: the same where a seal's rim may be as dark as ink
_CLEAN: Final = 0.04
_SPECK: Final = 0.006  #: smaller pieces are dust
#: Ink, in squares of the print's height, and pieces that another row's signature may leave in this one: a stroke's end.
_SPLINTERS: Final = (0.2, 2)
_BESIDE: Final = 0.2  #: how far from that signature it then stands, in heights of print
_STAMPED: Final = 0.5  #: red beside the label, outside the seal, in squares of the print's height
_HASH_SIDE: Final = 32
_FEWEST_LETTERS, _MOST_LETTERS = 2, 12  #: pieces of print that a typed name has
_CROSSED: Final = 0.15  #: share of a character's place that is a seal's ink where its rim takes a part away


@dataclass(frozen=True)
class SignPlaceRow:
    """One line of the signing place: its label on paper."""

    key: str
    label: Box
    signed: bool  #: False: a line that is filled in, not signed; it only keeps its ink to itself
    reads_on: bool = False  #: what stands behind the label was read in one line with it, without trouble


@dataclass(frozen=True)
class _Piece:
    left: int
    top: int
    right: int
    bottom: int
    area: int
    middle: float  #: of its ink, from the top of the page

    @property
    def height(self) -> int:
        return self.bottom - self.top


def find_signatures(
    ink: InkMap, number: int, rows: Sequence[SignPlaceRow], printed: Sequence[Box], read: Sequence[Line], seal: Mark
) -> dict[str, Mark]:
    """A mark for each row that is to be signed.

    `printed` are places of print near the rows (the form's own words, filled blanks); `read` are lines that were read
    there besides: signatures, or names that were typed.
    """
    if not rows:
        return {}
    size = float(np.median([_print_height(ink, row.label) for row in rows]))
    pieces = _pieces(ink, rows, printed, size)
    shared = _rows_of(pieces, rows, ink, size)
    grey = is_grey(ink)
    marks = {
        row.key: _mark(ink, number, row, [piece for piece, key in shared if key == row.key], size, grey, read, seal)
        for row in rows
        if row.signed
    }
    for row in rows:
        # A line of print whose box reaches into the signing place may have swallowed the signature.
        if row.signed and marks[row.key].presence is Presence.ABSENT and _covered(ink, row, printed, size) >= _WRITTEN:
            marks[row.key] = Mark(Presence.UNCLEAR, number, row.label, "traces")
    return marks


def fingerprint(mask: Mask) -> str:
    """A short hash (16 hexadecimal signs) that the same picture keeps when it is scaled and saved again."""
    ys, xs = np.nonzero(mask)
    if not len(xs):
        return ""
    crop = mask[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    small = cv2.resize(crop, (_HASH_SIDE, _HASH_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    low = np.asarray(cv2.dct(small), dtype=np.float32)[:8, :8].ravel()
    bits = low[1:] > np.median(low[1:])
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):016x}"


def distance(left: str, right: str) -> int | None:
    """In how many of 63 bits two fingerprints differ; None where one is no fingerprint."""
    try:
        return (int(left, 16) ^ int(right, 16)).bit_count()
    except ValueError:
        return None


def _mark(
    ink: InkMap,
    number: int,
    row: SignPlaceRow,
    pieces: list[_Piece],
    size: float,
    grey: bool,
    read: Sequence[Line],
    seal: Mark,
) -> Mark:
    area = sum(piece.area for piece in pieces) / size**2
    if grey and pieces and (ring := ring_without_colour(ink, row.label)):
        # Letters and star of a seal without its colour are strokes like a pen's.
        outside = [piece for piece in pieces if not _inside(piece, ring, ink)]
        if sum(piece.area for piece in outside) / size**2 < _WRITTEN:
            return Mark(Presence.UNCLEAR, number, _around(pieces, ink), "greyscale")
    if area >= (_WRITTEN_GREY if grey else _WRITTEN):
        place = _around(pieces, ink)
        if _is_typed(ink, row, pieces, size, read):
            return Mark(Presence.UNCLEAR, number, place, "typed")
        return Mark(Presence.PRESENT, number, place, fingerprint=fingerprint(_drawn(ink, pieces)))
    if area > _CLEAN:
        return Mark(Presence.UNCLEAR, number, _around(pieces, ink), "greyscale" if grey else "traces")
    if grey:
        return Mark(Presence.UNCLEAR, number, row.label, "greyscale")
    if _red_beside(ink, row, size, seal) > _STAMPED:
        return Mark(Presence.UNCLEAR, number, row.label, "stamp")
    return Mark(Presence.ABSENT, number, row.label)


def _covered(ink: InkMap, row: SignPlaceRow, printed: Sequence[Box], size: float) -> float:
    """Ink beside the label that was taken for print, in squares of the print's height."""
    middle, high = row.label.middle[1], size / ink.height
    place = Box(row.label.right, middle - 1.2 * high, min(1.0, row.label.right + _REACH), middle + 0.6 * high)
    mask = np.zeros_like(ink.pen)
    for box in printed:
        shared = Box(
            max(box.left, place.left),
            max(box.top, place.top),
            min(box.right, place.right),
            min(box.bottom, place.bottom),
        )
        if shared.width > 0 and shared.height > 0:
            where = ink.pixels(shared)
            mask[where] = ink.pen[where]
    return float(np.count_nonzero(mask)) / size**2


def _inside(piece: _Piece, ring: Box, ink: InkMap) -> bool:
    """Within the ring or on its rim."""
    x, y = (piece.left + piece.right) / 2 / ink.width, piece.middle / ink.height
    cx, cy = ring.middle
    return bool(np.hypot((x - cx) / max(ring.width, 1e-6), (y - cy) / max(ring.height, 1e-6)) <= 0.56)


def _print_height(ink: InkMap, label: Box) -> float:
    """Height of the label's characters in pixels, by their ink: boxes are taller and reach into the next line."""
    rows, columns = ink.pixels(label)
    filled = np.flatnonzero(np.count_nonzero(ink.ink[rows, columns], axis=1) > 0)
    box = label.height * ink.height
    tall = float(filled[-1] - filled[0] + 1) if len(filled) else box
    # By width: a label's characters are as wide as high.
    return float(min(tall, box, 60.0)) if tall > 0.4 * box else 0.7 * box


def _pieces(ink: InkMap, rows: Sequence[SignPlaceRow], printed: Sequence[Box], size: float) -> list[_Piece]:
    """Connected ink right of the labels, without print, seal and rulings."""
    left = min(row.label.left for row in rows)
    window = Box(
        left,
        min(row.label.top for row in rows) - _ABOVE * size / ink.height,
        min(1.0, max(row.label.right for row in rows) + _REACH),
        max(row.label.bottom for row in rows) + _BELOW * size / ink.height,
    )
    mask = np.zeros_like(ink.pen)
    ys, xs = ink.pixels(window)
    mask[ys, xs] = ink.pen[ys, xs]
    for box in (*printed, *(row.label for row in rows)):
        mask[ink.pixels(box)] = 0
    count, _, stats, centres = cv2.connectedComponentsWithStats(mask[ys, xs], connectivity=8)
    found = []
    for label in range(1, count):
        x, y, width, height, area = (int(value) for value in stats[label][:5])
        if area >= max(4, _SPECK * size**2) and height < 5 * size and width < 12 * size:
            x, y = x + xs.start, y + ys.start
            found.append(_Piece(x, y, x + width, y + height, area, float(centres[label][1]) + ys.start))
    return found


def _rows_of(
    pieces: list[_Piece], rows: Sequence[SignPlaceRow], ink: InkMap, size: float
) -> list[tuple[_Piece, str | None]]:
    """Each piece with the row it stands in; a piece too far from every row belongs to none."""
    levels = {row.key: row.label.middle[1] * ink.height - _LIFT * size * row.signed for row in rows}
    starts = {row.key: row.label.right * ink.width - 0.3 * size for row in rows}
    shared: list[tuple[_Piece, str | None]] = []
    for piece in pieces:
        near = [key for key in levels if piece.left >= starts[key]]
        key = min(near, key=lambda key: abs(piece.middle - levels[key]), default=None)
        far = key is None or not -_ABOVE * size <= piece.middle - levels[key] <= (_BELOW + 0.2) * size
        shared.append((piece, None if far else key))
    return _without_splinters(shared, size)


def _without_splinters(shared: list[tuple[_Piece, str | None]], size: float) -> list[tuple[_Piece, str | None]]:
    """A row that holds next to nothing but what hangs on to another row's signature, cut by a seal's rim, is empty."""
    strokes = [(piece, key) for piece, key in shared if piece.area >= _WRITTEN * size**2]
    kept: list[tuple[_Piece, str | None]] = []
    for key in dict.fromkeys(key for _, key in shared):
        mine = [piece for piece, of in shared if of == key]
        others = [stroke for stroke, of in strokes if of != key]
        few = sum(piece.area for piece in mine) <= _SPLINTERS[0] * size**2 and len(mine) <= _SPLINTERS[1]
        hang_on = all(any(_gap(piece, other) <= _BESIDE * size for other in others) for piece in mine)
        kept.extend((piece, None if key and few and hang_on else key) for piece in mine)
    return kept


def _gap(piece: _Piece, other: _Piece) -> int:
    """How far apart two pieces stand, in pixels; 0 where their frames meet."""
    beside = max(piece.left - other.right, other.left - piece.right, 0)
    return max(beside, piece.top - other.bottom, other.top - piece.bottom, 0)


def _is_typed(ink: InkMap, row: SignPlaceRow, pieces: list[_Piece], size: float, read: Sequence[Line]) -> bool:
    """A name in the label's own print: same height, same level, even strokes, and read without trouble."""
    level = row.label.middle[1] * ink.height
    letters = [piece for piece in _characters(pieces, size) if piece.height > 0.5 * size]
    whole = [piece for piece in letters if not _is_crossed(ink, piece, level, size)]
    letters = whole if len(whole) >= _FEWEST_LETTERS else letters
    if not _FEWEST_LETTERS <= len(letters) <= _MOST_LETTERS:
        return False
    tops, bottoms = [p.top for p in letters], [p.bottom for p in letters]
    heights = [p.height for p in letters]
    even = max(tops) - min(tops) <= 0.3 * size and max(bottoms) - min(bottoms) <= 0.3 * size
    sized = all(0.72 * size <= height <= 1.2 * size for height in heights)
    on_line = abs((min(tops) + max(bottoms)) / 2 - level) <= 0.3 * size
    if not (even and sized and on_line):
        return False
    strokes = _stroke(_drawn(ink, pieces)), _stroke(ink.ink[ink.pixels(row.label)])
    alike = 0.75 <= strokes[0] / max(strokes[1], 0.1) <= 1.33
    place = _around(pieces, ink)
    named = row.reads_on or any(line.confidence >= 0.9 and _overlap(line.box, place) > 0.5 for line in read)
    return alike and named


def _is_crossed(ink: InkMap, piece: _Piece, level: float, size: float) -> bool:
    """Does a seal's rim run through the character, so that a part of it alone is left?"""
    top, bottom = (level - 0.6 * size) / ink.height, (level + 0.6 * size) / ink.height
    return ink.red_share(Box(piece.left / ink.width, top, piece.right / ink.width, bottom)) >= _CROSSED


def _characters(pieces: list[_Piece], size: float) -> list[_Piece]:
    """Strokes joined to characters by the columns they share."""
    joined: list[_Piece] = []
    for piece in sorted(pieces, key=lambda p: p.left):
        last = joined[-1] if joined else None
        if last and piece.left <= last.right + 0.04 * size and max(piece.right, last.right) - last.left <= 1.35 * size:
            joined[-1] = _Piece(
                last.left,
                min(last.top, piece.top),
                max(last.right, piece.right),
                max(last.bottom, piece.bottom),
                last.area + piece.area,
                (last.middle + piece.middle) / 2,
            )
        else:
            joined.append(piece)
    return joined


def _stroke(mask: Mask) -> float:
    """Usual half width of a stroke in pixels."""
    if not mask.any():
        return 0.0
    depth: NDArray[np.float32] = np.asarray(cv2.distanceTransform(mask, cv2.DIST_L2, 3), dtype=np.float32)
    ridge = depth[(depth > 0) & (depth >= np.asarray(cv2.dilate(depth, np.ones((3, 3), np.uint8))))]
    return float(ridge.mean()) if len(ridge) else 0.0


def _drawn(ink: InkMap, pieces: list[_Piece]) -> Mask:
    """The pieces alone, on a clean sheet of their size."""
    left, top = min(piece.left for piece in pieces), min(piece.top for piece in pieces)
    clean = np.zeros((max(p.bottom for p in pieces) - top, max(p.right for p in pieces) - left), dtype=np.uint8)
    for piece in pieces:
        patch = ink.pen[piece.top : piece.bottom, piece.left : piece.right]
        place = clean[piece.top - top : piece.bottom - top, piece.left - left : piece.right - left]
        np.maximum(place, patch, out=place)
    return clean


def _around(pieces: list[_Piece], ink: InkMap) -> Box:
    return Box(
        min(piece.left for piece in pieces) / ink.width,
        min(piece.top for piece in pieces) / ink.height,
        max(piece.right for piece in pieces) / ink.width,
        max(piece.bottom for piece in pieces) / ink.height,
    )


def _overlap(a: Box, b: Box) -> float:
    """Share of the second place that the first covers."""
    width = min(a.right, b.right) - max(a.left, b.left)
    height = min(a.bottom, b.bottom) - max(a.top, b.top)
    return max(0.0, width) * max(0.0, height) / max(1e-9, b.width * b.height)


def _red_beside(ink: InkMap, row: SignPlaceRow, size: float, seal: Mark) -> float:
    """Red ink right of the label that does not belong to the seal, in squares of the print's height."""
    place = Box(row.label.right, row.label.top - 0.7 * size / ink.height, row.label.right + 0.2, row.label.bottom)
    rows, columns = ink.pixels(place)
    red = ink.red[rows, columns]
    if seal.box is not None and seal.presence is not Presence.ABSENT:
        rim = 0.01
        own = ink.pixels(Box(seal.box.left - rim, seal.box.top - rim, seal.box.right + rim, seal.box.bottom + rim))
        inside = np.zeros((ink.height, ink.width), dtype=np.bool_)
        inside[own] = True
        red = red & ~inside[rows, columns]
    return float(np.count_nonzero(red)) / size**2
