"""Which dates does a text name?

Chinese papers write 2024年6月24日, 二〇二四年六月, 2024.06.24, 20240624 … (domain.md 2.5). An empty line
"年　月　日" is a blank left open, never a date.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from parsers.names import fold


@dataclass(frozen=True)
class FoundDate:
    """A date as written; `day` is None where only year and month stand."""

    year: int
    month: int
    day: int | None
    start: int  #: where it stands in the folded text
    end: int

    @property
    def whole(self) -> date | None:
        """The calendar day; None when the paper names none. Impossible days are not found at all."""
        return date(self.year, self.month, self.day) if self.day else None


_DIGITS: Final = {
    sign: number
    for number, signs in enumerate(("〇○零Oo", "一", "二", "三", "四", "五", "六", "七", "八", "九"))
    for sign in signs
}
_N: Final = "0-9〇○零一二三四五六七八九十Oo"
_PATTERNS: Final = (
    re.compile(rf"(?<![{_N}])(?P<y>[{_N}]{{2,4}}) ?年 ?(?P<m>[{_N}]{{1,3}}) ?月(?: ?(?P<d>[{_N}]{{1,3}}) ?[日号])?"),
    re.compile(r"(?<![\d.])(?P<y>(?:19|20)\d{2}) ?[./-] ?(?P<m>\d{1,2})(?: ?[./-] ?(?P<d>\d{1,2}))?(?!\d|[./-]\d)"),
    re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>[0-3]\d)?(?!\d)"),
)
_BLANK: Final = re.compile(r"(?<![0-9一-九十〇○零])[\s_]*年[\s_]*月[\s_]*日")


def find_dates(text: str) -> tuple[FoundDate, ...]:
    """Every possible date of the text in the order it stands, impossible ones (2024年13月, 30 February) left out."""
    folded = fold(text)
    found: list[FoundDate] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(folded):
            taken = any(match.start() < other.end and other.start < match.end() for other in found)
            if not taken and (one := _read(match)):
                found.append(one)
    return tuple(sorted(found, key=lambda one: one.start))


def parse_date(text: str) -> date | None:
    """The one whole date that a field holds, or None when it holds none, several different ones, or half a date."""
    days = {one.whole for one in find_dates(text)}
    return days.pop() if len(days) == 1 else None


def parse_month(text: str) -> tuple[int, int] | None:
    """The one (year, month) that a field names, its day ignored."""
    months = {(one.year, one.month) for one in find_dates(text)}
    return months.pop() if len(months) == 1 else None


def is_blank_date(text: str) -> bool:
    """Is this a date line that was left open ("年　月　日")?"""
    return bool(_BLANK.search(fold(text))) and not find_dates(text)


def _read(match: re.Match[str]) -> FoundDate | None:
    year, month = _year(match["y"]), _number(match["m"])
    day = _number(match["d"]) if match["d"] else None
    if year is None or month is None or (match["d"] and day is None):
        return None
    try:
        date(year, month, day if day is not None else 1)
    except ValueError:
        return None
    return FoundDate(year, month, day, match.start(), match.end()) if 1900 <= year <= 2199 else None


def _year(signs: str) -> int | None:
    if len(signs) not in (2, 4) or "十" in signs:
        return None
    digits = [_digit(sign) for sign in signs]
    year = int("".join(map(str, digits)))
    return year if len(signs) == 4 else 2000 + year  # 24年6月: no paper of this procedure is older than 2000


def _number(signs: str) -> int | None:
    """1 to 99 in digits or in Chinese: 6, 06, 六, 十, 二十四, 廿 is not written on such papers."""
    if "十" not in signs:
        return int("".join(str(_digit(sign)) for sign in signs)) if len(signs) <= 2 else None
    tens, _, ones = signs.partition("十")
    if "十" in ones or len(tens) > 1 or len(ones) > 1:
        return None
    return (_digit(tens) if tens else 1) * 10 + (_digit(ones) if ones else 0)


def _digit(sign: str) -> int:
    return int(sign) if sign.isdecimal() else _DIGITS[sign]
