"""Which day is a workday, and when does a period end?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Calendar:
    """The published years (filled by the loader)."""
