"""What do an identity card and a person holding one look like?"""

from random import Random

from PIL import Image

from mailbot.demo.ink import portrait
from mailbot.demo.people import Person
from mailbot.demo.sheet import Sheet

_LABEL = (70, 110, 170)
LONG_TERM = "长期"  #: of a card without an end


def front(person: Person, rng: Random) -> Sheet:
    """人像面, 85.6 mm wide."""
    sheet = Sheet(85.6, 54, paper=(226, 238, 246))
    born = person.citizen_id[6:14]
    for top, label, value in (
        (6, "姓名", person.name),
        (13, "性别", "男" if int(person.citizen_id[16]) % 2 else "女"),
        (20, "出生", f"{born[:4]} 年 {int(born[4:6])} 月 {int(born[6:])} 日"),
        (27, "住址", "重庆市江畔区滨江路"),
    ):
        sheet.text(5, top, label, 2.8, _LABEL)
        sheet.text(15, top - 0.5, value, 3.4)
    sheet.text(32, 13, "民族", 2.8, _LABEL)
    sheet.text(41, 12.5, "汉", 3.4)
    sheet.text(15, 32, f"{rng.randint(1, 200)}号{rng.randint(1, 30)}幢{rng.randint(1, 20)}-{rng.randint(1, 8)}", 3.4)
    sheet.text(5, 45.5, "公民身份号码", 2.8, _LABEL)
    sheet.text(27, 44.6, person.citizen_id, 4.2)
    sheet.inset(portrait(rng, 300, 380).convert("RGBA"), 59, 8, 22)
    return sheet


def back(until: str = "2036.05.12") -> Sheet:
    """国徽面."""
    sheet = Sheet(85.6, 54, paper=(226, 238, 246))
    sheet.panel(6, 6, 18, 18, (205, 60, 60))
    sheet.text(24, 7, "中华人民共和国", 5)
    sheet.text(24, 15, "居民身份证", 6.4)
    sheet.text(12, 37, "签发机关", 2.8, _LABEL)
    sheet.text(30, 36.4, "重庆市公安局江畔分局", 3.4)
    sheet.text(12, 45, "有效期限", 2.8, _LABEL)
    since = "2006.05.12" if until == LONG_TERM else f"{int(until[:4]) - 20}{until[4:]}"
    sheet.text(30, 44.4, f"{since}-{until}", 3.4)
    return sheet


def both_sides(person: Person, rng: Random) -> Image.Image:
    """A scan of both sides on one page."""
    page = Image.new("RGB", (1240, 1754), (250, 250, 248))
    page.paste(front(person, rng).picture(220), (240, 220))
    page.paste(back().picture(220), (240, 880))
    return page


def in_hand(person: Person, rng: Random) -> Image.Image:
    """A person who holds the card before the chest."""
    photo = portrait(rng, 1200, 1500)
    card = (
        front(person, rng)
        .picture(160)
        .convert("RGBA")
        .rotate(rng.uniform(-6, 6), expand=True, resample=Image.Resampling.BICUBIC)
    )
    photo.paste(card, (620 - card.width // 2, 1000), card)
    return photo
