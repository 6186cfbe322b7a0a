"""Where does a service of the fault tests find its mail: two mailboxes on scripted servers?

The servers live in the test. What SMTP takes lies in the Sent folder at once, as at NetEase, unless the provider keeps
nothing.
"""

import shutil
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from mailbot.transport.mailbox import Account, Endpoint
from mailbot.transport.providers import PROVIDERS, ProviderName
from tests.builders_service import INFORMATION_BOX, TRACK_BOX
from tests.servers.scripted_imap import NETEASE, Folder, ScriptedImap
from tests.servers.scripted_smtp import ScriptedSmtp

BOXES = (TRACK_BOX, INFORMATION_BOX)


@dataclass(frozen=True)
class Place:
    """Where the service's folder lies and where its servers listen: all that a child is told."""

    folder: Path
    ports: tuple[tuple[str, int, int], ...]  #: mailbox, IMAP, SMTP
    provider: ProviderName = ProviderName.NETEASE
    certificate: Path | None = None  #: of the SMTP servers, which then want STARTTLS

    def accounts(self) -> tuple[Account, ...]:
        profile = PROVIDERS[self.provider]
        unhurried = replace(profile, pacing=replace(profile.pacing, seconds_between=0))
        return tuple(
            Account(
                address,
                Endpoint("127.0.0.1", imap, "none"),
                Endpoint("127.0.0.1", smtp, "starttls" if self.certificate else "none"),
                address,
                "secret",
                provider=unhurried,
                ca_file=self.certificate,
            )
            for address, imap, smtp in self.ports
        )


class _Kept(list):
    """What SMTP took lies in the Sent folder too."""

    def __init__(self, sent: Folder | None) -> None:
        self._sent = sent

    def append(self, taken) -> None:
        super().append(taken)
        if self._sent is not None:
            self._sent.add(taken.raw)


class TwoMailboxes:
    """The servers, and a fresh data folder for the legs."""

    def __init__(
        self,
        folder: Path,
        template: Path,
        provider: ProviderName = ProviderName.NETEASE,
        certificate: Path | None = None,
    ) -> None:
        self.folder, self.certificate = folder, certificate
        shutil.copytree(template, folder, dirs_exist_ok=True)
        keeps = PROVIDERS[provider].keeps_sent_mail
        self.imaps, self.smtps = [], []
        for address in BOXES:
            inbox, sent = Folder("INBOX"), Folder("Sent", "\\Sent")
            folders = (inbox, sent) if keeps else (inbox,)
            self.imaps.append(ScriptedImap(*folders, capabilities=NETEASE))
            taken = _Kept(sent if keeps else None)
            self.smtps.append(ScriptedSmtp(login=address, taken=taken, certificate=certificate))
        self.provider = provider

    def __enter__(self) -> Self:
        self._running = ExitStack()
        for server in (*self.imaps, *self.smtps):
            self._running.enter_context(server)
        ports = zip(BOXES, self.imaps, self.smtps, strict=True)
        listening = tuple((one, imap.port, smtp.port) for one, imap, smtp in ports)
        self.place = Place(self.folder, listening, self.provider, self.certificate)
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def taken(self) -> Counter[str]:
        """Message-IDs at the sink, with how often each was taken."""
        found = Counter()
        for smtp in self.smtps:
            for one in smtp.taken:
                head = one.raw.partition(b"\r\n\r\n")[0].decode()
                found[next(line for line in head.splitlines() if line.lower().startswith("message-id:"))] += 1
        return found
