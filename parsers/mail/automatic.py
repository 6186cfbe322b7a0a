"""Did a machine write this mail (RFC 3834, 3464, 8098, and what Chinese providers do instead)?"""

import re
from collections.abc import Iterator

from parsers.mail.charset import folded
from parsers.mail.headers import text_of
from parsers.mail.message import Address, Automatic, AutomaticKind, Bounce
from parsers.mail.scan import HeaderBlock
from parsers.mail.structure import Part

OWN_HEADER = "x-mailbot"
OWN_LOCAL_PART = "mb."  #: our Message-IDs begin so

_DAEMON = re.compile(r"mailer-daemon|mail-daemon|mailerdaemon|postmaster|mdaemon|mail_delivery|mailadmin")
_MACHINE = re.compile(r"(?:no|do-?not|donot)[-_.]?reply.*|auto-?reply.*|autoresponder?|notifications?|daemon|root")
_LIST_OWNER = re.compile(
    r"owner-.+|.+-(?:owner|request|bounces?|return)(?:[+=-].*)?|bounces?(?:[+=-].*)?|listserv|majordomo"
)
_BOUNCE_SUBJECT = re.compile(
    r"系统退信|退信通知|邮件退信|^退信|邮件投递失败|投递失败|邮件被退回|退回邮件|来自.{0,20}的退信"
    r"|邮件发送失败|未能送达|无法投递"
    r"|undeliver(?:ed|able)|returned mail|mail delivery (?:failed|failure|system)"
    r"|delivery (?:status notification|failure)"
    r"|failure notice|message not delivered|non-?delivery|could not be delivered",
    re.IGNORECASE,
)
_REPLY_SUBJECT = re.compile(
    r"^\W*(?:自动回[复覆]|自动答[复覆]|假期自动回复|外出自动回复|休假自动回复|自動回[復覆]"
    r"|auto(?:matic|mated)?[ -]?(?:reply|response)|out of (?:the )?office)",
    re.IGNORECASE,
)
_RECEIPT_SUBJECT = re.compile(r"^\W*(?:已读回执|已读[:：]|阅读回执|read[:：]|read receipt|邮件已阅读)", re.IGNORECASE)
_ADVERTISING = re.compile(r"^\W*(?:ad|广告)\W", re.IGNORECASE)
_OWN_IDENTIFIER = re.compile(rb"<mb\.[^<>\s@]{1,200}@[^<>\s]{1,200}>")


def automatic_kind(
    block: HeaderBlock, root: Part, author: Address | None, subject: str, bounce: Bounce | None
) -> Automatic | None:
    """The first certain sign, else the first weak one, else None: a person wrote it. Never raises."""
    weak: Automatic | None = None
    for sign in _signs(block, root, author, folded(subject), bounce):
        if sign.certain:
            return sign
        weak = weak or sign
    return weak


def _signs(
    block: HeaderBlock, root: Part, author: Address | None, subject: str, bounce: Bounce | None
) -> Iterator[Automatic]:
    yield from _own(block)
    yield from _reports(root, bounce)
    local = author.key.rpartition("@")[0] if author else ""
    # "MAILER-DAEMON <>" is no address, and yet tells who wrote.
    shown = text_of(block.first("from") or b"") if author is None else ""
    from_daemon = _DAEMON.fullmatch(local) is not None or re.match(r"\W*mailer-daemon\b", shown, re.I) is not None
    # A person may write about a mail that came back: from him only a subject that begins so is even a weak sign.
    found = _BOUNCE_SUBJECT.search(subject)
    if found and (from_daemon or not subject[: found.start()].strip(" \t[(【*")):
        yield Automatic(AutomaticKind.BOUNCE, "subject", from_daemon)
    yield from _declared(block)
    if from_daemon:
        yield Automatic(AutomaticKind.BOUNCE, "from", certain=True)
    if any(_empty_path(raw) for raw in block.every("return-path")[:1]):
        kind = AutomaticKind.AUTO_REPLY if _REPLY_SUBJECT.match(subject) else AutomaticKind.BOUNCE
        yield Automatic(kind, "return-path", certain=True)
    if _REPLY_SUBJECT.match(subject):
        yield Automatic(AutomaticKind.AUTO_REPLY, "subject", certain=False)
    if _RECEIPT_SUBJECT.match(subject):
        yield Automatic(AutomaticKind.RECEIPT, "subject", certain=False)
    if _LIST_OWNER.fullmatch(local):
        yield Automatic(AutomaticKind.LIST, "from", certain=False)
    if _MACHINE.fullmatch(local):
        yield Automatic(AutomaticKind.BULK, "from", certain=False)
    if _ADVERTISING.match(subject):
        yield Automatic(AutomaticKind.BULK, "subject", certain=False)


def _own(block: HeaderBlock) -> Iterator[Automatic]:
    if (mark := text_of(block.first(OWN_HEADER) or b"")) != "":
        yield Automatic(AutomaticKind.OWN, f"{OWN_HEADER}: {mark[:100]}", certain=True)
    if _OWN_IDENTIFIER.fullmatch((block.first("message-id") or b"").strip()):
        yield Automatic(AutomaticKind.OWN, "message-id", certain=True)


def _reports(root: Part, bounce: Bounce | None) -> Iterator[Automatic]:
    kinds = {part.content_type for part in (root, *root.children)}
    report = root.parameters.get("report-type", "").lower() if root.declared_type == "multipart/report" else ""
    if "message/disposition-notification" in kinds or report == "disposition-notification":
        yield Automatic(AutomaticKind.RECEIPT, "disposition-notification", certain=True)
    if kinds & {"message/delivery-status", "message/global-delivery-status"} or report == "delivery-status":
        kind = AutomaticKind.BOUNCE if bounce is not None else AutomaticKind.RECEIPT
        yield Automatic(kind, "delivery-status", certain=True)
    elif root.declared_type == "multipart/report":
        yield Automatic(AutomaticKind.AUTO_REPLY, "multipart/report", certain=True)


def _declared(block: HeaderBlock) -> Iterator[Automatic]:
    """The headers by which machines declare themselves."""
    told = _first_word(block, "auto-submitted")
    if told not in ("", "no"):
        yield Automatic(AutomaticKind.AUTO_REPLY, "auto-submitted", certain=True)
    precedence = _first_word(block, "precedence")
    for words, kind in (
        ({"bulk", "junk"}, AutomaticKind.BULK),
        ({"list"}, AutomaticKind.LIST),
        ({"auto_reply", "auto-reply"}, AutomaticKind.AUTO_REPLY),
    ):
        if precedence in words:
            yield Automatic(kind, "precedence", certain=True)
    for name in ("x-autoreply", "x-autorespond", "x-autoreply-from", "x-auto-generated", "x-mail-autoreply"):
        if block.first(name) is not None and _first_word(block, name) not in ("no", "false"):
            yield Automatic(AutomaticKind.AUTO_REPLY, name, certain=True)
    for name in ("list-id", "list-post", "mailing-list", "x-mailing-list"):
        if block.first(name) is not None:
            yield Automatic(AutomaticKind.LIST, name, certain=True)
    # Corporate gateways in China add these to ordinary mail, so an application that carries one is held, not dropped.
    for name in ("list-unsubscribe", "list-help", "list-subscribe", "list-owner", "list-archive"):
        if block.first(name) is not None:
            yield Automatic(AutomaticKind.BULK, name, certain=False)
    # Asks for no automatic answer, and does not say that it is one.
    asked = text_of(block.first("x-auto-response-suppress") or b"").lower()
    if re.search(r"\b(?:all|oof|autoreply)\b", asked):
        yield Automatic(AutomaticKind.AUTO_REPLY, "x-auto-response-suppress", certain=False)
    if block.first("x-loop") is not None:
        yield Automatic(AutomaticKind.AUTO_REPLY, "x-loop", certain=False)


def _first_word(block: HeaderBlock, name: str) -> str:
    text = re.sub(r"\([^()]{0,500}\)", " ", text_of(block.first(name) or b""))
    return re.split(r"[\s;,]", text.strip().lower(), maxsplit=1)[0]


def _empty_path(raw: bytes) -> bool:
    return "".join(text_of(raw).split()) == "<>"
