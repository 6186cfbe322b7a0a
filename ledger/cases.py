"""How do the cases stand?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, exists, func, literal, or_, select, tuple_

from ledger import audit
from ledger.entries import CaseEntry, CaseFacts, CaseState, ClockEntry, FindingEntry
from ledger.errors import NoSuchCase
from ledger.letters import letter_entry
from ledger.mails import mail_entry
from ledger.periods import OFFICE_CLOCKS, binding
from ledger.questions import CaseFile, CaseFilter, Examined, OpenClock
from ledger.store import Store
from ledger.tables import CASE, CLOCK, EVENT, EXAMINATION, LETTER, MAIL

_PAGE: Final = 500
Item = TypeVar("Item")
OPEN_STATES: Final = tuple(state for state in CaseState if state.is_open)
EVERY_CASE: Final = CaseFilter()


class Cases(Store):
    """The work ledger (工作台账) for reading."""

    def cases(
        self, which: CaseFilter = EVERY_CASE, *, newest_first: bool = False, most: int | None = None
    ) -> Iterator[CaseEntry]:
        """In the order of receipt, a page at a time, so that 100,000 of them need no more memory than one page; at
        most `most`."""
        return self._paged(which, _entries, newest_first=newest_first, most=most)

    def _paged(
        self,
        which: CaseFilter,
        build: Callable[[Connection, list[Any]], list[Item]],
        *,
        newest_first: bool = False,
        most: int | None = None,
    ) -> Iterator[Item]:
        """What `build` makes of each page's rows, within the page's own look at the ledger."""
        after: tuple[Any, str] | None = None
        left = most
        while left is None or left > 0:
            size = _PAGE if left is None else min(left, _PAGE)
            page = _page(self._selected(which), after, newest_first).limit(size)
            with self.reading() as connection:
                rows: list[Any] = list(connection.execute(page).mappings())
                items = build(connection, rows)
            yield from items
            if len(rows) < size:
                return
            left = None if left is None else left - size
            after = (rows[-1]["received_at"], rows[-1]["number"])

    def _selected(self, which: CaseFilter, rows: Select[Any] | None = None) -> Select[Any]:
        query = _selected(which, self.key(which.firm), rows)
        return _by_clock(query, which, binding(self.own_review))

    def count_cases(self, which: CaseFilter = EVERY_CASE) -> int:
        query = self._selected(which, select(func.count()).select_from(CASE))
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def case(self, number: str) -> CaseFile:
        """The case with its rounds, mails, letters and history. Raises NoSuchCase."""
        with self.reading() as connection:
            row = connection.execute(_joined().where(CASE.c.number == number)).mappings().first()
            if row is None:
                raise NoSuchCase(number)
            mails = connection.execute(select(MAIL).where(MAIL.c.case_number == number).order_by(MAIL.c.id)).mappings()
            letters = connection.execute(
                select(LETTER).where(LETTER.c.case_number == number).order_by(LETTER.c.id)
            ).mappings()
            rounds = connection.execute(
                select(EXAMINATION).where(EXAMINATION.c.case_number == number).order_by(EXAMINATION.c.round)
            ).mappings()
            return CaseFile(
                case=_entries(connection, [row])[0],
                examinations=tuple(_examined(one) for one in rounds),
                mails=tuple(mail_entry(one) for one in mails),
                letters=tuple(letter_entry(one) for one in letters),
                events=audit.events(connection, EVENT.c.case_number == number),
            )

    def due_between(self, first: date, last: date, *, mailboxes: Sequence[str] = ()) -> tuple[OpenClock, ...]:
        """Clocks of open cases that still run and are due on one of these days, the most pressing first."""
        return self._clocks(CLOCK.c.due.between(first, last), mailboxes)

    def open_clocks(self, *, undated_only: bool = False) -> tuple[OpenClock, ...]:
        """Clocks that still run; `undated_only`: those that wait for a year's holidays to be published."""
        return self._clocks(CLOCK.c.due.is_(None) if undated_only else None, ())

    def _clocks(self, condition: Any, mailboxes: Sequence[str]) -> tuple[OpenClock, ...]:
        query = (
            select(CLOCK, CASE.c.mailbox, CASE.c.received_at, binding(self.own_review).label("binds"))
            .join(CASE, CASE.c.number == CLOCK.c.case_number)
            .where(CLOCK.c.stopped_on.is_(None), CASE.c.state.in_(OPEN_STATES))
            .order_by(CLOCK.c.due, CLOCK.c.case_number)
        )
        if condition is not None:
            query = query.where(condition)
        if mailboxes:
            query = query.where(CASE.c.mailbox.in_(mailboxes))
        with self.reading() as connection:
            return tuple(
                OpenClock(row["case_number"], row["mailbox"], row["received_at"], clock_entry(row), bool(row["binds"]))
                for row in connection.execute(query).mappings()
            )


def clock_entry(row: Any) -> ClockEntry:
    return ClockEntry(
        id=row["name"],
        clause=row["clause"],
        due=row["due"],
        earliest=row["earliest"],
        latest=row["latest"],
        first_due=row["first_due"],
        started_on=row["started_on"],
        stopped_on=row["stopped_on"],
    )


def _joined() -> Select[Any]:
    return select(CASE, MAIL.c.sha256).join(MAIL, MAIL.c.id == CASE.c.mail_id)


def _page(query: Select[Any], after: tuple[Any, str] | None, newest_first: bool) -> Select[Any]:
    place = (CASE.c.received_at, CASE.c.number)
    if after is not None:
        here = tuple_(*(literal(value, column.type) for column, value in zip(place, after, strict=True)))
        query = query.where(tuple_(*place) < here if newest_first else tuple_(*place) > here)
    return query.order_by(*(column.desc() if newest_first else column for column in place))


def _selected(which: CaseFilter, firm_key: str | None, rows: Select[Any] | None = None) -> Select[Any]:
    equals: tuple[tuple[Any, Any], ...] = (
        (CASE.c.matter, which.matter),
        (CASE.c.firm_key, firm_key),
        (CASE.c.engineer, which.engineer),
        (CASE.c.reviewer, which.reviewer),
    )
    query = (_joined() if rows is None else rows).where(
        *(column == value for column, value in equals if value is not None)
    )
    if which.states or which.open_only:
        states = which.states or OPEN_STATES
        query = query.where(CASE.c.state.in_([state for state in states if state.is_open or not which.open_only]))
    query = within(query, which, CASE.c.mailbox, CASE.c.received_at)
    if which.numbers:
        query = query.where(CASE.c.number.in_(which.numbers))
    if which.project:
        query = query.where(CASE.c.project.contains(which.project, autoescape=True))
    if which.text:
        columns = (CASE.c.number, CASE.c.firm, CASE.c.engineer, CASE.c.project)
        query = query.where(or_(*(column.contains(which.text, autoescape=True) for column in columns)))
    return query


def within(query: Select[Any], which: CaseFilter, mailbox: Any, at: Any) -> Select[Any]:
    """Of the filter's mailboxes and period, by the columns that tell the mailbox and the moment."""
    if which.mailboxes:
        query = query.where(mailbox.in_(which.mailboxes))
    if which.received_from is not None:
        query = query.where(at >= which.received_from)
    if which.received_before is not None:
        query = query.where(at < which.received_before)
    return query


def _by_clock(query: Select[Any], which: CaseFilter, binds: ColumnElement[bool]) -> Select[Any]:
    """Of the office's own periods, as the digest tells them."""
    running = (CLOCK.c.case_number == CASE.c.number, CLOCK.c.stopped_on.is_(None), CLOCK.c.name.in_(OFFICE_CLOCKS))
    bounds = []
    if which.due_from is not None:
        bounds.append(CLOCK.c.due >= which.due_from)
    if which.due_until is not None:
        bounds.append(CLOCK.c.due <= which.due_until)
    if bounds:
        query = query.where(exists().where(*running, *bounds))
    if which.overdue_on is not None:
        query = query.where(
            CASE.c.state.in_(OPEN_STATES), exists().where(*running, binds, CLOCK.c.due < which.overdue_on)
        )
    return query


def _entries(connection: Connection, rows: list[Any]) -> list[CaseEntry]:
    numbers = [row["number"] for row in rows]
    last = {row["case_number"]: row for row in examinations_of(connection, numbers)}
    return entries_of(connection, rows, last)


def examinations_of(connection: Connection, numbers: Sequence[str]) -> Iterable[Any]:
    """Every round of these cases, the last of each case last."""
    query = select(EXAMINATION).where(EXAMINATION.c.case_number.in_(numbers)).order_by(EXAMINATION.c.round)
    return connection.execute(query).mappings()


def entries_of(connection: Connection, rows: list[Any], last: Mapping[str, Any]) -> list[CaseEntry]:
    """The cases of these rows; `last`: the last examination of each."""
    numbers = [row["number"] for row in rows]
    clocks: dict[str, list[ClockEntry]] = {}
    for row in connection.execute(
        select(CLOCK).where(CLOCK.c.case_number.in_(numbers)).order_by(CLOCK.c.id)
    ).mappings():
        clocks.setdefault(row["case_number"], []).append(clock_entry(row))
    return [_entry(row, last[row["number"]], tuple(clocks.get(row["number"], ()))) for row in rows]


def _entry(row: Any, examination: Any, clocks: tuple[ClockEntry, ...]) -> CaseEntry:
    columns = (
        "matter", "action", "submitted_by", "firm", "engineer", "engineer_key", "handler_key", "credit_identifier",
        "project", "section", "post", "started_on", "ended_on", "verdict", "office", "applicant", "received_at",
    )  # fmt: skip
    facts = CaseFacts(
        **{name: row[name] for name in columns},
        pack_version=examination["pack_version"],
        findings=tuple(FindingEntry(**finding) for finding in examination["findings"]),
        clocks=clocks,
        documents=tuple(examination["documents"]),
        fingerprint=examination["fingerprint"],
    )
    return CaseEntry(
        number=row["number"],
        state=CaseState(row["state"]),
        facts=facts,
        mailbox=row["mailbox"],
        opened_at=row["opened_at"],
        rounds=row["rounds"],
        first_feedback_at=row["first_feedback_at"],
        reviewer=row["reviewer"],
        closed_at=row["closed_at"],
        keep_until=row["keep_until"],
        steps=row["steps"],
        sha256=row["sha256"],
    )


def _examined(row: Any) -> Examined:
    return Examined(
        round=row["round"],
        mail_id=row["mail_id"],
        at=row["at"],
        received_at=row["received_at"],
        verdict=row["verdict"],
        pack_version=row["pack_version"],
        findings=tuple(FindingEntry(**finding) for finding in row["findings"]),
        documents=tuple(row["documents"]),
    )
