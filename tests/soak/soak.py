"""Nothing lost and nothing answered twice while workers are killed and servers misbehave? (S1, S7)

    python -m tests.soak --mails 10000 --engine sqlite|postgres

One daemon (all legs) and one further worker are killed every 1–4 s while mails arrive and both servers fail; a backup
is taken meanwhile. The run counts its kills and faults and fails when too few happened.
"""

import argparse
import json
import logging
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event

from ledger.entries import LetterState, MailState
from ledger.ledger import Ledger
from ledger.parcel import write_backup
from tests.builders_service import FIRM, TRACK_BOX, Office
from tests.servers.postgres import private_cluster
from tests.servers.scripted_imap import NETEASE, Folder, ScriptedImap
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.soak.processes import PROCESSES, Daemon, Ground, daemon, worker
from tests.soak.records import another_database, brought_back, made_anew
from tests.soak.traffic import traffic
from tests.soak.weighing import weigh

IMAP_FAULTS = ("cut", "bye", "empty")
SMTP_FAULTS = ("451 4.3.0 later", "drop", "garbage")
LETTERS_BETWEEN_FAULTS = (2, 12)  #: on a slow machine too most letters shall leave
BACK_AT_WORK = 30.0
BACKLOG = 300  #: so many recorded mails, or letters, may wait before more mails arrive
TICK = 0.25
_UNDER_WAY = (LetterState.QUEUED, LetterState.SENDING, LetterState.UNCERTAIN)


@dataclass
class Count:
    """What the run did, and what came of it."""

    engine: str
    mails: int = 0
    repeats: int = 0
    hostile: int = 0
    kills: int = 0
    imap_faults: int = 0
    smtp_faults: int = 0
    longest_silence: float = 0.0  #: of one process, from its death or its last sign of work
    disturbed_seconds: float = 0.0
    seconds: float = 0.0
    letters_while_disturbed: int = 0
    letters: int = 0
    given_up: int = 0  #: letters that did not leave within a told day; sent again by hand
    lost: int = 0
    double: int = 0
    states: dict[str, int] = field(default_factory=dict)
    backup: dict[str, int] = field(default_factory=dict)  #: what it held, and what the archive added to it
    reindexed: dict[str, int] = field(default_factory=dict)  #: what the archive alone gave


class _Taken(list):
    """What SMTP takes lies in the Sent folder, as at NetEase."""

    def __init__(self, sent: Folder, now) -> None:
        self._sent, self._now = sent, now

    def append(self, taken) -> None:
        super().append(taken)
        self._sent.add(taken.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n", arrived=self._now())


class Soak:
    """One run."""

    def __init__(self, folder: Path, url: str, mails: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self.raws, sorts = traffic(mails, self._chance)
        self.count = Count(url.partition(":")[0] or "sqlite", len(self.raws), sorts["repeats"], sorts["hostile"])
        self.inbox, sent = Folder("INBOX"), Folder("Sent", "\\Sent")
        self.imap = ScriptedImap(self.inbox, sent, capabilities=NETEASE)
        self.smtp = ScriptedSmtp(login=TRACK_BOX, taken=_Taken(sent, lambda: self._ground().time()))
        self.parcel = folder / "backup.zip"
        self._folder, self._url = folder, url
        self._minutes = 0
        self._next_smtp_fault = 0

    def run(self, seconds: float) -> Count:
        self._begun = time.monotonic()
        with ExitStack() as stack:
            stack.enter_context(self.imap)
            stack.enter_context(self.smtp)
            with self._ground().office(directory=(FIRM,)) as office:  # the ledger is made before the first kill
                self._disturb(office, self._begun + seconds)
            self._faultless()
            with self._ground().office() as office:
                self._finish(office)
                weigh(office, self.inbox, self.raws, self.smtp.taken, self.count)
                self._weigh_records(office)
        self.count.seconds = round(time.monotonic() - self._begun, 1)
        return self.count

    def _ground(self) -> Ground:
        return Ground(self._folder, self._url, self.imap.port, self.smtp.port, self._begun, self._minutes)

    def _disturb(self, office: Office, until: float) -> None:
        """Mail arrives, servers misbehave, processes die, until all is worked or the time is up."""
        waiting = list(reversed(self.raws))
        roles = [Role(self, role) for role in (daemon, worker)]
        kill_at = time.monotonic() + 4.0
        while time.monotonic() < until and (waiting or not self._is_worked(office.ledger)):
            if self._keeps_up(office.ledger):
                self.inbox.add(*(waiting.pop() for _ in range(min(len(waiting), max(1, len(self.raws) // 40)))))
            self._misbehave()
            time.sleep(TICK)
            self.count.longest_silence = max(self.count.longest_silence, *(role.silence() for role in roles))
            if not self.count.backup and sum(office.ledger.mail_counts().values()) > len(self.raws) / 4:
                self._back_up(office)
            if time.monotonic() >= kill_at and (at_work := [role for role in roles if role.works()]):
                victim = self._chance.choice(at_work)  # one that works, so that there is work to lose
                victim.kill()
                self.count.kills += 1
                self._minutes += self._chance.choice((0, 0, 0, 25)) if victim.does is daemon else 0
                victim.start()
                kill_at = time.monotonic() + self._chance.uniform(1, 4)
        if not self.count.backup:
            self._back_up(office)
        for role in roles:
            role.kill()
        self.inbox.add(*reversed(waiting))  # whatever the time did not suffice for must still not be lost
        self.count.disturbed_seconds = round(time.monotonic() - self._begun, 1)

    def _keeps_up(self, ledger: Ledger) -> bool:
        waiting = ledger.mail_counts().get(MailState.RECORDED, 0)
        return waiting < BACKLOG and len(ledger.letters(LetterState.QUEUED, limit=BACKLOG)) < BACKLOG

    def _is_worked(self, ledger: Ledger) -> bool:
        """The last few letters wait for minutes that no killed daemon lives through: they are left to the end."""
        if ledger.mail_counts().get(MailState.RECORDED, 0):
            return False
        known = len(ledger.known_uids(TRACK_BOX, "INBOX", self.inbox.uidvalidity))
        few = max(2, len(self.raws) // 50)
        return known == len(self.inbox.mails) and len(ledger.letters(*_UNDER_WAY, limit=few + 1)) <= few

    def _misbehave(self) -> None:
        faults = self.imap.faults
        fault = self._chance.choice((*IMAP_FAULTS, *[""] * 5))
        faults.cut_after = self._chance.randrange(200, 60_000) if fault == "cut" else None
        faults.bye_at_fetch = int(fault == "bye")
        faults.empty_fetch = int(fault == "empty")
        if len(self.smtp.taken) >= self._next_smtp_fault and not any(self.smtp.plan.values()):
            self._next_smtp_fault = len(self.smtp.taken) + self._chance.randrange(*LETTERS_BETWEEN_FAULTS)
            position = self._chance.choice(("banner", "mail", "rcpt", "data", "dot"))
            usual = SMTP_FAULTS if position != "dot" else (*SMTP_FAULTS, "store-then-drop")
            self.smtp.plan[position] = [self._chance.choice(usual)]

    def _faultless(self) -> None:
        self.imap.faults.cut_after = None
        self.imap.faults.bye_at_fetch = self.imap.faults.empty_fetch = 0
        self.smtp.plan.clear()
        self.count.imap_faults = sum(self.imap.hits.values())
        self.count.smtp_faults = sum(self.smtp.hits.values())
        self.count.letters_while_disturbed = len(self.smtp.taken)

    def _back_up(self, office: Office) -> None:
        manifest = write_backup(
            office.ledger, office.archive, self._folder / "data/secret", self.parcel, self._ground().time()
        )
        self.count.backup = {"mails": manifest.tables["mail"], "events": manifest.head.seq}

    def _finish(self, office: Office) -> None:
        """An undisturbed daemon; leases run out, evidence is looked for."""
        self._minutes += 60
        service = Daemon(self._ground(), office)
        service.skip(hours=2)
        for _ in range(400):
            for letter in office.ledger.letters(LetterState.FAILED, limit=10**6):
                office.ledger.release_letter(letter.id, service.now())
                self.count.given_up += 1
            service.look(Event())
            if self._is_worked(office.ledger) and not office.ledger.letters(*_UNDER_WAY, limit=1):
                return
            service.skip(minutes=11)

    def _weigh_records(self, office: Office) -> None:
        """The backup comes back, and the archive alone gives the mails' part."""
        for name, work in (("restored", brought_back), ("anew", made_anew)):
            url = another_database(self._url, name) if self._url else f"sqlite:///{self._folder}/{name}/ledger.db"
            told = work(self.parcel, url, office)
            (self.count.backup if work is brought_back else self.count.reindexed).update(told)


class Role:
    """One process, started anew after each death."""

    def __init__(self, soak: Soak, does) -> None:
        self.does, self._soak = does, soak
        self._alive = PROCESSES.Value("d", 0.0)
        self.start()

    def start(self) -> None:
        self._started = time.monotonic()
        self._process = PROCESSES.Process(target=self.does, args=(self._soak._ground(), self._alive), daemon=True)
        self._process.start()

    def kill(self) -> None:
        self._process.kill()
        self._process.join()

    def works(self) -> bool:
        return self.has_looked_since(self._started)

    def has_looked_since(self, moment: float) -> bool:
        return self._alive.value > moment

    def lives(self) -> bool:
        return self._process.is_alive()

    def silence(self) -> float:
        return time.monotonic() - max(self._started, self._alive.value)


def soak(mails: int, engine: str, seconds: float, folder: Path, seed: int = 6) -> Count:
    """Runs and returns the figures; AssertionError when a promise is broken or the harness did too little."""
    with ExitStack() as stack:
        url = f"{stack.enter_context(private_cluster())}/postgres" if engine == "postgres" else ""
        count = Soak(folder, url, mails, seed).run(seconds)
    assert (count.lost, count.double) == (0, 0), asdict(count)
    assert count.longest_silence <= BACK_AT_WORK, asdict(count)
    assert count.backup.get("restored"), asdict(count)
    assert count.reindexed, asdict(count)
    return count


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=7200.0, help="then the kills end, and the rest is worked off")
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--kills", type=int, default=100, help="fewer fail the run")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory(prefix="mailbot-soak-") as folder:
        count = soak(options.mails, options.engine, options.seconds, Path(folder), options.seed)
    print(json.dumps(asdict(count), indent=1))
    enough = count.kills >= options.kills and count.imap_faults >= options.kills // 4 and count.smtp_faults > 0
    if not enough:
        print("too few kills or faults: this run proves nothing", file=sys.stderr)
    return 0 if enough else 1
