"""How are a few numbers drawn so that a phone shows them without any font of its own?

PNG by Pillow with the packaged Noto Sans SC (OFL). Each chart comes with its numbers in words: a mail read with its
pictures off says the same. The same numbers give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

WIDTH: Final = 600  #: as shown; drawn twice as wide for sharp screens
_SCALE: Final = 2
_INK, _FAINT, _LINE = "#1a1a1a", "#666666", "#d9d9d9"
_TOP, _BOTTOM, _SIDE = 44, 38, 12
_HEIGHT = 240
_ROW = 34


@dataclass(frozen=True)
class Series:
    """One kind of number, with its colour."""

    name: str
    colour: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class Chart:
    """A picture and what it says."""

    png: bytes
    alt: str  #: every number in words
    height: int  #: at `WIDTH`


def columns(title: str, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    """Groups of upright bars, one group a label: the week's days, the month's weeks."""
    canvas = _Canvas(_HEIGHT)
    canvas.words(_SIDE, 6, title, 22, _INK)
    _legend(canvas, series)
    most = max((value for one in series for value in one.values), default=0) or 1
    floor, room = _HEIGHT - _BOTTOM, _HEIGHT - _TOP - _BOTTOM - 22
    canvas.line(_SIDE, floor, WIDTH - _SIDE, floor)
    group = (WIDTH - 2 * _SIDE) / max(len(labels), 1)
    bar = min(26.0, group * 0.8 / max(len(series), 1))
    for place, label in enumerate(labels):
        middle = _SIDE + group * (place + 0.5)
        canvas.words(middle, floor + 6, label, 18, _FAINT, anchor="ma")
        left = middle - bar * len(series) / 2
        for number, one in enumerate(series):
            value, x = one.values[place], left + bar * number
            top = floor - room * value / most
            if value:
                canvas.box(x + 1, top, x + bar - 1, floor, one.colour)
                canvas.words(x + bar / 2, top - 2, str(value), 17, _INK, anchor="md")
    told = (
        f"{label}：" + "，".join(f"{one.name}{one.values[place]}" for one in series)
        for place, label in enumerate(labels)
    )
    return Chart(canvas.png(), f"{title}。" + "；".join(told), _HEIGHT)


def bars(title: str, rows: Sequence[tuple[str, int]], colour: str, *, none: str) -> Chart:
    """Lying bars with their labels before them, the longest of which may be long; `none` is said where no row is."""
    height = _TOP + _ROW * max(len(rows), 1) + 8
    canvas = _Canvas(height)
    canvas.words(_SIDE, 6, title, 22, _INK)
    most = max((value for _, value in rows), default=0) or 1
    left = 240
    for place, (label, value) in enumerate(rows):
        top = _TOP + _ROW * place
        canvas.words(left - 10, top + 11, canvas.fitted(label, 19, left - 10 - _SIDE), 19, _INK, anchor="rm")
        right = left + (WIDTH - _SIDE - 44 - left) * value / most
        canvas.box(left, top, max(right, left + 2), top + 22, colour)
        canvas.words(right + 8, top + 11, str(value), 19, _INK, anchor="lm")
    if not rows:
        canvas.words(_SIDE, _TOP, none, 19, _FAINT)
    return Chart(canvas.png(), f"{title}。" + ("；".join(f"{label}{value}" for label, value in rows) or none), height)


def _legend(canvas: "_Canvas", series: Sequence[Series]) -> None:
    x = float(WIDTH - _SIDE)
    for one in reversed(series):
        x -= canvas.width(one.name, 18)
        canvas.words(x, 9, one.name, 18, _INK)
        x -= 16
        canvas.box(x, 15, x + 12, 28, one.colour)
        x -= 16


class _Canvas:
    """Drawing in the measures of the shown picture."""

    def __init__(self, height: int) -> None:
        self._image = Image.new("RGB", (WIDTH * _SCALE, height * _SCALE), "white")
        self._draw = ImageDraw.Draw(self._image)

    def words(self, x: float, y: float, words: str, size: int, colour: str, *, anchor: str = "la") -> None:
        self._draw.text((x * _SCALE, y * _SCALE), words, fill=colour, font=_font(size), anchor=anchor)

    def width(self, words: str, size: int) -> float:
        return self._draw.textlength(words, font=_font(size)) / _SCALE

    def fitted(self, words: str, size: int, room: float) -> str:
        """Cut with … where it would run into the bars."""
        while words and self.width(words, size) > room:
            words = words.removesuffix("…")[:-1] + "…"
        return words

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        edges = [round(edge * _SCALE) for edge in (left, top, right, bottom)]
        self._draw.rectangle((edges[0], edges[1], max(edges[2] - 1, edges[0]), max(edges[3] - 1, edges[1])), colour)

    def line(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self._draw.line((x0 * _SCALE, y0 * _SCALE, x1 * _SCALE, y1 * _SCALE), _LINE, _SCALE)

    def png(self) -> bytes:
        """Few colours: a chart of 600 px weighs some 10 kB."""
        file = BytesIO()
        self._image.quantize(64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        return file.getvalue()


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(packaged_font()), size * _SCALE)


@cache
def packaged_font() -> Path:
    """Noto Sans SC as the package `zhplot` carries it; that package itself is never imported."""
    package = find_spec("zhplot")
    assert package is not None
    assert package.origin is not None
    return Path(package.origin).parent / "fonts" / "NotoSansSC-Regular.ttf"
