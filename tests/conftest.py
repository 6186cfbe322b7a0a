"""What holds for every test: none leaves the process changed for the next, none lets a number of a person out."""

import logging
import os

import pytest
from hypothesis import HealthCheck, settings

from mailbot.letters import correspondence
from tests.numbers import WATCH

_compose = correspondence.compose


def _watched(**facts: object) -> bytes:
    """Every letter passes by, whoever composes it: the modules that do are imported after this one."""
    raw = _compose(**facts)  # type: ignore[arg-type]
    WATCH.letter(raw)
    return raw


correspondence.compose = _watched
# A busy machine is no failure.
settings.register_profile("anywhere", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anywhere")
logging.getLogger("mailbot").addHandler(WATCH)


@pytest.fixture(autouse=True)
def _no_number_of_a_person_gets_out():
    """Issue of trust: 0 full numbers in any log or letter of all test runs."""
    yield
    assert WATCH.taken() == []


@pytest.fixture(autouse=True)
def _same_umask_afterwards():
    """The command line narrows the umask of its process; the servers of later tests need an ordinary one."""
    before = os.umask(0o022)
    os.umask(before)
    yield
    os.umask(before)
