"""Who wrote when to whom, by the headers at the top of a mail?"""

import re
from dataclasses import dataclass
from datetime import datetime

from parsers.mail import addresses, moments
from parsers.mail.charset import decode_bytes
from parsers.mail.headers import decoded, text_of, unfolded
from parsers.mail.message import Address, AuthorDefect
from parsers.mail.scan import HeaderBlock, lines_of

SUBJECT_LIMIT = 200  #: characters; a subject may end in a header of our own (reliability C1)
_IDENTIFIERS_LIMIT = 100
_TRACE_LIMIT = 200
_TRACE_VALUE_LIMIT = 4096
_TRACED = re.compile(
    r"received|return-path|authentication-results|x-authentication-results|received-spf|auto-submitted"
    r"|x-cm-.*|x-coremail-.*|x-qq-.*|x-ms-exchange-organization-auth.*|x-mailbot.*"
)
#: RFC 5322 3.6.4, without what nobody may put into a header of ours.
_IDENTIFIER = re.compile(r"<[!-;=?-~]{1,400}>")
_DELIVERED = ("delivered-to", "x-original-to", "x-forwarded-to", "envelope-to", "x-envelope-to")


@dataclass(frozen=True)
class Envelope:
    """The fields of `Message` that the top headers fill."""

    subject: str
    authors: tuple[Address, ...]
    author_defects: tuple[AuthorDefect, ...]
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    unread_recipients: tuple[str, ...]
    message_id: str | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    date: datetime | None
    received: datetime | None
    delivered_to: tuple[str, ...]
    trace: tuple[tuple[str, str], ...]
    defects: tuple[str, ...]


def envelope(block: HeaderBlock) -> Envelope:
    """Every field told or empty; what is odd is named in `defects`. Never raises."""
    author = addresses.authors(block.every("from")[:20], block.first("sender"))
    reply_to, to, cc = (addresses.recipients(block.every(name)) for name in ("reply-to", "to", "cc"))
    subject = text_of(block.first("subject") or b"")
    received = next((raw for raw in block.every("received")), b"")
    return Envelope(
        subject=subject[:SUBJECT_LIMIT],
        authors=author.addresses,
        author_defects=author.defects,
        reply_to=reply_to.addresses,
        to=to.addresses,
        cc=cc.addresses,
        unread_recipients=to.unread + cc.unread,
        message_id=_message_id(block),
        in_reply_to=_identifiers(block.every("in-reply-to")),
        references=_identifiers(block.every("references")),
        date=moments.moment(decoded(block.first("date") or b"")),
        received=moments.received_at(decode_bytes(unfolded(received))),
        delivered_to=_delivered_to(block),
        trace=_trace(block),
        defects=tuple(_oddities(block, subject, to.cut or cc.cut)),
    )


def _message_id(block: HeaderBlock) -> str | None:
    """The one well-formed Message-ID: none at all is safer than half of one, or one of two."""
    found = {decode_bytes(unfolded(raw)).strip() for raw in block.every("message-id")[:20]}
    only = found.pop() if len(found) == 1 else ""
    return only if _IDENTIFIER.fullmatch(only) else None


def _identifiers(headers: tuple[bytes, ...]) -> tuple[str, ...]:
    text = " ".join(decode_bytes(unfolded(raw)) for raw in headers[:20])
    return tuple(dict.fromkeys(_IDENTIFIER.findall(text)))[:_IDENTIFIERS_LIMIT]


def _delivered_to(block: HeaderBlock) -> tuple[str, ...]:
    found = addresses.recipients(tuple(raw for name in _DELIVERED for raw in block.every(name))[:20])
    return tuple(dict.fromkeys(address.key for address in found.addresses))


def _trace(block: HeaderBlock) -> tuple[tuple[str, str], ...]:
    traced = [field for field in block.fields if _TRACED.fullmatch(field.name)][:_TRACE_LIMIT]
    return tuple((field.name, _with_folds(field.raw[:_TRACE_VALUE_LIMIT])) for field in traced)


def _with_folds(raw: bytes) -> str:
    return re.sub(r"[^\S\n\t ]|[\x00-\x08\x0b-\x1f\x7f]", "", "\n".join(map(decode_bytes, lines_of(raw)))).strip()


def _oddities(block: HeaderBlock, subject: str, recipients_cut: bool) -> list[str]:
    found = []
    if len(subject) > SUBJECT_LIMIT:
        found.append("subject_cut")
    if recipients_cut:
        found.append("recipients_cut")
    found += [f"{name}_twice" for name in ("message-id", "subject", "date") if len(block.every(name)) > 1]
    return found
