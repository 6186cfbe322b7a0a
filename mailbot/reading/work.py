"""What is one content on its way from bytes to papers?"""

import os
import tempfile
import threading
from concurrent.futures import Future
from typing import NamedTuple

from mailbot.reading.wire import OpenedHead
from parsers.documents.document import FileRead
from parsers.files.kind import FileKind
from parsers.files.page import Page
from parsers.files.straighten import Pose


class AttachedFile(NamedTuple):
    """One file of a mail."""

    position: int
    name: str
    kind: FileKind
    data: bytes


class Work:
    """One content on its way from bytes to papers, and who asked for it.

    `rest` is read as further pages of the same paper: a letter whose pages came in two files.
    """

    def __init__(
        self,
        key: str,
        file: AttachedFile,
        asked: "list[tuple[AttachedFile, Future[FileRead]]]",
        rest: AttachedFile | None = None,
    ) -> None:
        self.key = key  #: of one content; of two, both joined by "+"
        self.files = (file,) if rest is None else (file, rest)
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

    @property
    def contents(self) -> list[str]:
        return self.key.split("+")

    @property
    def is_joined(self) -> bool:
        """Answers about two contents are kept under neither: what is forgotten is forgotten by its one content."""
        return len(self.files) > 1

    @property
    def pixel_bytes(self) -> int:
        return os.fstat(self.pixels).st_size

    def cut_pixels(self, size: int) -> None:
        """By the file itself: a child has moved the place of writing behind the back of this process's buffer."""
        os.ftruncate(self.pixels, size)
        os.lseek(self.pixels, size, os.SEEK_SET)

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
