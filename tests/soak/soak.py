"""Nothing lost and nothing answered twice while workers are killed and servers misbehave? (S1, S7)

    python -m tests.soak --mails 10000 --engine sqlite|postgres

Real legs, ledger, archive and letters on scripted servers; only the papers are played, as a reading cache would serve
them. One daemon (all legs) and one further worker are killed every 1–4 s. The run counts its kills and faults and fails
when too few happened. Clocks are told: a new daemon may find that half an hour has passed, so that leases run out.
"""

import argparse
import json
import logging
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from threading import Event, Thread

from ledger.entries import LetterState, MailState
from ledger.ledger import Ledger
from mailbot.dispatch import Brakes, Dispatch
from mailbot.intake import Intake
from mailbot.office.calendars import load_calendar
from mailbot.office.packs import load_matters
from mailbot.transport.evidence import find_in_sent
from mailbot.transport.imap import ImapMailbox
from mailbot.transport.mailbox import Account, Endpoint
from mailbot.transport.providers import PROVIDERS, ProviderName
from mailbot.transport.smtp import SmtpConnection
from mailbot.watch.alarms import LedgerBell
from parsers.names import fold_firm
from tests import builders_service
from tests.builders_service import FIRM, REVIEWER, TRACK_BOX, Office, a_mail, sha256
from tests.servers.postgres import private_cluster
from tests.servers.scripted_imap import NETEASE, Folder, ScriptedImap
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.soak.hostile import hostile_mails

PAPERS = 50  #: so many distinct papers are in circulation
builders_service.load_matters = cache(load_matters)  # read once: processes are started by the hundred
builders_service.load_calendar = cache(load_calendar)
REPEATED, HOSTILE = 0.30, 0.05
IMAP_FAULTS = ("cut", "bye", "empty")
SMTP_FAULTS = ("451 4.3.0 later", "drop", "garbage")
BACK_AT_WORK = 30.0
_NO_BRAKES = Brakes(per_address_hour=10**6, per_address_day=10**6, per_hour=10**9)


@dataclass(frozen=True)
class Ground:
    """Where a process finds its service."""

    folder: Path
    url: str
    imap: int
    smtp: int
    minutes: int = 0  #: by which this process's clock is ahead

    def account(self) -> Account:
        profile = PROVIDERS[ProviderName.NETEASE]
        unhurried = replace(profile, pacing=replace(profile.pacing, seconds_between=0))
        imap, smtp = Endpoint("127.0.0.1", self.imap, "none"), Endpoint("127.0.0.1", self.smtp, "none")
        return Account(TRACK_BOX, imap, smtp, TRACK_BOX, "secret", provider=unhurried)

    @contextmanager
    def office(self):
        tables = {"ledger": {"url": self.url}} if self.url else {}
        with Office(self.folder, directory=(), **tables) as office:
            start, begun = office.time + timedelta(minutes=self.minutes), time.monotonic()
            moment = lambda: start + timedelta(seconds=time.monotonic() - begun)  # noqa: E731 - a clock
            office.ledger.now = office.now = moment
            yield office


def _seek(account: Account, message_id: str):
    """As in service, but the whole folder is newer than a killed letter here: all of it is looked through."""
    with ImapMailbox(account) as mailbox:
        return find_in_sent(_Whole(mailbox), message_id, provider_keeps=True)


class _Whole:
    """A Sent folder in which the newest fifty mean nothing: thousands of letters leave a minute."""

    def __init__(self, mailbox: ImapMailbox) -> None:
        self._mailbox = mailbox
        self.sent_folder, self.open = mailbox.sent_folder, mailbox.open

    def uids(self):
        self._all = self._mailbox.uids()
        return self._all

    def message_ids(self, uids):
        return self._mailbox.message_ids(self._all)


class Daemon:
    """Every leg, looking without a pause."""

    def __init__(self, ground: Ground, office: Office) -> None:
        self._office = office
        account = ground.account()
        ledger, archive, bell = office.ledger, office.archive, LedgerBell(office.ledger)
        self._ahead = 0.0
        office.time = office.now()
        self.casework = office.casework()
        self.intake = Intake(ledger=ledger, archive=archive, bell=bell, free_bytes=0, clock=self.clock)
        self.dispatch = Dispatch(
            ledger=ledger, archive=archive, accounts=(account,), worker="soak", brakes=_NO_BRAKES, bell=bell,
            connect=lambda one: SmtpConnection(one, reply_seconds=2.0, data_seconds=2.0), evidence=_seek,
            now=self.now, clock=self.clock,
        )  # fmt: skip
        ledger.now = self.now
        self._account = account

    def now(self):
        return self._office.now() + timedelta(seconds=self._ahead)

    def clock(self) -> float:
        return time.monotonic() * 60 + self._ahead  # back-off passes quicker than in service

    def skip(self, **span: float) -> None:
        self._ahead += timedelta(**span).total_seconds()

    def look(self, stop: Event) -> None:
        for leg in (lambda: self.intake.poll(self._account), lambda: self.casework.work(stop), self.dispatch.round):
            try:
                leg()
            except Exception:  # as mailbot.schedule does
                logging.getLogger(__name__).debug("leg failed", exc_info=True)


def daemon(ground: Ground, alive) -> None:
    logging.disable(logging.CRITICAL)
    with ground.office() as office:
        service = Daemon(ground, office)
        while True:
            briefly = _briefly()
            service.look(briefly)
            alive.value = time.monotonic()


def worker(ground: Ground, alive) -> None:
    logging.disable(logging.CRITICAL)
    with ground.office() as office:
        office.time = office.now()
        casework = office.casework()
        while True:
            if not casework.work(_briefly()):
                time.sleep(0.1)
            alive.value = time.monotonic()


def _briefly() -> Event:
    """Casework looks up after half a second, so that the other legs have their turn."""
    stop = Event()
    Thread(target=lambda: (time.sleep(0.5), stop.set()), daemon=True).start()
    return stop


_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["tests.soak.soak"])


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
    longest_silence: float = 0.0
    seconds: float = 0.0
    letters_while_disturbed: int = 0
    letters: int = 0
    retried: int = 0  #: put aside because their worker was killed three times, and tried again by hand
    lost: int = 0
    double: int = 0
    states: dict[str, int] = field(default_factory=dict)
    backup: str = ""


def traffic(count: int, chance: random.Random) -> tuple[list[bytes], Counter[str]]:
    """The mails in the order of their arrival, and how many of each sort."""
    sorts: Counter[str] = Counter()
    hostile = hostile_mails()
    mails: list[bytes] = []
    good: list[bytes] = []
    for number in range(count):
        dice = chance.random()
        if dice < HOSTILE:
            mails.append(hostile[sorts["hostile"] % len(hostile)] + f"\r\n{number}".encode())
            sorts["hostile"] += 1
        elif dice < HOSTILE + REPEATED and good:
            mails.append(chance.choice(good))
            sorts["repeats"] += 1
        else:
            sender = f"p{number}@person.invalid"
            good.append(a_mail(sender=sender, content=str(number % PAPERS), identity=f"<s{number}@person.invalid>"))
            mails.append(good[-1])
            sorts["good"] += 1
    return mails, sorts


class _Taken(list):
    """What SMTP takes lies in the Sent folder, as at NetEase."""

    def __init__(self, sent: Folder) -> None:
        self._sent = sent

    def append(self, taken) -> None:
        super().append(taken)
        self._sent.add(taken.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")


class Soak:
    """One run."""

    def __init__(self, folder: Path, url: str, mails: int, seed: int) -> None:
        self._chance = random.Random(seed)
        self.raws, sorts = traffic(mails, self._chance)
        self.count = Count(url.partition(":")[0] or "sqlite", len(self.raws), sorts["repeats"], sorts["hostile"])
        self.inbox, sent = Folder("INBOX"), Folder("Sent", "\\Sent")
        self.imap = ScriptedImap(self.inbox, sent, capabilities=NETEASE)
        self.smtp = ScriptedSmtp(login=TRACK_BOX, taken=_Taken(sent))
        self._folder, self._url = folder, url
        self._minutes = 0

    def run(self, seconds: float, backup: Path | None) -> Count:
        begun = time.monotonic()
        with ExitStack() as stack:
            stack.enter_context(self.imap)
            stack.enter_context(self.smtp)
            tables = {"ledger": {"url": self._url}} if self._url else {}
            with Office(self._folder, directory=(FIRM,), **tables):
                pass  # the ledger is made and the directory loaded before the first kill
            self._disturb(begun, seconds, backup)
            self._faultless()
            with self._ground().office() as office:
                self._finish(office)
                self._weigh(office)
        self.count.seconds = round(time.monotonic() - begun, 1)
        return self.count

    def _ground(self) -> Ground:
        return Ground(self._folder, self._url, self.imap.port, self.smtp.port, self._minutes)

    def _disturb(self, begun: float, seconds: float, backup: Path | None) -> None:
        """Mail arrives, servers misbehave, processes die, until all is worked or the time is up."""
        waiting = list(reversed(self.raws))
        burst = max(1, len(waiting) // 40)
        alive = _PROCESSES.Value("d", time.monotonic())
        running = {role: self._start(role, alive) for role in (daemon, worker)}
        started, kill_at = time.monotonic(), time.monotonic() + 4.0
        with Ledger.open(self._url or f"sqlite:///{self._folder}/data/ledger.db", fold=fold_firm) as ledger:
            while time.monotonic() - begun < seconds and (waiting or not self._is_worked(ledger)):
                for _ in range(min(burst, len(waiting))):
                    self.inbox.add(waiting.pop())
                self._misbehave()
                time.sleep(0.25)
                self.count.longest_silence = max(self.count.longest_silence, time.monotonic() - alive.value)
                if backup and not self.count.backup and len(waiting) < len(self.raws) / 2:
                    ledger.backup(backup)
                    self.count.backup = "taken"
                if time.monotonic() >= kill_at and alive.value > started:  # they work, so that there is work to lose
                    role = self._chance.choice((daemon, worker))
                    running[role].kill()
                    running[role].join()
                    self.count.kills += 1
                    self._minutes += self._chance.choice((0, 25)) if role is daemon else 0
                    running[role] = self._start(role, alive)
                    started = time.monotonic()
                    kill_at = time.monotonic() + self._chance.uniform(1, 4)
        for process in running.values():
            process.kill()
            process.join()
        self.inbox.add(*reversed(waiting))  # whatever the time did not suffice for must still not be lost

    def _start(self, role, alive):
        process = _PROCESSES.Process(target=role, args=(self._ground(), alive), daemon=True)
        process.start()
        return process

    def _is_worked(self, ledger: Ledger) -> bool:
        delivered = ledger.deliveries(TRACK_BOX, "INBOX", self.inbox.uidvalidity, [one.uid for one in self.inbox.mails])
        under_way = (LetterState.QUEUED, LetterState.SENDING, LetterState.UNCERTAIN)
        waits = ledger.mail_counts().get(MailState.RECORDED, 0) or ledger.letters(*under_way, limit=1)
        return len(delivered) == len(self.raws) and not waits

    def _misbehave(self) -> None:
        faults = self.imap.faults
        fault = self._chance.choice((*IMAP_FAULTS, *[""] * 5))
        faults.cut_after = self._chance.randrange(200, 60_000) if fault == "cut" else None
        faults.bye_at_fetch = int(fault == "bye")
        faults.empty_fetch = int(fault == "empty")
        if self._chance.random() < 0.5:
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

    def _finish(self, office: Office) -> None:
        """An undisturbed daemon; leases run out, evidence is looked for."""
        self._minutes += 60
        service = Daemon(self._ground(), office)
        service.skip(hours=2)
        for _ in range(400):
            for mail in office.ledger.mails(MailState.QUARANTINED):
                if mail.reason == "worker_died":  # three deaths of ours in a row: an operator's `mailbot retry`
                    office.ledger.retry_mail(mail.id)
                    self.count.retried += 1
            service.look(Event())
            if self._is_worked(office.ledger):
                return
            service.skip(minutes=11)

    def _weigh(self, office: Office) -> None:
        """The server's own mails, the archive, the ledger and the sink, side by side."""
        ledger, archive, count = office.ledger, office.archive, self.count
        uids = [mail.uid for mail in self.inbox.mails]
        delivered = ledger.deliveries(TRACK_BOX, "INBOX", self.inbox.uidvalidity, uids)
        archived = set(archive.hashes())
        missing = {mail.uid for mail in self.inbox.mails if sha256(mail.raw) not in archived}
        count.lost = len(missing | (set(uids) - set(delivered))) + ledger.mail_counts().get(MailState.RECORDED, 0)
        assert list(archive.verify()) == []
        taken = Counter(_identity(one.raw) for one in self.smtp.taken)
        count.double = sum(times - 1 for times in taken.values())
        letters = ledger.letters(limit=10**6)
        count.letters = len(letters)
        assert Counter(one.letter.state for one in letters) == {LetterState.SENT: len(letters)}
        assert {one.letter.message_id for one in letters} == set(taken)
        answers = Counter(one.mail_id for one in letters if one.letter.recipients != (REVIEWER,))
        worked = {mail.sha256: mail for mail in ledger.mails(*MailState, limit=10**6)}
        good = {sha256(raw) for raw in self.raws if b"@person.invalid>" in raw}
        # An applicant who wrote is answered, by one letter for each submission.
        odd = {one: answers[worked[one].id] for one in good if answers[worked[one].id] != 1}
        assert not odd, [(times, worked[one].state, worked[one].reason) for one, times in odd.items()]
        assert len(worked) == len({sha256(raw) for raw in self.raws})
        assert all(mail.reason or mail.case_number for mail in worked.values())
        assert ledger.verify() == ()
        count.states = {state.value: number for state, number in ledger.mail_counts().items()}


def _identity(raw: bytes) -> str:
    head = raw.partition(b"\r\n\r\n")[0].decode(errors="replace").splitlines()
    return next(line for line in head if line.lower().startswith("message-id:")).partition(":")[2].strip()


def soak(mails: int, engine: str, seconds: float, folder: Path, seed: int = 6) -> Count:
    """Runs and returns the figures; AssertionError when a promise is broken or the harness did too little."""
    with ExitStack() as stack:
        url = ""
        if engine == "postgres":
            url = f"{stack.enter_context(private_cluster())}/postgres"
        backup = folder / "backup.db" if engine == "sqlite" else None
        count = Soak(folder, url, mails, seed).run(seconds, backup)
    assert (count.lost, count.double) == (0, 0), asdict(count)
    assert count.longest_silence <= BACK_AT_WORK, asdict(count)
    if backup:
        with Ledger.open(f"sqlite:///{backup}", fold=fold_firm) as restored:
            assert restored.verify() == ()
            assert restored.mail_counts()
        count.backup = "restored and verified"
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
