"""What does one header say, whatever wrote it?"""

import re

from parsers.mail import transfer
from parsers.mail.charset import clean_line, codec_of, decode_bytes

#: Up to three stray question marks inside a word are borne; the pattern stays linear in the header's length.
_WORD = re.compile(rb"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*(?:\?(?!=)[^?]*){0,3})\?=")
_FOLD = re.compile(rb"\r?\n(?=[ \t])|\r?\n")
_HEX = re.compile(rb"%([0-9A-Fa-f]{2})")
_PARAMETER_NAME = re.compile(r"^([^*]+?)(?:\*(\d{1,3}))?(\*?)$")
_SEMICOLON = re.compile(rb";")
_QUOTE_OR_SEMICOLON = re.compile(rb'[";]')
# The second byte of a raw GBK character may be a backslash: it escapes nothing.
_QUOTED = re.compile(rb'(?:[^"\\\x80-\xff]++|[\x80-\xff]\\?|\\.)*+"', re.DOTALL)  #: to its closing quote
_ESCAPED = re.compile(rb'(?<![\x80-\xff])\\(["\\])')
_PARAMETERS_LIMIT = 8 * 1024  #: bytes of Content-Type or Content-Disposition that are looked at
_PIECES_LIMIT = 200  #: RFC 2231 pieces of one parameter; a name in more pieces is no name
_NAME_LIMIT = 100  #: characters of a file name for display


def unfolded(raw: bytes) -> bytes:
    """The header on one line; the blank that began a continuation stays (RFC 5322 2.2.3)."""
    return _FOLD.sub(b"", raw)


def text_of(raw: bytes) -> str:
    """An unstructured header decoded and cleaned: one line without control or direction signs."""
    return clean_line(decoded(raw))


def decoded(raw: bytes) -> str:
    """RFC 2047 with what Chinese mail makes of it: neighbouring words of one charset are joined before decoding.

    Raw 8-bit text around the words is read as UTF-8, else GB18030. Not cleaned; the caller does it.
    """
    line = unfolded(raw)
    out: list[str] = []
    position = 0
    pending: list[tuple[str, bytes, bytes]] = []  # charset label, encoding, text
    for match in _WORD.finditer(line):
        between = line[position : match.start()]
        if pending and between.strip(b" \t"):
            out.append(_words(pending))
            pending = []
        if between.strip(b" \t") or not pending:
            out.append(decode_bytes(between))
        pending.append((match[1].decode("latin-1"), match[2].lower(), match[3]))
        position = match.end()
    if pending:
        out.append(_words(pending))
    out.append(decode_bytes(line[position:]))
    return "".join(out)


def parameters(raw: bytes) -> tuple[str, dict[str, str]]:
    """Value (lower case) and parameters of Content-Type or Content-Disposition: RFC 2045, 2231, 2047, raw 8-bit.

    >>> parameters(b"attachment; filename*=gb18030''%D5%C5.pdf")
    ('attachment', {'filename': '张.pdf'})
    """
    value, *rest = _split(unfolded(raw[:_PARAMETERS_LIMIT]))
    found: dict[str, str] = {}
    pieces: dict[str, list[tuple[int, bool, bytes]]] = {}
    for item in rest:
        label, sign, content = item.partition(b"=")
        name = _PARAMETER_NAME.match(label.strip().decode("latin-1").lower())
        if not sign or not name:
            continue
        text = _unquoted(content.strip())
        if name[2] is None and not name[3]:
            found.setdefault(name[1], clean_line(decoded(text)))
        else:
            pieces.setdefault(name[1], []).append((int(name[2] or 0), bool(name[3]), text))
    for key, parts in pieces.items():
        if len(parts) <= _PIECES_LIMIT:
            found[key] = clean_line(_continued(parts))
    return clean_line(value.decode("latin-1")).lower(), found


def boundary_of(raw: bytes) -> bytes | None:
    """The boundary of a multipart, byte for byte; None when missing or longer than any mail program makes it."""
    for item in _split(unfolded(raw[:_PARAMETERS_LIMIT]))[1:]:
        label, _, content = item.partition(b"=")
        if label.strip().lower() == b"boundary":
            boundary = _unquoted(content.strip()).rstrip()
            return boundary if 0 < len(boundary) <= 200 else None
    return None


def file_name(text: str, position: int) -> str:
    """An attachment's name for display only: last component, at most 100 characters with its extension kept.

    Nothing is ever stored under this name; files lie under their SHA-256.
    """
    last = re.split(r"[/\\]", clean_line(text))[-1].strip(" \"'")
    if not last.strip(". ~"):
        return f"附件{position}"
    if len(last) <= _NAME_LIMIT:
        return last
    stem, dot, extension = last.rpartition(".")
    if not dot or len(extension) > 10:
        return last[:_NAME_LIMIT]
    return stem[: _NAME_LIMIT - len(extension) - 1] + dot + extension


def _words(words: list[tuple[str, bytes, bytes]]) -> str:
    """Encoded words that stand next to each other, as text."""
    out: list[str] = []
    label, data = words[0][0], b""
    carried = b""  # base64 signs of a group of four that the next word completes
    for charset, encoding, text in words:
        if _codec_key(charset) != _codec_key(label):
            out.append(decode_bytes(data + _base64(carried), label))
            label, data, carried = charset, b"", b""
        if encoding == b"q":
            data += _base64(carried) + _quoted(text)
            carried = b""
        else:
            letters = carried + b"".join(text.split())
            whole = len(letters) if letters.endswith(b"=") else len(letters) // 4 * 4
            data, carried = data + _base64(letters[:whole]), letters[whole:]
    return "".join([*out, decode_bytes(data + _base64(carried), label)])


def _codec_key(label: str) -> str:
    return codec_of(label) or label.lower()


def _base64(letters: bytes) -> bytes:
    return transfer.from_base64(letters)[0]


def _quoted(text: bytes) -> bytes:
    return transfer.decode(text.replace(b"_", b" ").replace(b"\t", b" "), "quoted-printable")[0]


def _continued(parts: list[tuple[int, bool, bytes]]) -> str:
    """RFC 2231: pieces in their order, percent signs resolved where announced, one charset for all."""
    label = ""
    data: list[bytes] = []
    encoded_any = False
    for number, encoded, text in sorted(parts, key=lambda part: part[0]):
        if encoded and not encoded_any and text.count(b"'") >= 2 and (number == 0 or not data):
            charset, _, text = text.split(b"'", 2)
            label = charset.decode("latin-1")
        encoded_any = encoded_any or encoded
        data.append(_HEX.sub(lambda match: bytes([int(match[1], 16)]), text) if encoded else text)
    joined = b"".join(data)
    # Pieces without percent signs may carry encoded words instead, as some gateways split them.
    return decode_bytes(joined, label) if encoded_any else decoded(joined)


def _split(line: bytes) -> list[bytes]:
    """Cut at the semicolons outside quotes; a quote that never closes is an ordinary sign."""
    parts: list[bytes] = []
    start = position = 0
    marks = _QUOTE_OR_SEMICOLON
    while mark := marks.search(line, position):
        position = mark.end()
        if mark[0] == b";":
            parts.append(line[start : mark.start()])
            start = position
        elif quoted := _QUOTED.match(line, position):
            position = quoted.end()
        else:
            marks = _SEMICOLON  # tried once only: each further try would read the rest again
    return [*parts, line[start:]]


def _unquoted(content: bytes) -> bytes:
    if content[:1] != b'"':
        return content
    quoted = _QUOTED.match(content, 1)
    inner = content[1 : quoted.end() - 1] if quoted else content[1:]
    return b"".join(_ESCAPED.split(inner))  # what is split at leaves its group behind: the escaped sign alone
