"""Started together on one data folder, never both daemons are at work (S10, F21)."""

import os
import subprocess
import sys
from pathlib import Path

ROUNDS = int(os.environ.get("MAILBOT_TWO_DAEMONS", "20"))  #: 100 before a release

#: Each start tries for the lock like `mailbot run`; who has it writes that it is at work, stays a moment, and says so.
DAEMON = """
import os, sys, time
from pathlib import Path
from mailbot.errors import AlreadyRunning
from mailbot.lock import sole_daemon

folder = Path(sys.argv[1])
print("loaded", flush=True)
sys.stdin.readline()  # both are; now they start together
try:
    with sole_daemon(folder):
        log = os.open(folder / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        os.write(log, b"in\\n")
        time.sleep(0.2)
        os.write(log, b"out\\n")
        print("worked", flush=True)
        if sys.argv[2] == "killed":
            os.kill(os.getpid(), 9)
except AlreadyRunning as error:
    print(error, flush=True)
"""


def start(folder: Path, end: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", DAEMON, str(folder), end], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def test_never_both_and_always_one(tmp_path):
    refused = 0
    for number in range(ROUNDS):
        end = "killed" if number % 2 else "stopped"  # the kernel lets go of a dead one's lock
        both = [start(tmp_path, end) for _ in range(2)]
        assert [one.stdout.readline() for one in both] == ["loaded\n"] * 2
        for one in both:
            one.stdin.write("go\n")
            one.stdin.flush()
        told = [one.communicate(timeout=60)[0].strip() for one in both]
        assert "worked" in told
        refused += sum("another mailbot" in one for one in told)
    lines = (tmp_path / "log").read_text().split()
    assert lines == ["in", "out"] * (len(lines) // 2), "two were at work at once"
    assert len(lines) // 2 >= ROUNDS
    assert refused >= ROUNDS // 2, "the harness did not bring them together"
