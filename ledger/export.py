"""How does the 工作台账 leave as a file, safely and the same each time?

XLSX with the sheets 台账, 事项, 往来邮件, 统计 and 问题与意见; CSV with the first of them. Rows are streamed: 100,000
cases need no more memory than a page of them. Applicants' words are never formulas (C9). The same rows give the same
bytes.
"""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ledger.book import CASES, CONCERNS, EXCHANGES, ITEMS, Column, ExchangeRow, View, items
from ledger.durable import replacing
from ledger.overview import CaseRecord, Concern
from ledger.workbook import Sheet, Value, local, safe, workbook

_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_REMEMBERED: Final = 20_000  #: words whose masked form is kept at hand: firms and projects come again and again

_ORDINAL: Final = "序号"
#: One line of the sheet 统计: of what, which figure, its value.
Figure = tuple[str, str, Value]
_FIGURES: Final = (("类别", "指标", "数值"), (44, 40, 16))


def export_xlsx(
    path: Path,
    records: Iterable[CaseRecord],
    *,
    view: View | None = None,
    figures: Sequence[Figure] = (),
    concerns: Iterable[Concern] = (),
) -> int:
    """Write the workbook; how many cases."""
    shown = _remembering(view or View())
    count = 0
    with workbook(path, _sheets()) as (cases, found, mails, told, asked):
        for count, record in enumerate(records, start=1):
            cases.append([count, *(column.value(record, shown) for column in CASES)])
            for item in items(record):
                found.append([column.value(item, shown) for column in ITEMS])
            for exchange in record.exchanges:
                row = ExchangeRow(record, exchange)
                mails.append([column.value(row, shown) for column in EXCHANGES])
        _append_all(told, figures)
        _append_all(asked, ([column.value(one, shown) for column in CONCERNS] for one in concerns))
    return count


def export_csv(path: Path, records: Iterable[CaseRecord], *, view: View | None = None) -> int:
    """The sheet 台账 as CSV: UTF-8 with BOM for spreadsheets, a leading ' where a cell could be taken for a formula."""
    shown = _remembering(view or View())
    count = 0
    with replacing(path) as target:
        text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow(titles())
        for count, record in enumerate(records, start=1):
            writer.writerow([count, *(_csv_cell(column.value(record, shown)) for column in CASES)])
        text.flush()
        text.detach()
    return count


def titles() -> Sequence[str]:
    """The titles of the sheet 台账 in their order."""
    return [_ORDINAL, *(column.title for column in CASES)]


def _sheets() -> list[tuple[str, Sequence[str], Sequence[int], str]]:
    def sheet(name: str, columns: Sequence[Column[Any]]) -> tuple[str, Sequence[str], Sequence[int], str]:
        return name, [column.title for column in columns], [column.width for column in columns], "B2"

    name, _, widths, _ = sheet("台账", CASES)
    cases = (name, titles(), [6, *widths], "C2")
    return [
        cases,
        sheet("事项", ITEMS),
        sheet("往来邮件", EXCHANGES),
        ("统计", *_FIGURES, "A2"),
        sheet("问题与意见", CONCERNS),
    ]


def _append_all(sheet: Sheet, rows: Iterable[Sequence[Value]]) -> None:
    for row in rows:
        sheet.append(row)


def _remembering(view: View) -> View:
    """The same view, asked once for each word."""

    def kept(ask: Callable[..., str]) -> Callable[..., str]:
        return lru_cache(_REMEMBERED)(ask)

    return replace(view, label=kept(view.label), mask=kept(view.mask), address=kept(view.address))


def _csv_cell(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            text = safe(value)
            return f"'{text}" if text.lstrip(" ").startswith(_FORMULA_SIGNS) else text
        case datetime():
            return local(value).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case _:
            return str(value)
