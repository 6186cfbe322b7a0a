"""How else may the same promise letter look: type, setting, pens, ticks, where the seal lies, how many pages?"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from mailbot.demo import sheet
from mailbot.demo.letters import Style

#: Fonts of Debian packages; those that are not installed are left out.
PRINT = (
    "/usr/share/fonts/truetype/arphic-gbsn00lp/gbsn00lp.ttf",
    "/usr/share/fonts/truetype/arphic/uming.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf",
    "/usr/share/fonts/opentype/noto/NotoSerifCJK-Regular.ttc",
)
#: What blanks may be typed in, whatever the form is set in.
FILLED = (
    *PRINT,
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf",
)
#: Hands: Debian's, and whatever lies in the folder of hands.
HAND = (
    "/usr/share/fonts/truetype/arphic/ukai.ttc",
    "/usr/share/fonts/truetype/arphic-gkai00mp/gkai00mp.ttf",
    "/usr/share/fonts/truetype/lxgw-wenkai/LXGWWenKai-Light.ttf",
    *map(str, sorted(Path("/usr/local/share/fonts/hand").glob("*.ttf"))),
)
_PENS = ((25, 25, 30), (25, 40, 110), (15, 20, 60), (30, 60, 150))
_DAYS = (
    "{year}年{month}月{day}日",
    "{year} 年 {month} 月 {day} 日",
    "{year}年{month:02}月{day:02}日",
    "{year}.{month}.{day}",
)


def fonts(wanted: Sequence[str] = PRINT) -> list[Path]:
    return [path for name in wanted if (path := Path(name)).is_file()] or [sheet.packaged_font()]


@dataclass(frozen=True)
class Look:
    """How one letter is set; `words` say what is special about it."""

    style: Style
    font: Path | None
    hand: Path | None
    pages: int
    words: tuple[str, ...]


def a_look(rng: Random) -> Look:
    """Half of the letters are the circular's own setting in some type; the others differ in several ways at once."""
    words: list[str] = []
    pen = rng.choice(_PENS) if rng.random() < 0.2 else None
    if pen:
        words.append("blanks by hand")
    filled = rng.choice(fonts(HAND)) if pen else rng.choice([*fonts(FILLED), None])
    plain = rng.random() < 0.5
    style = Style(
        em=4.3 if plain else rng.choice((3.7, 4.0, 4.2, 4.5)),
        leading=1.72 if plain else rng.choice((1.35, 1.5, 1.6, 1.9)),
        blank_font=filled,
        pen=pen,
        spaced=rng.random() < 0.4,
        annex=rng.random() < 0.5,
        framed=plain or rng.random() < 0.8,
        seal_at=(rng.uniform(18, 42), rng.uniform(-28, -8)),
        seal_width=rng.uniform(36, 43),
        seal_turn=rng.uniform(-25, 25),
        between_signs=rng.choice((11.0, 13.0, 16.0)),
        day=rng.choice(_DAYS),
        tick=rng.choice(("tick", "tick", "small tick", "cross", "block")),
        open_blank=rng.choice(("　　", "　　　", "　　　　　　")),
    )
    pages = 2 if rng.random() < 0.12 else 1
    if pages > 1:
        words.append("two pages")
    return Look(style, rng.choice([*fonts(), None]), rng.choice([*fonts(HAND), None]), pages, tuple(words))
