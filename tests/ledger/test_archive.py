"""Raw mails are whole and on disk, or not there."""

import errno
import hashlib
import os
import stat

import pytest

from ledger.archive import Archive
from ledger.errors import ArchiveError, ArchiveFull, NotArchived

MAIL = b"Subject: x\r\n\r\nbody"
HASH = hashlib.sha256(MAIL).hexdigest()


@pytest.fixture
def archive(tmp_path):
    return Archive(tmp_path / "archive")


def left_over(archive):
    return list((archive.shelf.folder / "incoming").iterdir())


def test_a_mail_lies_under_its_hash(archive):
    stored = archive.store([MAIL[:5], MAIL[5:]])
    assert (stored.sha256, stored.size) == (HASH, len(MAIL))
    assert (archive.shelf.folder / HASH[:2] / f"{HASH}.eml").read_bytes() == MAIL
    assert archive.read(HASH) == MAIL
    assert archive.exists(HASH)
    assert left_over(archive) == []


def test_the_same_bytes_are_the_same_file(archive):
    archive.store([MAIL])
    archive.store([MAIL])
    assert list(archive.hashes()) == [HASH]


def test_a_batch_keeps_the_order_of_its_mails(archive):
    bodies = [f"mail {n}".encode() for n in range(50)]
    stored = archive.store_many([[body] for body in bodies])
    assert [archive.read(one.sha256) for one in stored] == bodies


def test_only_the_owner_may_read_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        archive = Archive(tmp_path / "archive")
        archive.store([MAIL])
    finally:
        os.umask(before)
    path = archive.shelf.path(HASH)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (archive.shelf.folder, path.parent)} == {0o700}


def test_a_full_disk_is_named_and_leaves_nothing(archive, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ArchiveFull):
        archive.store([MAIL])
    assert left_over(archive) == []
    assert not archive.exists(HASH)


def test_a_connection_that_breaks_is_not_the_archives_fault(archive):
    def chunks():
        yield MAIL[:4]
        raise TimeoutError("server silent")

    with pytest.raises(TimeoutError):
        archive.store_many([[b"whole"], chunks()])
    assert left_over(archive) == []
    assert list(archive.hashes()) == []


def test_a_changed_file_is_found_and_mended_by_the_same_mail(archive):
    archive.store([MAIL])
    archive.shelf.path(HASH).write_bytes(b"tampered")
    assert list(archive.verify()) == [HASH]
    archive.store([MAIL])
    assert list(archive.verify()) == []


def test_what_a_killed_process_left_is_swept_when_it_is_old(archive):
    young, old = (archive.shelf.folder / "incoming" / name for name in ("young.part", "old.part"))
    young.touch()
    old.touch()
    os.utime(old, (0, 0))
    assert archive.sweep_temp(older_than=3600) == 1
    assert left_over(archive) == [young]


@pytest.mark.parametrize("name", [pytest.param("../etc/passwd", id="a path"), pytest.param("0" * 64, id="unknown")])
def test_what_is_not_there_is_named(archive, name):
    with pytest.raises(NotArchived):
        archive.open(name)


def test_a_read_only_folder_is_an_error_of_the_archive(archive, monkeypatch):
    def read_only(*_):
        raise OSError(errno.EROFS, "Read-only file system", "x")

    monkeypatch.setattr(os, "fsync", read_only)
    with pytest.raises(ArchiveError):
        archive.store([MAIL])
