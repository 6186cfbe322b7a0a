"""What does the author say in the mail itself, and what does its HTML show?"""

from dataclasses import dataclass

from parsers.mail import transfer
from parsers.mail.charset import decode_bytes
from parsers.mail.structure import Part
from parsers.mail.text import HTML_LIMIT, Rendered, looks_like_html, readable, rendered

_BODY_TYPES = frozenset({"text/plain", "text/html", "text/enriched", "text/richtext", "text"})
_BODY_LIMIT = 4 * HTML_LIMIT  #: bytes of one body part that are decoded


@dataclass(frozen=True)
class Bodies:
    text: str = ""
    pages: tuple[Rendered, ...] = ()


def is_body(part: Part) -> bool:
    """Whether a part is text to read here: no file name and not sent as an attachment."""
    return part.content_type in _BODY_TYPES and not part.name and part.disposition != "attachment"


def bodies(raw: bytes, root: Part) -> Bodies:
    """All texts of the mail in order; of alternatives the plain one where it says anything. Never raises."""
    pages: list[Rendered] = []
    text = _text(raw, root, pages)
    return Bodies(readable(text), tuple(pages))


def _text(raw: bytes, part: Part, pages: list[Rendered]) -> str:
    if part.children:
        texts = [(child, _text(raw, child, pages)) for child in part.children]
        if part.content_type == "multipart/alternative":
            plain = [text for child, text in texts if child.content_type == "text/plain" and text.strip()]
            told = [text for _, text in texts if text.strip()]
            return plain[0] if plain else told[-1] if told else ""
        return "\n".join(text for _, text in texts if text.strip())
    if not is_body(part):
        return ""
    source = _decoded(raw, part)
    if part.content_type == "text/html" or looks_like_html(source):
        page = rendered(source)
        pages.append(page)
        return page.text
    return source


def _decoded(raw: bytes, part: Part) -> str:
    data, _ = transfer.decode(raw[part.start : min(part.end, part.start + _BODY_LIMIT)], part.encoding)
    return decode_bytes(data, part.parameters.get("charset", ""))
