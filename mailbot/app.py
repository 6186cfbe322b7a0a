"""How is the service put together? The only file that knows every other."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, TypedDict

from ledger.archive import Archive
from ledger.ledger import Ledger
from mailbot.cases.examiner import Examiner
from mailbot.cases.records import LedgerRecords
from mailbot.casework import Casework, Tools, worker_name
from mailbot.desk import Desk
from mailbot.dispatch import Brakes, Dispatch
from mailbot.errors import ConfigurationError
from mailbot.examination.matter import Matter, prescribed_mailboxes
from mailbot.examination.workdays import Calendar
from mailbot.instance import Instance, instance_in
from mailbot.intake import Intake
from mailbot.isolation.child import Nursery
from mailbot.keeping import Keeping
from mailbot.letters.labels import Labels
from mailbot.letters.rendering import Words
from mailbot.lock import sole_daemon
from mailbot.office.accounts import account_of
from mailbot.office.authorities import ProjectMap, load_projects
from mailbot.office.calendars import load_calendar
from mailbot.office.credentials import environment
from mailbot.office.files import Watched
from mailbot.office.packs import load_matters, refuse_unknown_forms
from mailbot.office.suspension import SuspensionList, load_suspensions
from mailbot.reading.crops import Crops
from mailbot.reading.mails import MAIL_PRELOAD, MailReader
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
from parsers.documents.forms import load_forms
from parsers.names import fold_firm

if TYPE_CHECKING:
    from mailbot.wakeups import Wakeups

log = logging.getLogger(__name__)

_INSTANCE = "instance"  #: under which the ledger remembers whose it is
_LOOK_SECONDS = 5.0  #: casework and dispatch are woken; this finds what a lost wake-up left
_DESK_SECONDS = 60.0
_WORKER_SECONDS = 2.0  #: a further worker's look: what wakes it may be lost
_LISTEN_SECONDS = 15.0  #: until listening that ended is begun again
_IDLE_SECONDS = 60.0  #: until a watch that ended is begun again
_SWEEP_SECONDS = 3600.0


@dataclass(frozen=True)
class Workshop:
    """What examining needs: with a configuration the directory and the ledger too."""

    examiner: Examiner
    reader: PaperReader
    mails: MailReader
    words: Words
    settings: Settings | None = None
    ledger: Ledger | None = None
    archive: Archive | None = None
    instance: Instance | None = None


@contextmanager
def workshop(config: Path | None) -> Iterator[Workshop]:
    """Everything that examining needs, closed at the end. Raises ConfigurationError."""
    with ExitStack() as stack:
        # The nursery starts before secrets, sockets and the database: what it forks has never seen them.
        nursery = stack.enter_context(Nursery(PRELOAD))
        settings = load_settings(config) if config else None
        yield _furnished(stack, nursery, settings)


def _furnished(stack: ExitStack, nursery: Nursery, settings: Settings | None, *, as_guest: bool = False) -> Workshop:
    matters = apply_settings(load_matters(settings.folders.packs if settings else None), settings)
    calendar = load_calendar(settings.folders.calendars if settings else None)
    refuse_unknown_forms(matters, (form.number for form in load_forms(settings.forms.directory if settings else None)))
    words = Words(settings.folders.templates if settings else None)
    mails = MailReader(nursery)
    if settings is None:
        cache = Path(stack.enter_context(TemporaryDirectory(prefix="mailbot-check-")))
        reader = stack.enter_context(PaperReader(nursery, cache=cache))
        examiner = Examiner(
            matters=matters, calendar=calendar, reader=reader, mailbox_matters=prescribed_mailboxes(matters)
        )
        return Workshop(examiner, reader, mails, words)
    reader = stack.enter_context(
        PaperReader(
            nursery,
            engine=settings.reading.engine,
            workers=settings.reading.workers,
            cache=settings.reading.cache,
            forms=settings.forms.directory,
        )
    )
    ledger = stack.enter_context(open_ledger(settings))
    archive = open_archive(settings)
    instance = _host(ledger, settings) if not as_guest else _guest(ledger, settings)
    examiner = Examiner(
        matters=matters,
        calendar=calendar,
        reader=reader,
        mailbox_matters=mailbox_matters(settings, matters),
        records=LedgerRecords(ledger, archive, mails),
        instance=instance,
        directory_max_age_days=settings.directory.max_age_days,
        **_own_tables(settings),
    )
    return Workshop(examiner, reader, mails, words, settings, ledger, archive, instance)


def _host(ledger: Ledger, settings: Settings) -> Instance:
    """Ours: its mark in the ledger lets guests tell whether they belong to it."""
    instance = instance_in(settings.data_folder)
    known = ledger.recall(_INSTANCE)
    if known != instance.mark:
        if known is not None:
            log.warning("the secret is not the one the ledger was kept with: people are not recognised again")
        ledger.remember(_INSTANCE, instance.mark)
    return instance


def _guest(ledger: Ledger, settings: Settings) -> Instance:
    """The daemon's, brought here. Raises ConfigurationError when it is missing or another's."""
    instance = instance_in(settings.data_folder, make=False)
    if ledger.recall(_INSTANCE) not in (None, instance.mark):
        raise ConfigurationError(
            f"{settings.data_folder}/instance.secret: of another installation; bring that of the daemon's data folder"
        )
    return instance


class _Tables(TypedDict, total=False):
    suspended: Callable[[], SuspensionList]
    projects: Callable[[], ProjectMap | None]


def _own_tables(settings: Settings) -> _Tables:
    """The office's lists, read again when they change. Raises ConfigurationError."""
    tables: _Tables = {}
    if settings.folders.suspended:
        tables["suspended"] = Watched(settings.folders.suspended, load_suspensions).now
    if settings.folders.projects:
        tables["projects"] = Watched(settings.folders.projects, load_projects).now
    return tables


class Service:
    """The daemon's legs, built and wired; they never call each other."""

    def __init__(self, shop: Workshop, settings: Settings, accounts: tuple[Account, ...]) -> None:
        ledger, archive, instance = _owned(shop)
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
        tools = Tools(ledger, archive, shop.mails, shop.examiner, shop.words, settings, instance)
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
        shop = _furnished(stack, nursery, settings)
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
        shop = _furnished(stack, nursery, settings, as_guest=True)
        ledger, archive, instance = _owned(shop)
        casework = Casework(Tools(ledger, archive, shop.mails, shop.examiner, shop.words, settings, instance))
        yield ExtraWorker(casework, shop.reader, shop.mails, _wakeups(settings))


def _wakeups(settings: Settings) -> "Wakeups":
    try:
        from mailbot.wakeups import Wakeups  # an extra: who keeps the ledger in SQLite need not install it
    except ImportError as error:
        raise ConfigurationError(f"ledger.url: {error}; install it: pip install 'mailbot[postgres]'") from error
    return Wakeups(settings.ledger.url)


def _owned(shop: Workshop) -> tuple[Ledger, Archive, Instance]:
    assert shop.ledger
    assert shop.archive
    assert shop.instance
    return shop.ledger, shop.archive, shop.instance


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
    with open_ledger(settings) as ledger:
        yield (
            Desk(
                ledger=ledger,
                archive=open_archive(settings),
                words=Words(settings.folders.templates),
                settings=settings,
                calendar=load_calendar(settings.folders.calendars),
                instance=instance_in(settings.data_folder),
            ),
            settings,
        )


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, migrated to this program's tables."""
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ledger = Ledger.open(settings.ledger.url, fold=fold_firm)
    try:
        yield ledger
    finally:
        ledger.close()


def open_archive(settings: Settings) -> Archive:
    """The raw mails, in a folder or in an object store. Raises ConfigurationError, ArchiveError."""
    place = settings.ledger.archive
    if isinstance(place, Path):
        return Archive(place)
    try:
        from ledger.shelf_store import StoreShelf
    except ImportError as error:
        raise ConfigurationError(f"ledger.archive: {error}; install it: pip install 'mailbot[s3]'") from error
    return Archive(StoreShelf(place, local=settings.data_folder, endpoint=settings.ledger.archive_endpoint))


@contextmanager
def tools_without_reader(settings: Settings, ledger: Ledger) -> Iterator[Tools]:
    """What decisions at a terminal work with: no paper is read for them."""
    matters = apply_settings(load_matters(settings.folders.packs), settings)
    archive, words = open_archive(settings), Words(settings.folders.templates)
    with Nursery(MAIL_PRELOAD) as nursery:
        mails = MailReader(nursery)
        examiner = Examiner(
            matters=matters,
            calendar=load_calendar(settings.folders.calendars),
            reader=None,
            mailbox_matters=mailbox_matters(settings, matters),
            records=LedgerRecords(ledger, archive, mails),
        )
        yield Tools(ledger, archive, mails, examiner, words, settings, instance_in(settings.data_folder))


def mailbox_matters(settings: Settings, matters: tuple[Matter, ...]) -> dict[str, frozenset[str]]:
    """Review mailbox → matters, the circular's own for what is not reviewed here.

    Raises ConfigurationError for a matter that no pack describes.
    """
    known = {matter.key for matter in matters}
    for number, mailbox in enumerate(settings.mailbox, start=1):
        for key in mailbox.matters:
            if key not in known:
                raise ConfigurationError(
                    f"mailbox[{number}].matters: unknown matter {key!r}; known: {', '.join(sorted(known))}"
                )
    configured = {box.address.lower(): frozenset(box.matters) for box in settings.mailbox}
    covered = frozenset[str]().union(*configured.values())
    # A mail for another office is answered with the circular's address, as long as no mailbox here takes its matter.
    others = {address: keys - covered for address, keys in prescribed_mailboxes(matters).items() if keys - covered}
    return {**others, **configured}


def apply_settings(matters: tuple[Matter, ...], settings: Settings | None) -> tuple[Matter, ...]:
    """The office's severities and policies over those of the packs."""
    if settings is None or not (settings.severities or settings.policies):
        return matters
    return tuple(matter.overruled(settings.severities, settings.policies) for matter in matters)
