"""How is a workbook written as a stream, with words that stay words and the same bytes each time?

The XML is written here and not by a library: four sheets of 100,000 cases must take seconds and no memory, carry no
time of their making (every member has the same date), and hold applicants' words as inline strings, which no program
takes for a formula (C9); control signs are replaced (C10), long numbers are text (C11).
"""

import contextlib
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final
from xml.sax.saxutils import escape, quoteattr

from ledger.columns import clean
from ledger.durable import replacing
from ledger.office_time import OFFICE_TIME

#: A float is a share, shown as per cent; a Decimal any other number that is no whole one.
Value = str | int | float | Decimal | date | datetime | None

_LEVEL: Final = 3  #: of packing: 6 is a sixth smaller, and takes twice as long
_DAY_ZERO: Final = date(1899, 12, 30).toordinal()  #: of spreadsheets
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_ESCAPED: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  #: readers take _x000D_ for the sign 0x0D (ECMA-376 22.9.2.19)
_SPECIAL: Final = re.compile(r"[&<>]|_x")  #: without these, words need no escaping
_MOST: Final = 32_767  #: signs in one cell of a spreadsheet
_BUFFER: Final = 1 << 20
#: Numbers of the styles in `_STYLES`.
_HEADING, _TEXT, _DAY, _MOMENT, _NUMBER, _RATE, _DECIMAL = 1, 2, 3, 4, 5, 6, 7
_ONE_PAGE: Final = 300  #: signs; a sheet that is no wider is printed one page wide


def safe(text: str) -> str:
    """Applicants' words as a spreadsheet can hold them."""
    return _CONTROL.sub("\ufffd", clean(text).replace("\r\n", "\n").replace("\r", "\n"))[:_MOST]


def local(moment: datetime) -> datetime:
    """Spreadsheets know no zones: the office's own time, to the minute."""
    return moment.astimezone(OFFICE_TIME).replace(tzinfo=None, second=0, microsecond=0)


class Sheet:
    """One sheet as it grows: a row at a time into a temporary file."""

    def __init__(self, name: str, titles: Sequence[str], widths: Sequence[int], folder: Path, *, frozen: str) -> None:
        self.name = name
        self.rows = 0
        self._columns = [column_letters(at) for at in range(1, len(titles) + 1)]
        self._file = tempfile.TemporaryFile("w+", encoding="utf-8", newline="", dir=folder, buffering=_BUFFER)  # noqa: SIM115 - closed by the workbook
        self._begin(widths, frozen)
        heading = f' s="{_HEADING}" t="inlineStr"><is><t>'
        named = zip(self._columns, map(escape, titles), strict=True)
        self._write([f'<c r="{column}1"{heading}{title}</t></is></c>' for column, title in named])

    def append(self, values: Sequence[Value]) -> None:
        """One row; nothing is written for an empty cell."""
        place = f'{self.rows + 1}"'
        writer = _CELLS.get
        self._write(
            [
                f'<c r="{column}{place}{writer(type(value), _cell)(value)}'
                for column, value in zip(self._columns, values, strict=True)
                if value is not None and value != ""
            ]
        )

    def copy_to(self, target: BinaryIO) -> None:
        """The finished sheet's XML."""
        last = f"{self._columns[-1]}{max(self.rows, 1)}"
        self._file.write(f'</sheetData><autoFilter ref="A1:{last}"/>{_PAPER}{self._setup}</worksheet>')
        self._file.flush()
        self._file.seek(0)
        while block := self._file.buffer.read(_BUFFER):
            target.write(block)

    def close(self) -> None:
        self._file.close()

    def _begin(self, widths: Sequence[int], frozen: str) -> None:
        split = re.fullmatch(r"([A-Z]+)(\d+)", frozen)
        assert split, "a cell, e.g. B2"
        across, down = ord(split[1]) - ord("A"), int(split[2]) - 1
        self.repeated = self._columns[max(across, 1) - 1]  #: up to it, columns stand on every printed page
        sides = (f' xSplit="{across}"' if across else "") + f' ySplit="{down}"'
        pane = "bottomRight" if across else "bottomLeft"
        cols = "".join(
            f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in enumerate(widths, start=1)
        )
        fits = sum(widths) <= _ONE_PAGE
        self._setup = ' fitToWidth="1" fitToHeight="0"/>' if fits else "/>"
        fitted = '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' if fits else ""
        self._file.write(
            f'{_XML}<worksheet xmlns="{_MAIN}">{fitted}<sheetViews><sheetView workbookViewId="0">'
            f'<pane{sides} topLeftCell="{frozen}" activePane="{pane}" state="frozen"/></sheetView></sheetViews>'
            f"<cols>{cols}</cols><sheetData>"
        )

    def _write(self, cells: Sequence[str]) -> None:
        self.rows += 1
        tall = ' ht="30" customHeight="1"' if self.rows == 1 else ""  # a heading may take two lines
        self._file.write(f'<row r="{self.rows}"{tall}>{"".join(cells)}</row>')


@dataclass(frozen=True)
class _Member:
    name: str
    text: str


@contextlib.contextmanager
def workbook(path: Path, sheets: Sequence[tuple[str, Sequence[str], Sequence[int], str]]) -> Iterator[list[Sheet]]:
    """Sheets (name, titles, widths, first cell that scrolls) to be filled; the file appears whole or not at all."""
    grown: list[Sheet] = []
    with contextlib.ExitStack() as stack:
        for name, titles, widths, frozen in sheets:
            grown.append(sheet := Sheet(name, titles, widths, path.parent, frozen=frozen))
            stack.callback(sheet.close)
        yield grown
        with (
            replacing(path) as target,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as book,
        ):
            # By name alone and not by a ZipInfo of ours, which would be packed at zlib's own level. A name opened so
            # has no time but the earliest.
            for member in _frame(grown):
                with book.open(member.name, "w") as out:
                    out.write(member.text.encode())
            for number, sheet in enumerate(grown, start=1):
                with book.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as out:
                    sheet.copy_to(out)  # type: ignore[arg-type]  # zipfile's writer has all that is asked of it


def column_letters(number: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _cell(value: Value) -> str:
    """One cell behind its place, of a value whose very type is not in `_CELLS`: a named word is a word."""
    match value:
        case str():
            return _text_cell(value)
        case float():
            return f' s="{_RATE}"><v>{value:.6f}</v></c>'
        case Decimal():
            return f' s="{_DECIMAL}"><v>{value}</v></c>'
        case _:
            return f' s="{_NUMBER}"><v>{value}</v></c>'


@lru_cache(20_000)  # firms, projects and names of states come again and again
def _text_cell(text: str) -> str:
    words = text if len(text) <= _MOST and text.isprintable() else safe(text)
    if _SPECIAL.search(words):
        words = _ESCAPED.sub("_x005F_", escape(words))
    return f' s="{_TEXT}" t="inlineStr"><is><t xml:space="preserve">{words}</t></is></c>'


@lru_cache(5_000)  # one moment stands in several sheets
def _moment_cell(moment: datetime) -> str:
    here = local(moment)
    number = here.toordinal() - _DAY_ZERO + (here.hour * 60 + here.minute) / 1440
    return f' s="{_MOMENT}"><v>{number:.10f}</v></c>'


@lru_cache(5_000)  # the same
def _day_cell(day: date) -> str:
    return f' s="{_DAY}"><v>{day.toordinal() - _DAY_ZERO}</v></c>'


#: Type → how it is written. A table and not a choice in a function: this is asked ten million times.
_CELLS: Final[dict[type, Callable[[Any], str]]] = {str: _text_cell, datetime: _moment_cell, date: _day_cell}


#: A3, landscape: the paper that an office prints a ledger on.
_PAPER: Final = (
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.5" header="0.3" footer="0.3"/>'
    '<pageSetup paperSize="8" orientation="landscape"'
)
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CENTRED: Final = 'applyNumberFormat="1" applyAlignment="1"><alignment horizontal="center"/></xf>'
#: 0 plain, 1 heading, 2 text (quotePrefix: still text when somebody edits the cell), 3 day, 4 moment, 5 number, 6 rate,
#: 7 decimal; numbers and days in the middle, for at the right they would touch the words of the next column
_STYLES: Final = (
    f'{_XML}<styleSheet xmlns="{_MAIN}"><numFmts count="3"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/><numFmt numFmtId="166" formatCode="0.0%"/></numFmts>'
    '<fonts count="2"><font><sz val="10"/><name val="宋体"/></font><font><b/><sz val="10"/><name val="宋体"/></font>'
    '</fonts><fills count="3"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
    '<fgColor rgb="FFDDE6F0"/></patternFill></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="8"><xf/>'
    '<xf fontId="1" fillId="2" applyFont="1" applyFill="1" applyAlignment="1">'
    '<alignment vertical="center" wrapText="1"/></xf>'
    f'<xf numFmtId="49" quotePrefix="1" applyNumberFormat="1"/><xf numFmtId="164" {_CENTRED}'
    f'<xf numFmtId="165" {_CENTRED}<xf numFmtId="1" {_CENTRED}<xf numFmtId="166" {_CENTRED}<xf numFmtId="2" {_CENTRED}'
    "</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def _frame(sheets: Sequence[Sheet]) -> Iterator[_Member]:
    """Everything of a workbook but the sheets, content types first: readers look for them there."""
    numbers = range(1, len(sheets) + 1)
    parts = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{number}.xml", "worksheet") for number in numbers]
    overrides = "".join(f'<Override PartName="{name}" ContentType="{_TYPE}.{kind}+xml"/>' for name, kind in parts)
    yield _Member(
        "[Content_Types].xml",
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
        f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
    )
    yield _Member("_rels/.rels", _relations([("rId1", "officeDocument", "xl/workbook.xml")]))
    named = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, sheet in zip(numbers, sheets, strict=True)
    )
    filters = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{number - 1}" hidden="1">'
        f"'{escape(sheet.name)}'!$A$1:${sheet._columns[-1]}${max(sheet.rows, 1)}</definedName>"
        f'<definedName name="_xlnm.Print_Titles" localSheetId="{number - 1}">'
        f"'{escape(sheet.name)}'!$A:${sheet.repeated},'{escape(sheet.name)}'!$1:$1</definedName>"
        for number, sheet in zip(numbers, sheets, strict=True)
    )
    yield _Member(
        "xl/workbook.xml",
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{named}</sheets>'
        f"<definedNames>{filters}</definedNames></workbook>",
    )
    relations = [(f"rId{number}", "worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    yield _Member("xl/_rels/workbook.xml.rels", _relations([*relations, ("rIdStyles", "styles", "styles.xml")]))
    yield _Member("xl/styles.xml", _STYLES)


def _relations(targets: Sequence[tuple[str, str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>' for name, kind, target in targets
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'
