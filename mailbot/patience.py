"""When may a mailbox be tried again after trouble?"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

FIRST_DELAY = 5.0  #: seconds
LONGEST_DELAY = 900.0
LOGIN_TRIES = 3  #: then the account is left alone, so that the provider does not lock it


@dataclass
class Patience:
    """What one mailbox has cost so far; kept in memory: a restart is the operator's reset."""

    clock: Callable[[], float]  #: monotonic seconds
    reset_hours: float  #: after which a stopped mailbox is tried again
    failures: int = 0
    refusals: int = 0
    not_before: float = field(default=float("-inf"))

    @property
    def is_due(self) -> bool:
        return self.clock() >= self.not_before

    @property
    def is_stopped(self) -> bool:
        return self.refusals >= LOGIN_TRIES and not self.is_due

    def well(self) -> None:
        self.failures = self.refusals = 0
        self.not_before = float("-inf")

    def lost(self) -> None:
        """Network or server trouble: 5 s, doubled up to 15 minutes, with jitter."""
        self.failures += 1
        delay = min(FIRST_DELAY * 2 ** min(self.failures - 1, 16), LONGEST_DELAY)
        self.wait(delay * random.uniform(0.75, 1.25))  # noqa: S311 – jitter, no secret

    def refused(self) -> bool:
        """A login was refused; True when that stops the mailbox."""
        self.refusals += 1
        if self.refusals >= LOGIN_TRIES:
            self.wait(self.reset_hours * 3600)
            return True
        self.lost()
        return False

    def wait(self, seconds: float) -> None:
        self.not_before = max(self.not_before, self.clock() + seconds)
