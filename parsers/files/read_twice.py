"""Which signs at a line's end did two boxes that overlap both show?

The finder's boxes reach a little beyond their line: the first digit of a number can stand at the end of the line before
it as well, and the number has a digit too many.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from parsers.files.page import Line

_MOST: Final = 3  #: signs that boxes overlap by
_SAME_ROW: Final = 0.6  #: share of the lower box that two of one row have in common
#: Heights of a line that two readings of one sign stand apart at most: half a digit's width.
_SAME_PLACE: Final = 0.15


def once(lines: Sequence[Line], width: int, height: int) -> tuple[Line, ...]:
    """`lines` in reading order, each sign where it belongs alone. `width` and `height`: the page's, in pixels."""
    kept = list(lines)
    for at in range(1, len(kept)):
        kept[at - 1], kept[at] = _parted(kept[at - 1], kept[at], height / width)
    return tuple(line for line in kept if line.text.strip())


def _parted(left: Line, right: Line, ratio: float) -> tuple[Line, Line]:
    """Two neighbours without what both show: it stays with the line to whose other signs it stands closer."""
    shared = _shared(left, right, ratio)
    if not shared:
        return left, right
    a, b = _middles(left), _middles(right)
    from_left = a[-shared] - a[-shared - 1] if len(a) > shared else 0.0
    to_right = b[shared] - b[shared - 1] if len(b) > shared else 0.0
    if from_left > to_right:
        return _cut(left, 0, len(a) - shared), right
    return left, _cut(right, shared, len(b))


def _shared(left: Line, right: Line, ratio: float) -> int:
    """How many signs at the end of `left` are those at the beginning of `right`, in the same place on paper."""
    common = min(left.box.bottom, right.box.bottom) - max(left.box.top, right.box.top)
    low = min(left.box.height, right.box.height)
    overlapping = left.box.left < right.box.left < left.box.right < right.box.right
    if not (left.places and right.places and overlapping) or common < _SAME_ROW * low:
        return 0
    a, b = _middles(left), _middles(right)
    for count in range(min(_MOST, len(a), len(b)), 0, -1):
        apart = [abs(one - other) for one, other in zip(a[-count:], b[:count], strict=True)]
        if left.text[-count:] == right.text[:count] and max(apart) < _SAME_PLACE * low * ratio:
            return count
    return 0


def _middles(line: Line) -> list[float]:
    return [line.box.left + line.box.width * place for place in line.places]


def _cut(line: Line, start: int, end: int) -> Line:
    """The signs from `start` up to `end`; the box, which their places are shares of, stays."""
    return replace(line, text=line.text[start:end], places=line.places[start:end], trusts=line.trusts[start:end])
