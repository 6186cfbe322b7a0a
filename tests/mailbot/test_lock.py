"""Two daemons never work on one data folder."""

import subprocess
import sys

import pytest

from mailbot.errors import AlreadyRunning
from mailbot.lock import sole_daemon

HOLDER = """
import sys
from pathlib import Path
from mailbot.lock import sole_daemon

with sole_daemon(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_daemon_is_refused_and_told_which_process_is_first(tmp_path):
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            HOLDER,
            str(tmp_path),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunning, match=str(holder.pid)), sole_daemon(tmp_path):
            pass
    finally:
        holder.kill()
        holder.wait()
    with sole_daemon(tmp_path):
        pass


def test_the_folder_is_made_for_its_owner_alone(tmp_path):
    with sole_daemon(tmp_path / "data"):
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0
