"""What do the figures of a day, a month or a year say (domain.md 7.7)?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from ledger.cases import OPEN_STATES
from ledger.entries import CaseState, LetterState, MailState
from ledger.store import OFFICE_TIME, Store, office_day
from ledger.tables import CASE, CLOCK, EXAMINATION, FINDING, LETTER, MAIL


@dataclass(frozen=True)
class DigestCounts:
    """What a reviewers' digest begins with."""

    new: int  #: cases received on the day before or since
    due_today: int
    due_soon: int  #: due after today, up to the day that is three workdays on
    overdue: int
    held: int  #: drafts that wait for a nod
    uncertain: int
    failed: int  #: refused for good, or bounced
    quarantined: int


@dataclass(frozen=True)
class Figures:
    """A period's figures. A rate is None when its denominator is 0."""

    received: int  #: 收件数: cases opened, by day of receipt
    duplicates: int
    answered_without_case: int  #: 错投, questions, reminders
    closed: int  #: 办结数: 通过＋不通过＋撤回＋直接注销
    open_now: int
    feedback_due: int
    feedback_in_time: int  #: 首次反馈 ≤ 反馈期限, of those due in the period
    review_due: int
    review_in_time: int
    corrected: int  #: cases told to correct at least once
    corrections: int
    by_matter: dict[str, int]
    top_codes: tuple[tuple[str, int], ...]

    @property
    def feedback_rate(self) -> float | None:
        """按时反馈率."""
        return self.feedback_in_time / self.feedback_due if self.feedback_due else None

    @property
    def review_rate(self) -> float | None:
        """按时办结率."""
        return self.review_in_time / self.review_due if self.review_due else None

    @property
    def correction_rate(self) -> float | None:
        """退件率（补正率）; 一次通过率 is the rest."""
        return self.corrected / self.received if self.received else None


class Statistics(Store):
    def digest_counts(self, today: date, soon: date, since: datetime, *, mailboxes: Sequence[str] = ()) -> DigestCounts:
        """`soon`: the day three workdays on, as the calendar gives it; `since`: the digest before."""
        with self.reading() as connection:

            def cases(*conditions: Any) -> int:
                return _number(connection, _within(select(func.count()).select_from(CASE), CASE, mailboxes, conditions))

            def due(*conditions: Any) -> int:
                running = select(CLOCK.c.case_number).where(CLOCK.c.stopped_on.is_(None), *conditions)
                return cases(CASE.c.state.in_(OPEN_STATES), CASE.c.number.in_(running))

            def letters(*states: LetterState) -> int:
                query = select(func.count()).select_from(LETTER)
                return _number(connection, _within(query, LETTER, mailboxes, (LETTER.c.state.in_(states),)))

            quarantined = (MAIL.c.state == MailState.QUARANTINED,)
            return DigestCounts(
                new=cases(CASE.c.opened_at >= since),
                due_today=due(CLOCK.c.due == today),
                due_soon=due(CLOCK.c.due > today, CLOCK.c.due <= soon),
                overdue=due(CLOCK.c.due < today),
                held=letters(LetterState.HELD),
                uncertain=letters(LetterState.UNCERTAIN),
                failed=letters(LetterState.FAILED, LetterState.BOUNCED),
                quarantined=_number(
                    connection, _within(select(func.count()).select_from(MAIL), MAIL, mailboxes, quarantined)
                ),
            )

    def figures(self, first: date, last: date, today: date, *, mailboxes: Sequence[str] = ()) -> Figures:
        """The period's figures, both days within. Overdue cases that are still open count in the denominators."""
        start, end = _midnight(first), _midnight(last + timedelta(days=1))
        received = (CASE.c.received_at >= start, CASE.c.received_at < end)
        closed = (CASE.c.closed_at >= start, CASE.c.closed_at < end)
        with self.reading() as connection:

            def cases(*conditions: Any) -> int:
                return _number(connection, _within(select(func.count()).select_from(CASE), CASE, mailboxes, conditions))

            def mails(state: MailState) -> int:
                came = (MAIL.c.state == state, MAIL.c.arrived_at >= start, MAIL.c.arrived_at < end)
                return _number(connection, _within(select(func.count()).select_from(MAIL), MAIL, mailboxes, came))

            feedback = _in_time(connection, "feedback10", first, last, today, mailboxes)
            review = _in_time(connection, "review10", first, last, today, mailboxes)
            told = _within(select(func.coalesce(func.sum(CASE.c.rounds), 0)), CASE, mailboxes, received)
            return Figures(
                received=cases(*received),
                duplicates=mails(MailState.DUPLICATE),
                answered_without_case=mails(MailState.ANSWERED),
                closed=cases(*closed, CASE.c.state.not_in(OPEN_STATES)),
                open_now=cases(CASE.c.state.in_(OPEN_STATES)),
                feedback_due=feedback[0],
                feedback_in_time=feedback[1],
                review_due=review[0],
                review_in_time=review[1],
                corrected=cases(*received, CASE.c.rounds > 0),
                corrections=_number(connection, told),
                by_matter=_by_matter(connection, received, mailboxes),
                top_codes=_top_codes(connection, received, mailboxes),
            )

    def state_counts(self, *, mailboxes: Sequence[str] = ()) -> dict[CaseState, int]:
        query = _within(select(CASE.c.state, func.count()), CASE, mailboxes, ()).group_by(CASE.c.state)
        with self.reading() as connection:
            return {CaseState(state): count for state, count in connection.execute(query)}


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, OFFICE_TIME)


def _number(connection: Connection, query: Select[Any]) -> int:
    return int(connection.execute(query).scalar_one())


def _within(query: Select[Any], table: Any, mailboxes: Sequence[str], conditions: Sequence[Any]) -> Select[Any]:
    query = query.where(*conditions)
    return query.where(table.c.mailbox.in_(mailboxes)) if mailboxes else query


def _in_time(
    connection: Connection, clock: str, first: date, last: date, today: date, mailboxes: Sequence[str]
) -> tuple[int, int]:
    """How many were due in the period, and how many of them were met. A clock not yet due and not yet met does
    not count."""
    query = select(CLOCK.c.due, CLOCK.c.stopped_on, CASE.c.first_feedback_at).join(
        CASE, CASE.c.number == CLOCK.c.case_number
    )
    due = or_(CLOCK.c.due < today, CLOCK.c.stopped_on.is_not(None))
    rows = connection.execute(
        _within(query, CASE, mailboxes, (CLOCK.c.name == clock, CLOCK.c.due.between(first, last), due))
    ).all()
    met = 0
    for row in rows:
        stopped = row.stopped_on
        if clock == "feedback10" and row.first_feedback_at is not None:
            stopped = office_day(row.first_feedback_at)
        met += stopped is not None and stopped <= row.due
    return len(rows), met


def _by_matter(connection: Connection, received: Sequence[Any], mailboxes: Sequence[str]) -> dict[str, int]:
    query = _within(select(CASE.c.matter, func.count()), CASE, mailboxes, received)
    rows = connection.execute(query.group_by(CASE.c.matter).order_by(CASE.c.matter))
    return {str(matter): int(count) for matter, count in rows}


def _top_codes(
    connection: Connection, received: Sequence[Any], mailboxes: Sequence[str]
) -> tuple[tuple[str, int], ...]:
    """The ten defects met in most cases; one case counts once, however many rounds told it."""
    cases = func.count(func.distinct(FINDING.c.case_number))
    query = (
        select(FINDING.c.code, cases)
        .join(EXAMINATION, EXAMINATION.c.id == FINDING.c.examination_id)
        .join(CASE, CASE.c.number == FINDING.c.case_number)
        .where(FINDING.c.severity == "defect")
    )
    query = _within(query, CASE, mailboxes, received).group_by(FINDING.c.code).order_by(cases.desc(), FINDING.c.code)
    return tuple((code, count) for code, count in connection.execute(query.limit(10)))
