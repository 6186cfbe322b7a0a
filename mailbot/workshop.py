"""What does examining work with? The configuration applied: matters, reader, words, ledger, archive, whose they are."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from ledger.archive import Archive
from mailbot.cases.examiner import Examiner
from mailbot.cases.known import Known
from mailbot.cases.records import LedgerRecords
from mailbot.cases.workbench import Tools
from mailbot.errors import ConfigurationError
from mailbot.examination.matter import Matter, prescribed_mailboxes, with_own_review
from mailbot.instance import Instance, instance_in
from mailbot.isolation.child import Nursery
from mailbot.letters.rendering import Words
from mailbot.office.authorities import load_projects
from mailbot.office.calendars import load_calendar
from mailbot.office.files import now_of
from mailbot.office.packs import load_matters, refuse_unknown_forms
from mailbot.office.suspension import SuspensionList, load_suspensions
from mailbot.reading.mails import MAIL_PRELOAD, MailReader
from mailbot.reading.reader import PRELOAD, PaperReader
from mailbot.settings import Settings, load_settings
from parsers.documents.forms import load_forms
from parsers.names import fold_firm

if TYPE_CHECKING:
    from ledger.ledger import Ledger

log = logging.getLogger(__name__)

_INSTANCE = "instance"  #: under which the ledger remembers whose it is


@dataclass(frozen=True)
class Workshop:
    """What examining needs: with a configuration the directory and the ledger too."""

    examiner: Examiner
    reader: PaperReader
    mails: MailReader
    words: Words
    settings: Settings | None = None
    ledger: "Ledger | None" = None
    archive: Archive | None = None
    instance: Instance | None = None

    def tools(self) -> Tools:
        """What the legs work with; only of a workshop with a configuration."""
        assert self.settings
        assert self.ledger
        assert self.archive
        assert self.instance
        return Tools(self.ledger, self.archive, self.mails, self.examiner, self.words, self.settings, self.instance)


@contextmanager
def workshop(config: Path | None) -> Iterator[Workshop]:
    """Everything that examining needs, closed at the end. Raises ConfigurationError."""
    with ExitStack() as stack:
        # The nursery starts before secrets, sockets and the database: what it forks has never seen them.
        nursery = stack.enter_context(Nursery(PRELOAD))
        settings = load_settings(config) if config else None
        yield furnish(stack, nursery, settings)


def furnish(stack: ExitStack, nursery: Nursery, settings: Settings | None, *, as_guest: bool = False) -> Workshop:
    """Out of a nursery that is older than the settings; what is opened closes with the stack."""
    matters = apply_settings(load_matters(settings.folders.packs if settings else None), settings)
    calendar = load_calendar(settings.folders.calendars if settings else None)
    refuse_unknown_forms(matters, (form.number for form in load_forms(settings.forms.directory if settings else None)))
    words = Words(settings.folders.templates if settings else None, matters=matters)
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
            second_opinion=settings.reading.second_opinion,
            workers=settings.reading.workers,
            cache=settings.reading.cache,
            forms=settings.forms.directory,
        )
    )
    ledger = stack.enter_context(open_ledger(settings, matters))
    archive = open_archive(settings)
    instance = _host(ledger, settings) if not as_guest else _guest(ledger, settings)
    examiner = Examiner(
        matters=matters,
        calendar=calendar,
        reader=reader,
        mailbox_matters=mailbox_matters(settings, matters),
        known=Known(
            LedgerRecords(ledger, archive, mails),
            instance,
            settings.directory.max_age_days,
            suspended=now_of(settings.folders.suspended, load_suspensions, SuspensionList()),
            projects=now_of(settings.folders.projects, load_projects, None),
        ),
    )
    return Workshop(examiner, reader, mails, words, settings, ledger, archive, instance)


def _host(ledger: "Ledger", settings: Settings) -> Instance:
    """Ours: its mark in the ledger lets guests tell whether they belong to it."""
    instance = instance_in(settings.data_folder)
    known = ledger.recall(_INSTANCE)
    if known != instance.mark:
        if known is not None:
            log.warning("the secret is not the one the ledger was kept with: people are not recognised again")
        ledger.remember(_INSTANCE, instance.mark)
    return instance


def _guest(ledger: "Ledger", settings: Settings) -> Instance:
    """The daemon's, brought here. Raises ConfigurationError when it is missing or another's."""
    instance = instance_in(settings.data_folder, make=False)
    if ledger.recall(_INSTANCE) not in (None, instance.mark):
        raise ConfigurationError(
            f"{settings.data_folder}/instance.secret: of another installation; bring that of the daemon's data folder"
        )
    return instance


@contextmanager
def open_ledger(settings: Settings, matters: Iterable[Matter] = ()) -> "Iterator[Ledger]":
    """The ledger, migrated to this program's tables. `matters`: for whoever asks what is late, or ends a case."""
    from ledger.ledger import Ledger  # loads SQL for most of a second; `check` without a configuration needs none

    matters = tuple(matters)
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ledger = Ledger.open(
        settings.ledger.url,
        fold=fold_firm,
        own_review=with_own_review(matters),
        keep_years={matter.key: matter.retention_years for matter in matters},
    )
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
        raise ConfigurationError(f"ledger.archive: {error}; install it: make server") from error
    return Archive(StoreShelf(place, local=settings.data_folder, endpoint=settings.ledger.archive_endpoint))


@contextmanager
def tools_without_reader(settings: Settings, ledger: "Ledger") -> Iterator[Tools]:
    """What decisions at a terminal work with: no paper is read for them."""
    matters = apply_settings(load_matters(settings.folders.packs), settings)
    archive, words = open_archive(settings), Words(settings.folders.templates, matters=matters)
    with Nursery(MAIL_PRELOAD) as nursery:
        mails = MailReader(nursery)
        examiner = Examiner(
            matters=matters,
            calendar=load_calendar(settings.folders.calendars),
            reader=None,
            mailbox_matters=mailbox_matters(settings, matters),
            known=Known(LedgerRecords(ledger, archive, mails)),
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
