"""Commitment letters set as pages without a picture, or drawn with strokes and a ring for the marks."""

import math
import re
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np
from PIL import Image, ImageDraw

from parsers.documents.commitment_letter_text import advance
from parsers.documents.forms import Form, shipped_forms
from parsers.files.page import Box, Line, Page, ReadBy

WIDTH, HEIGHT = 1240, 1754  # A4 at 150 dpi
EM = 26 / WIDTH
PITCH = 36 / HEIGHT
LEFT, RIGHT = 0.225, 0.9

VALUES = {
    "legal_representative": "钱伯年",
    "legal_representative_id": "500103198808080007",
    "firm": "重庆渝州工程监理有限公司",
    "credit_identifier": "915000000000000005",
    "handler": "孙秋白",
    "handler_id": "510223197602150004",
    "engineer": "赵明远",
    "engineer_id": "500228197911300002",
    "project": "渝东高速公路",
    "section": "JL1",
    "post": "专业监理工程师",
    "action": "新增",
    "phone": "13812345678",
    "engineer_phone": "13987654321",
}


@dataclass(frozen=True)
class Set:
    """A letter as it is set; `labels` are the places to sign by their words."""

    page: Page
    labels: dict[str, Box]


def form(number: str) -> Form:
    return next(one for one in shipped_forms() if one.number == number)


def a_set_letter(
    number: str = "4-1-1",
    *,
    change: tuple[str, str] | None = None,
    date: str | None = "2026年3月9日",
    read_by: ReadBy = ReadBy.OCR,
    confidence: float = 0.99,
    ticked: tuple[str, ...] = ("基本信息", "新填报"),
    lost: str | None = None,
    signed: bool = True,
    seen: float | None = None,
    **values: str | None,
) -> Set:
    """The form filled in. `change` rewrites the fixed text once, `lost` names a line that was not read.

    `seen`: the engine's trust in every character, with the place where it saw it.
    """
    blank = form(number)
    filled = {**VALUES, **values}
    setter = _Setter(confidence, seen)
    for line in blank.title:
        setter.put(line, 0.35)
    for party in blank.parties:
        text = _changed(party.text, change)
        change = change if text == party.text else None
        setter.paragraphs(_filled(_ticked(text, ticked), filled))
        for place in party.sign:
            text = place.label + "：" + (filled.get(place.blank or "") or "")
            setter.put(text, 0.5, label=place.label)
    if date is not None:
        setter.put(date, 0.72)
    setter.paragraphs(_changed(blank.footnote, change), left=0.1)
    lines = tuple(line for line in setter.lines if lost is None or lost not in line.text)
    return Set(Page(1, lines, read_by, WIDTH, HEIGHT), setter.labels)


def places_of(text: str) -> tuple[float, ...]:
    """Where the characters of an evenly set line stand in its box."""
    ends = list(accumulate(map(advance, text), initial=0.0))
    return tuple((left + right) / 2 / ends[-1] for left, right in pairwise(ends))


class _Setter:
    def __init__(self, confidence: float, seen: float | None = None) -> None:
        self.lines: list[Line] = []
        self.labels: dict[str, Box] = {}
        self._confidence, self._seen = confidence, seen
        self._y = 0.06

    def put(self, text: str, left: float, label: str | None = None) -> None:
        box = Box(left, self._y, left + EM * sum(map(advance, text)), self._y + 28 / HEIGHT)
        trusts = () if self._seen is None else (self._seen,) * len(text)
        self.lines.append(Line(text, box, self._confidence, places_of(text) if trusts else (), trusts))
        if label:
            self.labels[label] = replace(box, right=left + EM * sum(map(advance, label + "：")))
        # Places to sign stand further apart.
        self._y += PITCH * (1.7 if label else 1)

    def paragraphs(self, text: str, left: float = LEFT) -> None:
        for paragraph in text.strip().split("\n"):
            line, indent = "", 2 * EM
            for character in paragraph:
                if left + indent + EM * (sum(map(advance, line)) + advance(character)) > RIGHT:
                    self.put(line, left + indent)
                    line, indent = "", 0.0
                line += character
            if line:
                self.put(line, left + indent)
        self._y += 0.3 * PITCH


def _changed(text: str, change: tuple[str, str] | None) -> str:
    return text.replace(change[0], change[1], 1) if change else text


def _filled(text: str, values: dict[str, str | None]) -> str:
    return re.sub(r"\{([^{}]+)\}", lambda match: values.get(match[1]) or "", text)


def _ticked(text: str, ticked: tuple[str, ...]) -> str:
    for label in ticked:
        text = text.replace("□" + label, "☑" + label, 1)
    return text


class Sheet:
    """A drawn page: paper, print as small bars, strokes and seals."""

    def __init__(self, letter: Set | None = None, paper: tuple[int, int, int] = (250, 249, 245)) -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT), paper)
        self.pen = ImageDraw.Draw(self.image)
        for line in letter.page.lines if letter else ():
            for sign, place in zip(line.text, places_of(line.text), strict=True):
                if sign not in " \u3000_□":
                    half = EM * advance(sign) / 2
                    middle = line.box.left + place * line.box.width
                    self.print(replace(line.box, left=middle - half, right=middle + half))

    def print(self, box: Box, ink: tuple[int, int, int] = (30, 30, 32)) -> None:
        """Characters as crosses, so that nothing is a ruling."""
        x, step = box.left * WIDTH, EM * WIDTH
        top, bottom = box.top * HEIGHT + 3, box.bottom * HEIGHT - 3
        step = min(step, box.width * WIDTH)
        while x + step <= box.right * WIDTH + 1:
            self.pen.line((x + 4, top, x + step - 4, bottom), ink, 3)
            self.pen.line((x + step - 4, top, x + 4, bottom), ink, 3)
            x += step

    def sign(self, label: Box, ink: tuple[int, int, int] = (20, 25, 60), size: float = 1.8) -> None:
        """A running hand beside a label."""
        x, y = label.right * WIDTH + 30, label.middle[1] * HEIGHT - 8
        points = [(x + 4 * n, y + size * 13 * math.sin(n * 0.9) * math.cos(n * 0.23)) for n in range(45)]
        self.pen.line(points, ink, 4, joint="curve")

    def seal(
        self, x: float, y: float, radius: int = 110, ink: tuple[int, int, int] = (205, 40, 45), width: int = 7
    ) -> None:
        """A ring with a star around (x, y) in shares of the page."""
        cx, cy = x * WIDTH, y * HEIGHT
        self.pen.ellipse((cx - radius, cy - radius, cx + radius, cy + radius), outline=ink, width=width)
        star = [
            (
                cx + (36 if n % 2 == 0 else 14) * math.sin(n * math.pi / 5),
                cy - (36 if n % 2 == 0 else 14) * math.cos(n * math.pi / 5),
            )
            for n in range(10)
        ]
        self.pen.polygon(star, fill=ink)

    def square(self, x: float, y: float, side: int = 120, ink: tuple[int, int, int] = (205, 40, 45)) -> None:
        left, top = x * WIDTH - side / 2, y * HEIGHT - side / 2
        self.pen.rectangle((left, top, left + side, top + side), outline=ink, width=7)
        self.pen.line((left + 25, top + 30, left + side - 25, top + side - 30), ink, 8)

    def box(self, x: float, y: float, side: int, tick: bool = False) -> None:
        left, top = x * WIDTH, y * HEIGHT
        self.pen.rectangle((left, top, left + side, top + side), outline=(30, 30, 30), width=2)
        if tick:
            self.pen.line(
                (left + 3, top + side * 0.5, left + side * 0.45, top + side - 4, left + side + 4, top - 4),
                (20, 20, 40),
                3,
            )

    @property
    def picture(self) -> np.ndarray:
        return np.asarray(self.image)

    @property
    def grey(self) -> np.ndarray:
        return np.asarray(self.image.convert("L").convert("RGB"))
