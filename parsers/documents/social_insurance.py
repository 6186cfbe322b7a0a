"""What does a certificate of insurance say: whose, which kind, which months, by which employer?"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Final

from parsers.dates import find_dates
from parsers.documents.document import Document, DocumentKind, Field, field_read
from parsers.documents.lines import beside, level, slope, spans, without_watermark, wrapped
from parsers.documents.marks_ink import InkMap
from parsers.documents.social_insurance_employers import employers, labelled_employer
from parsers.documents.social_insurance_grid import Ink
from parsers.documents.social_insurance_months import PaidMonths, read_months
from parsers.documents.social_insurance_sentence import sentences
from parsers.documents.social_insurance_title import Title, Variety, read_title
from parsers.files.page import Box, Line, Page, ReadBy
from parsers.files.sheet import Picture
from parsers.identifiers import check_citizen_id
from parsers.names import fold_person, squeeze

_NUMBER: Final = re.compile(r"(?<![\dA-Za-z])(?:\d ?){17}[\dXx×](?![\dA-Za-z])")
_HALF_NUMBER: Final = re.compile(r"(?<![\dA-Za-z])\d{12,17}$")
_NUMBER_REST: Final = re.compile(r"[\dXx]{1,6}")
_NAME: Final = re.compile(r"参保人(?:员)?(?:姓名)?(?:[:：]|$)|(?<!单位)姓 ?名|参保人(?!员)|兹证明")
_CERTIFIED: Final = re.compile(
    r"兹证明[:：]? *(?P<name>[^\s(（,，:：]{2,30}?)(?= *[(（,，]| |$|同志|在我|性别|社会|公民|身份)"
)
_LABELS: Final = re.compile(
    r"公民身份|身份证|社会保障号|性 ?别|证件|[(（]|个人编号|社保编号|参保地|参保状态|现参保|单位|出生|同志|民族|险种"
)
_PRINTED: Final = re.compile(r"(?:打印|出具|制表|生成|开具|查询|证明|经办)(?:日期|时间)|日期")
_CLOCK_TIME: Final = re.compile(r"(\d{4}[-/.]\d{2}[-/.]\d{2})(?=\d{2}:\d{2})")  #: OCR drops the space before a time
_CODE: Final = re.compile(r"(?:验证码|校验码|授权码|验证号码|(?:证明|表单)?(?:验证)?编号|查验码|防伪码)[:： ]*")
_CODE_VALUE: Final = re.compile(r"[0-9A-Z]{4,}(?:[- ]?[0-9A-Z]{2,})*")
_STATUS: Final = re.compile(r"(?:参保|缴费|人员)状态(?:[:：]|$| )")
_STATUS_VALUE: Final = re.compile(
    r"正常参保|参保缴费|正常缴费|在保|正常|暂停缴费|暂停参保|中断缴费|终止参保|停保|退休|中断|终止"
)
_STATUS_BEGINS: Final = frozenset("正参在暂中终停退")


@dataclass(frozen=True, kw_only=True)
class SocialInsuranceCertificate(Document):
    """社保证明. Never more than 待查验: a text layer can be forged in an hour (domain.md 0.11)."""

    title: Title
    person: Field | None = None
    citizen_id: Field | None = None
    present_employer: Field | None = None  #: 现参保单位, where the paper has such a cell
    employers: tuple[Field, ...] = ()  #: every employer named, the present one first
    months: PaidMonths = field(default_factory=PaidMonths)  #: of 养老保险
    printed_on: Field | None = None  #: ISO date
    code: Field | None = None
    status: Field | None = None

    @property
    def variety(self) -> Variety:
        return self.title.variety

    @property
    def continues(self) -> bool:
        """A later sheet of another certificate: months, but neither a title nor a person."""
        return not self.title.text and self.person is None and self.citizen_id is None

    @property
    def fields(self) -> dict[str, Field]:
        named = {
            "handler": self.person,
            "citizen_id": self.citizen_id,
            "employer": self.employers[0] if self.employers else None,
            "printed_on": self.printed_on,
            "code": self.code,
            "status": self.status,
            "variety": self._derived(self.title.variety, self.title.certain),
            "months": self._derived(",".join(self.months.paid), self.months.certain),
        }
        return {key: value for key, value in named.items() if value is not None}

    def _derived(self, value: str, certain: bool) -> Field | None:
        return Field(value, 1.0 if certain else 0.5, certain, self.pages[0], None, self.read_by) if value else None


def read_certificate(
    file: str, position: int, pages: Sequence[Page], pictures: Sequence[Picture | None] = ()
) -> SocialInsuranceCertificate:
    """The certificate on these pages, whatever its layout: month rows, spans, or a grid of years.

    `pictures` are the upright pages; a grid's marks are looked at besides being read.
    """
    sheets = [(page, without_watermark(level(page))) for page in pages]
    from_text = all(page.read_by is ReadBy.TEXT for page in pages)
    return SocialInsuranceCertificate(
        DocumentKind.SOCIAL_INSURANCE_CERTIFICATE,
        file,
        position,
        tuple(page.number for page in pages),
        pages[0].read_by,
        sum(page.seconds for page in pages),
        title=read_title(sheets[0][1]),
        person=_first(_person(page, lines) for page, lines in sheets),
        citizen_id=_first(_citizen_id(page, lines) for page, lines in sheets),
        present_employer=_first(labelled_employer(page, lines) for page, lines in sheets),
        employers=employers(sheets),
        months=read_months([lines for _, lines in sheets], from_text=from_text, ink=_ink_of(pages, pictures)),
        printed_on=_first(_printed_on(page, lines) for page, lines in reversed(sheets)),
        code=_first(_code(page, lines) for page, lines in sheets),
        status=_first(_status(page, lines) for page, lines in sheets),
    )


def _ink_of(pages: Sequence[Page], pictures: Sequence[Picture | None]) -> Ink:
    """How much ink stands at a place of the levelled sheets, laid one below the other."""

    @cache
    def sheet(number: int) -> tuple[InkMap, float] | None:
        picture = pictures[number] if number < len(pictures) else None
        return None if picture is None else (InkMap(picture), slope(pages[number]))

    def share(place: Box) -> float | None:
        number = int(place.middle[1])
        if (found := sheet(number)) is None:
            return None
        ink, sinking = found
        down = sinking * place.middle[0] - number
        return ink.share(replace(place, top=place.top + down, bottom=place.bottom + down))

    return share


def _person(page: Page, lines: Sequence[Line]) -> Field | None:
    for line in (*lines, *sentences(lines)):
        if found := _CERTIFIED.search(line.text):
            return field_read(page, line, fold_person(found["name"]))
    found_cell = beside(lines, _NAME, _LABELS)
    if found_cell is None:
        return None
    value = fold_person(re.sub(r"[^\w·•.・]", "", found_cell.text))
    return field_read(page, found_cell, value) if 2 <= len(value) <= 40 and not value.isdecimal() else None


def _citizen_id(page: Page, lines: Sequence[Line]) -> Field | None:
    """The number, one with a right check digit first. Two lines of one cell are one number."""
    found: list[tuple[bool, Field]] = []
    for line in (*lines, *_joined_numbers(lines), *sentences(lines)):
        for match, box in spans(line, _NUMBER):
            checked = check_citizen_id(match.group())
            if checked.value.startswith(("91", "92", "93", "12")) and not checked.valid:
                continue  # a credit code that is all digits
            number = field_read(page, line, checked.value, certain=checked.valid)
            found.append((checked.valid, replace(number, box=box)))
    return max(found, key=lambda one: one[0], default=(False, None))[1]


def _joined_numbers(lines: Sequence[Line]) -> Iterable[Line]:
    """Numbers whose last signs were pushed to the next line of their cell."""
    for upper in lines:
        if not _HALF_NUMBER.search(upper.text):
            continue
        for lower in lines:
            below = lower.box.middle[1] - upper.box.middle[1]
            if 0 < below < 1.6 * upper.box.height and _NUMBER_REST.fullmatch(lower.text):
                yield replace(upper, text=upper.text + lower.text)


def _printed_on(page: Page, lines: Sequence[Line]) -> Field | None:
    """The labelled date of printing, else the last whole date that stands alone on its line."""
    cell = beside(lines, _PRINTED)
    if cell is not None and (days := _days(cell.text)):
        return field_read(page, cell, days[0], certain=page.read_by is ReadBy.TEXT)
    alone = [(line, days[0]) for line in lines if len(days := _days(line.text)) == 1 and len(squeeze(line.text)) <= 13]
    return field_read(page, *alone[-1], certain=page.read_by is ReadBy.TEXT) if alone else None


def _days(text: str) -> list[str]:
    apart = _CLOCK_TIME.sub(r"\1 ", text)
    return [whole.isoformat() for one in find_dates(apart) if (whole := one.whole)]


def _code(page: Page, lines: Sequence[Line]) -> Field | None:
    for line in lines:
        for match, _ in spans(line, _CODE):
            if value := _CODE_VALUE.match(line.text[match.end() :].upper()):
                return field_read(page, line, value.group().replace(" ", ""))
    return None


def _status(page: Page, lines: Sequence[Line]) -> Field | None:
    cell = beside(lines, _STATUS)
    value = _STATUS_VALUE.search(squeeze(cell.text)) if cell else None
    if cell is not None and value:
        return field_read(page, cell, value.group())
    for line in lines:
        if line.text[:1] in _STATUS_BEGINS and (value := _STATUS_VALUE.fullmatch(wrapped(line, lines))):
            return field_read(page, line, value.group())
    return None


def _first(fields: Iterable[Field | None]) -> Field | None:
    return next((value for value in fields if value is not None), None)
