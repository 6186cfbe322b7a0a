"""Is the service well, and which alarm begins or ends now?

Read from the ledger alone, so that a stuck leg cannot hide itself. Each alarm rings once, and once when it is over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event

from ledger.archive import Archive
from ledger.entries import LetterState
from ledger.ledger import Ledger
from mailbot.watch.alarms import Alarm, AlarmKind, Bell

_COUNTED = (LetterState.QUEUED, LetterState.SENDING, LetterState.HELD, LetterState.UNCERTAIN, LetterState.FAILED)
_ALL = "all"  #: alarms that belong to no single mailbox


@dataclass(frozen=True)
class Bounds:
    """From where on something is wrong."""

    free_bytes: int  #: below, fetching pauses; below twice as much somebody is told
    waiting: timedelta = timedelta(minutes=30)  #: of the oldest mail that is not worked yet
    silent: timedelta = timedelta(minutes=15)  #: since a mailbox was last looked through


@dataclass(frozen=True)
class Health:
    """The service at one moment, as its ledger tells it."""

    at: datetime
    mails: Mapping[str, int]
    letters: Mapping[str, int]  #: of those that have not left
    waiting_seconds: float  #: of the oldest mail that still waits; 0 when none does
    silent_seconds: Mapping[str, float]  #: by mailbox, since its last poll; infinite before the first
    free_bytes: int
    alarms: tuple[str, ...]
    troubles: tuple[str, ...] = field(default=())  #: why it is not well, in words for an operator

    @property
    def is_well(self) -> bool:
        return not self.troubles


class Watchman:
    """The leg that looks at the others."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        archive: Archive,
        mailboxes: Sequence[str],
        bounds: Bounds,
        bell: Bell,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._ledger = ledger
        self._archive = archive
        self._mailboxes = tuple(mailboxes)
        self._bounds = bounds
        self._bell = bell
        self._now = now
        self._started = now()

    def work(self, stop: Event) -> int:
        """Rings what has begun and clears what is over; how many alarms stand."""
        health = self.look()
        bounds = self._bounds
        waits = health.waiting_seconds > bounds.waiting.total_seconds()
        self._tell(AlarmKind.MAIL_WAITING, _ALL, waits, f"the oldest waits {health.waiting_seconds / 60:.0f} minutes")
        low = health.free_bytes < 2 * bounds.free_bytes
        self._tell(AlarmKind.DISK_LOW, _ALL, low, f"{health.free_bytes >> 20} MiB left")
        for mailbox, seconds in health.silent_seconds.items():
            silent = seconds > bounds.silent.total_seconds()
            self._tell(AlarmKind.NOT_POLLED, mailbox, silent, f"not looked through for {seconds / 60:.0f} minutes")
        return len(health.alarms)

    def look(self) -> Health:
        """What stands now; changes nothing."""
        now, ledger = self._now(), self._ledger
        oldest = ledger.oldest_waiting()
        letters = ledger.letter_counts()
        silent = {one: self._silence(one, now) for one in self._mailboxes}
        health = Health(
            at=now,
            mails={state.value: count for state, count in ledger.mail_counts().items()},
            letters={state.value: letters.get(state, 0) for state in _COUNTED},
            waiting_seconds=max(0.0, (now - oldest).total_seconds()) if oldest else 0.0,
            silent_seconds=silent,
            free_bytes=self._archive.free_bytes(),
            alarms=tuple(alarm.key for alarm in ledger.alarms()),
        )
        return Health(**{**vars(health), "troubles": tuple(self._troubles(health))})

    def _silence(self, mailbox: str, now: datetime) -> float:
        """Since the last poll, or since the start: a daemon that was off for a night is not at fault at once."""
        polled = self._ledger.mailbox(mailbox).polled_at
        return (now - max(polled or self._started, self._started)).total_seconds()

    def _troubles(self, health: Health) -> list[str]:
        bounds = self._bounds
        troubles = []
        if health.waiting_seconds > bounds.waiting.total_seconds():
            troubles.append(f"a mail waits for {health.waiting_seconds:.0f} s; see the log of casework")
        for mailbox, seconds in health.silent_seconds.items():
            if seconds > bounds.silent.total_seconds():
                troubles.append(f"{mailbox} was not looked through for {seconds:.0f} s; run mailbot doctor")
        if health.free_bytes < bounds.free_bytes:
            troubles.append(f"{health.free_bytes >> 20} MiB left on the disk; fetching pauses")
        return troubles

    def _tell(self, kind: AlarmKind, mailbox: str, stands: bool, detail: str) -> None:
        if stands:
            self._bell.ring(Alarm(kind, mailbox, detail))
        elif any(alarm.key == Alarm(kind, mailbox).key for alarm in self._ledger.alarms()):
            self._bell.clear(kind, mailbox)
