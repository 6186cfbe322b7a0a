"""Which of our mails came back, from whom and why (RFC 3464, or a provider's own words)?"""

import re

from parsers.mail import transfer
from parsers.mail.charset import decode_bytes, folded
from parsers.mail.headers import text_of, unfolded
from parsers.mail.message import Address, Bounce
from parsers.mail.scan import HeaderBlock, header_block, with_line_ends
from parsers.mail.structure import Part

_STATUS_LIMIT = 256 * 1024  #: bytes of a delivery-status part that are read
_RETURNED_LIMIT = 256 * 1024  #: bytes of the returned mail in which its Message-ID is looked for
_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[\s-])(?!\s*(?:[KMG]?B\b|年|月|天|个))")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_IDENTIFIER = re.compile(rb"(?im)^message-id:[ \t]*(?:\r?\n[ \t]+)?(<[^<>\s]{1,400}>)")
_OWN_IDENTIFIER = re.compile(rb"<mb\.[^<>\s@]{1,200}@[^<>\s]{1,200}>")
#: Words before the address in the reports of QQ, NetEase, Coremail, Sina and Exchange in Chinese.
_RECIPIENT_BEFORE = re.compile(
    r"(?:收件人|收信人|无法(?:发送|投递|送达)(?:到|至|给)?|不能(?:发送|投递)到?|以下(?:收件人|地址|邮件地址)|发送到|投递到|to|recipient|address)"
    r"[^@\n]{0,60}?\n?[^@\n]{0,40}?(?P<address>[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9.-]{1,200})",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(
    r"稍后(?:再|重)试|将继续(?:尝试|投递)|暂时|delayed|will (?:retry|be retried)|temporar", re.IGNORECASE
)
_PROVIDER_WORDS = re.compile(
    r"退信|投递失败|发送失败|无法送达|无法投递|被退回|无法发送|不存在|拒收|undeliver|returned|delivery|failure",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"(?:mailer-daemon|postmaster|mail-?daemon|mdaemon)(?:@|\W|$)", re.IGNORECASE)


def bounce_of(
    raw: bytes, block: HeaderBlock, root: Part, author: Address | None, subject: str, text: str
) -> Bounce | None:
    """The delivery report in this mail; None where it is none, or one of success. Never raises."""
    parts = list(root.walk())
    for part in parts:
        if part.content_type in ("message/delivery-status", "message/global-delivery-status"):
            return _from_status(raw, parts, part, block, text)
    if root.declared_type == "multipart/report" and "delivery" in root.parameters.get("report-type", ""):
        return _from_words(raw, parts, block, author, text)
    told = _PROVIDER_WORDS.search(folded(subject)) or _PROVIDER_WORDS.search(text[:2000])
    shown = author.addr_spec if author is not None else text_of(block.first("from") or b"")
    if told and _DAEMON.match(shown.strip(' "<')):
        return _from_words(raw, parts, block, author, text)
    return None


def _from_status(raw: bytes, parts: list[Part], part: Part, block: HeaderBlock, text: str) -> Bounce | None:
    body, _ = transfer.decode(raw[part.start : min(part.end, part.start + _STATUS_LIMIT)], part.encoding)
    groups = [group for group in _groups(with_line_ends(body)) if "final-recipient" in group or "action" in group]
    actions = [group.get("action", "").lower().split(" ")[0] for group in groups]
    if groups and all(action in ("delivered", "relayed", "expanded") for action in actions):
        return None
    failed = next((group for group, action in zip(groups, actions, strict=True) if action == "failed"), None)
    told = failed or (groups[0] if groups else {})
    match = _STATUS.search(told.get("status", "")) or _STATUS.search(told.get("diagnostic-code", ""))
    status = match[0] if match else _status_in(text)
    recipient = _ADDRESS.search(told.get("final-recipient") or told.get("original-recipient") or "")
    action = told.get("action", "").lower().strip()
    permanent = action == "failed" or (action != "delayed" and not (status or "5").startswith("4"))
    return Bounce(_original_id(raw, parts, block), recipient[0].lower() if recipient else None, status, permanent)


def _from_words(raw: bytes, parts: list[Part], block: HeaderBlock, author: Address | None, text: str) -> Bounce:
    """A report in sentences: NetEase's and QQ's 系统退信 has no delivery-status part."""
    status = _status_in(text)
    own = author.key if author else ""
    named = [match["address"].lower().rstrip(".") for match in _RECIPIENT_BEFORE.finditer(text[:20_000])]
    named += [found.lower() for found in _ADDRESS.findall(text[:20_000])]
    recipient = next((one for one in named if one != own and _ADDRESS.fullmatch(one) and not _DAEMON.match(one)), None)
    temporary = status.startswith("4") if status else _TEMPORARY.search(text[:20_000]) is not None
    return Bounce(_original_id(raw, parts, block), recipient, status, not temporary)


def _status_in(text: str) -> str | None:
    match = _STATUS.search(text[:20_000])
    if match:
        return match[0]
    code = _REPLY_CODE.search(text[:20_000])
    return f"{code[1][0]}.0.0" if code else None


def _groups(body: bytes) -> list[dict[str, str]]:
    """The fields of the message and of each recipient (RFC 3464 2.1), at most 100 groups."""
    groups: list[dict[str, str]] = []
    position = 0
    while position < len(body) and len(groups) < 100:
        block = header_block(body, position, len(body))
        if block.fields:
            groups.append({field.name: text_of(unfolded(field.raw[:2000])) for field in reversed(block.fields)})
        position = max(block.body_start, position + 1)
    return groups


def _original_id(raw: bytes, parts: list[Part], block: HeaderBlock) -> str | None:
    """The Message-ID of the returned mail: our own mark anywhere, else the returned headers, else what it answers."""
    returned = [part for part in parts if part.content_type in ("message/rfc822", "text/rfc822-headers")]
    for part in [*returned, *(one for one in parts if not one.children and one not in returned)]:
        body, _ = transfer.decode(raw[part.start : min(part.end, part.start + _RETURNED_LIMIT)], part.encoding)
        match = _OWN_IDENTIFIER.search(body) or _IDENTIFIER.search(body)
        if match and (part in returned or match[0].startswith(b"<mb.")):
            return decode_bytes(match[1] if match.re is _IDENTIFIER else match[0])
    for name in ("in-reply-to", "references", "x-original-message-id"):
        answered = re.findall(rb"<[^<>\s]{1,400}>", block.first(name) or b"")
        if answered:
            return decode_bytes(answered[-1])
    return _id_in_words(raw, parts)


def _id_in_words(raw: bytes, parts: list[Part]) -> str | None:
    """A report in one text part often quotes the headers of what it returns."""
    for part in parts:
        if part.content_type == "text/plain":
            body, _ = transfer.decode(raw[part.start : min(part.end, part.start + _RETURNED_LIMIT)], part.encoding)
            if match := _IDENTIFIER.search(body):
                return decode_bytes(match[1])
    return None
