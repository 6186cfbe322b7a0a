"""Which files does a mail offer as links only (超大附件, 网盘, 在线文档)? Named for the reply, never followed."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from parsers.mail.charset import clean_line, decode_bytes
from parsers.mail.message import CloudLink
from parsers.mail.text import Anchor, Rendered

LINK_LIMIT = 50  #: links of one mail that are named
_URL_LENGTH = 2000
_LABEL_LENGTH = 200

_URL = re.compile(r"https?://[^\s<>\"'，。；、（）()【】《》“”]{4,2000}", re.IGNORECASE)
#: "(80.96M, 2026年8月17日 0:49 到期)", as NetEase and QQ print it behind the file's name.
_SIZE_AND_EXPIRY = re.compile(
    r"[（(]\s*(\d[\d.,]{0,10}\s*[KMGT]?i?B?)\s*[,，]?\s*([^()（）\n]{0,40}?(?:到期|过期|失效|无限期|永久有效)[^()（）\n]{0,10})?[）)]",
    re.IGNORECASE,
)
_EXPIRY = re.compile(r"(?:到期时间|有效期至?|过期时间|文件有效期)\s*[:：]?\s*([^\n()（）]{4,40})")
_FILE_NAME = re.compile(r"[^\s/\\:*?\"<>|]{1,120}\.[A-Za-z0-9]{2,5}\b")
_NO_LABEL = re.compile(r"^(?:下载|立即下载|点击下载|点此下载|查看|预览|在线预览|进入下载页面|转存|收藏|打开|详情|)$")


@dataclass(frozen=True)
class _Service:
    provider: str
    host: re.Pattern[str]
    path: re.Pattern[str]
    large_attachment: bool
    same_file: tuple[str, ...] = ()  #: query keys that name the file: one file is linked several times


def _service(provider: str, host: str, path: str = "", *keys: str, large: bool = False) -> _Service:
    return _Service(provider, re.compile(rf"(?:{host})\Z"), re.compile(path, re.IGNORECASE), large, keys)


_SERVICES = (
    _service("qq", r"(?:\w+\.)?mail\.qq\.com", r"/ftn/|/cgi-bin/ftn\w*|exs_ftn", "key", "k", "code", large=True),
    _service("exmail", r"(?:.+\.)?exmail\.qq\.com", r"/ftn/|/cgi-bin/ftn\w*|exs_ftn", "key", "k", "code", large=True),
    _service("qq", r"(?:.+\.)?ftn\.qq\.com|.*ftnapp.*\.qq\.com|dfsdown\.mail\.qq\.com", "", "key", "k", large=True),
    _service("netease", r"(?:.+\.)?dashi\.163\.com", r"attachment|file|html", "file", "key", large=True),
    _service("netease", r"(?:fs|u|f|bigfile|fj)\.(?:163|126|yeah|188)\.(?:com|net)", "", "file", "key", large=True),
    _service(
        "netease",
        r"(?:.+\.)?(?:163|126|yeah|188)\.(?:com|net)",
        r"large-?attachment|huge-attachment|cloud-?attachment|/filehub/|bigfile",
        "file",
        "key",
        "uid",
        large=True,
    ),
    _service("sina", r"(?:.+\.)?sina\.(?:com|com\.cn|cn)", r"filecenter|bigattach|largeattach", "id", large=True),
    _service("sohu", r"(?:.+\.)?mail\.sohu\.com", r"bigattach|netdisk|largeattach", "id", large=True),
    _service("139", r"(?:.+\.)?mail\.10086\.cn", r"largeattach|cardlink|bigfile|disk", "key", large=True),
    _service("aliyun", r"(?:.+\.)?(?:mail\.aliyun|mxhichina|qiye\.aliyun)\.com", r"bigattach|netstorage", large=True),
    _service("coremail", r".+", r"/coremail/.*(?:nfs|bigfile|largefile|netfolder)|func=nf:|/nf/download", large=True),
    _service("baidu", r"(?:pan|yun|eyun)\.baidu\.com", r"/s(?:hare)?/|/disk|/share", "surl", "shareid"),
    _service("weiyun", r"(?:share|www|h5|mydrive)?\.?weiyun\.com"),
    _service("123pan", r"(?:.+\.)?(?:123pan|123684|123865|123912|123592)\.(?:com|cn)"),
    _service("aliyundrive", r"(?:.+\.)?(?:aliyundrive|alipan)\.com"),
    _service("quark", r"(?:pan|drive|fast\.pan)\.quark\.cn"),
    _service("xunlei", r"pan\.xunlei\.com"),
    _service("115", r"(?:.+\.)?(?:115|115cdn|anxia)\.com", r"/s/|/lb/"),
    _service("189", r"cloud\.189\.cn", "", "code"),
    _service("139", r"(?:yun|caiyun|www\.yun)\.139\.com|caiyun\.feixin\.10086\.cn"),
    _service("lanzou", r"(?:.+\.)?(?:lanzou|lanzo|lanzo[a-z]|ilanzou|woozooo)[a-z]?\.com"),
    _service("360", r"(?:.+\.)?yunpan\.(?:360\.cn|cn|com)|(?:.+\.)?eyun\.360\.cn"),
    _service("ctfile", r"(?:.+\.)?(?:ctfile|400gb|pipipan|545c)\.(?:com|net)"),
    _service("jianguoyun", r"(?:.+\.)?jianguoyun\.com", r"/p/"),
    _service("feishu", r"(?:.+\.)?(?:feishu|larksuite)\.(?:cn|com)", r"/(?:file|drive|docx?|docs|wiki|sheets|base)/"),
    _service("tencent_docs", r"(?:docs|doc)\.(?:qq|weixin\.qq)\.com|drive\.weixin\.qq\.com"),
    _service("wps", r"(?:.+\.)?(?:kdocs|wps)\.cn", r"/l/|/s/|/p/|/view/|/f/|/doc"),
    _service("dingtalk", r"(?:.+\.)?(?:alidocs\.dingtalk|space\.dingtalk|qr\.dingtalk)\.com"),
    _service("shimo", r"(?:.+\.)?shimo\.im"),
    _service("yuque", r"(?:www\.)?yuque\.com"),
    _service("onedrive", r"1drv\.ms|onedrive\.live\.com|.+\.sharepoint\.(?:com|cn)"),
    _service("google", r"(?:drive|docs)\.google\.com"),
    _service("wetransfer", r"(?:.+\.)?(?:wetransfer\.com|we\.tl|cowtransfer\.com|c-t\.work|wenshushu\.cn|wss\.[a-z]+)"),
)  # fmt: skip

_HUGE_MARK = re.compile(r"X-(?:NETEASE|NTES)-HUGE-ATTACHMENT", re.IGNORECASE)
#: The heading that providers put over their links. The bare word 超大附件 also stands in our own letters.
_HEADING = "发来的超大附件"
_HEADING_LENGTH = 30  #: signs before it in which the provider's name stands, behind 从
_HEADING_OF = (("腾讯", "exmail"), ("QQ", "qq"), ("Foxmail", "qq"), ("网易", "netease"), ("163", "netease"),
               ("126", "netease"), ("yeah", "netease"), ("188", "netease"), ("新浪", "sina"), ("搜狐", "sohu"),
               ("139", "139"), ("阿里", "aliyun"))  # fmt: skip


def cloud_links(text: str, pages: tuple[Rendered, ...]) -> tuple[CloudLink, ...]:
    """Every file offered by link, once each, with its name, size and expiry as shown. Never raises, fetches nothing."""
    found: dict[tuple[str, str], CloudLink] = {}
    for page in pages:
        for anchor in page.anchors:
            _add(found, anchor, page.text)
    for match in list(_URL.finditer(text))[:500]:
        _add(found, Anchor(match[0], "", match.end()), text)
    if not any(link.large_attachment for link in found.values()):
        for source in (text, *(page.text for page in pages)):
            at = source.find(_HEADING)
            _, begins, named = source[max(0, at - _HEADING_LENGTH) : max(0, at)].rpartition("从")
            if begins:
                provider = next((name for word, name in _HEADING_OF if word in named), "unknown")
                found[provider, ""] = CloudLink(provider, "", _shown_after(source, at + len(_HEADING)))
                break
    return tuple(found.values())[:LINK_LIMIT]


def _add(found: dict[tuple[str, str], CloudLink], anchor: Anchor, text: str) -> None:
    if len(found) >= LINK_LIMIT or not anchor.url.lower().startswith(("http:", "https:")):
        return
    url = clean_line(anchor.url)[:_URL_LENGTH]
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        query = parse_qs(parts.query[:_URL_LENGTH], encoding="utf-8", errors="surrogateescape", max_num_fields=50)
    except ValueError:
        return
    service = _service_of(host, parts, url)
    if service is None:
        return
    key = (service.provider, _file_key(service, parts, query))
    label = _label(anchor, query, text)
    known = found.get(key)
    if known is None or len(_FILE_NAME.findall(known.label)) < len(_FILE_NAME.findall(label)):
        found[key] = CloudLink(service.provider, url, label, service.large_attachment)
    elif len(label) > len(known.label) and known.label in label:
        found[key] = CloudLink(service.provider, known.url, label, service.large_attachment)


def _service_of(host: str, parts: SplitResult, url: str) -> _Service | None:
    if _HUGE_MARK.search(url):
        return next(one for one in _SERVICES if one.provider == "netease")
    where = f"{parts.path}?{parts.query}#{parts.fragment}"
    return next((one for one in _SERVICES if one.host.match(host) and one.path.search(where)), None)


def _file_key(service: _Service, parts: SplitResult, query: dict[str, list[str]]) -> str:
    for name in service.same_file:
        if query.get(name):
            return query[name][0]
    return parts.path if not parts.query else f"{parts.path}?{parts.query}"


def _label(anchor: Anchor, query: dict[str, list[str]], text: str) -> str:
    """The file's name, then size and expiry where the text behind the link shows them."""
    name = "" if _NO_LABEL.match(anchor.label) or _URL.match(anchor.label) else anchor.label
    for key in ("title", "filename", "fn", "name", "n"):
        if not name and query.get(key):
            raw = query[key][0].encode("utf-8", "surrogateescape")
            name = unquote(decode_bytes(raw))
    shown = _shown_after(text, anchor.end)
    joined = f"{name} {shown}" if shown and shown not in name else name
    return clean_line(joined)[:_LABEL_LENGTH]


def _shown_after(text: str, position: int) -> str:
    window = text[position : position + 160]
    if match := _SIZE_AND_EXPIRY.search(window):
        size, expiry = match[1].strip(), (match[2] or "").strip()
        return f"({size}, {expiry})" if expiry else f"({size})"
    match = _EXPIRY.search(window)
    return f"({match[0].strip()})" if match else ""
