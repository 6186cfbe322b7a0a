"""What if the SMTP server fails at any point of the dialogue?

Positions: banner, ehlo, auth, mail, rcpt, data, dot, quit. Faults: a reply ("451 4.3.0 later"), "drop", "hang",
"garbage"; at the dot also "store-then-drop" and "store-then-hang": taken, but nobody hears of it.
"""

import asyncio
import base64
import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Taken:
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class ScriptedSmtp:
    """`with ScriptedSmtp(plan={"dot": ["drop"]}) as server:`; each fault in a list happens once, in order."""

    plan: dict[str, list[str]] = field(default_factory=dict)
    login: str = "review@example.cn"  #: the only envelope sender that is taken, when `netease`
    password: str = "secret"
    netease: bool = False
    taken: list[Taken] = field(default_factory=list)
    commands: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    open_connections: int = 0
    most_connections: int = 0
    auth: str = "PLAIN LOGIN CRAM-MD5"
    port: int = 0

    def __enter__(self) -> "ScriptedSmtp":
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *exc: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        self.open_connections += 1
        self.most_connections = max(self.most_connections, self.open_connections)
        try:
            await _Dialogue(self, reader, writer).run()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, _Dropped):
            pass
        finally:
            self.open_connections -= 1
            writer.transport.abort()
            self._tasks.discard(task)


class _Dropped(Exception):
    """The plan says that the line breaks here."""


class _Dialogue:
    def __init__(self, server: ScriptedSmtp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender = ""
        self.recipients: list[str] = []

    async def run(self) -> None:
        await self.reply("banner", "220 scripted ESMTP")
        while line := await self.reader.readline():
            text = line.decode().strip()
            verb = text.split()[0].upper()
            self.server.commands[verb] += 1
            if verb == "EHLO":
                await self.reply("ehlo", f"250-scripted\r\n250-AUTH {self.server.auth}\r\n250 8BITMIME")
            elif verb == "AUTH":
                await self.authenticate(text)
            elif verb == "MAIL":
                await self.mail(text.partition("<")[2].partition(">")[0])
            elif verb == "RCPT":
                if await self.reply("rcpt", "250 ok"):
                    self.recipients.append(text.partition("<")[2].partition(">")[0])
            elif verb == "DATA":
                await self.data()
            elif verb == "RSET":
                self.recipients = []
                await self.say("250 ok")
            elif verb == "QUIT":
                await self.reply("quit", "221 bye")
                return
            else:
                await self.say("502 unknown")

    async def authenticate(self, text: str) -> None:
        words = base64.b64decode(text.split()[2]).decode().split("\0")
        right = words[1:] == [self.server.login, self.server.password]
        await self.reply("auth", "235 ok" if right else "535 Error: authentication failed")

    async def mail(self, sender: str) -> None:
        if self.server.netease and sender != self.server.login:
            await self.say("553 Mail from must equal authorized user")
        elif await self.reply("mail", "250 ok"):
            self.sender, self.recipients = sender, []

    async def data(self) -> None:
        if not await self.reply("data", "354 go on"):
            return
        lines = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line:
                raise _Dropped
            lines.append(line[1:] if line.startswith(b".") else line)
        fault = self.server.plan.get("dot", [""])[:1]
        if not fault or fault[0] in ("", "store-then-drop", "store-then-hang"):
            self.server.taken.append(Taken(self.sender, tuple(self.recipients), b"".join(lines)))
        await self.reply("dot", f"250 2.0.0 queued as {len(self.server.taken)}")

    async def reply(self, position: str, usual: str) -> bool:
        """Whether all went as usual."""
        waiting = self.server.plan.get(position)
        fault = waiting.pop(0) if waiting else ""
        if not fault:
            await self.say(usual)
            return True
        self.server.hits[f"{position} {fault}"] += 1
        if fault in ("drop", "store-then-drop"):
            raise _Dropped
        if fault in ("hang", "store-then-hang"):
            await asyncio.sleep(3600)
        await self.say("%§& what?" if fault == "garbage" else fault)
        return False

    async def say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()
