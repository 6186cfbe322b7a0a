"""How does one thread drive its children through opening, reading and recognising?"""

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from mailbot.isolation.child import Child, Death, Died, IsolationFailed
from mailbot.isolation.walls import Walls
from mailbot.reading.children import ReadPage, Recognise
from mailbot.reading.wire import (
    ANSWER_BYTES,
    NotBelieved,
    OpenedHead,
    PageAnswer,
    PagesRecord,
    SheetHead,
    file_read_adapter,
    pack,
    unpack,
    unreadable,
)
from mailbot.reading.work import PAGE, Job, Work
from parsers.documents.document import FileRead
from parsers.files.page import Fault, Page, ReadBy
from parsers.files.straighten import Pose

if TYPE_CHECKING:
    from mailbot.reading.reader import PaperReader

_MIB = 1 << 20
DOCUMENT_WALLS = Walls(file_bytes=512 * _MIB)
_OCR_WALLS = Walls(address_space=None, data=3072 * _MIB, cpu_seconds=None, file_bytes=_MIB, may_start_threads=True)
_STRIKES = 2  #: a document that killed its child so often is not tried again
_STRIKE_SECONDS = 86_400.0  #: … until this has passed: the machine may have been to blame
_MOST_UNREAD_NAMED = 1000


class Hand(threading.Thread):
    """One thread that drives one OCR child, and a document's child now and then."""

    def __init__(self, reader: "PaperReader", index: int, folder: str) -> None:
        super().__init__(name=f"reader-{index}", daemon=True)
        self._reader = reader
        self._folder = folder
        self._ocr: Child | None = None
        self._opening: Child | None = None
        self._pages = 0
        self._guard = threading.Lock()
        self._stopped = False

    # -- the thread's life ------------------------------------------------------------------------------------------

    def run(self) -> None:
        while not self._stopped:
            job = self._reader.take(self._reader.budget.idle_seconds)
            if job is None:
                self._retire()
            elif job.run is not None and not self._stopped:
                self._do(job, job.run)
        self._retire()

    def _do(self, job: Job, run: "Callable[[Hand], None]") -> None:
        if job.work is not None and job.work.closed:
            return
        try:
            run(self)
        except Exception as error:  # noqa: BLE001 - the error belongs to who asked; this thread serves others too
            if job.work is not None:
                self._reader.fail(job.work, error)

    def stop(self) -> None:
        """From another thread: ends the children, so that a waiting thread wakes."""
        self._stopped = True
        with self._guard:
            for child in (self._ocr, self._opening):
                if child is not None:
                    child.close()
        self._reader.put(-1, lambda hand: None, None)

    def _retire(self) -> None:
        with self._guard:
            if self._ocr is not None:
                self._ocr.close()
                self._ocr = None

    # -- a file, from bytes to pages --------------------------------------------------------------------------------

    def begin(self, work: Work) -> None:
        """Opens a file and orders its pages to be read; or finds the answer kept."""
        cache = self._reader.cache
        kept = cache.get(self._reader.papers_key(work)) if cache else None
        if kept is not None:
            try:
                self._reader.finish(work, file_read_adapter().load(kept))
                return
            except NotBelieved:
                pass  # written by another version in spite of the key: read anew
        head = self._opened(work)
        if isinstance(head, Died):
            fault = Fault.TIMEOUT if head.death is Death.TIMEOUT else Fault.CRASHED
            self._answer(work, unreadable(0, "", fault, head.detail), lasting=False)
        elif head.fault is not None:
            self._answer(work, unreadable(0, "", head.fault, head.detail))
        else:
            work.head = head
            self._order_pages(work)

    def _opened(self, work: Work) -> OpenedHead | Died:
        """Twice at most: a document that kills its child again is to blame."""
        died = Died(Death.CRASHED)
        for _ in range(_STRIKES):
            work.empty_pixels()
            answer = self._opened_once(work)
            if isinstance(answer, OpenedHead):
                return answer
            died = answer
            if died.death is Death.TIMEOUT:
                break  # it had its time; a second try would only take it again
        return died

    def _opened_once(self, work: Work) -> OpenedHead | Died:
        facts = {"kind": work.file.kind.value, "limits": pack(self._reader.limits).decode()}
        with tempfile.TemporaryFile(prefix="mailbot-") as document:
            document.write(work.file.data)
            document.flush()
            child = self._reader.nursery.child(
                "mailbot.reading.children:open_document",
                walls=DOCUMENT_WALLS,
                facts=facts,
                files=[document.fileno(), work.pixels],
            )
            with self._guard:
                self._opening = child
            with child:
                answer = child.hear(limit=ANSWER_BYTES, seconds=self._reader.budget.open_seconds)
            with self._guard:
                self._opening = None
        if isinstance(answer, Died):
            return answer
        try:
            head: OpenedHead = unpack(OpenedHead, answer.body)
        except NotBelieved as lie:
            return Died(Death.CRASHED, str(lie))
        return head

    def _order_pages(self, work: Work) -> None:
        sheets = work.head.sheets
        kept = self._kept_pages(work)
        work.pages = list(kept.pages) if kept else [None] * len(sheets)
        work.poses = list(kept.poses) if kept else [Pose()] * len(sheets)
        if kept or not sheets:
            self.finish_file(work)
            return
        work.left = len(sheets)
        for index, sheet in enumerate(sheets[1:], start=1):
            self._reader.put(PAGE, lambda hand, i=index, s=sheet: hand.read_page(work, i, s), work)  # type: ignore[misc]  # mypy cannot infer a lambda's defaults
        self.read_page(work, 0, sheets[0])

    def _kept_pages(self, work: Work) -> PagesRecord | None:
        body = self._reader.cache.get(self._reader.pages_key(work)) if self._reader.cache else None
        if body is None:
            return None
        try:
            record: PagesRecord = unpack(PagesRecord, body)
        except NotBelieved:
            return None
        return record if len(record.pages) == len(work.head.sheets) else None

    # -- pages ------------------------------------------------------------------------------------------------------

    def read_page(self, work: Work, index: int, sheet: SheetHead) -> None:
        """Reads one page; the last one of a file to be read completes it."""
        budget = self._reader.budget
        seconds = min(budget.page_seconds, budget.file_seconds - work.spent)
        if seconds <= 0:
            answer: PageAnswer | Died = Died(Death.TIMEOUT)
        else:
            answer = self._read_sheet(work, sheet, seconds)
        if isinstance(answer, Died):
            work.lasting = False
            why = "time" if answer.death is Death.TIMEOUT else "crashed"
            page = Page(sheet.number, (), ReadBy.NONE, sheet.width, sheet.height, legible=False, why=why)
            last = work.settle(index, page, Pose())
        else:
            last = work.settle(index, replace(answer.page, number=sheet.number), answer.pose)
        if last:
            self.finish_file(work)

    def _read_sheet(self, work: Work, sheet: SheetHead, seconds: float) -> PageAnswer | Died:
        order = b"read\n" + pack(ReadPage(sheet, seconds))
        answer = self._ask(order, work.pixels, seconds + self._reader.budget.grace_seconds)
        if isinstance(answer, Died):
            return answer
        try:
            told: PageAnswer = unpack(PageAnswer, answer)
        except NotBelieved as lie:
            self._retire()
            return Died(Death.CRASHED, str(lie))
        self._pages += 1
        if self._pages >= self._reader.budget.recycle_pages or told.rss > self._reader.budget.recycle_bytes:
            self._retire()
        return told

    def finish_file(self, work: Work) -> None:
        """Which papers are the pages? Asked of an OCR child too: it has the libraries, and the walls."""
        pages = tuple(page for page in work.pages if page is not None)
        record = PagesRecord(work.head.total, pages, tuple(work.poses))
        if self._reader.cache and work.lasting:
            self._reader.cache.put(self._reader.pages_key(work), pack(record))
        order = b"recognise\n" + pack(Recognise("", 0, work.head.sheets, pages, record.poses))
        seconds = self._reader.budget.page_seconds + len(pages)
        answer = self._ask(order, work.pixels, seconds)
        if isinstance(answer, Died):
            fault = Fault.TIMEOUT if answer.death is Death.TIMEOUT else Fault.CRASHED
            self._answer(work, unreadable(0, "", fault, f"while recognising: {answer.detail}"), lasting=False)
            return
        try:
            read = file_read_adapter().load(answer)
        except NotBelieved as lie:
            self._retire()
            self._answer(work, unreadable(0, "", Fault.CRASHED, str(lie)), lasting=False)
            return
        self._answer(work, _with_unread(read, work.head), lasting=work.lasting)

    def _answer(self, work: Work, read: FileRead, *, lasting: bool = True) -> None:
        if self._reader.cache and not self._reader.closed:
            seconds = None if lasting else _STRIKE_SECONDS
            self._reader.cache.put(self._reader.papers_key(work), file_read_adapter().dump(read), seconds=seconds)
        self._reader.finish(work, read)

    # -- the OCR child ----------------------------------------------------------------------------------------------

    def warm(self, barrier: threading.Barrier, future: "Future[None]") -> None:
        """Loads this hand's engine; waits for the others, so that each hand takes one such order."""
        try:
            barrier.wait(60)
            answer = self._ask(b"warm\n", None, 60)
        except (threading.BrokenBarrierError, IsolationFailed) as error:
            future.set_exception(error)
            return
        if isinstance(answer, Died):
            future.set_exception(IsolationFailed(f"the OCR child cannot start: {answer.detail}"))
        else:
            future.set_result(None)

    def _ask(self, order: bytes, pixels: int | None, seconds: float) -> bytes | Died:
        child = self._living()
        files = () if pixels is None else (pixels,)
        answer = child.ask(order, limit=ANSWER_BYTES, seconds=seconds, files=files)
        if isinstance(answer, Died):
            self._retire()
            return answer
        return answer.body

    def _living(self) -> Child:
        with self._guard:
            if self._ocr is not None:
                return self._ocr
        facts = {
            "engine": self._reader.engine,
            "recognise": self._reader.recognise,
            "forms": str(self._reader.forms) if self._reader.forms else None,
            "folder": self._folder if self._reader.engine == "tesseract" else None,
        }
        child = self._reader.nursery.child("mailbot.reading.children:read_pixels", walls=self._walls(), facts=facts)
        with self._guard:
            self._ocr = child
            self._pages = 0
            if self._stopped:
                child.close()
        return child

    def _walls(self) -> Walls:
        readable = (str(self._reader.forms),) if self._reader.forms else ()
        if self._reader.engine == "tesseract":
            return replace(_OCR_WALLS, may_run_programs=True, writable=(self._folder,), readable=readable)
        return replace(_OCR_WALLS, readable=readable)


def _with_unread(read: FileRead, head: OpenedHead) -> FileRead:
    """Pages beyond the limit were not read: a paper that may stand there is not missing."""
    first = len(head.sheets) + 1
    unread = range(first, min(head.total, first + _MOST_UNREAD_NAMED) + 1)
    return replace(read, illegible_pages=(*read.illegible_pages, *unread)) if unread else read
