"""Which lines read from a letter are words of the seal on it, and no part of its text?

Read between two clauses they would pass for something that was added. Only the firm's own name in nothing but red is
left out: what a pen has written in, in whatever colour, stays and is compared with the form.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np

from parsers.documents.commitment_letter_glyphs import SENSE
from parsers.documents.commitment_letter_text import folded
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box, Line, Page

_LONGEST: Final = 10  #: characters of a piece of the rim that is read as one line
_RED: Final = 0.08  #: share of the place that is the seal's ink
_PRINT: Final = 0.02  #: share from which there is print or a pen's stroke besides
_EDGE: Final = 0.15  #: of a box's height, into which the lines above and below reach


def without_seal_words(pages: tuple[Page, ...], ink: Mapping[int, InkMap]) -> tuple[Page, ...]:
    """`ink` by page number; of a page without its picture nothing is left out."""
    return tuple(_cleared(page, ink[page.number]) if page.number in ink else page for page in pages)


def _cleared(page: Page, ink: InkMap) -> Page:
    words = folded("".join(line.text for line in page.lines if len(line.text) > _LONGEST))
    kept = tuple(line for line in page.lines if not _is_of_the_seal(line, words, ink))
    return replace(page, lines=kept)


def _is_of_the_seal(line: Line, words: str, ink: InkMap) -> bool:
    text = folded(line.text)
    if not 1 <= len(text) <= _LONGEST or text not in words or text in SENSE:
        return False
    edge = _EDGE * line.box.height
    place = Box(line.box.left, line.box.top + edge, line.box.right, line.box.bottom - edge)
    return ink.red_share(place) >= _RED and float(np.mean(ink.pen[ink.pixels(place)] > 0)) <= _PRINT
