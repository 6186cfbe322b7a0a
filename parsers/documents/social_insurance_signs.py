"""In which rows does the full sign ● stand, though the engine took it for an e, an O or for nothing?

Told by comparing: where the sign was read in other rows of the column, its middle is full of ink. An open sign (○, △)
and a dash have an open middle.
"""

from collections.abc import Sequence
from statistics import median
from typing import Final

from parsers.documents.social_insurance_grid import Ink
from parsers.documents.social_insurance_table import Token
from parsers.files.page import Box

Cells = Sequence[tuple[str, Box]]

_FULL: Final = "●"
_FULL_TOO: Final = "▲"  #: of what is owed: where it is used, a full middle says nothing
_FEWEST: Final = 2  #: read ones to compare with
_CORE: Final = 0.35  #: share of the sign's width and height that is looked at, around its middle
_SOLID: Final = 0.9  #: share of ink there


def full_signs(rows: Sequence[tuple[Token, Cells]], ink: Ink) -> list[bool]:
    """For each row whether the paper shows the sign where the rows that were read have it."""
    read = [(token, box) for token, cells in rows for text, box in cells if text == _FULL]
    if len(read) < _FEWEST or any(_FULL_TOO in text for _, cells in rows for text, _ in cells):
        return [False] * len(rows)
    across = median(box.middle[0] for _, box in read)
    down = median(box.middle[1] - token.box.middle[1] for token, box in read)
    wide, high = (
        _CORE / 2 * median(sides) for sides in zip(*((box.width, box.height) for _, box in read), strict=True)
    )

    def is_solid(token: Token) -> bool:
        middle = token.box.middle[1] + down
        share = ink(Box(across - wide, middle - high, across + wide, middle + high))
        return share is not None and share >= _SOLID

    if not all(is_solid(token) for token, _ in read):
        return [False] * len(rows)
    return [is_solid(token) for token, _ in rows]
