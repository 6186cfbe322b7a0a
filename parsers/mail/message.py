"""What does a mail say, as plain facts?"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from parsers.files.kind import FileKind


@dataclass(frozen=True)
class Address:
    """One address. `addr_spec` is what counts; `name` is decoration and may lie."""

    addr_spec: str  #: local part as written, domain lower-case ASCII (RFC 5322 3.4.1)
    name: str = ""

    @property
    def key(self) -> str:
        """For comparing with the directory: case-folded whole, as Chinese providers treat local parts alike."""
        return self.addr_spec.lower()

    @property
    def domain(self) -> str:
        return self.addr_spec.rpartition("@")[2]


class AuthorDefect(StrEnum):
    """Why the author is in doubt."""

    NONE = "none"  #: no usable From address
    SEVERAL = "several"  #: more than one From header or address
    DEFECTIVE = "defective"  #: the address violates RFC 5322, or name and address trade places
    NAME_IS_ADDRESS = "name_is_address"  #: the display name shows another address
    NOT_ASCII = "not_ascii"  #: look-alike letters in the address
    SENDER_DIFFERS = "sender_differs"  #: the Sender header names another domain


class AutomaticKind(StrEnum):
    """Mail that no person wrote to us: never answered (RFC 3834 2, RFC 3464)."""

    BOUNCE = "bounce"
    AUTO_REPLY = "auto_reply"
    BULK = "bulk"  #: newsletters, advertising
    LIST = "list"
    RECEIPT = "receipt"  #: read receipts (RFC 8098)
    OWN = "own"  #: our own marks: a copy of what we sent


@dataclass(frozen=True)
class Automatic:
    kind: AutomaticKind
    sign: str  #: the header or word that shows it
    certain: (
        bool  #: False: a weak sign (a subject word, List-Unsubscribe): a submission with attachments is held instead
    )


@dataclass(frozen=True)
class Attachment:
    """One attached file; its bytes lie in `Parsed.contents` under `sha256`."""

    position: int  #: 1-based, in the order of the mail
    name: str  #: decoded, cleaned for display, at most 100 characters; "附件3" when it has none
    declared_type: str
    kind: FileKind
    size: int  #: bytes
    sha256: str
    inline: bool = False  #: a small picture shown inside the HTML body (Content-ID used there): a logo, no paper
    container: str = ""  #: "", "message/rfc822", "winmail.dat": how it was wrapped
    damaged: bool = False  #: the transfer encoding was broken or cut
    pasted: bool = False  #: shown inside the HTML body but too large for a logo: counts, with a note (E15)


@dataclass(frozen=True)
class CloudLink:
    """超大附件 or netdisk link: named, never followed."""

    provider: str  #: e.g. "qq", "netease", "baidu"
    url: str
    label: str = ""  #: file name and size as shown
    large_attachment: bool = True  #: False: a netdisk or online document


@dataclass(frozen=True)
class Bounce:
    """A delivery report (RFC 3464) or a provider's own words for one."""

    original_message_id: str | None
    recipient: str | None
    status: str | None  #: "5.1.1"
    permanent: bool


@dataclass(frozen=True)
class Message:
    """One mail, decoded. Everything here is untrusted text."""

    subject: str = ""
    authors: tuple[Address, ...] = ()
    author_defects: tuple[AuthorDefect, ...] = ()
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    message_id: str | None = None  #: with angle brackets; None when missing or malformed
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None  #: aware; as the author's machine claims
    received: datetime | None = None  #: aware; topmost Received header
    delivered_to: tuple[str, ...] = ()  #: Delivered-To, X-Original-To, X-Forwarded-To
    text: str = ""  #: the body as text; from HTML where there is nothing else
    attachments: tuple[Attachment, ...] = ()
    links: tuple[CloudLink, ...] = ()
    automatic: Automatic | None = None
    bounce: Bounce | None = None
    #: (lower-case name, value) of Received, Authentication-Results, X-CM-*, Return-Path …, topmost first. A fold stays
    #: in the value as "\n" and its blanks: NetEase folds inside tokens, so only the reader knows how to unfold.
    trace: tuple[tuple[str, str], ...] = ()
    unread_recipients: tuple[str, ...] = ()  #: entries of To and Cc whose address cannot be told, for display
    defects: tuple[str, ...] = ()  #: what was odd about its structure, for the ledger
    too_complex: bool = False  #: a limit was hit (parts, nesting, header size): a person must look

    @property
    def author(self) -> Address | None:
        """The one From address, or None when there is none or more than one."""
        return self.authors[0] if len(self.authors) == 1 else None

    @property
    def recipients(self) -> tuple[Address, ...]:
        return self.to + self.cc


@dataclass(frozen=True)
class Parsed:
    """A mail's facts and its attached files' bytes by SHA-256."""

    message: Message
    contents: dict[str, bytes] = field(default_factory=dict, repr=False)
