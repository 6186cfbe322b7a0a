"""What lies on the reviewers' desk today, and who is told?

ledger → ledger. On workdays at the set hour each reviewer gets one digest. The day that it is for is its purpose,
unique in the ledger: a missed tick is made good, a doubled one sends nothing twice.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from threading import Event

from ledger.archive import Archive
from ledger.entries import CaseEntry, Letter, LetterEntry, LetterState, MailState
from ledger.failpoints import fp
from ledger.ledger import Ledger
from ledger.questions import AlarmEntry, CaseFilter, MailboxEntry, OpenClock
from ledger.statistics import DigestCounts
from mailbot.correspondence import compose, message_id
from mailbot.examination.workdays import Calendar, CalendarYearMissing
from mailbot.instance import Instance
from mailbot.rendering import Words
from mailbot.settings import OFFICE_TIME, Mailbox, Reviewer, Settings

log = logging.getLogger(__name__)

SOON_WORKDAYS = 3


@dataclass(frozen=True)
class Due:
    """One line of the digest: a case and the clock that presses."""

    case: CaseEntry
    clock: OpenClock


@dataclass(frozen=True)
class Digest:
    """Everything that a digest's template may name."""

    day: date
    mailboxes: tuple[str, ...]
    counts: DigestCounts
    overdue: tuple[Due, ...]
    today: tuple[Due, ...]
    soon: tuple[Due, ...]
    undated: tuple[Due, ...]  #: waiting for a year's holidays
    referred: tuple[CaseEntry, ...]
    held: tuple[LetterEntry, ...]
    troubled: tuple[LetterEntry, ...]  #: uncertain, refused, bounced
    quarantined: int
    alarms: tuple[AlarmEntry, ...]
    health: tuple[MailboxEntry, ...]
    head: str  #: of the chain of events: the witness off the machine


class Desk:
    """The leg."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        archive: Archive,
        words: Words,
        settings: Settings,
        calendar: Calendar,
        instance: Instance,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._archive = archive
        self._words = words
        self._settings = settings
        self._calendar = calendar
        self._instance = instance
        self._now = now

    def use_calendar(self, calendar: Calendar) -> None:
        """Another year's holidays, or a changed one's, were published."""
        self._calendar = calendar

    def work(self, stop: Event) -> int:
        """Queues today's digests when their hour has come; how many."""
        now = self._now().astimezone(OFFICE_TIME)
        if now.time() < self._settings.desk.digest_at or not self._works(now.date()):
            return 0
        return self.send_digests(now.date())

    def send_digests(self, day: date) -> int:
        """One to each reviewer who serves on that day; what was queued for the day before stays as it is."""
        return sum(self._send(mailbox, reviewer, day) for mailbox, reviewer in self._readers(day))

    def digest(self, day: date, mailboxes: tuple[str, ...]) -> Digest:
        """The digest of these mailboxes on that day."""
        ledger = self._ledger
        bound = self._calendar.add_workdays(day, SOON_WORKDAYS)
        soon = bound.day or bound.latest
        open_here = CaseFilter(open_only=True, mailboxes=mailboxes)
        cases = {case.number: case for case in ledger.cases(open_here)}

        def due(clocks: tuple[OpenClock, ...]) -> tuple[Due, ...]:
            here = [Due(cases[one.case_number], one) for one in clocks if one.case_number in cases]
            return tuple({one.case.number: one for one in reversed(here)}.values())[::-1]

        letters = {state: self._letters(state, mailboxes) for state in (LetterState.HELD, *_TROUBLE)}
        return Digest(
            day=day,
            mailboxes=mailboxes,
            counts=ledger.digest_counts(day, soon, _midnight(day) - timedelta(days=1), mailboxes=mailboxes),
            overdue=due(ledger.due_between(date.min, day - timedelta(days=1), mailboxes=mailboxes)),
            today=due(ledger.due_between(day, day, mailboxes=mailboxes)),
            soon=due(ledger.due_between(day + timedelta(days=1), soon, mailboxes=mailboxes)),
            undated=due(ledger.open_clocks(undated_only=True)),
            referred=tuple(case for case in cases.values() if case.state == "referred"),
            held=letters[LetterState.HELD],
            troubled=tuple(letter for state in _TROUBLE for letter in letters[state]),
            quarantined=len([mail for mail in ledger.mails(MailState.QUARANTINED) if mail.mailbox in mailboxes]),
            alarms=tuple(alarm for alarm in ledger.alarms() if alarm.cleared_at is None),
            health=tuple(ledger.mailbox(address) for address in mailboxes),
            head=ledger.head().hash,
        )

    def rendered(self, digest: Digest) -> tuple[str, str]:
        return self._words.reviewer_mail("digest", digest)

    def _send(self, mailbox: Mailbox, reviewer: str, day: date) -> int:
        purpose = f"digest:{day}:{mailbox.address}:{reviewer.lower()}"
        identity = message_id(mailbox.address, self._instance.key("letters"), purpose)
        if self._ledger.letter(identity):
            return 0
        text, html = self.rendered(self.digest(day, (mailbox.address,)))
        subject = text.splitlines()[0].strip()
        raw = compose(
            sender=mailbox.address,
            office=self._settings.office_of(mailbox).name,
            recipients=(reviewer,),
            subject=subject,
            text=text,
            html=html,
            identity=identity,
            at=self._now().astimezone(OFFICE_TIME),
            reply_to_person=False,
        )
        fp("desk_after_rendering")
        stored = self._archive.store([raw])
        fp("desk_after_archive")
        letter = Letter("digest", mailbox.address, (reviewer,), subject, identity, stored.sha256, purpose=purpose)
        self._ledger.queue_letter(letter)
        fp("desk_after_queue")
        return 1

    def _readers(self, day: date) -> list[tuple[Mailbox, str]]:
        """Each mailbox with those who review it; somebody off duty is not written to."""
        roster: dict[str, Reviewer] = {one.address.lower(): one for one in self._settings.reviewer}
        return [
            (mailbox, address)
            for mailbox in self._settings.mailbox
            for address in mailbox.reviewers
            if (one := roster.get(address.lower())) is None or one.serves_on(day)
        ]

    def _letters(self, state: LetterState, mailboxes: tuple[str, ...]) -> tuple[LetterEntry, ...]:
        return tuple(entry for entry in self._ledger.letters(state) if entry.letter.mailbox in mailboxes)

    def _works(self, day: date) -> bool:
        """Nothing on rest days; in a year whose notice is not loaded, Monday to Friday."""
        try:
            return self._calendar.is_workday(day)
        except CalendarYearMissing:
            return day.weekday() < 5


_TROUBLE = (LetterState.UNCERTAIN, LetterState.FAILED, LetterState.BOUNCED)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), OFFICE_TIME)
