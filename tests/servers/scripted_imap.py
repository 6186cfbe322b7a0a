"""What if the IMAP server does everything that real ones were caught doing?

An asyncio server in a thread over mails in memory, with a plan of faults that neither Dovecot nor pymap can be told.
"""

import asyncio
import base64
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.servers.scripted import LineCut, ScriptedServer

NETEASE = "IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ STARTTLS APPENDLIMIT=71680000 UIDPLUS X-CM-EXT-1 SASL-IR"
ARRIVED = datetime(2026, 3, 12, 6, 57, tzinfo=UTC)
PLAIN = "IMAP4rev1 ID UIDPLUS SPECIAL-USE IDLE"


@dataclass
class Mail:
    uid: int
    raw: bytes
    arrived: datetime
    flags: set[str] = field(default_factory=set)


@dataclass
class Folder:
    name: str
    marks: str = ""
    uidvalidity: int = 1000
    uidnext: int = 1
    mails: list[Mail] = field(default_factory=list)

    def add(self, *raws: bytes, arrived: datetime = ARRIVED) -> list[int]:
        uids = []
        for raw in raws:
            self.mails.append(Mail(self.uidnext, raw, arrived))
            uids.append(self.uidnext)
            self.uidnext += 1
        return uids

    def renumber(self, uidvalidity: int) -> None:
        """UIDVALIDITY changes and UIDs begin again at 1."""
        self.uidvalidity = uidvalidity
        for uid, mail in enumerate(self.mails, start=1):
            mail.uid = uid
        self.uidnext = len(self.mails) + 1


@dataclass
class Faults:
    """The plan. Each count is how often it still happens; -1 is always."""

    id_before_select: bool = False  #: "NO SELECT Unsafe Login" without ID
    refuse_login: str = ""  #: the text of NO
    cut_literal_at: dict[int, int] = field(default_factory=dict)  #: connection → byte of its fetch answers
    cut_after: int | None = None  #: bytes of each connection's whole output
    bye_at_fetch: int = 0
    stall_at_fetch: int = 0
    drip: bool = False  #: one byte each 0.05 s in fetch answers
    lie_about_size: Callable[[int], int] | None = None
    empty_fetch: int = 0  #: answers OK and nothing
    empty_body: int = 0  #: answers BODY[] ""
    unsolicited: bool = False  #: FETCH and EXPUNGE of other mails in between
    reversed_answers: bool = False
    huge_literal: int = 0
    garbage_for: set[int] = field(default_factory=set)  #: UIDs whose FETCH answer is nonsense
    search_tells_nothing: bool = False
    search_in_lines: bool = False
    ignores_partial: bool = False
    expunge_before_fetch: set[int] = field(default_factory=set)
    change_uidvalidity_before_fetch: int = 0
    flood: int = 0  #: endless untagged lines at fetch


class ScriptedImap(ScriptedServer):
    """`with ScriptedImap() as server:` listens on server.port; state may be changed between polls."""

    def __init__(self, *folders: Folder, capabilities: str = PLAIN, faults: Faults | None = None) -> None:
        self.folders = list(folders) or [Folder("INBOX")]
        self.capabilities = capabilities
        self.faults = faults or Faults()
        self.commands: Counter[str] = Counter()
        self.tokens: list[str] = []  #: what XOAUTH2 was answered with
        self.log: list[str] = []
        self.hits: Counter[str] = Counter()

    @property
    def inbox(self) -> Folder:
        return self.folders[0]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int) -> None:
        await _Session(self, reader, writer, number).run()

    def hit(self, name: str) -> bool:
        """Whether a counted fault happens now."""
        left = getattr(self.faults, name)
        if not left:
            return False
        if left > 0:
            setattr(self.faults, name, left - 1)
        self.hits[name] += 1
        return True


class _Session:
    def __init__(
        self, server: ScriptedImap, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> None:
        self.server, self.reader, self.writer, self.number = server, reader, writer, number
        self.identified = False
        self.folder: Folder | None = None
        self.written = 0
        self.fetched = 0

    async def run(self) -> None:
        await self.say(f"* OK [CAPABILITY {self.server.capabilities}] scripted server ready\r\n")
        while line := await self.reader.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            while found := re.search(r"\{(\d+)\+?\}$", text):
                if not text.endswith("+}"):
                    await self.say("+ go on\r\n")
                text += (await self.reader.readexactly(int(found[1]))).decode("utf-8", "replace")
                text += (await self.reader.readline()).decode("utf-8", "replace").rstrip("\r\n")
            tag, _, rest = text.partition(" ")
            self.server.log.append(rest)
            words = rest.split()
            name = " ".join(words[:2]).upper() if words[0].upper() == "UID" else words[0].upper()
            self.server.commands[name] += 1
            handler = getattr(self, "do_" + name.lower().replace(" ", "_"), None)
            if handler is None:
                await self.say(f"{tag} BAD unknown command\r\n")
            elif await handler(tag, rest):
                return

    async def say(self, text: str | bytes) -> None:
        data = text.encode() if isinstance(text, str) else text
        limit = self.server.faults.cut_after
        if limit is not None and self.written + len(data) > limit:
            self.writer.write(data[: max(0, limit - self.written)])
            await self.writer.drain()
            self.server.hits["cut_after"] += 1
            raise LineCut
        self.written += len(data)
        self.writer.write(data)
        await self.writer.drain()

    async def do_capability(self, tag: str, rest: str) -> None:
        await self.say(f"* CAPABILITY {self.server.capabilities}\r\n{tag} OK done\r\n")

    async def do_login(self, tag: str, rest: str) -> None:
        if self.server.faults.refuse_login:
            await self.say(f"{tag} NO {self.server.faults.refuse_login}\r\n")
        else:
            await self.say(f"{tag} OK LOGIN completed\r\n")

    async def do_authenticate(self, tag: str, rest: str) -> None:
        """XOAUTH2: a refused token is answered by a challenge that tells why, and by NO behind it."""
        await self.say("+ \r\n")
        self.server.tokens.append(base64.b64decode(await self.reader.readline()).decode())
        if self.server.faults.refuse_login:
            await self.say(f"+ {base64.b64encode(b'{status:400}').decode()}\r\n")
            await self.reader.readline()
            await self.say(f"{tag} NO {self.server.faults.refuse_login}\r\n")
        else:
            await self.say(f"{tag} OK AUTHENTICATE completed\r\n")

    async def do_id(self, tag: str, rest: str) -> None:
        self.identified = True
        await self.say(f'* ID ("name" "scripted")\r\n{tag} OK ID completed\r\n')

    async def do_noop(self, tag: str, rest: str) -> None:
        await self.say(f"{tag} OK done\r\n")

    async def do_logout(self, tag: str, rest: str) -> bool:
        await self.say(f"* BYE good-bye\r\n{tag} OK done\r\n")
        return True

    async def do_list(self, tag: str, rest: str) -> None:
        for folder in self.server.folders:
            await self.say(f'* LIST (\\HasNoChildren {folder.marks}) "/" "{folder.name}"\r\n')
        await self.say(f"{tag} OK done\r\n")

    async def do_select(self, tag: str, rest: str) -> None:
        await self._select(tag, rest, "READ-WRITE")

    async def do_examine(self, tag: str, rest: str) -> None:
        await self._select(tag, rest, "READ-ONLY")

    async def _select(self, tag: str, rest: str, mode: str) -> None:
        if self.server.faults.id_before_select and not self.identified:
            self.server.hits["id_before_select"] += 1
            await self.say(f"{tag} NO SELECT Unsafe Login. Please contact kefu@188.com for help\r\n")
            return
        name = rest.partition(" ")[2].strip().strip('"')
        self.folder = next((one for one in self.server.folders if one.name.upper() == name.upper()), None)
        if self.folder is None:
            await self.say(f"{tag} NO no such folder\r\n")
            return
        folder = self.folder
        await self.say(
            f"* FLAGS (\\Seen)\r\n* {len(folder.mails)} EXISTS\r\n* 0 RECENT\r\n"
            f"* OK [UIDVALIDITY {folder.uidvalidity}] ok\r\n* OK [UIDNEXT {folder.uidnext}] ok\r\n"
            f"{tag} OK [{mode}] done\r\n"
        )

    async def do_uid_search(self, tag: str, rest: str) -> None:
        assert self.folder is not None
        uids = [str(mail.uid) for mail in self.folder.mails]
        if self.server.faults.search_tells_nothing:
            await self.say("* SEARCH\r\n")
        elif self.server.faults.search_in_lines:
            for uid in uids:
                await self.say(f"* SEARCH {uid}\r\n")
        else:
            await self.say(f"* SEARCH {' '.join(uids)}\r\n")
        await self.say(f"{tag} OK done\r\n")

    async def do_uid_store(self, tag: str, rest: str) -> None:
        assert self.folder is not None
        uids = set(_numbers(rest.split()[2], self.folder))
        for mail in self.folder.mails:
            if mail.uid in uids:
                mail.flags.add("\\Seen")
        await self.say(f"{tag} OK done\r\n")

    async def do_idle(self, tag: str, rest: str) -> None:
        assert self.folder is not None
        await self.say("+ idling\r\n")
        seen = len(self.folder.mails)
        waiting = asyncio.ensure_future(self.reader.readline())
        while not waiting.done():
            await asyncio.wait([waiting], timeout=0.02)
            if len(self.folder.mails) != seen:
                seen = len(self.folder.mails)
                await self.say(f"* {seen} EXISTS\r\n")
        await self.say(f"{tag} OK idle done\r\n")

    async def do_fetch(self, tag: str, rest: str) -> None:
        assert self.folder is not None
        for number, mail in enumerate(self.folder.mails, start=1):
            await self.say(f"* {number} FETCH (UID {mail.uid})\r\n")
        await self.say(f"{tag} OK done\r\n")

    async def do_uid_fetch(self, tag: str, rest: str) -> bool:
        assert self.folder is not None
        server, faults = self.server, self.server.faults
        bodies = "BODY" in rest
        if bodies:
            if server.hit("bye_at_fetch"):
                await self.say("* BYE shutting down\r\n")
                return True
            if server.hit("stall_at_fetch"):
                await asyncio.sleep(3600)
            if server.hit("change_uidvalidity_before_fetch"):
                self.folder.renumber(self.folder.uidvalidity + 1)
                await self.say("* BYE IMAP session state is inconsistent, please relogin\r\n")
                return True
            if server.hit("empty_fetch"):
                await self.say(f"{tag} OK done\r\n")
                return False
            if server.hit("flood"):
                while True:
                    await self.say(b"* 1 FETCH (FLAGS (\\Seen))\r\n" * 1000)
            self.folder.mails = [mail for mail in self.folder.mails if mail.uid not in faults.expunge_before_fetch]
        wanted = set(_numbers(rest.split()[2], self.folder))
        rows = [(number, mail) for number, mail in enumerate(self.folder.mails, start=1) if mail.uid in wanted]
        for number, mail in reversed(rows) if faults.reversed_answers else rows:
            if faults.unsolicited:
                server.hits["unsolicited"] += 1
                await self.say("* 1 FETCH (FLAGS (\\Seen))\r\n* 99999 EXPUNGE\r\n* 7 EXISTS\r\n")
            await self._answer(number, mail, rest)
        await self.say(f"{tag} OK done\r\n")
        return False

    async def _answer(self, number: int, mail: Mail, rest: str) -> None:
        server, faults = self.server, self.server.faults
        parts: list[bytes] = [f"UID {mail.uid}".encode()]
        if "FLAGS" in rest:
            parts.append(f"FLAGS ({' '.join(mail.flags)})".encode())
        if "INTERNALDATE" in rest:
            parts.append(f'INTERNALDATE "{mail.arrived:%d-%b-%Y %H:%M:%S +0000}"'.encode())
        if "RFC822.SIZE" in rest:
            size = len(mail.raw)
            parts.append(f"RFC822.SIZE {faults.lie_about_size(size) if faults.lie_about_size else size}".encode())
        if mail.uid in faults.garbage_for and "BODY" in rest:
            server.hits["garbage"] += 1
            await self.say(f"* {number} FETCH (UID {mail.uid} BODY[] (((\r\n")
            return
        if "BODY" in rest:
            parts.append(self._body(mail, rest))
        line = f"* {number} FETCH (".encode() + b" ".join(parts) + b")\r\n"
        if "BODY" in rest:
            line = self._damaged(line)
        if faults.drip and "BODY" in rest:
            server.hits["drip"] += 1
            for byte in line:
                await self.say(bytes([byte]))
                await asyncio.sleep(0.05)
            return
        cut = faults.cut_literal_at.get(self.number)
        if cut is not None and "BODY" in rest and self.fetched + len(line) > cut:
            self.writer.write(line[: cut - self.fetched])
            await self.writer.drain()
            server.hits["cut_literal"] += 1
            raise LineCut
        self.fetched += len(line) if "BODY" in rest else 0
        await self.say(line)

    def _damaged(self, line: bytes) -> bytes:
        if self.server.hit("huge_literal"):
            return re.sub(rb"\{\d+\}\r\n", b"{4294967296}\r\n", line, count=1)
        return line

    def _body(self, mail: Mail, rest: str) -> bytes:
        raw, label = mail.raw, "BODY[]"
        if "HEADER.FIELDS" in rest:
            found = re.search(rb"(?im)^message-id:[^\r\n]*", mail.raw)
            raw, label = (found[0] if found else b"") + b"\r\n\r\n", "BODY[HEADER.FIELDS (MESSAGE-ID)]"
        elif "[HEADER]" in rest:
            raw, label = mail.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", "BODY[HEADER]"
        if (part := re.search(r"<(\d+)\.(\d+)>", rest)) and not self.server.faults.ignores_partial:
            raw, label = raw[int(part[1]) : int(part[1]) + int(part[2])], f"{label}<{part[1]}>"
        if self.server.hit("empty_body"):
            return f'{label} ""'.encode()
        return f"{label} {{{len(raw)}}}\r\n".encode() + raw


def _numbers(sequence: str, folder: Folder) -> Iterable[int]:
    for part in sequence.split(","):
        first, _, last = part.partition(":")
        end = folder.uidnext if last == "*" else int(last or first)
        yield from range(int(first), end + 1)
