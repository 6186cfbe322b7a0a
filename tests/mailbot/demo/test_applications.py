"""The maker of sample applications: invented people with right numbers, repeatable, each flaw only what it says."""

import re
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from functools import cache

import pytest

from ledger.office_time import OFFICE_TIME
from mailbot.demo.applications import FILINGS, a_working_time, application
from mailbot.demo.flaws import ADDED, ANY, BY_ENGINEER, BY_FIRM, INFORMATION, flaws_of
from mailbot.demo.parcel import MAILBOXES
from mailbot.demo.people import Registry
from mailbot.demo.sheet import Sheet, pdf
from mailbot.examination.rules import KNOWN_CODES
from mailbot.examination.subject import read_subject
from mailbot.examination.verdict import Outcome
from mailbot.office.packs import load_matters
from parsers.documents.forms import load_forms
from parsers.files.kind import FileKind
from parsers.identifiers import Check, check_citizen_id, check_credit_identifier
from parsers.mail.read import read_message

FORMS = {form.number: form for form in load_forms(None)}
RECEIVED = datetime(2026, 3, 12, 10, tzinfo=OFFICE_TIME)
DIGITAL = {"letter": "digital"}
FLAWS = (*ANY, *BY_FIRM, *BY_ENGINEER, *ADDED, *INFORMATION)


def a_parcel(filing=FILINGS[0], *, flaw=None, seed=1):
    return application(Registry(seed), FORMS, filing, RECEIVED, flaw=flaw, ways=DIGITAL)


def contents(parcel):
    return {kind: data for kind, (_, data) in parcel.papers.items()}


EACH_FILING = pytest.mark.parametrize("filing", FILINGS, ids=lambda filing: "/".join(filter(None, filing)))


class TestPeople:
    def test_their_numbers_are_right(self):
        registry = Registry(3)
        for _ in range(300):
            assert check_citizen_id(registry.person().citizen_id).result is Check.VALID
        for _ in range(60):
            firm = registry.firm()
            assert check_credit_identifier(firm.credit_identifier).result is Check.VALID
            assert firm.contact_address.endswith(".invalid")

    def test_firms_differ_in_their_names(self):
        registry = Registry(3)
        names = [registry.firm().name for _ in range(150)]
        assert len(set(names)) == len(names)

    def test_the_same_seed_makes_the_same_people_and_another_makes_others(self):
        first, same, other = ([Registry(seed).person() for _ in range(3)] for seed in (1, 1, 2))
        assert first == same
        assert first != other


@EACH_FILING
class TestEveryFiling:
    def test_the_same_seed_makes_the_same_mail(self, filing):
        first, again = (a_parcel(filing, seed=5).mail(RECEIVED) for _ in range(2))
        boundary = re.compile(rb"={15}\d+==")
        assert boundary.sub(b"", first) == boundary.sub(b"", again)

    def test_its_subject_is_as_the_circular_wants_it(self, filing):
        reading = read_subject(a_parcel(filing).subject, load_matters())
        assert (reading.faults, reading.deviations) == ((), ())
        assert (reading.matter.key, reading.action, reading.submitted_by) == filing

    def test_it_brings_every_paper_that_is_asked_for(self, filing):
        parcel = a_parcel(filing)
        asked = read_subject(parcel.subject, load_matters()).filing.required_now
        assert len(parcel.papers) >= len(asked)
        message = read_message(parcel.mail(RECEIVED)).message
        assert {one.kind for one in message.attachments} <= {FileKind.PDF, FileKind.JPEG}
        assert [address.addr_spec for address in message.to] == [MAILBOXES[filing[0]]]
        assert message.author.addr_spec == parcel.sender


@cache
def right_parcel(filing):
    return a_parcel(filing)


@cache
def first_filings():
    """Each flaw with the first filing that it fits."""
    fits = {}
    for filing in FILINGS:
        for name in flaws_of(right_parcel(filing).facts):
            fits.setdefault(name, filing)
    return fits


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_changes_one_thing_and_names_what_must_come_of_it(flaw):
    filing = first_filings()[flaw]
    right, wrong = right_parcel(filing), a_parcel(filing, flaw=flaw)
    changed = [
        name for name in ("subject", "sender", "copies", "mailbox", "authentication") if differs(name, right, wrong)
    ]
    changed += ["papers"] if contents(wrong) != contents(right) else []
    assert len(changed) == 1
    assert wrong.codes | wrong.may <= KNOWN_CODES
    assert set(wrong.verdicts) <= set(Outcome)
    assert wrong.codes or wrong.verdicts == ("complete",)
    assert wrong.facts.firm == right.facts.firm


def differs(name, right, wrong):
    return getattr(right, name) != getattr(wrong, name)


def test_every_flaw_fits_some_filing():
    assert set(first_filings()) == set(FLAWS)


def test_an_unknown_flaw_is_refused():
    with pytest.raises(KeyError):
        a_parcel(flaw="not invented yet")


def test_the_receiving_server_writes_above_what_the_sender_wrote():
    mail = message_from_bytes(a_parcel(flaw="forged sender").mail(RECEIVED), policy=default)
    names = [name.lower() for name in mail.keys()]  # noqa: SIM118  # a message's iteration is not its keys
    assert names[:2] == ["received", "authentication-results"]
    assert "spf=fail" in mail["Authentication-Results"]
    assert mail["Received"].endswith("12 Mar 2026 10:00:00 +0800")


def test_working_times_lie_on_the_day_within_office_hours():
    registry = Registry(1)
    times = {a_working_time(RECEIVED.date(), registry.random) for _ in range(50)}
    assert {moment.date() for moment in times} == {RECEIVED.date()}
    assert all(8 <= moment.hour <= 17 and moment.utcoffset().total_seconds() == 8 * 3600 for moment in times)


def test_a_sheet_becomes_a_picture_and_a_pdf_with_text():
    sheet = Sheet()
    right = sheet.text(20, 20, "承诺保证书")
    assert 20 < right < 60
    assert sheet.picture(100).size == (827, 1169)
    assert pdf([sheet]).startswith(b"%PDF")
    assert pdf([sheet]) == pdf([sheet])
