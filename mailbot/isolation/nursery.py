"""Where do the children come from that open untrusted bytes?

A process of its own, started with an empty environment and none of the daemon's files; it has loaded the libraries
and forks a child for each request within milliseconds. It is what `multiprocessing`'s forkserver is, without the two
habits that do not fit here: nothing is pickled in either direction, and the daemon's main module is not imported.
"""

import contextlib
import importlib
import json
import os
import selectors
import signal
import socket
import struct
import sys
import traceback
from typing import Any, NoReturn

from mailbot.isolation.channel import LAST_WORDS, Channel, ChannelClosed
from mailbot.isolation.walls import Walls, raise_walls

_REQUEST_BYTES = 65_536
_STATUS = struct.Struct(">i")
_PID = struct.Struct(">i")


def main(desk_number: int, preload: list[str]) -> NoReturn:
    """Forks children as asked over the socket `desk_number`, until its other end is closed."""
    desk = socket.socket(fileno=desk_number)
    for name in preload:
        importlib.import_module(name)
    # The terminal's Ctrl-C and a service manager's SIGTERM go to the parent; the end of the desk is our end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _Nursery(desk).serve()
    os._exit(0)


class _Nursery:
    def __init__(self, desk: socket.socket) -> None:
        self._desk = desk
        self._reins: dict[int, socket.socket] = {}  #: pid → the socket by which its death is told, or ordered
        self._woken, waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(waker, False)
        self._waker = waker
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._selector = selectors.DefaultSelector()
        self._selector.register(desk, selectors.EVENT_READ, None)
        self._selector.register(self._woken, selectors.EVENT_READ, 0)

    def serve(self) -> None:
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._desk:
                    if not self._take_request():
                        self._end()
                        return
                elif key.data == 0:
                    with contextlib.suppress(BlockingIOError):
                        os.read(self._woken, 4096)
                else:
                    self._order_death(key.data)
            self._reap()

    def _take_request(self) -> bool:
        try:
            request, files, _, _ = socket.recv_fds(self._desk, _REQUEST_BYTES, 8)
        except OSError:
            return False
        if not request:
            return False
        reins, line, *others = files
        own = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._become_child(json.loads(request), line, others, own)
        for file in (line, *others):
            os.close(file)
        self._reins[pid] = socket.socket(fileno=reins)
        self._selector.register(self._reins[pid], selectors.EVENT_READ, pid)
        with contextlib.suppress(OSError):
            self._desk.sendall(_PID.pack(pid))
        return True

    def _order_death(self, pid: int) -> None:
        """The parent let go of the reins (or died): the child goes. Not yet reaped, so the number is still its own."""
        reins = self._reins.get(pid)
        if reins is not None:
            self._selector.unregister(reins)
            os.kill(pid, signal.SIGKILL)

    def _reap(self) -> None:
        while self._reins:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            reins = self._reins.pop(pid)
            with contextlib.suppress(KeyError):
                self._selector.unregister(reins)
            with contextlib.suppress(OSError):
                reins.sendall(_STATUS.pack(os.waitstatus_to_exitcode(status)))
            reins.close()

    def _end(self) -> None:
        for pid in self._reins:
            os.kill(pid, signal.SIGKILL)
        for pid in self._reins:
            os.waitpid(pid, 0)

    def _become_child(self, request: dict[str, Any], line: int, others: list[int], parent: int) -> NoReturn:
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
                signal.signal(number, signal.SIG_DFL)
            self._selector.close()
            _close_all_but({0, 1, 2, line, *others})
            channel = Channel(socket.socket(fileno=line))
            walls = request["walls"]
            writable, readable = tuple(walls.pop("writable")), tuple(walls.pop("readable"))
            raised = raise_walls(Walls(**walls, writable=writable, readable=readable))
            if os.getppid() != parent:
                os._exit(code)  # the nursery died before the walls made its death ours
            code = _run(request, channel, others, raised)
        finally:
            os._exit(code)


def _close_all_but(kept: set[int]) -> None:
    """The desk and the reins of other children must not be within a child's reach."""
    last = 2
    for file in sorted(kept):
        if file > last + 1:
            os.closerange(last + 1, file)
        last = max(last, file)
    os.closerange(last + 1, 65_536)


def _run(request: dict[str, Any], channel: Channel, files: list[int], raised: tuple[str, ...]) -> int:
    """The child's work; its exit code."""
    try:
        module, _, name = request["task"].partition(":")
        task = getattr(importlib.import_module(module), name)
        task(channel, files, {**request["facts"], "walls": list(raised)})
    except Exception as error:  # noqa: BLE001 - a child has nobody above it; its parent must learn where it failed
        place = traceback.extract_tb(error.__traceback__)[-1]
        words = f"{type(error).__name__} in {os.path.basename(place.filename)}:{place.lineno}"
        with contextlib.suppress(ChannelClosed):
            channel.send(LAST_WORDS + words.encode())
        return 1
    return 0


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
