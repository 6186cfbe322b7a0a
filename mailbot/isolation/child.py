"""How are untrusted bytes worked on so that whatever they do hurts one child and nobody else?"""

import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import TracebackType
from typing import Self, TypeAlias

from mailbot.isolation.channel import LAST_WORDS, Channel, ChannelClosed, DeadlinePassed, Frame
from mailbot.isolation.walls import Walls

#: What a child is told at its birth: small and plain; documents come through files.
Facts: TypeAlias = Mapping[str, str | int | float | bool | None]

_BOOT = "import sys,json; sys.path[:]=json.loads(sys.argv[1]); from mailbot.isolation.nursery import main; "
_BOOT += "main(int(sys.argv[2]),sys.argv[3:])"
#: The nursery needs no more of the environment: passwords stay in the daemon.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
_STATUS = struct.Struct(">i")
_BIRTH_SECONDS = 60.0  #: the first child waits until the nursery has loaded its libraries
_TIDY_SECONDS = 5.0


class Death(StrEnum):
    """How a child failed to answer."""

    TIMEOUT = "timeout"  #: stopped at its deadline
    CRASHED = "crashed"  #: ended by itself, by a signal or by a limit, or sent what it may not


@dataclass(frozen=True)
class Died:
    """A child that did not answer."""

    death: Death
    detail: str = ""  #: for the operator, e.g. "signal 6"


class IsolationFailed(Exception):
    """No child can be started at all: the machine's fault, not a document's."""


class Child:
    """One child process with a channel to it. Closing it ends it."""

    def __init__(self, pid: int, channel: Channel, reins: socket.socket) -> None:
        self.pid = pid
        self._channel = channel
        self._reins = reins

    def ask(self, body: bytes, *, limit: int, seconds: float, files: Sequence[int] = ()) -> Frame | Died:
        """Sends a frame and waits for one of at most `limit` bytes. After a `Died` the child is gone."""
        try:
            self._channel.send(body, files)
        except ChannelClosed:
            return self._obituary()
        return self.hear(limit=limit, seconds=seconds)

    def hear(self, *, limit: int, seconds: float) -> Frame | Died:
        """Waits for one frame."""
        try:
            frame = self._channel.receive(limit, time.monotonic() + seconds)
        except DeadlinePassed:
            self.close()
            return Died(Death.TIMEOUT, f"{seconds:g} s")
        except ChannelClosed as closed:
            return self._obituary(str(closed))
        if frame.body.startswith(LAST_WORDS):
            self.close()
            return Died(Death.CRASHED, frame.body.removeprefix(LAST_WORDS).decode(errors="replace")[:200])
        return frame

    def _obituary(self, detail: str = "") -> Died:
        """The child closed its end: ask the nursery what it died of."""
        self._channel.close()
        try:
            self._reins.settimeout(_TIDY_SECONDS)
            told = self._reins.recv(_STATUS.size, socket.MSG_WAITALL)
        except OSError:  # another thread has closed this child meanwhile
            told = b""
        self.close()
        if len(told) < _STATUS.size:
            return Died(Death.CRASHED, detail)
        (status,) = _STATUS.unpack(told)
        return Died(Death.CRASHED, f"signal {-status}" if status < 0 else f"exit {status}")

    def close(self) -> None:
        """Ends the child; the nursery reaps it."""
        self._channel.close()
        self._reins.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Nursery:
    """Starts children. One for the whole service, made before secrets, sockets and the database are opened.

    Thread-safe. Should its process die, the next child starts a new one, as clean as the first.
    """

    def __init__(self, preload: Sequence[str] = ()) -> None:
        self._preload = tuple(preload)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._desk: socket.socket | None = None
        self._closed = False

    def __enter__(self) -> Self:
        with self._lock:
            self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def child(self, task: str, *, walls: Walls, facts: Facts | None = None, files: Sequence[int] = ()) -> Child:
        """A new child that runs `task` ("module:function", called with channel, files and facts) behind `walls`."""
        request = {"task": task, "walls": asdict(walls), "facts": dict(facts or {})}
        near_line, far_line = socket.socketpair()
        near_reins, far_reins = socket.socketpair()
        try:
            with far_line, far_reins:
                body = json.dumps(request).encode()
                pid = self._order(body, [far_reins.fileno(), far_line.fileno(), *files])
        except BaseException:
            near_line.close()
            near_reins.close()
            raise
        return Child(pid, Channel(near_line), near_reins)

    def _order(self, body: bytes, files: list[int]) -> int:
        with self._lock:
            for _ in range(2):
                if self._closed:
                    raise IsolationFailed("the nursery is closed")
                desk = self._desk or self._start()
                try:
                    socket.send_fds(desk, [body], files)
                    told = desk.recv(_STATUS.size, socket.MSG_WAITALL)
                    if len(told) == _STATUS.size:
                        return int(_STATUS.unpack(told)[0])
                except OSError:
                    pass
                self._stop()
            raise IsolationFailed("the nursery does not answer")

    def _start(self) -> socket.socket:
        near, far = socket.socketpair()
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | _ONE_THREAD
        paths = json.dumps([os.path.abspath(path) for path in sys.path if path] or [os.getcwd()])
        with far:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter with our own words
                [sys.executable, "-I", "-c", _BOOT, paths, str(far.fileno()), *self._preload],
                pass_fds=[far.fileno()],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=None if os.environ.get("MAILBOT_CHILDREN_TALK") else subprocess.DEVNULL,
                start_new_session=True,
            )
        near.settimeout(_BIRTH_SECONDS)
        self._desk = near
        return near

    def _stop(self) -> None:
        if self._desk is not None:
            self._desk.close()
            self._desk = None
        if self._process is not None:
            try:
                self._process.wait(_TIDY_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def close(self) -> None:
        """Ends the nursery and, with it, every child."""
        with self._lock:
            self._closed = True
            self._stop()

    @property
    def pid(self) -> int | None:
        """The nursery's own process; None before the first child and after the end."""
        return self._process.pid if self._process else None


def standing_walls(nursery: Nursery) -> tuple[str, ...] | Died:
    """Which walls stand around a child here, for `mailbot doctor`: rlimits, no_new_privs, landlock, seccomp."""
    with nursery.child("mailbot.isolation.child:tell_walls", walls=Walls()) as child:
        answer = child.hear(limit=4096, seconds=_BIRTH_SECONDS)
    return answer if isinstance(answer, Died) else tuple(json.loads(answer.body))


def tell_walls(channel: Channel, files: list[int], facts: dict[str, object]) -> None:
    """A child's whole life for `standing_walls`."""
    channel.send(json.dumps(facts["walls"]).encode())
