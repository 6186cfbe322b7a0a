"""`mailbot worker` joins an installation that is there; it founds none."""

import pytest

from mailbot.cli import main
from mailbot.instance import instance_in
from tests.servers.postgres import NoPostgres, running_cluster

MAILBOX = """
[[mailbox]]
address = "cqjtzjzd@vip.163.com"
matters = ["engineer_track_record"]
imap_host = "127.0.0.1"
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_tls = "none"
password_env = "NOT_SET_FOR_A_WORKER"
"""


@pytest.fixture
def written(tmp_path):
    def write(ledger: str):
        file = tmp_path / "config.toml"
        file.write_text(f"[ledger]\n{ledger}\n{MAILBOX}", encoding="utf-8")
        return str(file)

    return write


def test_beside_sqlite_it_is_refused_with_the_reason(written, capsys):
    assert main(["worker", "--config", written("")]) == 2
    assert "further workers need PostgreSQL" in capsys.readouterr().err


def test_without_the_installations_secret_it_is_refused(written, capsys, tmp_path):
    try:
        with running_cluster() as cluster:
            assert main(["worker", "--config", written(f'url = "{cluster.url}"')]) == 2
    except NoPostgres as reason:
        pytest.skip(str(reason))
    assert "bring its instance.secret here" in capsys.readouterr().err
    assert not (tmp_path / "data" / "instance.secret").exists()
    assert instance_in(tmp_path / "data"), "the folder is fit for a daemon all the same"
