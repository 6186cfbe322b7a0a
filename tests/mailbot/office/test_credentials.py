"""A password is found where the configuration says, and nowhere that others can read."""

import pytest

from mailbot.errors import ConfigurationError
from mailbot.office.credentials import password_of
from mailbot.settings import Mailbox


def a_mailbox(**password) -> Mailbox:
    return Mailbox.model_validate(
        {"address": "box@office.example", "matters": ["m"], "imap_host": "h", "smtp_host": "h", **password}
    )


def test_a_password_comes_from_the_environment():
    assert password_of(a_mailbox(password_env="P"), {"P": "授权码"}) == "授权码"


def test_a_password_comes_from_a_private_file(tmp_path):
    file = tmp_path / "code"
    file.write_text("abc\n")
    file.chmod(0o600)
    assert password_of(a_mailbox(password_file=file), {}) == "abc"


def test_a_password_comes_from_a_systemd_credential(tmp_path):
    (tmp_path / "box").write_text("abc")
    assert password_of(a_mailbox(password_credential="box"), {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == "abc"


@pytest.mark.parametrize(
    ("password", "environment", "remedy"),
    [
        pytest.param({}, {}, "set password_env", id="none named"),
        pytest.param({"password_env": "P"}, {}, "export P=", id="variable not set"),
        pytest.param({"password_env": "P"}, {"P": ""}, "export P=", id="variable empty"),
        pytest.param({"password_file": "/nowhere/code"}, {}, "check path", id="file not there"),
        pytest.param({"password_credential": "box"}, {}, "LoadCredential", id="no credentials given"),
    ],
)
def test_a_missing_password_names_the_remedy(password, environment, remedy):
    with pytest.raises(ConfigurationError, match=remedy) as refused:
        password_of(a_mailbox(**password), environment)
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path, mode):
    file = tmp_path / "code"
    file.write_text("abc")
    file.chmod(mode)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        password_of(a_mailbox(password_file=file), {})
