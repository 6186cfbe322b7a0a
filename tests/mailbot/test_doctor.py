"""doctor tells one line for each thing that the daemon needs: ok, warning or failed, with the remedy."""

import re
from datetime import date, timedelta
from threading import Event

import pytest
from sqlalchemy import text

from mailbot import doctor as home
from mailbot.cli import main
from mailbot.demo.servers import mail_servers
from mailbot.doctor import FAILED, OK, WARNING, Line
from mailbot.office.calendars import load_calendar
from tests.builders_service import FIRM, Office, a_mail
from tests.servers.object_store import private_store
from tests.servers.scripted_imap import ScriptedImap

BOXES = ("cqjtgjzx@vip.163.com", "cqjtzjzd@vip.163.com")
LINE = re.compile(r"(ok|warning|failed) +\S.*")


@pytest.fixture(scope="module")
def servers():
    with mail_servers(BOXES, "applicants@demo.invalid", "secret") as running:
        yield running


@pytest.fixture
def written(tmp_path, servers, monkeypatch):
    """A configuration for these servers, with what a test changes."""
    monkeypatch.setenv("MAILBOT_TEST", "secret")

    def write(*, imap=None, smtp=None, more="", box_more="", reviewers='["reviewer@example.invalid"]'):
        tables = "".join(
            f"""
[[mailbox]]
address = "{address}"
matters = {matters}
reviewers = {reviewers}
imap_host = "127.0.0.1"
imap_port = {imap or servers.imap_port}
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_port = {smtp or servers.smtp_port}
smtp_tls = "none"
password_env = "MAILBOT_TEST"
{box_more}
"""
            for address, matters in zip(
                BOXES,
                ('["firm_information", "engineer_information"]', '["engineer_track_record", "firm_track_record"]'),
                strict=True,
            )
        )
        file = tmp_path / "config.toml"
        file.write_text(f'{tables}\n{more}\n[reading]\nworkers = 1\nengine = "rapid"\n', encoding="utf-8")
        return file

    return write


@pytest.fixture(autouse=True)
def no_engine(monkeypatch):
    """Warming an OCR engine takes seconds; one test does it."""
    monkeypatch.setattr(home, "_reading", lambda settings, nursery: iter([Line(OK, "reading papers (played)")]))


def told(file, capsys):
    """(exit code, lines by state)."""
    code = main(["doctor", "--config", str(file)])
    lines = capsys.readouterr().out.splitlines()
    assert all(LINE.fullmatch(line) for line in lines), lines
    return code, {state: [line[8:] for line in lines if line.startswith(state)] for state in (OK, WARNING, FAILED)}


def test_a_sound_installation_is_told_line_by_line(written, capsys, monkeypatch):
    monkeypatch.setattr(home, "_today", lambda: date(2026, 6, 1))  # late in a year the next one's holidays are wanted
    code, lines = told(written(), capsys)
    assert code == 0
    assert lines[FAILED] == []
    for what in (
        "configuration",
        "4 matters",
        "forms of letters",
        "wording",
        "calendar years",
        "ledger (sqlite)",
        "disk",
    ):
        assert any(what in line for line in lines[OK]), what
    for box in BOXES:
        for what in ("credentials", "IMAP, folders INBOX", "SMTP"):
            assert any(line.startswith(f"{box}: {what}") for line in lines[OK]), (box, what)


def test_what_is_not_set_up_yet_is_a_warning_with_its_remedy(written, capsys):
    code, lines = told(written(reviewers="[]"), capsys)
    assert code == 0
    for what, remedy in (
        ("no directory of enterprises", "mailbot directory import"),
        ("no map of projects", "folders.projects"),
        ("no reviewers", "set reviewers"),
    ):
        assert any(what in line and remedy in line for line in lines[WARNING]), what


@pytest.mark.parametrize(("there", "state"), [(True, OK), (False, WARNING)])
def test_a_machine_without_a_chinese_font_is_told_which_package_brings_one(there, state, written, capsys, monkeypatch):
    """Portals print certificates that name a font and do not carry it: without one they look empty."""
    monkeypatch.setattr(home, "shows_chinese", lambda: there)
    _, lines = told(written(), capsys)
    (line,) = [line for line in lines[state] if "Chinese font" in line]
    assert ("fonts-wqy-microhei" in line) is not there


def test_servers_that_do_not_answer_are_failures_and_the_rest_is_still_told(written, capsys):
    code, lines = told(written(imap=1, smtp=1), capsys)
    assert code == 1
    assert len(lines[FAILED]) == 4
    for leg in ("IMAP: ", "SMTP: "):
        assert sum(leg in line and f"check {leg[:4].lower()}_host" in line for line in lines[FAILED]) == 2
    assert any("ledger" in line for line in lines[OK])


def test_a_wrong_password_is_a_failure_that_does_not_print_it(written, capsys, monkeypatch):
    monkeypatch.setenv("MAILBOT_TEST", "hunter2")
    code, lines = told(written(), capsys)
    assert code == 1
    assert any("IMAP" in line for line in lines[FAILED])
    assert "hunter2" not in str(lines)


def test_a_missing_password_names_the_variable(written, capsys, monkeypatch):
    monkeypatch.delenv("MAILBOT_TEST")
    code, lines = told(written(), capsys)
    assert code == 1
    assert sum("export MAILBOT_TEST=" in line for line in lines[FAILED]) == 2


def test_a_matter_that_no_pack_describes_is_named(written, capsys):
    file = written()
    file.write_text(
        file.read_text(encoding="utf-8").replace("firm_track_record", "firm_track_rekord"), encoding="utf-8"
    )
    code, lines = told(file, capsys)
    assert code == 1
    assert any("mailbox[2].matters" in line for line in lines[FAILED])


def test_a_reviewer_who_does_not_serve_is_a_warning(written, capsys):
    roster = (
        '[[reviewer]]\nname = "李审核"\naddress = "reviewer@example.invalid"\n'
        "valid_from = 2020-01-01\nvalid_until = 2020-12-31"
    )
    _, lines = told(written(more=roster), capsys)
    assert sum("no reviewer serves today" in line for line in lines[WARNING]) == 2


def test_it_changes_nothing_on_the_server(written, capsys):
    with ScriptedImap() as server:
        told(written(imap=server.port), capsys)
        assert server.connections == 2
        assert not {"STORE", "EXPUNGE", "APPEND", "DELETE", "MOVE", "COPY", "CREATE"} & set(server.commands)


def test_a_broken_chain_of_events_is_a_failure(tmp_path):
    with Office(tmp_path) as office:
        office.receive(a_mail())
        office.casework().work(Event())
        assert not [line for line in home._database(office.settings) if line.state == FAILED]
        with office.ledger.engine.begin() as connection:
            for name in connection.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'")).scalars().all():
                connection.execute(text(f"DROP TRIGGER {name}"))
            connection.execute(text("UPDATE event SET actor='somebody'"))
        lines = list(home._database(office.settings))
    assert [line.state for line in lines if "chain" in line.what] == [FAILED]


@pytest.mark.parametrize(("age", "state"), [(3, OK), (30, OK), (31, WARNING)])
def test_an_old_directory_is_a_warning(tmp_path, age, state):
    with Office(tmp_path, directory=()) as office:
        office.ledger.import_enterprises([FIRM], as_of=home._today() - timedelta(days=age))
        lines = list(home._database(office.settings))
    assert [line.state for line in lines if "directory" in line.what] == [state]


@pytest.mark.parametrize(
    ("today", "state"),
    [(date(2026, 6, 1), OK), (date(2026, 10, 20), OK), (date(2026, 11, 29), WARNING), (date(2026, 12, 20), WARNING)],
)
def test_a_calendar_that_ends_soon_is_a_warning(today, state):
    (line,) = home._calendar(load_calendar(), today)
    assert line.state == state
    assert (("folders.calendars" in line.remedy) or not line.remedy) is True


@pytest.mark.slow
def test_the_ocr_engine_is_warmed(tmp_path, monkeypatch):
    monkeypatch.undo()
    from mailbot.isolation.child import Nursery
    from mailbot.reading.reader import PRELOAD

    with Nursery(PRELOAD) as nursery, Office(tmp_path) as office:
        assert [line.state for line in home._reading(office.settings, nursery)] == [OK]
        assert {line.state for line in home._isolation(nursery)} <= {OK, WARNING}


def test_a_store_of_mails_must_answer(written, capsys):
    with private_store() as store:
        _, lines = told(written(more=f'[ledger]\narchive = "{store.new_bucket()}/mails"'), capsys)
        assert any(line.startswith("archive: s3://") for line in lines[OK])
    silent = '[ledger]\narchive = "s3://office/mails"\narchive_endpoint = "http://127.0.0.1:9"'
    code, lines = told(written(more=silent), capsys)
    assert code == 1
    assert any(line.startswith("archive") for line in lines[FAILED])
