"""Machines of their own on one computer: network namespaces around a hub, from which nothing reaches the outside.

Needs root and `ip` of iproute2. Every link lies between two of these namespaces; the computer's own network has none.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

HUB_ADDRESS = "10.231.77.1"
_PREFIX = 24


class NoNamespaces(Exception):
    """Why there are none; for pytest.skip."""


class Hub:
    """One namespace with a bridge; machines are plugged into it, cut off and plugged in again."""

    def __init__(self) -> None:
        self.namespace = f"mailbot-{os.getpid()}-hub"
        self._made: list[str] = []
        self._add(self.namespace)
        _ip("-n", self.namespace, "link", "add", "hub", "type", "bridge")
        _ip("-n", self.namespace, "address", "add", f"{HUB_ADDRESS}/{_PREFIX}", "dev", "hub")
        _ip("-n", self.namespace, "link", "set", "hub", "up")

    def machine(self, number: int) -> str:
        """A new one; the name of its namespace."""
        name = self.machine_name(number)
        self._add(name)
        hub, cable = self.namespace, f"to-{number}"
        _ip("-n", hub, "link", "add", cable, "type", "veth", "peer", "name", "wire", "netns", name)
        _ip("-n", hub, "link", "set", cable, "master", "hub", "up")
        _ip("-n", name, "address", "add", f"10.231.77.{number + 1}/{_PREFIX}", "dev", "wire")
        _ip("-n", name, "link", "set", "wire", "up")
        return name

    def machine_name(self, number: int) -> str:
        return f"mailbot-{os.getpid()}-{number}"

    def cut(self, number: int) -> None:
        """As when a cable is pulled: nobody is told, packets just do not arrive."""
        _ip("-n", self.namespace, "link", "set", f"to-{number}", "down")

    def mend(self, number: int) -> None:
        _ip("-n", self.namespace, "link", "set", f"to-{number}", "up")

    def close(self) -> None:
        for name in reversed(self._made):
            _ip("netns", "delete", name)

    def _add(self, name: str) -> None:
        _ip("netns", "add", name)
        self._made.append(name)
        _ip("-n", name, "link", "set", "lo", "up")


def inside(namespace: str, command: Sequence[str]) -> list[str]:
    """That command on that machine."""
    return ["nsenter", f"--net=/run/netns/{namespace}", "--", *command]


@contextmanager
def hub() -> Iterator[Hub]:
    """Raises NoNamespaces."""
    if os.geteuid() != 0:
        raise NoNamespaces("only root may make network namespaces")
    if not (shutil.which("ip") and shutil.which("nsenter")):
        raise NoNamespaces("iproute2 (ip) or util-linux (nsenter) is not installed")
    try:
        made = Hub()
    except subprocess.CalledProcessError as error:
        raise NoNamespaces(f"this machine makes none: {error.stderr.decode(errors='replace').strip()}") from error
    try:
        yield made
    finally:
        made.close()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)
