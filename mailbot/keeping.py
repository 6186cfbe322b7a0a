"""What does a day's keeping of the records consist of: destruction in two steps, and papers' readings forgotten?"""

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Final

from ledger.archive import Archive
from ledger.audit import Head
from ledger.durable import replacing
from ledger.ledger import Ledger
from ledger.office_time import office_day
from ledger.retention import MARKED_DAYS, Destroyed, Plan
from mailbot.letters.rendering import Words
from mailbot.reading.cache import ReadingCache

log = logging.getLogger(__name__)

_KEPT: Final = "kept"  #: the day on which the records were kept last
#: Readings of papers that nobody has asked for so long are forgotten: long before their mails are destroyed.
READINGS_KEPT: Final = timedelta(days=90)


@dataclass(frozen=True)
class DestructionRecord:
    """Everything that the certificate's template may name."""

    at: datetime
    office: str
    marked_days: int
    destroyed: tuple[Destroyed, ...]
    files: int
    held: int
    head: Head

    @property
    def cases(self) -> int:
        return sum(one.what == "case" for one in self.destroyed)

    @property
    def mails(self) -> int:
        return sum(one.what == "mail" for one in self.destroyed)

    @property
    def letters(self) -> int:
        return sum(one.what == "letter" for one in self.destroyed)


@dataclass(frozen=True)
class Purged:
    """What a run came to."""

    plan: Plan  #: before it
    marked: int
    destroyed: tuple[Destroyed, ...]
    files: int
    certificate: Path | None


def purge_due(
    ledger: Ledger, archive: Archive, words: Words, folder: Path, now: datetime, *, office: str, actor: str = "mailbot"
) -> Purged:
    """Marks what is due, destroys what was marked seven days ago (at most 5 % of all), and writes the certificate.

    Killed at any point it is simply run again: rows are blanked with their hashes in the history, files go by a list
    that outlives the process. `folder` is where certificates are kept.
    """
    today = office_day(now)
    plan = ledger.retention_plan(today)
    marked = ledger.mark_for_purge(today, now=now, actor=actor)
    destroyed = ledger.destroy(today, plan.at_most, now=now, actor=actor)
    ledger.relist_redelivered()
    files = ledger.erase_files(archive.remove)
    certificate = None
    if destroyed:
        record = DestructionRecord(now, office, MARKED_DAYS, destroyed, files, plan.held, ledger.head())
        certificate = _write_certificate(folder, today, words.record("destruction", record))
    return Purged(plan, marked, destroyed, files, certificate)


def forget_readings(cache: ReadingCache | None, now: datetime) -> int:
    """What was read from papers goes long before the papers do; how many answers."""
    return cache.forget((now - READINGS_KEPT).timestamp()) if cache else 0


def _write_certificate(folder: Path, day: date, text: str) -> Path:
    """A new file for each run, readable by its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    number = 1
    while (path := folder / f"destruction-{day}-{number}.txt").exists():
        number += 1
    with replacing(path) as file:
        file.write(text.encode())
    os.chmod(path, 0o400)
    return path


class Keeping:
    """The leg: once a day, at the first look after midnight in Chongqing."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        archive: Archive,
        words: Words,
        cache: ReadingCache | None,
        folder: Path,
        office: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`folder`: where certificates of destruction are kept."""
        self._ledger = ledger
        self._archive = archive
        self._words = words
        self._cache = cache
        self._folder = folder
        self._office = office
        self._now = now

    def work(self, stop: Event) -> int:
        """How many cases, mails and letters were destroyed today."""
        now = self._now()
        today = office_day(now).isoformat()
        if self._ledger.recall(_KEPT) == today:
            return 0
        forget_readings(self._cache, now)
        self._ledger.weigh_indexes()
        done = purge_due(self._ledger, self._archive, self._words, self._folder, now, office=self._office)
        self._ledger.remember(_KEPT, today)
        if done.marked or done.destroyed:
            log.info("records kept", extra={"marked": done.marked, "destroyed": len(done.destroyed)})
        return len(done.destroyed)
