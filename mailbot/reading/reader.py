"""How are the papers of a mail read side by side, all cores busy and no paper able to do harm?"""

import os
import tempfile
import threading
from collections.abc import Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Final, Self

from mailbot.isolation.child import Nursery
from mailbot.reading.cache import ReadingCache
from mailbot.reading.engines import EngineName
from mailbot.reading.hand import Hand
from mailbot.reading.jobs import Jobs, OpenFile, Warm
from mailbot.reading.kept import Kept
from mailbot.reading.opener import Opener
from mailbot.reading.pixel_reader import PixelReader
from mailbot.reading.terms import DEFAULT_BUDGET, ReadingBudget, Terms
from mailbot.reading.waiting import Waiting
from mailbot.reading.work import AttachedFile, LooseFile
from parsers.documents.document import FileRead
from parsers.documents.forms import load_forms
from parsers.documents.split_letter import loose_pages, rejoined
from parsers.files.limits import DEFAULT_LIMITS, FileLimits

__all__ = ["DEFAULT_BUDGET", "PRELOAD", "AttachedFile", "PaperReader", "ReadingBudget"]

#: Loaded by the nursery before it forks, so that a document's child starts in 10 ms.
PRELOAD: Final = ("mailbot.reading.children", "mailbot.reading.crop_children", "mailbot.reading.mail_children")


class PaperReader:
    """Reads files into papers. Thread-safe; one for the whole service, closed at its end.

    Each file is opened in a child of its own; its pages are read by as many long-lived OCR children as `workers`,
    whichever is free; what is read is kept by content, engine and version of the parsers.
    """

    def __init__(
        self,
        nursery: Nursery,
        *,
        engine: EngineName = "rapid",
        second_opinion: bool = False,
        workers: int | None = None,
        cache: Path | None = None,
        forms: Path | None = None,
        limits: FileLimits = DEFAULT_LIMITS,
        budget: ReadingBudget = DEFAULT_BUDGET,
        recognise: str = "parsers.documents.recognise:recognise",
    ) -> None:
        self.nursery = nursery
        self.terms = Terms(engine, second_opinion, forms.resolve() if forms else None, limits, budget, recognise)
        load_forms(self.terms.forms)  # an unusable form is refused here, not in every child
        self.cache = ReadingCache(cache) if cache else None
        self.kept = Kept(self.cache, self.terms.versions())
        self._jobs = Jobs()
        self._waiting = Waiting()
        self._folder = tempfile.TemporaryDirectory(prefix="mailbot-ocr-")
        self._hands = [self._hand(index) for index in range(workers or os.cpu_count() or 1)]
        for hand in self._hands:
            hand.start()

    def _hand(self, index: int) -> Hand:
        return Hand(
            index,
            jobs=self._jobs,
            kept=self.kept,
            waiting=self._waiting,
            opener=Opener(self.nursery, self.terms),
            pixel_reader=PixelReader(self.nursery, self.terms, self._folder.name),
            budget=self.terms.budget,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, file: AttachedFile, loose: tuple[LooseFile, ...] = ()) -> "Future[FileRead]":
        """Begins to read `file`; a bad file is an answer, not an error. The same content under way is read once.

        With `loose` these pages of files are read instead, as such that may make letters; they are counted from 1.
        """
        future, new = self._waiting.join(file, loose)
        if new is not None:
            self._jobs.put(OpenFile(new))
        return future

    def read(self, files: Iterable[AttachedFile]) -> tuple[FileRead, ...]:
        """Reads the files of one mail side by side; answers in their order, a letter of loose pages as one paper."""
        files = [AttachedFile(*file) for file in files]
        futures = [self.submit(file) for file in files]
        read = tuple(future.result() for future in futures)
        loose = loose_pages(read)
        if not loose:
            return read
        wanted = [tuple(leaf.page for leaf in loose if leaf.position == file.position) for file in files]
        parts = tuple(LooseFile(file, pages) for file, pages in zip(files, wanted, strict=True) if pages)
        return rejoined(read, loose, self.submit(parts[0].file, parts).result())

    def warm(self) -> None:
        """Starts every OCR child and loads its models now rather than at the first page."""
        barrier = threading.Barrier(len(self._hands))
        orders = [Warm(barrier, Future()) for _ in self._hands]
        for order in orders:
            self._jobs.put(order)
        for order in orders:
            order.future.result()

    def close(self) -> None:
        """Ends the children at once; what was not read yet is cancelled."""
        if not self._waiting.close():
            return
        self._jobs.end(len(self._hands))
        for hand in self._hands:
            hand.stop()
        for hand in self._hands:
            hand.join(10)
        self._waiting.send_away()
        if self.cache:
            self.cache.close()
        self._folder.cleanup()
