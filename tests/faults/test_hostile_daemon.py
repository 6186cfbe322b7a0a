"""Hostile mails by the hundred through the daemon itself: it lives, stays small, and answers others meanwhile (S2).

`mailbot run` on scripted servers, with its real children. Looked at from outside, as an operator could.
"""

import os
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from email.header import Header
from pathlib import Path

import pytest

from ledger.entries import MailState
from ledger.ledger import Ledger
from mailbot.letters.labels import Labels
from parsers.names import fold_firm
from tests.builders_service import ADD, TRACK_BOX, a_mail
from tests.faults.test_hostile_mails import EVERY, MEBIBYTES, NUMBER, SECONDS
from tests.servers.scripted_imap import NETEASE, Folder, ScriptedImap
from tests.servers.scripted_smtp import ScriptedSmtp
from tests.soak.hostile import hostile_mails

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the children are looked at through /proc")

ROOT = Path(__file__).parents[2]
_APPLICATION = b"Subject: " + Header(ADD, "utf-8").encode(linesep="\r\n").encode()
_CONFIG = """
[office]
name = "审核中心"
phone = "023-62806051"
[mail]
poll_seconds = 5
idle = false
[feedback]
per_address_hour = 10000
per_address_day = 10000
per_hour = 100000
[reading]
workers = 1
[[mailbox]]
address = "{box}"
matters = ["engineer_track_record", "firm_track_record"]
code = "AA"
imap_host = "127.0.0.1"
imap_port = {imap}
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_port = {smtp}
smtp_tls = "none"
password_env = "MAILBOT_TEST_AA"
"""


def hostile(number: int) -> bytes:
    """Those with a file come as applications, so that the file is opened too."""
    kinds = hostile_mails()
    raw = kinds[number % len(kinds)].replace(b"Subject: file", _APPLICATION, 1)
    return raw + b"\r\n%d" % number


def harmless(number: int) -> bytes:
    """A letter that is no application: received, and told so at once."""
    return a_mail(
        "请求领导关心监理人员待遇",
        sender=f"p{number}@person.invalid",
        to=TRACK_BOX,
        files=(),
        cc=(),
        identity=f"<good{number}@person.invalid>",
    )


class Watch(threading.Thread):
    """Looks at the daemon and its children fifty times a second."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self._over = threading.Event()
        self.children: set[int] = set()
        self.connections: list[str] = []
        self.peak = 0  #: kB
        self.most_at_once = 0

    def run(self) -> None:
        while not self._over.wait(0.02):
            with suppress(OSError):
                self.peak = int(_status(self._pid)["VmHWM"].split()[0])
            # The nursery is the daemon's child, and the children are the nursery's.
            below = [child for nursery in _children(self._pid) for child in _children(nursery)]
            self.children |= set(below)
            self.most_at_once = max(self.most_at_once, len(below))
            for pid in below:
                self.connections += _connections(pid)

    def stop(self) -> None:
        self._over.set()
        self.join(10)


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def _connections(pid: int) -> list[str]:
    """Sockets of a child that the network knows; the pair that ties it to its parent is none."""
    found: list[str] = []
    with suppress(OSError):  # it has ended meanwhile, or only root may look
        links = [os.readlink(one) for one in Path(f"/proc/{pid}/fd").iterdir()]
        inodes = {link[8:-1] for link in links if link.startswith("socket:[")}
        for kind in ("tcp", "tcp6", "udp", "udp6", "raw"):
            table = Path(f"/proc/{pid}/net/{kind}")
            rows = table.read_text().splitlines()[1:] if table.exists() else []
            found += [f"{kind} {row}" for row in rows if row.split()[9] in inodes]
    return found


@contextmanager
def running_daemon(folder: Path, imap: ScriptedImap, smtp: ScriptedSmtp):
    config = folder / "config.toml"
    config.write_text(_CONFIG.format(box=TRACK_BOX, imap=imap.port, smtp=smtp.port), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        daemon = subprocess.Popen(
            [sys.executable, "-m", "mailbot", "run", "--config", str(config)],
            env={**os.environ, "MAILBOT_TEST_AA": "secret", "OMP_NUM_THREADS": "1"},
            cwd=ROOT,
            stderr=log,
        )
    try:
        yield daemon
    finally:
        daemon.terminate()
        daemon.wait(60)


def answered(smtp: ScriptedSmtp, number: int) -> bool:
    return any(f"<good{number}@person.invalid>".encode() in one.raw for one in list(smtp.taken))


def until(condition, seconds: float) -> float:
    """How long it took; infinite when it did not come."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return time.monotonic() - began
        time.sleep(0.1)
    return float("inf")


@pytest.mark.timeout(3600)
def test_it_lives_stays_small_and_answers_others_while_hostile_mails_come(tmp_path):
    inbox, sent = Folder("INBOX"), Folder("Sent", "\\Sent")
    imap, smtp = ScriptedImap(inbox, sent, capabilities=NETEASE), ScriptedSmtp(login=TRACK_BOX)
    with imap, smtp, running_daemon(tmp_path, imap, smtp) as daemon:
        watch = Watch(daemon.pid)
        watch.start()
        inbox.add(harmless(-1))  # started, and everything loaded
        assert until(lambda: answered(smtp, -1), 120) < 120, (tmp_path / "log").read_text()[-3000:]
        waits = []
        for start in range(0, NUMBER, EVERY):
            inbox.add(*map(hostile, range(start, min(start + EVERY, NUMBER))), harmless(start))
            waits.append(until(lambda number=start: answered(smtp, number), 2 * SECONDS))
        with Ledger.open(f"sqlite:///{tmp_path}/data/ledger.db", fold=fold_firm) as ledger:
            until(lambda: not ledger.mail_counts().get(MailState.RECORDED), 20 * 60)
            counts = ledger.mail_counts()
            mails = ledger.mails(*MailState, limit=10**5)
            found = {case.number: case.facts for case in ledger.cases()}
        assert daemon.poll() is None, "the daemon died"
        watch.stop()
    told = {
        "mails": NUMBER, "daemon_peak_mib": watch.peak // 1024, "children": len(watch.children),
        "children_at_once": watch.most_at_once, "connections_of_children": len(watch.connections),
        "longest_wait_of_others": round(max(waits), 1), "states": {state.value: n for state, n in counts.items()},
        "reasons": dict(Counter(mail.reason for mail in mails)),
    }  # fmt: skip
    print(told)
    assert len(mails) == len(inbox.mails), told
    assert not counts.get(MailState.RECORDED), told
    assert max(waits) <= SECONDS, told
    assert 0 < watch.peak / 1024 < MEBIBYTES, told
    assert len(watch.children) > NUMBER / 4, "too few children were seen: this run proves nothing"
    assert watch.connections == [], told
    labels = Labels()
    for mail in mails:
        case = found.get(mail.case_number or "")
        words = [one.message for one in case.findings] if case else [labels("mail_reason", mail.reason)]
        assert all(re.search(r"[\u4e00-\u9fff]", one) for one in words), (mail.reason, words)
        assert words, mail
