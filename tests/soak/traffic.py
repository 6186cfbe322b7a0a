"""Which mails arrive in a soak, in which order: good ones of few papers, the same again, and hostile ones?"""

import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache

from mailbot.demo.people import Person, Registry
from tests import builders_submission as built
from tests.builders_service import ADD, PlayedReader, a_mail
from tests.soak.hostile import hostile_mails

PAPERS = 50  #: so many distinct sets of papers are in circulation, each of another engineer
REPEATED, HOSTILE = 0.30, 0.05


def traffic(count: int, chance: random.Random) -> tuple[list[bytes], Counter[str]]:
    """The mails in the order of their arrival, and how many of each sort."""
    sorts: Counter[str] = Counter()
    hostile = hostile_mails()
    mails: list[bytes] = []
    good: list[bytes] = []
    for number in range(count):
        dice = chance.random()
        if dice < HOSTILE:
            mails.append(hostile[sorts["hostile"] % len(hostile)] + f"\r\n{number}".encode())
            sorts["hostile"] += 1
        elif dice < HOSTILE + REPEATED and good:
            mails.append(chance.choice(good))
            sorts["repeats"] += 1
        else:
            good.append(_application(number))
            mails.append(good[-1])
            sorts["good"] += 1
    return mails, sorts


def _application(number: int) -> bytes:
    person = number % PAPERS
    return a_mail(
        ADD.replace(built.ENGINEER, _people()[person].name),
        sender=f"p{number}@person.invalid",
        content=f"#{person}",
        identity=f"<s{number}@person.invalid>",
    )


@cache
def _people() -> tuple[Person, ...]:
    registry = Registry(seed=6)
    return tuple(registry.person() for _ in range(PAPERS))


class ReaderOfFew(PlayedReader):
    """Sees in a file what its name says, and whose it is by its bytes."""

    def read(self, files):
        people = {file.position: int(file.data.rpartition(b"#")[2]) for file in files if b"#" in file.data}
        return tuple(
            replace(one, documents=tuple(_papers_of(people.get(one.position, 0), paper) for paper in one.documents))
            for one in super().read(files)
        )


def _papers_of(number: int, paper):
    """The same paper as of another person, with his signature."""
    person = _people()[number]
    words = {built.ENGINEER: person.name, built.ENGINEER_ID: person.citizen_id}
    words |= {"00ff00ff00ff00ff": f"{number:02}ff00ff00ff00ff", "f0f00f0ff0f00f0f": f"{number:02}f00f0ff0f00f0f"}
    return _in_other_words(paper, words)


def _in_other_words(thing, words: Mapping[str, str]):
    """A copy in which every text is exchanged, however deep it lies."""
    if type(thing) is str:  # no member of an enum
        return words.get(thing, thing)
    if isinstance(thing, tuple):
        return tuple(_in_other_words(one, words) for one in thing)
    if isinstance(thing, Mapping):
        return {key: _in_other_words(value, words) for key, value in thing.items()}
    if is_dataclass(thing):
        changed = {one.name: _in_other_words(getattr(thing, one.name), words) for one in fields(thing) if one.init}
        return replace(thing, **changed)
    return thing
