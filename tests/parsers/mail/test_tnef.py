"""winmail.dat gives back its files under their Chinese names, however damaged it is."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail.tnef import SIGNATURE, enclosed


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


@pytest.mark.parametrize(
    ("long_name", "name"),
    [("社保证明－张三.pdf", "社保证明－张三.pdf"), ("", "社保~1.PDF")],
    ids=["long name", "title in GBK"],
)
def test_a_file_keeps_its_name_and_bytes(long_name, name):
    found = enclosed(stream(long_name=long_name))
    assert [(one.name, one.data) for one in found.files] == [(name, b"%PDF-1.4")]
    assert found.text == "正文"
    assert not found.damaged


def test_a_stream_cut_inside_a_file_gives_what_there_is():
    data = stream(data=b"x" * 1000, long_name="")
    found = enclosed(data[:-400])
    assert found.damaged
    assert found.files[0].data == b"x" * (1000 - 400 + 2)


def test_what_is_no_stream_is_damaged():
    assert enclosed(b"PK\x03\x04").damaged


@given(st.binary(max_size=300))
def test_no_stream_raises(data):
    enclosed(SIGNATURE + b"\0\0" + data)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_no_damage_raises_and_no_file_outgrows_the_stream(at, noise):
    data = bytearray(stream())
    data[6 + at % (len(data) - 6) : 6 + at % (len(data) - 6) + len(noise)] = noise
    assert all(len(one.data) <= len(data) for one in enclosed(bytes(data)).files)
