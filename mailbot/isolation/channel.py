"""How do a process and its child exchange bounded frames and open files?"""

import select
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = struct.Struct(">IB")  #: length of the frame, number of files that come with it
_MOST_FILES = 4
#: A child's last frame when its task failed: where, never with which words, for those may be an applicant's.
LAST_WORDS = b"\0failed: "


class ChannelClosed(Exception):
    """The other end is gone, or sent what it may not."""


class DeadlinePassed(Exception):
    """The other end did not answer in time."""


@dataclass(frozen=True)
class Frame:
    """Bytes, and files that the receiver now owns and must close."""

    body: bytes
    files: tuple[int, ...] = ()


class Channel:
    """One end of a socket pair. Frames are bytes: nothing that comes out of a child is ever unpickled."""

    def __init__(self, end: socket.socket) -> None:
        self._end = end

    def send(self, body: bytes, files: Sequence[int] = ()) -> None:
        try:
            socket.send_fds(self._end, [_HEAD.pack(len(body), len(files))], list(files))
            self._end.sendall(body)
        except OSError as error:
            raise ChannelClosed(str(error)) from error

    def receive(self, limit: int, deadline: float | None = None) -> Frame:
        """The next frame of at most `limit` bytes, before `deadline` on the monotonic clock."""
        head, files = self._head(deadline)
        length, announced = _HEAD.unpack(head)
        if length > limit or announced != len(files):
            for file in files:
                socket.close(file)
            raise ChannelClosed(f"a frame of {length} bytes where {limit} are allowed")
        return Frame(self._exactly(length, deadline), files)

    def _head(self, deadline: float | None) -> tuple[bytes, tuple[int, ...]]:
        self._await(deadline)
        try:
            head, files, _, _ = socket.recv_fds(self._end, _HEAD.size, _MOST_FILES)
        except OSError as error:
            raise ChannelClosed(str(error)) from error
        if not head:
            raise ChannelClosed("end of channel")
        return head + self._exactly(_HEAD.size - len(head), deadline), tuple(files)

    def _exactly(self, length: int, deadline: float | None) -> bytes:
        parts = bytearray()
        while len(parts) < length:
            self._await(deadline)
            try:
                part = self._end.recv(min(1 << 20, length - len(parts)))
            except OSError as error:
                raise ChannelClosed(str(error)) from error
            if not part:
                raise ChannelClosed("end of channel within a frame")
            parts += part
        return bytes(parts)

    def _await(self, deadline: float | None) -> None:
        if deadline is None:
            return
        # select.poll, not select.select: a daemon with many files open has numbers above 1023.
        poll = select.poll()
        poll.register(self._end, select.POLLIN)
        left = deadline - time.monotonic()
        if left <= 0 or not poll.poll(left * 1000):
            raise DeadlinePassed

    def close(self) -> None:
        self._end.close()
