"""Is there a PostgreSQL of our own to test against?

Starts a private cluster in a temporary folder, on a loopback port, as an unprivileged user; nothing of the
machine's own PostgreSQL is touched.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import TypeVar

import pytest

Running = TypeVar("Running")

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=40")
FORGETFUL = ("-c", "synchronous_commit=off")  #: quicker still, but a crash loses the last commits


class NoPostgres(Exception):
    """Why there is none; for pytest.skip."""


class Cluster:
    """One running server."""

    def __init__(self, command: Sequence[object], user: str | None, folder: Path, address: str, port: int) -> None:
        self.url = f"postgresql+psycopg://mailbot@{address}:{port}/postgres"
        self.by_socket = f"postgresql+psycopg://mailbot@/postgres?host={folder}&port={port}"
        self._command, self._user, self._folder, self._port = command, user, folder, port
        self._start()

    def crash(self) -> None:
        """Immediate shutdown, as when the machine fails: open transactions are lost. Then it is there again."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait(20)
        self._start()

    def stop(self) -> None:
        self._server.send_signal(signal.SIGINT)  # fast shutdown, open sessions are cut
        self._server.wait(20)

    def _start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [str(part) for part in self._command], user=self._user, cwd=self._folder,
                stdout=subprocess.DEVNULL, stderr=log,
            )  # fmt: skip
        _wait(self._server, self._port, self._folder)


@contextmanager
def or_skip(cluster: AbstractContextManager[Running]) -> Iterator[Running]:
    """The cluster; where this machine can have none, the test is skipped with the reason."""
    try:
        with cluster as running:
            yield running
    except NoPostgres as reason:
        pytest.skip(str(reason))


@contextmanager
def private_cluster() -> Iterator[str]:
    """The URL of a running server with a database for each test to make (`/{name}` is to be added). Raises
    NoPostgres."""
    with running_cluster(*FORGETFUL) as cluster:
        yield cluster.url.removesuffix("/postgres")


@contextmanager
def running_cluster(*options: str, namespace: str | None = None, network: str = "127.0.0.1/32") -> Iterator[Cluster]:
    """A server that survives being crashed; in a network namespace, at the first address of that network, if one is
    given. Raises NoPostgres."""
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="mailbot-pg-", dir="/tmp"))
    user = _unprivileged()
    address = network.partition("/")[0]
    try:
        if user:
            shutil.chown(folder, user)
        data = folder / "data"
        made = ("-D", data, "-U", "mailbot", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        _run(user, binaries / "initdb", *made)
        with (data / "pg_hba.conf").open("a") as access:
            access.write(f"host all all {ip_network(network, strict=False)} trust\n")
        port = _free_port()
        command = [binaries / "postgres", "-D", data, "-p", port, "-h", address, "-k", folder, *FAST, *options]
        if namespace and user:  # nsenter changes the user itself: only root may enter
            who = pwd.getpwnam(user)
            ids = (f"--setuid={who.pw_uid}", f"--setgid={who.pw_gid}")
            command, user = ["nsenter", f"--net=/run/netns/{namespace}", *ids, "--", *command], None
        cluster = Cluster(command, user, folder, address, port)
        try:
            yield cluster
        finally:
            cluster.stop()
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


def _wait(server: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    for _ in range(300):
        if server.poll() is not None:
            raise NoPostgres(f"it did not start: {(folder / 'log').read_text()[-300:]}")
        ready = subprocess.run(
            [_binaries() / "pg_isready", "-q", "-h", folder, "-p", str(port), "-U", "mailbot"], check=False
        )
        if ready.returncode == 0:
            return
        time.sleep(0.1)
    raise NoPostgres("it did not answer within 30 seconds")
