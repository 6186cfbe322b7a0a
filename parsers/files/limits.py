"""How much of one attached file is read before enough is enough?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class FileLimits:
    """Bounds on one file. What lies beyond them is said (`Pages.cut`, `Fault.TOO_LARGE`), never passed over."""

    bytes: int = 50_000_000  #: a mail has at most as much
    pages: int = 50  #: of a PDF; the rest is counted, not read
    frames: int = 20  #: of a TIFF, GIF or WEBP
    pixels: int = 50_000_000  #: of one picture as its header declares it: 60,000² is refused before decoding
    pixels_kept: int = 160_000_000  #: of all pictures of one file together (480 MB of RGB on disk)
    side: int = 4000  #: longest side of a picture that goes to the OCR; larger ones are scaled down
    dpi: int = 200  #: for rendering; 150 and 300 read no better (ocr measurements, 4 to 12 pages)
    look_dpi: int = 120  #: for the picture of a page whose text is real: only seals and signatures are looked for
    characters: int = 60_000  #: of one text page
    lines: int = 4_000  #: of one page


DEFAULT_LIMITS = FileLimits()
