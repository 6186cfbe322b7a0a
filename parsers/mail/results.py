"""What does one Authentication-Results header say, as providers really write it?

RFC 8601 asks for `id; method=result ptype.property=value …`. NetEase folds inside tokens, Exchange leaves out the id,
QQ puts addresses in angle brackets: strict parsers lose all three.
"""

import re
from dataclasses import dataclass, field
from itertools import product

_FOLDS_TRIED = 6  #: folds that are read both ways: 64 readings at most
_FOLD = re.compile(r"[ \t]*\n[ \t]*")
_ITEM = re.compile(r"\s*([A-Za-z0-9-]{1,30})(?:\s*/\s*\d+)?\s*=\s*([A-Za-z]{1,20})(?=[\s(]|$)")
_PROPERTY = re.compile(
    r"\s+(?:(?P<type>smtp|header|body|policy|dns)\s*\.\s*(?P<name>[A-Za-z0-9-]{1,40})"
    r"|(?P<word>[A-Za-z][A-Za-z0-9-]{0,30}))\s*=\s*(?P<value>\"[^\"]*\"|<[^<>\s]*>|[^\s;\"<>]*)(?=\s|$)"
)
_IDENTIFIER = re.compile(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._:/-]{0,254}))(?:\s+\d+)?\s*")
_OUTCOME = re.compile(r"pass|fail|softfail|neutral|none|temperror|permerror|policy|bestguesspass|hardfail")


@dataclass(frozen=True)
class Result:
    method: str  #: spf, dkim, dmarc, arc, compauth …
    outcome: str  #: pass, fail, none …; hardfail is told as fail
    properties: dict[str, str] = field(default_factory=dict)  #: "smtp.mailfrom" → value


@dataclass(frozen=True)
class Results:
    authserv_id: str | None  #: lower case; None where the server leaves it out
    results: tuple[Result, ...] = ()  #: empty where no reading of the header makes sense


def results_of(value: str) -> Results:
    """The header, folds as "\\n": read as RFC 5322 unfolds it, else with folds taken out of tokens. Never raises.

    Which of the two is right is told by the grammar: `smtp.mail=alice-⏎ test@x.com` has a stray word if unfolded.
    """
    first: Results | None = None
    for text in _readings(value):
        results, well_formed = _read(text)
        if well_formed:
            return results
        first = first or results
    return Results(first.authserv_id if first else None)


def _readings(value: str) -> list[str]:
    pieces = _FOLD.split(value)
    if not 2 <= len(pieces) <= _FOLDS_TRIED + 1:
        return [" ".join(pieces)]
    ways = product((" ", ""), repeat=len(pieces) - 1)
    return [pieces[0] + "".join(glue + piece for glue, piece in zip(way, pieces[1:], strict=True)) for way in ways]


def _read(text: str) -> tuple[Results, bool]:
    """The results, and whether every token had its place."""
    segments = _segments(_without_comments(text))
    identifier: str | None = None
    if "=" not in segments[0]:
        match = _IDENTIFIER.fullmatch(segments[0])
        identifier, segments = (match[1].lower() if match else None), segments[1:]
        if match is None:
            return Results(None), False
    found: list[Result] = []
    for segment in segments:
        if not segment.strip() or segment.strip().lower() == "none":
            continue
        result = _result(segment)
        if result is None:
            return Results(identifier), False
        found.append(result)
    return Results(identifier, tuple(found)), bool(found)


def _result(segment: str) -> Result | None:
    item = _ITEM.match(segment)
    if item is None or not _OUTCOME.fullmatch(item[2].lower()):
        return None
    properties: dict[str, str] = {}
    position = item.end()
    while match := _PROPERTY.match(segment, position):
        key = f"{match['type']}.{match['name']}" if match["type"] else match["word"]
        properties.setdefault(key.lower(), match["value"].strip('"<>'))
        position = match.end()
    if segment[position:].strip():
        return None
    outcome = item[2].lower()
    return Result(item[1].lower(), "fail" if outcome == "hardfail" else outcome, properties)


def _segments(text: str) -> list[str]:
    """Cut at semicolons outside quotes."""
    out, start, quoted = [], 0, False
    for position, sign in enumerate(text):
        if sign == '"':
            quoted = not quoted
        elif sign == ";" and not quoted:
            out.append(text[start:position])
            start = position + 1
    return [*out, text[start:]]


def _without_comments(text: str) -> str:
    """Comments become blanks; they may hold anything, a whole forged result too."""
    out: list[str] = []
    depth, quoted = 0, False
    for sign in text:
        if sign == '"' and not depth:
            quoted = not quoted
        if sign == "(" and not quoted:
            depth += 1
            out.append(" ")
        elif sign == ")" and depth and not quoted:
            depth -= 1
        elif not depth:
            out.append(sign)
    return "".join(out)
