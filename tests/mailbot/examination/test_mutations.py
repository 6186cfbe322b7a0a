"""A perfect application with one defect, every pair of them, or up to six: all told in one verdict, none false."""

from functools import cache
from itertools import combinations
from random import Random

import pytest

from mailbot.examination.examine import examine
from mailbot.examination.verdict import Outcome, Severity
from tests.mailbot.examination.mutations import OF_ADDED, OF_INFORMATION, Added, Defect, Information, on_file

KINDS = {"附件4 新增": (Added, OF_ADDED), "附件1": (Information, OF_INFORMATION)}


def stand_together(one: Defect, other: Defect) -> bool:
    """A paper that is not there has no other fault, and one value is wrong in one way."""
    apart = one.removes not in other.needs and other.removes not in one.needs
    return apart and (one.value is None or one.value != other.value)


SINGLE = [(kind, name) for kind, (_, defects) in KINDS.items() for name in defects]
PAIRS = [
    (kind, *pair)
    for kind, (_, defects) in KINDS.items()
    for pair in combinations(defects, 2)
    if stand_together(defects[pair[0]], defects[pair[1]])
]


@cache
def verdict(kind: str, names: tuple[str, ...]):
    application, defects = KINDS[kind][0](), KINDS[kind][1]
    for name in names:
        defects[name].put(application)
    return examine(application.submission(), on_file())


def told(kind: str, names: tuple[str, ...], severity: Severity = Severity.DEFECT) -> set[str]:
    return {judged.code for judged in verdict(kind, names).of(severity)}


def codes(kind: str, names: tuple[str, ...]) -> set[str]:
    return {KINDS[kind][1][name].code for name in names}


@pytest.mark.parametrize("kind", KINDS)
def test_the_application_is_perfect_before_anything_is_put_into_it(kind):
    assert verdict(kind, ()).outcome is Outcome.COMPLETE
    assert not told(kind, (), Severity.DOUBT)


@pytest.mark.parametrize(("kind", "name"), SINGLE)
def test_one_defect_is_told_and_nothing_else(kind, name):
    assert told(kind, (name,)) == codes(kind, (name,))
    assert not told(kind, (name,), Severity.DOUBT)
    assert verdict(kind, (name,)).outcome is Outcome.CORRECTION


@pytest.mark.parametrize(("kind", "one", "other"), PAIRS)
def test_of_two_defects_both_are_told_in_one_verdict_and_nothing_else(kind, one, other):
    assert told(kind, (one, other)) == codes(kind, (one, other))
    assert not told(kind, (one, other), Severity.DOUBT)


def test_the_pairs_are_nearly_all_there_are():
    """Left out are only those that cannot stand together."""
    everything = sum(len(defects) * (len(defects) - 1) // 2 for _, defects in KINDS.values())
    assert len(PAIRS) >= 0.75 * everything


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(60))
def test_three_to_six_defects_are_told_together_and_nothing_else(kind, seed):
    rng, defects = Random(seed), KINDS[kind][1]
    wanted, chosen = rng.randint(3, 6), []
    for name in rng.sample(list(defects), len(defects)):
        if len(chosen) < wanted and all(stand_together(defects[name], defects[one]) for one in chosen):
            chosen.append(name)
    assert len(chosen) >= 3
    assert told(kind, tuple(chosen)) == codes(kind, tuple(chosen))
    assert not told(kind, tuple(chosen), Severity.DOUBT)
