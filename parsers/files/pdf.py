"""Which text and which pictures does a PDF hold, page by page, at a bounded cost?"""

import ctypes
import io
import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from PIL import Image

from parsers.files.image import as_picture
from parsers.files.limits import FileLimits
from parsers.files.page import Fault, Unreadable
from parsers.files.ruled_cells import cells, joined
from parsers.files.sheet import Opened, OpenedFile, Picture, Sheet
from parsers.files.text_layer import is_real, layer_lines

#: A page of which pictures cover this much is a scan: its hidden text layer is never believed.
_COVERED = 0.8
#: A form field, a stamp: no more page objects than these are looked at when pictures are sought.
_MOST_OBJECTS = 3000
#: Points; smaller pages hold nothing a person could have meant to show.
_SMALLEST_SIDE = 3.0
#: Table cells are looked for on pages with so many paths, and on the first few such pages: 70 to 150 ms each.
_FEWEST_RULINGS = 4
_MOST_TABLES = 6


def open_pdf(data: bytes, limits: FileLimits) -> Opened:
    """The pages of a PDF. Scripts, launches, links and embedded files in it are never touched.

    A password that protects only printing or changing is no obstacle; one that is needed for reading is a fault.
    """
    try:
        document = pdfium.PdfDocument(data)
        total = len(document)
    except pdfium.PdfiumError as error:
        fault = Fault.ENCRYPTED if _needs_password(error) else Fault.BROKEN
        return Unreadable(fault, str(error)[:200])
    except MemoryError:
        return Unreadable(Fault.TOO_LARGE, "out of memory while opening")
    # pypdfium2 answers some damaged files with TypeError and ValueError of its own.
    except Exception as error:  # noqa: BLE001 - a foreign parser on bad input
        return Unreadable(Fault.BROKEN, f"{type(error).__name__}: {error}"[:200])
    if total == 0:
        return Unreadable(Fault.BROKEN, "a PDF without pages")
    return OpenedFile(total, _sheets(document, min(total, limits.pages), limits, data))


def _needs_password(error: pdfium.PdfiumError) -> bool:
    code = getattr(error, "err_code", None)
    if code is not None:
        return bool(code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY))
    return "password" in str(error).lower()


def _sheets(document: Any, count: int, limits: FileLimits, data: bytes) -> Iterator[Sheet]:
    tables = 0
    for index in range(count):
        try:
            page = document[index]
        except Exception as error:  # noqa: BLE001 - a damaged page tree; see open_pdf
            yield Sheet(index + 1, 0, 0, None, None, why=f"page cannot be loaded: {error}"[:200])
            continue
        try:
            sheet = _sheet(page, index + 1, limits)
            if sheet.lines is not None and page.get_rotation() == 0 and tables < _MOST_TABLES and _has_rulings(page):
                tables += 1
                sheet = replace(sheet, lines=joined(sheet.lines, cells(data, index + 1)))
            yield sheet
        except Exception as error:  # noqa: BLE001 - one damaged page does not take the others with it
            yield Sheet(index + 1, 0, 0, None, None, why=f"page cannot be read: {type(error).__name__}: {error}"[:200])
        finally:
            page.close()


def _sheet(page: Any, number: int, limits: FileLimits) -> Sheet:
    width, height = page.get_size()
    if not (_SMALLEST_SIDE <= width < math.inf and _SMALLEST_SIDE <= height < math.inf):
        return Sheet(number, 0, 0, None, None, why=f"page of {width:.3g} x {height:.3g} points")
    images = _images(page)
    if _covered_share(images, page) < _COVERED:
        text_page = page.get_textpage()
        if is_real(text_page.get_text_range(0, min(text_page.count_chars(), limits.characters) or 0)):
            lines = layer_lines(page, text_page, limits)
            if lines is not None:
                look = _render(page, limits.look_dpi, limits)
                return Sheet(number, look.shape[1], look.shape[0], lines, look)
        dpi = float(limits.dpi)
    else:
        scan = _embedded_scan(images, page, limits)
        if scan is not None:
            return Sheet(number, scan.shape[1], scan.shape[0], None, scan)
        dpi = _native_dpi(images, page, limits)
    picture = _render(page, dpi, limits)
    return Sheet(number, picture.shape[1], picture.shape[0], None, picture)


def _has_rulings(page: Any) -> bool:
    """Whether the page draws enough lines for a table, and not so many that it is a plan."""
    paths = 0
    for seen, item in enumerate(page.get_objects(max_depth=2)):
        paths += item.type == pdfium_c.FPDF_PAGEOBJ_PATH
        if seen >= _MOST_OBJECTS:
            return False
    return paths >= _FEWEST_RULINGS


def _images(page: Any) -> list[Any]:
    """The page's pictures, those inside form XObjects of the first two levels too."""
    found = []
    for seen, item in enumerate(page.get_objects(max_depth=3)):
        if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            found.append(item)
        if seen >= _MOST_OBJECTS:
            break
    return found


def _covered_share(images: list[Any], page: Any) -> float:
    """How much of the page its pictures cover, overlaps counted twice: scanners cut pages into bands."""
    left, bottom, right, top = page.get_bbox()
    area = max((right - left) * (top - bottom), 1e-6)
    covered = 0.0
    for image in images:
        x0, y0, x1, y1 = _bounds(image)
        covered += max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, top) - max(y0, bottom))
    return float(covered / area)


def _bounds(image: Any) -> tuple[float, float, float, float]:
    numbers = [ctypes.c_float() for _ in range(4)]
    if not pdfium_c.FPDFPageObj_GetBounds(image, *numbers):
        return 0.0, 0.0, 0.0, 0.0
    return numbers[0].value, numbers[1].value, numbers[2].value, numbers[3].value


def _embedded_scan(images: list[Any], page: Any, limits: FileLimits) -> Picture | None:
    """The scan itself, without resampling, when the page is nothing but one upright JPEG.

    Other encodings carry masks, palettes and decode arrays which only rendering honours.
    """
    if len(images) != 1 or page.get_rotation() not in (0, 90, 180, 270):
        return None
    image = images[0]
    matrix = image.get_matrix()
    upright = matrix.a > 0 and matrix.d > 0 and abs(matrix.b) < 0.01 * matrix.a and abs(matrix.c) < 0.01 * matrix.d
    wide, high = image.get_px_size()
    if not upright or image.get_filters() != ["DCTDecode"] or wide * high > limits.pixels:
        return None
    if _draws_more_than(page, image):
        return None
    frame = Image.open(io.BytesIO(bytes(image.get_data())), formats=["JPEG"])
    if frame.mode not in ("L", "RGB") or frame.size != (wide, high):
        return None  # CMYK from print shops is often inverted; pdfium knows, Pillow does not
    if max(frame.size) >= 2 * limits.side:
        frame.draft("RGB", (limits.side, limits.side))
    picture = as_picture(frame, limits)
    return np.ascontiguousarray(np.rot90(picture, k=-(page.get_rotation() // 90)))


def _draws_more_than(page: Any, image: Any) -> bool:
    """Whether paths, shadings or visible text lie on the scan: an electronic seal often does."""
    for seen, item in enumerate(page.get_objects(max_depth=3)):
        if item.type == pdfium_c.FPDF_PAGEOBJ_TEXT:
            invisible = pdfium_c.FPDFTextObj_GetTextRenderMode(item) == pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
            if not invisible:
                return True
        elif item.type in (pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING) or seen >= _MOST_OBJECTS:
            return True
    return page.get_rotation() % 90 != 0 or image is None


def _native_dpi(images: list[Any], page: Any, limits: FileLimits) -> float:
    """The resolution of the page's largest picture, within 150 to 300: rendering finer wins nothing."""
    best = float(limits.dpi)
    widest = 0.0
    for image in images:
        x0, _, x1, _ = _bounds(image)
        if x1 - x0 > widest and x1 > x0:
            widest = x1 - x0
            best = image.get_px_size()[0] / widest * 72
    return min(max(best, 150.0), 300.0)


def _render(page: Any, dpi: float, limits: FileLimits) -> Picture:
    width, height = page.get_size()
    scale = min(dpi / 72, limits.side / max(width, height), math.sqrt(limits.pixels / (width * height)))
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    pixels = np.array(bitmap.to_numpy()[..., :3] if bitmap.n_channels >= 3 else _grey(bitmap), dtype=np.uint8)
    bitmap.close()
    return pixels


def _grey(bitmap: Any) -> Picture:
    return np.repeat(np.atleast_3d(bitmap.to_numpy())[..., :1], 3, axis=2)
