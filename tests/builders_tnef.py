"""What does Outlook put into a winmail.dat (MS-OXTNEF)?"""

import struct

from parsers.mail.tnef import SIGNATURE


def attribute(level: int, identifier: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, identifier, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def string_property(identifier: int, text: str) -> bytes:
    data = text.encode("utf-16-le") + b"\0\0"
    return struct.pack("<HHII", 0x1F, identifier, 1, len(data)) + data + b"\0" * (-len(data) % 4)


def stream(*, title: str = "社保~1.PDF", long_name: str = "社保证明－张三.pdf", data: bytes = b"%PDF-1.4") -> bytes:
    properties = struct.pack("<I", 2) + struct.pack("<HHI", 0x0B, 0x7FFE, 1) + string_property(0x3707, long_name)
    return (
        SIGNATURE
        + b"\x01\x00"
        + attribute(1, 0x00069007, struct.pack("<II", 936, 0))
        + attribute(1, 0x0002800C, "正文".encode("gbk") + b"\0")
        + attribute(2, 0x00069002, b"\x01\x00" + b"\0" * 12)
        + attribute(2, 0x00018010, title.encode("gbk") + b"\0")
        + attribute(2, 0x0006800F, data)
        + (attribute(2, 0x00069005, properties) if long_name else b"")
    )
