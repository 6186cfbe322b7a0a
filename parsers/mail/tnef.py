"""Which files does Outlook's winmail.dat hold (MS-OXTNEF)?

Own and small, because the one Python package (tnefparse) is LGPL, without a release since 2021, and reads names by a
guessed code page. Only what applications need is read: the files, their names and the plain text.
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

from parsers.mail.charset import clean_text, codec_of, decode_bytes

SIGNATURE = b"\x78\x9f\x3e\x22"
_FILES_LIMIT = 200
_ATTRIBUTES_LIMIT = 20_000
_PROPERTIES_LIMIT = 2_000
_VALUES_LIMIT = 1_000


class _Attribute(IntEnum):
    BODY = 0x0002800C
    OEM_CODE_PAGE = 0x00069007
    MESSAGE_PROPERTIES = 0x00069003
    NEW_FILE = 0x00069002
    TITLE = 0x00018010
    DATA = 0x0006800F
    FILE_PROPERTIES = 0x00069005


_LONG_NAME, _SHORT_NAME, _DISPLAY_NAME, _DATA_BINARY, _MIME_TYPE = 0x3707, 0x3704, 0x3001, 0x3701, 0x370E
_PLAIN_BODY = 0x1000
_FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
_STRING8, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102


@dataclass(frozen=True)
class EnclosedFile:
    name: str  #: as written there, not yet cleaned
    data: bytes
    declared_type: str = ""


@dataclass(frozen=True)
class Enclosed:
    """What was found before the end or the first break."""

    files: tuple[EnclosedFile, ...] = ()
    text: str = ""
    damaged: bool = False


@dataclass
class _File:
    title: bytes = b""
    data: bytes = b""
    properties: dict[int, tuple[int, bytes]] = field(default_factory=dict)


def enclosed(data: bytes) -> Enclosed:
    """The files in a TNEF stream. Never raises; at most 200 files, and no more bytes than the stream has."""
    if not data.startswith(SIGNATURE):
        return Enclosed(damaged=True)
    files: list[_File] = []
    code_page, body, position, damaged = "", b"", 6, False
    properties: dict[int, tuple[int, bytes]] = {}
    for _ in range(_ATTRIBUTES_LIMIT):
        if position + 9 > len(data):
            break
        attribute, length = struct.unpack_from("<II", data, position + 1)
        value = data[position + 9 : position + 9 + length]
        position += 9 + length + 2
        if data[position - length - 11] not in (1, 2) or len(value) < length:
            damaged = True
            if len(value) < length and attribute == _Attribute.DATA and files:
                files[-1].data = value
            break
        match attribute:
            case _Attribute.OEM_CODE_PAGE if length >= 4:
                code_page = f"cp{struct.unpack_from('<I', value)[0]}"
            case _Attribute.BODY:
                body = value
            case _Attribute.MESSAGE_PROPERTIES:
                properties = _properties(value)
            case _Attribute.NEW_FILE if len(files) < _FILES_LIMIT:
                files.append(_File())
            case _Attribute.TITLE if files:
                files[-1].title = value
            case _Attribute.DATA if files:
                files[-1].data = value
            case _Attribute.FILE_PROPERTIES if files:
                files[-1].properties = _properties(value)
    label = code_page if codec_of(code_page) else ""
    text = _string(properties.get(_PLAIN_BODY), label) or decode_bytes(body.rstrip(b"\0"), label)
    return Enclosed(tuple(_enclosed_file(one, label) for one in files), clean_text(text), damaged)


def _enclosed_file(one: _File, label: str) -> EnclosedFile:
    names = [_string(one.properties.get(key), label) for key in (_LONG_NAME, _DISPLAY_NAME)]
    names += [decode_bytes(one.title.rstrip(b"\0"), label), _string(one.properties.get(_SHORT_NAME), label)]
    data = one.data
    if not data and _DATA_BINARY in one.properties:
        kind, value = one.properties[_DATA_BINARY]
        data = value[16:] if kind == _OBJECT else value  # an object is led by its interface's GUID
    declared = _string(one.properties.get(_MIME_TYPE), label)
    return EnclosedFile(next((name for name in names if name.strip()), ""), data, declared)


def _string(value: tuple[int, bytes] | None, label: str) -> str:
    if value is None:
        return ""
    kind, data = value
    if kind == _UNICODE:
        return data.decode("utf-16-le", "replace").rstrip("\0")
    return decode_bytes(data.rstrip(b"\0"), label) if kind == _STRING8 else ""


def _properties(data: bytes) -> dict[int, tuple[int, bytes]]:
    """MAPI properties by id: (type, first value); stops at the first that does not fit."""
    found: dict[int, tuple[int, bytes]] = {}
    try:
        (count,) = struct.unpack_from("<I", data, 0)
        position = 4
        for _ in range(min(count, _PROPERTIES_LIMIT)):
            kind, key = struct.unpack_from("<HH", data, position)
            position += 4
            if key >= 0x8000:
                position = _past_name(data, position)
            value, position = _value(data, position, kind)
            found.setdefault(key, (kind & 0x0FFF, value))
    except (struct.error, ValueError):
        return found
    return found


def _past_name(data: bytes, position: int) -> int:
    (kind,) = struct.unpack_from("<I", data, position + 16)
    if kind == 0:
        return position + 24
    (length,) = struct.unpack_from("<I", data, position + 20)
    return position + 24 + _padded(length)


def _value(data: bytes, position: int, kind: int) -> tuple[bytes, int]:
    several, kind = bool(kind & 0x1000), kind & 0x0FFF
    count = 1
    if several or kind in (_STRING8, _UNICODE, _OBJECT, _BINARY):
        (count,) = struct.unpack_from("<I", data, position)
        position += 4
    if count > _VALUES_LIMIT:
        raise ValueError(count)
    first = b""
    for number in range(count):
        if kind in _FIXED:
            length = stride = _FIXED[kind]
        elif kind in (_STRING8, _UNICODE, _OBJECT, _BINARY):
            (length,) = struct.unpack_from("<I", data, position)
            position += 4
            stride = _padded(length)
        else:
            raise ValueError(kind)
        if position + length > len(data):
            raise ValueError(length)
        if number == 0:
            first = data[position : position + length]
        position += stride
    return first, position


def _padded(length: int) -> int:
    return (length + 3) // 4 * 4
