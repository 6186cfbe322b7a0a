"""What does the child say that opens one document, and who is to blame when it dies?"""

import tempfile
import threading
from dataclasses import replace
from typing import Final

from mailbot.isolation.child import Child, Death, Died, Nursery
from mailbot.isolation.walls import Walls
from mailbot.reading.terms import Terms
from mailbot.reading.wire import ANSWER_BYTES, NotBelieved, OpenedHead, pack, unpack
from mailbot.reading.work import AttachedFile, Work

DOCUMENT_WALLS: Final = Walls(file_bytes=512 << 20)
_STRIKES: Final = 2  #: a document that killed its child so often is to blame


class Opener:
    """Opens documents one after the other, each in a child of its own."""

    def __init__(self, nursery: Nursery, terms: Terms) -> None:
        self._nursery = nursery
        self._terms = terms
        self._guard = threading.Lock()
        self._child: Child | None = None

    def open(self, work: Work) -> OpenedHead | Died:
        """The document's pages, their pixels written to the work's file; of several files those that are wanted."""
        head = OpenedHead(None, "", 0, ())
        for file, wanted in zip(work.files, work.picked, strict=True):
            written = work.pixel_bytes
            answer = self._tried(file, work)
            if isinstance(answer, Died) or answer.fault is not None or wanted is None:
                return answer
            head = _with_more(head, answer, written, wanted)
        return head

    def _tried(self, file: AttachedFile, work: Work) -> OpenedHead | Died:
        """Twice at most."""
        died, written = Died(Death.CRASHED), work.pixel_bytes
        for _ in range(_STRIKES):
            work.cut_pixels(written)
            answer = self._once(file, work)
            if isinstance(answer, OpenedHead):
                return answer
            died = answer
            if died.death is Death.TIMEOUT:
                break  # it had its time; a second try would only take it again
        return died

    def stop(self) -> None:
        """From another thread: ends the child, so that who waits for it wakes."""
        with self._guard:
            if self._child is not None:
                self._child.close()

    def _once(self, file: AttachedFile, work: Work) -> OpenedHead | Died:
        facts = {"kind": file.kind.value, "limits": pack(self._terms.limits).decode()}
        with tempfile.TemporaryFile(prefix="mailbot-") as document:
            document.write(file.data)
            document.flush()
            child = self._nursery.child(
                "mailbot.reading.children:open_document",
                walls=DOCUMENT_WALLS,
                facts=facts,
                files=[document.fileno(), work.pixels],
            )
            with self._guard:
                self._child = child
            with child:
                answer = child.hear(limit=ANSWER_BYTES, seconds=self._terms.budget.open_seconds)
            with self._guard:
                self._child = None
        if isinstance(answer, Died):
            return answer
        try:
            head: OpenedHead = unpack(OpenedHead, answer.body)
        except NotBelieved as lie:
            return Died(Death.CRASHED, str(lie))
        return head


def _with_more(head: OpenedHead, more: OpenedHead, written: int, wanted: tuple[int, ...]) -> OpenedHead:
    """Its wanted pages counted on; `written`: bytes of pixels that stood in the file before those of `more`."""
    sheets = tuple(
        replace(
            sheet,
            number=head.total + wanted.index(sheet.number) + 1,
            offset=None if sheet.offset is None else written + sheet.offset,
        )
        for sheet in more.sheets
        if sheet.number in wanted
    )
    return OpenedHead(None, more.detail, head.total + len(wanted), head.sheets + sheets)
