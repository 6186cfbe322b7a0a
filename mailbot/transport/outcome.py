"""What became of one letter that was handed to SMTP?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sent:
    """The server took it."""

    answer: str
    refused: tuple[str, ...] = ()  #: recipients that the server does not know, each with its reply


@dataclass(frozen=True)
class Retry:
    """Surely not taken; may be offered again."""

    why: str
    too_much: bool = False  #: the provider asks for a pause of the whole account


@dataclass(frozen=True)
class Refused:
    """Surely not taken, and never will be."""

    why: str
    code: int | None = None


@dataclass(frozen=True)
class Uncertain:
    """All bytes went out, the answer did not come: it may have been taken. Never to be sent again blindly."""

    why: str


Outcome = Sent | Retry | Refused | Uncertain
