"""Who reads a mailbox's cases on a day, who stands in, and who is told when nobody answers?"""

from collections.abc import Iterable
from datetime import date

from mailbot.settings import Mailbox, Reviewer, Settings


def readers(settings: Settings, mailbox: Mailbox, day: date) -> tuple[str, ...]:
    """Reviewers on duty. For one off duty his substitute reads, and when nobody is left, the heads do."""
    roster = _roster(settings)
    on_duty: list[str] = []
    for address in mailbox.reviewers:
        one = roster.get(address.lower())
        if one is None or one.serves_on(day):
            on_duty.append(address)
        elif (other := _serving(roster, one.substitute, day)) is not None:
            on_duty.append(other)
    return _unique(on_duty) or heads(settings, day)


def readers_of(settings: Settings, mailbox: Mailbox, assigned: str | None, day: date) -> tuple[str, ...]:
    """Of one case: its own reviewer where one is assigned and on duty, else everybody of the mailbox."""
    one = _roster(settings).get((assigned or "").lower())
    return (one.address,) if one and one.serves_on(day) else readers(settings, mailbox, day)


def substitutes(settings: Settings, addresses: Iterable[str], day: date) -> tuple[str, ...]:
    """Who stands in for them, as far as on duty; without any, the heads."""
    roster = _roster(settings)
    known = [one for address in addresses if (one := roster.get(address.lower()))]
    found = [other for one in known if (other := _serving(roster, one.substitute, day)) is not None]
    return _unique(found) or heads(settings, day)


def heads(settings: Settings, day: date) -> tuple[str, ...]:
    return tuple(one.address for one in settings.reviewer if one.head and one.serves_on(day))


def _serving(roster: dict[str, Reviewer], address: str | None, day: date) -> str | None:
    one = roster.get((address or "").lower())
    return one.address if one and one.serves_on(day) else None


def _roster(settings: Settings) -> dict[str, Reviewer]:
    return {one.address.lower(): one for one in settings.reviewer}


def _unique(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple({address.lower(): address for address in addresses}.values())
