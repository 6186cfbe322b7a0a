"""What does the author say in the mail itself, and what does its HTML show?"""

from dataclasses import dataclass

from parsers.mail import transfer
from parsers.mail.charset import decode_bytes
from parsers.mail.structure import Part, Walk
from parsers.mail.text import Rendered, looks_like_html, readable, rendered

_BODY_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text"})


@dataclass(frozen=True)
class Bodies:
    text: str = ""
    pages: tuple[Rendered, ...] = ()


def is_body(part: Part) -> bool:
    """Whether a part is text to read here: no file name and not sent as an attachment."""
    return part.content_type in _BODY_TYPES and not part.name and part.disposition != "attachment"


def bodies(raw: bytes, root: Part, walk: Walk) -> Bodies:
    """All texts of the mail in order; of alternatives the plain one where it says anything. Never raises."""
    pages: list[Rendered] = []
    text = _text(raw, root, pages, walk)
    return Bodies(readable(text), tuple(pages))


def _text(raw: bytes, part: Part, pages: list[Rendered], walk: Walk) -> str:
    if part.children:
        texts = [(child, _text(raw, child, pages, walk)) for child in part.children]
        if part.content_type == "multipart/alternative":
            plain = [text for child, text in texts if child.content_type == "text/plain" and text.strip()]
            told = [text for _, text in texts if text.strip()]
            return plain[0] if plain else told[-1] if told else ""
        return "\n".join(text for _, text in texts if text.strip())
    if not is_body(part):
        return ""
    source = _decoded(raw, part, walk)
    if part.content_type == "text/html" or looks_like_html(source):
        page = rendered(source)
        pages.append(page)
        return page.text
    return source


def _decoded(raw: bytes, part: Part, walk: Walk) -> str:
    length = min(part.end - part.start, walk.text_left)
    if length < part.end - part.start:
        walk.note("text_cut")
    walk.text_left -= length
    data, _ = transfer.decode(raw[part.start : part.start + length], part.encoding)
    return decode_bytes(data, part.parameters.get("charset", ""))
