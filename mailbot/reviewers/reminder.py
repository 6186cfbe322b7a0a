"""Who must be told, in one mail, that a period runs out, or what its last morning has done?

Three and one workdays before, on the first workday after and every fifth from there: the reviewers. From one workday
before: their substitutes. Overdue: the heads too. What the morning of the due day did is told in the same mail.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from ledger.ledger import Ledger
from ledger.questions import CaseFilter
from mailbot.examination.workdays import Calendar
from mailbot.office.roster import heads, readers_of, substitutes
from mailbot.reviewers.digest import MOST_ROWS, Due, pressing
from mailbot.reviewers.post import Post
from mailbot.reviewers.window import Outcome, Window
from mailbot.settings import Mailbox, Settings

_FIRST, _SECOND, _AGAIN = 3, 1, 5
_FAR: Final = 366


@dataclass(frozen=True)
class Acted:
    """A case of the due day."""

    due: Due
    outcome: Outcome


@dataclass(frozen=True)
class Reminder:
    """Everything that the template may name, for one recipient."""

    day: date
    office: str
    acted: tuple[Acted, ...] = ()
    overdue: tuple[Due, ...] = ()
    tomorrow: tuple[Due, ...] = ()  #: one workday left
    soon: tuple[Due, ...] = ()  #: three workdays left
    stands_in: bool = False  #: told as substitute or head

    @property
    def is_empty(self) -> bool:
        return not (self.acted or self.overdue or self.tomorrow or self.soon)

    @property
    def size(self) -> int:
        return len(self.acted) + len(self.overdue) + len(self.tomorrow) + len(self.soon)


class Reminders:
    """Reads what presses, and tells those concerned once a day."""

    def __init__(self, ledger: Ledger, settings: Settings, calendar: Calendar, post: Post) -> None:
        self._ledger = ledger
        self._settings = settings
        self._calendar = calendar
        self._post = post

    def send(self, day: date, window: Window | None) -> int:
        """One mail to each person and mailbox with something to be told; how many were queued."""
        outcomes = window.outcomes(day) if window else {}
        sent = 0
        for mailbox in self._settings.mailbox:
            for to, reminder in self.of(day, mailbox, outcomes).items():
                purpose = f"reminder:{day}:{mailbox.address}:{to.lower()}"
                sent += self._post.put("reminder", purpose, mailbox=mailbox, to=to, facts=reminder)
        return sent

    def of(self, day: date, mailbox: Mailbox, outcomes: dict[str, Outcome]) -> dict[str, Reminder]:
        """Recipient → what he is told."""
        told: dict[str, Reminder] = {}
        for due, kind in self._pressing(day, mailbox, outcomes):
            own = readers_of(self._settings, mailbox, due.case.reviewer, day)
            others = () if kind == "soon" else substitutes(self._settings, own, day)
            above = heads(self._settings, day) if kind == "overdue" else ()
            for to in dict.fromkeys((*own, *others, *above)):
                before = told.get(to) or Reminder(day, self._settings.office_of(mailbox).name, stands_in=to not in own)
                told[to] = _with(replace(before, stands_in=before.stands_in and to not in own), due, kind, outcomes)
        return told

    def _pressing(self, day: date, mailbox: Mailbox, outcomes: dict[str, Outcome]) -> Iterator[tuple[Due, str]]:
        bound = self._calendar.add_workdays(day, _FIRST)
        due = self._ledger.due_between(date.min, bound.day or bound.latest, mailboxes=(mailbox.address,))
        kinds = {
            clock.case_number: (clock, kind)
            for clock in pressing(due, day)
            if clock.case_number not in outcomes and (kind := self._kind(clock.clock.due, day))
        }
        numbers = (*outcomes, *list(kinds)[:MOST_ROWS])
        if not numbers:
            return
        for case in self._ledger.cases(CaseFilter(numbers=numbers, mailboxes=(mailbox.address,))):
            if case.number in outcomes:
                yield Due(case, None), "acted"
            else:
                yield Due(case, kinds[case.number][0]), kinds[case.number][1]

    def _kind(self, due: date | None, day: date) -> str | None:
        """On which list a period stands today; None: on none."""
        if due is None:
            return None
        if due < day:
            late = self._calendar.workdays_between(due, day) if (day - due).days < _FAR else None
            return "overdue" if late is None or late % _AGAIN == 1 else None
        left = self._calendar.workdays_between(day, due)
        return {_SECOND: "tomorrow", _FIRST: "soon"}.get(left) if left is not None else None


def _with(reminder: Reminder, due: Due, kind: str, outcomes: dict[str, Outcome]) -> Reminder:
    match kind:
        case "acted":
            return replace(reminder, acted=(*reminder.acted, Acted(due, outcomes[due.case.number])))
        case "overdue":
            return replace(reminder, overdue=(*reminder.overdue, due))
        case "tomorrow":
            return replace(reminder, tomorrow=(*reminder.tomorrow, due))
        case _:
            return replace(reminder, soon=(*reminder.soon, due))
