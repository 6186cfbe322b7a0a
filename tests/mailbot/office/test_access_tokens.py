"""An access token is fresh at every login, comes from where the configuration says, and is told to nobody."""

import sys

import pytest

from mailbot.errors import ConfigurationError, ConnectionLost
from mailbot.office.access_tokens import token_of
from mailbot.office.accounts import account_of
from mailbot.settings import Mailbox, Settings


def a_mailbox(**source) -> Mailbox:
    given = {"address": "box@office.example", "matters": ["m"], "imap_host": "h", "smtp_host": "h", "auth": "xoauth2"}
    return Mailbox.model_validate(given | source)


def printing(code: str) -> Mailbox:
    return a_mailbox(token_command=[sys.executable, "-c", code])


def test_a_command_is_asked_at_every_login(tmp_path):
    count = f"import pathlib; p = pathlib.Path({str(tmp_path / 'n')!r}); p.open('a').write('x'); print(p.read_text())"
    token = token_of(printing(count))
    assert [token(), token()] == ["x", "xx"]


def test_a_file_is_read_at_every_login(tmp_path):
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text("first\n")
    token = token_of(a_mailbox(token_file=file))
    assert token() == "first"
    file.write_text("second\n")
    assert token() == "second"


@pytest.mark.parametrize(
    "code",
    [
        pytest.param("print('secret-token'); raise SystemExit(3)", id="it fails"),
        pytest.param("print('secret-token two')", id="more than one word"),
        pytest.param("print()", id="nothing"),
        pytest.param("print('令牌')", id="no ASCII"),
    ],
)
def test_what_gives_no_token_may_give_one_later(code):
    with pytest.raises(ConnectionLost, match="token") as missing:
        token_of(printing(code))()
    assert "secret-token" not in str(missing.value)


def test_a_file_that_is_gone_for_a_moment_may_come_back(tmp_path):
    file = tmp_path / "token"
    file.touch(mode=0o600)
    file.write_text("first")
    token = token_of(a_mailbox(token_file=file))
    file.unlink()
    with pytest.raises(ConnectionLost):
        token()


@pytest.mark.parametrize(
    ("source", "remedy"),
    [
        pytest.param({"token_command": ["/nowhere/token"]}, "give its path", id="no such program"),
        pytest.param({"token_file": "/nowhere/token"}, "check path", id="no such file"),
    ],
)
def test_what_is_not_there_at_the_start_is_a_wrong_configuration(source, remedy):
    with pytest.raises(ConfigurationError, match=remedy):
        token_of(a_mailbox(**source))


def test_a_token_that_others_can_read_is_refused(tmp_path):
    file = tmp_path / "token"
    file.write_text("abc")
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        token_of(a_mailbox(token_file=file))


def test_an_account_keeps_it_out_of_what_is_printed():
    mailbox = printing("print('secret-token')")
    account = account_of(mailbox, Settings(mailbox=(mailbox,)), {})
    assert account.token() == "secret-token"
    assert "token" not in repr(account)
