"""What is left of a subject once the habits of mail programs are folded away, and which are its parts?"""

import re
from dataclasses import dataclass
from typing import Final

from parsers.names import fold

_PREFIX: Final = re.compile(r"\s*(?:回复|答复|回覆|转发|轉發|轉寄|自动回复|re|re\[\d+\]|fw|fwd|aw|sv)\s*[:]\s*", re.I)
_TAG: Final = re.compile(r"\s*(?:【[^】]{1,20}】|\[[^\]]{1,20}\])\s*")
_CASE_NUMBER: Final = re.compile(r"\s*〔[A-Z0-9]+(?:-[A-Z0-9]+)*-\d+〕\s*$")
_QUOTES: Final = "《》〈〉“”\"'‘’「」『』"
_STRAY: Final = "。.;,，；"
_TRAILING_DATE: Final = re.compile(
    r"[\s\-_—–/(]*(?<!\d)(?:20\d{2}年\d{1,2}月(?:\d{1,2}[日号])?|20\d{2}[./-]\d{1,2}[./-]\d{1,2}|20\d{6})[)\s]*$"
)
_LONGEST: Final = 400  #: signs of a subject that are looked at; no prescribed line is near as long
SEPARATORS: Final = re.compile(r"[/\\|∕⁄╱│]")
_COMMAS: Final = re.compile(r"[、]")
BRACKETS: Final = str.maketrans("（〔【［[{｛）〕】］]}｝", "(((((((" + ")))))))")


@dataclass(frozen=True)
class Line:
    """A folded subject and what folding had to do."""

    text: str
    deviations: tuple[str, ...]


def fold_line(raw: str) -> Line:
    """Prefixes, tags, our own case number, quotes and a trailing date fall away, and are remembered."""
    deviations = []
    text = _CASE_NUMBER.sub("", raw[:_LONGEST].strip())
    if any(sign in text for sign in "／＼｜"):
        deviations.append("full_width")
    bare = _strip_prefixes(text)
    if bare != text:
        deviations.append("prefix")
    text = bare.strip(_QUOTES + " \u3000")
    if text != bare.strip():
        deviations.append("quotes")
    bare = fold(text)
    text = bare.strip(_STRAY)
    if text != bare:
        deviations.append("stray_signs")
    if dated := _TRAILING_DATE.search(text):
        text = text[: dated.start()] + (")" if _unclosed(text[: dated.start()]) else "")
        deviations.append("trailing_date")
    return Line(text, tuple(deviations))


def split(text: str) -> tuple[list[str], tuple[str, ...]]:
    """Cut on slashes and bars outside brackets; only if that gives one part, on 、 outside brackets."""
    parts = outside_brackets(text, SEPARATORS)
    deviations: tuple[str, ...] = ()
    if len(parts) == 1:
        parts = outside_brackets(text, _COMMAS)
    if len(parts) > 1 and text.count("/") < len(parts) - 1:
        deviations = ("separator",)
    if any(part != part.strip() for part in parts):
        deviations += ("spaces",)
    filled = [part for part in (part.strip() for part in parts) if part]
    if len(filled) < len(parts) > 1:
        deviations += ("stray_signs",)
    return filled or [""], deviations


def outside_brackets(text: str, separator: re.Pattern[str]) -> list[str]:
    depth, start, parts = 0, 0, []
    folded = text.translate(BRACKETS)
    if folded.count("(") != folded.count(")"):
        folded = folded.replace("(", " ").replace(")", " ")  # a bracket left open must not swallow the rest
    for place, sign in enumerate(folded):
        depth = max(0, depth + (sign == "(") - (sign == ")"))
        if depth == 0 and separator.match(sign):
            parts.append(text[start:place])
            start = place + 1
    return [*parts, text[start:]]


def _strip_prefixes(text: str) -> str:
    while found := _PREFIX.match(text.replace("：", ":")) or _TAG.match(text.replace("［", "[").replace("］", "]")):
        rest = text[found.end() :]
        if not rest.strip():
            break
        text = rest
    return text


def _unclosed(text: str) -> bool:
    return text.count("(") > text.count(")")
