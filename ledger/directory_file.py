"""Which enterprises does a directory file name, and which of its rows are bad?

contract.md 5: CSV in UTF-8 (with or without BOM) or GB18030, or XLSX; a header row in any order, Chinese or
English. A bad row is told by its line and reason, in stable words that a template puts into Chinese; the good ones are
loaded all the same.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from ledger.entries import Enterprise
from ledger.errors import LedgerError
from ledger.saved_text import text_of

_HEADERS: Final = {
    "企业名称": "name",
    "统一社会信用代码": "credit_identifier",
    "联系邮箱": "contact_address",
    "法定代表人": "legal_representative",
    "联系人": "contact",
    "联系电话": "phone",
    "曾用名": "former_names",
    "生效日期": "valid_from",
}
_REQUIRED: Final = ("name", "credit_identifier", "contact_address")
_KNOWN: Final = frozenset(_HEADERS.values())
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_CREDIT: Final = re.compile(r"[0-9A-HJ-NPQRTUWXY]{18}")  # GB 32100-2015: no I, O, S, V, Z
_CREDIT_SIGNS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SEPARATORS: Final = re.compile(r"[、;；,，|\n]+")
_MAX_BYTES: Final = 50_000_000

Cell = str | int | float | bool | date | datetime | None


class UnusableDirectory(LedgerError):
    """The file as a whole cannot be read as a directory; the message says what it lacks."""


@dataclass(frozen=True)
class BadRow:
    """A row that was not loaded."""

    line: int  #: as a spreadsheet or an editor counts it, the header being line 1
    reason: str  #: a stable word: name_missing, credit_identifier_invalid, address_invalid, formula …
    value: str = ""


@dataclass(frozen=True)
class DirectoryFile:
    enterprises: tuple[Enterprise, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True)
class _Bad(Exception):
    reason: str
    value: str = ""


def read_directory(path: Path, *, fold: Callable[[str], str]) -> DirectoryFile:
    """Every row as an enterprise or a named fault. Raises UnusableDirectory."""
    if path.stat().st_size > _MAX_BYTES:
        raise UnusableDirectory(f"{path} is larger than {_MAX_BYTES // 1_000_000} MB")
    data = path.read_bytes()
    rows = _xlsx_rows(path, data) if data.startswith(b"PK\x03\x04") else _csv_rows(path, data)
    numbered = ((line, row) for line, row in rows if any(_plain(cell) for cell in row))
    first = next(numbered, None)
    if first is None:
        raise UnusableDirectory(f"{path} is empty; its first row must name the columns")
    columns = _columns(path, first[1])
    return _read(numbered, columns, fold)


def _read(
    rows: Iterator[tuple[int, Sequence[Cell]]], columns: dict[str, int], fold: Callable[[str], str]
) -> DirectoryFile:
    good: list[Enterprise] = []
    bad: list[BadRow] = []
    names: dict[str, list[tuple[int, Enterprise]]] = {}
    credits_: dict[str, list[tuple[int, Enterprise]]] = {}
    for line, row in rows:
        try:
            enterprise = _enterprise({name: row[at] if at < len(row) else None for name, at in columns.items()})
            for seen, key, reason in (
                (names, fold(enterprise.name), "name_repeated"),
                (credits_, enterprise.credit_identifier, "credit_identifier_repeated"),
            ):
                for other, known in seen.get(key, ()):
                    if not _is_another_version(known, enterprise):
                        raise _Bad(reason, str(other))
        except _Bad as fault:
            bad.append(BadRow(line, fault.reason, fault.value))
            continue
        names.setdefault(fold(enterprise.name), []).append((line, enterprise))
        credits_.setdefault(enterprise.credit_identifier, []).append((line, enterprise))
        good.append(enterprise)
    return DirectoryFile(tuple(good), tuple(bad))


def _is_another_version(one: Enterprise, other: Enterprise) -> bool:
    """A list with its history: the same enterprise, each row with a day of its own from which it holds."""
    days = {one.valid_from, other.valid_from}
    return one.credit_identifier == other.credit_identifier and len(days) == 2 and None not in days


def _columns(path: Path, header: Sequence[Cell]) -> dict[str, int]:
    columns: dict[str, int] = {}
    for at, cell in enumerate(header):
        title = re.sub(r"\s+", "", unicodedata.normalize("NFKC", _plain(cell))).strip("*")
        name = _HEADERS.get(title) or title.lower()
        if name not in _KNOWN:
            continue
        if name in columns:
            raise UnusableDirectory(f"{path}: the column {title} stands twice; remove one")
        columns[name] = at
    chinese = {name: title for title, name in _HEADERS.items()}
    if missing := [f"{chinese[name]} ({name})" for name in _REQUIRED if name not in columns]:
        raise UnusableDirectory(f"{path}: its first row does not name {', '.join(missing)}")
    return columns


def _enterprise(cells: dict[str, Cell]) -> Enterprise:
    if any(isinstance(cell, str) and cell.startswith("=") for cell in cells.values()):
        raise _Bad("formula")
    text = {name: _plain(cell) for name, cell in cells.items()}
    if not text["name"]:
        raise _Bad("name_missing")
    return Enterprise(
        name=text["name"],
        credit_identifier=_credit(cells["credit_identifier"]),
        contact_address=_contact(text["contact_address"]),
        legal_representative=text.get("legal_representative") or None,
        contact=text.get("contact") or None,
        phone=text.get("phone") or None,
        former_names=tuple(filter(None, (name.strip() for name in _SEPARATORS.split(text.get("former_names", ""))))),
        valid_from=_day(cells.get("valid_from")),
    )


def _credit(cell: Cell) -> str:
    if isinstance(cell, int | float):  # Excel keeps 15 digits of a number: the rest is lost already
        raise _Bad("credit_identifier_is_a_number", _plain(cell))
    code = re.sub(r"\s+", "", unicodedata.normalize("NFKC", _plain(cell))).upper()
    if not code:
        raise _Bad("credit_identifier_missing")
    if not _CREDIT.fullmatch(code) or not _check_holds(code):
        raise _Bad("credit_identifier_invalid", code)
    return code


def _check_holds(code: str) -> bool:
    """GB 32100-2015: weights are the powers of 3 modulo 31."""
    total = sum(_CREDIT_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(code[:17]))
    return _CREDIT_SIGNS[-total % 31] == code[17]


def _contact(text: str) -> str:
    address = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if not address:
        raise _Bad("address_missing")
    if not _ADDRESS.fullmatch(address):
        raise _Bad("address_invalid", text)
    return address


def _day(cell: Cell) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = unicodedata.normalize("NFKC", _plain(cell))
    if not text:
        return None
    match = _DAY.fullmatch(text)
    if not match:
        raise _Bad("valid_from_invalid", text)
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError as error:
        raise _Bad("valid_from_invalid", text) from error


def _plain(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))  # a phone number that Excel took for a number
    text = str(cell).replace("\ufeff", "").replace("\u00a0", " ")
    return "".join(sign for sign in text if sign == "\n" or unicodedata.category(sign) not in ("Cc", "Cf")).strip()


def _csv_rows(path: Path, data: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    text = text_of(data)
    if text is None:
        raise UnusableDirectory(f"{path} is neither UTF-8 nor GB18030; save it as CSV UTF-8 or XLSX")
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnusableDirectory(f"{path}, line {line}: {error}") from error


def _xlsx_rows(path: Path, data: bytes) -> Iterator[tuple[int, Sequence[Cell]]]:
    """Formulas are read as such (data_only=False), so that they can be refused instead of trusted."""
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise UnusableDirectory(f"{path} is no XLSX workbook: {error}") from error
    sheet = book.worksheets[0]
    for line, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield line, tuple(cell if isinstance(cell, str | int | float | bool | date) else None for cell in row)
