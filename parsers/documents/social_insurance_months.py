"""For which months does a certificate say that pension insurance (养老保险) was paid?"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from parsers.documents.lines import words
from parsers.documents.social_insurance_grid import grid_of_years
from parsers.documents.social_insurance_rows import rows_of_months
from parsers.documents.social_insurance_spans import spans_of_months
from parsers.documents.social_insurance_table import Month, Stated, tokens_in_two_columns, tokens_of, whole_months
from parsers.files.page import Line

_TOTAL: Final = re.compile(r"(?:合计|累计|共计|总计|总月数|月数)[^\d]{0,10}?(\d{1,3}) ?个?月")


@dataclass(frozen=True)
class PaidMonths:
    """What the tables say of 养老保险."""

    paid: tuple[Month, ...] = ()
    unpaid: tuple[Month, ...] = ()  #: months that stand there as not paid
    total: int | None = None  #: number of months as printed
    certain: bool = False  #: nothing in doubt: a text layer or a count that agrees

    @property
    def count(self) -> int:
        """Months paid in all: a list of the last two years may stand beside a printed total of ten."""
        return max(len(self.paid), self.total or 0)


def read_months(pages: Sequence[Sequence[Line]], *, from_text: bool) -> PaidMonths:
    """`pages` are levelled lines of each page of one certificate; `from_text`: no letter can be misread."""
    found = Stated(counted=True)
    total: int | None = None
    for lines in pages:
        table = whole_months(words(lines))
        total = _total(table) or total
        _gather(table, found, from_text=from_text)
    paid = found.paid - found.unpaid - found.unsure
    agrees = total is not None and total == len(paid)
    certain = bool(paid or found.unpaid) and not found.unsure and (from_text or agrees or found.counted)
    if total is not None and total < len(paid):
        certain = False  # the table was read to say more than the paper itself
    return PaidMonths(tuple(sorted(paid)), tuple(sorted(found.unpaid)), total, certain)


def _gather(table: Sequence[Line], found: Stated, *, from_text: bool) -> None:
    if grid := grid_of_years(table):
        _merge(found, grid)
        return
    tokens = tokens_of(table)
    ranges, ranged = spans_of_months(table, tokens)
    listed = rows_of_months(
        table, [token for token in tokens if token not in ranged] + tokens_in_two_columns(table), from_text
    )
    if listed is not None:
        # Rows of single months know better than the span over them: what they leave out was not paid.
        first, last = min(listed.named), max(listed.named)
        for one in ranges:
            one.paid = {month for month in one.paid if not first <= month <= last}
        _merge(found, listed)
    for one in ranges:
        _merge(found, one)


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
