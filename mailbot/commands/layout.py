"""How do lines of Chinese fit a terminal, their columns under each other and no word torn apart?

A text comes as its template wrote it: a tab parts a name from what it tells. Neighbouring lines with tabs share one
column stop; what is longer than the terminal goes on below the place where it began.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from rich.cells import cell_len, chop_cells
from rich.console import Console

_GAP: Final = 2  #: between a name and what it tells
_WIDEST_NAME: Final = 36  #: a longer one does not push the others' column away
#: What stays together: a day, letters and digits, and a sign with the marks that may not stand without it.
_PIECES: Final = re.compile(r"[（《“【〔]*(?:(?:\d+[年月日时分])+|[!-~]+|.)[，。；：、！？）》”】〕]*")
_INDENT: Final = re.compile(r"[ \u3000]*")


def laid_out(text: str, width: int | None = None) -> str:
    """The text for a terminal of `width` cells; by default this one's, 80 where there is none."""
    room = width or Console().width
    return "".join(f"{line}\n" for block in _blocks(text) for line in _laid(block, room))


def _blocks(text: str) -> Iterator[list[str]]:
    """Neighbouring lines that have a column in common."""
    for _, lines in groupby(text.splitlines(), key=lambda line: "\t" in line):
        yield list(lines)


def _laid(lines: list[str], room: int) -> Iterator[str]:
    names = [cell_len(line.partition("\t")[0]) for line in lines if "\t" in line]
    stop = max((one for one in names if one <= _WIDEST_NAME), default=_WIDEST_NAME) + _GAP
    for line in lines:
        name, tab, told = line.partition("\t")
        if tab:
            head, hang = name + " " * max(stop - cell_len(name), _GAP), stop
        else:
            head, told = _INDENT.match(line)[0], line.lstrip(" \u3000")  # type: ignore[index]  # matches even nothing
            hang = cell_len(head) + _GAP
        yield from _folded(head, told, min(hang, room // 2), room)


def _folded(head: str, told: str, hang: int, room: int) -> Iterator[str]:
    """Broken before what no longer fits; further lines begin `hang` cells in."""
    line = head
    for piece in _whole(told, room - hang):
        if cell_len(line + piece) > room and line.strip():
            yield line.rstrip()
            line, piece = " " * hang, piece.lstrip()
        line += piece
    yield line.rstrip()


def _whole(told: str, room: int) -> Iterator[str]:
    """Pieces that are never broken; one that is wider than a line by itself is cut all the same."""
    for piece in _PIECES.findall(told):
        yield from chop_cells(piece, room) if cell_len(piece) > room else (piece,)
