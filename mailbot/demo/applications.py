"""Which applications are mailed?

Every application starts perfect; a flaw changes one thing.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from random import Random

from ledger.office_time import OFFICE_TIME, office_day
from mailbot.demo.case import invent
from mailbot.demo.flaws import flaws_of
from mailbot.demo.parcel import Parcel, Way, perfect
from mailbot.demo.people import Firm, Registry
from parsers.documents.forms import Form

FILINGS: tuple[tuple[str, str | None, str], ...] = (
    ("firm_information", None, "firm"),
    ("engineer_information", None, "firm"),
    ("engineer_track_record", "add", "engineer"),
    ("engineer_track_record", "update", "engineer"),
    ("engineer_track_record", "close", "engineer"),
    ("engineer_track_record", "close", "firm"),
)


def application(
    registry: Registry,
    forms: Mapping[str, Form],
    filing: tuple[str, str | None, str],
    received: datetime,
    *,
    flaw: str | None = None,
    ways: Mapping[str, Way] | None = None,
    firm: Firm | None = None,
) -> Parcel:
    """One application of that filing; `flaw` names what is wrong with it."""
    matter, action, submitted_by = filing
    facts = invent(
        registry,
        matter=matter,
        action=action,
        submitted_by=submitted_by,
        received_on=office_day(received),
        firm=firm,
    )
    parcel = perfect(facts, registry, forms, ways)
    if flaw:
        flaws_of(facts)[flaw](parcel)
    return parcel


def a_working_time(day: date, rng: Random) -> datetime:
    return datetime.combine(day, time(rng.randint(8, 17), rng.randint(0, 59)), OFFICE_TIME)
