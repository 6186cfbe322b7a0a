"""Two defects drawn into one application are both told in one go, and no defect besides them (一次性告知).

Six pairs, of every filing at least one; all thirty with MAILBOT_PAIRS=all (docs/reading.md has the last figures).
"""

import os
from datetime import datetime
from itertools import product

import pytest

from ledger.entries import Enterprise
from ledger.office_time import OFFICE_TIME
from mailbot.cases.examiner import Examiner
from mailbot.cases.known import Known
from mailbot.cases.records import LedgerRecords
from mailbot.demo.applications import application
from mailbot.demo.flaws import flaws_of
from mailbot.demo.people import Registry
from mailbot.examination.matter import prescribed_mailboxes
from mailbot.examination.verdict import Severity
from mailbot.isolation.child import Nursery
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from mailbot.reading.reader import PRELOAD, PaperReader
from parsers.documents.forms import load_forms
from parsers.mail.provenance import Receiver
from tests.builders_service import Office, arrived

RECEIVED = datetime(2026, 9, 18, 10, 0, tzinfo=OFFICE_TIME)
INFORMATION = ("firm_information", None, "firm")
ENGINEER = ("engineer_information", None, "firm")
ADDED = ("engineer_track_record", "add", "engineer")
CLOSED = ("engineer_track_record", "close", "firm")

#: One flaw of the letter with one of another paper or of the mail itself, so that neither draws over the other.
_CHOICES = (
    (
        INFORMATION,
        ("no seal", "unsigned", "undated", "no box ticked"),
        ("two months paid", "private sender", "another employer"),
    ),
    (ENGINEER, ("no seal", "undated"), ("no certificate", "two months paid", "dash in the subject")),
    (ADDED, ("undated", "no letter"), ("firm not copied", "no municipal page", "no card in hand")),
    (CLOSED, ("no seal", "altered"), ("no certificate", "private sender", "two months paid")),
)
PAIRS = [(filing, *pair) for filing, letter, other in _CHOICES for pair in product(letter, other)]


@pytest.fixture(scope="module")
def reader():
    with Nursery(PRELOAD) as nursery, PaperReader(nursery) as paper_reader:
        yield paper_reader


def test_there_are_thirty_pairs_and_each_filing_is_among_the_few():
    assert len(PAIRS) == len(set(PAIRS)) == 30
    assert {pair[0] for pair in PAIRS[::5]} == {pair[0] for pair in PAIRS}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "pair"),
    list(enumerate(PAIRS))[:: 1 if os.environ.get("MAILBOT_PAIRS") == "all" else 5],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_both_defects_are_told_and_none_besides(tmp_path, reader, number, pair):
    filing, *flaws = pair
    parcel = application(Registry(1000 + number), {form.number: form for form in load_forms(None)}, filing, RECEIVED)
    for flaw in flaws:
        flaws_of(parcel.facts)[flaw](parcel)
    firm = parcel.facts.firm
    known = Enterprise(firm.name, firm.credit_identifier, firm.contact_address, firm.legal_representative.name)
    office = Office(tmp_path, directory=[known])
    matters = load_matters(None)
    examiner = Examiner(
        matters=matters,
        calendar=load_calendar(None),
        reader=reader,
        mailbox_matters=prescribed_mailboxes(matters),
        known=Known(LedgerRecords(office.ledger, office.archive, office.mails)),
    )
    verdict = examiner.examine(
        arrived(parcel.mail(RECEIVED), parcel.mailbox, RECEIVED, Receiver("mx.vip.163.com"))
    ).verdict
    told = {judged.code for judged in verdict.findings if judged.severity is not Severity.NOTE}
    assert parcel.codes <= told
    defects = {judged.code for judged in verdict.of(Severity.DEFECT)}
    assert defects <= parcel.codes | parcel.may
    assert verdict.outcome in ("correction", "referred")
