"""What is a mailbox's access token of this moment, where the provider takes no password (XOAUTH2)?

A token lives about an hour, so it is asked for before every connection. How one is won differs from provider to
provider and tenant to tenant: a command of the office's prints it, or something of the office's keeps it in a file.
"""

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final

from mailbot.errors import ConfigurationError, ConnectionLost
from mailbot.office.credentials import private_text
from mailbot.settings import Mailbox

_SECONDS: Final = 30
_TOKEN: Final = re.compile(r"[!-~]{1,16384}")  #: RFC 6750 knows no blanks; Microsoft's are some thousand signs long


def token_of(mailbox: Mailbox) -> Callable[[], str]:
    """Asks anew at each call, which raises ConnectionLost: a token may come another time.

    Raises ConfigurationError for a file or a program that is not there, or that others can read.
    """
    command, file = mailbox.token_command, mailbox.token_file
    if command is None:
        assert file is not None  # the settings see to it that one of the two is there
        private_text(mailbox, "token_file", file)
        return lambda: _kept(mailbox, file)
    if shutil.which(command[0]) is None:
        raise ConfigurationError(
            f"mailbox {mailbox.address}: token_command: there is no program {command[0]}; give its path"
        )
    return lambda: _printed(mailbox.address, command)


def _kept(mailbox: Mailbox, file: Path) -> str:
    try:
        return _a_token(mailbox.address, private_text(mailbox, "token_file", file))
    except ConfigurationError as error:  # it was well at the start: whoever renews it is at work
        raise ConnectionLost(str(error)) from error


def _printed(address: str, command: tuple[str, ...]) -> str:
    """What it prints is told to nobody: a token stands in it."""
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own words, without a shell
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConnectionLost(f"{address}: token_command: {type(error).__name__}; run it by hand") from error
    if done.returncode:
        raise ConnectionLost(f"{address}: token_command ended with {done.returncode}; run it by hand")
    return _a_token(address, done.stdout.decode("ascii", "replace").strip())


def _a_token(address: str, text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ConnectionLost(
            f"{address}: token_command or token_file gives no token, which is one word; run it by hand"
        )
    return text
