"""Of which parts does a mail consist?

An own walk over offsets: nothing is copied or decoded, and the limits hold before anything is. Python 3.11's email
package takes minutes for 100,000 parts and ends in RecursionError for deep nesting.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.mail.headers import boundary_of, parameters
from parsers.mail.scan import NESTING_LIMIT, PART_LIMIT, TEXT_BYTES_LIMIT, HeaderBlock, header_block

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+-]+")
_GUESSED_BOUNDARY = re.compile(rb"(?:^|\n)--([^\r\n]{1,70}?)[ \t]*\r?\n(?:[A-Za-z0-9-]+:|\r?\n)")
_GUESS_WITHIN = 64 * 1024  #: bytes in which the first boundary line is looked for when none is declared


@dataclass(frozen=True)
class Part:
    """One MIME part: its headers, and where its body lies in the mail's bytes."""

    block: HeaderBlock
    start: int
    end: int
    content_type: str
    parameters: dict[str, str]
    disposition: str  #: "attachment", "inline" or "" when not told
    name: str  #: as declared, "" when it has none
    closed: bool = True  #: False: the end mark of the multipart around it is missing, and it is the last
    children: tuple["Part", ...] = ()
    declared_type: str = ""  #: as told, also where a multipart had no parts and is read as text

    @property
    def encoding(self) -> str:
        raw = self.block.first("content-transfer-encoding")
        return raw.decode("latin-1").strip().lower() if raw else ""

    @property
    def content_id(self) -> str:
        raw = self.block.first("content-id")
        return raw.decode("latin-1").strip(" \t\r\n<>") if raw else ""

    def walk(self) -> Iterator["Part"]:
        """This part and all below it, in the order of the mail."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass
class Walk:
    """What one mail may still cost, and what was odd on the way; shared with the mails enclosed in it."""

    parts_left: int = PART_LIMIT
    text_left: int = TEXT_BYTES_LIMIT  #: bytes of body texts still to be decoded
    too_complex: bool = False
    defects: list[str] = field(default_factory=list)

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)


def structure(raw: bytes, walk: Walk, *, start: int = 0, end: int | None = None) -> Part:
    """The tree of parts of a mail; beyond a limit the rest is left out and `walk.too_complex` set. Never raises."""
    stop = len(raw) if end is None else end
    block = header_block(raw, start, stop, top=True)
    return _part(raw, block, stop, walk, depth=0, parent="")


def _part(
    raw: bytes, block: HeaderBlock, end: int, walk: Walk, *, depth: int, parent: str, closed: bool = True
) -> Part:
    walk.parts_left -= 1
    if block.over_limit:
        walk.too_complex = True
        walk.note("headers_too_large")
    if block.broken:
        walk.note("header_lines_broken")
    declared, found = _content_type(block, parent)
    content_type = declared
    disposition, more = parameters(block.first("content-disposition") or b"")
    children: tuple[Part, ...] = ()
    if content_type.startswith("multipart/"):
        children = _children(raw, block, content_type, end, walk, depth)
        if not children:
            content_type = "text/plain"  # without its parts only its text is left
    name = more.get("filename") or found.get("name") or ""
    return Part(block, block.body_start, end, content_type, found, disposition, name, closed, children, declared)


def _content_type(block: HeaderBlock, parent: str) -> tuple[str, dict[str, str]]:
    raw = block.first("content-type")
    if raw is None:
        return ("message/rfc822" if parent == "multipart/digest" else "text/plain"), {}
    value, found = parameters(raw)
    value = "".join(value.split())
    if _TYPE.fullmatch(value):
        return value, found
    # "text" or "Content-Type: pdf" alone: RFC 2045 5.2 reads it as text, a name makes it a file.
    return ("application/octet-stream" if found.get("name") else "text/plain"), found


def _children(raw: bytes, block: HeaderBlock, content_type: str, end: int, walk: Walk, depth: int) -> tuple[Part, ...]:
    if depth >= NESTING_LIMIT:
        walk.too_complex = True
        walk.note("nested_too_deeply")
        return ()
    boundary = boundary_of(block.first("content-type") or b"")
    pieces, closed = _pieces(raw, boundary, block.body_start, end, walk) if boundary else ([], True)
    if not pieces:
        walk.note("boundary_missing")
        guess = _GUESSED_BOUNDARY.search(raw, max(0, block.body_start - 1), min(end, block.body_start + _GUESS_WITHIN))
        if guess is None:
            return ()
        pieces, closed = _pieces(raw, guess[1], block.body_start, end, walk)
    children = []
    for number, (start, stop) in enumerate(pieces, 1):
        if walk.parts_left <= 0:
            walk.too_complex = True
            walk.note("too_many_parts")
            break
        inner = header_block(raw, start, stop)
        whole = closed or number < len(pieces)
        children.append(_part(raw, inner, stop, walk, depth=depth + 1, parent=content_type, closed=whole))
    return tuple(children)


def _pieces(raw: bytes, boundary: bytes, start: int, end: int, walk: Walk) -> tuple[list[tuple[int, int]], bool]:
    """Where the parts between the boundary lines lie, and whether the end mark came."""
    # A literal beginning lets the search run at memory speed; the line end before the boundary belongs to it.
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?:\r?\n|\r?\Z)")
    pieces: list[tuple[int, int]] = []
    begin: int | None = None
    position = max(0, start - 1)
    while match := line.search(raw, position, end):
        if begin is not None:
            pieces.append((begin, max(begin, match.start() - (raw[match.start() - 1 : match.start()] == b"\r"))))
        if match[1]:
            return pieces, True
        if len(pieces) > walk.parts_left:
            return pieces, False
        begin = match.end()
        position = match.end() - 1
    if begin is not None:
        walk.note("multipart_not_closed")
        pieces.append((begin, end))
    return pieces, False
