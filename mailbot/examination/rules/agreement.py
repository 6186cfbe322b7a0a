"""What is told where two places of an application do not say the same?

附件4 1.2 and 3.5; levels of domain.md 4.3. Each finding quotes both wordings and where they stand. What only a weak
reading, an abbreviation or a working form says is a doubt.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypedDict

from mailbot.examination.rules.wordings import Voice, Wording
from mailbot.examination.verdict import Finding
from parsers.identifiers import check_citizen_id
from parsers.names import Likeness


class Both(TypedDict):
    """What every disagreement says."""

    left_value: str
    left_places: tuple[str, ...]
    right_value: str
    right_places: tuple[str, ...]
    document: str | None
    page: int | None


@dataclass(frozen=True, kw_only=True)
class Disagreement(Finding):
    """Two wordings of one thing and the places where each stands (document kinds, "subject", "directory")."""

    left_value: str
    left_places: tuple[str, ...]
    right_value: str  #: "" where the second place does not name it at all
    right_places: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class NumberDisagreement(Disagreement):
    """Numbers; masked when told (contract 3, rule 3)."""

    positions: tuple[int, ...]  #: 1-based places that differ; empty when the lengths differ


def both(left: Voice, right: Voice) -> Both:
    """A finding's wordings and places; it stands in the paper of the second, else of the first."""
    standing = right.best if right.best.document else left.best
    return Both(
        left_value=left.value,
        left_places=left.places,
        right_value=right.value,
        right_places=right.places,
        document=standing.document,
        page=standing.page,
    )


def in_subject(name: str | None) -> Iterable[Wording]:
    return (Wording(name, "subject"),) if name else ()


def are_possible(*numbers: str) -> bool:
    """Can these be citizens' numbers? One that cannot has a finding of its own (identifier_invalid)."""
    return all(check_citizen_id(number).valid for number in numbers)


def same(left: str, right: str) -> Likeness:
    return Likeness.EQUAL if left == right else Likeness.DIFFERENT
