"""No bytes at all stop the reading of a mail, nor take long."""

import base64
import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parsers.mail.message import Message
from parsers.mail.provenance import Receiver, authenticate
from parsers.mail.read import read_message
from tests.pace import slowness

CORPUS = Path(__file__).parents[2] / "corpus" / "mail"
TOP = b"From: a@b.cn\r\nTo: c@d.cn\r\nSubject: x\r\n"
MIXED = TOP + b"Content-Type: multipart/mixed; boundary=bb\r\n\r\n"
HTML = TOP + b"Content-Type: text/html\r\n\r\n"


def nested(depth: int) -> bytes:
    levels = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth)
    )
    return TOP + b"".join(levels)


def long_names(name: bytes) -> bytes:
    return MIXED + (b'--bb\r\nContent-Type: application/pdf; name="' + name + b"\r\n\r\nx\r\n") * 499


@pytest.mark.parametrize(
    ("raw", "too_complex"),
    [
        pytest.param(nested(50), True, id="A1 nested 50 deep"),
        pytest.param(nested(20_000), True, id="A2 nested 20,000 deep"),
        pytest.param(TOP + b"Content-Type: message/rfc822\r\n\r\n" * 5000, True, id="A3 mail in mail"),
        pytest.param(MIXED + b"--bb\r\n\r\nx\r\n" * 100_000, True, id="A4 100,000 parts"),
        pytest.param(TOP + b"X-A: b\r\n" * 100_000 + b"\r\nbody", True, id="A5 100,000 headers"),
        pytest.param(TOP + b"Subject: " + b"a" * 1_000_000 + b"\r\n\r\n", True, id="A6 subject of 1 MB"),
        pytest.param(TOP + b"Subject: " + b"a\r\n " * 60_000 + b"\r\n\r\n", False, id="A7 folds"),
        pytest.param(TOP + b"Subject: " + b"=?utf-8?q?a?=\r\n " * 10_000 + b"\r\n\r\n", False, id="A7 encoded words"),
        pytest.param(TOP + b"To: " + b"abc@def.cn, " * 10_000 + b"\r\n\r\n", False, id="A8 10,000 addresses"),
        pytest.param(long_names(b'=?a?b?\\"' * 1000), False, id="A11 names of words that never end"),
        pytest.param(long_names(b'\\"' * 4000), False, id="A11 names of quotes that never end"),
        pytest.param(
            MIXED + b"--bb\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"A=$\n" * 2_000_000, False, id="A12"
        ),
        pytest.param(MIXED + b"\n--bbx" * 1_000_000, False, id="A13 almost boundaries"),
        pytest.param(b"a" * 2_000_000, False, id="A16 one line"),
        pytest.param(b"\0" * 1_000_000, False, id="A16 NUL"),
        pytest.param(b"\r" * 1_000_000, False, id="A16 bare CR"),
        pytest.param(HTML + b"<" * 2_000_000, False, id="brackets"),
        pytest.param(HTML + b"<a href='" * 200_000, False, id="links never closed"),
        pytest.param(HTML + b"<!--" * 500_000, False, id="comments never closed"),
        pytest.param(HTML + b"<head><svg>" * 150_000, False, id="heads never closed"),
        pytest.param(
            (MIXED + b"--bb\r\nContent-Type: text/html\r\n\r\n" + b"<p>" * 10_000) * 400, False, id="many texts"
        ),
        pytest.param(
            TOP + b"\r\n" + "从".encode() * 200_000, False, id="large-attachment heading begun again and again"
        ),
        pytest.param(TOP + b"\r\n" + b"https://" * 100_000, False, id="addresses of pages begun again and again"),
    ],
)
def test_a_hostile_mail_is_read_within_its_limits(raw, too_complex):
    slow = slowness()
    started = time.process_time()
    message = read_message(raw).message
    elapsed = time.process_time() - started
    assert message.too_complex is too_complex
    assert elapsed < 5.0 * slow  # of processor time: 1 s on an idle machine
    if raw.startswith(TOP):
        assert message.author is not None
        assert message.author.addr_spec == "a@b.cn"


def test_a_limit_keeps_what_was_read_before_it():
    part = b"--bb\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4\r\n"
    message = read_message(MIXED + part * 600 + b"--bb--").message
    assert message.too_complex
    assert "too_many_parts" in message.defects
    assert len(message.attachments) == 499


def test_the_same_file_many_times_is_kept_once():
    part = b"--bb\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4\r\n"
    parsed = read_message(MIXED + part * 30 + b"--bb--")
    assert [one.position for one in parsed.message.attachments] == list(range(1, 31))
    assert len(parsed.contents) == 1


def test_mails_in_mails_open_to_the_third_and_no_deeper():
    def enclose(inner: bytes) -> bytes:
        return TOP + b"Content-Type: message/rfc822\r\n\r\n" + inner

    with_file = MIXED + b"--bb\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\n%PDF-1.4\r\n--bb--\r\n"
    third = read_message(enclose(enclose(enclose(with_file)))).message
    assert [(one.name, one.container) for one in third.attachments] == [("a.pdf", "message/rfc822")]
    assert not third.too_complex
    fourth = read_message(enclose(enclose(enclose(enclose(with_file))))).message
    assert [one.kind.value for one in fourth.attachments] == ["mail"]
    assert fourth.too_complex


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=2000))
def test_any_bytes_are_a_mail(raw):
    message = read_message(raw).message
    assert isinstance(message, Message)
    authenticate(message, Receiver(profile="netease"))


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(sorted(CORPUS.glob("*.eml"))), st.randoms(use_true_random=False))
def test_a_damaged_mail_is_still_a_mail(path, chance):
    raw = bytearray(path.read_bytes() or b"\n")
    for _ in range(chance.randint(1, 30)):
        at = chance.randrange(len(raw))
        match chance.randint(0, 2):
            case 0:
                raw[at] = chance.randrange(256)
            case 1:
                del raw[at : at + chance.randint(1, 40)]
                raw = raw or bytearray(b"\n")
            case _:
                raw[at:at] = raw[: chance.randint(1, 60)]
    message = read_message(bytes(raw)).message
    assert isinstance(message, Message)
    for text in (message.subject, message.text):
        assert text.encode("utf-8", "replace").decode("utf-8") == text, "half a character, which no ledger takes"
    authenticate(message, Receiver("mx.vip.163.com"))


def test_a_large_attachment_costs_little_more_than_its_bytes():
    data = random.Random(1).randbytes(8_000_000)
    raw = MIXED + b"--bb\r\nContent-Type: image/jpeg\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    parsed = read_message(raw + base64.encodebytes(data) + b"\r\n--bb--")
    (attachment,) = parsed.message.attachments
    assert parsed.contents[attachment.sha256] == data
    assert not attachment.damaged


ODD_MAIL = os.environ.get("MAILBOT_ODD_MAIL", "")


@pytest.mark.skipif(not ODD_MAIL, reason="MAILBOT_ODD_MAIL names no folder or tar.gz of odd mails")
def test_every_odd_mail_of_the_public_test_sets_is_read_quickly():
    slowest, count = 0.0, 0
    for raw in _odd_mails(Path(ODD_MAIL)):
        started = time.process_time()
        message = read_message(raw).message
        slowest = max(slowest, time.process_time() - started)
        authenticate(message, Receiver(profile="netease"))
        count += 1
    assert count > 2000
    assert slowest < 10.0


def _odd_mails(where: Path):
    if where.is_dir():
        yield from (path.read_bytes() for path in sorted(where.rglob("*")) if path.is_file())
        return
    import tarfile

    with tarfile.open(where) as archive:
        for member in archive:
            if member.isfile() and (file := archive.extractfile(member)) is not None:
                yield file.read()
