"""When is a line read a second time, without what is paler than its ink, and which reading counts?

A seal is not gone from the red channel, only pale: where its rim crosses a clause, a character is taken for another.
Of digits set close the engine loses one: a number that does not check is read again from the line drawn out.
"""

import re
from collections.abc import Iterator
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
_PALE: Final = 0.7  #: from ink (0) to paper (1): a seal is paler in the red channel, a pencil's stroke is not


class LineRead(NamedTuple):
    text: str
    confidence: float
    signs: Signs  #: place and trust of each character


def is_doubtful(read: LineRead) -> bool:
    return len(read.text) >= _LONG_TEXT and _below(read, _DOUBTED) > 0


def without_pale(line: Grey) -> Grey:
    """The line's ink stretched to black; what is much paler is paper."""
    ink, paper = (float(level) for level in np.percentile(line, (2, 95)))
    white = ink + _PALE * max(1.0, paper - ink)
    return np.asarray(np.clip((line.astype(np.float32) - ink) * (255.0 / (white - ink)), 0, 255), dtype=np.uint8)


def surer(first: LineRead, again: LineRead) -> LineRead:
    """The second reading where it is trusted clearly more throughout and nothing that was well read is lost."""
    whole = len(again.text) >= len(first.text) - _below(first, _DOUBTED)
    return again if whole and _least(again) >= max(_TRUSTED, _least(first) + _LEAD) else first


def has_broken_number(read: LineRead) -> bool:
    return any(not checks for checks in _checks(read))


def with_whole_number(first: LineRead, again: LineRead) -> LineRead:
    """The second reading where every number in it checks. A number that is wrong on paper is read wrong again."""
    checks = list(_checks(again))
    return again if checks and all(checks) and len(checks) == len(list(_checks(first))) else first


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
