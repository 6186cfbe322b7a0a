"""What is wrong is told once, and once more when it is over; a monitoring system can ask."""

import socket
import urllib.error
import urllib.request
from datetime import timedelta
from threading import Event

import pytest

from mailbot.errors import ConfigurationError
from mailbot.watch.alarms import LedgerBell
from mailbot.watch.health import Bounds, Watchman
from mailbot.watch.heartbeat import notify, seconds_between
from mailbot.watch.monitor import metrics, monitored
from tests.builders_service import TRACK_BOX, Office, a_mail


@pytest.fixture
def office(tmp_path):
    with Office(tmp_path) as running:
        yield running


def a_watchman(office, **bounds) -> Watchman:
    limits = Bounds(**{"free_bytes": 0, "waiting": timedelta(minutes=30), "silent": timedelta(minutes=15)} | bounds)
    return Watchman(
        ledger=office.ledger,
        archive=office.archive,
        mailboxes=[TRACK_BOX],
        bounds=limits,
        bell=LedgerBell(office.ledger),
        now=lambda: office.time,
    )


def standing(office) -> list[str]:
    return [alarm.key.partition(":")[0] for alarm in office.ledger.alarms()]


def rung(office) -> list[tuple[str, str]]:
    """Every ring and every clearing in the history."""
    told = office.ledger.events_since(0)
    return [(one.action, one.detail["key"]) for one in told if one.action.startswith("alarm_")]


def test_a_mail_that_waits_too_long_is_told_once_and_its_end_once(office):
    watchman = a_watchman(office)
    office.receive(a_mail())
    for _ in range(3):
        office.later(minutes=20)
        office.ledger.note_poll(TRACK_BOX)
        watchman.work(None)
    assert standing(office) == ["mail_waiting"]
    office.casework().work(Event())
    watchman.work(None)
    watchman.work(None)
    assert rung(office) == [("alarm_raised", "mail_waiting:all"), ("alarm_cleared", "mail_waiting:all")]


def test_a_mailbox_that_nobody_looked_through_is_told_even_if_it_never_was(office):
    watchman = a_watchman(office)
    office.later(minutes=10)
    watchman.work(None)
    assert standing(office) == []
    office.later(minutes=10)
    watchman.work(None)
    assert standing(office) == ["not_polled"]
    office.ledger.note_poll(TRACK_BOX)
    watchman.work(None)
    assert standing(office) == []


def test_a_daemon_that_was_off_for_a_night_is_not_at_fault_at_once(office):
    office.ledger.note_poll(TRACK_BOX)
    office.later(hours=10)
    assert a_watchman(office).look().is_well


def test_a_disk_that_fills_is_told_before_fetching_pauses(office):
    free = office.archive.free_bytes()
    watchman = a_watchman(office, free_bytes=free * 2 // 3)
    watchman.work(None)
    assert standing(office) == ["disk_low"]
    assert watchman.look().is_well
    assert not a_watchman(office, free_bytes=free * 2).look().is_well


def page(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def test_healthz_says_ok_or_why_not(office):
    watchman = a_watchman(office)
    with monitored(0, watchman.look) as port:
        assert page(port, "/healthz") == (200, "ok\n")
        office.later(hours=1)
        code, words = page(port, "/healthz")
        assert (code, TRACK_BOX in words) == (503, True)
        assert page(port, "/secrets")[0] == 404


def test_metrics_are_prometheus_text_without_personal_data(office):
    office.receive(a_mail())
    office.ledger.note_poll(TRACK_BOX)
    with monitored(0, a_watchman(office).look) as port:
        code, words = page(port, "/metrics")
    assert code == 200
    lines = [line for line in words.splitlines() if not line.startswith("#")]
    assert 'mailbot_mails{state="recorded"} 1' in lines
    assert f'mailbot_poll_age_seconds{{mailbox="{TRACK_BOX}"}} 0' in lines
    assert all(float(line.rpartition(" ")[2]) >= 0 for line in lines)
    assert "person.invalid" not in words


def test_label_values_are_escaped(office):
    health = a_watchman(office).look()
    strange = type(health)(**{**vars(health), "mails": {'a"b\\c\nd': 1}})
    assert r'mailbot_mails{state="a\"b\\c\nd"} 1' in metrics(strange)


def test_it_listens_on_the_loopback_address_alone_and_not_at_all_unless_told(office):
    look = a_watchman(office).look
    with monitored(None, look) as port:
        assert port is None
    with monitored(0, look) as port, pytest.raises(ConfigurationError, match=r"monitor\.port"), monitored(port, look):
        pass


def test_systemd_is_told_on_its_socket(tmp_path):
    assert not notify("READY=1", {})
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        assert notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "notify")})
        assert manager.recv(100) == b"READY=1"
    assert not notify("READY=1", {"NOTIFY_SOCKET": str(tmp_path / "gone")})
    assert seconds_between({"WATCHDOG_USEC": "60000000"}) == 20
    assert seconds_between({}) == 20


def test_a_further_worker_is_refused_on_sqlite(tmp_path):
    from mailbot.__main__ import main

    file = tmp_path / "config.toml"
    file.write_text(
        '[[mailbox]]\naddress = "a@b.cn"\nmatters = ["engineer_track_record"]\n'
        'imap_host = "127.0.0.1"\nsmtp_host = "127.0.0.1"\n'
    )
    assert main(["worker", "--config", str(file)]) == 2
