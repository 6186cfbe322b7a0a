"""winmail.dat gives back its files under their Chinese names, however damaged it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail.tnef import SIGNATURE, enclosed
from tests.builders_tnef import stream


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
def test_whatever_follows_the_signature_no_more_comes_out_than_went_in(data):
    found = enclosed(SIGNATURE + b"\0\0" + data)
    assert sum(len(one.data) for one in found.files) <= len(data)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=8))
def test_no_damage_raises_and_no_file_outgrows_the_stream(at, noise):
    data = bytearray(stream())
    data[6 + at % (len(data) - 6) : 6 + at % (len(data) - 6) + len(noise)] = noise
    assert all(len(one.data) <= len(data) for one in enclosed(bytes(data)).files)
