"""What do a scanner, a telephone and an old copier do to a paper?"""

from random import Random

import numpy as np
from PIL import Image, ImageChops, ImageFilter


def scanned(page: Image.Image, rng: Random, *, skew: float = 1.2, noise: float = 5.0) -> Image.Image:
    """A little askew, a little grey, a little noisy."""
    page = page.rotate(rng.uniform(-skew, skew), fillcolor=(255, 255, 255), resample=Image.Resampling.BICUBIC)
    paper = tuple(rng.randint(236, 253) for _ in range(3))
    page = ImageChops.multiply(page.convert("RGB"), Image.new("RGB", page.size, paper))
    return _noisy(page, rng, noise)


def greyscale(page: Image.Image) -> Image.Image:
    """The seal's colour is lost."""
    return page.convert("L").convert("RGB")


def turned(page: Image.Image, quarter_turns: int) -> Image.Image:
    return page.rotate(90 * quarter_turns, expand=True)


def photographed(page: Image.Image, rng: Random) -> Image.Image:
    """Perspective, uneven light, a desk around the paper, softer focus."""
    width, height = page.size
    desk = Image.new(
        "RGB",
        (round(width * 1.14), round(height * 1.12)),
        (rng.randint(90, 150), rng.randint(75, 120), rng.randint(60, 100)),
    )

    def bent(x: float, y: float) -> tuple[float, float]:
        return x + rng.uniform(-0.02, 0.02) * width, y + rng.uniform(-0.02, 0.02) * height

    corners = [bent(x, y) for x, y in ((0, 0), (width, 0), (width, height), (0, height))]
    offset = (width * 0.07, height * 0.06)
    coefficients = _perspective(
        [(x + offset[0], y + offset[1]) for x, y in corners], [(0, 0), (width, 0), (width, height), (0, height)]
    )
    laid = page.convert("RGBA").transform(
        desk.size, Image.Transform.PERSPECTIVE, coefficients, Image.Resampling.BICUBIC
    )
    desk.paste(laid, (0, 0), laid)
    ramp = np.linspace(rng.uniform(0.72, 0.9), rng.uniform(0.95, 1.08), desk.size[0])[None, :, None]
    lit = np.clip(np.asarray(desk, np.float32) * ramp, 0, 255).astype(np.uint8)
    return _noisy(Image.fromarray(lit).filter(ImageFilter.GaussianBlur(0.8)), rng, 4.0)


def _noisy(page: Image.Image, rng: Random, amount: float) -> Image.Image:
    generator = np.random.default_rng(rng.randrange(2**32))
    pixels = np.asarray(page.convert("RGB"), np.float32)
    # A sensor's grain is the same in all colours but for a little.
    grain = generator.normal(0, amount, pixels.shape[:2])[..., None] + generator.normal(0, amount / 3, pixels.shape)
    return Image.fromarray(np.clip(pixels + grain, 0, 255).astype(np.uint8))


def _perspective(source: list[tuple[float, float]], target: list[tuple[float, float]]) -> tuple[float, ...]:
    """Coefficients that map where a pixel lies on the desk to where it came from on the page."""
    rows = []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    right = np.array([part for pair in target for part in pair])
    return tuple(np.linalg.solve(np.array(rows), right))
