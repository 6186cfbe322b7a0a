"""What would a person read in this HTML?

An own tokenizer, linear in the text: html.parser of Python 3.11.2 takes quadratic time for tags that never close
(CVE-2025-6069). Nothing that the HTML names is ever fetched.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from parsers.mail.charset import clean_text

HTML_LIMIT = 1024 * 1024  #: characters of HTML that are read
TEXT_LIMIT = 200_000  #: characters of text that are kept

_TAG_START = re.compile(r"<(?=[A-Za-z!?]|/[A-Za-z])")
_TAG = re.compile(r"(/?)([A-Za-z][A-Za-z0-9:_-]{0,30})([^<>]*)")
_ATTRIBUTE = re.compile(r"""([A-Za-z-]{2,20})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_SILENT = frozenset({"script", "style", "head", "title", "noscript", "template", "xml", "svg", "object"})
_BREAKS = frozenset(
    {"br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre"}
)
_MARKUP = re.compile(r"</?(?:html|body|div|p|br|table|span|font|a|b|meta|head)\b[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Anchor:
    """A link as the HTML shows it."""

    url: str
    label: str
    end: int  #: offset in the text behind its label: what follows may name size and expiry


@dataclass(frozen=True)
class Rendered:
    text: str
    anchors: tuple[Anchor, ...] = ()
    content_ids: frozenset[str] = frozenset()  #: of the pictures that it shows out of the mail itself


def looks_like_html(text: str) -> bool:
    return len(_MARKUP.findall(text[:20_000])) >= 3


def rendered(source: str) -> Rendered:
    """The text of HTML with its links and embedded pictures. Never raises."""
    source = source[:HTML_LIMIT]
    out: list[str] = []
    length = 0
    line_is_empty = True
    anchors: list[Anchor] = []
    content_ids: set[str] = set()
    open_link: tuple[str, int] | None = None
    quoted = 0  # how deep in quotations: their lines are marked, as plain text has it
    for text, tag, attributes in _tokens(source):
        piece = text
        line_is_empty = line_is_empty and not text.strip()
        if tag.removeprefix("/") == "blockquote":
            quoted = max(0, quoted + (-1 if tag[0] == "/" else 1))
            piece += "\n> " if quoted else "\n"
            line_is_empty = True
        elif tag == "br" or (tag.removeprefix("/") in _BREAKS and not line_is_empty):
            piece += "\n> " if quoted else "\n"
            line_is_empty = True
        elif tag in {"td", "th"}:
            piece += " "
        if piece:
            out.append(piece)
            length += 1
        if tag in {"a", "/a"} and open_link is not None:
            url, since = open_link
            anchors.append(Anchor(url, _squeezed("".join(out[since:])), length))
            open_link = None
        if tag == "a" and (url := _attribute(attributes, "href")) and len(anchors) < 1000:
            open_link = (url, length)
        elif tag in {"img", "v:imagedata", "body", "td", "table"} and "cid:" in attributes.lower():
            content_ids.update(re.findall(r"cid:([^\s\"'<>()]{1,200})", attributes, re.IGNORECASE))
    if open_link is not None:
        anchors.append(Anchor(open_link[0], _squeezed("".join(out[open_link[1] :])), length))
    return Rendered(*_placed(out, anchors), frozenset(html.unescape(cid) for cid in content_ids))


def _placed(out: list[str], anchors: list[Anchor]) -> tuple[str, tuple[Anchor, ...]]:
    """The whole text, and the anchors with their offset in it instead of the number of pieces."""
    offsets = [0]
    for piece in out:
        offsets.append(offsets[-1] + len(piece))
    text = "".join(out)
    placed = tuple(Anchor(one.url, one.label, offsets[one.end]) for one in anchors)
    return text, placed


def readable(text: str) -> str:
    """Text for the ledger and for a person: clean, without runs of blanks and empty lines, cut at the limit."""
    lines = (
        re.sub(r"[ \t\u00a0\u3000]+", " ", line).strip() for line in clean_text(text[: 4 * TEXT_LIMIT]).split("\n")
    )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()[:TEXT_LIMIT]


def _tokens(source: str) -> Iterator[tuple[str, str, str]]:
    """(text, tag, attributes) in order; text before the tag, tag lower-case with its slash, "" at the end."""
    position, end = 0, len(source)
    unclosed: set[str] = set()  # looked for once: each further search would read the rest again
    while position < end:
        start = _TAG_START.search(source, position)
        if start is None:
            break
        opening = start.start()
        text = html.unescape(re.sub(r"\s+", " ", source[position:opening]))
        if source.startswith("<!--", opening):
            closing = source.find("-->", opening + 4)
            yield text, "", ""
            if closing < 0:
                return
            position = closing + 3
            continue
        if source.startswith(("<!", "<?"), opening):
            closing = source.find(">", opening)
            yield text, "", ""
            if closing < 0:
                return
            position = closing + 1
            continue
        match = _TAG.match(source, opening + 1)
        assert match is not None  # _TAG_START has seen its first letter
        name = match[2].lower()
        yield text, match[1] + name, match[3]
        position = match.end() + (source[match.end() : match.end() + 1] == ">")
        if name in _SILENT and name not in unclosed and not match[1] and not match[3].rstrip().endswith("/"):
            close = re.compile("</" + name, re.IGNORECASE).search(source, position)
            if close is not None:
                position = close.start()
            elif name in {"script", "style"}:
                return  # swallows the rest, as in a browser
            else:
                unclosed.add(name)
    if position < end:
        yield html.unescape(re.sub(r"\s+", " ", source[position:])), "", ""


def _attribute(attributes: str, name: str) -> str:
    for match in _ATTRIBUTE.finditer(attributes[:8192]):
        if match[1].lower() == name:
            return html.unescape(match[2] or match[3] or match[4] or "").strip()
    return ""


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
