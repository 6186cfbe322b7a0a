"""Which full numbers of persons stand in a log, a digest or a letter of the test runs? There shall be none.

Every letter that is composed and every line that is logged in any test passes by here, letters as they arrive and the
logs of daemons too (tests/conftest.py, tests/servers/, tests/integration/). The pattern is not that of the masking.
"""

import logging
import re
from email import message_from_bytes
from email.policy import default
from typing import Final

from mailbot.logs import JsonLine

#: 18 signs of a citizen's number or eleven digits of a mobile one, however they may have slipped through.
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|1[3-9]\d{9})(?![0-9A-Za-z])")
_PUBLISHED: Final = frozenset({"17783468991"})  #: the circular's own telephone of the 重庆系统 (五.(二))


def numbers_in(text: str) -> list[str]:
    return [found for found in _NUMBER.findall(text) if found not in _PUBLISHED]


def numbers_in_letter(raw: bytes) -> list[str]:
    """In its subject and in what its text parts say."""
    mail = message_from_bytes(raw, policy=default)
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return [found for text in (str(mail["Subject"]), *parts) for found in numbers_in(text)]


class Watch(logging.Handler):
    """What was found since it was last asked."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLine())
        self._found: list[str] = []

    def letter(self, raw: bytes) -> None:
        self._found += [f"letter: {found}" for found in numbers_in_letter(raw)]

    def text(self, text: str) -> None:
        self._found += [f"log: {found}" for found in numbers_in(text)]

    def emit(self, record: logging.LogRecord) -> None:
        self.text(self.format(record))

    def taken(self) -> list[str]:
        found, self._found = self._found, []
        return found


WATCH: Final = Watch()
