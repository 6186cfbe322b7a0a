"""How is a long-lived OCR child kept, asked, believed and renewed?"""

import threading
from dataclasses import replace
from typing import Final

from mailbot.isolation.child import Child, Death, Died, Nursery
from mailbot.isolation.walls import Walls
from mailbot.reading.terms import Terms
from mailbot.reading.wire import (
    ANSWER_BYTES,
    NotBelieved,
    PageAnswer,
    ReadPage,
    Recognise,
    SheetHead,
    file_read_adapter,
    pack,
    unpack,
)
from parsers.documents.document import FileRead

_MIB: Final = 1 << 20
_WALLS: Final = Walls(address_space=None, data=3072 * _MIB, cpu_seconds=None, file_bytes=_MIB, may_start_threads=True)


class PixelReader:
    """One OCR child with its models loaded; a new one after a death, a lie or enough pages."""

    def __init__(self, nursery: Nursery, terms: Terms, folder: str) -> None:
        self._nursery = nursery
        self._terms = terms
        self._folder = folder
        self._guard = threading.Lock()
        self._child: Child | None = None
        self._pages = 0
        self._stopped = False

    def warm(self, seconds: float) -> Died | None:
        """Loads the engine now rather than at the first page."""
        answer = self._ask(b"warm\n", None, seconds)
        return answer if isinstance(answer, Died) else None

    def read(self, sheet: SheetHead, pixels: int, seconds: float) -> PageAnswer | Died:
        """One page, in `seconds` at most."""
        budget = self._terms.budget
        answer = self._ask(b"read\n" + pack(ReadPage(sheet, seconds)), pixels, seconds + budget.grace_seconds)
        if isinstance(answer, Died):
            return answer
        try:
            told: PageAnswer = unpack(PageAnswer, answer)
        except NotBelieved as lie:
            return self._disbelieved(lie)
        self._pages += 1
        if self._pages >= budget.recycle_pages or told.rss > budget.recycle_bytes:
            self.retire()
        return told

    def recognise(self, order: Recognise, pixels: int) -> FileRead | Died:
        """Which papers the pages are. Asked of this child too: it has the libraries, and the walls."""
        seconds = self._terms.budget.page_seconds + len(order.pages)
        answer = self._ask(b"recognise\n" + pack(order), pixels, seconds)
        if isinstance(answer, Died):
            return answer
        try:
            return file_read_adapter().load(answer)
        except NotBelieved as lie:
            return self._disbelieved(lie)

    def retire(self) -> None:
        """Gives the child's memory back; the next order starts another."""
        with self._guard:
            if self._child is not None:
                self._child.close()
                self._child = None

    def stop(self) -> None:
        """From another thread: ends the child for good, so that who waits for it wakes."""
        with self._guard:
            self._stopped = True
            if self._child is not None:
                self._child.close()

    def _disbelieved(self, lie: NotBelieved) -> Died:
        self.retire()
        return Died(Death.CRASHED, str(lie))

    def _ask(self, order: bytes, pixels: int | None, seconds: float) -> bytes | Died:
        files = () if pixels is None else (pixels,)
        answer = self._living().ask(order, limit=ANSWER_BYTES, seconds=seconds, files=files)
        if isinstance(answer, Died):
            self.retire()
            return answer
        return answer.body

    def _living(self) -> Child:
        with self._guard:
            if self._child is not None:
                return self._child
        terms = self._terms
        facts = {
            "engine": terms.engine,
            "recognise": terms.recognise,
            "forms": str(terms.forms) if terms.forms else None,
            "second_opinion": terms.second_opinion,
            "folder": self._folder if terms.runs_tesseract else None,
        }
        child = self._nursery.child("mailbot.reading.children:read_pixels", walls=self._walls(), facts=facts)
        with self._guard:
            self._child = child
            self._pages = 0
            if self._stopped:
                child.close()
        return child

    def _walls(self) -> Walls:
        readable = (str(self._terms.forms),) if self._terms.forms else ()
        if self._terms.runs_tesseract:
            return replace(_WALLS, may_run_programs=True, writable=(self._folder,), readable=readable)
        return replace(_WALLS, readable=readable)
