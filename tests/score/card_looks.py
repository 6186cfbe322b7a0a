"""In how many ways do people send a card, and themselves with it: marked against misuse, on a desk, tiny?"""

from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from mailbot.demo import cards, scanning
from mailbot.demo.ink import portrait
from mailbot.demo.people import Person
from mailbot.demo.sheet import packaged_font

MARKS = (
    "仅供重庆市监理工程师业绩登记使用",
    "此件仅用于业绩登记申请　他用无效",
    "仅限办理交通监理登记使用，再次复印无效",
)
SCAN_LOOKS = ("marked", "marked across", "desk", "desk lying", "desk upside", "glare", "tiny", "copy marked")
HAND_LOOKS = ("breast", "cheek", "stamped", "lying", "far", "marked")


def marked(picture: Image.Image, rng: Random, *, across: bool = False) -> Image.Image:
    """Words against misuse, pale over the whole picture, or once across it."""
    layer = Image.new("RGBA", (picture.width * 2, picture.height * 2), (255, 255, 255, 0))
    pen = ImageDraw.Draw(layer)
    words = rng.choice(MARKS)
    size = round(picture.width * (0.045 if across else 0.024))
    font = ImageFont.truetype(str(packaged_font()), size)
    colour = (*rng.choice(((120, 120, 120), (200, 60, 60), (60, 90, 180))), rng.randint(70, 130))
    if across:
        pen.text((picture.width * 0.55, picture.height), words, colour, font)
    else:
        for row in range(0, layer.height, size * rng.randint(6, 9)):
            for column in range(0, layer.width, size * (len(words) + 3)):
                pen.text((column + (row % 5) * size, row), words, colour, font)
    layer = layer.rotate(rng.choice((25, 30, 38, -28)), resample=Image.Resampling.BICUBIC)
    left, top = picture.width // 2, picture.height // 2
    over = layer.crop((left, top, left + picture.width, top + picture.height))
    return Image.alpha_composite(picture.convert("RGBA"), over).convert("RGB")


def glare(picture: Image.Image, rng: Random) -> Image.Image:
    """A lamp mirrored in the card's foil: a soft bright spot."""
    pixels = np.asarray(picture.convert("RGB"), np.float32)
    high, wide = pixels.shape[:2]
    y, x = np.mgrid[0:high, 0:wide]
    at = rng.uniform(0.2, 0.8) * wide, rng.uniform(0.1, 0.5) * high
    spot = np.exp(-(((x - at[0]) / (0.22 * wide)) ** 2 + ((y - at[1]) / (0.14 * high)) ** 2))
    return Image.fromarray(np.clip(pixels + 110 * spot[..., None], 0, 255).astype(np.uint8))


def on_a_desk(side: Image.Image, rng: Random) -> Image.Image:
    """One side, taken with a telephone: rounded foil on wood, a little from the side."""
    wood = Image.new("RGB", (round(side.width * 1.35), round(side.height * 1.5)), (142, 108, 78))
    grain = ImageDraw.Draw(wood)
    for row in range(0, wood.height, 9):
        shade = rng.randint(-10, 10)
        grain.line((0, row, wood.width, row + rng.randint(-6, 6)), (142 + shade, 108 + shade, 78 + shade), 5)
    turned = side.convert("RGBA").rotate(rng.uniform(-7, 7), expand=True, resample=Image.Resampling.BICUBIC)
    wood.paste(turned, ((wood.width - turned.width) // 2, (wood.height - turned.height) // 2), turned)
    return scanning.photographed(wood, rng)


def scan(person: Person, until: str, look: str, rng: Random) -> list[Image.Image]:
    """The picture or pictures of both sides."""
    front, back = cards.front(person, rng).picture(220), cards.back(until).picture(220)
    if look.startswith("desk"):
        turns = {"desk lying": rng.choice((1, 3)), "desk upside": 2}.get(look, 0)
        return [scanning.turned(on_a_desk(side, rng), turns) for side in (front, back)]
    page = Image.new("RGB", (1240, 1754), (250, 250, 248))
    if look == "tiny":
        front, back = (side.resize((side.width * 3 // 5, side.height * 3 // 5)) for side in (front, back))
    for number, side in enumerate((front, back)):
        shown = glare(side, rng) if look == "glare" else side
        page.paste(shown, (rng.randint(120, 420), 180 + 720 * number))
    if "copy" in look:
        page = scanning.greyscale(page)
    if "marked" in look:
        page = marked(page, rng, across="across" in look)
    return [scanning.scanned(page, rng)]


def in_hand(person: Person, look: str, rng: Random) -> Image.Image:
    """A person who holds the card: before the breast, beside the cheek, from farther away."""
    photo = portrait(rng, 1500, 1900) if look == "far" else portrait(rng, 1200, 1500)
    card = cards.front(person, rng).picture({"cheek": 105, "far": 130}.get(look, 165)).convert("RGBA")
    card = card.rotate(rng.uniform(-12, 12), expand=True, resample=Image.Resampling.BICUBIC)
    at = {"cheek": (photo.width - card.width - 30, 620), "far": (700, 1250)}.get(look, (620 - card.width // 2, 980))
    photo.paste(card, at, card)
    if look == "stamped":
        pen, font = ImageDraw.Draw(photo), ImageFont.truetype(str(packaged_font()), 44)
        pen.text((40, photo.height - 130), "2026年03月09日 10:23", (255, 255, 255), font)
        pen.text((40, photo.height - 70), "重庆市·渝北区　Redmi Note 13", (255, 255, 255), font)
    if look == "marked":
        photo = marked(photo, rng)
    photo = photo.filter(ImageFilter.GaussianBlur(0.7))
    return scanning.turned(photo, rng.choice((1, 3))) if look == "lying" else photo
