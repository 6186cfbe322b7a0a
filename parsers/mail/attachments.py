"""Which files came with the mail, taken out of whatever wrapped them?"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from parsers.files.kind import FileKind, kind_of
from parsers.mail import tnef, transfer
from parsers.mail.bodies import Bodies, bodies, is_body
from parsers.mail.headers import file_name
from parsers.mail.message import Attachment
from parsers.mail.scan import MAIL_IN_MAIL_LIMIT, with_line_ends
from parsers.mail.structure import Part, Walk, structure

LOGO_LIMIT = 20 * 1024  #: bytes: a larger picture in the text may be a pasted paper

_PICTURES = frozenset({FileKind.JPEG, FileKind.PNG, FileKind.GIF, FileKind.BMP, FileKind.WEBP, FileKind.TIFF})
_REPORTS = frozenset(
    {
        "message/delivery-status",
        "message/global-delivery-status",
        "message/disposition-notification",
        "text/rfc822-headers",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/pgp-signature",
    }
)


@dataclass
class Opened:
    """What has been taken out of the mail so far."""

    attachments: list[Attachment] = field(default_factory=list)
    contents: dict[str, bytes] = field(default_factory=dict)
    bodies: list[Bodies] = field(default_factory=list)


def take_out(raw: bytes, root: Part, walk: Walk) -> Opened:
    """Every attached file and every text, those of enclosed mails and of winmail.dat too. Never raises."""
    opened = Opened()
    _take(raw, root, walk, opened, depth=0, container="")
    return opened


def _take(raw: bytes, root: Part, walk: Walk, opened: Opened, *, depth: int, container: str) -> None:
    here = bodies(raw, root, walk)
    opened.bodies.append(here)
    shown = frozenset(one for page in here.pages for one in page.content_ids)
    for part in _leaves(root):
        if is_body(part) or part.content_type in _REPORTS:
            continue
        data, damaged = transfer.decode(raw[part.start : part.end], part.encoding, closed=part.closed)
        kind = kind_of(data, part.name)
        if _is_mail(part, kind) and _open_mail(data or raw[part.start : part.end], walk, opened, depth=depth):
            continue
        if kind is FileKind.TNEF and _open_tnef(data, walk, opened):
            continue
        declared = part.content_type
        used = part.content_id in shown and kind in _PICTURES
        _add(opened, part.name, declared, data, kind, container=container, damaged=damaged, used=used)


def _leaves(part: Part) -> Iterator[Part]:
    """The parts without parts, a report's returned mail left out: it is our own letter."""
    if not part.children:
        yield part
    for number, child in enumerate(part.children):
        if part.content_type == "multipart/report" and number and child.content_type == "message/rfc822":
            continue
        yield from _leaves(child)


def _is_mail(part: Part, kind: FileKind) -> bool:
    if part.content_type in ("message/rfc822", "message/global"):
        return True
    return kind is FileKind.MAIL and part.content_type in ("application/octet-stream", "text/plain", "message/external")


def _open_mail(data: bytes, walk: Walk, opened: Opened, *, depth: int) -> bool:
    """Takes an enclosed mail's files out; False when it has none or lies too deep: then it counts itself."""
    if depth >= MAIL_IN_MAIL_LIMIT or walk.parts_left <= 0:
        walk.too_complex = True
        walk.note("mail_in_mail_too_deep")
        return False
    before = len(opened.attachments)
    data = with_line_ends(data)
    inner = structure(data, walk)
    _take(data, inner, walk, opened, depth=depth + 1, container="message/rfc822")
    walk.note("mail_in_mail")
    return len(opened.attachments) > before


def _open_tnef(data: bytes, walk: Walk, opened: Opened) -> bool:
    """Takes the files out of winmail.dat; False when nothing could be read: then it counts as a file itself."""
    inside = tnef.enclosed(data)
    walk.note("winmail_dat_damaged" if inside.damaged else "winmail_dat")
    for one in inside.files:
        kind = kind_of(one.data, one.name)
        _add(opened, one.name, one.declared_type, one.data, kind, container="winmail.dat", damaged=inside.damaged)
    if inside.text and not any(one.text for one in opened.bodies):
        opened.bodies.append(Bodies(inside.text))
    return bool(inside.files) or not inside.damaged


def _add(
    opened: Opened,
    name: str,
    declared_type: str,
    data: bytes,
    kind: FileKind,
    *,
    container: str,
    damaged: bool,
    used: bool = False,
) -> None:
    sha256 = hashlib.sha256(data).hexdigest()
    position = len(opened.attachments) + 1
    opened.contents.setdefault(sha256, data)
    opened.attachments.append(
        Attachment(
            position=position,
            name=file_name(name, position),
            declared_type=declared_type or "application/octet-stream",
            kind=kind,
            size=len(data),
            sha256=sha256,
            inline=used and len(data) < LOGO_LIMIT,
            container=container,
            damaged=damaged,
            pasted=used and len(data) >= LOGO_LIMIT,
        )
    )
