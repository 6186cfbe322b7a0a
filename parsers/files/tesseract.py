"""How does tesseract read a page: a light second opinion, never alone on an ID number or an alteration?"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pytesseract
from PIL import Image

from parsers.files.ocr import Grey, Reading
from parsers.files.turn import turned_picture

_LANGUAGE = "chi_sim+eng"
#: Fully automatic layout; 4, 6 and 11 lose more on forms and tables.
_MODE = "--psm 3"
#: Below this mean confidence a page is tried in the other three positions (its own OSD is right for 42 of 60 only).
_DOUBTFUL = 0.60
#: Type on screens is too small for it; enlarged twice it reads 7 instead of 4 of 9 fields.
_SMALL = 1_300_000
_SECONDS = 45


@dataclass(frozen=True)
class _Word:
    line: tuple[int, int, int]
    text: str
    confidence: float
    left: int
    top: int
    right: int
    bottom: int


class TesseractMissing(Exception):
    """The program or its Chinese is not installed."""


def tesseract_version() -> str:
    """Program and languages by which two readings are the same; raises TesseractMissing."""
    languages = _languages()
    return f"tesseract-{pytesseract.get_tesseract_version()}/{languages}"


def _languages() -> str:
    try:
        known = set(pytesseract.get_languages())
    except (OSError, RuntimeError) as error:
        raise TesseractMissing(str(error)[:100]) from error
    if "chi_sim" not in known:
        raise TesseractMissing("it has no chi_sim")
    return "+".join(name for name in _LANGUAGE.split("+") if name in known)


class TesseractOcr:
    """pytesseract on the red channel. 12 % character errors on scans, 35 % on photographs."""

    def __init__(self) -> None:
        self._language = _languages()

    def read(self, red: Grey, enough: Callable[[], bool]) -> Reading:
        best = self._read(red, 0)
        for degrees in (90, 270, 180):
            if _mean(best) >= _DOUBTFUL or enough():
                break
            best = max(best, self._read(turned_picture(red, degrees), degrees), key=_mean)
        return best

    def _read(self, red: Grey, degrees: int) -> Reading:
        scale = 2 if red.size < _SMALL else 1
        image = Image.fromarray(red)
        if scale > 1:
            image = image.resize((image.width * scale, image.height * scale), Image.Resampling.LANCZOS)
        try:
            table = pytesseract.image_to_data(
                image, lang=self._language, config=_MODE, output_type=pytesseract.Output.DICT, timeout=_SECONDS
            )
        except RuntimeError:  # pytesseract's word for its timeout
            return Reading(degrees, np.zeros((0, 4, 2), np.float32), (), (), complete=False)
        return _lines(_words(table), scale, degrees)


#: Lines read for themselves are stacked: one start of the program costs as much as reading ten of them.
_LINE_HEIGHT = 40
_LINE_GAP = 36
#: With English besides, three short Chinese names in four come out as Latin letters.
_LINES_LANGUAGE = "chi_sim"
_WIDEST_LINE = 4000
_LINES_MODE = "--psm 6"
_LINES_SECONDS = 20


def read_lines(crops: Sequence[Grey]) -> tuple[str, ...]:
    """What stands on each of these pictures of single lines; "" where nothing was read."""
    stack, pitch = _stacked(crops), _LINE_HEIGHT + _LINE_GAP
    try:
        table = pytesseract.image_to_data(
            Image.fromarray(stack),
            lang=_LINES_LANGUAGE,
            config=_LINES_MODE,
            output_type=pytesseract.Output.DICT,
            timeout=_LINES_SECONDS,
        )
    except RuntimeError:  # pytesseract's word for its timeout
        return ("",) * len(crops)
    texts = [""] * len(crops)
    for word in _words(table):
        at = int((word.top + word.bottom) / 2 // pitch)
        if at < len(texts):
            texts[at] += word.text
    return tuple(texts)


def _stacked(crops: Sequence[Grey]) -> Grey:
    """The lines one below the other on white, all of one height."""
    lines = []
    for crop in crops:
        line = Image.fromarray(crop) if crop.size else Image.new("L", (1, 1), 255)
        wide = min(_WIDEST_LINE, max(1, round(line.width * _LINE_HEIGHT / line.height)))
        lines.append(line.resize((wide, _LINE_HEIGHT), Image.Resampling.LANCZOS))
    stack = Image.new("L", (max(line.width for line in lines) + 40, len(lines) * (_LINE_HEIGHT + _LINE_GAP)), 255)
    for number, line in enumerate(lines):
        stack.paste(line, (20, number * (_LINE_HEIGHT + _LINE_GAP) + _LINE_GAP // 2))
    return np.asarray(stack, dtype=np.uint8)


def _mean(reading: Reading) -> float:
    weights = [len(text) for text in reading.texts]
    return float(np.average(reading.confidences, weights=weights)) if sum(weights) else 0.0


def _words(table: dict[str, list[str]]) -> list[_Word]:
    words = []
    for index, text in enumerate(table["text"]):
        if not text.strip():
            continue
        line = (int(table["block_num"][index]), int(table["par_num"][index]), int(table["line_num"][index]))
        left, top = int(table["left"][index]), int(table["top"][index])
        right, bottom = left + int(table["width"][index]), top + int(table["height"][index])
        confidence = min(1.0, max(0.0, float(table["conf"][index]) / 100))
        words.append(_Word(line, text.strip(), confidence, left, top, right, bottom))
    return words


def _lines(words: list[_Word], scale: int, degrees: int) -> Reading:
    """Words of one line joined, split where a table's next cell begins; between Chinese words stands no space."""
    runs: list[list[_Word]] = []
    for word in words:
        last = runs[-1][-1] if runs else None
        if last and last.line == word.line and word.left - last.right < 1.5 * (last.bottom - last.top):
            runs[-1].append(word)
        else:
            runs.append([word])
    quads = np.array([_quad(run) for run in runs], dtype=np.float32).reshape(-1, 4, 2) / np.float32(scale)
    confidences = tuple(_confidence(run) for run in runs)
    return Reading(degrees, quads, tuple(_joined(run) for run in runs), confidences)


def _quad(run: list[_Word]) -> list[tuple[int, int]]:
    left, right = min(word.left for word in run), max(word.right for word in run)
    top, bottom = min(word.top for word in run), max(word.bottom for word in run)
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _confidence(run: list[_Word]) -> float:
    weight = sum(len(word.text) for word in run)
    mean = math.fsum(word.confidence * len(word.text) for word in run) / weight
    return min(1.0, mean)


def _joined(run: list[_Word]) -> str:
    text = run[0].text
    for word in run[1:]:
        text += " " + word.text if text[-1].isascii() and word.text[0].isascii() else word.text
    return text
