"""`mailbot worker` joins an installation that is there, is woken by its daemon, and founds none."""

from threading import Event

import pytest

from mailbot.app import service
from mailbot.cli import main
from mailbot.instance import instance_in
from mailbot.wakeups import Wakeups
from tests.builders_service import TRACK_BOX, a_mail
from tests.servers.postgres import or_skip, running_cluster
from tests.servers.scripted_imap import Folder, ScriptedImap

MAILBOX = """
[[mailbox]]
address = "{box}"
matters = ["engineer_track_record", "firm_track_record"]
imap_host = "127.0.0.1"
imap_port = {port}
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_tls = "none"
password_env = "MAILBOT_TEST"
"""


@pytest.fixture
def written(tmp_path):
    def write(ledger: str, port: int = 143):
        file = tmp_path / "config.toml"
        file.write_text(f"[ledger]\n{ledger}\n{MAILBOX.format(box=TRACK_BOX, port=port)}", encoding="utf-8")
        return file

    return write


@pytest.fixture
def cluster():
    with or_skip(running_cluster()) as running:
        yield running


def test_beside_sqlite_it_is_refused_with_the_reason(written, capsys):
    assert main(["worker", "--config", str(written(""))]) == 2
    assert "further workers need PostgreSQL" in capsys.readouterr().err


def test_without_the_installations_secret_it_is_refused(written, capsys, tmp_path, cluster):
    assert main(["worker", "--config", str(written(f'url = "{cluster.url}"'))]) == 2
    assert "bring its instance.secret here" in capsys.readouterr().err
    assert not (tmp_path / "data" / "instance.secret").exists()
    assert instance_in(tmp_path / "data"), "the folder is fit for a daemon all the same"


def test_with_another_installations_secret_it_is_refused(written, capsys, tmp_path, cluster, monkeypatch):
    monkeypatch.setenv("MAILBOT_TEST", "secret")
    with service(written(f'url = "{cluster.url}"')):
        pass  # the daemon's first start
    elsewhere = tmp_path / "elsewhere"
    instance_in(elsewhere)  # as by a `mailbot run` that was once tried on the worker's machine
    config = written(f'url = "{cluster.url}"\ndata = "{elsewhere}"')
    assert main(["worker", "--config", str(config)]) == 2
    assert "of another installation" in capsys.readouterr().err


def test_the_daemon_wakes_workers_for_what_it_has_recorded_and_for_nothing_else(written, cluster, monkeypatch):
    monkeypatch.setenv("MAILBOT_TEST", "secret")
    called = []
    monkeypatch.setattr(Wakeups, "call", lambda self, mails: called.append(mails))
    inbox = Folder("INBOX")
    with ScriptedImap(inbox) as imap, service(written(f'url = "{cluster.url}"', imap.port)) as built:
        (poll,) = (leg.work for leg in built.legs(lambda name: None) if leg.name.startswith("intake"))
        assert poll(Event()) == 0
        inbox.add(a_mail(), a_mail(content="2"))
        assert poll(Event()) == 2
        assert poll(Event()) == 0
    assert called == [2]
