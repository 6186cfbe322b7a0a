"""How is the service put together: which leg gets what, and what wakes it? Out of a workshop, the composition root."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from mailbot.cases.workbench import Tools
from mailbot.casework import Casework, worker_name
from mailbot.desk import Desk
from mailbot.dispatch import Brakes, Dispatch
from mailbot.examination.workdays import Calendar
from mailbot.extra_worker import wakeups_of
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
from mailbot.reading.reader import PRELOAD
from mailbot.reviewers.post import Post
from mailbot.reviewers.prompts import Prompts
from mailbot.schedule import Leg
from mailbot.settings import Settings, load_settings
from mailbot.transport.idle import watch
from mailbot.transport.mailbox import MEBIBYTE, Account
from mailbot.upkeep import Upkeep
from mailbot.watch.alarms import Bell, LedgerBell
from mailbot.watch.health import Bounds, Watchman
from mailbot.watch.heartbeat import beat, seconds_between
from mailbot.workshop import Workshop, furnish, open_archive, open_ledger

_LOOK_SECONDS = 5.0  #: casework and dispatch are woken; this finds what a lost wake-up left
_DESK_SECONDS = 60.0
_IDLE_SECONDS = 60.0  #: until a watch that ended is begun again
_SWEEP_SECONDS = 3600.0


class Service:
    """The daemon's legs, built and wired; they never call each other."""

    def __init__(self, shop: Workshop, settings: Settings, accounts: tuple[Account, ...]) -> None:
        tools = shop.tools()
        self.settings = settings
        self._wakeups = wakeups_of(settings) if settings.ledger.is_shared else None
        self._accounts = accounts
        self._stop = Event()
        bell = LedgerBell(tools.ledger)
        self._intake = _intake(tools, bell, self._stop)
        self._casework = Casework(tools)
        self._dispatch = _dispatch(tools, accounts, bell, self._stop)
        self._desk = _desk(shop, tools)
        self._prompts = Prompts(tools)
        self._upkeep = Upkeep(
            Post(tools.ledger, tools.archive, shop.words, settings, tools.instance, lambda: datetime.now(UTC)),
            shop.examiner.calendar,
            folder=settings.folders.calendars,
            adopt=self._adopt,
        )
        self._keeping = _keeping(shop, tools)
        self.watchman = _watchman(tools, accounts, bell)
        self._examiner = shop.examiner
        self._reader = shop.reader
        self._mails = shop.mails
        self._archive = tools.archive

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


def _intake(tools: Tools, bell: Bell, stop: Event) -> Intake:
    free = tools.settings.limits.free_disk_megabytes * MEBIBYTE
    return Intake(ledger=tools.ledger, archive=tools.archive, bell=bell, free_bytes=free, stop=stop)


def _dispatch(tools: Tools, accounts: tuple[Account, ...], bell: Bell, stop: Event) -> Dispatch:
    return Dispatch(
        ledger=tools.ledger,
        archive=tools.archive,
        accounts=accounts,
        worker=worker_name(),
        brakes=_brakes(tools.settings),
        send=tools.settings.mail.send,
        bell=bell,
        stop=stop,
    )


def _brakes(settings: Settings) -> Brakes:
    feedback = settings.feedback
    own = {one.address.lower() for one in settings.reviewer} | {
        address.lower() for box in settings.mailbox for address in box.reviewers
    }
    return Brakes(feedback.per_address_hour, feedback.per_address_day, feedback.per_hour, frozenset(own))


def _desk(shop: Workshop, tools: Tools) -> Desk:
    return Desk(
        ledger=tools.ledger,
        archive=tools.archive,
        words=shop.words,
        settings=tools.settings,
        calendar=shop.examiner.calendar,
        instance=tools.instance,
        labels=Labels(tools.settings.folders.templates, matters=shop.examiner.matters),
        tools=tools,
        crops=Crops(shop.reader),
    )


def _keeping(shop: Workshop, tools: Tools) -> Keeping:
    return Keeping(
        ledger=tools.ledger,
        archive=tools.archive,
        words=shop.words,
        cache=shop.reader.cache,
        folder=tools.settings.data_folder / "certificates",
        office=tools.settings.office.name,
    )


def _watchman(tools: Tools, accounts: tuple[Account, ...], bell: Bell) -> Watchman:
    limits, monitor = tools.settings.limits, tools.settings.monitor
    return Watchman(
        ledger=tools.ledger,
        archive=tools.archive,
        mailboxes=[account.address for account in accounts],
        bounds=Bounds(
            limits.free_disk_megabytes * MEBIBYTE,
            timedelta(minutes=monitor.waiting_minutes),
            timedelta(minutes=monitor.silent_minutes),
        ),
        bell=bell,
    )


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
