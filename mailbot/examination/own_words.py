"""What did the writer of a reply put himself, above what he answers?

Only the lines before the first quotation, and no signature. Quoted words must never be taken for the writer's: what
looks like the beginning of a quotation ends his words, even where he did write on below it.
"""

import re
from collections.abc import Iterator
from typing import Final
from unicodedata import category, normalize

#: Lines that a mail program puts between the answer and what it quotes; folded by NFKC, without blanks.
_QUOTATION: Final = re.compile(
    r"[-_=*~—─]{2,}.{0,12}(?:原始|原邮件|原信件|original|转发|回复的|forwarded|邮件信息).{0,20}"
    r"|[-_=*~—─]{5,}"
    # Only what begins such a block: 日期： or 主题： may be a point that is to be corrected.
    r"|(?:发件人|寄件人|寄件者|发信人|发送人|from)[::].*"
    r"|.{0,200}(?:写道|寫道|wrote|写了|来信说)[::]?"
    r"|[-*]*(?:原始邮件|原邮件|originalmessage|original|beginforwardedmessage:?|forwardedmessage|转发邮件)[-*]*",
    re.IGNORECASE,
)
#: … and below the last line of what he wrote.
_SIGNATURE: Final = re.compile(
    r"--|—|——"
    r"|(?:发自|发送自|来自|从)我?的?.{0,4}(?:iphone|ipad|android|安卓|手机|华为|小米|荣耀|vivo|oppo|qq邮箱|foxmail|网易邮箱|邮箱大师|outlook).{0,24}"
    r"|(?:从|来自).{0,20}发送"
    r"|(?:sentfrom|getoutlookfor|sentvia).{0,40}"
    r"|(?:获取|下载)outlook.{0,20}",
    re.IGNORECASE,
)
_QUOTED: Final = tuple(">|》│┃▏")
_BLANKS: Final = re.compile(r"\s+")
#: Signs that nobody sees and no keyboard types between two letters; direction signs are kept, so that they are refused.
_UNSEEN: Final = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def own_lines(text: str) -> tuple[str, ...]:
    """The writer's lines in order, trimmed and otherwise as he wrote them; empty lines between them are kept as ""."""
    lines = list(_own(text))
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def folded(text: str) -> str:
    """Full-width signs as plain ones, without signs that nobody sees."""
    return normalize("NFKC", text).translate(_UNSEEN)


def compact(text: str) -> str:
    """Without any blanks."""
    return _BLANKS.sub("", text)


def unprintable(text: str) -> bool:
    """Whether signs that turn the direction, or no letters at all, stand in it: what is seen is not what is there."""
    return any(category(sign) in {"Cc", "Cf", "Co", "Cs", "Cn"} for sign in text)


def _own(text: str) -> Iterator[str]:
    begun = False
    for raw in text.splitlines():
        line = raw.translate(_UNSEEN).strip()
        tight = compact(folded(line))
        if tight.startswith(_QUOTED):
            if begun:
                return
            continue
        if tight and (_QUOTATION.fullmatch(tight) or _SIGNATURE.fullmatch(tight)):
            return
        if tight or begun:
            begun = True
            yield line
