"""What does a telephone make of a monitor: the frame around it, moiré, a lamp's reflection, a slant?"""

from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from mailbot.demo import scanning

LOOKS = ("moire", "reflection", "dark room", "far", "lying")


def photographed(screen: Image.Image, look: str, rng: Random) -> Image.Image:
    """The screen as it stands on a desk, a little from the side."""
    scale = {"far": 1.15}.get(look, 1.6)
    shown = screen.resize((round(screen.width * scale), round(screen.height * scale)), Image.Resampling.LANCZOS)
    frame = Image.new("RGB", (round(shown.width * 1.06), round(shown.height * 1.12)), (24, 24, 27))
    frame.paste(shown, (round(shown.width * 0.03), round(shown.height * 0.03)))
    ImageDraw.Draw(frame).text((frame.width // 2 - 20, frame.height - 40), "Lenovo", (150, 150, 150), font_size=26)
    picture = scanning.photographed(frame, rng)
    pixels = np.asarray(picture, np.float32)
    if look in ("moire", "far", "lying"):
        pixels = pixels + _waves(pixels.shape[0], pixels.shape[1], rng)[..., None] * (9, 6, 11)
    if look == "reflection":
        pixels = pixels + _lamp(pixels.shape[0], pixels.shape[1], rng)[..., None] * 90
    if look == "dark room":
        pixels = 255 * (pixels / 255) ** 1.5
    taken = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
    return scanning.turned(taken, rng.choice((1, 3))) if look == "lying" else taken


def _waves(high: int, wide: int, rng: Random) -> np.ndarray:
    """The pixels of the monitor against those of the telephone."""
    y, x = np.mgrid[0:high, 0:wide]
    waves = np.zeros((high, wide), np.float32)
    for _ in range(2):
        length, turn = rng.uniform(5, 28), rng.uniform(0, np.pi)
        bend = 40 * np.sin(y / rng.uniform(200, 500))
        waves += np.sin(2 * np.pi * ((x + bend) * np.cos(turn) + y * np.sin(turn)) / length)
    return waves


def _lamp(high: int, wide: int, rng: Random) -> np.ndarray:
    y, x = np.mgrid[0:high, 0:wide]
    across, down = rng.uniform(0.2, 0.8) * wide, rng.uniform(0.2, 0.8) * high
    return np.asarray(np.exp(-(((x - across) / (0.16 * wide)) ** 2 + ((y - down) / (0.3 * high)) ** 2)), np.float32)
