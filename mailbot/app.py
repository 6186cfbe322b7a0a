"""How is the service put together? The only file that knows every other."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.archive import Archive
from ledger.ledger import Ledger
from mailbot.calendars import load_calendar
from mailbot.errors import ConfigurationError
from mailbot.examination.matter import Matter, prescribed_mailboxes
from mailbot.examiner import Examiner
from mailbot.instance import Instance, instance_in
from mailbot.isolation import Nursery
from mailbot.packs import load_matters
from mailbot.reading import PRELOAD, PaperReader
from mailbot.records import LedgerRecords
from mailbot.rendering import Words
from mailbot.settings import Settings, load_settings
from parsers.names import fold_firm


@dataclass(frozen=True)
class Workshop:
    """What examining needs: with a configuration the directory and the ledger too."""

    examiner: Examiner
    reader: PaperReader
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


def _furnished(stack: ExitStack, nursery: Nursery, settings: Settings | None) -> Workshop:
    matters = apply_settings(load_matters(settings.folders.packs if settings else None), settings)
    calendar = load_calendar(settings.folders.calendars if settings else None)
    words = Words(settings.folders.templates if settings else None)
    if settings is None:
        cache = Path(stack.enter_context(TemporaryDirectory(prefix="mailbot-check-")))
        reader = stack.enter_context(PaperReader(nursery, cache=cache))
        examiner = Examiner(
            matters=matters, calendar=calendar, reader=reader, mailbox_matters=prescribed_mailboxes(matters)
        )
        return Workshop(examiner, reader, words)
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
    archive = Archive(settings.ledger.archive)
    instance = instance_in(settings.data_folder)
    examiner = Examiner(
        matters=matters,
        calendar=calendar,
        reader=reader,
        mailbox_matters=mailbox_matters(settings, matters),
        records=LedgerRecords(ledger, archive),
        instance=instance,
        directory_max_age_days=settings.directory.max_age_days,
    )
    return Workshop(examiner, reader, words, settings, ledger, archive, instance)


@contextmanager
def open_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, migrated to this program's tables."""
    settings.data_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    ledger = Ledger.open(settings.ledger.url, fold=fold_firm)
    try:
        yield ledger
    finally:
        ledger.close()


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
