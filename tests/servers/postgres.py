"""Is there a PostgreSQL of our own to test against?

Starts a private cluster in a temporary folder, on a loopback port, as an unprivileged user; nothing of the
machine's own PostgreSQL is touched.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_connections=40")


class NoPostgres(Exception):
    """Why there is none; for pytest.skip."""


@contextmanager
def private_cluster() -> Iterator[str]:
    """The URL of a running server with a database for each test to make (`/{name}` is to be added). Raises
    NoPostgres."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="mailbot-pg-", dir="/tmp"))
    user = _unprivileged()
    try:
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        _run(
            user,
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "mailbot",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        )
        port = _free_port()
        arguments = (binaries / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, *FAST)
        server = subprocess.Popen(
            [str(argument) for argument in arguments], user=user, cwd=folder,
            stdout=subprocess.DEVNULL, stderr=(folder / "log").open("wb"),
        )  # fmt: skip
        try:
            _wait(server, binaries, port, folder)
            yield f"postgresql+psycopg://mailbot@127.0.0.1:{port}"
        finally:
            server.send_signal(2)  # SIGINT: fast shutdown, open sessions are cut
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    for folder in FOLDERS:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres("PostgreSQL is not installed in /usr/lib/postgresql")


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            pwd.getpwnam(name)
        except KeyError:
            continue
        return name
    raise NoPostgres("running as root, and there is no other user to run PostgreSQL as")


def _run(user: str | None, *command: object) -> None:
    done = subprocess.run(
        [str(part) for part in command], user=user, cwd="/tmp", capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise NoPostgres(f"{command[0]} failed: {done.stderr.strip()[-300:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], binaries: Path, port: int, folder: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise NoPostgres(f"it did not start: {(folder / 'log').read_text()[-300:]}")
        ready = subprocess.run(
            [binaries / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "mailbot"], check=False
        )
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    raise NoPostgres("it did not answer within 30 seconds")
