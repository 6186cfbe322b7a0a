"""What is the password of a mailbox, and is it kept safely?"""

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from mailbot.errors import ConfigurationError
from mailbot.settings import Mailbox


def password_of(mailbox: Mailbox, environment: Mapping[str, str]) -> str:
    """From a systemd credential, a private file or the environment; it is never logged.

    Raises ConfigurationError with the key and the remedy when it is missing or readable by others.
    """
    if mailbox.password_credential:
        folder = environment.get("CREDENTIALS_DIRECTORY")
        if not folder:
            raise _wrong(
                mailbox, "password_credential", "systemd gave no credentials", "add LoadCredential= to the unit"
            )
        return _from_file(mailbox, "password_credential", Path(folder) / mailbox.password_credential, private=False)
    if mailbox.password_file:
        return private_text(mailbox, "password_file", mailbox.password_file)
    name = mailbox.password_env
    if not name:
        raise _wrong(
            mailbox, "password_env", "no password is named", "set password_env, password_file or password_credential"
        )
    if not environment.get(name):
        raise _wrong(mailbox, "password_env", f"the variable {name} is not set", f"export {name}=… before the start")
    return environment[name]


def private_text(mailbox: Mailbox, key: str, path: Path) -> str:
    """What stands in a file that nobody else may read. Raises ConfigurationError."""
    return _from_file(mailbox, key, path, private=True)


def _from_file(mailbox: Mailbox, key: str, path: Path, *, private: bool) -> str:
    try:
        mode = path.stat().st_mode
        if private and mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise _wrong(mailbox, key, f"{path} is readable by others", f"run: chmod 600 {path}")
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(
            mailbox, key, f"{path} cannot be read ({error.__class__.__name__})", "check path and owner"
        ) from error
    if not secret:
        raise _wrong(mailbox, key, f"{path} is empty", "write the authorisation code into it")
    return secret


def _wrong(mailbox: Mailbox, key: str, wrong: str, remedy: str) -> ConfigurationError:
    return ConfigurationError(f"mailbox {mailbox.address}: {key}: {wrong}; {remedy}")


def environment() -> Mapping[str, str]:
    return os.environ
