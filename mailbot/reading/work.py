"""What is one content on its way from bytes to papers, and what may its reading cost?"""

import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from mailbot.reading.wire import OpenedHead
from parsers.documents.document import FileRead
from parsers.files.kind import FileKind
from parsers.files.page import Page
from parsers.files.straighten import Pose

if TYPE_CHECKING:
    from mailbot.reading.hand import Hand

_MIB = 1 << 20

#: Ranks of jobs: finish what is begun before opening more, so that few pictures wait on disk.
FIRST, PAGE, NEXT_FILE = 0, 1, 2


class AttachedFile(NamedTuple):
    """One file of a mail."""

    position: int
    name: str
    kind: FileKind
    data: bytes


@dataclass(frozen=True)
class ReadingBudget:
    """How long and how much one file and one page may take."""

    open_seconds: float = 30.0
    page_seconds: float = 60.0
    file_seconds: float = 300.0
    grace_seconds: float = 15.0  #: beyond a page's own limit before its child is stopped
    recycle_pages: int = 200
    recycle_bytes: int = 1536 * _MIB
    idle_seconds: float = 600.0  #: after so long without work a reader gives its memory back


DEFAULT_BUDGET = ReadingBudget()


@dataclass(order=True)
class Job:
    rank: int
    sequence: int
    run: "Callable[[Hand], None] | None" = field(compare=False)
    work: "Work | None" = field(compare=False, default=None)


class Work:
    """One content on its way from bytes to papers."""

    def __init__(self, key: str, file: AttachedFile, asked: "list[tuple[AttachedFile, Future[FileRead]]]") -> None:
        self.key = key
        self.file = file
        self.asked = asked
        self.head = OpenedHead(None, "", 0, ())
        self.pages: list[Page | None] = []
        self.poses: list[Pose] = []
        self.spent = 0.0
        self.left = 0
        self.lasting = True  #: False: a page was lost to a death or to time, another try may do better
        self.lock = threading.Lock()
        self._pixels = tempfile.TemporaryFile(prefix="mailbot-")  # noqa: SIM115 - lives as long as the work

    @property
    def pixels(self) -> int:
        return self._pixels.fileno()

    def empty_pixels(self) -> None:
        self._pixels.seek(0)
        self._pixels.truncate()

    def settle(self, index: int, page: Page, pose: Pose) -> bool:
        """Notes one page; True when it was the last."""
        with self.lock:
            self.pages[index] = page
            self.poses[index] = pose
            self.spent += page.seconds
            self.left -= 1
            return self.left == 0

    @property
    def closed(self) -> bool:
        """Answered already: its other pages need not be read."""
        return self._pixels.closed

    def close(self) -> None:
        self._pixels.close()
