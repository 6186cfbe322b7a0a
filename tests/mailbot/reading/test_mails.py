"""A mail is taken apart in a child: the same facts as in this process, and what it breaks is the child alone."""

import hashlib
import io
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.archive import Archive
from ledger.errors import Damaged
from mailbot.isolation.child import Death, IsolationFailed, Nursery
from mailbot.reading.mails import MAIL_PRELOAD, MailReader, Unparsed
from parsers.mail.read import read_message
from tests.builders_service import a_mail
from tests.soak.hostile import hostile_mails, many_parts, nested

CORPUS = sorted((Path(__file__).parents[2] / "corpus" / "mail").glob("*.eml"))
DOUBLES = "mail_doubles"


@pytest.fixture(scope="module")
def nursery():
    sys.path.insert(0, str(Path(__file__).parents[1]))  # the children's stand-ins
    try:
        with Nursery(MAIL_PRELOAD) as running:
            yield running
    finally:
        sys.path.pop(0)


@contextmanager
def opened(folder, raw):
    (folder / "mail.eml").write_bytes(raw)
    with (folder / "mail.eml").open("rb") as mail:
        yield mail


def read(nursery, folder, raw, **more):
    with opened(folder, raw) as mail:
        return MailReader(nursery, **more).read(mail)


@pytest.mark.parametrize("file", CORPUS, ids=lambda file: file.stem)
def test_the_child_says_what_the_parser_says(nursery, tmp_path, file):
    assert read(nursery, tmp_path, file.read_bytes()) == read_message(file.read_bytes())


@pytest.mark.parametrize("number", range(0, len(hostile_mails()), 3))
def test_of_hostile_mails_too(nursery, tmp_path, number):
    raw = hostile_mails()[number]
    assert read(nursery, tmp_path, raw) == read_message(raw)


@pytest.mark.parametrize("raw", [nested(20_000), many_parts(100_000)], ids=["nested", "many parts"])
def test_the_scan_ends_what_has_no_end_and_no_child_dies_of_it(nursery, tmp_path, raw):
    assert read(nursery, tmp_path, raw).message.too_complex


def test_the_attached_files_come_beside_and_not_within_the_answer(nursery, tmp_path):
    raw = a_mail(files=("承诺保证书.pdf",), content="x" * 2_000_000)
    parsed = read(nursery, tmp_path, raw)
    (attachment,) = parsed.message.attachments
    assert len(parsed.contents[attachment.sha256]) == attachment.size > 2_000_000


class TestTheArchive:
    def test_a_mail_is_read_from_where_it_lies(self, nursery, tmp_path):
        archive, raw = Archive(tmp_path / "archive"), a_mail()
        assert MailReader(nursery).archived(archive, archive.store([raw]).sha256) == read_message(raw)

    def test_a_damaged_one_is_not_believed(self, nursery, tmp_path):
        archive = Archive(tmp_path / "archive")
        sha256 = archive.store([a_mail()]).sha256
        (tmp_path / "archive" / sha256[:2] / f"{sha256}.eml").write_bytes(b"other bytes")
        with pytest.raises(Damaged):
            MailReader(nursery).archived(archive, sha256)

    def test_what_an_object_store_gives_has_no_number_and_is_read_all_the_same(self, nursery):
        class Store:
            def open(self, sha256):
                return io.BytesIO(raw)

        raw = a_mail()
        parsed = MailReader(nursery).archived(Store(), hashlib.sha256(raw).hexdigest())
        assert parsed == read_message(raw)


@pytest.mark.parametrize(
    ("task", "death"),
    [
        ("abort", Death.CRASHED),
        ("spin", Death.TIMEOUT),
        ("grow", Death.CRASHED),
        ("talk_of_other_bytes", Death.CRASHED),
        ("keep_a_file_back", Death.CRASHED),
        ("talk_nonsense", Death.CRASHED),
        ("send_a_number_for_a_text", Death.CRASHED),
    ],
)
def test_a_child_that_dies_hangs_or_lies_is_told_as_such(nursery, tmp_path, task, death):
    with pytest.raises(Unparsed) as told:
        read(nursery, tmp_path, a_mail(), task=f"{DOUBLES}:{task}", seconds=2.0)
    assert told.value.died.death is death
    assert read(nursery, tmp_path, a_mail()).message.author  # the next one is read


def test_the_child_can_open_no_connection_and_no_file_of_the_office(nursery, tmp_path):
    (tmp_path / "secret").write_text("x")
    parsed = read(nursery, tmp_path, str(tmp_path / "secret").encode(), task=f"{DOUBLES}:break_out")
    assert set(parsed.message.text.split()) >= {"socket", "fork", "run"}
    landlocked = "landlock" in parsed.message.subject.split()
    assert ("read" in parsed.message.text.split()) == landlocked


def test_a_stop_ends_the_child_at_once_and_blames_no_mail(nursery, tmp_path):
    reader = MailReader(nursery, task=f"{DOUBLES}:spin")
    threading.Timer(0.5, reader.close).start()
    began = time.monotonic()
    with opened(tmp_path, a_mail()) as mail, pytest.raises(IsolationFailed):
        reader.read(mail)
    assert time.monotonic() - began < 10
