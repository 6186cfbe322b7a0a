"""How does a child take one mail apart?

The whole life of one child, behind the walls of `open_document`. The walk over the mail's bytes is the cheap scan that
comes first: it knows the bounds of header block, parts and nesting before anything is decoded (`parsers/mail/scan.py`).
"""

import os
from dataclasses import dataclass
from typing import Any, Final

from mailbot.isolation.channel import Channel
from mailbot.reading.wire import pack, prepare
from parsers.mail.message import Message
from parsers.mail.read import read_message

MOST_BYTES: Final = 1 << 30  #: of a mail; far above what any server takes


@dataclass(frozen=True)
class Content:
    """One attached file's bytes; they lie in the file beside, in the order told."""

    sha256: str
    size: int


@dataclass(frozen=True)
class MailHead:
    """What the child says of a mail."""

    message: Message
    contents: tuple[Content, ...]


prepare(MailHead)


def read_mail(channel: Channel, files: list[int], facts: dict[str, Any]) -> None:
    """Reads the mail from the first file, writes its attached files' bytes to the second, tells the rest."""
    mail, beside = files
    size = os.fstat(mail).st_size
    if size > MOST_BYTES:
        raise ValueError("more bytes than a mail may have")
    parsed = read_message(os.pread(mail, size, 0))
    for data in parsed.contents.values():
        _write(beside, data)
    contents = tuple(Content(sha256, len(data)) for sha256, data in parsed.contents.items())
    channel.send(pack(MailHead(parsed.message, contents)))


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
