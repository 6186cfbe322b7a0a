"""The history cannot be altered unseen, and the database takes many writers."""

import multiprocessing
import queue
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.audit import Head
from ledger.backup import check_backup
from ledger.entries import CaseState
from ledger.errors import LedgerError, Stale, WrongSchema
from ledger.ledger import Ledger
from tests.ledger.builders import LEASE, MAILBOX, NOW, a_case, a_letter, an_arrival, later, some_facts

GUARDS = {
    "sqlite": ["DROP TRIGGER event_not_changed", "DROP TRIGGER event_not_deleted"],
    "postgresql": ["ALTER TABLE event DISABLE TRIGGER ALL"],
}


def run(ledger, *statements):
    with ledger.engine.begin() as connection:
        for statement in statements:
            connection.execute(sqlalchemy.text(statement))


def with_events(ledger, count=5):
    for number in range(count):
        ledger.record_event("noted", now=NOW, number=number, text="城")
    return ledger.head()


@pytest.mark.parametrize("statement", ["UPDATE event SET actor='x' WHERE seq=1", "DELETE FROM event WHERE seq=1"])
def test_events_refuse_to_be_changed(ledger, statement):
    with_events(ledger)
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="never"):
        run(ledger, statement)
    assert ledger.verify() == ()


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        pytest.param(["UPDATE event SET detail='{}' WHERE seq=3"], "changed", id="change"),
        pytest.param(["DELETE FROM event WHERE seq=3"], "gap", id="deletion"),
        pytest.param(
            [
                "UPDATE event SET seq=99 WHERE seq=2",
                "UPDATE event SET seq=2 WHERE seq=3",
                "UPDATE event SET seq=3 WHERE seq=99",
            ],
            "relinked", id="reordering",
        ),
        pytest.param(
            [("INSERT INTO event (seq, at, actor, action, detail, prev_hash, hash) "
             "SELECT 6, at, actor, 'forged', detail, hash, 'f00' FROM event WHERE seq=5")],
            "changed", id="insertion",
        ),
        pytest.param(["DELETE FROM event WHERE seq=5"], "cut", id="cut tail"),
    ],
)  # fmt: skip
def test_tampering_is_found(ledger, statements, what):
    head = with_events(ledger)
    assert ledger.verify(head) == ()
    run(ledger, *GUARDS[ledger.engine.dialect.name], *statements)
    assert what in {fault.what for fault in ledger.verify(head)}


def test_a_chain_computed_anew_disagrees_with_the_head_that_was_mailed(ledger):
    with_events(ledger)
    assert {fault.what for fault in ledger.verify(Head(5, "0" * 64))} == {"rewritten"}


def test_the_chain_holds_on_after_the_mailed_head(ledger):
    head = with_events(ledger)
    with_events(ledger)
    assert ledger.verify(head) == ()


def test_four_writers_at_once_never_fail(url):
    errors = []

    def write(worker):
        with Ledger.open(url) as own:
            try:
                for number in range(25):
                    own.record_mails([an_arrival(worker * 1000 + number)], NOW)
            except Exception as error:  # noqa: BLE001 - a thread's error is told by the test
                errors.append(error)

    Ledger.open(url).close()
    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with Ledger.open(url) as ledger:
        assert len(ledger.known_uids(MAILBOX, "INBOX", 7)) == 100
        assert ledger.verify() == ()


def opened_and_closed(url, together, errors):
    try:
        together.wait(30)
        Ledger.open(url).close()
    except Exception as error:  # noqa: BLE001 - told by the test
        errors.put(repr(error))


@pytest.mark.parametrize("kind", ["threads", "processes"])
def test_a_ledger_opened_by_several_at_once_is_created_once(url, kind):
    """As when daemon and workers start together on a fresh data folder."""
    fork = multiprocessing.get_context("fork")
    make, together, errors = {
        "threads": (threading.Thread, threading.Barrier(4), queue.SimpleQueue()),
        "processes": (fork.Process, fork.Barrier(4), fork.SimpleQueue()),
    }[kind]
    several = [make(target=opened_and_closed, args=(url, together, errors)) for _ in range(4)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert errors.empty(), errors.get()
    with Ledger.open(url) as ledger:
        assert ledger.verify() == ()


def test_who_meets_another_at_the_switch_to_wal_waits_for_him(tmp_path):
    """SQLite's busy_timeout does not reach there: the second one failed at once."""
    url, path = f"sqlite:///{tmp_path}/ledger.db", tmp_path / "ledger.db"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")  # as in the middle of a switch
    leaves = threading.Event()

    def leave():
        leaves.set()
        other.rollback()

    leaving = threading.Timer(0.5, leave)
    leaving.start()
    with Ledger.open(url) as ledger:
        assert leaves.is_set()
        assert ledger.verify() == ()
    leaving.join()
    other.close()


def test_a_disk_without_links_takes_a_ledger_too(tmp_path, monkeypatch):
    def refused(*_):
        raise PermissionError

    monkeypatch.setattr("os.link", refused)
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        ledger.record_mails([an_arrival(1)], NOW)
    assert stat.S_IMODE((tmp_path / "ledger.db").stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".ledger.db-*"))


def test_a_second_door_to_the_ledger_in_one_process_costs_the_first_no_lock(tmp_path):
    """Whoever opens and closes the file itself drops SQLite's locks: another program's end then deleted the -wal in
    use, and what was written next was lost."""
    url = f"sqlite:///{tmp_path}/ledger.db"
    elsewhere = f"from ledger.ledger import Ledger; Ledger.open({url!r}).close()"
    with Ledger.open(url) as ledger:
        ledger.record_mails([an_arrival(1)], NOW)
        Ledger.open(url)  # and stays open, as an engine does that nobody disposes of
        subprocess.run([sys.executable, "-c", elsewhere], check=True)
        assert (tmp_path / "ledger.db-wal").exists()
        ledger.record_mails([an_arrival(2)], NOW)
    with Ledger.open(url) as ledger:
        assert len(ledger.known_uids(MAILBOX, "INBOX", 7)) == 2


def test_the_migrations_make_the_tables_that_the_program_knows(ledger):
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from ledger.tables import METADATA

    with ledger.engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), METADATA)
    assert difference == []


def without_later_indexes(ledger):
    """Those of the fourth, fifth and sixth version."""
    for name in ("clock_day", "case_closed", "case_named", "clock_first"):
        run(ledger, f"DROP INDEX {name}")


def test_a_ledger_of_the_first_version_is_brought_up_with_what_it_holds(url):
    """Each later migration taken back by hand, as no downgrade is promised."""
    with Ledger.open(url) as ledger:
        number = a_case(ledger)
        without_later_indexes(ledger)
        run(ledger, "DROP INDEX case_handler")
        run(ledger, "ALTER TABLE registration DROP COLUMN handler_key")
        run(ledger, "ALTER TABLE mail DROP COLUMN deaths")
        run(ledger, "UPDATE alembic_version SET version_num='0001'")
    with Ledger.open(url) as ledger:
        case = ledger.case(number).case
        assert case.facts.handler_key is None
        assert case.facts.firm


def test_deaths_that_an_older_program_took_for_strikes_are_deaths_again(url):
    with Ledger.open(url) as ledger:
        ledger.record_mails([an_arrival(1), an_arrival(2)], NOW)
        ledger.quarantine(ledger.claim("w", 60, NOW), "broken")
        run(ledger, "UPDATE mail SET strikes=2")
        without_later_indexes(ledger)
        run(ledger, "ALTER TABLE mail DROP COLUMN deaths")
        run(ledger, "UPDATE alembic_version SET version_num='0002'")
    with Ledger.open(url) as ledger:
        with ledger.engine.connect() as connection:
            rows = connection.execute(sqlalchemy.text("SELECT state, strikes, deaths FROM mail ORDER BY id")).all()
        assert rows == [("quarantined", 2, 0), ("recorded", 0, 2)]
        assert ledger.claim("w", 60, NOW).deaths == 2


def test_a_newer_ledger_is_refused_with_the_remedy(url):
    with Ledger.open(url) as ledger:
        run(ledger, "UPDATE alembic_version SET version_num='9999'")
    with pytest.raises(WrongSchema, match="mailbot restore"):
        Ledger.open(url)


def test_a_foreign_database_is_left_alone(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE mail (x)")
    with pytest.raises(WrongSchema, match="not mailbot's"):
        Ledger.open(f"sqlite:///{path}")


def test_sqlite_is_private_and_survives_a_power_cut(tmp_path):
    path = tmp_path / "new" / "ledger.db"
    with Ledger.open(f"sqlite:///{path}") as ledger:
        with_events(ledger)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        with ledger.engine.connect() as connection:
            pragmas = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
            }
    assert set(modes.values()) == {0o600}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


def test_a_backup_is_whole_private_and_opens(tmp_path):
    copy = tmp_path / "copy.db"
    with Ledger.open(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        number = a_case(ledger, letters=[a_letter()])
        ledger.backup(copy)
        head = ledger.head()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    check_backup(copy)
    with Ledger.open(f"sqlite:///{copy}") as restored:
        assert restored.case(number).case.facts == some_facts()
        assert restored.verify(head) == ()


def test_a_file_that_is_no_ledger_is_no_backup(tmp_path):
    junk = tmp_path / "junk.db"
    Path(junk).write_bytes(b"not a database" * 100)
    with pytest.raises(LedgerError):
        check_backup(junk)


def test_an_alarm_rings_once_until_it_is_cleared(ledger):
    assert [ledger.raise_alarm("disk", "low", NOW), ledger.raise_alarm("disk", "low", NOW)] == [True, False]
    assert [alarm.key for alarm in ledger.alarms()] == ["disk"]
    assert [ledger.clear_alarm("disk", NOW), ledger.clear_alarm("disk", NOW)] == [True, False]
    assert ledger.raise_alarm("disk", "low", NOW)


def test_a_mailbox_tells_how_it_fares(ledger):
    assert ledger.note_poll_failed(MAILBOX, "535", login_refused=True, now=NOW) == 1
    assert ledger.note_poll_failed(MAILBOX, "535", login_refused=True, now=later(hours=1)) == 2
    assert ledger.mailbox(MAILBOX).failing_since == NOW
    ledger.note_poll(MAILBOX, capabilities=["IDLE"], now=later(hours=2))
    entry = ledger.mailbox(MAILBOX)
    assert (entry.capabilities, entry.last_error, entry.logins_refused, entry.failing_since) == (("IDLE",), "", 0, None)


def test_small_values_are_remembered(ledger):
    ledger.remember("head", {"seq": 1})
    ledger.remember("head", {"seq": 2})
    assert ledger.recall("head") == {"seq": 2}
    assert ledger.recall("none") is None


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["claim", "file", "aside", "die", "stop"])), max_size=25))
def test_whatever_dies_when_each_mail_ends_once(tmp_path_factory, acts):
    """Three workers claim, finish, stop or die in any order; after a last quiet pass every mail has one end
    and one letter."""
    path = tmp_path_factory.mktemp("law") / "ledger.db"
    moment, held = 0, {}
    with Ledger.open(f"sqlite:///{path}") as ledger:
        ledger.record_mails([an_arrival(uid) for uid in range(4)], NOW)

        def finish(claim, at):
            number = ledger.assign_number(claim.mail.id, "ZJZD", 2026)
            try:
                ledger.file_case(
                    claim, some_facts(), number=number, state=CaseState.COMPLETE, letters=[a_letter()], now=at
                )
            except Stale:
                assert ledger.mail(claim.mail.id).attempts > claim.mail.attempts or not held

        for worker, act in acts:
            moment += 40
            at = later(seconds=moment)
            if act == "claim" and (claim := ledger.claim(str(worker), LEASE, at)):
                held[worker] = claim
            elif act == "file" and worker in held:
                finish(held.pop(worker), at)
            elif act == "aside" and worker in held:
                try:
                    ledger.set_aside(held.pop(worker), "newsletter", now=at)
                except Stale:
                    continue
            elif act == "stop" and worker in held:
                try:
                    ledger.release(held.pop(worker), at, "stop")
                except Stale:
                    continue
            elif act == "die":
                held.pop(worker, None)
        last = later(days=1)
        while claim := ledger.claim("last", LEASE, last):
            finish(claim, last)
        counts = ledger.mail_counts()
        filed = counts.get("filed", 0)
        assert filed + counts.get("set_aside", 0) + counts.get("quarantined", 0) == 4
        assert ledger.count_cases() == len(ledger.letters()) == filed
        assert ledger.verify() == ()
