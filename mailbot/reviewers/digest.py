"""What lies on a reviewer's desk today?"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ledger.audit import Head
from ledger.entries import CaseEntry, CaseState, LetterEntry, LetterState, MailState
from ledger.ledger import Ledger
from ledger.office_time import midnight
from ledger.periods import OFFICE_CLOCKS, REVIEW_CLOCKS
from ledger.questions import AlarmEntry, CaseFilter, MailboxEntry, OpenClock
from mailbot.examination.workdays import Calendar, CalendarYearMissing
from mailbot.letters.labels import Labels
from mailbot.office.authorities import Pressing, ProjectMap
from mailbot.reviewers.charts import Chart
from mailbot.reviewers.diagrams import activity
from mailbot.settings import Settings

SOON_WORKDAYS = 3
MOST_ROWS = 50  #: of one kind; a longer list is in the ledger, a mail that nobody can scroll helps nobody
_WEEK = 5
_TROUBLE = (LetterState.UNCERTAIN, LetterState.FAILED, LetterState.BOUNCED)


@dataclass(frozen=True)
class Due:
    """One line of the digest: a case and the period that presses most."""

    case: CaseEntry
    clock: OpenClock | None  #: None: told for another reason than a period


@dataclass(frozen=True)
class Complete:
    """A case with everything there."""

    case: CaseEntry
    awaits_enterprise: bool  #: its review begins with 企业复核, which nobody has entered yet


@dataclass(frozen=True)
class First:
    """A case that comes before others, as its project presses (G26, G28, B07)."""

    case: CaseEntry
    pressing: Pressing


@dataclass(frozen=True)
class Counts:
    """What the digest begins with."""

    overdue: int
    due_today: int
    due_soon: int
    new: int
    referred: int
    held: int
    complete: int  #: waiting for 复核 or for the decision
    answered: int
    uncertain: int
    failed: int
    quarantined: int


@dataclass(frozen=True)
class Group:
    """One authority: a review mailbox and its matters."""

    address: str
    office: str
    matters: tuple[str, ...]
    counts: Counts
    overdue: tuple[Due, ...]  #: the oldest due first, as all lists here
    today: tuple[Due, ...]
    soon: tuple[Due, ...]
    undated: tuple[Due, ...]  #: waiting for a year's holidays
    first: tuple[First, ...]  #: by the day of 质量监督通知书, then 督查重点
    referred: tuple[CaseEntry, ...]
    complete: tuple[Complete, ...]
    held: tuple[LetterEntry, ...]
    troubled: tuple[LetterEntry, ...]  #: uncertain, refused, bounced
    health: MailboxEntry

    @property
    def is_empty(self) -> bool:
        lists = (
            *(self.overdue, self.today, self.soon, self.undated, self.first),
            *(self.referred, self.complete, self.held),
        )
        return not any((*lists, self.troubled))


@dataclass(frozen=True)
class Digest:
    """Everything that a digest's template may name."""

    day: date
    mailboxes: tuple[str, ...]
    groups: tuple[Group, ...]
    counts: Counts
    week: Chart
    alarms: tuple[AlarmEntry, ...]
    head: str  #: number and hash of the last event: the witness off the machine

    @property
    def overdue(self) -> tuple[Due, ...]:
        return tuple(due for group in self.groups for due in group.overdue)

    @property
    def today(self) -> tuple[Due, ...]:
        return tuple(due for group in self.groups for due in group.today)

    @property
    def soon(self) -> tuple[Due, ...]:
        return tuple(due for group in self.groups for due in group.soon)

    @property
    def referred(self) -> tuple[CaseEntry, ...]:
        return tuple(case for group in self.groups for case in group.referred)

    @property
    def held(self) -> tuple[LetterEntry, ...]:
        return tuple(letter for group in self.groups for letter in group.held)


class Digests:
    """Reads the ledger into digests."""

    def __init__(
        self,
        ledger: Ledger,
        settings: Settings,
        calendar: Calendar,
        labels: Labels,
        projects: Callable[[], ProjectMap | None] = lambda: None,
    ) -> None:
        self._ledger = ledger
        self._settings = settings
        self._calendar = calendar
        self._labels = labels
        self._projects = projects

    def of(self, day: date, mailboxes: Sequence[str]) -> Digest:
        """The digest of these mailboxes on that day; its own figures are those of the workday before and today."""
        groups = tuple(self._group(day, address) for address in mailboxes)
        return Digest(
            day=day,
            mailboxes=tuple(mailboxes),
            groups=groups,
            counts=_total(group.counts for group in groups),
            week=self.week(day, mailboxes),
            alarms=tuple(alarm for alarm in self._ledger.alarms() if alarm.cleared_at is None),
            head=_witness(self._ledger.head()),
        )

    def week(self, day: date, mailboxes: Sequence[str]) -> Chart:
        """The last five workdays, today not counted, for it has only begun."""
        days = [one for one in _days_before(day, 30) if self.works(one)][:_WEEK][::-1]
        counted = self._ledger.week(days, mailboxes=mailboxes)
        return activity(self._labels, "last_workdays", [(self._day(one.day), (one,)) for one in counted])

    def _day(self, day: date) -> str:
        return f"{day.month}.{day.day} {self._labels('weekday', str(day.isoweekday()))}"

    def works(self, day: date) -> bool:
        """Nothing on rest days; in a year whose notice is not loaded, Monday to Friday."""
        try:
            return self._calendar.is_workday(day)
        except CalendarYearMissing:
            return day.weekday() < 5

    def _group(self, day: date, address: str) -> Group:
        ledger, here = self._ledger, (address,)
        bound = self._calendar.add_workdays(day, SOON_WORKDAYS)
        clocks = pressing(ledger.due_between(date.min, bound.day or bound.latest, mailboxes=here), day)
        overdue = [one for one in clocks if one.clock.due is not None and one.clock.due < day]
        today = [one for one in clocks if one.clock.due == day]
        soon = [one for one in clocks if one.clock.due is not None and one.clock.due > day]
        undated = pressing((one for one in ledger.open_clocks(undated_only=True) if one.mailbox == address), day)
        letters = {state: self._letters(state, address) for state in (LetterState.HELD, *_TROUBLE)}
        since = next(one for one in _days_before(day, 30) if self.works(one))
        week = ledger.week([since, day] if since < day else [day], mailboxes=here)
        box = self._settings.mailbox_at(address)
        counts = Counts(
            overdue=len(overdue),
            due_today=len(today),
            due_soon=len(soon),
            new=ledger.count_cases(CaseFilter(mailboxes=here, received_from=midnight(since))),
            referred=ledger.count_cases(CaseFilter(states=(CaseState.REFERRED,), mailboxes=here)),
            held=len(letters[LetterState.HELD]),
            complete=ledger.count_cases(CaseFilter(states=(CaseState.COMPLETE,), mailboxes=here)),
            answered=sum(one.answered for one in week),
            uncertain=len(letters[LetterState.UNCERTAIN]),
            failed=len(letters[LetterState.FAILED]) + len(letters[LetterState.BOUNCED]),
            quarantined=len(ledger.mails(MailState.QUARANTINED, mailbox=address)),
        )
        return Group(
            address=address,
            office=self._settings.office_of(box).name if box else address,
            matters=box.matters if box else (),
            counts=counts,
            overdue=self._rows(overdue),
            today=self._rows(today),
            soon=self._rows(soon),
            undated=self._rows(undated),
            first=self._pressed(address),
            referred=self._first(CaseState.REFERRED, address),
            complete=tuple(map(self._complete, self._first(CaseState.COMPLETE, address))),
            held=letters[LetterState.HELD][:MOST_ROWS],
            troubled=tuple(letter for state in _TROUBLE for letter in letters[state])[:MOST_ROWS],
            health=ledger.mailbox(address),
        )

    def _pressed(self, address: str) -> tuple[First, ...]:
        projects = self._projects()
        if projects is None or not projects.pressing:
            return ()
        found: dict[str, Pressing | None] = {}
        rows = []
        for case in self._ledger.cases(CaseFilter(open_only=True, mailboxes=(address,))):
            name = case.facts.project
            if name and name not in found:
                found[name] = projects.presses(name)
            if name and (pressing_ := found[name]):
                rows.append(First(case, pressing_))
        rows.sort(key=lambda one: (one.pressing.notice_on or date.max, one.case.facts.received_at))
        return tuple(rows[:MOST_ROWS])

    def _rows(self, clocks: list[OpenClock]) -> tuple[Due, ...]:
        shown = clocks[:MOST_ROWS]
        if not shown:
            return ()
        numbers = tuple(one.case_number for one in shown)
        cases = {case.number: case for case in self._ledger.cases(CaseFilter(numbers=numbers))}
        return tuple(Due(cases[one.case_number], one) for one in shown if one.case_number in cases)

    def _first(self, state: CaseState, address: str) -> tuple[CaseEntry, ...]:
        return tuple(self._ledger.cases(CaseFilter(states=(state,), mailboxes=(address,)), most=MOST_ROWS))

    def _complete(self, case: CaseEntry) -> Complete:
        begun = any(clock.id in REVIEW_CLOCKS for clock in case.facts.clocks)
        return Complete(case, not begun and case.facts.matter in self._ledger.own_review)

    def _letters(self, state: LetterState, address: str) -> tuple[LetterEntry, ...]:
        return tuple(entry for entry in self._ledger.letters(state) if entry.letter.mailbox == address)


def pressing(clocks: Iterable[OpenClock], day: date) -> list[OpenClock]:
    """The office's periods, of each case the one that ends first; one that is over counts where it binds (I06)."""
    first: dict[str, OpenClock] = {}
    for one in clocks:
        is_over = one.clock.due is not None and one.clock.due < day
        if one.clock.id in OFFICE_CLOCKS and (one.binds or not is_over):
            first.setdefault(one.case_number, one)
    return list(first.values())


def _witness(head: Head) -> str:
    return f"{head.seq}-{head.hash}"


def _total(counts: Iterable[Counts]) -> Counts:
    columns_ = zip(*(vars(one).values() for one in counts), strict=True)
    return Counts(*(sum(column) for column in columns_))


def _days_before(day: date, most: int) -> Iterable[date]:
    return (day - timedelta(days=back) for back in range(1, most + 1))
