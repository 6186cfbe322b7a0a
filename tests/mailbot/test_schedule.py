"""The legs look when they should, wake each other, spare each other and stop in time."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import pytest

from mailbot.schedule import Leg, Schedule

OFTEN, RARELY = 1.0, 3600.0


@pytest.fixture
def schedule():
    made = Schedule()
    yield made
    made.stop(5)


class Counting:
    """A leg's work that counts its looks."""

    def __init__(self, found=0, error=None):
        self.looks, self.found, self.error = 0, found, error
        self.looked = Event()

    def __call__(self, stop):
        self.looks += 1
        self.looked.set()
        if self.error:
            raise self.error
        return self.found


def soon(condition, seconds=5.0):
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True


def test_every_leg_looks_at_once_and_then_again(schedule):
    often, rarely = Counting(), Counting()
    schedule.add([Leg("often", OFTEN, often), Leg("rarely", RARELY, rarely)])
    schedule.start()
    assert soon(lambda: often.looks >= 2)
    assert rarely.looks == 1


def test_a_leg_that_found_something_wakes_the_next_and_one_that_found_nothing_does_not(schedule):
    first, woken, left_alone = Counting(found=3), Counting(), Counting()
    schedule.add(
        [
            Leg("woken", RARELY, woken),
            Leg("left", RARELY, left_alone),
            Leg("idle", OFTEN, Counting(found=0), wakes=("left",)),
            Leg("first", OFTEN, first, wakes=("woken", "no such leg")),
        ]
    )
    schedule.start()
    assert soon(lambda: first.looks >= 2 and woken.looks >= 2)
    assert left_alone.looks == 1


def test_a_leg_can_be_woken_from_outside(schedule):
    leg = Counting()
    schedule.add([Leg("intake", RARELY, leg)])
    schedule.start()
    assert soon(lambda: leg.looks == 1)
    schedule.wake("intake")
    assert soon(lambda: leg.looks == 2)


def test_a_failing_leg_stops_nobody_and_is_tried_again(schedule, caplog):
    failing, healthy = Counting(error=RuntimeError("a bug")), Counting()
    schedule.add([Leg("failing", OFTEN, failing), Leg("healthy", OFTEN, healthy)])
    schedule.start()
    assert soon(lambda: failing.looks >= 2 and healthy.looks >= 2)
    assert "leg failed" in caplog.text


def test_a_leg_never_looks_twice_at_a_time(schedule):
    at_once, most = [], []

    def slow(stop):
        at_once.append(1)
        most.append(len(at_once))
        time.sleep(0.3)
        at_once.pop()
        return 0

    schedule.add([Leg("slow", OFTEN, slow)])
    schedule.start()
    for _ in range(10):
        schedule.wake("slow")
        time.sleep(0.05)
    assert max(most) == 1


def test_stopping_waits_for_the_piece_of_work_but_not_for_ever():
    schedule, begun, go_on, seen = Schedule(), Event(), Event(), []

    def work(stop):
        begun.set()
        seen.append(stop.wait(5))
        go_on.wait(5)
        return 0

    schedule.add([Leg("casework", RARELY, work)])
    schedule.start()
    assert begun.wait(5)
    assert schedule.stop(0.2) is False  # still at its piece of work
    assert soon(lambda: seen == [True])
    go_on.set()
    assert schedule.stop(5) is True


DAEMON = """
import logging, sys
from threading import Event
from mailbot.schedule import Leg, Schedule
schedule = Schedule()
stop = Event()
def wait(_):
    print("looking", flush=True)
    stop.wait(60)
    return 0
schedule.add([Leg("waits", 3600, wait)])
sys.exit(0 if schedule.run_until_told(on_stop=stop.set) else 3)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_daemon_cleanly_though_a_leg_waits(number):
    process = subprocess.Popen(
        [sys.executable, "-c", DAEMON], stdout=subprocess.PIPE, cwd=Path(__file__).parents[2], env={**os.environ}
    )
    assert process.stdout.readline() == b"looking\n"
    asked = time.monotonic()
    process.send_signal(number)
    assert process.wait(15) == 0
    assert time.monotonic() - asked < 5


#: Ends a schedule again and again, each time by a signal one line later of what the main thread runs when it waits.
SIGNAL_AT_EVERY_LINE = """
import logging, signal, sys
from mailbot.schedule import Schedule

class At:
    def __init__(self, line):
        self.left, self.armed = line, False
    def __call__(self, frame, event, _):
        if frame.f_code.co_name == "<lambda>":  # the handler: it is told, whatever follows
            self.armed = False
        if event == "line" and self.armed:
            self.left -= 1
            if self.left == 0:
                signal.raise_signal(signal.SIGTERM)
        return self
    def filter(self, record):
        self.armed = record.getMessage() == "daemon started"
        return True

log = logging.getLogger("mailbot.schedule")
log.setLevel(logging.INFO)
signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGTERM))  # when no line was left to come at
line, left = 0, 0
while left <= 0:
    line += 1
    at = At(line)
    log.filters = [at]
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    sys.settrace(at)
    ended = Schedule().run_until_told()
    sys.settrace(None)
    left = at.left
    print(line, ended, flush=True)
"""


#: The same from outside, while other threads keep the interpreter's lock busy: between two lines, and while the thread
#: falls asleep.
SIGNAL_AT_ANY_TIME = """
import logging, os, random, signal, threading, time
from mailbot.schedule import Schedule

def spin():
    while True:
        sum(range(2000))

class Teller(logging.Handler):
    def emit(self, record):
        if record.getMessage() == "daemon started" and os.fork() == 0:
            time.sleep(chance.random() * 0.02)
            os.kill(os.getppid(), signal.SIGTERM)
            os._exit(0)

chance = random.Random(7)
log = logging.getLogger("mailbot.schedule")
log.setLevel(logging.INFO)
log.addHandler(Teller())
for _ in range(4):
    threading.Thread(target=spin, daemon=True).start()
for line in range(1, 61):
    print(line, Schedule().run_until_told(), flush=True)
    os.wait()
"""


@pytest.mark.parametrize("program", [SIGNAL_AT_EVERY_LINE, SIGNAL_AT_ANY_TIME], ids=["every line", "any time"])
def test_a_signal_ends_the_daemon_at_whatever_moment_it_comes(program):
    """Also while the main thread is just about to fall asleep, or holds the lock of what it waits for."""
    process = subprocess.run(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        timeout=120,
        text=True,
        check=True,
    )
    told = process.stdout.splitlines()
    assert len(told) > 5
    assert told == [f"{line} True" for line in range(1, len(told) + 1)]
