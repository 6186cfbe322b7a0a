"""Which periods of the circular run for a case after all that has happened to it, and when do they end?

rules.md 3.7. A period is a row of a table: what starts it, what interrupts it, what ends it, and by which clause. Its
state follows from the case's events alone, so the same events give the same periods on every day and every machine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from mailbot.examination.matter import Filing, Matter
from mailbot.examination.verdict import Clock
from mailbot.examination.workdays import Calendar, Due


class Event(StrEnum):
    """What can happen to a case, as far as a period of the circular hangs on it."""

    RECEIVED = "received"  #: a mail with papers arrived: the application, or the answer to a correction
    COPIED = "copied"  #: … and the enterprise got the same mail (附件4 1.4.1)
    MAILED = "mailed"  #: any other mail of the case, in or out
    INCOMPLETE_TOLD = "incomplete_told"  #: 补正告知 was sent
    COMPLETE_TOLD = "complete_told"  #: 材料齐全 was sent
    COMPLETED = "completed"  #: the papers are all there
    VERIFIED = "verified"  #: 企业复核完成, as a person entered it
    DECIDED = "decided"  #: 通过 or 不通过
    CLOSED = "closed"  #: 直接办理 or otherwise ended
    WITHDRAWN = "withdrawn"
    ENTRY = "entry"  #: 进场
    ENDED = "ended"  #: 结束 of the engagement
    ACCEPTANCE = "acceptance"  #: 合同段交工验收
    SUBMITTED = "submitted"  #: entered in the national system, as its page shows
    PROJECT_CHANGED = "project_changed"  #: what an owner must enter (二.(二))
    FIRM_CHANGED = "firm_changed"  #: name, address or legal representative (二.(一))


@dataclass(frozen=True)
class Happened:
    """One event of a case, on a calendar day in Chongqing."""

    event: Event
    on: date


class Unit(StrEnum):
    WORKDAYS = "workdays"
    DAYS = "days"  #: calendar days; a rest day moves the end (民法典 203)
    YEARS = "years"


@dataclass(frozen=True)
class Course:
    """How one period runs."""

    id: str
    length: int
    unit: Unit
    clause: str
    starts: tuple[frozenset[Event], ...]  #: one of each group must have happened; it runs from the latest of them
    stops: frozenset[Event]
    pauses: frozenset[Event] = frozenset()  #: it waits for the applicant and then runs anew, in full
    renews: frozenset[Event] = frozenset()  #: a running one begins again
    duty: bool = False  #: the applicant's own: what ends it may come before it begins


@dataclass(frozen=True)
class Proof:
    """期限证明: how a period was counted, so that anybody can count again."""

    clock: str
    clause: str
    started_on: date  #: not counted itself (民法典 201)
    length: int
    unit: Unit
    due: date | None  #: None while a needed year is not published
    earliest: date
    latest: date
    counted: tuple[date, ...]  #: the workdays counted; none for calendar days and years
    off: tuple[date, ...]  #: Mondays to Fridays that a notice gives off
    worked: tuple[date, ...]  #: Saturdays and Sundays that a notice has worked
    notices: tuple[str, ...]  #: the notices used
    missing: tuple[int, ...]  #: years without a notice that are needed


def _of(*events: Event) -> frozenset[Event]:
    return frozenset(events)


_TOLD: Final = _of(Event.INCOMPLETE_TOLD, Event.COMPLETE_TOLD)
_OVER: Final = _of(Event.DECIDED, Event.CLOSED, Event.WITHDRAWN)
_FILED: Final = _of(Event.SUBMITTED, Event.RECEIVED)  # I35: the earlier of the two
_CORRECTION: Final = _of(Event.INCOMPLETE_TOLD)
_ARRIVAL: Final = (_of(Event.RECEIVED),)
_WD: Final = Unit.WORKDAYS

#: rules.md 3.7, row by row.
COURSES: Final[dict[str, Course]] = {
    one.id: one
    for one in (
        Course("feedback10", 10, _WD, "二", _ARRIVAL, _TOLD | _OVER),  # I07: 附件4 prints none, so the main text's
        Course("overall10", 10, _WD, "二", _ARRIVAL, _OVER, pauses=_CORRECTION),
        Course(  # C18, D31
            "review10", 10, _WD, "附件4 3.5", (_of(Event.COMPLETED), _of(Event.VERIFIED)), _OVER, pauses=_CORRECTION
        ),
        # I08: its start is not stated; the mail that the enterprise got too.
        Course("enterprise10", 10, _WD, "附件4 3.5", (_of(Event.COPIED),), _OVER | _of(Event.VERIFIED)),
        Course("direct10", 10, _WD, "附件4 3.5", _ARRIVAL, _OVER, pauses=_CORRECTION),  # D33
        Course("entry20", 20, _WD, "二.(四)", (_of(Event.ENTRY),), _FILED, duty=True),  # G18
        Course("end20", 20, _WD, "二.(四)", (_of(Event.ENDED),), _FILED, duty=True),  # G21
        Course("cutoff60", 60, Unit.DAYS, "四.(三)", (_of(Event.ACCEPTANCE),), _FILED, duty=True),  # L02, I14
        Course("owner20", 20, _WD, "二.(二)", (_of(Event.PROJECT_CHANGED),), _FILED, duty=True),  # G13
        Course("change10", 10, _WD, "二.(一)", (_of(Event.FIRM_CHANGED),), _FILED, duty=True),  # G11
        # I33: from the later of closing and the last mail.
        Course("keep3y", 3, Unit.YEARS, "二", (_OVER,), _of(Event.RECEIVED), renews=_of(Event.MAILED)),
    )
}
_CLAUSES_BY_ANNEX: Final[dict[tuple[str, str], str]] = {
    ("feedback10", "附件1"): "附件1 2.2",
    ("feedback10", "附件3"): "附件3 3.2",
    ("review10", "附件3"): "附件3 3.4",
}
#: Which run by the circular itself, whatever the pack lists; the others are those of the filing.
_ALWAYS: Final = ("cutoff60", "owner20", "change10", "keep3y")
#: What stays true when the papers must come anew.
_LASTING: Final = _of(Event.VERIFIED)


def after(
    events: Iterable[Happened], *, matter: Matter, filing: Filing | None, calendar: Calendar
) -> tuple[Clock, ...]:
    """Every period that has begun by these events, the ended ones with their `stopped_on`.

    Events of one day count in the order given. `filing` is None for mail that files nothing.
    """
    told = sorted(_settled_days(events, matter, calendar), key=lambda one: one.on)
    return tuple(
        clock for course in _courses(matter, filing) if (clock := _after(course, told, matter, calendar)) is not None
    )


def prove(course: str, clause: str, started_on: date, calendar: Calendar, *, length: int | None = None) -> Proof:
    """How the period of that id was counted from that day; `length` where the pack sets another than the circular."""
    known = COURSES[course]
    length = length or known.length
    due = _due(known.unit, length, started_on, calendar)
    end = due.day or due.latest
    years = range(started_on.year, end.year + 1) if known.unit is not Unit.YEARS else range(0)
    # Of calendar days only the last is asked whether it is a rest day.
    asked = started_on if known.unit is _WD else started_on + timedelta(days=length - 1)
    return Proof(
        clock=course,
        clause=clause,
        started_on=started_on,
        length=length,
        unit=known.unit,
        due=due.day,
        earliest=due.earliest,
        latest=due.latest,
        counted=due.counted,
        off=calendar.given_off(asked, end) if years else (),
        worked=calendar.worked_instead(asked, end) if years else (),
        notices=tuple(year.source for year in calendar.published if year.year in years),
        missing=tuple(year for year in years if year not in calendar.years) if due.day is None else (),
    )


def _courses(matter: Matter, filing: Filing | None) -> Iterator[Course]:
    names = [*(filing.clocks if filing else ()), *_ALWAYS]
    for name in names:
        course = COURSES[name]
        if name == "enterprise10" and matter.policy("enterprise10_start") == "complete":
            course = replace(course, starts=(_of(Event.COMPLETED),))
        if name == "keep3y":
            course = replace(course, length=matter.retention_years)
        yield course
    if filing and filing.late_after_workdays:  # I15: 更新 has no period
        for name in ("entry20", "end20"):
            yield replace(COURSES[name], length=filing.late_after_workdays)


def _after(course: Course, events: Iterable[Happened], matter: Matter, calendar: Calendar) -> Clock | None:
    seen: dict[frozenset[Event], date] = {}
    started: date | None = None
    stopped: date | None = None
    paused = met = False
    for one in events:
        if one.event in course.stops or one.event in course.pauses:
            met = True
            seen = {group: day for group, day in seen.items() if group <= _LASTING}
            if started is not None and (stopped is None or one.event in course.stops):
                stopped, paused = stopped or one.on, one.event in course.pauses
        if one.event in course.renews and started is not None and stopped is None:
            started = one.on
        for group in course.starts:
            if one.event in group and not (course.duty and met):
                seen[group] = one.on
                if len(seen) == len(course.starts) and (started is None or stopped is not None):
                    started, stopped, paused = max(seen.values()), None, False
    if started is None:
        return None
    due = _due(course.unit, course.length, started, calendar)
    return Clock(
        id=course.id,
        clause=_CLAUSES_BY_ANNEX.get((course.id, matter.annex), course.clause),
        due=due.day,
        earliest=due.earliest if due.day is None else None,
        latest=due.latest if due.day is None else None,
        started_on=started,
        stopped_on=stopped,
        paused=paused,
    )


def _due(unit: Unit, length: int, start: date, calendar: Calendar) -> Due:
    match unit:
        case Unit.WORKDAYS:
            return calendar.add_workdays(start, length)
        case Unit.DAYS:
            return calendar.calendar_days_deadline(start, length)
        case Unit.YEARS:
            end = _years_after(start, length)
            return Due(end, end, end)


def _years_after(day: date, years: int) -> date:
    """29 February ends on 1 March, so that nothing is deleted a day early."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _settled_days(events: Iterable[Happened], matter: Matter, calendar: Calendar) -> Iterator[Happened]:
    """Some offices take a mail of a rest day as received on the next workday (domain.md 1.3).

    And some count an application by its mail alone, whatever the page shows (I35).
    """
    moves = matter.policy("receipt_on_restday") == "next_workday"
    by_mail = matter.policy("filed_on") == "mail"
    for one in events:
        if by_mail and one.event is Event.SUBMITTED:
            continue
        arrival = moves and one.event in (Event.RECEIVED, Event.COPIED)
        yield Happened(one.event, _moved_to_workday(calendar, one.on)) if arrival else one


def _moved_to_workday(calendar: Calendar, day: date) -> date:
    """An unknown day stays as it is."""
    if not calendar.knows(day) or calendar.is_workday(day):
        return day
    return calendar.add_workdays(day, 1).day or day
