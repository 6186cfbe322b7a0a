"""Who works on the section, as what and since when: the rows of 履约人员信息?

Told by what stands in the cells, not by their columns: crops lose the heads, skins move them.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from parsers.dates import find_dates
from parsers.documents.lines import overlap
from parsers.documents.screenshot_cells import Token, joined, token_rows
from parsers.documents.screenshot_words import FIELD_OF
from parsers.files.page import Box
from parsers.names import POSTS, fold_person, fold_post, squeeze

_POST_WORDS: Final = re.compile("监理|总监|驻地|专监|总代|工程师")
_ENDINGS: Final = frozenset(post[start:] for post in POSTS for start in range(1, len(post)))
_NAME: Final = re.compile("[㐀-鿿豈-﫿\U00020000-\U000323af\ue000-\uf8ff·]{2,20}")
_NO_NAME: Final = re.compile(
    "(?:[共第].*[条页]|.*(?:时间|日期|信息|系统|工程|公司|查看|详情|合同|在岗|离岗|男|女)|至今|返回|关闭|打印|上一页|下一页)"
)
_UNTIL_NOW: Final = re.compile("至?今|至?现在|在岗")
_GAP: Final = 1.0


@dataclass(frozen=True)
class Row:
    """One line of the list before it is judged; texts with their place and the engine's confidence."""

    person: tuple[str, Box, float]
    post: tuple[str, Box, float] | None
    dates: tuple[str, Box, float] | None
    until_now: bool


def personnel_head(found: Sequence[Token]) -> tuple[Token, ...]:
    """The row of heads of the list, empty when it was cut off."""
    for row in token_rows(found):
        fields = {FIELD_OF[token.text] for token in row if token.label}
        if {"person", "post"} <= fields and len(fields) >= len(row) - 1 and fields & {"period", "started_on", None}:
            return tuple(token for token in row if token.label)
    return ()


def personnel_rows(found: Sequence[Token]) -> tuple[Row, ...]:
    """The list's rows among the tokens below its heads, or among all when the heads were cut off."""
    lines = token_rows(token for token in found if not token.label)
    anchors = [list(line) for line in lines if _is_whole(line)]
    for line in lines:
        if not _is_whole(line) and (nearest := _nearest(line, anchors)) is not None:
            nearest.extend(line)
    return tuple(row for anchor in anchors if (row := _read(anchor)) is not None)


def _is_whole(row: Iterable[Token]) -> bool:
    """A row that names a person and says something of him; fragments of wrapped cells do not."""
    items = [item for token in row for item in _items(token)]
    return any(map(_is_name, items)) and any(find_dates(item) or _is_post(item) or item.isdecimal() for item in items)


def _nearest(row: Sequence[Token], anchors: Sequence[list[Token]]) -> list[Token] | None:
    """The whole row to which wrapped lines belong; the upper one when both are as near."""

    def distance(anchor: list[Token]) -> float:
        return min(abs(token.box.middle[1] - part.box.middle[1]) for token in anchor for part in row)

    near = min(anchors, key=distance, default=None)
    return near if near is not None and distance(near) < (1 + _GAP) * row[0].box.height else None


def _read(tokens: Sequence[Token]) -> Row | None:
    person = post = None
    dates: list[tuple[str, Box, float]] = []
    until_now = False
    for text, box, confidence in _columns(tokens):
        rest = text
        if find_dates(text) or _UNTIL_NOW.search(text):
            dates.append((text, box, confidence))
            until_now = until_now or bool(_UNTIL_NOW.search(text))
            rest = text[: min((found.start for found in find_dates(text)), default=len(text) if _is_name(text) else 0)]
        for item in [rest] if fold_post(rest) else rest.split():
            if _is_post(item):
                post = _better_post(post, (squeeze(item), box, confidence))
            elif _is_name(item) and not _UNTIL_NOW.fullmatch(item):
                person = person or (fold_person(item), box, confidence)
    if person is None:
        return None
    when = (" ".join(text for text, _, _ in dates), dates[0][1], min(one[2] for one in dates)) if dates else None
    return Row(person, post, when, until_now)


def _better_post(one: tuple[str, Box, float] | None, other: tuple[str, Box, float]) -> tuple[str, Box, float]:
    """The one of the closed list; 工程师 or 高级工程师 beside it is a 职称."""
    return other if one is None or (fold_post(one[0]) is None and fold_post(other[0]) is not None) else one


def _columns(tokens: Iterable[Token]) -> list[tuple[str, Box, float]]:
    """The cells of one row from left to right, wrapped ones put together."""
    columns: list[list[Token]] = []
    for token in sorted(tokens, key=lambda token: token.box.left):
        home = next((column for column in columns if any(overlap(token.box, part.box) > 0.3 for part in column)), None)
        if home is None:
            columns.append([token])
        else:
            home.append(token)
    return [joined(column) for column in columns]


def _items(token: Token) -> list[str]:
    return token.text.split() or [token.text]


def _is_post(text: str) -> bool:
    return fold_post(text) is not None or (bool(_POST_WORDS.search(text)) and not text.endswith(("公司", "系统", "段")))


def _is_name(text: str) -> bool:
    name = fold_person(text)
    return bool(
        _NAME.fullmatch(name) and not _POST_WORDS.search(name) and name not in _ENDINGS and not _NO_NAME.fullmatch(name)
    )
