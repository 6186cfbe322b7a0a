"""Which value stands beside which label on a page of one of the systems?

Tables with labels left of their values, cards with labels above them, lists with one row of heads: told apart row by
row. A value wrapped in its cell is put together again; a label never counts as another's value.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from parsers.documents.lines import enclosing, level, overlap, same_row, spans
from parsers.documents.screenshot_words import FIELD_OF
from parsers.files.page import Box, Line, Page
from parsers.names import squeeze

_BY_LENGTH: Final = sorted(FIELD_OF, key=len, reverse=True)
_ANY: Final = "|".join(" ?".join(map(re.escape, word)) for word in _BY_LENGTH)
# Both are compiled where the first screen is read: that takes 40 ms, which every start of a check would pay.
#: A label stands at the start of a run of text or after a gap; before a colon it may stand anywhere.
_LABEL: Final = rf"(?:^|(?<=[\s:;,|]))[*※]?(?P<label>{_ANY})(?: ?[:*]+ ?| +|$)|(?P<inner>{_ANY}) ?: ?"
#: A label of four letters or more may run into its value: "项目名称万州环线高速公路".
_GLUED: Final = r"^[*※]?(?P<label>" + "|".join(re.escape(word) for word in _BY_LENGTH if len(word) > 3) + ")"
#: 首页 > 项目信息 > 监理合同段: where one stands on the site, no label.
_PATH: Final = re.compile(r"[>»›〉]")
BUTTON: Final = re.compile("返回|打印|关闭|导出|保存|提交|编辑|取消|确定|下载|刷新|查看(?:流程|详情)?|上一页|下一页")
#: How far below a label, in letter heights, its value may begin.
_BELOW: Final = 4.0
#: The widest gap between the lines of one wrapped value, in letter heights; rows of a table stand further apart.
_LEADING: Final = 0.55
#: A line stands in a label's own line when their middles are this near, in letter heights.
_BESIDE: Final = 0.35


@dataclass(frozen=True)
class Token(Line):
    """A label, or a run of text that may be a value."""

    label: bool = False


@dataclass(frozen=True)
class Cell:
    """One label with what stands in its cell; `text` is empty where nothing does."""

    label: str
    text: str
    box: Box
    confidence: float

    @property
    def field(self) -> str | None:
        return FIELD_OF[self.label]


def tokens(page: Page) -> tuple[Token, ...]:
    """The levelled page as labels and other runs of text, lines that hold both taken apart."""
    return tuple(token for line in level(page) for token in _apart(line))


def token_rows(found: Iterable[Token]) -> tuple[tuple[Token, ...], ...]:
    """Tokens in rows from top to bottom, each from left to right."""
    gathered: list[list[Token]] = []
    for token in sorted(found, key=lambda token: token.box.middle[1]):
        if gathered and same_row(gathered[-1][-1].box, token.box):
            gathered[-1].append(token)
        else:
            gathered.append([token])
    return tuple(tuple(sorted(row, key=lambda token: token.box.left)) for row in gathered)


def cells(found: Sequence[Token]) -> tuple[Cell, ...]:
    """Every label with its value, from top to bottom."""
    grid = token_rows(found)
    beside = [row for row in grid if _has_values(row, found)]
    result = list(_values_beside([token for row in beside for token in row if token.label], found))
    for number, row in enumerate(grid):
        labels = [token for token in row if token.label]
        if labels and row not in beside:
            result.extend(_values_under(labels, grid[number + 1 :]))
    return tuple(sorted(result, key=lambda cell: (cell.box.top, cell.box.left)))


def joined(parts: Iterable[Line]) -> tuple[str, Box, float]:
    """A wrapped value as one text; "" with a box of nothing for no parts."""
    ordered = sorted(parts, key=lambda part: part.box.middle[1])
    lines: list[list[Line]] = []
    for part in ordered:
        if lines and same_row(lines[-1][-1].box, part.box) and overlap(lines[-1][-1].box, part.box) < 0.3:
            lines[-1].append(part)
        else:
            lines.append([part])
    runs = [" ".join(part.text for part in sorted(line, key=lambda part: part.box.left)) for line in lines]
    text = runs[0] if runs else ""
    for before, after in pairwise(runs):
        text += (" " if re.search(r"[\dA-Za-z至-]$", before) and re.match(r"[\d至-]", after) else "") + after
    box = enclosing(part.box for part in ordered) or Box(0, 0, 0, 0)
    return text.strip(), box, min((part.confidence for part in ordered), default=0.0)


def _apart(line: Line) -> list[Token]:
    if _PATH.search(line.text):
        return [_piece(line, 0, len(line.text))]
    marks = [
        (match.start(), match.end(), squeeze(match["label"] or match["inner"]))
        for match in re.finditer(_LABEL, line.text)
    ]
    if not marks and (glued := re.match(_GLUED, line.text)):
        marks = [(0, glued.end(), glued["label"])]
    pieces: list[Token] = []
    at = 0
    for start, end, label in marks:
        pieces.append(_piece(line, at, start))
        pieces.append(_piece(line, start, end, label))
        at = end
    pieces.append(_piece(line, at, len(line.text)))
    return [piece for piece in pieces if re.search(r"\w", piece.text)]


def _piece(line: Line, start: int, end: int, label: str = "") -> Token:
    """A part of a line with its own place."""
    text = label or line.text[start:end].strip(" :：")
    box = line.box
    if (start, end) != (0, len(line.text)) and start < end:
        part = re.compile(f"(?<=^.{{{start}}}).{{{end - start}}}" if start else f"^.{{{end}}}")
        box = next((place for _, place in spans(line, part)), line.box)
    return Token(text, box, line.confidence, label=bool(label))


def _has_values(row: Sequence[Token], found: Sequence[Token]) -> bool:
    """Do labels of this row have their values to the right, wrapped ones included?"""
    labels = [token for token in row if token.label]
    if not labels:
        return False
    first = min(label.box.left for label in labels)
    if any(not token.label and token.box.left > first for token in row):
        return True  # what stands left of the first label is a menu beside the page
    # A value that begins under a label of this row stands below it, however close; beside one it overlaps none.
    free = [
        token for token in found if not token.label and not any(overlap(token.box, one.box) > 0.2 for one in labels)
    ]
    return any(
        _nearest_label(token, found) is label and abs(token.box.middle[1] - label.box.middle[1]) < label.box.height
        for label in labels
        for token in free
    )


def _nearest_label(token: Token, found: Iterable[Token]) -> Token | None:
    """The label in whose cell a value stands: the last one to its left in the row of labels nearest to it."""
    left = [label for label in found if label.label and label.box.middle[0] < token.box.left]
    if not left:
        return None
    nearest = min(abs(label.box.middle[1] - token.box.middle[1]) for label in left)
    row = [
        label for label in left if abs(label.box.middle[1] - token.box.middle[1]) < nearest + _BESIDE * label.box.height
    ]
    return max(row, key=lambda label: label.box.left)


def _values_beside(labels: Sequence[Token], found: Sequence[Token]) -> list[Cell]:
    """Values to the right of their labels. A line between two labels' heights goes to the nearer one, unless a value
    beside the lower label shows that lines above it end the cell before (text set at the top of its cell)."""
    owned: dict[int, list[Token]] = {id(label): [] for label in labels}
    for token in found:
        owner = _nearest_label(token, labels) if not token.label else None
        if owner is not None:
            owned[id(owner)].append(token)
    for upper, lower in _columns(labels):
        _give_back(owned[id(upper)], lower, owned[id(lower)])
    return [_cell(label, _coherent(label, owned[id(label)])) for label in labels]


def _coherent(label: Token, values: Sequence[Token]) -> list[Token]:
    """The lines that hang together with the label's own; headings and footers nearby do not.

    A wrapped line stands close to another and begins, or is centred, where that one is. Heights are the label's: the
    boxes of long lines grow with the slope of a photograph.
    """
    height, letter = label.box.height, label.box.width / len(label.text)
    at = label.box.middle[1]
    kept = [token for token in values if abs(token.box.middle[1] - at) < _BESIDE * height]
    heights = [at, *(token.box.middle[1] for token in kept)]
    for token in sorted(values, key=lambda token: abs(token.box.middle[1] - at)):
        near = min(abs(token.box.middle[1] - other) for other in heights) < (1 + _LEADING) * height
        if token not in kept and near and (not kept or any(_in_line(token.box, one.box, letter) for one in kept)):
            kept.append(token)
            heights.append(token.box.middle[1])
    return kept


def _in_line(one: Box, other: Box, letter: float) -> bool:
    return abs(one.left - other.left) < letter or abs(one.middle[0] - other.middle[0]) < letter


def _columns(labels: Sequence[Token]) -> list[tuple[Token, Token]]:
    """Pairs of labels that follow each other in one column."""
    pairs: list[tuple[Token, Token]] = []
    for label in labels:
        under = [
            other
            for other in labels
            if other.box.middle[1] > label.box.middle[1] + 0.5 * label.box.height
            and overlap(label.box, other.box) > 0.3
        ]
        if under:
            pairs.append((label, min(under, key=lambda other: other.box.middle[1])))
    return pairs


def _give_back(upper: list[Token], label: Token, lower: list[Token]) -> None:
    """Moves lines from the lower cell to the upper one until the rest stands around its own label."""
    at, reach = label.box.middle[1], _BESIDE * label.box.height
    lower.sort(key=lambda token: token.box.middle[1])
    while upper and len(lower) > 1 and sum(token.box.middle[1] for token in lower) / len(lower) < at - reach:
        upper.append(lower.pop(0))


def _values_under(labels: Sequence[Token], following: Sequence[Sequence[Token]]) -> list[Cell]:
    """Values under a row of labels, down to the next row that holds a label.

    Several rows of values are several entries: which one is meant cannot be told here, so they are left out. Lines
    set close are one value that wraps.
    """
    left = min(label.box.left for label in labels) - labels[0].box.height
    under = (
        [token for token in row if token.box.right > left and not BUTTON.fullmatch(token.text)] for row in following
    )
    values: list[list[Token]] = []
    wraps = False
    for row in filter(None, under):
        reach = _BELOW * max(token.box.height for token in labels) * (1 + len(values))
        if any(token.label for token in row) or row[0].box.top - labels[0].box.bottom > reach:
            break
        if values and _is_close(values[-1], row):
            values[-1].extend(row)
            wraps = True
        elif not values or len(row) > 1 or len(labels) == 1:
            values.append(row)
    if len(values) != 1:
        values = []
    ordered = bool(values) and len(values[0]) == len(labels) and not wraps
    places = [label.box for label in labels]
    taken: dict[int, list[Token]] = {}
    for row in values:
        for number, token in enumerate(row):
            at = number if ordered else _column(token.box, places)
            taken.setdefault(at, []).append(token)
    return [_cell(label, taken.get(number, [])) for number, label in enumerate(labels)]


def _is_close(above: Sequence[Token], row: Sequence[Token]) -> bool:
    """Does the row go on with values of the row above it, as wrapped lines do?"""
    height = min(token.box.height for token in row)
    lowest = max(token.box.middle[1] for token in above)
    return row[0].box.middle[1] - lowest < (1 + _LEADING) * height


def _column(box: Box, places: Sequence[Box]) -> int:
    shares = [overlap(box, place) for place in places]
    if max(shares) > 0.2:
        return shares.index(max(shares))
    return min(range(len(places)), key=lambda number: abs(places[number].middle[0] - box.middle[0]))


def _cell(label: Token, values: Sequence[Token]) -> Cell:
    text, box, confidence = joined(values)
    return Cell(label.text, text, box if values else label.box, confidence)
