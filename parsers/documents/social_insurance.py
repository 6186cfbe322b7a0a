"""What does a certificate of insurance say: whose, which kind, which months, by which employer?"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from parsers.dates import find_dates
from parsers.documents.document import Document, DocumentKind, Field
from parsers.documents.lines import beside, level, same_row, spans, words, wrapped
from parsers.documents.social_insurance_months import PaidMonths, read_months
from parsers.documents.social_insurance_title import Title, Variety, read_title
from parsers.files.page import Line, Page, ReadBy
from parsers.identifiers import check_citizen_id
from parsers.names import fold_firm, fold_person, squeeze

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
_EMPLOYER_LABEL: Final = re.compile(
    r"(?:现|当前)?(?:参保|工作|缴费)单位(?:名称|全称)?(?:[:：]|$| )|(?<!.)单位(?:名称|全称)[:：]"
)
_FIRM_END: Final = re.compile(
    r"(?:公司|集团|中心|院|所|局|处|厂|社|站|行|会|部|大学|学校)(?:[(（][^()（）]{1,12}[)）])?$"
)
_FIRM_GOES_ON: Final = re.compile(r"[()（）]|集团|有限|责任|股份|限(?:责任)?公司|公司$")
_FIRM_LINE: Final = re.compile(r"[\u4e00-\u9fff()（）〔〕]{4,40}")
_FIRM_STOP: Final = re.compile(r"(?:参保|缴费)(?:状态|地|基数)|统一社会|单位编号|\d{6,}|在我市")
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


def read_certificate(file: str, position: int, pages: Sequence[Page]) -> SocialInsuranceCertificate:
    """The certificate on these pages, whatever its layout: month rows, spans, or a grid of years."""
    sheets = [(page, level(page)) for page in pages]
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
        present_employer=_first(_labelled_employer(page, lines) for page, lines in sheets),
        employers=_employers(sheets),
        months=read_months([lines for _, lines in sheets], from_text=from_text),
        printed_on=_first(_printed_on(page, lines) for page, lines in reversed(sheets)),
        code=_first(_code(page, lines) for page, lines in sheets),
        status=_first(_status(page, lines) for page, lines in sheets),
    )


def _person(page: Page, lines: Sequence[Line]) -> Field | None:
    for line in lines:
        if found := _CERTIFIED.search(line.text):
            return _field(page, line, fold_person(found["name"]))
    found_cell = beside(lines, _NAME, _LABELS)
    if found_cell is None:
        return None
    value = fold_person(re.sub(r"[^\w·•.・]", "", found_cell.text))
    return _field(page, found_cell, value) if 2 <= len(value) <= 40 and not value.isdecimal() else None


def _citizen_id(page: Page, lines: Sequence[Line]) -> Field | None:
    """The number, one with a right check digit first. Two lines of one cell are one number."""
    found: list[tuple[bool, Field]] = []
    for line in (*lines, *_joined_numbers(lines)):
        for match, box in spans(line, _NUMBER):
            checked = check_citizen_id(match.group())
            if checked.value.startswith(("91", "92", "93", "12")) and not checked.valid:
                continue  # a credit code that is all digits
            number = _field(page, line, checked.value, certain=checked.valid)
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


def _employers(sheets: Sequence[tuple[Page, Sequence[Line]]]) -> tuple[Field, ...]:
    """Every employer named: the labelled one first, then those of the rows, most frequent first.

    From pixels a name is certain when at least two readings of it agree.
    """
    labelled: list[tuple[str, Page, Line]] = []
    listed: list[tuple[str, Page, Line]] = []
    for page, lines in sheets:
        if cell := _employer_cell(lines):
            labelled.append((fold_firm(cell.text), page, cell))
        listed += [(name, page, line) for name, line in _firms_in_rows(words(lines))]
    times = Counter(name for name, _, _ in (*labelled, *listed))
    order = [*dict.fromkeys(name for name, _, _ in labelled)]
    order += [name for name, _ in Counter(name for name, _, _ in listed).most_common() if name not in order]
    by_name = {name: (page, line) for name, page, line in (*listed, *labelled)}
    return tuple(_field(*by_name[name], name, certain=times[name] >= 2) for name in order)


def _labelled_employer(page: Page, lines: Sequence[Line]) -> Field | None:
    cell = _employer_cell(lines)
    if cell is None:
        return None
    name = fold_firm(cell.text)
    return _field(page, cell, name, certain=any(name == other for other, _ in _firms_in_rows(words(lines))))


def _employer_cell(lines: Sequence[Line]) -> Line | None:
    cell = beside(lines, _EMPLOYER_LABEL, _FIRM_STOP)
    if cell is None:
        return None
    cell = _with_rest(cell, lines)
    return cell if _is_whole(squeeze(cell.text)) else None


def _with_rest(cell: Line, lines: Sequence[Line]) -> Line:
    """The name with what the finder cut off it at a bracket and read as the next line of the same row."""
    for other in lines:
        beside_it = abs(other.box.left - cell.box.right) < other.box.height and same_row(cell.box, other.box)
        if other is not cell and beside_it and _FIRM_GOES_ON.match(squeeze(other.text)):
            return replace(cell, text=cell.text + other.text)
    return cell


def _firms_in_rows(lines: Sequence[Line]) -> Iterable[tuple[str, Line]]:
    """Firms of the table's rows, wrapped cells joined; a cell's second line begins no name of its own."""
    taken: set[int] = set()
    for line in lines:
        text = squeeze(line.text)
        if id(line) in taken or not _FIRM_LINE.fullmatch(text) or re.search("社会保险|人力资源|说明|证明|公积金", text):
            continue
        if _FIRM_GOES_ON.match(text):
            continue  # the second line of a cell whose first was not found above it
        whole = _with_next(line, lines, taken)
        if whole and len(whole) >= 6 and _FIRM_END.search(whole) and re.search("公司|集团|中心|院|局|厂", whole):
            yield fold_firm(whole), line


def _with_next(line: Line, lines: Sequence[Line], taken: set[int]) -> str:
    """The name with its next one or two lines in the same cell, up to where a firm's name can end.

    A cell may break after a word with which another name could end: 集团 before ）有限公司.
    """
    text, last = squeeze(line.text), line
    for _ in range(2):
        below = [
            other
            for other in lines
            if other is not last
            and 0.3 * last.box.height < other.box.middle[1] - last.box.middle[1] < 1.6 * last.box.height
            and line.box.left - 0.02 <= other.box.left
            and other.box.right <= line.box.right + 0.02
            and re.fullmatch(r"[\u4e00-\u9fff()（）]{1,30}", squeeze(other.text))
        ]
        following = min(below, key=lambda other: other.box.middle[1], default=None)
        if following is None or (_is_whole(text) and not _FIRM_GOES_ON.match(squeeze(following.text))):
            return text
        last = following
        taken.add(id(last))
        text += squeeze(last.text)
    return text


def _is_whole(name: str) -> bool:
    return bool(_FIRM_END.search(name)) and _open_brackets(name) == 0


def _open_brackets(name: str) -> int:
    return sum(name.count(sign) for sign in "(（") - sum(name.count(sign) for sign in ")）")


def _printed_on(page: Page, lines: Sequence[Line]) -> Field | None:
    """The labelled date of printing, else the last whole date that stands alone on its line."""
    cell = beside(lines, _PRINTED)
    if cell is not None and (days := _days(cell.text)):
        return _field(page, cell, days[0], certain=page.read_by is ReadBy.TEXT)
    alone = [(line, days[0]) for line in lines if len(days := _days(line.text)) == 1 and len(squeeze(line.text)) <= 13]
    return _field(page, *alone[-1], certain=page.read_by is ReadBy.TEXT) if alone else None


def _days(text: str) -> list[str]:
    apart = _CLOCK_TIME.sub(r"\1 ", text)
    return [whole.isoformat() for one in find_dates(apart) if (whole := one.whole)]


def _code(page: Page, lines: Sequence[Line]) -> Field | None:
    for line in lines:
        for match, _ in spans(line, _CODE):
            if value := _CODE_VALUE.match(line.text[match.end() :].upper()):
                return _field(page, line, value.group().replace(" ", ""))
    return None


def _status(page: Page, lines: Sequence[Line]) -> Field | None:
    cell = beside(lines, _STATUS)
    value = _STATUS_VALUE.search(squeeze(cell.text)) if cell else None
    if cell is not None and value:
        return _field(page, cell, value.group())
    for line in lines:
        if line.text[:1] in _STATUS_BEGINS and (value := _STATUS_VALUE.fullmatch(wrapped(line, lines))):
            return _field(page, line, value.group())
    return None


def _field(page: Page, line: Line, value: str, *, certain: bool = False) -> Field:
    """From a text layer every letter is certain; from pixels only what is vouched for."""
    sure = certain or page.read_by is ReadBy.TEXT
    return Field(value, line.confidence, sure, page.number, line.box, page.read_by)


def _first(fields: Iterable[Field | None]) -> Field | None:
    return next((value for value in fields if value is not None), None)
