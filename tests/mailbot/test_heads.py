"""The daemon itself looks at no more of a mail than the top of it, in bounded time, whatever stands there."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.heads import Head
from parsers.mail.scan import HEADER_BLOCK_LIMIT
from tests.builders_service import a_mail
from tests.faults.test_hostile_mails import HEAVY
from tests.pace import slowness
from tests.soak.hostile import with_header

HEADS = HEAVY | {
    "60,000 references": with_header(b"References: " + b"<a@b> " * 60_000),
    "40,000 authors": with_header(b"From: " + b"a@b.c, " * 40_000),
    "a comment of comments": with_header(b"From: " + b"(" * 200_000),
    "a quotation without end": with_header(b"From: " + b'"\\' * 100_000),
    "999 results": with_header(b"\r\n".join([b"Authentication-Results: mx; spf=pass (" + b"x" * 200] * 999)),
    "999 traces": with_header(b"\r\n".join([b"Received: " + b"x ; " * 60] * 999)),
    "brackets that never close": with_header(b"In-Reply-To: " + b"<" * 250_000),
    "an address of signs": with_header(b"To: " + b"@" * 250_000),
    "a domain of dots": with_header(b"To: " + b"a." * 120_000 + b"@b.c"),
    "folds of nothing": with_header(b"Subject: " + b"\r\n " * 80_000),
}
SECONDS = 1.0  #: of processor time: five times what it takes on an idle machine


def told(pieces):
    head = Head(pieces)
    passed = sum(map(len, head))
    return head.arrival("0" * 64), passed


@pytest.mark.parametrize("name", HEADS)
def test_no_head_takes_long(name):
    slow = slowness()
    began = time.process_time()
    _, passed = told(HEADS[name])
    assert time.process_time() - began < SECONDS * slow
    assert passed == len(HEADS[name])


@given(st.binary(max_size=2_000))
def test_any_bytes_have_a_head(raw):
    arrival, passed = told(raw)
    assert passed == len(raw)
    assert len(arrival.subject) <= 200


def test_what_lies_below_the_top_is_passed_on_unseen():
    raw = a_mail()
    below = b"\r\nFrom: eve@evil.invalid\r\nSubject: another\r\n" * (2 * HEADER_BLOCK_LIMIT // 40)
    plain, _ = told(raw)
    arrival, passed = told(iter([raw[:100], raw[100:], below]))
    assert passed == len(raw) + len(below)
    assert (arrival.subject, arrival.author, arrival.message_id) == (plain.subject, plain.author, plain.message_id)
