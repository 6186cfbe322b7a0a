"""What does a period's report count (domain.md 7.7)?"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, Text, exists, func, or_, select, type_coerce

from ledger.cases import OPEN_STATES
from ledger.entries import CaseState, MailState
from ledger.figures import Figures, Period, mean_of, median_of
from ledger.periods import binding
from ledger.store import Store
from ledger.tables import CASE, CLOCK, EVENT, EXAMINATION, FINDING, MAIL
from ledger.tallies import Workdays, tallies_of

SOON_WORKDAYS: Final = 3  #: 临期
_AT_MOST: Final = timedelta(days=30)  #: so many days hold three workdays, whatever the holidays
_PAPERS_OF_DELAY: Final = ('"kind": "explanation"', '"kind": "late_filing_undertaking"')


def _unknown(_after: date, _until: date) -> int | None:
    """No calendar: no days are told."""
    return None


class Statistics(Store):
    def figures(
        self, first: date, last: date, today: date, *, mailboxes: Sequence[str] = (), workdays: Workdays = _unknown
    ) -> Figures:
        """The period's figures, both days within. Overdue cases that are still open count in the denominators.

        `workdays(after, until)` counts workdays by the office's calendar; without it, or where a year's holidays are
        not published, no mean and no median of days is told.
        """
        with self.reading() as connection:
            period = Period(first, last, today, tuple(mailboxes), self.own_review)
            return _figures_of(connection, period, workdays)


def _figures_of(connection: Connection, period: Period, workdays: Workdays) -> Figures:
    tallies = tallies_of(connection, period, workdays)
    still_open = CASE.c.state.in_(OPEN_STATES)
    called = _called(connection, period)
    return Figures(
        **vars(tallies.whole),
        duplicates=_mails(connection, period, MailState.DUPLICATE),
        answered_without_case=_mails(connection, period, MailState.ANSWERED),
        open_now=_cases(connection, period, still_open),
        overdue_now=_cases(connection, period, still_open, _overdue(period)),
        due_soon_now=_due_soon(connection, period, workdays),
        called=len(called),
        reached=sum(called),
        on_site=_cases(connection, period, CASE.c.number.in_(_sent_on_site(period))),
        explained=_cases(connection, period, period.holds(CASE.c.received_at), _explained()),
        closed_as=_closed_as(connection, period),
        mean_workdays_since_receipt=mean_of(tallies.days_since_receipt),
        median_workdays_since_receipt=median_of(tallies.days_since_receipt),
        by_matter={name: one.received for name, one in sorted(tallies.groups["matter"].items()) if one.received},
        top_codes=_top_codes(connection, period),
        groups=tallies.groups,
    )


def _cases(connection: Connection, period: Period, *conditions: Any) -> int:
    query = select(func.count()).select_from(CASE).where(*conditions)
    return int(connection.execute(period.here(query)).scalar_one())


def _mails(connection: Connection, period: Period, state: MailState) -> int:
    query = select(func.count()).select_from(MAIL).where(MAIL.c.state == state, period.holds(MAIL.c.arrived_at))
    return int(connection.execute(period.here(query, MAIL.c.mailbox)).scalar_one())


def _overdue(period: Period) -> ColumnElement[bool]:
    running = (CLOCK.c.case_number == CASE.c.number, CLOCK.c.stopped_on.is_(None))
    return exists().where(*running, CLOCK.c.due < period.today, binding(period.own_review))


def _due_soon(connection: Connection, period: Period, workdays: Workdays) -> int | None:
    """Open cases whose next period of the office ends today or within three workdays, and that are not late."""
    running = (CASE.c.state.in_(OPEN_STATES), CLOCK.c.stopped_on.is_(None), binding(period.own_review))
    query = (
        select(func.min(CLOCK.c.due))
        .join_from(CLOCK, CASE, CASE.c.number == CLOCK.c.case_number)
        .where(*running, CLOCK.c.due <= period.today + _AT_MOST)
        .group_by(CLOCK.c.case_number)
    )
    ends = connection.execute(period.here(query)).scalars()
    left = [workdays(period.today, end) for end in ends if end is not None and end >= period.today]
    return None if None in left else sum(days is not None and days <= SOON_WORKDAYS for days in left)


def _called(connection: Connection, period: Period) -> list[bool]:
    """Each case in which a reviewer called in the period: whether he reached and knew the applicant."""
    told = (period.holds(EVENT.c.at), EVENT.c.action == "decided")
    numbers = select(EVENT.c.case_number).where(*told, _holds(EVENT.c.detail, '"decision": "call"'))
    query = period.here(select(CASE.c.steps).where(CASE.c.number.in_(numbers)))
    calls = [_calls_within(steps, period) for steps in connection.execute(query).scalars()]
    return [any(reached) for reached in calls if reached]


def _calls_within(steps: dict[str, Any], period: Period) -> list[bool]:
    calls = (value for name, value in steps.items() if name.startswith("call "))
    return [_passed(one) for one in calls if period.start <= datetime.fromisoformat(one["at"]) < period.end]


def _passed(call: Mapping[str, Any]) -> bool:
    """Entries of before a call could fail have no result: whoever was reached was known."""
    return bool(call["reached"]) and call.get("result", "passed") == "passed"


def _sent_on_site(period: Period) -> Select[Any]:
    """By the history: a case that has long left that state was sent there all the same."""
    told = (period.holds(EVENT.c.at), EVENT.c.action == "decided")
    return select(EVENT.c.case_number).where(*told, _holds(EVENT.c.detail, f'"state": "{CaseState.ON_SITE}"'))


def _explained() -> ColumnElement[bool]:
    papers = [_holds(EXAMINATION.c.documents, paper) for paper in _PAPERS_OF_DELAY]
    return exists().where(EXAMINATION.c.case_number == CASE.c.number, or_(*papers))


def _holds(structure: Any, words: str) -> ColumnElement[bool]:
    """Whether the JSON text of a structure has these words; the column's own type would write them as JSON first."""
    return type_coerce(structure, Text).like(f"%{words}%")


def _closed_as(connection: Connection, period: Period) -> dict[str, int]:
    query = period.here(select(CASE.c.state, func.count()).where(period.closed())).group_by(CASE.c.state)
    return {str(state): int(count) for state, count in connection.execute(query.order_by(CASE.c.state))}


def _top_codes(connection: Connection, period: Period) -> tuple[tuple[str, int], ...]:
    """The ten defects met in most cases; one case counts once, however many rounds told it."""
    cases = func.count(func.distinct(FINDING.c.case_number))
    query = (
        select(FINDING.c.code, cases)
        .join(CASE, CASE.c.number == FINDING.c.case_number)
        .where(FINDING.c.severity == "defect", period.holds(CASE.c.received_at))
    )
    query = period.here(query).group_by(FINDING.c.code).order_by(cases.desc(), FINDING.c.code)
    return tuple((code, count) for code, count in connection.execute(query.limit(10)))
