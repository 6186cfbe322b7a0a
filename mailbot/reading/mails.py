"""What does a mail say, without the daemon opening it?

Each mail is taken apart in a child of its own, as each document is. In goes an open file, out come strict JSON and the
attached files' bytes, which are believed only where they have the length and the hash that were told.
"""

import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase, UnsupportedOperation
from typing import Final

from ledger.archive import Archive
from ledger.errors import Damaged
from mailbot.errors import MailbotError
from mailbot.isolation.child import Child, Death, Died, IsolationFailed, Nursery
from mailbot.isolation.walls import Walls
from mailbot.reading.mail_children import MailHead
from mailbot.reading.wire import ANSWER_BYTES, NotBelieved, unpack
from parsers.mail.message import Parsed

#: All that a nursery for mails alone need have loaded.
MAIL_PRELOAD: Final = ("mailbot.reading.mail_children",)
MAIL_WALLS: Final = Walls()
_SECONDS: Final = 30.0


class Unparsed(MailbotError):
    """A mail that its child did not survive."""

    def __init__(self, died: Died) -> None:
        super().__init__(f"the child that took the mail apart did not end well: {died.death.value} ({died.detail})")
        self.died = died


class MailReader:
    """Takes mails apart, as many at a time as there are cores. Thread-safe; one for the whole service."""

    def __init__(self, nursery: Nursery, *, seconds: float = _SECONDS, task: str = f"{MAIL_PRELOAD[0]}:read_mail"):
        self._nursery = nursery
        self._seconds = seconds
        self._task = task
        self._places = threading.BoundedSemaphore(os.cpu_count() or 1)
        self._guard = threading.Lock()
        self._under_way: set[Child] = set()
        self._closed = False

    def archived(self, archive: Archive, sha256: str) -> Parsed:
        """A mail out of the archive. Raises NotArchived, Damaged, ArchiveError, and what `read` raises."""
        with archive.open(sha256) as kept, _numbered(kept) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise Damaged(sha256)
            return self.read(file)

    def read(self, mail: BufferedIOBase) -> Parsed:
        """The mail in an open file, from its first byte. Raises Unparsed; IsolationFailed where no child can be had."""
        with self._places, tempfile.TemporaryFile(prefix="mailbot-") as beside:
            files = [mail.fileno(), beside.fileno()]
            with self._nursery.child(self._task, walls=MAIL_WALLS, files=files) as child, self._known(child):
                answer = child.hear(limit=ANSWER_BYTES, seconds=self._seconds)
            if self._closed:
                raise IsolationFailed("the reader of mails is closed")
            if isinstance(answer, Died):
                raise Unparsed(answer)
            try:
                return _believed(unpack(MailHead, answer.body), beside)
            except NotBelieved as lie:
                raise Unparsed(Died(Death.CRASHED, str(lie))) from lie

    def close(self) -> None:
        """Ends the children at once; who waits for one is told that it is the machine's doing."""
        with self._guard:
            self._closed = True
            for child in self._under_way:
                child.close()

    @contextmanager
    def _known(self, child: Child) -> Iterator[None]:
        with self._guard:
            self._under_way.add(child)
            if self._closed:
                child.close()
        try:
            yield
        finally:
            with self._guard:
                self._under_way.discard(child)


@contextmanager
def _numbered(kept: BufferedIOBase) -> Iterator[BufferedIOBase]:
    """The same bytes as a file that the kernel knows by a number: what an object store gives has none."""
    try:
        kept.fileno()
    except (UnsupportedOperation, OSError):
        with tempfile.TemporaryFile(prefix="mailbot-") as copy:
            shutil.copyfileobj(kept, copy)
            copy.flush()
            copy.seek(0)
            yield copy
    else:
        yield kept


def _believed(head: MailHead, beside: BufferedIOBase) -> Parsed:
    """The attached files as told; raises NotBelieved where length or hash is another, or a file is not there."""
    if sum(content.size for content in head.contents) != os.fstat(beside.fileno()).st_size:
        raise NotBelieved("other bytes than were told")
    contents: dict[str, bytes] = {}
    position = 0
    for content in head.contents:
        data = os.pread(beside.fileno(), content.size, position)
        if hashlib.sha256(data).hexdigest() != content.sha256:
            raise NotBelieved("a file of another hash")
        contents[content.sha256] = data
        position += content.size
    sizes = {content.sha256: content.size for content in head.contents}
    if any(sizes.get(one.sha256) != one.size for one in head.message.attachments):
        raise NotBelieved("an attachment without its bytes")
    return Parsed(head.message, contents)
