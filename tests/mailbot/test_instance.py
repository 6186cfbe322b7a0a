"""An installation keeps one secret of its own, whatever dies or runs beside it."""

import stat
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailbot.errors import ConfigurationError
from mailbot.instance import Instance, instance_in


def test_it_is_made_once_and_stays(tmp_path):
    first = instance_in(tmp_path / "data")
    assert instance_in(tmp_path / "data").key("engineer", "x") == first.key("engineer", "x")
    assert instance_in(tmp_path / "other").key("engineer", "x") != first.key("engineer", "x")


def test_only_its_owner_can_read_it(tmp_path):
    instance_in(tmp_path / "data")
    assert stat.S_IMODE((tmp_path / "data" / "instance.secret").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["instance.secret"]


def test_many_that_start_at_once_agree(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: instance_in(tmp_path).key("x"), range(64)))
    assert len(keys) == 1


def test_a_death_while_it_is_made_leaves_none_or_a_whole_one(tmp_path, monkeypatch):
    def dies(*_):
        raise OSError("no space left")

    monkeypatch.setattr("mailbot.instance.os.fsync", dies)
    with pytest.raises(OSError, match="no space"):
        instance_in(tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"abc\n", b"\xff" * 64], ids=["empty", "cut", "not text"])
def test_a_damaged_one_is_refused_not_replaced(tmp_path, content):
    file = tmp_path / "instance.secret"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="restore it from the backup"):
        instance_in(tmp_path)
    assert file.read_bytes() == content


def test_a_key_depends_on_each_part_and_where_it_ends():
    instance = Instance("a" * 64)
    keys = {instance.key(*parts) for parts in (("a", "b"), ("ab",), ("a", "c"), ("b", "a"), ("a", "b", ""))}
    assert len(keys) == 5
    assert all(len(key) == 64 for key in keys)


def test_a_guest_makes_no_secret_of_its_own(tmp_path):
    with pytest.raises(ConfigurationError, match=r"bring its instance\.secret here"):
        instance_in(tmp_path, make=False)
    assert list(tmp_path.iterdir()) == []
    made = instance_in(tmp_path)
    assert instance_in(tmp_path, make=False).key("x") == made.key("x")
