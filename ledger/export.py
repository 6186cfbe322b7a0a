"""How does the 工作台账 leave as a spreadsheet, safely and the same each time?

Applicants' words are never formulas (C9), control signs are replaced (C10), long numbers stay text (C11),
personal numbers
are masked by the caller's function. Rows are streamed: 100,000 need no more memory than a few. The same rows
give the same bytes: the workbook carries no time of its making.
"""

import contextlib
import csv
import io
import os
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from ledger.columns import clean
from ledger.entries import CaseEntry, ClockEntry
from ledger.store import OFFICE_TIME

SHEET: Final = "台账"
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)  #: the earliest time a ZIP can hold
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_MOST: Final = 32_767  #: signs in one cell of a spreadsheet
_STAMP: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)

Value = str | int | date | datetime | None
Label = Callable[[str, str], str]
Mask = Callable[[str], str]


@dataclass(frozen=True)
class Column:
    """One column: its title, its width in signs, and what it shows of a case."""

    title: str
    width: int
    value: Callable[[CaseEntry], Value]
    names: str = ""  #: what kind of stable word it shows, for `label`


def _clock(name: str) -> Callable[[CaseEntry], Value]:
    def due(case: CaseEntry) -> Value:
        clock = _of(case, name)
        return clock.due if clock else None

    return due


def _of(case: CaseEntry, name: str) -> ClockEntry | None:
    return next((clock for clock in case.facts.clocks if clock.id == name), None)


def _step(name: str) -> Callable[[CaseEntry], Value]:
    def entered(case: CaseEntry) -> Value:
        value = case.steps.get(name)
        return None if value is None else str(value)

    return entered


def _codes(case: CaseEntry, severity: str) -> str:
    return "、".join(dict.fromkeys(one.code for one in case.facts.findings if one.severity == severity))


def _in_time(case: CaseEntry) -> Value:
    """On time as far as it can be told: by the first 反馈."""
    clock = _of(case, "feedback10")
    if clock is None or clock.due is None or case.first_feedback_at is None:
        return None
    return "是" if case.first_feedback_at.astimezone(OFFICE_TIME).date() <= clock.due else "否"


COLUMNS: Final[tuple[Column, ...]] = (
    Column("收件编号", 20, lambda case: case.number),
    Column("审核单位", 24, lambda case: case.facts.office),
    Column("收件邮箱", 26, lambda case: case.mailbox),
    Column("收到时间", 18, lambda case: case.facts.received_at),
    Column("发件邮箱", 26, lambda case: case.facts.applicant),
    Column("原件SHA-256", 20, lambda case: case.sha256),
    Column("材料件数", 10, lambda case: len(case.facts.documents)),
    Column("登记类型", 18, lambda case: case.facts.matter, names="matter"),
    Column("新增/更新/截止", 14, lambda case: case.facts.action, names="action"),
    Column("提交方式", 12, lambda case: case.facts.submitted_by, names="submitted_by"),
    Column("监理工程师", 12, lambda case: case.facts.engineer),
    Column("监理企业", 34, lambda case: case.facts.firm),
    Column("统一社会信用代码", 22, lambda case: case.facts.credit_identifier),
    Column("项目名称", 40, lambda case: case.facts.project),
    Column("标段", 14, lambda case: case.facts.section),
    Column("岗位", 16, lambda case: case.facts.post),
    Column("在岗起始", 12, lambda case: case.facts.started_on),
    Column("在岗截止", 12, lambda case: case.facts.ended_on),
    Column("邮箱申请查看", 14, lambda case: case.facts.verdict, names="verdict"),
    Column("缺陷", 40, lambda case: _codes(case, "defect")),
    Column("待人工核对", 40, lambda case: _codes(case, "doubt")),
    Column("补正次数", 10, lambda case: case.rounds),
    Column("首次反馈时间", 18, lambda case: case.first_feedback_at),
    Column("反馈期限", 12, _clock("feedback10")),
    Column("按时反馈", 10, _in_time),
    Column("办理期限", 12, _clock("overall10")),
    Column("企业复核完成日", 14, _step("enterprise_verified_on")),
    Column("审核期限", 12, _clock("review10")),
    Column("身份核验", 20, _step("identity_checked")),
    Column("社保查验", 20, _step("insurance_checked")),
    Column("两系统一致", 12, _step("systems_agree")),
    Column("状态", 14, lambda case: case.state.value, names="state"),
    Column("办理说明", 30, _step("reason")),
    Column("审核人", 24, lambda case: case.reviewer),
    Column("办结时间", 18, lambda case: case.closed_at),
    Column("保存至", 12, lambda case: case.keep_until),
)


def export_xlsx(
    path: Path, cases: Iterable[CaseEntry], *, label: Label = lambda _kind, word: word, mask: Mask = str
) -> int:
    """Write the sheet 台账; how many cases. `label(kind, word)` names stable words in Chinese; `mask` hides numbers."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    for at, column in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    sheet.freeze_panes = "B2"
    sheet.append([_heading(sheet, column.title) for column in COLUMNS])
    count = 0
    for case in cases:
        sheet.append([_cell(sheet, value) for value in _row(case, label, mask)])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(COLUMNS))}{count + 1}"
    book.properties.creator = "mailbot"
    book.properties.created = book.properties.modified = _STAMP
    with _replacing(path) as target, tempfile.TemporaryFile() as draft:
        book.save(draft)
        _without_times(draft, target)
    return count


def export_csv(
    path: Path, cases: Iterable[CaseEntry], *, label: Label = lambda _kind, word: word, mask: Mask = str
) -> int:
    """The same columns as CSV: UTF-8 with BOM for spreadsheets, a leading ' where a cell could be taken for a
    formula."""
    count = 0
    with _replacing(path) as target:
        text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="")
        writer = csv.writer(text)
        writer.writerow([column.title for column in COLUMNS])
        for case in cases:
            writer.writerow([_csv_cell(value) for value in _row(case, label, mask)])
            count += 1
        text.flush()
        text.detach()
    return count


def _row(case: CaseEntry, label: Label, mask: Mask) -> Iterator[Value]:
    for column in COLUMNS:
        value = column.value(case)
        if not isinstance(value, str):
            yield _local(value)
        elif column.names:
            yield label(column.names, value)
        else:
            yield _safe(value if column.title == "原件SHA-256" else mask(value))


def _local(value: Value) -> Value:
    """Spreadsheets know no zones: the office's own time."""
    if isinstance(value, datetime):
        return value.astimezone(OFFICE_TIME).replace(tzinfo=None, microsecond=0)
    return value


def _safe(text: str) -> str:
    return _CONTROL.sub("\ufffd", clean(text))[:_MOST]


def _cell(sheet: Any, value: Value) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell.value = _safe(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl takes =… for a formula; this holds when the file is read again
        cell.number_format = "@"
    elif isinstance(value, datetime):
        cell.number_format = "yyyy-mm-dd hh:mm"
    elif isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _heading(sheet: Any, title: str) -> Any:
    cell: Any = WriteOnlyCell(sheet, value=title)
    cell.font = Font(bold=True)
    cell.alignment = Alignment(wrap_text=True, vertical="center")
    return cell


def _csv_cell(value: Value) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if not isinstance(value, str):
        return "" if value is None else str(value)
    text = _safe(value)
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text


def _without_times(draft: Any, target: BinaryIO) -> None:
    """Copy a workbook with fixed times, member by member."""
    draft.seek(0)
    with zipfile.ZipFile(draft) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as fixed:
        for name in sorted(source.namelist(), key=_member_order):
            member = zipfile.ZipInfo(name, _EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o600 << 16
            with source.open(name) as old, fixed.open(member, "w", force_zip64=True) as new:
                if name == "docProps/core.xml":
                    new.write(_MODIFIED.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", old.read()))
                    continue
                while block := old.read(1 << 20):
                    new.write(block)


_MODIFIED: Final = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def _member_order(name: str) -> tuple[bool, str]:
    return name != "[Content_Types].xml", name  # readers look for it first


@contextlib.contextmanager
def _replacing(path: Path) -> Iterator[BinaryIO]:
    """The file appears whole or not at all, readable by its owner alone."""
    partial = path.with_name(path.name + ".part")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with open(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def titles() -> Sequence[str]:
    """The columns' titles in their order."""
    return [column.title for column in COLUMNS]
