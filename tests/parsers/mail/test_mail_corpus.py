"""Every awkward mail of the corpus reads as the facts beside it say."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from parsers.mail.message import Message, Parsed
from parsers.mail.provenance import Receiver, authenticate
from parsers.mail.read import read_message

CORPUS = Path(__file__).parents[2] / "corpus" / "mail"
MAILS = sorted(CORPUS.glob("*.eml"))


@pytest.mark.parametrize("path", [pytest.param(path, id=path.stem) for path in MAILS])
def test_the_mail_says_what_its_facts_say(path):
    parsed = read_message(path.read_bytes())
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert facts_of(parsed.message, expected) == expected
    assert all(len(parsed.contents[one.sha256]) == one.size for one in parsed.message.attachments)


def test_the_corpus_is_there():
    assert len(MAILS) >= 42


def facts_of(message: Message, expected: dict) -> dict:
    """The mail's facts of the same names and depth as the expected ones."""
    return {name: _fact(message, name, wanted) for name, wanted in expected.items()}


def _fact(message: Message, name: str, wanted):
    match name:
        case "author":
            return message.author.addr_spec if message.author else None
        case "author_name":
            return message.author.name
        case "author_defects":
            return [defect.value for defect in message.author_defects]
        case "to" | "cc":
            return [address.addr_spec for address in getattr(message, name)]
        case "date" | "received":
            return _iso(getattr(message, name))
        case "text_has":
            return wanted if wanted in message.text else message.text
        case "defects":
            return list(message.defects)
        case "attachments" | "links":
            found = getattr(message, name)
            assert len(found) == len(wanted), found
            return [_subset(one, facts) for one, facts in zip(found, wanted, strict=True)]
        case "automatic" | "bounce":
            value = getattr(message, name)
            return value and _subset(value, wanted or {"kind": None})
        case "provenance":
            return [_provenance(message, one) for one in wanted]
        case _:
            return getattr(message, name)


def _subset(value, facts: dict) -> dict:
    return {name: getattr(value, name) for name in facts}


def _provenance(message: Message, wanted: dict) -> dict:
    receiver = Receiver(authserv_id=wanted.get("authserv_id"), profile=wanted.get("profile", "plain"))
    outcome = authenticate(message, receiver)
    given = {name: wanted[name] for name in ("authserv_id", "profile") if name in wanted}
    return given | {name: getattr(outcome, name) for name in wanted if name not in given}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def test_reading_twice_gives_the_same(tmp_path):
    raw = (CORPUS / "forwarded-as-attachment.eml").read_bytes()
    first, second = read_message(raw), read_message(raw)
    assert isinstance(first, Parsed)
    assert first == second
    assert first.contents == second.contents
