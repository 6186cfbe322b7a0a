"""How fast is intake beside bare imapclient fetching the same mails, and what does an idle poll cost?

    python -m tests.bench.bench_intake [--mails 2000] [--mailbox 100000] [--json]

Goals: at least a third of bare speed for 12 KB mails, with fsync'ed archive and ledger; a poll of 100,000 known mails
with nothing new under 2 s and 150 MiB. Each measurement runs in a process of its own, so that peak memory is its own.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.mailbot.transport.accounts import a_mail
from tests.servers.dovecot import Dovecot, missing_dovecot

USER, LARGE_USER, PASSWORD = "bench@review.test", "full@review.test", "secret"
RUNS = 3

_COMMON = """
import json, resource, sys, time
from pathlib import Path
folder, port, user = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
def told(**figures):
    print(json.dumps({**figures, "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""

_BARE = (
    _COMMON
    + """
import imapclient
with imapclient.IMAPClient("127.0.0.1", port, ssl=False) as client:
    client.login(user, "secret")
    client.select_folder("INBOX", readonly=True)
    began = time.perf_counter()
    uids = client.search()
    count = 0
    for start in range(0, len(uids), 100):
        batch = client.fetch(uids[start:start + 100], ["BODY.PEEK[]", "INTERNALDATE", "RFC822.SIZE"])
        count += len(batch)
    told(mails=count, seconds=time.perf_counter() - began)
"""
)

_LEG = (
    _COMMON
    + """
from ledger.archive import Archive
from ledger.ledger import Ledger
from mailbot.intake import Intake
from mailbot.transport.mailbox import Account, Endpoint
account = Account(user, Endpoint("127.0.0.1", port, "none"), Endpoint("127.0.0.1", 1, "none"), user, "secret")
with Ledger.open(f"sqlite:///{folder}/ledger.db") as ledger:
    intake = Intake(ledger=ledger, archive=Archive(folder / "archive"))
    for poll in range(int(sys.argv[4])):
        began = time.perf_counter()
        done = intake.poll(account)
        seconds = time.perf_counter() - began
    told(mails=done.new, seconds=seconds, skipped=done.skipped)
"""
)

#: All UIDs of the mailbox as known deliveries of one mail, as a first run would have left them.
_KNOWN = (
    _COMMON
    + """
from datetime import UTC, datetime
from sqlalchemy import insert, select
from ledger.entries import Arrival, Delivery
from ledger.ledger import Ledger
from ledger.tables import DELIVERY
from mailbot.transport.imap import ImapMailbox
from mailbot.transport.mailbox import Account, Endpoint
account = Account(user, Endpoint("127.0.0.1", port, "none"), Endpoint("127.0.0.1", 1, "none"), user, "secret")
with ImapMailbox(account, command_seconds=600, read_seconds=600) as mailbox, Ledger.open(
    f"sqlite:///{folder}/ledger.db"
) as ledger:
    state = mailbox.open("INBOX")
    uids = list(mailbox.uids())
    stamps = mailbox.stamps(uids[-60:])
    now = datetime.now(UTC)
    def delivery(uid):
        stamp = stamps.get(uid)
        arrived, size = (stamp.arrived_at, stamp.size) if stamp else (now, 1)
        return Delivery(user, "INBOX", state.uidvalidity, uid, arrived, size)
    (first,) = ledger.record_mails([Arrival(delivery(uids[0]), "0" * 64)])
    rows = [
        dict(mailbox=user, folder="INBOX", uidvalidity=state.uidvalidity, uid=one.uid, mail_id=first.mail_id,
             arrived_at=one.arrived_at, size=one.size, recorded_at=now)
        for one in map(delivery, uids[1:])
    ]
    with ledger.writing() as connection:
        for start in range(0, len(rows), 5000):
            connection.execute(insert(DELIVERY), rows[start:start + 5000])
    told(mails=len(uids), seconds=0)
"""
)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--mails", type=int, default=2000)
    options.add_argument("--mailbox", type=int, default=100_000)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    if reason := missing_dovecot():
        print(f"not measured: {reason}", file=sys.stderr)
        return 0
    with Dovecot({USER: PASSWORD, LARGE_USER: PASSWORD}) as dovecot:
        figures = recording(dovecot, chosen.mails) | idle_poll(dovecot, chosen.mailbox)
    if chosen.json:
        print(json.dumps(figures))
    else:
        tell(figures)
    return 0


def recording(dovecot: Dovecot, mails: int) -> dict:
    """Bare and leg by turns, so that both meet the same load; the best of each counts."""
    dovecot.drop(USER, (a_mail(number, size=12_000) for number in range(mails)))
    run(_BARE, Path("/"), dovecot, USER)  # Dovecot indexes the folder once
    bare, leg = [], []
    for _ in range(RUNS):
        bare.append(run(_BARE, Path("/"), dovecot, USER))
        with tempfile.TemporaryDirectory() as folder:
            leg.append(run(_LEG, Path(folder), dovecot, USER, "1"))
    assert {one["mails"] for one in [*bare, *leg]} == {mails}
    bare_speed, leg_speed = (max(one["mails"] / one["seconds"] for one in runs) for runs in (bare, leg))
    return {
        "bare_mails_per_second": round(bare_speed),
        "recorded_mails_per_second": round(leg_speed),
        "ratio": round(leg_speed / bare_speed, 3),
        "recording_peak_mib": round(max(one["peak_mib"] for one in leg)),
    }


def idle_poll(dovecot: Dovecot, mailbox: int) -> dict:
    dovecot.drop_copies(LARGE_USER, a_mail(1, size=1000), mailbox)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        known = run(_KNOWN, folder, dovecot, LARGE_USER)
        assert known["mails"] == mailbox
        first = run(_LEG, folder, dovecot, LARGE_USER, "1")
        later = run(_LEG, folder, dovecot, LARGE_USER, "3")
    assert first["mails"] == later["mails"] == 0, (first, later)
    assert not first["skipped"] + later["skipped"], (first, later)
    return {
        "known_mails": mailbox,
        "first_poll_seconds": round(first["seconds"], 3),
        "later_poll_seconds": round(later["seconds"], 3),
        "poll_peak_mib": round(max(first["peak_mib"], later["peak_mib"])),
    }


def run(code: str, folder: Path, dovecot: Dovecot, user: str, *more: str) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder), str(dovecot.imap_port), user, *more],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def tell(figures: dict) -> None:
    load = os.getloadavg()[0]
    print(f"load {load:.1f} on {os.cpu_count()} cores, {time.strftime('%Y-%m-%d %H:%M')}")
    print(f"bare imapclient      {figures['bare_mails_per_second']:>7} mails/s")
    print(
        f"archived, in ledger  {figures['recorded_mails_per_second']:>7} mails/s, {figures['recording_peak_mib']} MiB"
    )
    print(f"ratio                {figures['ratio']:>7} (goal 0.333)")
    print(
        f"poll of {figures['known_mails']} known mails: {figures['first_poll_seconds']} s the first, "
        f"{figures['later_poll_seconds']} s later (goal 2 s), {figures['poll_peak_mib']} MiB (goal 150)"
    )


if __name__ == "__main__":
    raise SystemExit(main())
