"""Workers on other machines are told at once that mails have come; what they are not told they find."""

import logging
import time
from contextlib import contextmanager
from threading import Event, Thread

import psycopg
import pytest

from ledger.backup import PASSING
from mailbot.wakeups import Wakeups
from tests.servers.postgres import or_skip, running_cluster


@pytest.fixture(scope="module")
def cluster():
    with or_skip(running_cluster()) as running:
        yield running


class Listener:
    """A worker's listening thread, that counts how often it is woken."""

    def __init__(self, url):
        self.woken, self.stop, self.heard = 0, Event(), Event()
        self.thread = Thread(target=self._listen, args=(Wakeups(url),), daemon=True)
        self.thread.start()

    def _listen(self, wakeups):
        """As the schedule does: begun again whenever it ends."""
        while not self.stop.wait(0.1):
            wakeups.listen(self._wake, self.stop)

    def _wake(self):
        self.woken += 1
        self.heard.set()

    def waits(self, count=1, seconds=10.0):
        until = time.monotonic() + seconds
        while self.woken < count and time.monotonic() < until:
            time.sleep(0.01)
        return self.woken


@contextmanager
def listening(url):
    listener = Listener(url)
    try:
        yield listener
    finally:
        listener.stop.set()
        listener.thread.join(15)
    assert not listener.thread.is_alive(), "it did not stop"


def tasks(url):
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        return connection.execute(f"SELECT count(*) FROM {PASSING}.procrastinate_jobs").fetchone()[0]


def settled(url):
    """No task is left."""
    until = time.monotonic() + 10
    while tasks(url) and time.monotonic() < until:
        time.sleep(0.05)
    return tasks(url) == 0


def is_listened_to(url):
    asked = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    until = time.monotonic() + 10
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        while not connection.execute(asked).fetchone()[0]:
            assert time.monotonic() < until, "nobody listens"
            time.sleep(0.05)


def test_a_worker_is_woken_within_the_second(cluster):
    with listening(cluster.url) as worker:
        is_listened_to(cluster.url)
        called = time.monotonic()
        Wakeups(cluster.url).call(1)
        assert worker.heard.wait(10)
        assert time.monotonic() - called < 1.5, "a look every two seconds would have been as quick"
        assert settled(cluster.url)
    assert worker.woken == 1


def test_who_begins_to_listen_later_is_woken_too_and_unheard_calls_do_not_pile_up(cluster):
    for _ in range(3):
        Wakeups(cluster.url).call(500)
    assert tasks(cluster.url) == 16
    with listening(cluster.url) as worker:
        assert worker.waits() >= 1
        assert settled(cluster.url)


def test_a_task_whose_worker_died_is_thrown_away(cluster):
    Wakeups(cluster.url).call(1)
    with psycopg.connect(cluster.url.replace("+psycopg", "")) as connection:  # as a killed worker leaves it
        long_ago = f"INSERT INTO {PASSING}.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')"
        dead = connection.execute(f"{long_ago} RETURNING id").fetchone()[0]
        connection.execute(f"SET search_path = {PASSING}")
        connection.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [dead])
    with listening(cluster.url) as worker:
        assert settled(cluster.url)
    assert worker.woken == 0


def test_tables_of_another_version_are_made_anew(cluster):
    with psycopg.connect(cluster.url.replace("+psycopg", "")) as connection:
        connection.execute(f"DROP SCHEMA IF EXISTS {PASSING} CASCADE")
        connection.execute(f"CREATE SCHEMA {PASSING}")
        connection.execute(f"CREATE TABLE {PASSING}.procrastinate_jobs (id text)")
        connection.execute(f"COMMENT ON SCHEMA {PASSING} IS 'procrastinate 1.0.0'")
    with listening(cluster.url) as worker:
        is_listened_to(cluster.url)
        Wakeups(cluster.url).call(1)
        assert worker.waits() == 1


def test_after_a_crash_of_the_database_it_listens_again(cluster, caplog):
    with caplog.at_level(logging.CRITICAL, "procrastinate"), listening(cluster.url) as worker:
        is_listened_to(cluster.url)
        cluster.crash()
        is_listened_to(cluster.url)
        Wakeups(cluster.url).call(1)
        assert worker.waits() == 1


def test_a_database_that_is_not_there_stops_neither_side(caplog):
    nowhere = Wakeups("postgresql+psycopg://mailbot@127.0.0.1:9/postgres")
    nowhere.call(1)
    nowhere.listen(lambda: pytest.fail("woken by nobody"), Event())
    assert [record.message for record in caplog.records] == ["workers were not woken", "no wake-ups come in"]
