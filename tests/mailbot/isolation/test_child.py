"""Whatever a child does, only it comes to harm, and its parent knows soon."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from mailbot.isolation.channel import Channel, ChannelClosed, Frame
from mailbot.isolation.child import Death, Died, IsolationFailed, Nursery, standing_walls
from mailbot.isolation.walls import Walls, landlock_version, readable_places

HERE = str(Path(__file__).parents[1])
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def nursery():
    sys.path.insert(0, HERE)
    os.environ["MAILBOT_PASSWORD_1"] = "secret"
    with Nursery() as one:
        yield one
    del os.environ["MAILBOT_PASSWORD_1"]
    sys.path.remove(HERE)


WALLS = Walls()


def outcome(nursery: Nursery, task: str, *, walls: Walls = WALLS, seconds: float = 10, **facts) -> Frame | Died:
    with nursery.child(f"reader_doubles:{task}", walls=walls, facts=facts) as child:
        return child.hear(limit=1000, seconds=seconds)


def alive(pid: int) -> bool:
    """Whether the process runs; one that died and waits to be reaped does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def gone_soon(pid: int) -> bool:
    end = time.monotonic() + 5
    while alive(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not alive(pid)


@pytest.mark.parametrize(
    ("task", "death", "detail"),
    [
        pytest.param("abort", Death.CRASHED, "signal 6", id="aborted in native code"),
        pytest.param("leave", Death.CRASHED, "exit 3", id="left without an answer"),
        pytest.param("say_too_much", Death.CRASHED, "", id="answer longer than allowed"),
        pytest.param("hang", Death.TIMEOUT, "0.5 s", id="hung"),
        pytest.param("no_such_task", Death.CRASHED, "AttributeError in nursery.py", id="failed to start"),
        pytest.param("fail", Death.CRASHED, "ValueError in reader_doubles.py", id="failed, named without its words"),
    ],
)
def test_a_death_is_an_answer(nursery, task, death, detail) -> None:
    died = outcome(nursery, task, seconds=0.5 if death is Death.TIMEOUT else 10)
    assert isinstance(died, Died)
    assert died.death is death
    assert detail in died.detail


def test_cpu_time_is_limited(nursery) -> None:
    died = outcome(nursery, "spin", walls=Walls(cpu_seconds=1))
    assert isinstance(died, Died)
    assert died.detail in (f"signal {signal.SIGXCPU.value}", f"signal {signal.SIGKILL.value}")


def test_memory_is_limited(nursery) -> None:
    assert outcome(nursery, "grow") == Frame(b"refused")


def test_frames_go_both_ways(nursery) -> None:
    with nursery.child("reader_doubles:echo", walls=Walls()) as child:
        assert child.ask(b"abc" * 100_000, limit=1 << 20, seconds=10) == Frame(b"cba" * 100_000)


def test_a_child_sees_neither_passwords_nor_foreign_files(nursery) -> None:
    names = outcome(nursery, "tell_environment")
    assert isinstance(names, Frame)
    assert b"MAILBOT_PASSWORD_1" not in names.body
    with open(__file__) as _secret, nursery.child("reader_doubles:hang", walls=Walls()):
        files = outcome(nursery, "tell_files")
    assert isinstance(files, Frame)
    assert len(eval(files.body)) <= 5, "0, 1, 2, its channel, and the listing itself"


@pytest.mark.skipif(landlock_version() == 0, reason="this kernel has no Landlock")
def test_the_second_wall_refuses_what_a_break_in_wants(nursery, tmp_path) -> None:
    (tmp_path / "secret").write_text("x")
    told = outcome(nursery, "attempt", secret=str(tmp_path / "secret"), new=str(tmp_path / "new"), victim=os.getpid())
    assert told == Frame(b"socket read write fork run kill")


def test_doctor_can_name_the_walls(nursery) -> None:
    walls = standing_walls(nursery)
    assert not isinstance(walls, Died)
    assert walls[0] == "rlimits"
    assert ("landlock" in walls) is (landlock_version() > 0)


def test_closing_a_child_ends_it(nursery) -> None:
    child = nursery.child("reader_doubles:hang", walls=Walls())
    assert alive(child.pid)
    child.close()
    assert gone_soon(child.pid)


def test_children_are_born_from_many_threads(nursery) -> None:
    answers: list[Frame | Died] = []

    def live() -> None:
        with nursery.child("reader_doubles:echo", walls=Walls()) as child:
            answers.append(child.ask(b"ab", limit=10, seconds=10))

    threads = [threading.Thread(target=live) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [Frame(b"ba")] * 12


def test_a_dead_nursery_is_replaced() -> None:
    sys.path.insert(0, HERE)
    try:
        with Nursery() as one:
            first = one.pid
            assert first is not None
            orphan = one.child("reader_doubles:hang", walls=Walls())
            os.kill(first, signal.SIGKILL)
            assert gone_soon(orphan.pid), "children die with the process that bore them"
            with one.child("reader_doubles:echo", walls=Walls()) as child:
                assert child.ask(b"ab", limit=10, seconds=20) == Frame(b"ba")
            assert one.pid != first
    finally:
        sys.path.remove(HERE)


def test_a_closed_nursery_bears_no_more() -> None:
    one = Nursery()
    one.close()
    with pytest.raises(IsolationFailed):
        one.child("reader_doubles:echo", walls=Walls())


def test_nothing_outlives_a_killed_parent() -> None:
    program = textwrap.dedent(
        f"""
        import sys, time
        sys.path.insert(0, {HERE!r})
        from mailbot.isolation.child import Nursery
        from mailbot.isolation.walls import Walls
        nursery = Nursery()
        child = nursery.child("reader_doubles:hang", walls=Walls())
        print(nursery.pid, child.pid, flush=True)
        time.sleep(60)
        """
    )
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, cwd=Path(HERE).parent.parent)
    assert parent.stdout is not None
    born = [int(number) for number in parent.stdout.readline().split()]
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert len(born) == 2
    assert all(gone_soon(pid) for pid in born)


def test_a_channel_refuses_longer_frames_than_allowed() -> None:
    import socket

    near, far = socket.socketpair()
    Channel(near).send(b"12345")
    with pytest.raises(ChannelClosed):
        Channel(far).receive(4)
    near.close()
    far.close()


def test_a_child_may_load_the_program_and_see_nothing_that_lies_beside_it() -> None:
    places = set(readable_places())
    assert {ROOT / "mailbot", ROOT / "parsers"} <= places
    assert ROOT not in places
