"""A transfer encoding gives back its bytes, and says when they did not arrive whole."""

import base64
import binascii

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail import transfer


@pytest.mark.parametrize(
    ("body", "closed", "data", "damaged"),
    [
        pytest.param(b"QUJD\r\n", True, b"ABC", False, id="whole"),
        pytest.param(b"QUI=\r\n\r\n", True, b"AB", False, id="padded"),
        pytest.param(b"QUI", True, b"AB", False, id="padding left out"),
        pytest.param(b"QUI", False, b"AB", True, id="end missing in a mail without its end"),
        pytest.param(b"QUJDR", True, b"ABC", True, id="one sign too many"),
        pytest.param(b"QU*JD", True, b"ABC", True, id="foreign sign"),
        pytest.param(b"QUI=QUI=", True, b"ABAB", False, id="two pieces glued together"),
        pytest.param(b"", True, b"", False, id="empty"),
        pytest.param(b"=====", True, b"", False, id="padding only"),
    ],
)
def test_base64(body, closed, data, damaged):
    assert transfer.decode(body, " Base64 ", closed=closed) == (data, damaged)


def test_uuencode():
    lines = b"begin 644 a\n" + binascii.b2a_uu(b"hello") + b"`\nend\n"
    assert transfer.decode(lines, "x-uuencode") == (b"hello", False)
    assert transfer.decode(lines[:-4], "x-uuencode") == (b"hello", True)


@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary", "", "x-unknown"])
def test_what_is_not_encoded_stays(encoding):
    assert transfer.decode(b"=E5\xff\0", encoding) == (b"=E5\xff\0", False)


@given(st.binary(max_size=500), st.integers(4, 80))
def test_encoded_bytes_come_back_however_the_lines_are_cut(data, width):
    encoded = base64.b64encode(data)
    lines = b"\r\n".join(encoded[at : at + width] for at in range(0, len(encoded), width))
    assert transfer.decode(lines, "base64", closed=False) == (data, False)


@pytest.mark.parametrize(
    ("encoding", "head", "most"),
    [
        pytest.param("base64", b"", 1, id="base64"),
        pytest.param("quoted-printable", b"", 1, id="quoted-printable"),
        pytest.param("x-uuencode", b"begin 644 a\n", 63, id="uuencode: its lines may leave out zeros at their end"),
    ],
)
@given(body=st.binary(max_size=300))
def test_any_body_decodes_to_a_bounded_multiple_of_itself(encoding, head, most, body):
    data, _ = transfer.decode(head + body, encoding)
    assert len(data) <= most * len(body)
