"""What does an identity card say, and which of its sides are shown?"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from parsers.dates import parse_date
from parsers.documents.document import Document, DocumentKind, Field, Presence
from parsers.documents.lines import beside, level, page_text, spans
from parsers.files.page import Line, Page, ReadBy
from parsers.identifiers import check_citizen_id
from parsers.names import fold_person

_FRONT: Final = re.compile("公民身份|姓名|住址|民族|出生")
_BACK: Final = re.compile("居民身份证|签发机关|有效期限|中华人民共和国")
_NUMBER: Final = re.compile(r"(?<![\dA-Za-z])(?:\d ?){17}[\dXx×](?!\d)")
_NAME: Final = re.compile(r"姓 ?名")
_NO_NAME: Final = re.compile(r"中华|人民共和|身份|签发|公安|有效|期限|\d|^[男女汉]$")
_LABELS: Final = re.compile(r"性 ?别|民 ?族|出 ?生|住 ?址|公民身份")
_VALID: Final = re.compile(r"有效期限")
_DAY: Final = re.compile(r"\d{4} ?[.年/-] ?\d{1,2} ?[.月/-] ?\d{1,2}日?")
_LONG_TERM: Final = re.compile(r"长期")
_FAR: Final = "9999-12-31"  #: 长期: a card without an end


@dataclass(frozen=True, kw_only=True)
class IdentityCard(Document):
    """身份证扫描件: one or both sides."""

    front: Presence
    back: Presence
    name: Field | None = None
    citizen_id: Field | None = None
    valid_until: Field | None = None  #: ISO date; 长期 is 9999-12-31

    @property
    def fields(self) -> dict[str, Field]:
        named = {"engineer": self.name, "citizen_id": self.citizen_id, "valid_until": self.valid_until}
        return {key: field for key, field in named.items() if field is not None}


def read_card(file: str, position: int, pages: Sequence[Page]) -> IdentityCard:
    """The card on these pages; sides that stand on other pages or files are other documents."""
    text = "".join(page_text(page) for page in pages)
    read = [(page, level(page)) for page in pages]
    return IdentityCard(
        DocumentKind.IDENTITY_CARD,
        file,
        position,
        tuple(page.number for page in pages),
        pages[0].read_by,
        sum(page.seconds for page in pages),
        front=_side(_FRONT, text),
        back=_side(_BACK, text),
        name=_first(read_name(page, lines) for page, lines in read),
        citizen_id=_first(read_citizen_id(page, lines) for page, lines in read),
        valid_until=_first(read_valid_until(page, lines) for page, lines in read),
    )


def _side(words: re.Pattern[str], text: str) -> Presence:
    """Two of a side's words are proof of it; one alone may be a stray."""
    seen = len(set(words.findall(text)))
    return Presence.PRESENT if seen >= 2 else Presence.UNCLEAR if seen else Presence.ABSENT


def read_name(page: Page, lines: Sequence[Line]) -> Field | None:
    """姓名 on the card."""
    found = beside(lines, _NAME, _LABELS)
    if found is None:
        return None
    value = fold_person(re.sub(r"[^\w·•.]", "", found.text))
    if _NO_NAME.search(value):
        return None  # the other side lies beside it, and the name itself was not read
    # The number vouches for the card, nothing vouches for the name: from pixels it stays unsure.
    return _field(page, found, value, certain=page.read_by is ReadBy.TEXT) if value else None


def read_citizen_id(page: Page, lines: Sequence[Line]) -> Field | None:
    """The number; one with a right check digit before any other."""
    found: list[tuple[bool, Field]] = []
    for line in lines:
        for match, box in spans(line, _NUMBER):
            checked = check_citizen_id(match.group())
            certain = checked.valid or page.read_by is ReadBy.TEXT
            found.append((checked.valid, replace(_field(page, line, checked.value, certain=certain), box=box)))
    return max(found, key=lambda one: one[0], default=(False, None))[1]


def read_valid_until(page: Page, lines: Sequence[Line]) -> Field | None:
    line = beside(lines, _VALID)
    if line is None:
        return None
    if _LONG_TERM.search(line.text):
        return _field(page, line, _FAR, certain=True)
    # Both dates one by one: a hyphen between them would else pass for a part of the first.
    days = [parse_date(part.group()) for part in _DAY.finditer(line.text)]
    if len(days) != 2 or days[0] is None or days[1] is None or not _is_a_term(days[0], days[1]):
        return None
    return _field(page, line, days[1].isoformat(), certain=True)


def _is_a_term(since: date, until: date) -> bool:
    """Cards run 5, 10 or 20 years to the day (居民身份证法 art. 5): two dates that agree so were read right."""
    if (since.month, since.day) == (2, 29) and (until.month, until.day) in {(2, 28), (3, 1)}:
        return until.year - since.year in {5, 10, 20}
    return until.year - since.year in {5, 10, 20} and (since.month, since.day) == (until.month, until.day)


def _field(page: Page, line: Line, value: str, *, certain: bool) -> Field:
    return Field(value, line.confidence, certain, page.number, line.box, page.read_by)


def _first(fields: Iterable[Field | None]) -> Field | None:
    return next((field for field in fields if field is not None), None)
