"""What if the line itself breaks between the service and a real server, at a byte that the test names?

Own code, because what there is breaks lines by chance (faulty) or from another program's process (toxiproxy, Go); a
test of exactly-once must say behind which byte, in which direction, and must hear whether it happened.
"""

import asyncio
import socket
import struct
from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from tests.servers.scripted import LineCut, ScriptedServer

_CHUNK = 4096
_DRIP = 128
_GARBAGE = b"\x00\xff\x16\x03 %&! 422\r\n* \r\n"


class How(StrEnum):
    CLOSE = "close"  #: both sides are told of an orderly end
    RESET = "reset"  #: RST, as from a firewall that has lost the connection
    HALF_CLOSE = "half-close"  #: this direction ends, the other goes on
    STALL = "stall"  #: nothing comes any more, and nobody says so
    GARBAGE = "garbage"  #: bytes that nobody sent, then the rest
    SLOW = "slow"  #: from there on a few bytes at a time


@dataclass(frozen=True)
class LineFault:
    """At which byte of one direction what happens."""

    how: How
    at: int
    upward: bool = False  #: from the service to the server, else back

    def __str__(self) -> str:
        return f"{self.how} at byte {self.at} {'up' if self.upward else 'down'}"


class FaultProxy(ScriptedServer):
    """`with FaultProxy(server.port, [fault]) as line:`; a fault for each connection, in order; later ones are sound."""

    def __init__(self, server_port: int, plan: list[LineFault]) -> None:
        self._server_port = server_port
        self.plan = plan
        self.hits: Counter[str] = Counter()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        fault = self.plan.pop(0) if self.plan else None
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._carry(reader, up_writer, fault if fault and fault.upward else None))
                group.create_task(self._carry(up_reader, writer, fault if fault and not fault.upward else None))
        except* LineCut:
            if fault is not None and fault.how is How.RESET:
                _reset_instead_of_closing(writer, up_writer)
        except* OSError:  # one side went away: the other is told by the end of this connection
            pass
        finally:
            up_writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: LineFault | None) -> None:
        carried = 0
        while chunk := await reader.read(_CHUNK):
            if fault is not None and carried + len(chunk) > fault.at:
                await _write(writer, chunk[: fault.at - carried])
                self.hits[fault.how] += 1
                await self._break(reader, writer, fault, chunk[fault.at - carried :])
                return
            await _write(writer, chunk)
            carried += len(chunk)
        if writer.can_write_eof():
            writer.write_eof()

    async def _break(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: LineFault, rest: bytes
    ) -> None:
        if fault.how in (How.CLOSE, How.RESET):
            raise LineCut
        if fault.how is How.STALL:
            await asyncio.sleep(3600)
        if fault.how is How.HALF_CLOSE:
            writer.write_eof()
            return
        if fault.how is How.GARBAGE:
            await _write(writer, _GARBAGE + rest)
            await self._carry(reader, writer, None)
            return
        while rest:
            for byte in range(0, len(rest), _DRIP):
                await _write(writer, rest[byte : byte + _DRIP])
                await asyncio.sleep(0.002)
            rest = await reader.read(_CHUNK)


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


def _reset_instead_of_closing(*writers: asyncio.StreamWriter) -> None:
    for writer in writers:
        line = writer.get_extra_info("socket")
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
