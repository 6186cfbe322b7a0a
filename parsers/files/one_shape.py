"""Which of an engine's characters are only another shape of one that papers of the mainland print?

PP-OCR's alphabet holds Chinese as it is written in all countries. Of a blurred 静强 it says 靜強, and of its trust in
that letter a part goes to either shape: both are one reading, and the shape is no question of reading at all.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import opencc
from numpy.typing import NDArray

#: Traditional shapes that the 通用规范汉字表 (2013) allows again in names of persons and places: they are letters of
#: their own here.
_OWN_LETTERS: Final = frozenset("昇陞祕徵")


def usual_shapes(alphabet: Sequence[str]) -> NDArray[np.intp]:
    """For each place of the alphabet the place of its usual shape, mostly its own; about 2,500 of 18,700 differ."""
    simplified, index = opencc.OpenCC("t2s"), {letter: at for at, letter in enumerate(alphabet)}
    usual = np.arange(len(alphabet), dtype=np.intp)
    for at, letter in enumerate(alphabet):
        if len(letter) == 1 and letter not in _OWN_LETTERS and not _is_usual(letter):
            printed = simplified.convert(letter)
            if printed in index and _is_usual(printed):
                usual[at] = index[printed]
    return usual


def _is_usual(letter: str) -> bool:
    try:
        letter.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True
