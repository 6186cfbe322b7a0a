"""What is kept and destroyed as a whole, when is its time over, and what is left of its rows then (keep3y, I33)?

The ledger's skeleton stays: number, dates, states, codes, hashes. Whatever names a person is blanked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlalchemy.sql.schema import Table

from ledger.cases import OPEN_STATES
from ledger.entries import MailState
from ledger.office_time import midnight, office_day
from ledger.periods import KEEP_YEARS, years_after
from ledger.tables import CASE, EXAMINATION, LETTER, MAIL, RECIPIENT, SIGNATURE

_DATES_ONLY: Final = frozenset(
    {
        "verified_on", "identity_checked_on", "insurance_checked_on", "national_closed_on", "acceptance_on",
        "project_changed_on", "firm_changed_on",
    }
)  # fmt: skip


def over_until(today: date) -> date:
    """The last day whose three years are over on `today`: years_after(day) < today, leap days included."""
    day = today - timedelta(days=365 * KEEP_YEARS)
    while years_after(day, KEEP_YEARS) >= today:
        day -= timedelta(days=1)
    return day


@dataclass(frozen=True)
class Subject:
    """One kind of what is kept and destroyed as a whole."""

    name: str
    table: Table
    alone: tuple[ColumnElement[bool], ...]  #: which rows of the table are subjects of their own
    since: Any  #: its time runs from here
    over: Callable[[date], ColumnElement[bool]]
    blank: Callable[[Connection, Any, datetime], tuple[str, date, tuple[str, ...]]]


def _case_over(today: date) -> ColumnElement[bool]:
    return (CASE.c.keep_until < today) & CASE.c.state.not_in(OPEN_STATES) & CASE.c.hold.is_(None)


def _mail_over(today: date) -> ColumnElement[bool]:
    return (MAIL.c.arrived_at < midnight(over_until(today) + timedelta(days=1))) & (MAIL.c.state != MailState.RECORDED)


def _letter_over(today: date) -> ColumnElement[bool]:
    return LETTER.c.queued_at < midnight(over_until(today) + timedelta(days=1))


def _blank_case(connection: Connection, row: Any, at: datetime) -> tuple[str, date, tuple[str, ...]]:
    number = row["number"]
    mails = connection.execute(select(MAIL.c.id, MAIL.c.sha256).where(MAIL.c.case_number == number)).all()
    letters = connection.execute(select(LETTER.c.id, LETTER.c.sha256).where(LETTER.c.case_number == number)).all()
    _blank_mails(connection, [mail.id for mail in mails], at)
    _blank_letters(connection, [letter.id for letter in letters], at)
    connection.execute(delete(SIGNATURE).where(SIGNATURE.c.case_number == number))
    steps = {name: value for name, value in row["steps"].items() if name in _DATES_ONLY}
    connection.execute(
        update(CASE)
        .where(CASE.c.number == number)
        .values(engineer=None, engineer_key=None, handler_key=None, applicant="", steps=steps, purged_at=at)
    )
    hashes = dict.fromkeys(one.sha256 for one in (*mails, *letters))
    return number, row["keep_until"], tuple(hashes)


def blank_mail(connection: Connection, row: Any, at: datetime) -> tuple[str, date, tuple[str, ...]]:
    """A mail without a case and its letters: (id, when its time began, hashes of its files)."""
    letters = connection.execute(select(LETTER.c.id, LETTER.c.sha256).where(LETTER.c.mail_id == row["id"])).all()
    _blank_mails(connection, [row["id"]], at)
    _blank_letters(connection, [letter.id for letter in letters], at)
    hashes = dict.fromkeys((row["sha256"], *(letter.sha256 for letter in letters)))
    return str(row["id"]), office_day(row["arrived_at"]), tuple(hashes)


def _blank_letter(connection: Connection, row: Any, at: datetime) -> tuple[str, date, tuple[str, ...]]:
    _blank_letters(connection, [row["id"]], at)
    return str(row["id"]), office_day(row["queued_at"]), (row["sha256"],)


def _blank_mails(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    blank: dict[str, Any] = {"subject": "", "author": None, "sender_key": "", "message_id": None, "thread": []}
    connection.execute(update(MAIL).where(MAIL.c.id.in_(ids)).values(**blank, purged_at=at))
    examined = select(EXAMINATION.c.id, EXAMINATION.c.findings).where(EXAMINATION.c.mail_id.in_(ids))
    for row in connection.execute(examined).all():
        bare = [{**finding, "message": "", "document": None, "evidence": {}} for finding in row.findings]
        values = {"findings": bare, "documents": [], "fingerprint": ""}
        connection.execute(update(EXAMINATION).where(EXAMINATION.c.id == row.id).values(**values))


def _blank_letters(connection: Connection, ids: Sequence[int], at: datetime) -> None:
    """The purpose of a digest names its reader; it stays unique."""
    connection.execute(delete(RECIPIENT).where(RECIPIENT.c.letter_id.in_(ids)))
    for one in ids:
        blank: dict[str, Any] = {
            "recipients": [],
            "subject": "",
            "answer": "",
            "last_error": "",
            "purpose": f"purged:{one}",
        }
        connection.execute(update(LETTER).where(LETTER.c.id == one).values(**blank, purged_at=at))


SUBJECTS: Final = (
    Subject("case", CASE, (), CASE.c.keep_until, _case_over, _blank_case),
    Subject("mail", MAIL, (MAIL.c.case_number.is_(None),), MAIL.c.arrived_at, _mail_over, blank_mail),
    Subject(
        "letter",
        LETTER,
        (LETTER.c.case_number.is_(None), LETTER.c.mail_id.is_(None)),
        LETTER.c.queued_at,
        _letter_over,
        _blank_letter,
    ),
)
