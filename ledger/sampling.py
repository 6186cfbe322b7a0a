"""Which cases are looked at again, chosen by nobody's liking and the same whenever they are drawn again?

Each number is hashed with the seed, and the smallest hashes are taken: the draw depends on the seed and on the numbers
alone, not on their order, on a library or on a version of it. What was drawn, and from what, stands in the history.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select

from ledger import audit
from ledger.figures import Period
from ledger.store import MAILBOT, Store
from ledger.tables import CASE, EVENT

_DRAWN: Final = "sample_drawn"


@dataclass(frozen=True)
class Sample:
    """A draw, as it stands in the history."""

    month: str  #: "2026-11"
    rate: float
    seed: int
    population: int  #: cases received in that month
    numbers: tuple[str, ...]  #: drawn, in order
    population_hash: str  #: of all their numbers
    drawn_before: datetime | None = None  #: when the same draw was recorded first
    agrees: bool = True  #: False: the cases of the month are no longer those of the first draw


class Sampling(Store):
    def draw_sample(
        self, period: Period, month: str, rate: float, seed: int, *, actor: str = MAILBOT, now: datetime | None = None
    ) -> Sample:
        """Draws, and records it the first time; drawn again it is compared with the record."""
        at = now or self.now()
        query = select(CASE.c.number).where(CASE.c.received_at >= period.start, CASE.c.received_at < period.end)
        if period.mailboxes:
            query = query.where(CASE.c.mailbox.in_(period.mailboxes))
        told: dict[str, Any] = {
            "month": month, "rate": rate, "seed": seed, "mailboxes": sorted(period.mailboxes),
        }  # fmt: skip
        with self.writing() as connection:
            population = sorted(connection.execute(query).scalars())
            chosen = drawn(population, rate, seed)
            digest = hashlib.sha256("\n".join(population).encode()).hexdigest()
            earlier = audit.events(connection, EVENT.c.action == _DRAWN)
            same = next((event for event in earlier if _same_draw(event.detail, told)), None)
            if same is None:
                told |= {"population": len(population), "population_hash": digest, "numbers": list(chosen)}
                self.tell(connection, at, _DRAWN, actor=actor, **told)
                return Sample(month, rate, seed, len(population), chosen, digest)
        agrees = same.detail["population_hash"] == digest and tuple(same.detail["numbers"]) == chosen
        return Sample(month, rate, seed, len(population), chosen, digest, same.at, agrees)


def _same_draw(detail: dict[str, Any], told: dict[str, Any]) -> bool:
    return all(detail.get(name) == value for name, value in told.items())


def drawn(population: list[str], rate: float, seed: int) -> tuple[str, ...]:
    """At least one of any: `rate` of them, rounded up."""
    count = min(len(population), math.ceil(round(len(population) * rate, 9)))
    ranked = sorted(population, key=lambda number: hashlib.sha256(f"{seed}:{number}".encode()).digest())
    return tuple(sorted(ranked[:count]))
