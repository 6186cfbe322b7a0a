"""What is written in the letter's blanks, and which are left empty?

A blank's value is what stands between its printed neighbours. Two blanks side by side are told apart by what each may
hold: a name ends where a number begins.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from parsers.documents.commitment_letter_alignment import DATE, MARGIN, SIGNATURE, Alignment, Edit
from parsers.documents.commitment_letter_open_blank import HALF, UNDERLINE, seen_empty
from parsers.documents.commitment_letter_text import LetterText, folded
from parsers.documents.commitment_letter_twice import said_otherwise
from parsers.documents.document import Field
from parsers.documents.marks_ink import InkMap
from parsers.files.page import Box, ReadBy
from parsers.identifiers import check_citizen_id, check_credit_identifier, fold_identifier
from parsers.names import fold_firm, fold_person, fold_post, squeeze

#: Blanks whose value is a number: its shape, and at least so many signs of it make it that number, written or not.
_NUMBERS: Final = {"phone": 7, "engineer_phone": 7, "credit_identifier": 10}
_NUMBER: Final = re.compile(r"[0-9A-Za-z*×✕][0-9A-Za-z*×✕\s\-]*")
#: How sections are named. JL is often read as 儿, 几 or 孔, J alone as 儿 or 几.
_SECTION: Final = re.compile(
    r"(?:(?:监理)?第?[一二三四五六七八九十百0-9]+(?:监理)?(?:合同段|标段|标|分部|监理部)"
    r"|(?:[A-Z]|[儿几孔](?=L?[0-9]))[A-Z0-9]*(?:监理)?(?:合同段|标段|标|监理部)?"
    r"|(?:[一二三四五六七八九十0-9]+分?)?(?:总监|驻地|总监理)(?:工程师)?办(?:公室)?)$"
)
#: How works are named to their end: nothing of a section follows.
_WHOLE_PROJECT: Final = re.compile("(?:公路|高速|工程|大桥|隧道|复线|项目|连接线|[南北东西中]?段)$")
#: Words behind the comma that the forms print after the post: they belong to no blank.
_BEHIND_COMMA: Final = re.compile(r"(?P<post>[^，,]+)[，,](?P<words>\s*[\u4e00-\u9fff]{1,12})$")
#: Project and section as they stand side by side, for comparing where they cannot be told apart.
JOINED: Final = "project_and_section"
_WELL: Final = 0.95  #: engine's confidence below which print is rather a hand
#: A person's or a firm's name and nothing else; a number and nothing else.
_PURE: Final = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]+[·•‧][\u4e00-\u9fff]+|[\u4e00-\u9fff（）()]+(?:公司|院|所|中心|集团)"
    r"|[0-9]{14,17}[0-9X]|[0-9A-Z]{18})$"
)
#: Letters that no code holds (GB 32100-2015) and that engines and people write for digits.
_NOT_IN_CODES: Final = str.maketrans("OIZSV", "01257")


@dataclass(frozen=True)
class Unfilled:
    """A blank in which nothing was read."""

    name: str
    certain: bool  #: False: something may stand there that was not read


@dataclass(frozen=True)
class Residue:
    """Words that stand where a blank's value does, and do not belong in it: added before the fixed text behind it."""

    edit: Edit
    well_read: bool


@dataclass(frozen=True)
class Blanks:
    fields: Mapping[str, Field]
    unfilled: tuple[Unfilled, ...]
    residues: tuple[Residue, ...]
    otherwise: Mapping[str, Field]  #: what a blank's other place says, where it clearly says something else


@dataclass(frozen=True)
class _Reading:
    """One place of one blank."""

    name: str
    value: str
    start: int  #: glyphs
    end: int
    residue: str = ""
    alone: bool = True  #: False: what was read for its neighbour may hold it as well


def read_blanks(
    text: LetterText,
    alignment: Alignment,
    ink: Mapping[int, InkMap],
    optional: frozenset[str],
    guessed: frozenset[str] = frozenset(),
) -> Blanks:
    """Every blank of the form once. `optional` may stay empty: blanks behind an unticked option.

    `guessed` stand behind options whose tick is only guessed: that they are empty is never certain.
    """
    readings = list(_readings(text, alignment))
    fields: dict[str, Field] = {}
    unfilled: dict[str, bool] = {}
    otherwise: dict[str, Field] = {}
    for name in dict.fromkeys(reading.name for reading in readings):
        mine = [reading for reading in readings if reading.name == name]
        filled = [reading for reading in mine if reading.value]
        if filled:
            fields[name] = _field(text, name, filled, ink)
            others = [_field(text, name, [one], ink) for one in filled if one.value != fields[name].value]
            if other := said_otherwise(fields[name], others):
                otherwise[name] = other
        if len(filled) < len(mine) and name not in optional:
            open_ones = [reading for reading in mine if not reading.value]
            unfilled[name] = name not in guessed and any(
                one.alone and seen_empty(text, one.start, one.end, ink) for one in open_ones
            )
    _confirm(text, alignment, fields)
    residues = tuple(_residue(text, alignment, one) for one in readings if one.residue)
    return Blanks(fields, tuple(Unfilled(*item) for item in unfilled.items()), residues, otherwise)


def _residue(text: LetterText, alignment: Alignment, reading: _Reading) -> Residue:
    start, end = reading.end - len(reading.residue), reading.end
    following = next(at for at, span in enumerate(alignment.spans) if span[0] <= start < span[1])
    return Residue(Edit(following, following, start, end), text.confidence(start, end) >= _WELL)


def _readings(text: LetterText, alignment: Alignment) -> Iterator[_Reading]:
    for names, (start, end) in zip(alignment.template.gaps, alignment.spans, strict=True):
        blanks = [name for name in names if name not in {MARGIN, SIGNATURE, DATE}]
        if not blanks:
            continue
        if MARGIN in names:  # the blank ends its line: a seal's words and the next row's signature are not in it
            first = text.glyphs[start].line if start < end else -1
            end = next((at for at in range(start, end) if text.glyphs[at].line != first), end)
            if start < end and not _beside_label(text, start):
                end = start
        yield from _split(text, blanks, start, end)


def _beside_label(text: LetterText, start: int) -> bool:
    """In the label's own line, or a piece of it that was read for itself."""
    if not start:
        return False
    label, line = text.line_of(start - 1), text.line_of(start)
    level = label.box.top <= line.box.middle[1] <= label.box.bottom
    return label is line or (label.page is line.page and level and line.box.left >= label.box.middle[0])


def _split(text: LetterText, names: list[str], start: int, end: int) -> Iterator[_Reading]:
    """The values of blanks that stand side by side."""
    if len(names) == 1:
        yield _single(text, names[0], start, end)
        return
    cut = start
    if _is_number(names[1]):
        cut = _number_start(text, start, end)
    elif names == ["project", "section"]:
        cut = _section_start(text, start, end)
    if names == ["project", "section"]:
        if cut == end and not _is_whole_project(text, start, end):
            # Both stand there, but where one ends is not to be seen: one value for the two.
            yield _single(text, JOINED, start, end)
            return
        if start < end:
            yield _single(text, JOINED, start, end)
    parted = names == ["project", "section"] or _is_of_one_kind(text, start, end)
    yield replace(_single(text, names[0], start, cut), alone=parted)
    for name in names[1:]:
        yield replace(_single(text, name, cut, end), alone=parted)
        cut = end


def _is_of_one_kind(text: LetterText, start: int, end: int) -> bool:
    """Nothing, a name alone or a number alone, well read: a number misread as signs would be no missing one."""
    if start == end:
        return True
    return _PURE.search(text.raw(start, end)) is not None and text.confidence(start, end) >= _WELL


def _is_whole_project(text: LetterText, start: int, end: int) -> bool:
    """Print that ends as works' names do: the section behind it was left open. A hand's reading proves nothing."""
    return start == end or (
        text.confidence(start, end) >= _WELL and _WHOLE_PROJECT.search(text.characters[start:end]) is not None
    )


def _single(text: LetterText, name: str, start: int, end: int) -> _Reading:
    raw = text.raw(start, end)
    if UNDERLINE.match(raw):
        return _Reading(name, "", start, end)
    if name == "post" and (behind := _BEHIND_COMMA.match(raw)) and fold_post(behind["post"]):
        return _Reading(name, _folded_value(name, behind["post"]), start, end, folded(behind["words"]))
    if not _is_number(name):
        return _Reading(name, _folded_value(name, raw), start, end)
    numbers = max(_NUMBER.findall(raw), key=len, default="")
    at = raw.rfind(numbers) if numbers else 0
    residue = folded(raw[at + len(numbers) :])
    wrong = residue if len(fold_identifier(numbers)) >= 15 and re.fullmatch("[\u4e00-\u9fff]{1,12}", residue) else ""
    return _Reading(name, _folded_value(name, numbers or raw), start, end, wrong)


def _is_number(name: str) -> bool:
    return name in _NUMBERS or name.endswith("_id")


def _number_start(text: LetterText, start: int, end: int) -> int:
    """Where the number after a name begins: the last long run of digits and letters."""
    best = end
    for match in re.finditer(r"[0-9A-Z]{6,}", text.characters[start:end]):
        best = start + match.start()
        if len(match[0]) >= 10:
            break
    return best


def _section_start(text: LetterText, start: int, end: int) -> int:
    """Where the section's name begins: after an empty stretch, else at words that only sections have."""
    for at in range(start + 2, end):
        before, here = text.glyphs[at - 1], text.glyphs[at]
        if before.line == here.line and "　" in text.lines[here.line].text[before.at + 1 : here.at]:
            return at
    match = _SECTION.search(text.characters[start:end])
    return start + match.start() if match else end


def _folded_value(name: str, raw: str) -> str:
    if name == "credit_identifier":
        code = fold_identifier(raw)
        mended = code.translate(_NOT_IN_CODES)
        return mended if check_credit_identifier(mended).valid else code
    if _is_number(name):
        return fold_identifier(raw)
    if name in {"legal_representative", "handler", "engineer"}:
        return fold_person(raw).strip("_—-")
    if name == "firm":
        return fold_firm(raw).strip("_—-")
    value = squeeze(raw).strip("_—-,，。、；;")
    return re.sub(r"[儿几孔]L?(?=-?[0-9])", "JL", value) if name in {"section", JOINED} else value


def _field(text: LetterText, name: str, filled: list[_Reading], ink: Mapping[int, InkMap]) -> Field:
    """The best reading of a blank; two equal ones of different places confirm each other."""
    best = max(filled, key=lambda one: (_checks(name, one.value), text.confidence(one.start, one.end)))
    confidence = text.confidence(best.start, best.end)
    if _is_number(name) and not _checks(name, best.value):
        confidence = min(confidence, _number_confidence(text, best, ink))
    lines = [text.line_of(at) for at in range(best.start, best.end)]
    by_text = bool(lines) and all(line.sure for line in lines)
    agreeing = sum(one.value == best.value for one in filled)
    certain = by_text or _checks(name, best.value) or (agreeing > 1 and confidence >= _WELL)
    if name in {"action", "post"}:
        # A closed list is a check of its own.
        certain = by_text or (_known(name, best.value) and confidence >= _WELL)
    return Field(
        value=best.value,
        confidence=confidence,
        certain=certain,
        page=text.page(best.start, best.end),
        box=text.box(best.start, best.end),
        read_by=ReadBy.TEXT if by_text else ReadBy.OCR,
    )


def _number_confidence(text: LetterText, reading: _Reading, ink: Mapping[int, InkMap]) -> float:
    """Of a number's weakest sign: one wrong sign makes another number. Half where a stroke behind it was not read."""
    weakest = min(
        (trust for at in range(reading.start, reading.end) if (trust := text.trust(at)) is not None), default=1.0
    )
    last, after = text.glyphs[reading.end - 1], text.glyphs[reading.end] if reading.end < len(text.glyphs) else None
    line = text.lines[last.line]
    picture = ink.get(line.page.number)
    if after is None or after.line != last.line or not line.line.places or picture is None or line.sure:
        return weakest
    left, right = line.middle(last.at) + 0.45 * line.em, line.middle(after.at) - HALF * line.em
    rest = Box(left, line.box.top + 0.15 * line.box.height, right, line.box.bottom - 0.18 * line.box.height)
    unread = right - left > 0.15 * line.em and not picture.is_clean(rest)
    return min(weakest, 0.5) if unread else weakest


def _checks(name: str, value: str) -> bool:
    """Whether the value proves itself by its check digit."""
    if name == "credit_identifier":
        return check_credit_identifier(value).valid
    return name.endswith("_id") and check_citizen_id(value).valid


def _known(name: str, value: str) -> bool:
    return value in {"新增", "更新"} if name == "action" else fold_post(value) is not None


def _confirm(text: LetterText, alignment: Alignment, fields: dict[str, Field]) -> None:
    """A name read again in its signature is read twice."""
    signed = {
        fold_person(text.lines[text.glyphs[at].line].text)
        for names, (start, end) in zip(alignment.template.gaps, alignment.spans, strict=True)
        if {MARGIN, SIGNATURE} & set(names)
        for at in range(start, end)
    }
    for name in ("legal_representative", "handler", "engineer"):
        field = fields.get(name)
        if field and not field.certain and field.confidence >= _WELL and field.value in signed:
            fields[name] = replace(field, certain=True)
