"""Which employers does a certificate name, and which of them is the present one?"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from parsers.documents.document import Field, field_read
from parsers.documents.lines import beside, same_row, words
from parsers.documents.social_insurance_sentence import certified_firm, firms_in_words
from parsers.documents.social_insurance_table import INSURANCE
from parsers.files.page import Line, Page
from parsers.names import fold_firm, squeeze

_EMPLOYER_LABEL: Final = re.compile(
    r"(?:现|当前)?(?:参保|工作|缴费)单位(?:名称|全称)?(?:[:：]|$| )|(?<!.)单位(?:名称|全称)[:：]"
)
_FIRM_END: Final = re.compile(
    r"(?:公司|集团|中心|院|所|局|处|厂|社|站|行|会|部|大学|学校)(?:[(（][^()（）]{1,12}[)）])?$"
)
_FIRM_GOES_ON: Final = re.compile(r"[()（）]|集团|有限|责任|股份|限(?:责任)?公司|公司$")
_FIRM_LINE: Final = re.compile(r"[\u4e00-\u9fff()（）〔〕]{4,40}")
_FIRM_STOP: Final = re.compile(r"(?:参保|缴费)(?:状态|地|基数)|统一社会|单位编号|\d{6,}|在我市")


def employers(sheets: Sequence[tuple[Page, Sequence[Line]]]) -> tuple[Field, ...]:
    """Every employer named: the labelled one first, then those of the rows, most frequent first.

    From pixels a name is certain when at least two readings of it agree.
    """
    labelled: list[tuple[str, Page, Line]] = []
    listed: list[tuple[str, Page, Line]] = []
    for page, lines in sheets:
        if cell := _employer_cell(lines):
            labelled.append((fold_firm(cell.text), page, cell))
        listed += [(name, page, line) for name, line in _firms_in_rows(words(lines))]
        listed += [(fold_firm(line.text), page, line) for line in firms_in_words(lines)]
    times = Counter(name for name, _, _ in (*labelled, *listed))
    order = [*dict.fromkeys(name for name, _, _ in labelled)]
    order += [name for name, _ in Counter(name for name, _, _ in listed).most_common() if name not in order]
    by_name = {name: (page, line) for name, page, line in (*listed, *labelled)}
    return tuple(field_read(*by_name[name], name, certain=times[name] >= 2) for name in order)


def labelled_employer(page: Page, lines: Sequence[Line]) -> Field | None:
    cell = _employer_cell(lines)
    if cell is None:
        return None
    name = fold_firm(cell.text)
    return field_read(page, cell, name, certain=any(name == other for other, _ in _firms_in_rows(words(lines))))


def _employer_cell(lines: Sequence[Line]) -> Line | None:
    """What 兹证明 … says, else the cell beside the label. A label behind an insurance names who paid those months."""
    if certified := certified_firm(lines):
        return certified
    cell = beside([line for line in lines if not INSURANCE.search(line.text)], _EMPLOYER_LABEL, _FIRM_STOP)
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
