"""When is a line read a second time, without what is paler than its ink, and which reading counts?

A seal is not gone from the red channel, only pale: where its rim crosses a clause, a character is taken for another
or lost, and leaves a gap.
Of digits set close the engine loses one: a number that does not check is read again from the line drawn out. A thin
last sign at the very end of its box is lost as well: a number that goes on in the next line is read with more paper.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

import numpy as np

from parsers.files.ocr import Grey, Signs
from parsers.identifiers import check_citizen_id, check_credit_identifier

_LONG_TEXT: Final = 8  #: characters of a line of running text
_DOUBTED: Final = 0.6  #: trust in a character below which its line is read again
_TRUSTED: Final = 0.5  #: trust that each character of the second reading needs
_LEAD: Final = 0.2  #: by how much its worst must be better than the first one's worst
DRAWN_OUT: Final = 1.3  #: times its width, at which a line is read again for its number
#: A citizen's number or a code of digits alone, of which a sign or three may have been lost or seen twice.
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[0-9]{14,18}[0-9Xx](?![0-9A-Za-z])")
MORE_PAPER: Final = 0.3  #: times its height, by which a line that ends in a number's part is lengthened
#: The first part of a number that the next line goes on with; a telephone number is whole.
_PART: Final = re.compile(r"(?<![0-9A-Z])(?!1[0-9]{10}$)(?=[A-Z]*[0-9])[0-9A-Z]{4,17}$")
_SEEN: Final = 0.4  #: trust that the sign at the end then needs: the number's check digit is to say whether it is right
#: From ink (0) to paper (1), one after the other while the line stays doubtful: a seal is paler in the red channel, a
#: pencil's stroke is not; what is left of a seal's sharp edges only the second takes away, with thin strokes.
PALE: Final = (0.7, 0.3)
_GAP: Final = (1.6, 4.5)  #: steps from one Chinese character to the next between which one to three were lost
_FEWEST_STEPS: Final = 4  #: to know the usual one by
_WELL: Final = 0.9  #: trust that each character needs where the second reading only fills a gap


class LineRead(NamedTuple):
    text: str
    confidence: float
    signs: Signs  #: place and trust of each character


def is_doubtful(read: LineRead) -> bool:
    return len(read.text) >= _LONG_TEXT and (_below(read, _DOUBTED) > 0 or _gaps(read) > 0)


def without_pale(line: Grey, pale: float) -> Grey:
    """The line's ink stretched to black; what is paler than `pale` (one of `PALE`) is paper."""
    ink, paper = (float(level) for level in np.percentile(line, (2, 95)))
    white = ink + pale * max(1.0, paper - ink)
    return np.asarray(np.clip((line.astype(np.float32) - ink) * (255.0 / (white - ink)), 0, 255), dtype=np.uint8)


def surer(first: LineRead, again: LineRead) -> LineRead:
    """The second reading where it is trusted clearly more throughout and nothing that was well read is lost.

    What it leaves out must not leave a gap: that was seen, and the first reading was only unsure what it says. Also
    where the second has all that the first has, and a well-read character in its gap besides.
    """
    whole = len(again.text) >= len(first.text) - _below(first, _DOUBTED) and _gaps(again) <= _gaps(first)
    if whole and _least(again) >= max(_TRUSTED, _least(first) + _LEAD):
        return again
    return again if _gaps(first) and _least(again) >= _WELL and _is_contained(first.text, again.text) else first


def has_broken_number(read: LineRead) -> bool:
    return any(not checks for checks in _checks(read))


def with_whole_number(first: LineRead, again: LineRead) -> LineRead:
    """The second reading where every number in it checks. A number that is wrong on paper is read wrong again."""
    checks = list(_checks(again))
    return again if checks and all(checks) and len(checks) == len(list(_checks(first))) else first


def ends_in_part_of_number(read: LineRead) -> bool:
    return len(read.text) >= _LONG_TEXT and _PART.search(read.text) is not None


def with_last_sign(first: LineRead, again: LineRead) -> LineRead:
    """The reading with more paper where it shows one sign more and nothing else. Its places are shares of that line."""
    if again.text[:-1] != first.text or _PART.search(again.text) is None or _least(again) < _SEEN or not first.signs:
        return first
    (before, _), (end, trust) = again.signs[-2:]
    place = min(1.0, end * first.signs[-1][0] / before)  # the same paper, as a share of the shorter line
    return LineRead(again.text, again.confidence, (*first.signs, (round(place, 4), trust)))


def _gaps(read: LineRead) -> int:
    """Where two Chinese characters stand so far apart that one was lost between them; an open blank is wider."""
    steps = [
        right[0] - left[0]
        for (left, a), (right, b) in pairwise(zip(read.signs, read.text, strict=False))
        if _is_chinese(a) and _is_chinese(b)
    ]
    if len(steps) < _FEWEST_STEPS:
        return 0
    usual = median(steps)
    return sum(_GAP[0] * usual <= step <= _GAP[1] * usual for step in steps)


def _is_chinese(sign: str) -> bool:
    return "\u4e00" <= sign <= "\u9fff"


def _is_contained(short: str, long: str) -> bool:
    """Do the letters of `short` stand in `long` in their order, and more besides?"""
    rest = iter(long)
    return len(long) > len(short) and all(sign in rest for sign in short if sign.isalnum())


def _checks(read: LineRead) -> Iterator[bool]:
    for number in _NUMBER.findall(read.text):
        yield check_citizen_id(number).valid or check_credit_identifier(number).valid


def _below(read: LineRead, trust: float) -> int:
    """How many letters are trusted less."""
    return sum(one < trust for one in _trusts(read))


def _least(read: LineRead) -> float:
    return min(_trusts(read), default=0.0)


def _trusts(read: LineRead) -> list[float]:
    """Of letters and digits: of punctuation engines never are sure."""
    return [seen[1] for sign, seen in zip(read.text, read.signs, strict=False) if sign.isalnum()]
