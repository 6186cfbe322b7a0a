"""How does one thread bring a content from bytes to papers?"""

import threading
from dataclasses import replace
from typing import Final, assert_never

from mailbot.isolation.child import Death, Died, IsolationFailed
from mailbot.reading.jobs import Job, Jobs, OpenFile, ReadPage, Wake, Warm
from mailbot.reading.kept import Kept
from mailbot.reading.opener import Opener
from mailbot.reading.pixel_reader import PixelReader
from mailbot.reading.terms import ReadingBudget
from mailbot.reading.waiting import Waiting
from mailbot.reading.wire import OpenedHead, PageAnswer, PagesRecord, Recognise, unreadable
from mailbot.reading.work import Work
from parsers.documents.document import FileRead
from parsers.files.page import Fault, Page, ReadBy
from parsers.files.straighten import Pose

_WARM_SECONDS: Final = 60.0
_MOST_UNREAD_NAMED: Final = 1000


class Hand(threading.Thread):
    """One thread that drives one OCR child, and a document's child now and then."""

    def __init__(
        self,
        index: int,
        *,
        jobs: Jobs,
        kept: Kept,
        waiting: Waiting,
        opener: Opener,
        pixel_reader: PixelReader,
        budget: ReadingBudget,
    ) -> None:
        super().__init__(name=f"reader-{index}", daemon=True)
        self._jobs = jobs
        self._kept = kept
        self._waiting = waiting
        self._opener = opener
        self._pixel_reader = pixel_reader
        self._budget = budget

    def run(self) -> None:
        while not self._jobs.ended:
            job = self._jobs.take(self._budget.idle_seconds)
            if job is None:
                self._pixel_reader.retire()
            elif not self._jobs.ended:
                self._do(job)
        self._pixel_reader.retire()

    def stop(self) -> None:
        """From another thread: ends the children, so that this one wakes."""
        self._opener.stop()
        self._pixel_reader.stop()

    def _do(self, job: Job) -> None:
        match job:
            case OpenFile(work):
                self._work_on(work, None)
            case ReadPage(work, index):
                self._work_on(work, index)
            case Warm():
                self._warm(job)
            case Wake():
                pass
            case _:
                assert_never(job)

    def _work_on(self, work: Work, index: int | None) -> None:
        if work.closed:
            return
        try:
            if index is None:
                self._begin(work)
            else:
                self._read_page(work, index)
        except Exception as error:  # noqa: BLE001 - the error belongs to who asked; this thread serves others too
            self._waiting.fail(work, error)

    def _warm(self, job: Warm) -> None:
        try:
            job.barrier.wait(_WARM_SECONDS)
            died = self._pixel_reader.warm(_WARM_SECONDS)
        except (threading.BrokenBarrierError, IsolationFailed) as error:
            job.future.set_exception(error)
            return
        if died:
            job.future.set_exception(IsolationFailed(f"the OCR child cannot start: {died.detail}"))
        else:
            job.future.set_result(None)

    # -- a file, from bytes to pages --------------------------------------------------------------------------------

    def _begin(self, work: Work) -> None:
        """Opens a file and orders its pages to be read; or finds the answer kept."""
        kept = None if work.loose else self._kept.papers(work.key)
        if kept is not None:
            self._waiting.finish(work, kept)
            return
        head = self._opener.open(work)
        if isinstance(head, Died):
            self._answer(work, unreadable(0, "", _fault(head), head.detail), lasting=False)
        elif head.fault is not None:
            self._answer(work, unreadable(0, "", head.fault, head.detail))
        else:
            work.head = head
            self._order_pages(work)

    def _order_pages(self, work: Work) -> None:
        sheets = work.head.sheets
        kept = self._kept.pages_of(work.contents, work.picked)
        if kept is not None and len(kept.pages) == len(sheets):
            work.pages, work.poses = list(kept.pages), list(kept.poses)
            self._finish_file(work)
            return
        work.pages, work.poses = [None] * len(sheets), [Pose()] * len(sheets)
        work.left = len(sheets)
        for index in range(1, len(sheets)):
            self._jobs.put(ReadPage(work, index))
        if sheets:
            self._read_page(work, 0)
        else:
            self._finish_file(work)

    # -- pages ------------------------------------------------------------------------------------------------------

    def _read_page(self, work: Work, index: int) -> None:
        """Reads one page; the last one of a file to be read completes it."""
        sheet = work.head.sheets[index]
        seconds = min(self._budget.page_seconds, self._budget.file_seconds - work.spent)
        answer: PageAnswer | Died = Died(Death.TIMEOUT)
        if seconds > 0:
            answer = self._pixel_reader.read(sheet, work.pixels, seconds)
        if isinstance(answer, Died):
            work.lasting = False
            why = "time" if answer.death is Death.TIMEOUT else "crashed"
            page = Page(sheet.number, (), ReadBy.NONE, sheet.width, sheet.height, legible=False, why=why)
            last = work.settle(index, page, Pose())
        else:
            last = work.settle(index, replace(answer.page, number=sheet.number), answer.pose)
        if last:
            self._finish_file(work)

    def _finish_file(self, work: Work) -> None:
        pages = tuple(page for page in work.pages if page is not None)
        record = PagesRecord(work.head.total, pages, tuple(work.poses))
        if work.lasting and not work.loose:
            self._kept.keep_pages(work.key, record)
        order = Recognise("", 0, work.head.sheets, pages, record.poses, loose=bool(work.loose))
        read = self._pixel_reader.recognise(order, work.pixels)
        if isinstance(read, Died):
            self._answer(work, unreadable(0, "", _fault(read), f"while recognising: {read.detail}"), lasting=False)
        else:
            self._answer(work, _with_unread(read, work.head), lasting=work.lasting)

    def _answer(self, work: Work, read: FileRead, *, lasting: bool = True) -> None:
        # What dies in the closing is no document's fault. What is forgotten is forgotten by its one content: answers
        # about several are kept under none.
        if not self._jobs.ended and not work.loose:
            self._kept.keep_papers(work.key, read, lasting=lasting)
        self._waiting.finish(work, read)


def _fault(died: Died) -> Fault:
    return Fault.TIMEOUT if died.death is Death.TIMEOUT else Fault.CRASHED


def _with_unread(read: FileRead, head: OpenedHead) -> FileRead:
    """Pages beyond the limit were not read: a paper that may stand there is not missing."""
    first = len(head.sheets) + 1
    unread = range(first, min(head.total, first + _MOST_UNREAD_NAMED) + 1)
    if not unread:
        return read
    illegible, not_seen = (*read.illegible_pages, *unread), (*read.unread_pages, *unread)
    return replace(read, illegible_pages=illegible, unread_pages=not_seen)
