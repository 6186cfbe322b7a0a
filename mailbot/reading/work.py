"""What is one content on its way from bytes to papers?"""

import os
import tempfile
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
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


@dataclass(frozen=True)
class LooseFile:
    """A file of which some pages may be a letter's."""

    file: AttachedFile
    pages: tuple[int, ...]


class Work:
    """One content on its way from bytes to papers, and who asked for it.

    Or loose pages of one file or several, read together: they are counted from 1 in the order named.
    """

    def __init__(
        self,
        contents: Sequence[str],
        file: AttachedFile,
        asked: "list[tuple[AttachedFile, Future[FileRead]]]",
        loose: tuple[LooseFile, ...] = (),
    ) -> None:
        self.contents = tuple(contents)
        self.loose = loose
        self.files = tuple(one.file for one in loose) or (file,)
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
    def key(self) -> str:
        """The one content's; of loose pages their own."""
        return key_of(self.contents, self.loose)

    @property
    def picked(self) -> tuple[tuple[int, ...] | None, ...]:
        """For each file the pages that are wanted; None: all of them."""
        return tuple(one.pages for one in self.loose) or (None,)

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


def key_of(contents: Sequence[str], loose: Sequence[LooseFile]) -> str:
    return "+".join(contents) + "".join(f"/{one.pages}" for one in loose)
