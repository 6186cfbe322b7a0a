"""The scan over all test runs sees a number that is planted, in each of the places where one might get out."""

import logging

import pytest

from mailbot.decisions import notes
from mailbot.letters import correspondence, drafting
from mailbot.reviewers import post
from tests.numbers import WATCH, numbers_in, numbers_in_letter
from tests.test_words import RECEIVED

PLANTED = ["500103198808080007", "50010319850102000X", "13912345678"]


@pytest.mark.parametrize("number", PLANTED)
@pytest.mark.parametrize("where", ["subject", "text", "html"])
def test_it_sees_a_number_in_a_letter(number, where):
    words = {"subject": "回执", "text": "收悉。", "html": "<p>收悉。</p>"} | {where: f"号码{number}。"}
    correspondence.compose(
        sender="a@office.example", office="中心", recipients=("b@person.invalid",), identity="<mb.1@office.example>",
        at=RECEIVED, **words,
    )  # fmt: skip
    assert WATCH.taken() == [f"letter: {number}"]


def test_everybody_who_composes_is_watched():
    assert all(one.compose is correspondence.compose for one in (drafting, notes, post))


@pytest.mark.parametrize("number", PLANTED)
def test_it_would_see_a_number_in_a_log_that_is_not_masked(number, monkeypatch):
    monkeypatch.setattr("mailbot.logs.mask", lambda text: text)
    logging.getLogger("mailbot.planted").warning("planted", extra={"who": number})
    assert WATCH.taken() == [f"log: {number}"]


def test_masked_it_is_none():
    logging.getLogger("mailbot.planted").warning("planted", extra={"who": PLANTED[0]})
    assert WATCH.taken() == []


def test_what_is_no_number_of_a_person_is_let_by():
    assert numbers_in("023-62806051，17783468991，ZJZD-2026-0187，139****1234，" + "a" * 20 + "13912345678") == []
    assert numbers_in_letter(b"Message-ID: <13912345678@a.example>\r\nSubject: x\r\n\r\n.\r\n") == []
