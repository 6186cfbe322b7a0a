"""Who waits for which content, and what is he told?"""

import threading
from concurrent.futures import Future
from dataclasses import replace

from mailbot.isolation.child import IsolationFailed
from mailbot.reading.cache import content_key
from mailbot.reading.work import AttachedFile, LooseFile, Work, key_of
from parsers.documents.document import FileRead


class Waiting:
    """The contents under way. Whoever asks for one of them again waits for the same work. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._under_way: dict[str, Work] = {}
        self._closed = False

    def join(self, file: AttachedFile, loose: tuple[LooseFile, ...] = ()) -> "tuple[Future[FileRead], Work | None]":
        """What `file` is answered with in the end, and the work when it is new. Raises IsolationFailed once closed.

        With `loose` not the file is read but these pages of it and of others.
        """
        future: Future[FileRead] = Future()
        files = [one.file for one in loose] or [file]
        contents = [content_key(one.kind.value, one.data) for one in files]
        key = key_of(contents, loose)
        with self._lock:
            if self._closed:
                raise IsolationFailed("the reader is closed")
            if (under_way := self._under_way.get(key)) is not None:
                under_way.asked.append((file, future))
                return future, None
            work = self._under_way[key] = Work(contents, file, [(file, future)], loose)
        return future, work

    def finish(self, work: Work, read: FileRead) -> None:
        """Answers everyone who asked for this content, each with his own name and position."""
        for file, future in self._leave(work):
            if not future.done() and future.set_running_or_notify_cancel():
                future.set_result(_relabelled(read, file))

    def fail(self, work: Work, error: Exception) -> None:
        for _, future in self._leave(work):
            if not future.done() and future.set_running_or_notify_cancel():
                future.set_exception(error)

    def _leave(self, work: Work) -> "list[tuple[AttachedFile, Future[FileRead]]]":
        with self._lock:
            self._under_way.pop(work.key, None)
            asked = list(work.asked)
        work.close()
        return asked

    def close(self) -> bool:
        """Nobody may join any more; False when it was closed before."""
        with self._lock:
            was_open, self._closed = not self._closed, True
        return was_open

    def send_away(self) -> None:
        """Cancels what was not read yet."""
        with self._lock:
            left = list(self._under_way.values())
        for work in left:
            for _, future in work.asked:
                future.cancel()
            work.close()


def _relabelled(read: FileRead, file: AttachedFile) -> FileRead:
    documents = tuple(replace(document, file=file.name, position=file.position) for document in read.documents)
    return replace(read, position=file.position, name=file.name, documents=documents)
