"""Where do the headers of a mail lie, and does it keep within the limits?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: One mail may not cost more than this, however it is made (reliability: tables A and B).
HEADER_BLOCK_LIMIT = 256 * 1024  #: bytes of one header block
HEADER_LIMIT = 32 * 1024  #: bytes of one header: the rest is cut
HEADERS_LIMIT = 1000  #: headers in one block
PART_LIMIT = 500  #: MIME parts in one mail, those of enclosed mails included
NESTING_LIMIT = 20  #: multipart in multipart
TEXT_BYTES_LIMIT = 2 * 1024 * 1024  #: bytes of all body texts together that are decoded
MAIL_IN_MAIL_LIMIT = 3  #: message/rfc822 in message/rfc822

_NAME = re.compile(rb"([!-9;-~]{1,200})[ \t]*:")
_MBOX_LINE = re.compile(rb"(?:>?From |\s*\r?\n)")


@dataclass(frozen=True)
class Field:
    """One header as it stands in the mail."""

    name: str  #: lower case
    raw: bytes  #: folded as received, without the last line end


@dataclass(frozen=True)
class HeaderBlock:
    fields: tuple[Field, ...]
    body_start: int  #: offset of the first byte after the blank line
    over_limit: bool = False  #: cut at a limit: a person must look
    broken: bool = False  #: lines that are no headers stand among them

    def first(self, name: str) -> bytes | None:
        """The topmost header of that lower-case name."""
        return next((field.raw for field in self.fields if field.name == name), None)

    def every(self, name: str) -> tuple[bytes, ...]:
        return tuple(field.raw for field in self.fields if field.name == name)


def with_line_ends(raw: bytes) -> bytes:
    """The mail with LF somewhere: some exports hold bare CR only, and would be a single line."""
    return raw.replace(b"\r", b"\n") if b"\n" not in raw[: 64 * 1024] and b"\r" in raw[: 64 * 1024] else raw


def header_block(raw: bytes, start: int, end: int, *, top: bool = False) -> HeaderBlock:
    """The headers from `start`; stops at the blank line, at the first text line, or at a limit. Linear in the block."""
    if top:
        start = _after_leading_noise(raw, start, end)
    fields: list[Field] = []
    broken = False
    position, stop = start, min(end, start + HEADER_BLOCK_LIMIT)
    name, begin, finish = "", start, start
    while position < stop:
        line_end = raw.find(b"\n", position, stop)
        following = stop if line_end < 0 else line_end + 1
        line = raw[position : min(following, position + HEADER_LIMIT)]
        if not line.strip(b"\r\n"):
            position = following
            return _block(fields, name, raw[begin:finish], position, broken=broken)
        if line[:1] in (b" ", b"\t") and name:
            finish = following
        elif match := _NAME.match(line):
            _add(fields, name, raw[begin:finish])
            if len(fields) >= HEADERS_LIMIT:
                return HeaderBlock(tuple(fields), _past_blank_line(raw, position, end), over_limit=True, broken=broken)
            name, begin, finish = match[1].decode("ascii").lower(), position + match.end(), following
        elif _text_begins(raw, following, stop):
            return _block(fields, name, raw[begin:finish], position, broken=True)
        else:
            broken = True
        position = following
    over = stop < end and position >= stop
    body = _past_blank_line(raw, position, end) if over else position
    return _block(fields, name, raw[begin:finish], body, over_limit=over, broken=broken)


def lines_of(raw: bytes) -> Iterator[bytes]:
    """The physical lines of one header, without their line ends."""
    for line in raw.split(b"\n"):
        yield line.rstrip(b"\r")


def _block(
    fields: list[Field], name: str, last: bytes, body: int, *, over_limit: bool = False, broken: bool = False
) -> HeaderBlock:
    _add(fields, name, last)
    return HeaderBlock(tuple(fields), body, over_limit, broken)


def _add(fields: list[Field], name: str, value: bytes) -> None:
    if name:
        fields.append(Field(name, value[:HEADER_LIMIT].rstrip(b"\r\n")))


def _after_leading_noise(raw: bytes, start: int, end: int) -> int:
    """Skips blank lines, a byte order mark and mbox "From " lines that an export may put first."""
    if raw.startswith(b"\xef\xbb\xbf", start):
        start += 3
    for _ in range(50):
        if not _MBOX_LINE.match(raw, start, min(end, start + 1000)):
            break
        line_end = raw.find(b"\n", start, end)
        if line_end < 0:
            break
        start = line_end + 1
    return start


def _text_begins(raw: bytes, following: int, stop: int) -> bool:
    """Whether a line that is no header starts the text: a stray line is followed by a header again."""
    return following >= stop or _NAME.match(raw, following, min(stop, following + 200)) is None


def _past_blank_line(raw: bytes, position: int, end: int) -> int:
    ends = [found + len(mark) for mark in (b"\r\n\r\n", b"\n\n") if (found := raw.find(mark, position, end)) >= 0]
    return min(ends, default=end)
