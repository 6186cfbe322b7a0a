"""Raw mails in an object store are as whole and as true as in a folder."""

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from ledger.archive import Archive
from ledger.errors import ArchiveError, Damaged, NotArchived
from ledger.shelf_store import StoreShelf
from tests.servers.object_store import private_store

MAIL = b"Subject: x\r\n\r\nbody"
HASH = hashlib.sha256(MAIL).hexdigest()
_buckets = count(1)


@pytest.fixture(scope="module")
def store():
    with private_store() as running:
        yield running


@pytest.fixture(params=["memory", "file", "s3"])
def place(request, tmp_path):
    """Where an archive may lie; its last part is a folder in it."""
    if request.param == "s3":
        return request.getfixturevalue("store").new_bucket() + "/mails"
    return {"memory": f"memory://office-{next(_buckets)}/mails", "file": f"file://{tmp_path}/mails"}[request.param]


def archive_at(place, tmp_path):
    return Archive(StoreShelf(place, local=tmp_path / "data"))


@pytest.fixture
def archive(place, tmp_path, request):
    if place.startswith("file:"):  # a store has no folders to be made first
        (tmp_path / "mails" / HASH[:2]).mkdir(parents=True)
    return archive_at(place, tmp_path)


def tamper(archive, sha256):
    archive.shelf._store.pipe({archive.shelf._path(sha256): b"tampered"})


def test_a_mail_lies_under_its_hash(archive):
    stored = archive.store([MAIL[:5], MAIL[5:]])
    assert (stored.sha256, stored.size) == (HASH, len(MAIL))
    assert archive.read(HASH) == MAIL
    assert archive.exists(HASH)
    assert list(archive.hashes()) == [HASH]


def test_another_machine_sees_at_once_what_this_one_stores_and_removes(archive, place, tmp_path):
    other = archive_at(place, tmp_path)
    assert not other.exists(HASH)
    archive.store([MAIL])
    assert other.read(HASH) == MAIL
    assert other.remove(HASH)
    assert not archive.exists(HASH)
    assert not archive.remove(HASH)


def test_the_same_bytes_are_not_sent_again(archive, monkeypatch):
    archive.store([MAIL])
    monkeypatch.setattr(archive.shelf._store, "pipe", lambda *_, **__: pytest.fail("sent again"))
    assert archive.store([MAIL]).sha256 == HASH


def test_changed_bytes_are_found_told_and_mended_by_the_same_mail(archive):
    archive.store([MAIL])
    tamper(archive, HASH)
    assert list(archive.verify()) == [HASH]
    with pytest.raises(Damaged):
        archive.read(HASH)
    archive.store([MAIL])
    assert archive.read(HASH) == MAIL


def test_since_when_a_mail_lies_there_is_known(archive):
    archive.store([MAIL])
    lying = archive.look(HASH)
    assert lying.size == len(MAIL)
    assert abs(datetime.now(UTC) - lying.since) < timedelta(minutes=5)


@pytest.mark.parametrize("name", [pytest.param("../etc/passwd", id="a path"), pytest.param("0" * 64, id="unknown")])
def test_what_is_not_there_is_named(archive, name):
    with pytest.raises(NotArchived):
        archive.read(name)


def test_a_batch_keeps_the_order_of_its_mails(store, tmp_path):
    archive = archive_at(store.new_bucket() + "/mails", tmp_path)
    bodies = [f"mail {n % 15}".encode() for n in range(20)]
    stored = archive.store_many([[body] for body in bodies])
    assert [archive.read(one.sha256) for one in stored] == bodies
    assert sorted(archive.hashes()) == sorted({one.sha256 for one in stored})


def test_a_connection_that_breaks_is_not_the_archives_fault(store, tmp_path):
    def chunks():
        yield MAIL[:4]
        raise TimeoutError("server silent")

    archive = archive_at(store.new_bucket() + "/mails", tmp_path)
    with pytest.raises(TimeoutError):
        archive.store_many([[b"whole"], chunks()])
    assert list(archive.hashes()) == []


def test_a_bucket_that_is_not_there_and_a_store_that_does_not_answer_are_errors_of_the_archive(store, tmp_path):
    with pytest.raises(ArchiveError, match="bucket") as told:
        archive_at("s3://no-such-bucket/mails", tmp_path).store([MAIL])
    assert not isinstance(told.value, NotArchived)
    silent = Archive(StoreShelf("s3://mails/x", local=tmp_path, endpoint="http://127.0.0.1:9"))
    for ask in (lambda: silent.store([MAIL]), lambda: silent.read(HASH)):
        with pytest.raises(ArchiveError) as told:
            ask()
        assert not isinstance(told.value, NotArchived)


def test_what_can_run_full_is_this_machines_disk(archive):
    assert archive.free_bytes() > 0
    assert archive.sweep_temp() == 0
