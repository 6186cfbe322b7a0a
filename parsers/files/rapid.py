"""How does rapidocr (PP-OCRv6, its models inside the wheel) read a page fastest without reading worse?"""

import logging
import math
import os
from collections.abc import Callable
from typing import Any

# Spin-waiting threads double the time on a busy machine; must be set before the libraries load.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import cv2
import numpy as np
from numpy.typing import NDArray

from parsers.files.line_again import (
    DRAWN_OUT,
    MORE_PAPER,
    PALE,
    LineRead,
    ends_in_part_of_number,
    has_broken_number,
    is_doubtful,
    surer,
    with_last_sign,
    with_whole_number,
    without_pale,
)
from parsers.files.ocr import Grey, Quads, Reading
from parsers.files.one_shape import usual_shapes
from parsers.files.second_look import doubtful_spots, merged, unread_runs
from parsers.files.turn import VOTERS, lies_on_its_side, sides, turned_picture, turned_quads, voters

#: Sides of the picture on which lines are sought, as measured: small type on screens needs the larger one.
PAPER_SIDE = 1280
SCREEN_SIDE = 1600
#: For the second look at doubtful spots.
_AGAIN_SIDE = 1800
#: Finding lines costs 0.9 s a megapixel, as much as reading them. On cards, photographs and screens a look at this
#: side finds the same lines; on letters it loses whole ones, so sheets of paper are never looked at so.
_FIRST_SIDE = 960
_PAPER_RATIO = (1.30, 1.52)
#: Found boxes (1.7 times as high as the letters) of fewer pixels than this, or so many lines of running text, mean
#: that the first look was too coarse.
_SMALL_TYPE = 16.0
_RUNNING_LINES = 6
_RUNNING_RATIO = 14.0
#: Empty margins are not searched: where, on a picture of this side, grey changes by so much within 3 x 3 pixels.
_MARGIN_SIDE = 800
_INK_STEP = 20
_MARGIN_PAD = 0.02
_READ_HEIGHT = 48
_NARROWEST = 96
_LEAST_CONFIDENCE = 0.3


class RapidOcr:
    """rapidocr with the measured settings: red channel, no per-line cls, one thread, lines read one by one."""

    def __init__(self, engine: str = "onnxruntime") -> None:
        cv2.setNumThreads(1)
        logging.getLogger("RapidOCR").setLevel(logging.WARNING)
        self._find, self._recognise, self._classify = _load(engine)
        self._characters: list[str] = self._recognise.postprocess_op.character
        self._usual = usual_shapes(self._characters)

    def read(self, red: Grey, enough: Callable[[], bool]) -> Reading:
        """The page's lines. Finding them costs 0.2 to 1.5 s, each line 10 to 60 ms."""
        quads = self.find(red)
        if not len(quads):
            return Reading(0, quads, (), ())
        red, quads, turned = self._upright(red, quads)
        reading = self._read_lines(red, quads, turned, enough)
        return self._looked_again(red, reading, enough) if reading.complete else reading

    def _upright(self, red: Grey, quads: Quads) -> tuple[Grey, Quads, int]:
        """The picture turned so that its lines run level and the right way up."""
        turned = 0
        if lies_on_its_side(quads):
            red, turned = turned_picture(red, 90), 90
            # The finder knows level lines better: of lying ones that stand close it runs some together, or loses them.
            found = self.find(red)
            quads = found if len(found) else turned_quads(quads, 90, red.shape[0], red.shape[1])
        if self._upside_down(red, quads):
            quads = turned_quads(quads, 180, red.shape[1], red.shape[0])
            red, turned = turned_picture(red, 180), turned + 180
        return red, quads, turned

    def _looked_again(self, red: Grey, reading: Reading, enough: Callable[[], bool]) -> Reading:
        """Where lines ran together, or print was passed over, the finder looks once more at a finer scale.

        A signature above a label, a seal over close lines: the coarse look makes one box of both, or none.
        """
        scale = min(1.0, _AGAIN_SIDE / max(red.shape))
        spots = doubtful_spots(red, reading)
        for left, top, right, bottom in spots:
            found = self._find_at(red[top:bottom, left:right], scale) + np.array([left, top], dtype=np.float32)
            if len(found):
                reading = merged(reading, self._read_lines(red, found, reading.turned, enough))
        if spots and len(runs := unread_runs(red, reading)):
            reading = merged(reading, self._read_lines(red, runs, reading.turned, enough))
        return reading

    def find(self, red: Grey) -> Quads:
        """Where lines of text stand: looked for at a coarse scale, again at a fine one only where type is small."""
        left, top, right, bottom = _inked(red)
        part = red[top:bottom, left:right]
        longest = max(red.shape)
        coarse, fine = min(1.0, _FIRST_SIDE / longest), min(1.0, _side_for(red) / longest)
        if _is_paper(red) or coarse == fine:
            quads = self._find_at(part, fine)
        else:
            quads = self._find_at(part, coarse)
            if _too_coarse(quads, coarse):
                quads = self._find_at(part, fine)
        return quads + np.array([left, top], dtype=np.float32)

    def _find_at(self, red: Grey, scale: float) -> Quads:
        height, width = red.shape
        size = (max(32, round(width * scale / 32) * 32), max(32, round(height * scale / 32) * 32))
        small = cv2.resize(red, size, interpolation=cv2.INTER_LINEAR)
        plane = small.astype(np.float32) * (2.0 / 255.0) - 1.0
        answer = self._find.session(np.broadcast_to(plane, (1, 3, *plane.shape)).copy())
        quads, _ = self._find.postprocess_op(answer, (height, width))
        return np.asarray(quads, dtype=np.float32).reshape(-1, 4, 2)

    def _upside_down(self, red: Grey, quads: Quads) -> bool:
        chosen = voters(quads)
        crops = [np.repeat(_crop(red, quads[index])[..., None], 3, axis=2) for index in chosen]
        votes = self._classify(crops).cls_res
        against = sum(1 for label, confidence in votes if "180" in label and confidence > 0.6)
        return against * 2 > min(len(chosen), VOTERS)

    def _read_lines(self, red: Grey, quads: Quads, turned: int, enough: Callable[[], bool]) -> Reading:
        kept, texts, confidences, signs = [], [], [], []
        complete = True
        for index, quad in enumerate(quads):
            if enough():
                complete = False
                break
            text, confidence, places = self._read_surely(red, quad)
            if text.strip() and confidence >= _LEAST_CONFIDENCE:
                kept.append(index)
                texts.append(text)
                confidences.append(confidence)
                signs.append(places)
        return Reading(turned, quads[kept], tuple(texts), tuple(confidences), complete, tuple(signs))

    def _read_surely(self, red: Grey, quad: NDArray[np.float32]) -> LineRead:
        crop = _crop(red, quad)
        read = self._read_line(crop)
        for pale in PALE:
            if is_doubtful(read):
                read = surer(read, self._read_line(without_pale(crop, pale)))
        if has_broken_number(read):
            read = with_whole_number(read, self._read_line(crop, DRAWN_OUT))
        if ends_in_part_of_number(read):
            read = with_last_sign(read, self._read_line(_crop(red, _lengthened(quad))))
        return read

    def _read_line(self, crop: Grey, stretched: float = 1.0) -> LineRead:
        """One line. Batches would pad each line to the widest; one by one costs the same and pads nothing."""
        height, width = crop.shape
        wide = max(1, math.ceil(_READ_HEIGHT * width / height * stretched))
        plane = np.zeros((_READ_HEIGHT, max(_NARROWEST, wide)), dtype=np.float32)
        line = cv2.resize(crop, (wide, _READ_HEIGHT), interpolation=cv2.INTER_LINEAR)
        plane[:, :wide] = line.astype(np.float32) * (2.0 / 255.0) - 1.0
        answer = self._recognise.session(np.broadcast_to(plane, (1, 3, *plane.shape)).copy())[0]
        return self._decode(answer, plane.shape[1] / (len(answer) * wide))

    def _decode(self, answer: NDArray[np.float32], step: float) -> LineRead:
        """CTC: the likeliest sign of each column, repeats and blanks (0) dropped. `step`: a column's share of the line.

        The column in which a sign is seen is where it stands on paper, to a fifth of its width.
        """
        seen = answer.argmax(axis=1)
        best = self._usual[seen]
        keep = best != 0
        keep[1:] &= best[1:] != best[:-1]
        columns = np.flatnonzero(keep)
        if not len(columns):
            return LineRead("", 0.0, ())
        text = "".join(self._characters[best[column]] for column in columns)
        trusts = answer[columns, seen[columns]] + (seen != best)[columns] * answer[columns, best[columns]]
        ends = np.append(np.flatnonzero(np.diff(best)) + 1, len(best))
        lasts = ends[np.searchsorted(ends, columns, side="right")]
        places = np.minimum(1.0, (columns + lasts) / 2 * step)
        signs = tuple((round(float(at), 4), round(float(trust), 4)) for at, trust in zip(places, trusts, strict=True))
        return LineRead(text, float(trusts.mean()), signs if len(signs) == len(text) else ())


def _side_for(red: Grey) -> int:
    """Screens are wide and of few pixels; A4 at 100 dpi has small type too."""
    height, width = red.shape
    return SCREEN_SIDE if width * height < 1_300_000 or (width > height and max(width, height) < 2000) else PAPER_SIDE


def _is_paper(red: Grey) -> bool:
    """A sheet of A4, upright or lying, or the frame of a camera, which may show one."""
    ratio = max(red.shape) / min(red.shape)
    return bool(_PAPER_RATIO[0] <= ratio <= _PAPER_RATIO[1])


def _too_coarse(quads: Quads, scale: float) -> bool:
    """Small type, running text, or nothing at all was found on the first look: it may have lost lines."""
    if not len(quads):
        return True
    along, across = sides(quads)
    low, long = np.minimum(along, across), np.maximum(along, across)
    running = int(np.count_nonzero(long > _RUNNING_RATIO * low))
    return bool(running >= _RUNNING_LINES or np.percentile(low, 10) * scale < _SMALL_TYPE)


def _inked(red: Grey) -> tuple[int, int, int, int]:
    """Left, top, right, bottom of what is not empty margin; the whole picture when in doubt."""
    height, width = red.shape
    step = max(1, max(height, width) // _MARGIN_SIDE)
    small = cv2.resize(red, (max(1, width // step), max(1, height // step)), interpolation=cv2.INTER_AREA)
    ink = cv2.morphologyEx(small, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > _INK_STEP
    rows, columns = np.flatnonzero(ink.sum(axis=1) > 2), np.flatnonzero(ink.sum(axis=0) > 2)
    if len(rows) < 3 or len(columns) < 3:
        return 0, 0, width, height
    pad = int(_MARGIN_PAD * max(height, width)) + step
    left, right = int(columns[0]) * step - pad, int(columns[-1]) * step + pad
    top, bottom = int(rows[0]) * step - pad, int(rows[-1]) * step + pad
    return max(0, left), max(0, top), min(width, right), min(height, bottom)


def _crop(red: Grey, quad: NDArray[np.float32]) -> Grey:
    """The line cut out level. A line that stands on end is laid down counter-clockwise, as in a table's margin."""
    along = max(np.linalg.norm(quad[0] - quad[1]), np.linalg.norm(quad[2] - quad[3]))
    across = max(np.linalg.norm(quad[0] - quad[3]), np.linalg.norm(quad[1] - quad[2]))
    wide, high = max(1, int(along)), max(1, int(across))
    target = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(quad, target)
    crop = cv2.warpPerspective(red, matrix, (wide, high), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    return np.asarray(np.rot90(crop) if high >= 1.5 * wide else crop, dtype=np.uint8)


def _lengthened(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    """The box with a little more paper at the line's end."""
    along, across = quad[1] - quad[0], np.linalg.norm(quad[3] - quad[0])
    longer = quad.copy()
    longer[1:3] += along / max(1.0, float(np.linalg.norm(along))) * across * MORE_PAPER
    return longer


def _load(engine: str) -> tuple[Any, Any, Any]:
    """Finder, reader and upside-down classifier on the models inside the rapidocr package; nothing is downloaded."""
    import onnxruntime
    from rapidocr import EngineType, RapidOCR

    onnxruntime.disable_telemetry_events()
    onnxruntime.set_default_logger_severity(3)  # it complains of each place that the walls close
    kind = EngineType(engine)
    params: dict[str, Any] = {
        "Global.use_cls": True,
        "Global.log_level": "warning",
        "Det.engine_type": kind,
        "Cls.engine_type": kind,
        "Rec.engine_type": kind,
        "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        # Left on, two processes would sit on one core.
        "EngineConfig.openvino.enable_cpu_pinning": False,
        "EngineConfig.openvino.inference_num_threads": 1,
    }
    whole: Any = RapidOCR(params=params)  # untyped; pinned below 3.11 because of these three doors
    return whole._load_det_model(), whole._load_rec_model(), whole._load_cls_model()
