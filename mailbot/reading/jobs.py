"""What do the reader's hands do next?"""

import queue
import threading
from concurrent.futures import Future
from dataclasses import dataclass
from itertools import count
from typing import TypeAlias, assert_never

from mailbot.reading.work import Work


@dataclass(frozen=True, eq=False)
class OpenFile:
    """A content nobody has looked at yet."""

    work: Work


@dataclass(frozen=True, eq=False)
class ReadPage:
    """One page of an opened file."""

    work: Work
    index: int


@dataclass(frozen=True, eq=False)
class Warm:
    """Load the engine now; each hand waits for the others, so that none takes two."""

    barrier: threading.Barrier
    future: "Future[None]"


@dataclass(frozen=True, eq=False)
class Wake:
    """Nothing: only look up, because the jobs have ended."""


Job: TypeAlias = OpenFile | ReadPage | Warm | Wake


def _rank(job: Job) -> int:
    """Finish what is begun before opening more, so that few pictures wait on disk."""
    match job:
        case Wake():
            return 0
        case Warm():
            return 1
        case ReadPage():
            return 2
        case OpenFile():
            return 3
    assert_never(job)


class Jobs:
    """The queue before the hands, most urgent first, else in the order they came. Thread-safe."""

    def __init__(self) -> None:
        self._queue: queue.PriorityQueue[tuple[int, int, Job]] = queue.PriorityQueue()
        self._sequence = count()
        self.ended = False

    def put(self, job: Job) -> None:
        self._queue.put((_rank(job), next(self._sequence), job))

    def take(self, seconds: float) -> Job | None:
        """The next one; None when none came for so long."""
        try:
            return self._queue.get(timeout=seconds)[2]
        except queue.Empty:
            return None

    def end(self, hands: int) -> None:
        """No more is begun; every hand wakes."""
        self.ended = True
        for _ in range(hands):
            self.put(Wake())
