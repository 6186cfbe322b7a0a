"""How is a number or an address shown without giving it away?

前3后4 (domain.md 8). `mask` is the last door before logs, exports and letters: whatever looks like a citizen's number
or a mobile number leaves it masked, right check digit or not.
"""

import re
from typing import Final

_GAP: Final = "[\\s\u200b-\u200f\u2060\ufeff\\-‐-―－]"  # what people and line breaks put between digits
_LAST: Final = "[\\dXxＸｘ×]"
_NOT_AFTER_DIGIT: Final = r"(?<!\d)"

#: A SHA-256 or Message-ID token in hexadecimal is no number of a person; it must survive for an operator to search.
_HEXADECIMAL: Final = r"(?P<hex>(?<![0-9A-Za-z])(?=[0-9]*[a-f])[0-9a-f]{32,64}(?![0-9A-Za-z]))"
#: A run of 15 digits or more; the 18th sign may be an X.
_LONG_RUN: Final = rf"{_NOT_AFTER_DIGIT}\d{{15,}}(?:{_GAP}*[XxＸｘ×](?![A-Za-z])|{_GAP}*\d(?!\d))?"
#: A citizen's number with gaps anywhere, told from dates and times by its own birth date.
_SPACED: Final = (
    rf"{_NOT_AFTER_DIGIT}[1-9１-９](?:{_GAP}{{0,3}}\d){{5}}"
    rf"(?:{_GAP}{{0,3}}[1１]{_GAP}{{0,3}}[9９]|{_GAP}{{0,3}}[2２]{_GAP}{{0,3}}[0０])(?:{_GAP}{{0,3}}\d){{2}}"
    rf"{_GAP}{{0,3}}[01０１]{_GAP}{{0,3}}\d{_GAP}{{0,3}}[0-3０-３]{_GAP}{{0,3}}\d(?:{_GAP}{{0,3}}\d){{3}}"
    rf"{_GAP}{{0,3}}{_LAST}(?!\d)"
)
_CREDIT: Final = r"(?<![0-9A-Za-z])[159YN][1239]\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Za-z])"
_MOBILE: Final = (
    rf"(?<!\d)[1１][3-9３-９](?:\d{{9}}|\d{_GAP}{{1,2}}\d{{4}}{_GAP}{{1,2}}\d{{4}}|\d{_GAP}{{1,2}}\d{{3}}{_GAP}{{1,2}}\d{{5}})(?!\d)"
    rf"|(?<!\d)[1１]{_GAP}[3-9３-９](?:{_GAP}\d){{9}}(?!\d)"
    r"|(?<!\d)(?:00)?86[1１][3-9３-９]\d{9}(?!\d)"
)
_SENSITIVE: Final = re.compile("|".join((_HEXADECIMAL, _CREDIT, _SPACED, _LONG_RUN, _MOBILE)))


def mask(text: str) -> str:
    """Free text with every citizen's number, credit code and mobile number masked; all else untouched."""
    return _SENSITIVE.sub(lambda match: match[0] if match["hex"] else masked(match[0]), text)


def masked(value: str) -> str:
    """One number as 前3后4; gaps are dropped, and of a number too short for that only the first sign stays."""
    signs = "".join(value.split()).translate(_GAPS)
    if len(signs) < 8:
        return signs[:1] + "*" * (len(signs) - 1)
    return signs[:3] + "*" * (len(signs) - 7) + signs[-4:]


def masked_address(address: str) -> str:
    """zhangsan@163.com → zh***@163.com."""
    local, at, domain = address.rpartition("@")
    if not at:
        return masked(address)
    return f"{local[: 2 if len(local) > 3 else 1]}***@{domain}"


_GAPS: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff-‐‑‒–—―－"))
