"""What do seals, signatures, ticks and portraits look like when a program draws them?"""

from math import cos, pi, sin
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from mailbot.reviewers.charts import packaged_font

_RED = (200, 30, 40)


def seal(firm: str, *, strength: float = 1.0, colour: tuple[int, int, int] = _RED, size: int = 420) -> Image.Image:
    """企业法人章: ring, star, the firm's name along the upper rim."""
    alpha = round(225 * strength)
    ink = (*colour, alpha)
    picture = Image.new("RGBA", (size, size), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    edge = size // 34
    pen.ellipse((edge, edge, size - edge, size - edge), outline=ink, width=size // 42)
    middle, outer, inner = size / 2, size * 0.15, size * 0.06
    star = [
        (
            middle + (outer if k % 2 == 0 else inner) * sin(k * pi / 5),
            middle - (outer if k % 2 == 0 else inner) * cos(k * pi / 5),
        )
        for k in range(10)
    ]
    pen.polygon(star, fill=ink)
    font = ImageFont.truetype(str(packaged_font()), round(min(size * 0.11, size * 2.2 / max(len(firm), 1))))
    for number, sign in enumerate(firm):
        angle = pi * (1.25 - 1.5 * (number + 0.5) / len(firm)) - pi / 2
        glyph = Image.new("RGBA", (size // 6, size // 6), (255, 255, 255, 0))
        ImageDraw.Draw(glyph).text((size / 12, size / 12), sign, ink, font, anchor="mm")
        glyph = glyph.rotate(angle * 180 / pi, resample=Image.Resampling.BICUBIC)
        x, y = middle - size * 0.38 * sin(angle), middle - size * 0.38 * cos(angle)
        picture.alpha_composite(glyph, (max(round(x - glyph.width / 2), 0), max(round(y - glyph.height / 2), 0)))
    return picture


def square_seal(name: str, size: int = 260) -> Image.Image:
    """A legal representative's name stamp: no 企业法人章."""
    ink = (*_RED, 225)
    picture = Image.new("RGBA", (size, size), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((6, 6, size - 6, size - 6), outline=ink, width=9)
    font = ImageFont.truetype(str(packaged_font()), size // 3)
    for number, sign in enumerate((name + "之印")[:4]):
        pen.text(
            (size * (0.72 - 0.44 * (number // 2)), size * (0.28 + 0.44 * (number % 2))), sign, ink, font, anchor="mm"
        )
    return picture


def signature(name: str, rng: Random, hand: Path | None = None) -> Image.Image:
    """Something written by hand: the name's glyphs, slanted, uneven, with a pen's tail."""
    width, height = 150 * len(name) + 60, 220
    picture = Image.new("RGBA", (width, height), (255, 255, 255, 0))
    ink = rng.choice(((25, 25, 30, 255), (25, 40, 110, 255), (15, 20, 60, 255)))
    left = 10.0
    for sign in name:
        size = rng.randint(118, 165)
        font = ImageFont.truetype(str(hand or packaged_font()), size)
        glyph = Image.new("RGBA", (size + 60, size + 60), (255, 255, 255, 0))
        ImageDraw.Draw(glyph).text((30, 10), sign, ink, font, stroke_width=rng.randint(0, 2), stroke_fill=ink)
        glyph = glyph.transform(
            glyph.size,
            Image.Transform.AFFINE,
            (1, rng.uniform(0.1, 0.45), -size * 0.2, rng.uniform(-0.15, 0.1), 1, 0),
            Image.Resampling.BICUBIC,
        ).rotate(rng.uniform(-14, 12), resample=Image.Resampling.BICUBIC)
        picture.alpha_composite(glyph, (max(round(left) - 15, 0), rng.randint(0, 20)))
        left += size * rng.uniform(0.62, 0.85)
    pen = ImageDraw.Draw(picture)
    tail = [(left + 25 * k, 150 + 26 * sin(k * rng.uniform(0.7, 1.2)) - 9 * k) for k in range(6)]
    pen.line(tail, fill=ink, width=rng.randint(4, 7), joint="curve")
    return picture.crop(picture.getbbox() or (0, 0, width, height))


def tick(rng: Random, size: int = 60, shape: str = "tick") -> Image.Image:
    """Drawn by hand over its box: a tick that runs over it, a small one, a cross, or the box blackened."""
    picture = Image.new("RGBA", (size, size), (255, 255, 255, 0))
    pen, ink = ImageDraw.Draw(picture), (20, 20, 90, 255)
    if shape == "cross":
        for ends in ((0.2, 0.25, 0.8, 0.85), (0.8, 0.22, 0.2, 0.84)):
            pen.line([size * (part + rng.uniform(-0.04, 0.04)) for part in ends], fill=ink, width=size // 10)
        return picture
    if shape == "block":
        pen.rectangle((size * 0.22, size * 0.34, size * 0.7, size * 0.84), fill=ink)
        return picture
    share, aside = (1.0, 0.0) if shape == "tick" else (0.62, 0.16)
    points = [
        (size * (aside + share * x), size * (aside + share * y))
        for x, y in (
            (0.12, rng.uniform(0.45, 0.6)),
            (0.4, rng.uniform(0.78, 0.92)),
            (0.95, rng.uniform(0.02, 0.15)),
        )
    ]
    pen.line(points, fill=ink, width=size // 10, joint="curve")
    return picture


def written(sign: str, rng: Random, hand: Path, ink: tuple[int, int, int], size: int = 120) -> Image.Image:
    """One character as a hand writes it into a blank: upright but uneven."""
    picture = Image.new("RGBA", (size + 40, size + 40), (255, 255, 255, 0))
    font = ImageFont.truetype(str(hand), round(size * rng.uniform(0.88, 1.05)))
    middle = size / 2 + 20
    ImageDraw.Draw(picture).text((middle, middle), sign, (*ink, 255), font, anchor="mm", stroke_width=1)
    return picture.rotate(rng.uniform(-5, 5), resample=Image.Resampling.BICUBIC)


def portrait(rng: Random, width: int = 900, height: int = 1100) -> Image.Image:
    """A drawn person before a wall: head, hair, shoulders."""
    wall = tuple(rng.randint(150, 215) for _ in range(3))
    skin = (rng.randint(205, 240), rng.randint(165, 195), rng.randint(135, 165))
    shirt = tuple(rng.randint(30, 160) for _ in range(3))
    picture = Image.new("RGB", (width, height), wall)
    pen = ImageDraw.Draw(picture)
    middle, head = width / 2, width * 0.2
    pen.ellipse((middle - head * 2.4, height * 0.55, middle + head * 2.4, height * 1.5), fill=shirt)
    pen.rectangle((middle - head * 0.4, height * 0.42, middle + head * 0.4, height * 0.6), fill=skin)
    pen.ellipse((middle - head * 1.05, height * 0.1, middle + head * 1.05, height * 0.42), fill=(30, 25, 25))
    pen.ellipse((middle - head, height * 0.14, middle + head, height * 0.5), fill=skin)
    for side in (-1, 1):
        pen.ellipse(
            (middle + side * head * 0.42 - 14, height * 0.29, middle + side * head * 0.42 + 14, height * 0.31),
            fill=(35, 25, 25),
        )
        pen.line(
            (middle + side * head * 0.62, height * 0.27, middle + side * head * 0.22, height * 0.268),
            fill=(35, 25, 25),
            width=7,
        )
    pen.line(
        (middle, height * 0.31, middle - 10, height * 0.37, middle + 8, height * 0.372), fill=(170, 120, 100), width=4
    )
    pen.arc(
        (middle - head * 0.4, height * 0.37, middle + head * 0.4, height * 0.44), 20, 160, fill=(165, 70, 70), width=7
    )
    return picture
