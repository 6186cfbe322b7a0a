"""A header reads as its author meant it, by whatever rules his program wrote it."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.mail.charset import clean_line, codec_of, decode_bytes
from parsers.mail.headers import boundary_of, file_name, parameters, text_of

SUBJECT = "朱镕喆/重庆堃垚监理有限公司/业绩登记新增(本人提交)"


def word(text: bytes, label: str = "utf-8") -> bytes:
    return b"=?" + label.encode() + b"?B?" + b64encode(text) + b"?="


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        pytest.param(word(SUBJECT.encode()), SUBJECT, id="as prescribed"),
        pytest.param(SUBJECT.encode(), SUBJECT, id="raw UTF-8"),
        pytest.param(SUBJECT.encode("gb18030"), SUBJECT, id="raw GB18030"),
        pytest.param(word(SUBJECT.encode("gb18030"), "gb2312"), SUBJECT, id="gb2312 label, GB18030 bytes"),
        pytest.param(word(SUBJECT.encode("gb18030"), "GB_2312-80"), SUBJECT, id="old label"),
        pytest.param(word(SUBJECT.encode("gb18030"), "x-gbk"), SUBJECT, id="x-gbk"),
        pytest.param(word(SUBJECT.encode(), "x-unknown"), SUBJECT, id="unknown label"),
        pytest.param(word("請審核".encode("big5"), "big5"), "請審核", id="Big5"),
        pytest.param(b"Re:" + word("咨询".encode()), "Re:咨询", id="glued to Re:"),
        pytest.param(b'"' + word("张三".encode()) + b'"', '"张三"', id="inside quotes"),
        pytest.param(word("一".encode()) + b" \t " + word("二".encode()), "一二", id="blanks between words vanish"),
        pytest.param(word("一".encode()) + b" a " + word("二".encode()), "一 a 二", id="blanks around text stay"),
        pytest.param(b"=?utf-8?q?a_b=E5=BC=A0?=", "a b张", id="quoted-printable"),
        pytest.param(b"=?utf-8?q?what??= x", "what? x", id="question mark in a word"),
        pytest.param(b"=?utf-8*zh?q?a?=", "a", id="language mark"),
        pytest.param(b"=?utf-8?B?5byg5LiJ?", "=?utf-8?B?5byg5LiJ?", id="word never closed stays as it is"),
        pytest.param(b"hi=?utf-8?q?=0d=0aBcc:_evil@x?=", "hi Bcc: evil@x", id="C1 encoded line end"),
        pytest.param("\u202e".encode() + b"abc\0d", "abc d", id="direction sign and NUL"),
        pytest.param(b"a\r\n b\r\n\tc", "a b c", id="folded"),
    ],
)
def test_a_subject_is_decoded(raw, text):
    assert text_of(raw) == text


@pytest.mark.parametrize("label", ["gbk", "utf-8"])
@pytest.mark.parametrize("cut", range(1, 12))
def test_words_cut_inside_a_character_are_joined_before_decoding(label, cut):
    data = SUBJECT.encode(label if label == "utf-8" else "gb18030")
    assert text_of(word(data[:cut], label) + b"\r\n " + word(data[cut:], label)) == SUBJECT


def test_base64_cut_inside_a_group_of_four_goes_on_in_the_next_word():
    letters = b64encode("张三监理".encode())
    assert text_of(b"=?utf-8?B?" + letters[:5] + b"?= =?utf-8?B?" + letters[5:] + b"?=") == "张三监理"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        pytest.param(b'attachment; filename="a;b.pdf"', "a;b.pdf", id="semicolon in quotes"),
        pytest.param(b"attachment; filename=a b.pdf", "a b.pdf", id="blank without quotes"),
        pytest.param('attachment; filename="张三.pdf"'.encode("gbk"), "张三.pdf", id="raw GBK"),
        pytest.param('attachment; filename="乗.pdf"'.encode("gbk"), "乗.pdf", id="raw GBK that ends in a backslash"),
        pytest.param(b'attachment; filename="' + word("张.pdf".encode("gbk"), "gb2312") + b'"', "张.pdf", id="word"),
        pytest.param(b"attachment; filename*=utf-8''%E5%BC%A0.pdf", "张.pdf", id="RFC 2231"),
        pytest.param(b"attachment; filename*=%E5%BC%A0.pdf", "张.pdf", id="RFC 2231 without its charset"),
        pytest.param(
            b"attachment; filename*1*=%C5.pdf; filename*0*=gb18030''%D5", "张.pdf", id="pieces in any order, cut inside"
        ),
        pytest.param(b"attachment; filename=a.pdf; filename*=utf-8''b.pdf", "b.pdf", id="extended form wins"),
        pytest.param(b'attachment; filename="a', "a", id="quote never closed"),
    ],
)
def test_a_file_name_is_decoded(header, name):
    assert parameters(header) == ("attachment", {"filename": name})


def test_a_name_in_too_many_pieces_is_no_name():
    header = b"attachment" + b"".join(b";filename*%d*=a" % number for number in range(500))
    assert "filename" not in parameters(header)[1]


def test_a_boundary_keeps_its_bytes():
    assert boundary_of(b'multipart/mixed;\r\n boundary="a  b;=?x"') == b"a  b;=?x"
    assert boundary_of(b"multipart/mixed; boundary=") is None


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("../../etc/cron.d/x", "x"),
        ("..\\..\\a.exe", "a.exe"),
        ("/abs", "abs"),
        ("a\0b.pdf", "a b.pdf"),
        (".", "附件3"),
        ("..", "附件3"),
        ("", "附件3"),
        ("\u202efdp.exe", "fdp.exe"),
        ("a;rm -rf.pdf", "a;rm -rf.pdf"),
        ("😀.pdf", "😀.pdf"),
        ("长" * 400 + ".pdf", "长" * 96 + ".pdf"),
        ("a" * 400, "a" * 100),
    ],
)
def test_a_file_name_is_safe_to_show(written, shown):
    assert file_name(written, 3) == shown


@pytest.mark.parametrize(
    "label", ["zlib", "base64", "punycode", "idna", "rot13", "unicode_escape", "../x", "", "x" * 999]
)
def test_only_character_sets_are_looked_up(label):
    assert codec_of(label) is None


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("张三监理".encode("gbk"), "iso-8859-1", "张三监理"),
        ("张三".encode(), "us-ascii", "张三"),
        ("张三监理".encode(), "gb2312", "张三监理"),
        ("联通".encode("gbk"), "gb2312", "联通"),
        ("é à".encode("latin-1"), "iso-8859-1", "é à"),
        ("张三".encode()[:-1], "", "张\ufffd"),
    ],
)
def test_a_label_is_believed_only_as_far_as_the_bytes_agree(data, label, text):
    assert decode_bytes(data, label) == text


@given(st.binary(max_size=400))
def test_no_bytes_raise_and_nothing_hidden_is_left(data):
    text = text_of(data)
    assert clean_line(text) == text
    assert "\n" not in text
    parameters(data)
    text.encode("utf-8")


@given(st.text(max_size=60), st.sampled_from(["utf-8", "gb18030"]))
def test_what_is_encoded_comes_back(text, label):
    assert text_of(word(text.encode(label, "ignore"), label)) == clean_line(text.encode(label, "ignore").decode(label))
