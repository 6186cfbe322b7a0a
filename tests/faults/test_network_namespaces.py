"""A worker on another machine is cut off in mid-work: the others finish its mails, and it works again when it is back.

Three `mailbot worker` in three network namespaces; PostgreSQL and an object store in a fourth, the hub between them.
Nothing else is shared: each worker has a data folder of its own, with the installation's secret brought there.
"""

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from ledger.entries import MailState
from ledger.failpoints import VARIABLE
from ledger.ledger import Ledger
from mailbot.instance import instance_in
from parsers.names import fold_firm
from tests.builders_service import INFORMATION_BOX, TRACK_BOX, a_mail
from tests.servers.namespaces import HUB_ADDRESS, Hub, NoNamespaces, hub, inside
from tests.servers.object_store import CREDENTIALS
from tests.servers.postgres import Cluster, NoPostgres, running_cluster

ROOT = Path(__file__).parents[2]
MAILS, MORE = 24, 3
WORKERS, VICTIM = (1, 2, 3), 1
STORE_PORT = 5000
STARTED_WITHIN = 240.0  #: on a crowded machine
OVER_WITHIN = 150.0  #: seconds: a lease of 30, and a server that gives a silent machine up after 30

#: Runs beside PostgreSQL, as a daemon would that has polled these mails.
FEED = """
import sys
from datetime import UTC, datetime
from pathlib import Path

from ledger.entries import Arrival, Delivery
from mailbot.workshop import open_archive, open_ledger
from mailbot.settings import load_settings
from mailbot.wakeups import Wakeups

settings = load_settings(Path(sys.argv[1]))
mails = sorted(Path(sys.argv[2]).glob("*.eml"))
kept = open_archive(settings).store_many([[mail.read_bytes()] for mail in mails])
now = datetime.now(UTC)
with open_ledger(settings) as ledger:
    for mail, one in zip(mails, kept, strict=True):
        delivery = Delivery(sys.argv[3], "INBOX", 1, int(mail.stem), now, one.size)
        author = f"p{mail.stem}@person.invalid"
        ledger.record_mails([Arrival(delivery, one.sha256, author=author, message_id=mail.stem)])
Wakeups(settings.ledger.url).call(len(mails))
"""
MAKE_BUCKET = "import boto3; boto3.client('s3').create_bucket(Bucket='office', CreateBucketConfiguration={})"
MAILBOXES = "".join(
    f"""
[[mailbox]]
address = "{address}"
matters = {matters}
imap_host = "127.0.0.1"
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_tls = "none"
password_env = "NOT_SET_FOR_A_WORKER"
"""
    for address, matters in (
        (TRACK_BOX, '["engineer_track_record", "firm_track_record"]'),
        (INFORMATION_BOX, '["firm_information", "engineer_information"]'),
    )
)


class Office:
    """The hub's servers, and machines that work for it."""

    def __init__(self, folder: Path, network: Hub, cluster: Cluster, stack: ExitStack) -> None:
        self.folder, self.network, self.cluster = folder, network, cluster
        self.processes: dict[int, subprocess.Popen[bytes]] = {}
        self._environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAILBOT_"))},
            **CREDENTIALS,
            "AWS_ENDPOINT_URL": f"http://{HUB_ADDRESS}:{STORE_PORT}",
            "PYTHONPATH": str(ROOT),
        }
        self._stack = stack
        self._data_folder("hub")
        instance_in(folder / "hub" / "data")
        self._run(network.namespace, "-m", "moto.server", "-H", HUB_ADDRESS, "-p", str(STORE_PORT), log="store")
        make = MAKE_BUCKET.replace("{}", f"{{'LocationConstraint': '{CREDENTIALS['AWS_DEFAULT_REGION']}'}}")
        self.until(lambda: self._hub_does("-c", make), "the store does not start")
        self.ledger = stack.enter_context(Ledger.open(cluster.by_socket, fold=fold_firm))
        for number in WORKERS:
            network.machine(number)

    def receive(self, numbers: range) -> None:
        mails = self.folder / f"mails-{numbers.start}"
        mails.mkdir()
        for number in numbers:
            raw = a_mail(sender=f"p{number}@person.invalid", content=str(number), identity=f"<{number}@person.invalid>")
            (mails / f"{number}.eml").write_bytes(raw)
        assert self._hub_does("-c", FEED, str(self.folder / "hub" / "config.toml"), str(mails), TRACK_BOX)

    def employ(self, number: int, failpoint: str = "") -> None:
        name = f"worker-{number}"
        data = self._data_folder(name)
        shutil.copy(self.folder / "hub" / "data" / "instance.secret", data)
        self.processes[number] = self._run(
            self.network.machine_name(number), "-m", "mailbot", "worker", "--config", str(data.parent / "config.toml"),
            log=name, more={VARIABLE: failpoint},
        )  # fmt: skip

    def dismiss(self, number: int) -> None:
        process = self.processes.pop(number)
        process.terminate()
        process.wait(20)

    def in_hand(self, number: int) -> list[int]:
        """Mails that this worker has claimed and not ended."""
        name = f"%:{self.processes[number].pid}"
        with self.ledger.reading() as connection:
            asked = "SELECT id FROM mail WHERE state = 'recorded' AND worker LIKE %s"
            return [row.id for row in connection.exec_driver_sql(asked, (name,))]

    def attempts(self, mail_id: int) -> int:
        with self.ledger.reading() as connection:
            return connection.exec_driver_sql("SELECT attempts FROM mail WHERE id = %s", (mail_id,)).scalar_one()

    def all_worked(self, count: int) -> bool:
        counts = self.ledger.mail_counts()
        return sum(counts.values()) == count and not counts.get(MailState.RECORDED)

    def log_of(self, number: int) -> str:
        return (self.folder / f"worker-{number}.log").read_text()

    def until(self, done, otherwise: str, seconds: float = 30.0) -> None:
        until = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < until, otherwise
            time.sleep(0.2)

    def _data_folder(self, name: str) -> Path:
        data = self.folder / name / "data"
        data.mkdir(parents=True, mode=0o700)
        ledger = f'[ledger]\nurl = "{self.cluster.url}"\narchive = "s3://office/mails"\n[reading]\nworkers = 1\n'
        (data.parent / "config.toml").write_text(ledger + MAILBOXES, encoding="utf-8")
        return data

    def _hub_does(self, *arguments: str) -> bool:
        command = inside(self.network.namespace, [sys.executable, *arguments])
        with (self.folder / "hub.log").open("ab") as log:
            return subprocess.run(command, env=self._environment, stderr=log, check=False).returncode == 0

    def _run(self, namespace: str, *arguments: str, log: str, more=None) -> subprocess.Popen[bytes]:
        command = inside(namespace, [sys.executable, *arguments])
        with (self.folder / f"{log}.log").open("wb") as out:
            environment = {**self._environment, **(more or {})}
            process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, cwd=self.folder)
        self._stack.callback(process.wait)
        self._stack.callback(process.kill)
        return process


@pytest.fixture
def office(tmp_path):
    with ExitStack() as stack:
        try:
            network = stack.enter_context(hub())
            cluster = stack.enter_context(running_cluster(namespace=network.namespace, network=f"{HUB_ADDRESS}/24"))
        except (NoNamespaces, NoPostgres) as reason:
            pytest.skip(str(reason))
        yield Office(tmp_path, network, cluster, stack)


@pytest.mark.parametrize(
    "place",
    [
        pytest.param("casework_after_examining", id="between two transactions"),
        pytest.param("ledger_file_case_before_commit", id="in a transaction that holds the chain of events"),
    ],
)
def test_what_a_worker_that_is_cut_off_had_in_hand_the_others_finish(office, place):
    for number in WORKERS:  # the victim lingers there for five seconds, so that it is met in mid-work
        office.employ(number, failpoint=f"{place}=sleep@1" if number == VICTIM else "")
    office.until(lambda: all("started" in office.log_of(one) for one in WORKERS), "they do not start", STARTED_WITHIN)
    office.receive(range(1, MAILS + 1))
    office.until(lambda: office.in_hand(VICTIM), "it has nothing in hand")
    time.sleep(2)
    (orphan,) = office.in_hand(VICTIM)
    office.network.cut(VICTIM)
    cut = time.monotonic()
    office.until(lambda: office.all_worked(MAILS), "the others do not finish", OVER_WITHIN)
    print(f"all {MAILS} mails were ended {time.monotonic() - cut:.0f} s after the cut")
    assert_each_has_one_case(office, MAILS)
    assert office.attempts(orphan) >= 2, "nobody took it over: it was not met in mid-work"
    assert office.processes[VICTIM].poll() is None, "being cut off is no reason to die"

    for number in WORKERS[1:]:
        office.dismiss(number)
    office.network.mend(VICTIM)
    office.receive(range(MAILS + 1, MAILS + MORE + 1))
    office.until(lambda: office.all_worked(MAILS + MORE), "it does not work again", OVER_WITHIN)
    assert_each_has_one_case(office, MAILS + MORE)
    assert office.ledger.verify() == ()


def assert_each_has_one_case(office: Office, count: int) -> None:
    """Every mail one case, every applicant one answer."""
    mails = office.ledger.mails(MailState.FILED)
    assert len(mails) == len({one.case_number for one in mails}) == count
    assert {case.number for case in office.ledger.cases()} == {one.case_number for one in mails}
    answered = [one.mail_id for one in office.ledger.letters() if one.letter.recipients[0].startswith("p")]
    assert sorted(answered) == sorted(one.id for one in mails)
