"""Where may a test kill this process, or make it fail?

`fp("archive_after_fsync")` stands at a place where dying must cost nothing. It does nothing at all unless a test, or
`MAILBOT_FAILPOINTS=name=fault@hit,…` of a test's child, arms it. On the lowest floor, so that every floor can use it.
"""

import errno
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ANYWHERE: Final = "*"  #: a name for `arm`: counted are the passes of all places together
VARIABLE: Final = "MAILBOT_FAILPOINTS"
_SLEEP_SECONDS: Final = 5.0


class Fault(StrEnum):
    KILL = "kill"  #: as by SIGKILL: no handler, no finally
    RAISE = "raise"  #: a bug
    ENOSPC = "enospc"  #: no space left, as the disk or the database says it
    SLEEP = "sleep"  #: long enough for a test to do something else


class Injected(Exception):
    """A bug that a test put there."""


@dataclass(frozen=True)
class _Armed:
    fault: Fault
    hit: int


#: How often each place was passed since `arm` or `watch`.
hits: Counter[str] = Counter()
_armed: dict[str, _Armed] = {}
_watching = False


def fp(name: str, no_space: Callable[[str], Exception] | None = None) -> None:
    """A named place. `no_space` makes what "no space left" looks like here; default: the operating system's error."""
    if not _watching:
        return
    hits[name] += 1
    for armed, passes in ((_armed.get(name), hits[name]), (_armed.get(ANYWHERE), hits.total())):
        if armed is not None and passes == armed.hit:
            _strike(name, armed.fault, no_space)


def is_watching() -> bool:
    """Whether places are counted at all."""
    return _watching


def watch() -> None:
    """Count only."""
    global _watching  # noqa: PLW0603 - one switch for the process, so that fp costs one look when it is off
    _watching = True
    hits.clear()


def arm(name: str, fault: Fault, hit: int = 1) -> None:
    """At the so-manieth pass from now on."""
    watch()
    _armed[name] = _Armed(fault, hit)


def disarm() -> None:
    """As in service."""
    global _watching  # noqa: PLW0603 - the same switch
    _watching = False
    _armed.clear()


def arm_from(text: str) -> None:
    """`name=fault@hit,name=fault`: raises ValueError for what is none."""
    for part in filter(None, text.split(",")):
        name, _, rest = part.partition("=")
        fault, _, hit = rest.partition("@")
        arm(name.strip(), Fault(fault.strip()), int(hit or 1))


def _strike(name: str, fault: Fault, no_space: Callable[[str], Exception] | None) -> None:
    if fault is Fault.KILL:
        os.kill(os.getpid(), signal.SIGKILL)
    elif fault is Fault.SLEEP:
        time.sleep(_SLEEP_SECONDS)
    elif fault is Fault.RAISE:
        raise Injected(name)
    elif no_space is not None:
        raise no_space("database or disk is full")
    else:
        raise OSError(errno.ENOSPC, "No space left on device", name)


arm_from(os.environ.get(VARIABLE, ""))
