"""How does systemd learn that the daemon is ready, lives, and is stopping? (sd_notify(3), without a package)

The beat is a leg of the schedule: when the scheduler hangs, it stops, and systemd starts the daemon anew.
"""

import os
import socket
from collections.abc import Mapping


def notify(words: str, environment: Mapping[str, str] = os.environ) -> bool:
    """Tells the service manager; False when there is none that asked (NOTIFY_SOCKET)."""
    place = environment.get("NOTIFY_SOCKET", "")
    if not place:
        return False
    address = "\0" + place[1:] if place.startswith("@") else place  # @: Linux's abstract names
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        try:
            line.sendto(words.encode(), address)
        except OSError:  # the manager is restarting: the next beat reaches it
            return False
    return True


def beat() -> bool:
    """READY=1 is welcome at every beat: the first one that arrives counts."""
    return notify("READY=1\nWATCHDOG=1")


def seconds_between(environment: Mapping[str, str] = os.environ) -> float:
    """A third of what the manager allows, so that one late beat is no death."""
    microseconds = environment.get("WATCHDOG_USEC", "")
    return int(microseconds) / 3e6 if microseconds.isdigit() and int(microseconds) else 20.0
