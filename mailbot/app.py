"""How is the service put together: which leg gets what, and what wakes it? Out of a workshop, the composition root."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from mailbot.casework import Casework, worker_name
from mailbot.desk import Desk
from mailbot.dispatch import Brakes, Dispatch
from mailbot.errors import ConfigurationError
from mailbot.examination.workdays import Calendar
from mailbot.instance import instance_in
from mailbot.intake import Intake
from mailbot.isolation.child import Nursery
from mailbot.keeping import Keeping
from mailbot.letters.labels import Labels
from mailbot.letters.rendering import Words
from mailbot.lock import sole_daemon
from mailbot.office.accounts import account_of
from mailbot.office.calendars import load_calendar
from mailbot.office.credentials import environment
from mailbot.office.packs import load_matters
from mailbot.reading.crops import Crops
from mailbot.reading.mails import MailReader
from mailbot.reading.reader import PRELOAD, PaperReader
from mailbot.reviewers.post import Post
from mailbot.reviewers.prompts import Prompts
from mailbot.schedule import Leg
from mailbot.settings import Settings, load_settings
from mailbot.transport.idle import watch
from mailbot.transport.mailbox import MEBIBYTE, Account
from mailbot.upkeep import Upkeep
from mailbot.watch.alarms import LedgerBell
from mailbot.watch.health import Bounds, Watchman
from mailbot.watch.heartbeat import beat, seconds_between
from mailbot.workshop import Workshop, furnish, open_archive, open_ledger

if TYPE_CHECKING:
    from mailbot.wakeups import Wakeups

_LOOK_SECONDS = 5.0  #: casework and dispatch are woken; this finds what a lost wake-up left
_DESK_SECONDS = 60.0
_WORKER_SECONDS = 2.0  #: a further worker's look: what wakes it may be lost
_LISTEN_SECONDS = 15.0  #: until listening that ended is begun again
_IDLE_SECONDS = 60.0  #: until a watch that ended is begun again
_SWEEP_SECONDS = 3600.0


class Service:
    """The daemon's legs, built and wired; they never call each other."""

    def __init__(self, shop: Workshop, settings: Settings, accounts: tuple[Account, ...]) -> None:
        tools = shop.tools()
        ledger, archive, instance = tools.ledger, tools.archive, tools.instance
        self.settings = settings
        self._wakeups = _wakeups(settings) if settings.ledger.is_shared else None
        self._accounts = accounts
        self._stop = Event()
        bell = LedgerBell(ledger)
        self._intake = Intake(
            ledger=ledger,
            archive=archive,
            bell=bell,
            free_bytes=settings.limits.free_disk_megabytes * MEBIBYTE,
            stop=self._stop,
        )
        self._casework = Casework(tools)
        self._dispatch = Dispatch(
            ledger=ledger,
            archive=archive,
            accounts=accounts,
            worker=worker_name(),
            brakes=_brakes(settings),
            send=settings.mail.send,
            bell=bell,
            stop=self._stop,
        )
        self._desk = Desk(
            ledger=ledger,
            archive=archive,
            words=shop.words,
            settings=settings,
            calendar=shop.examiner.calendar,
            instance=instance,
            labels=Labels(settings.folders.templates, matters=shop.examiner.matters),
            tools=tools,
            crops=Crops(shop.reader),
        )
        self._prompts = Prompts(tools)
        self._upkeep = Upkeep(
            Post(ledger, archive, shop.words, settings, instance, lambda: datetime.now(UTC)),
            shop.examiner.calendar,
            folder=settings.folders.calendars,
            adopt=self._adopt,
        )
        self._keeping = Keeping(
            ledger=ledger,
            archive=archive,
            words=shop.words,
            cache=shop.reader.cache,
            folder=settings.data_folder / "certificates",
            office=settings.office.name,
        )
        self.watchman = Watchman(
            ledger=ledger,
            archive=archive,
            mailboxes=[account.address for account in accounts],
            bounds=Bounds(
                settings.limits.free_disk_megabytes * MEBIBYTE,
                timedelta(minutes=settings.monitor.waiting_minutes),
                timedelta(minutes=settings.monitor.silent_minutes),
            ),
            bell=bell,
        )
        self._examiner = shop.examiner
        self._reader = shop.reader
        self._mails = shop.mails
        self._archive = archive

    def legs(self, wake: Callable[[str], None]) -> tuple[Leg, ...]:
        """When each looks; a leg that found something wakes the next."""
        seconds = self.settings.mail.poll_seconds
        polls = [
            Leg(f"intake {one.address}", seconds, self._poll(one), wakes=("casework",), jitter_seconds=seconds / 10)
            for one in self._accounts
        ]
        watches = [
            Leg(f"idle {one.address}", _IDLE_SECONDS, self._watch(one, wake), jitter_seconds=0)
            for one in self._accounts
            if self.settings.mail.idle
        ]
        return (
            *polls,
            *watches,
            Leg("casework", _LOOK_SECONDS, self._casework.work, wakes=("dispatch",)),
            Leg("dispatch", _LOOK_SECONDS, lambda stop: self._dispatch.round()),
            Leg("desk", _DESK_SECONDS, self._desk.work, wakes=("dispatch",)),
            Leg("prompts", _DESK_SECONDS, self._prompts.work, wakes=("dispatch",)),
            Leg("upkeep", _DESK_SECONDS, self._upkeep.work, wakes=("dispatch",)),
            Leg("keeping", _SWEEP_SECONDS, self._keeping.work),
            Leg("watch", _DESK_SECONDS, self.watchman.work),
            Leg("heartbeat", seconds_between(), lambda stop: int(beat())),
            Leg("sweep", _SWEEP_SECONDS, lambda stop: self._archive.sweep_temp()),
        )

    def one_pass(self, stop: Event) -> bool:
        """Every leg once, in the order of the work; False when a mailbox could not be looked through."""
        self._upkeep.work(stop)  # first: what is worked now is counted by the calendar that is there now
        polls = [self._intake.poll(account) for account in self._accounts]
        self._casework.work(stop)
        self._desk.work(stop)
        self._prompts.work(stop)
        self._dispatch.round()
        return all(not poll.skipped for poll in polls)

    def stop(self) -> None:
        """Wakes whatever waits: for a server, for a paper."""
        self._stop.set()
        self._reader.close()
        self._mails.close()

    def _adopt(self, calendar: Calendar) -> None:
        """A calendar file came: everybody who counts days counts by it from now on."""
        self._examiner.adopt(calendar)
        self._desk.use_calendar(calendar)

    def _poll(self, account: Account) -> Callable[[Event], int]:
        def poll(stop: Event) -> int:
            new = self._intake.poll(account).new
            if new and self._wakeups:
                self._wakeups.call(new)
            return new

        return poll

    def _watch(self, account: Account, wake: Callable[[str], None]) -> Callable[[Event], int]:
        def watch_until_stopped(stop: Event) -> int:
            watch(account, wake=lambda: wake(f"intake {account.address}"), stop=self._stop)
            return 0

        return watch_until_stopped


@contextmanager
def service(config: Path) -> Iterator[Service]:
    """The daemon on this configuration, with the data folder's lock held. Raises ConfigurationError, AlreadyRunning."""
    with ExitStack() as stack:
        nursery = stack.enter_context(Nursery(PRELOAD))
        settings = load_settings(config)
        accounts = tuple(account_of(box, settings, environment()) for box in settings.mailbox)
        stack.enter_context(sole_daemon(settings.data_folder))
        shop = furnish(stack, nursery, settings)
        yield Service(shop, settings, accounts)


@dataclass(frozen=True)
class ExtraWorker:
    """Casework and reading alone, beside a daemon on the same ledger and archive."""

    casework: Casework
    reader: PaperReader
    mails: MailReader
    wakeups: "Wakeups"

    def stop(self) -> None:
        """Wakes whatever waits for a paper or a mail."""
        self.reader.close()
        self.mails.close()

    def legs(self, wake: Callable[[str], None]) -> tuple[Leg, ...]:
        """What wakes may fail; what looks does not."""

        def listen(stop: Event) -> int:
            self.wakeups.listen(lambda: wake("casework"), stop)
            return 0

        return (
            Leg("casework", _WORKER_SECONDS, self.casework.work),
            Leg("wake-ups", _LISTEN_SECONDS, listen),
            Leg("heartbeat", seconds_between(), lambda stop: int(beat())),
        )


@contextmanager
def extra_worker(config: Path) -> Iterator[ExtraWorker]:
    """Raises ConfigurationError on SQLite: there the daemon works alone, and its lock says so."""
    with ExitStack() as stack:
        nursery = stack.enter_context(Nursery(PRELOAD))
        settings = load_settings(config)
        if not settings.ledger.is_shared:
            raise ConfigurationError(
                f"{config}: ledger.url: further workers need PostgreSQL (postgresql+psycopg://…); "
                "with SQLite `mailbot run` does all the work itself"
            )
        shop = furnish(stack, nursery, settings, as_guest=True)
        yield ExtraWorker(Casework(shop.tools()), shop.reader, shop.mails, _wakeups(settings))


def _wakeups(settings: Settings) -> "Wakeups":
    try:
        from mailbot.wakeups import Wakeups  # an extra: who keeps the ledger in SQLite need not install it
    except ImportError as error:
        raise ConfigurationError(f"ledger.url: {error}; install it: pip install 'mailbot[postgres]'") from error
    return Wakeups(settings.ledger.url)


def _brakes(settings: Settings) -> Brakes:
    feedback = settings.feedback
    own = {one.address.lower() for one in settings.reviewer} | {
        address.lower() for box in settings.mailbox for address in box.reviewers
    }
    return Brakes(feedback.per_address_hour, feedback.per_address_day, feedback.per_hour, frozenset(own))


@contextmanager
def desk(config: Path) -> Iterator[tuple[Desk, Settings]]:
    """The reviewers' desk alone: no reader, no mailbox. Raises ConfigurationError."""
    settings = load_settings(config)
    matters = load_matters(settings.folders.packs)
    with open_ledger(settings, matters) as ledger:
        yield (
            Desk(
                ledger=ledger,
                archive=open_archive(settings),
                words=Words(settings.folders.templates, matters=matters),
                settings=settings,
                calendar=load_calendar(settings.folders.calendars),
                instance=instance_in(settings.data_folder),
                labels=Labels(settings.folders.templates, matters=matters),
            ),
            settings,
        )
