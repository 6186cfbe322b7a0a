"""The soak's small version: 300 mails, workers killed every 1–4 s, servers that misbehave (`make soak`: 10,000)."""

import pytest

from tests.servers.postgres import NoPostgres
from tests.soak.hostile import hostile_mails
from tests.soak.soak import soak


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
def test_nothing_is_lost_and_nothing_goes_twice(tmp_path, engine):
    try:
        count = soak(300, engine, 45.0, tmp_path)
    except NoPostgres as why:
        pytest.skip(str(why))
    assert count.kills >= 3, count
    assert count.imap_faults >= 3, count
    assert count.smtp_faults >= 3, count
    assert count.repeats >= 50
    assert count.hostile >= 5


def test_there_are_sixty_ways_of_being_hostile():
    assert len(set(hostile_mails())) >= 60
