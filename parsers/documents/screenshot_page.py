"""Which values, status words and people does one page of either system show, and how surely?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from parsers.dates import find_dates, parse_date
from parsers.documents.document import DocumentKind, Field
from parsers.documents.lines import page_text, same_row
from parsers.documents.screenshot_cells import BUTTON, Cell, Token, cells, tokens
from parsers.documents.screenshot_personnel import Row, personnel_head, personnel_rows
from parsers.documents.screenshot_words import Status, action_of, is_some_status, status_in_sentence, status_of
from parsers.files.page import Box, Page, ReadBy
from parsers.identifiers import check_citizen_id
from parsers.names import fold_person, fold_post, squeeze

DATES: Final = ("started_on", "ended_on", "left_on", "submitted_on", "completed_on", "commenced_on")
_FIRM: Final = re.compile(r".{2,}(?:公司|集团|院|中心|事务所|监理所|站)(?:[((].{1,12}[))])?$")
_FIRM_HEADING: Final = re.compile(r"(?P<firm>.{3,}(?:公司|院|中心|集团|所))(?:企业)?业绩信息")
_ACTION_HEADING: Final = re.compile("业绩登记(?:新增|更新|变更|截止|注销)(?:申请)?")
_PERSON: Final = re.compile("[㐀-鿿豈-﫿\U00020000-\U000323af\ue000-\uf8ff·A-Z]{2,30}")
_OF_ENTRY: Final = frozenset({"person", "firm", "project", "section", "post"})
#: From this confidence on a page that is clear throughout a short word of a known set counts as read.
_SURE: Final = 0.9


@dataclass(frozen=True)
class Tenure:
    """One row of 履约人员信息: who, as what, since when and until when."""

    person: Field
    post: Field | None
    started_on: Field | None  #: ISO date
    ended_on: Field | None  #: ISO date; may be planned and lie in the future (D40)
    until_now: bool  #: the page itself says 至今


class PageReader:
    """One page with what its parts have in common."""

    def __init__(self, kind: DocumentKind, page: Page) -> None:
        self.kind = kind
        self.page = page
        self.text = page_text(page)
        self.clear = _is_clear(page)
        found = tokens(page)
        head = personnel_head(found) if kind is DocumentKind.MUNICIPAL_SCREENSHOT else ()
        line = max((token.box.bottom for token in head), default=1.0)
        self.listed: tuple[Token, ...] = (
            tuple(token for token in found if token.box.middle[1] > line) if head else self._unheaded(found)
        )
        self.above = tuple(token for token in found if token not in head and token not in self.listed)
        self.cells = cells(self.above)

    def values(self) -> dict[str, Field]:
        found: dict[str, Field] = {}
        for cell in self.cells:
            if cell.field is None or cell.field in found or not cell.text:
                continue
            if (value := self._value(cell.field, cell)) is not None:
                found[cell.field] = value
        if "firm" not in found and (heading := self._firm_heading()) is not None:
            found["firm"] = heading
        if (period := found.pop("period", None)) is not None:
            days = [day.whole.isoformat() for day in find_dates(period.value) if day.whole]
            for key, day in zip(("started_on", "ended_on"), days, strict=False):
                found.setdefault(key, replace(period, value=day))
        action = found.pop("registration", None)
        if action is not None and (verb := action_of(action.value)):
            found["action"] = replace(action, value=verb)
        elif (heading := self._action_heading()) is not None:
            found["action"] = heading
        user = found.pop("user", None)
        found.pop("status", None)
        person = found.get("person")
        if person and user and user.value == person.value:
            twice = min(person.confidence, user.confidence) >= _SURE and self.clear
            found["person"] = replace(person, certain=person.certain or twice)
        return found

    def personnel(self) -> list[Tenure]:
        if self.kind is not DocumentKind.MUNICIPAL_SCREENSHOT:
            return []
        return [self._tenure(row) for row in personnel_rows(self.listed)]

    def statuses(self) -> list[tuple[Status, Field]]:
        """Status words beside a 状态 label; else badges that stand alone; else what a sentence says, unsure."""
        labelled = [
            (status, self._field(cell.text, cell.box, cell.confidence, sure=True))
            for cell in self.cells
            if cell.field == "status" and (status := status_of(cell.text, self.kind, labelled=True))
        ]
        if labelled:
            return labelled
        badges = [
            (status, self._field(token.text, token.box, token.confidence, sure=self._is_alone(token)))
            for token in self.above
            if not token.label and (status := status_of(token.text, self.kind, labelled=False))
        ]
        if badges or (badges := self._words_alone()):
            return badges
        sentences = [
            (said[0], self._field(said[1], token.box, token.confidence, sure=said[0] is Status.DONE))
            for token in self.above
            if not token.label and (said := status_in_sentence(token.text))
        ]
        return sentences or self._unknown_words()

    def _unknown_words(self) -> list[tuple[Status, Field]]:
        """A state that no table holds, beside its label: not the one asked for, and a person reads it."""
        return [
            (Status.CONTRARY, replace(self._field(cell.text, cell.box, cell.confidence, sure=False), certain=False))
            for cell in self.cells
            if cell.field == "status" and is_some_status(cell.text)
        ]

    def _words_alone(self) -> list[tuple[Status, Field]]:
        """Words that may be buttons too (草稿): above the entry, with neither a button nor another such word in their
        row, they tell where the entry stands."""
        entry = min((cell.box.top for cell in self.cells if cell.field in _OF_ENTRY), default=0.0)
        return [
            (status, self._field(token.text, token.box, token.confidence, sure=True))
            for token in self.above
            if not token.label
            and token.box.bottom < entry
            and (status := status_of(token.text, self.kind, labelled=True))
            and self._is_alone(token)
        ]

    def _is_alone(self, token: Token) -> bool:
        """Neither among buttons nor one of the tabs of a list (全部, 草稿, 已退回)."""
        row = [other for other in self.above if other is not token and same_row(other.box, token.box)]
        return not any(BUTTON.fullmatch(one.text) or status_of(one.text, self.kind, labelled=True) for one in row)

    def _unheaded(self, found: Sequence[Token]) -> tuple[Token, ...]:
        """The rows of a list whose heads were cut off: those that hold a post, a name and a date."""
        if self.kind is not DocumentKind.MUNICIPAL_SCREENSHOT:
            return ()
        rows = [row for row in personnel_rows(found) if row.post and row.dates]
        top = min((row.person[1].top for row in rows), default=1.0)
        return tuple(token for token in found if token.box.bottom > top)

    def _value(self, key: str, cell: Cell) -> Field | None:
        """The cell's text if it can be such a value at all; menus and buttons cannot."""
        text = squeeze(cell.text)
        if key in DATES:
            day = parse_date(cell.text)
            return self._field(day.isoformat(), cell.box, cell.confidence, sure=True) if day else None
        if key == "period":
            return self._field(cell.text, cell.box, cell.confidence, sure=True)
        if key in {"person", "user"}:
            name = fold_person(text)
            return self._read(name, cell) if _PERSON.fullmatch(name) else None
        if key == "firm":
            return self._read(text, cell) if _FIRM.fullmatch(text) else None
        if key == "post":
            post = self._field(text, cell.box, cell.confidence, sure=fold_post(text) is not None)
            return post if fold_post(text) or re.search("监理|总监|驻地", text) else None
        if key == "citizen_id":
            return self._field(text, cell.box, cell.confidence, sure=check_citizen_id(text).valid)
        if key in {"registration", "state"}:
            return self._field(text, cell.box, cell.confidence, sure=True)
        return self._read(text, cell)

    def _read(self, text: str, cell: Cell) -> Field:
        """A name: certain where the page says it twice, as no check digit guards it."""
        return self._field(text, cell.box, cell.confidence, sure=self.text.count(squeeze(text)) > 1)

    def _field(self, value: str, box: Box, confidence: float, *, sure: bool) -> Field:
        certain = self.page.read_by is ReadBy.TEXT or (sure and self.clear and confidence >= _SURE)
        return Field(value, confidence, certain, self.page.number, box, self.page.read_by)

    def _firm_heading(self) -> Field | None:
        for token in self.above:
            if match := _FIRM_HEADING.search(squeeze(token.text)):
                return self._field(match["firm"], token.box, token.confidence, sure=self.text.count(match["firm"]) > 1)
        return None

    def _action_heading(self) -> Field | None:
        """业绩登记新增 as a heading of its own, where only one of the three stands so."""
        named = [token for token in self.above if _ACTION_HEADING.fullmatch(squeeze(token.text))]
        verbs = {action_of(token.text) for token in named}
        if len(verbs) != 1 or (verb := verbs.pop()) is None:
            return None
        return self._field(verb, named[0].box, named[0].confidence, sure=True)

    def _tenure(self, row: Row) -> Tenure:
        days = [day for day in find_dates(row.dates[0]) if day.whole] if row.dates else []
        started, ended = (
            self._field(day.whole.isoformat(), row.dates[1], row.dates[2], sure=True)
            if row.dates and day and day.whole
            else None
            for day in (days[0] if days else None, days[1] if len(days) > 1 else None)
        )
        name, box, confidence = row.person
        return Tenure(
            person=self._field(name, box, confidence, sure=self.text.count(name) > 1),
            post=self._field(*row.post, sure=fold_post(row.post[0]) is not None) if row.post else None,
            started_on=started,
            ended_on=ended,
            until_now=row.until_now,
        )


def _is_clear(page: Page) -> bool:
    """A screenshot proper or a good scan of one: nearly every line read with confidence. Photographs are not."""
    if page.read_by is ReadBy.TEXT:
        return True
    confidences = [line.confidence for line in page.lines]
    return page.legible and bool(confidences) and sum(one >= _SURE for one in confidences) >= 0.85 * len(confidences)
