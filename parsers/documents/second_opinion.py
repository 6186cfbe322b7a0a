"""Which names, firms and dates that were read once from pixels does a second engine read alike?

Two engines that agree are two readings, as a name that a page says twice is. The second one is the weaker: it vouches
for what was read and never contradicts it, and it is not asked about numbers or wording at all.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final, TypeAlias

from parsers.dates import find_dates
from parsers.documents.document import Field, FileRead
from parsers.files.ocr import Grey, red_channel
from parsers.files.page import ReadBy
from parsers.files.sheet import Picture
from parsers.names import fold, squeeze

Ask: TypeAlias = Callable[[Sequence[Grey]], Sequence[str]]  #: pictures of single lines → what stands on them

_NAMES: Final = frozenset(
    {"name", "person", "engineer", "handler", "legal_representative", "firm", "employers", "present_employer"}
)
_DATES: Final = frozenset(
    {"date_field", "printed_on", "written_on", "valid_until", "started_on", "ended_on", "submitted_on", "completed_on"}
)
_MOST: Final = 24  #: values of one file; a list of people on a screen may hold more
_BRACKETS: Final = re.compile(r"[()〈〉<>\[\]〔〕]")
_PAD: Final = (0.5, 0.25)  #: of the value's height, beside it and above it


def with_second_opinion(read: FileRead, pictures: Mapping[int, Picture], ask: Ask) -> FileRead:
    """`read`, its weakly read names and dates certain where the second engine reads the same there.

    `pictures` are the upright pages by number.
    """
    unsure = _unsure(read, pictures)
    if not unsure:
        return read
    seen = ask([_cut(pictures[one.page], one) for one in unsure])
    agreed = {one for one, text in zip(unsure, seen, strict=True) if _says(text, one.value, unsure[one])}
    return _mapped(read, "", lambda name, one: replace(one, certain=True) if one in agreed else one)  # type: ignore[no-any-return]  # the same class comes back


def _unsure(read: FileRead, pictures: Mapping[int, Picture]) -> dict[Field, bool]:
    """Each with whether it is a date."""
    found: dict[Field, bool] = {}

    def note(name: str, one: Field) -> Field:
        named = name in _NAMES or name in _DATES
        if named and not one.certain and one.read_by is ReadBy.OCR and one.box and one.page in pictures:
            found[one] = name in _DATES
        return one

    _mapped(read, "", note)
    return dict(list(found.items())[:_MOST])


def _mapped(value: Any, name: str, change: Callable[[str, Field], Field]) -> Any:
    """The value with every field in it changed; a field is known by the name it is kept under."""
    match value:
        case Field():
            return change(name, value)
        case Mapping():
            return {key: _mapped(inner, str(key), change) for key, inner in value.items()}
        case tuple():
            return tuple(_mapped(inner, name, change) for inner in value)
        case _ if is_dataclass(value) and not isinstance(value, type):
            inner = {one.name: _mapped(getattr(value, one.name), one.name, change) for one in fields(value)}
            return replace(value, **inner)
        case _:
            return value


def _cut(picture: Picture, one: Field) -> Grey:
    assert one.box is not None
    high, wide = picture.shape[:2]
    tall = one.box.height * high
    left, right = one.box.left * wide - _PAD[0] * tall, one.box.right * wide + _PAD[0] * tall
    top, bottom = one.box.top * high - _PAD[1] * tall, one.box.bottom * high + _PAD[1] * tall
    part = picture[max(0, round(top)) : max(1, round(bottom)), max(0, round(left)) : max(1, round(right))]
    return red_channel(part)


def _says(text: str, value: str, is_date: bool) -> bool:
    if is_date:
        return any(day.whole is not None and day.whole.isoformat() == value for day in find_dates(text))
    return len(value) > 1 and _letters(value) in _letters(text)


def _letters(text: str) -> str:
    """Without brackets: the second engine drops the closing one of (集团) as often as not."""
    return _BRACKETS.sub("", squeeze(fold(text)))
