"""How much more document work do two workers do than one? Both in one run, each with one OCR process.

    python -m tests.bench.bench_workers FOLDER [--mails 8] [--rounds 1]

FOLDER holds .eml mails with real papers. The same mails are worked by one `mailbot worker` and then by two, on a new
PostgreSQL ledger and with empty caches each time; every worker has read one mail before the clock starts, so that its
models are loaded. Only the ratio means something: two workers need two idle cores.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from ledger.archive import Archive
from ledger.entries import Arrival, Delivery, MailState
from ledger.ledger import Ledger
from mailbot.instance import instance_in
from mailbot.wakeups import Wakeups
from parsers.names import fold_firm
from tests.servers.postgres import running_cluster

ROOT = Path(__file__).parents[2]
BOXES = {
    "cqjtzjzd@vip.163.com": '["engineer_track_record", "firm_track_record"]',
    "cqjtgjzx@vip.163.com": '["firm_information", "engineer_information"]',
}
MAILBOX = """
[[mailbox]]
address = "{}"
matters = {}
imap_host = "127.0.0.1"
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_tls = "none"
password_env = "NOT_SET_FOR_A_WORKER"
"""


class Ground:
    """One new ledger with its archive, and workers beside it."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder, self._url = folder, url
        self.ledger = Ledger.open(url, fold=fold_firm)
        self._archive = Archive(folder / "archive")
        self._uids = count(1)

    @contextmanager
    def workers(self, number: int):
        with ExitStack() as stack:
            for one in range(number):
                stack.enter_context(self._worker(self._folder / f"worker-{one}"))
            yield

    def work_off(self, mails: list[bytes]) -> float:
        """Seconds until all of them are ended."""
        begun = time.monotonic()
        self._receive(mails)
        while self.ledger.mail_counts().get(MailState.RECORDED):
            time.sleep(0.05)
        return time.monotonic() - begun

    def _receive(self, mails: list[bytes]) -> None:
        for raw in mails:
            uid = next(self._uids)
            kept = self._archive.store([raw])
            to = next((box for box in BOXES if box.encode() in raw.lower()), next(iter(BOXES)))
            delivery = Delivery(to, "INBOX", 1, uid, datetime.now(UTC), kept.size)
            self.ledger.record_mails([Arrival(delivery, kept.sha256, author=f"p{uid}@person.invalid")])
        Wakeups(self._url).call(len(mails))

    @contextmanager
    def _worker(self, folder: Path):
        instance_in(folder)
        config = folder / "config.toml"
        tables = f'[ledger]\nurl = "{self._url}"\narchive = "{self._folder}/archive"\ndata = "{folder}"\n'
        tables += f'[reading]\nworkers = 1\ncache = "{folder}/cache"\n'
        config.write_text(tables + "".join(MAILBOX.format(*box) for box in BOXES.items()), encoding="utf-8")
        log = (folder / "log").open("wb")
        command = [sys.executable, "-m", "mailbot", "worker", "--config", config]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        process = subprocess.Popen(command, env=environment, stderr=log)
        while "started" not in (folder / "log").read_text():
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)


def timed(workers: int, mails: list[bytes]) -> float:
    """Seconds for these mails but the first two, with which the workers warm up."""
    with tempfile.TemporaryDirectory(prefix="mailbot-bench-") as folder, running_cluster() as cluster:
        ground = Ground(Path(folder), cluster.url)
        with ground.workers(workers):
            ground.work_off(mails[:workers])
            seconds = ground.work_off(mails[2:])
        states = ground.ledger.mail_counts()
        ground.ledger.close()
    assert set(states) <= {MailState.FILED, MailState.ANSWERED, MailState.SET_ASIDE}, states
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mails", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=1)
    options = parser.parse_args()
    mails = [file.read_bytes() for file in sorted(options.folder.glob("*.eml"))[: options.mails + 2]]
    spent = {1: 0.0, 2: 0.0}
    for _ in range(options.rounds):
        for workers in spent:
            seconds = timed(workers, mails)
            spent[workers] += seconds
            load = os.getloadavg()[0]
            print(f"{workers} worker(s): {options.mails} mails in {seconds:.1f} s, load {load:.1f}", flush=True)
    print(f"2 workers do {spent[1] / spent[2]:.2f} times the work of 1, on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
