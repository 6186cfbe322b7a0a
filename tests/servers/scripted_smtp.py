"""What if the SMTP server fails at any point of the dialogue?

Positions: banner, ehlo, starttls, handshake, ehlo_again, auth, mail, rcpt, data, dot, quit. Faults: a reply
("451 4.3.0 later"), "drop", "hang", "garbage"; at the dot also "store-then-drop" and "store-then-hang": taken, but
nobody hears of it.
"""

import asyncio
import base64
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from tests.numbers import WATCH
from tests.servers.certificate import server_side
from tests.servers.scripted import LineCut, ScriptedServer


@dataclass
class Taken:
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


@dataclass
class ScriptedSmtp(ScriptedServer):
    """`with ScriptedSmtp(plan={"dot": ["drop"]}) as server:`; each fault in a list happens once, in order."""

    plan: dict[str, list[str]] = field(default_factory=dict)
    login: str = "review@example.cn"  #: the only envelope sender that is taken, when `netease`
    password: str = "secret"
    netease: bool = False
    taken: list[Taken] = field(default_factory=list)
    commands: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    auth: str = "PLAIN LOGIN CRAM-MD5"
    certificate: Path | None = None  #: set: STARTTLS is offered, and nothing else before it

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        await _Dialogue(self, reader, writer).run()


class _Dialogue:
    def __init__(self, server: ScriptedSmtp, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.sender = ""
        self.recipients: list[str] = []
        self.secured = False

    async def run(self) -> None:
        await self.reply("banner", "220 scripted ESMTP")
        while line := await self.reader.readline():
            text = line.decode().strip()
            verb = text.split()[0].upper()
            self.server.commands[verb] += 1
            if verb == "EHLO":
                await self.reply("ehlo_again" if self.secured else "ehlo", self.offer())
            elif verb == "STARTTLS":
                if await self.reply("starttls", "220 go on"):
                    await self.secure()
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

    def offer(self) -> str:
        what = "STARTTLS" if self.server.certificate and not self.secured else f"AUTH {self.server.auth}"
        return f"250-scripted\r\n250-{what}\r\n250 8BITMIME"

    async def secure(self) -> None:
        """The handshake's own position comes before it: what is said there is no TLS."""
        if self.fault_at("handshake"):
            await self.misbehave("handshake")
            raise LineCut
        assert self.server.certificate is not None
        await self.writer.start_tls(server_side(self.server.certificate))
        self.secured = True

    async def authenticate(self, text: str) -> None:
        method, sent = text.split()[1:3]
        words = base64.b64decode(sent).decode()
        if method == "XOAUTH2":
            right = words == f"user={self.server.login}\1auth=Bearer {self.server.password}\1\1"
        else:
            right = words.split("\0")[1:] == [self.server.login, self.server.password]
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
                raise LineCut
            lines.append(line[1:] if line.startswith(b".") else line)
        fault = self.server.plan.get("dot", [""])[:1]
        if not fault or fault[0] in ("", "store-then-drop", "store-then-hang"):
            raw = b"".join(lines)
            self.server.taken.append(Taken(self.sender, tuple(self.recipients), raw))
            if b"\nX-Mailbot:" in raw:
                WATCH.letter(raw)
        await self.reply("dot", f"250 2.0.0 queued as {len(self.server.taken)}")

    async def reply(self, position: str, usual: str) -> bool:
        """Whether all went as usual."""
        if self.fault_at(position):
            await self.misbehave(position)
            return False
        await self.say(usual)
        return True

    def fault_at(self, position: str) -> str:
        """The next one that is planned there; an empty one has had its turn."""
        waiting = self.server.plan.get(position)
        if waiting and not waiting[0]:
            waiting.pop(0)
            return ""
        return waiting[0] if waiting else ""

    async def misbehave(self, position: str) -> None:
        fault = self.server.plan[position].pop(0)
        self.server.hits[f"{position} {fault}"] += 1
        if fault in ("drop", "store-then-drop"):
            raise LineCut
        if fault in ("hang", "store-then-hang"):
            await asyncio.sleep(3600)
        await self.say("%§& what?" if fault == "garbage" else fault)

    async def say(self, text: str) -> None:
        self.writer.write(text.encode() + b"\r\n")
        await self.writer.drain()
