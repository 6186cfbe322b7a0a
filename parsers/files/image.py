"""Which pictures does an image file hold, at a bounded cost?"""

import io
import warnings
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from parsers.files.kind import FileKind
from parsers.files.limits import FileLimits
from parsers.files.page import Fault, Unreadable
from parsers.files.sheet import Opened, OpenedFile, Picture, Sheet

#: The only decoders that ever see an applicant's bytes. EPS would start Ghostscript, PSD and ICNS have a record.
_DECODERS = {
    FileKind.JPEG: "JPEG",
    FileKind.PNG: "PNG",
    FileKind.GIF: "GIF",
    FileKind.BMP: "BMP",
    FileKind.TIFF: "TIFF",
    FileKind.WEBP: "WEBP",
}
IMAGE_KINDS = frozenset(_DECODERS)


def open_image(data: bytes, kind: FileKind, limits: FileLimits) -> Opened:
    """The frames of an image file of a kind in `IMAGE_KINDS`, EXIF turn applied, on white where transparent."""
    # The limit below is ours and exact; Pillow's own would only warn up to twice its number.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=[_DECODERS[kind]])
            if image.width * image.height > limits.pixels:
                return Unreadable(Fault.TOO_LARGE, f"{image.width} x {image.height} pixels")
            total = int(getattr(image, "n_frames", 1))
            if image.format == "MPO":
                total = 1  # the other frames are the phone's depth map and thumbnail
            first = _frame(image, 0, limits)
    except MemoryError:
        return Unreadable(Fault.TOO_LARGE, "out of memory while decoding")
    except UnidentifiedImageError:
        return Unreadable(Fault.BROKEN, "the header is not that of an image")
    # Pillow's decoders answer damaged files with OSError, SyntaxError, ValueError, struct.error, IndexError …
    except Exception as error:  # noqa: BLE001 - a foreign decoder on bad input; the kinds of error are open-ended
        return Unreadable(Fault.BROKEN, f"{type(error).__name__}: {error}"[:200])
    return OpenedFile(total, _frames(image, first, min(total, limits.frames), limits))


def _frames(image: Image.Image, first: Picture, count: int, limits: FileLimits) -> Iterator[Sheet]:
    yield _sheet(1, first)
    for index in range(1, count):
        try:
            picture = _frame(image, index, limits)
        except Exception as error:  # noqa: BLE001 - as above: later frames may be damaged in as many ways
            yield Sheet(index + 1, 0, 0, None, None, why=f"frame cannot be decoded: {type(error).__name__}")
            return
        yield _sheet(index + 1, picture)


def _sheet(number: int, picture: Picture) -> Sheet:
    return Sheet(number, picture.shape[1], picture.shape[0], None, picture)


def _frame(image: Image.Image, index: int, limits: FileLimits) -> Picture:
    if index:
        image.seek(index)
        if image.width * image.height > limits.pixels:
            raise ValueError("frame too large")
    elif image.format == "JPEG" and max(image.size) >= 2 * limits.side:
        image.draft("RGB", (limits.side, limits.side))  # decodes at half or a quarter of the size
    image.load()
    frame = ImageOps.exif_transpose(image)
    return as_picture(frame, limits)


def as_picture(frame: Image.Image, limits: FileLimits) -> Picture:
    """RGB pixels, transparency on white, no longer than `limits.side`."""
    if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
        frame = frame.convert("RGBA")
        sheet = Image.new("RGBA", frame.size, "white")
        frame = Image.alpha_composite(sheet, frame)
    if frame.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        # Pillow clips these at 255; a 16-bit scan would come out white.
        grey = np.asarray(frame, dtype=np.float32)
        low, high = float(grey.min()), float(grey.max())
        frame = Image.fromarray(((grey - low) * (255.0 / max(high - low, 1.0))).astype(np.uint8))
    frame = frame.convert("RGB")
    if max(frame.size) > limits.side:
        frame.thumbnail((limits.side, limits.side), Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(frame, dtype=np.uint8)
