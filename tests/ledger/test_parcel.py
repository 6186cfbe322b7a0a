"""A backup taken while writers work comes back whole, proves itself, and lies about nothing."""

import shutil
import stat
import threading
import zipfile
from pathlib import Path

import pytest
import sqlalchemy

from ledger.archive import Archive
from ledger.backup import PASSING
from ledger.entries import LetterState, MailState
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.parcel import drill, read_manifest, write_backup
from ledger.restoring import restore
from tests.ledger.builders import LEASE, NOW, a_case, a_letter, an_arrival, later


class Office:
    """A ledger, its archive and its secret."""

    def __init__(self, url, folder):
        self.url, self.folder = url, folder
        self.archive = Archive(folder / "data" / "archive")
        self.secret = folder / "data" / "instance.secret"
        self.secret.write_text("s" * 64)
        self.ledger = Ledger.open(url)
        self.file = folder / "backup.zip"

    def mail(self, uid, **more):
        body = f"mail {uid}"
        self.archive.store([body.encode()])
        return a_case(self.ledger, uid, body=body, **more)

    def back_up(self):
        return write_backup(self.ledger, self.archive, self.secret, self.file, NOW)

    def restored(self, **more):
        self.ledger.close()
        done = restore(self.file, url=self.url, archive=self.archive, secret=self.secret, now=later(days=1), **more)
        self.ledger = Ledger.open(self.url)
        return done


@pytest.fixture
def office(url, tmp_path):
    if not url.startswith("sqlite") and shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed")
    built = Office(url, tmp_path)
    yield built
    built.ledger.close()


@pytest.fixture
def on_sqlite(tmp_path):
    built = Office(f"sqlite:///{tmp_path}/data/ledger.db", tmp_path)
    yield built
    built.ledger.close()


def test_a_backup_comes_back_as_it_was(office):
    numbers = [office.mail(uid) for uid in range(3)]
    manifest = office.back_up()
    before = {number: office.ledger.case(number) for number in numbers}
    head = office.ledger.head()
    done = office.restored(force=True)
    assert (done.faults, bool(done.moved), manifest.head) == ((), True, head)
    assert {number: office.ledger.case(number) for number in numbers} == before
    assert office.ledger.verify(head) == ()
    assert stat.S_IMODE(office.file.stat().st_mode) == 0o600


def test_what_nobody_misses_is_in_no_copy_and_in_no_restores_way(office):
    """The tables of wake-ups, which another version would not know."""
    if office.ledger.engine.dialect.name == "sqlite":
        pytest.skip("there is one schema only")
    with office.ledger.engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {PASSING}; CREATE TABLE {PASSING}.task AS SELECT 1 AS one")
    number = office.mail(1)
    office.back_up()
    assert office.restored(force=True).faults == ()
    assert office.ledger.case(number)


def test_the_drill_holds_on_a_living_ledger(office):
    office.mail(1)
    office.back_up()
    office.mail(2)
    assert drill(office.file, office.ledger, office.archive) == ()


def test_a_ledger_that_lies_there_is_not_overwritten(office):
    office.mail(1)
    office.back_up()
    number = office.mail(2)
    with pytest.raises(LedgerError, match="--force"):
        office.restored()
    office.ledger = Ledger.open(office.url)
    assert office.ledger.case(number)


def test_what_lay_there_is_kept_beside(on_sqlite):
    on_sqlite.back_up()
    later_number = on_sqlite.mail(2)
    (kept, *_) = on_sqlite.restored(force=True).moved
    with Ledger.open(f"sqlite:///{kept}") as old:
        assert old.case(later_number)


def test_a_lost_disk_comes_back_with_its_secret(on_sqlite):
    number = on_sqlite.mail(1)
    on_sqlite.back_up()
    on_sqlite.ledger.close()
    for file in on_sqlite.secret.parent.glob("ledger.db*"):
        file.unlink()
    on_sqlite.secret.unlink()
    on_sqlite.restored()
    assert on_sqlite.secret.read_text() == "s" * 64
    assert stat.S_IMODE(on_sqlite.secret.stat().st_mode) == 0o600
    assert on_sqlite.ledger.case(number)


def test_letters_that_may_have_left_since_are_not_sent_blindly(on_sqlite):
    on_sqlite.mail(1, letters=[a_letter("complete")])
    on_sqlite.back_up()
    done = on_sqlite.restored(force=True)
    assert done.letters_in_doubt == 1
    assert on_sqlite.ledger.claim_letter("w", 60, later(days=2)) is None
    assert [one.letter.state for one in on_sqlite.ledger.stale_sending(later(days=2))] == [LetterState.SENDING]


def test_mails_that_were_answered_since_are_shelved(on_sqlite):
    on_sqlite.ledger.record_mails([an_arrival(1, message_id="<one@x>"), an_arrival(2, message_id="<two@x>")], NOW)
    assert on_sqlite.ledger.shelve_answered({"<one@x>"}, NOW) == 1
    assert on_sqlite.ledger.mail(1).state is MailState.BACKLOG
    assert on_sqlite.ledger.claim("w", LEASE, NOW).mail.id == 2


def test_a_writer_goes_on_while_the_backup_is_taken(on_sqlite):
    stop, errors = threading.Event(), []

    def write():
        uid = 100
        with Ledger.open(on_sqlite.url) as own:
            while not stop.is_set():
                try:
                    own.record_mails([an_arrival(uid)], NOW)
                except Exception as error:  # noqa: BLE001 - a thread's error is told by the test
                    errors.append(error)
                uid += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        manifests = [on_sqlite.back_up() for _ in range(3)]
    finally:
        stop.set()
        writer.join()
    assert errors == []
    assert drill(on_sqlite.file, on_sqlite.ledger, on_sqlite.archive) == ()
    assert manifests[-1].head.seq <= on_sqlite.ledger.head().seq


def first_mail(office):
    return office.archive.shelf.path(next(office.archive.hashes()))


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        pytest.param(lambda office: first_mail(office).unlink(), "missing", id="a mail is gone"),
        pytest.param(lambda office: first_mail(office).write_bytes(b"x"), "changed", id="a mail was changed"),
    ],
)
def test_an_archive_that_does_not_hold_stops_the_restore(on_sqlite, harm, told):
    on_sqlite.mail(1)
    on_sqlite.back_up()
    harm(on_sqlite)
    assert told in drill(on_sqlite.file, on_sqlite.ledger, on_sqlite.archive)[0]
    with pytest.raises(LedgerError, match=told):
        on_sqlite.restored()
    assert told in on_sqlite.restored(force=True).faults[0]


def rewritten(file, change):
    """The same ZIP with members changed by a forger who leaves the manifest alone."""
    other = file.with_name("forged.zip")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            data = change(name, source.read(name))
            if data is not None:
                target.writestr(name, data)
    other.replace(file)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param(lambda name, data: data + b"x" if name == "ledger" else data, "changed", id="changed"),
        pytest.param(lambda name, data: None if name == "ledger" else data, "missing", id="left out"),
    ],
)
def test_a_forged_backup_is_refused(on_sqlite, change, told):
    on_sqlite.mail(1)
    on_sqlite.back_up()
    rewritten(on_sqlite.file, change)
    with pytest.raises(LedgerError, match=told):
        on_sqlite.restored(force=True)


def test_a_rewritten_history_is_found_by_an_older_backup(on_sqlite):
    on_sqlite.mail(1)
    on_sqlite.back_up()
    with on_sqlite.ledger.engine.begin() as connection:
        for statement in ("DROP TRIGGER event_not_changed", "UPDATE event SET actor='x' WHERE seq=1"):
            connection.execute(sqlalchemy.text(statement))
    assert "event 1 changed" in drill(on_sqlite.file, on_sqlite.ledger, on_sqlite.archive)[0]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04junk", b"text"], ids=["empty", "a broken ZIP", "text"])
def test_a_file_that_is_no_backup_is_named(tmp_path, data):
    Path(tmp_path / "f").write_bytes(data)
    with pytest.raises(LedgerError, match="no backup"):
        read_manifest(tmp_path / "f")
