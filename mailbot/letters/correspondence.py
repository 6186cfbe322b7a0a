"""How does a letter become a mail: threaded, marked as automatic, with an identity fixed before it is sent?

RFC 5322 3.6.4 (threading), RFC 3834 3.1 (marks of automatic replies), RFC 2046 5.1.4 (plain text first).
"""

import re
from base64 import b32encode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import EmailPolicy
from hashlib import sha256

from mailbot import __name__ as program
from parsers.masking import mask

#: An identifier that may stand in In-Reply-To: anything else would break the header.
_SOUND_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u0080-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_LONGEST_SUBJECT = 200
_NO_SUBJECT = "（无主题）"
_MOST_REFERENCES = 11  #: the first and the last ten
#: UTF-8 bytes in one encoded word, so that no line is longer than 76 signs (RFC 2047 2); no character is cut.
_WORD_BYTES = 39


class _Post(EmailPolicy):
    """Folds a subject exactly: the library loses spaces where two encoded words meet."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name.lower() != "subject" or value.isascii():
            return super().fold_binary(name, value)
        words = (f"=?utf-8?b?{b64encode(piece).decode()}?=" for piece in _pieces(str(value)))
        return f"{name}: {f'{self.linesep} '.join(words)}{self.linesep}".encode()


_POST = _Post(linesep="\r\n")


def _pieces(text: str) -> Iterator[bytes]:
    piece = b""
    for sign in text:
        more = sign.encode()
        if len(piece) + len(more) > _WORD_BYTES:
            yield piece
            piece = b""
        piece += more
    yield piece


@dataclass(frozen=True)
class Thread:
    """The mail that is answered."""

    message_id: str | None
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture:
    """A small picture shown inside the HTML part."""

    content_id: str
    png: bytes


def message_id(sender: str, *identity: str) -> str:
    """The same for the same letter on every attempt: mb.<26 letters>@<own domain>."""
    digest = sha256("\x1f".join(identity).encode()).digest()
    return f"<mb.{b32encode(digest).decode().lower()[:26]}@{sender.rpartition('@')[2]}>"


def reply_subject(tag: str, subject: str, case_number: str | None) -> str:
    """【补正告知】original subject〔ZJZD-2026-0187〕, cleaned, of bounded length and without anybody's full numbers."""
    return f"{tag}{mask(cleaned(subject)) or _NO_SUBJECT}" + (f"〔{case_number}〕" if case_number else "")


def cleaned(text: str, longest: int = _LONGEST_SUBJECT) -> str:
    """Without control and direction signs: applicants' words may stand in a header (C1 of the threat list)."""
    return " ".join(_CONTROL.sub(" ", text).split())[:longest]


def compose(
    *,
    sender: str,
    office: str,
    recipients: Sequence[str],
    subject: str,
    text: str,
    html: str,
    identity: str,
    at: datetime,
    thread: Thread | None = None,
    reply_to_person: bool = True,
    pictures: Sequence[Picture] = (),
) -> bytes:
    """The bytes that are archived and sent; they are never rendered again.

    `reply_to_person`: an immediate answer (auto-replied) rather than a result produced later (auto-generated).
    """
    mail = EmailMessage(policy=_POST)
    mail["From"] = f'"{cleaned(office).replace(chr(34), "")}" <{sender}>'
    mail["To"] = ", ".join(recipients)
    mail["Subject"] = cleaned(subject, _LONGEST_SUBJECT + 60)
    mail["Date"] = at
    mail["Message-ID"] = identity
    if thread:
        _join_thread(mail, thread)
    mail["Auto-Submitted"] = "auto-replied" if reply_to_person else "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["Precedence"] = "auto_reply"
    mail["X-Mailbot"] = program
    mail.set_content(text, cte="base64")
    mail.add_alternative(html, subtype="html", cte="base64")
    if pictures:
        page = mail.get_payload()[1]  # type: ignore[index]  # the alternative's HTML part, added just above
        for picture in pictures:
            page.add_related(picture.png, "image", "png", cid=f"<{picture.content_id}>", disposition="inline")  # type: ignore[union-attr]  # the same part
    return mail.as_bytes()


def _join_thread(mail: EmailMessage, thread: Thread) -> None:
    if not (thread.message_id and _SOUND_ID.fullmatch(thread.message_id)):
        return
    mail["In-Reply-To"] = thread.message_id
    chain = [*filter(_SOUND_ID.fullmatch, thread.references), thread.message_id]
    chain = list(dict.fromkeys(chain))
    if len(chain) > _MOST_REFERENCES:
        chain = [chain[0], *chain[1 - _MOST_REFERENCES :]]
    mail["References"] = " ".join(chain)
