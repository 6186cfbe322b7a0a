"""How does a drawn paper become a picture or a PDF with a text layer?

One list of drawing steps in millimetres, two ways out: Pillow for scans and screenshots, reportlab for born-digital
files. The font comes from a package, so that a bare machine can draw Chinese.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

from mailbot.reviewers.charts import packaged_font

Colour = tuple[int, int, int]
BLACK: Colour = (20, 20, 20)
_POINTS_A_MM = 72 / 25.4


@dataclass(frozen=True)
class Text:
    left: float
    top: float
    words: str
    size: float  #: millimetres of an em
    colour: Colour = BLACK
    bold: bool = False
    font: Path | None = None  #: another than the sheet's


@dataclass(frozen=True)
class Rule:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.3
    colour: Colour = BLACK


@dataclass(frozen=True)
class Panel:
    """A filled rectangle."""

    left: float
    top: float
    right: float
    bottom: float
    colour: Colour


@dataclass(frozen=True)
class Inset:
    """A picture with transparency: a seal, a signature, a portrait."""

    picture: Image.Image
    left: float
    top: float
    width: float  #: its height follows
    stamped: bool = False  #: ink that print shows through, as a seal's


@dataclass
class Sheet:
    """A paper being drawn; A4 unless said otherwise."""

    width: float = 210.0
    height: float = 297.0
    paper: Colour = (255, 255, 255)
    font: Path | None = None
    steps: list[Text | Rule | Panel | Inset] = field(default_factory=list)

    def text(
        self,
        left: float,
        top: float,
        words: str,
        size: float = 4.2,
        colour: Colour = BLACK,
        *,
        bold: bool = False,
        font: Path | None = None,
    ) -> float:
        """Writes one line and returns its right end."""
        self.steps.append(Text(left, top, words, size, colour, bold, font))
        return left + self.measure(words, size, font)

    def centred(self, middle: float, top: float, words: str, size: float = 4.2, *, bold: bool = False) -> None:
        self.text(middle - self.measure(words, size) / 2, top, words, size, bold=bold)

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.3, colour: Colour = BLACK) -> None:
        self.steps.append(Rule(x0, y0, x1, y1, width, colour))

    def frame(self, left: float, top: float, right: float, bottom: float, colour: Colour = BLACK) -> None:
        for line in (
            (left, top, right, top),
            (left, bottom, right, bottom),
            (left, top, left, bottom),
            (right, top, right, bottom),
        ):
            self.rule(*line, colour=colour)

    def panel(self, left: float, top: float, right: float, bottom: float, colour: Colour) -> None:
        self.steps.append(Panel(left, top, right, bottom, colour))

    def inset(self, picture: Image.Image, left: float, top: float, width: float) -> None:
        self.steps.append(Inset(picture, left, top, width))

    def stamp(self, picture: Image.Image, left: float, top: float, width: float) -> None:
        """Like `inset`, but print shows through as it does through a seal."""
        self.steps.append(Inset(picture, left, top, width, stamped=True))

    def measure(self, words: str, size: float, font: Path | None = None) -> float:
        return _font(font or self._font_file, 100).getlength(words) / 100 * size

    def wrapped(self, left: float, top: float, width: float, words: str, size: float, *, leading: float = 1.6) -> float:
        """Writes a paragraph broken at `width` and returns the top of the next line."""
        line = ""
        for sign in words:
            if line and self.measure(line + sign, size) > width:
                self.text(left, top, line, size)
                line, top = "", top + size * leading
            line += sign
        if line:
            self.text(left, top, line, size)
            top += size * leading
        return top

    @property
    def _font_file(self) -> Path:
        return self.font or packaged_font()

    def picture(self, dpi: int = 200) -> Image.Image:
        """The paper as pixels."""
        scale = dpi / 25.4
        canvas = Image.new("RGB", (round(self.width * scale), round(self.height * scale)), self.paper)
        pen = ImageDraw.Draw(canvas)
        for step in self.steps:
            match step:
                case Text():
                    font = _font(step.font or self._font_file, max(round(step.size * scale), 6))
                    stroke = round(step.size * scale / 36) if step.bold and step.size * scale > 30 else 0
                    pen.text(
                        (step.left * scale, step.top * scale),
                        step.words,
                        step.colour,
                        font,
                        stroke_width=stroke,
                        stroke_fill=step.colour,
                    )
                case Rule():
                    ends = (step.x0 * scale, step.y0 * scale, step.x1 * scale, step.y1 * scale)
                    pen.line(ends, step.colour, max(round(step.width * scale), 1))
                case Panel():
                    pen.rectangle(
                        (step.left * scale, step.top * scale, step.right * scale, step.bottom * scale), step.colour
                    )
                case Inset():
                    size = _scaled(step, scale)
                    picture = step.picture.resize(size, Image.Resampling.LANCZOS).convert("RGBA")
                    place = (round(step.left * scale), round(step.top * scale))
                    if step.stamped:
                        picture = _over(canvas.crop((*place, place[0] + size[0], place[1] + size[1])), picture)
                    canvas.paste(picture, place, picture)
        return canvas


def pdf(sheets: Sequence[Sheet]) -> bytes:
    """Born-digital PDF, a page for each sheet, with a real text layer."""
    from reportlab.pdfgen.canvas import Canvas  # only the demo's extra brings reportlab

    _register_font()
    out = BytesIO()
    canvas = Canvas(out, invariant=True)
    for sheet in sheets:
        canvas.setPageSize((sheet.width * _POINTS_A_MM, sheet.height * _POINTS_A_MM))
        for step in sheet.steps:
            _draw(canvas, sheet, step)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


@cache
def _register_font() -> None:
    """Once: the font's tables take longer to read than a page to draw."""
    from reportlab import rl_config
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    rl_config.useA85 = 0  # pictures as bytes, not as text
    registerFont(TTFont("paper", str(packaged_font())))


def pdf_of_pictures(pictures: Sequence[Image.Image], dpi: int = 200) -> bytes:
    """What a scanner makes: pages that are pictures."""
    out = BytesIO()
    pictures[0].save(out, "PDF", resolution=dpi, save_all=True, append_images=list(pictures[1:]), quality=85)
    return out.getvalue()


def jpeg(picture: Image.Image, quality: int = 85) -> bytes:
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=quality)
    return out.getvalue()


def _draw(canvas, sheet: Sheet, step: Text | Rule | Panel | Inset) -> None:  # type: ignore[no-untyped-def]  # reportlab ships no types
    from reportlab.lib.utils import ImageReader  # only the demo's extra brings reportlab

    def up(top: float) -> float:
        """PDF counts from the bottom."""
        return (sheet.height - top) * _POINTS_A_MM

    match step:
        case Text():
            canvas.setFillColorRGB(*(part / 255 for part in step.colour))
            canvas.setFont("paper", step.size * _POINTS_A_MM)
            canvas.drawString(step.left * _POINTS_A_MM, up(step.top + step.size * 1.1), step.words)
        case Rule():
            canvas.setStrokeColorRGB(*(part / 255 for part in step.colour))
            canvas.setLineWidth(step.width * _POINTS_A_MM)
            canvas.line(step.x0 * _POINTS_A_MM, up(step.y0), step.x1 * _POINTS_A_MM, up(step.y1))
        case Panel():
            canvas.setFillColorRGB(*(part / 255 for part in step.colour))
            size = (step.right - step.left) * _POINTS_A_MM, (step.bottom - step.top) * _POINTS_A_MM
            canvas.rect(step.left * _POINTS_A_MM, up(step.bottom), *size, stroke=0, fill=1)
        case Inset():
            width, height = _scaled(step, _POINTS_A_MM)
            place = step.left * _POINTS_A_MM, up(step.top) - height
            canvas.drawImage(ImageReader(step.picture), *place, width, height, mask="auto")


def _over(paper: Image.Image, ink: Image.Image) -> Image.Image:
    """The stamped ink as it looks on that paper: black stays black under red."""
    mixed = ImageChops.multiply(paper.convert("RGB"), ink.convert("RGB")).convert("RGBA")
    mixed.putalpha(ink.getchannel("A"))
    return mixed


def _scaled(step: Inset, scale: float) -> tuple[int, int]:
    width = round(step.width * scale)
    return width, round(width * step.picture.height / step.picture.width)


@cache
def _font(file: Path, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(file), pixels)
