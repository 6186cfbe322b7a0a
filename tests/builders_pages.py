"""Pages for tests, set from rows of strings as an engine would give them: one line a cell."""

from collections.abc import Sequence

from parsers.files.page import Box, Line, Page, ReadBy

#: Shares of the page: a letter of 4 mm on A4, and the distance of rows.
LETTER = 0.018
ROW = 0.03

Row = str | Sequence[str]


def a_page(
    *rows: Row,
    columns: Sequence[float] = (),
    read_by: ReadBy = ReadBy.TEXT,
    number: int = 1,
    slope: float = 0.0,
    confidence: float | None = None,
    **page: object,
) -> Page:
    """A page: a string stands on a row of its own, a tuple has a cell in each of the `columns` (lefts, 0..1).

    "上|下" in a cell is a cell of two lines. `slope` sinks the rows to the right, as on a photo.
    """
    lines: list[Line] = []
    trust = confidence if confidence is not None else (1.0 if read_by is ReadBy.TEXT else 0.97)
    top = 0.05
    for row in rows:
        cells = [(0.1, row)] if isinstance(row, str) else list(zip(_lefts(row, columns), row, strict=True))
        deepest = 1
        for left, cell in cells:
            parts = [part for part in cell.split("|") if part]
            deepest = max(deepest, len(parts))
            shift = -0.5 * LETTER * (len(parts) - 1)
            for part_number, part in enumerate(parts):
                start = top + shift + part_number * LETTER + slope * left
                lines.append(Line(part, Box(left, start, left + _width(part), start + LETTER * 0.9), trust))
        top += ROW if deepest == 1 else ROW * 1.6
    ordered = tuple(sorted(lines, key=lambda line: (round(line.box.top, 3), line.box.left)))
    return Page(number=number, lines=ordered, read_by=read_by, width=1240, height=1754, **page)  # type: ignore[arg-type]


def _lefts(row: Sequence[str], columns: Sequence[float]) -> Sequence[float]:
    return columns if len(columns) == len(row) else [0.1 + 0.8 * at / len(row) for at in range(len(row))]


def _width(text: str) -> float:
    return sum(0.022 if ord(sign) > 0x2E7F else 0.011 for sign in text)
