"""For which months does a certificate say that pension insurance (养老保险) was paid?"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from parsers.documents.lines import words
from parsers.documents.social_insurance_grid import Ink, grid_of_years
from parsers.documents.social_insurance_rows import rows_of_months
from parsers.documents.social_insurance_sentence import spans_in_words
from parsers.documents.social_insurance_spans import spans_of_months
from parsers.documents.social_insurance_table import (
    INSURANCE,
    Month,
    Stated,
    Token,
    heads_above,
    tokens_of,
    whole_months,
)
from parsers.documents.social_insurance_years import months_without_year
from parsers.files.page import Box, Line

_TOTAL: Final = re.compile(r"(?:合计|累计|共计|总计|总月数|月数)[^\d]{0,10}?(\d{1,3}) ?个?月")


@dataclass(frozen=True)
class PaidMonths:
    """What the tables say of 养老保险."""

    paid: tuple[Month, ...] = ()
    unpaid: tuple[Month, ...] = ()  #: months that stand there as not paid
    total: int | None = None  #: number of months as printed
    certain: bool = False  #: nothing in doubt: a text layer or a count that agrees
    unsure: tuple[Month, ...] = ()  #: months that stand there, but whether paid could not be read
    others: bool = False  #: months of other insurances stand there, and 养老保险 nowhere

    @property
    def count(self) -> int:
        """Months paid in all: a list of the last two years may stand beside a printed total of ten."""
        return max(len(self.paid), self.total or 0)


def _not_looked_at(place: Box) -> None:
    """No picture."""


def read_months(pages: Sequence[Sequence[Line]], *, from_text: bool, ink: Ink = _not_looked_at) -> PaidMonths:
    """`pages` are levelled lines of each page of one certificate; `from_text`: no letter can be misread.

    `ink` looks at the sheets as one long page, a sheet a unit high.
    """
    found = Stated(counted=True)
    lines = _one_below_the_other(pages)
    table = whole_months(words(lines))
    total = _total(table)
    _gather(table, spans_in_words(lines), found, from_text=from_text, ink=ink)
    paid = found.paid - found.unpaid - found.unsure
    agrees = total is not None and total == len(paid)
    certain = bool(paid or found.unpaid) and not found.unsure and (from_text or agrees or found.counted)
    if total is not None and total < len(paid):
        certain = False  # the table was read to say more than the paper itself
    unpaid, unsure = tuple(sorted(found.unpaid)), tuple(sorted(found.unsure))
    if not paid and not unpaid and _names_others_alone(lines) and tokens_of(table):
        return PaidMonths(others=True)
    return PaidMonths(tuple(sorted(paid)), unpaid, total, certain, unsure)


def _names_others_alone(lines: Iterable[Line]) -> bool:
    named = {kind for line in lines for kind in INSURANCE.findall(line.text)}
    return bool(named) and "养老" not in named


def _one_below_the_other(pages: Sequence[Sequence[Line]]) -> list[Line]:
    """The sheets as one long page: a table that goes over the leaf keeps the heads of its columns."""
    return [
        replace(line, box=replace(line.box, top=line.box.top + number, bottom=line.box.bottom + number))
        for number, lines in enumerate(pages)
        for line in lines
    ]


def _gather(table: Sequence[Line], worded: Sequence[Stated], found: Stated, *, from_text: bool, ink: Ink) -> None:
    if grid := grid_of_years(table, ink):
        _merge(found, grid)
        return
    tokens = tokens_of(table)
    if worded and not _is_headed(table, tokens):
        for one in worded:
            _merge(found, one)
        return
    ranges, ranged = spans_of_months(table, tokens)
    listed = rows_of_months(
        table, [token for token in tokens if token not in ranged] + months_without_year(table), from_text, ink
    )
    if listed is not None:
        # Rows of single months know better than the span over them: what they leave out was not paid.
        first, last = min(listed.named), max(listed.named)
        for one in ranges:
            one.paid = {month for month in one.paid if not first <= month <= last}
        _merge(found, listed)
    for one in ranges:
        _merge(found, one)


def _is_headed(table: Sequence[Line], tokens: Sequence[Token]) -> bool:
    """Do the months stand in a table, under heads?"""
    first = min(tokens, key=lambda token: token.box.middle[1], default=None)
    return first is not None and len(heads_above(table, first.box)) > 1


def _merge(found: Stated, more: Stated) -> None:
    found.paid |= more.paid
    found.unpaid |= more.unpaid
    found.unsure |= more.unsure
    found.counted = found.counted and more.counted


def _total(table: Iterable[Line]) -> int | None:
    """缴费月数合计：12个月."""
    for line in table:
        if found := _TOTAL.search(line.text):
            return int(found[1])
    return None
