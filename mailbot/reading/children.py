"""What do the children do that open documents and read pixels?

Each function here is the whole life of one child; it runs behind walls and knows nothing but its channel and files.
"""

import importlib
import mmap
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mailbot.isolation.channel import Channel, ChannelClosed
from mailbot.reading.wire import (
    ANSWER_BYTES,
    OpenedHead,
    PageAnswer,
    ReadPage,
    Recognise,
    SheetHead,
    file_read_adapter,
    pack,
    prepare,
    unpack,
)
from parsers.documents.document import FileRead
from parsers.documents.second_opinion import with_second_opinion
from parsers.files.kind import FileKind
from parsers.files.limits import FileLimits
from parsers.files.opening import open_file
from parsers.files.page import Fault, Unreadable
from parsers.files.sheet import Picture, Sheet

if TYPE_CHECKING:
    from parsers.documents.second_opinion import Ask
    from parsers.files.ocr import Ocr


prepare(FileLimits, OpenedHead)

# -- the child that opens one document ------------------------------------------------------------------------------


def open_document(channel: Channel, files: list[int], facts: dict[str, Any]) -> None:
    """Reads the document from the first file, writes its pictures to the second, tells the rest in one frame."""
    document, pixels = files
    limits = unpack(FileLimits, str(facts["limits"]).encode())
    data = all_of(document, limits.bytes)
    try:
        head = _opened(data, FileKind(facts["kind"]), limits, pixels)
    except MemoryError:
        head = OpenedHead(Fault.TOO_LARGE, "out of memory", 0, ())
    channel.send(pack(head))


def all_of(file: int, limit: int) -> bytes:
    """A file's bytes, one more at most than are allowed."""
    size = os.fstat(file).st_size
    return os.pread(file, min(size, limit + 1), 0)


def _opened(data: bytes, kind: FileKind, limits: FileLimits, pixels: int) -> OpenedHead:
    opened = open_file(data, kind, limits)
    if isinstance(opened, Unreadable):
        return OpenedHead(opened.fault, opened.detail, 0, ())
    heads: list[SheetHead] = []
    written = 0
    for sheet in opened.sheets:
        head = _kept(sheet, written, limits, pixels)
        written += 3 * head.picture_width * head.picture_height
        heads.append(head)
    if heads and all(head.lines is None and head.offset is None for head in heads):
        return OpenedHead(Fault.BROKEN, heads[0].why, opened.total, ())
    return OpenedHead(None, "", opened.total, tuple(heads))


def _kept(sheet: Sheet, written: int, limits: FileLimits, pixels: int) -> SheetHead:
    picture = sheet.picture
    why = sheet.why
    if picture is not None and written + picture.size > 3 * limits.pixels_kept:
        picture, why = None, why or "too many pixels in this file"
    if picture is None:
        return SheetHead(sheet.number, sheet.width, sheet.height, sheet.lines, None, why=why)
    view = np.ascontiguousarray(picture).data.cast("B")
    while view:
        view = view[os.write(pixels, view) :]
    high, wide = picture.shape[:2]
    return SheetHead(sheet.number, sheet.width, sheet.height, sheet.lines, written, wide, high, why)


# -- the child that reads pixels ------------------------------------------------------------------------------------


def read_pixels(channel: Channel, files: list[int], facts: dict[str, Any]) -> None:
    """Serves orders until the channel ends. Loads the engine when the first picture is to be read."""
    if facts.get("folder"):
        tempfile.tempdir = str(facts["folder"])
    engine = _Engine(str(facts["engine"]))
    recognise = _named(str(facts["recognise"]))
    forms = _forms(facts.get("forms"))
    second = _second_engine() if facts.get("second_opinion") else None
    while True:
        try:
            order = channel.receive(ANSWER_BYTES)
        except ChannelClosed:
            return
        with _pixels(order.files) as pixels:
            verb, _, body = order.body.partition(b"\n")
            if verb == b"read":
                channel.send(_read(unpack(ReadPage, body), pixels, engine))
            elif verb == b"warm":
                engine.load()
                channel.send(b"")
            else:
                channel.send(_recognised(unpack(Recognise, body), pixels, recognise, forms, second))


class _Engine:
    def __init__(self, name: str) -> None:
        self._name = name
        self._loaded: Ocr | None = None

    def load(self) -> "Ocr":
        if self._loaded is None:
            self._loaded = load_engine(self._name)
        return self._loaded

    def read(self, red: Any, enough: Callable[[], bool]) -> Any:
        return self.load().read(red, enough)


def load_engine(name: str) -> "Ocr":
    """The OCR engine that the configuration names: rapid, openvino or tesseract."""
    if name == "tesseract":
        from parsers.files.tesseract import TesseractOcr

        return TesseractOcr()
    from parsers.files.rapid import RapidOcr

    return RapidOcr("openvino" if name == "openvino" else "onnxruntime")


class _pixels:  # noqa: N801 - a context manager used as a function
    """The pixels' file, mapped: only the pages that are looked at come into memory."""

    def __init__(self, files: tuple[int, ...]) -> None:
        self._file = files[0] if files else None
        self.map: mmap.mmap | None = None

    def __enter__(self) -> "_pixels":
        if self._file is not None:
            if os.fstat(self._file).st_size:
                self.map = mmap.mmap(self._file, 0, prot=mmap.PROT_READ)
            os.close(self._file)
        return self

    def __exit__(self, *_: object) -> None:
        self.map = None  # arrays may still look into it; it goes with the last of them

    def picture(self, head: SheetHead) -> Picture | None:
        size = 3 * head.picture_width * head.picture_height
        if head.offset is None or self.map is None or size == 0 or head.offset + size > len(self.map):
            return None
        flat = np.frombuffer(self.map, dtype=np.uint8, count=size, offset=head.offset)
        return flat.reshape(head.picture_height, head.picture_width, 3)


def _read(order: ReadPage, pixels: _pixels, engine: _Engine) -> bytes:
    from parsers.files.reading import read_sheet

    head = order.sheet
    sheet = Sheet(head.number, head.width, head.height, head.lines, pixels.picture(head), head.why)
    read = read_sheet(sheet, engine, clock=time.perf_counter, seconds=order.seconds)
    return pack(PageAnswer(read.page, read.pose, _memory()))


def _memory() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0  # no such file outside Linux: recycled by pages alone


def _recognised(
    order: Recognise,
    pixels: _pixels,
    recognise: Callable[..., FileRead],
    forms: dict[str, Any],
    second: "Ask | None",
) -> bytes:
    from parsers.files.straighten import stood_up

    pictures = []
    for head, pose in zip(order.sheets, order.poses, strict=True):
        picture = pixels.picture(head)
        pictures.append(None if picture is None else stood_up(picture, pose))
    if order.loose:
        from parsers.documents.letter_pages import join_pages

        recognise = join_pages
    read = recognise(order.name, order.position, order.pages, tuple(pictures), **forms)
    if second is not None:
        shown = zip(order.pages, pictures, strict=True)
        upright = {page.number: picture for page, picture in shown if picture is not None}
        read = with_second_opinion(read, upright, second)
    return file_read_adapter().dump(read)


def _second_engine() -> "Ask":
    from parsers.files.tesseract import read_lines

    return read_lines


def _named(path: str) -> Callable[..., FileRead]:
    module, _, name = path.partition(":")
    function: Callable[..., FileRead] = getattr(importlib.import_module(module), name)
    return function


def _forms(folder: object) -> dict[str, Any]:
    """The office's own forms, when it has some; the shipped ones need no word."""
    if not folder:
        return {}
    from parsers.documents.forms import load_forms

    return {"forms": load_forms(Path(str(folder)))}
