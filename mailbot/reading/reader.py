"""How are the papers of a mail read, all cores busy and no paper able to do harm?"""

import hashlib
import importlib.metadata
import os
import queue
import tempfile
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Self

import parsers
from mailbot.isolation.child import Nursery
from mailbot.reading.cache import ReadingCache, content_key, digest_of
from mailbot.reading.hand import Hand
from mailbot.reading.wire import pack
from mailbot.reading.work import DEFAULT_BUDGET, FIRST, NEXT_FILE, AttachedFile, Job, ReadingBudget, Work
from parsers.documents.document import FileRead
from parsers.documents.forms import load_forms
from parsers.files.limits import DEFAULT_LIMITS, FileLimits

__all__ = ["DEFAULT_BUDGET", "PRELOAD", "AttachedFile", "PaperReader", "ReadingBudget"]

#: Loaded by the nursery before it forks, so that a document's child starts in 10 ms.
PRELOAD = ("mailbot.reading.children", "mailbot.reading.crop_children")


class PaperReader:
    """Reads files into papers. Thread-safe; one for the whole service, closed at its end.

    Each file is opened in a child of its own; its pages are read by as many long-lived OCR children as `workers`,
    whichever is free; what is read is kept by content, engine and version of the parsers.
    """

    def __init__(
        self,
        nursery: Nursery,
        *,
        engine: str = "rapid",
        workers: int | None = None,
        cache: Path | None = None,
        forms: Path | None = None,
        limits: FileLimits = DEFAULT_LIMITS,
        budget: ReadingBudget = DEFAULT_BUDGET,
        recognise: str = "parsers.documents.recognise:recognise",
    ) -> None:
        self.nursery = nursery
        self.engine = engine
        self.limits = limits
        self.budget = budget
        self.forms = forms.resolve() if forms else None
        load_forms(self.forms)  # an unusable form is refused here, not in every child
        self.recognise = recognise
        self.cache = ReadingCache(cache) if cache else None
        self._pages_version, self._papers_version = _versions(engine, limits, forms, recognise)
        self._jobs: queue.PriorityQueue[Job] = queue.PriorityQueue()
        self._sequence = iter(range(1 << 62))
        self._lock = threading.Lock()
        self._under_way: dict[str, Work] = {}
        self._closed = False
        self._folder = tempfile.TemporaryDirectory(prefix="mailbot-ocr-")
        self._hands = [Hand(self, index, self._folder.name) for index in range(workers or os.cpu_count() or 1)]
        for hand in self._hands:
            hand.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def submit(self, file: AttachedFile) -> "Future[FileRead]":
        """Begins to read `file`; a bad file is an answer, not an error. The same content under way is read once."""
        future: Future[FileRead] = Future()
        key = content_key(file.kind.value, file.data)
        with self._lock:
            if self._closed:
                raise RuntimeError("the reader is closed")
            work = self._under_way.get(key)
            if work is not None:
                work.asked.append((file, future))
                return future
            work = Work(key, file, [(file, future)])
            self._under_way[key] = work
        self.put(NEXT_FILE, lambda hand: hand.begin(work), work)
        return future

    def read(self, files: Iterable[AttachedFile]) -> tuple[FileRead, ...]:
        """Reads the files of one mail side by side; answers in their order."""
        futures = [self.submit(AttachedFile(*file)) for file in files]
        return tuple(future.result() for future in futures)

    def warm(self) -> None:
        """Starts every OCR child and loads its models now rather than at the first page."""
        futures: list[Future[None]] = []
        barrier = threading.Barrier(len(self._hands))
        for _ in self._hands:
            future: Future[None] = Future()
            futures.append(future)
            self.put(FIRST, lambda hand, future=future: hand.warm(barrier, future), None)  # type: ignore[misc]  # mypy cannot infer a lambda's default
        for future in futures:
            future.result()

    def pages_key(self, work: "Work") -> str:
        return self.pages_key_of(work.key)

    def pages_key_of(self, content: str) -> str:
        """Where the cache keeps the pages of this content."""
        return f"pages/{self._pages_version}/{content}"

    def papers_key(self, work: "Work") -> str:
        return f"papers/{self._papers_version}/{work.key}"

    def put(self, rank: int, run: "Callable[[Hand], None]", work: "Work | None") -> None:
        self._jobs.put(Job(rank, next(self._sequence), run, work))

    def take(self, seconds: float) -> "Job | None":
        try:
            return self._jobs.get(timeout=seconds)
        except queue.Empty:
            return None

    def finish(self, work: "Work", read: FileRead) -> None:
        """Answers everyone who asked for this content, each with his own name and position."""
        with self._lock:
            self._under_way.pop(work.key, None)
            asked = list(work.asked)
        work.close()
        for file, future in asked:
            if not future.done() and future.set_running_or_notify_cancel():
                future.set_result(_relabelled(read, file))

    def fail(self, work: "Work", error: Exception) -> None:
        with self._lock:
            self._under_way.pop(work.key, None)
            asked = list(work.asked)
        work.close()
        for _, future in asked:
            if not future.done() and future.set_running_or_notify_cancel():
                future.set_exception(error)

    def close(self) -> None:
        """Ends the children at once; what was not read yet is cancelled."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            left = list(self._under_way.values())
        for hand in self._hands:
            hand.stop()
        for hand in self._hands:
            hand.join(10)
        for work in left:
            for _, future in work.asked:
                future.cancel()
            work.close()
        if self.cache:
            self.cache.close()
        self._folder.cleanup()

    @property
    def closed(self) -> bool:
        return self._closed


def _relabelled(read: FileRead, file: AttachedFile) -> FileRead:
    documents = tuple(replace(document, file=file.name, position=file.position) for document in read.documents)
    return replace(read, position=file.position, name=file.name, documents=documents)


def _versions(engine: str, limits: FileLimits, forms: Path | None, recognise: str) -> tuple[str, str]:
    """Names of what pages and papers depend on besides the content."""
    root = Path(parsers.__file__).parent
    libraries = ("rapidocr", "onnxruntime", "pypdfium2", "pillow", "opencv-python-headless", "numpy")
    numbers = "/".join(importlib.metadata.version(library) for library in libraries)
    pages = digest_of([root / "files"])
    settings = hashlib.sha256(f"{engine}/{numbers}/{pack(limits).decode()}".encode()).hexdigest()[:16]
    papers = digest_of([root, *([forms] if forms else [])])
    name = hashlib.sha256(recognise.encode()).hexdigest()[:6]
    return f"{settings}-{pages}", f"{settings}-{papers}-{name}"
