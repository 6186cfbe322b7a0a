"""Whose addresses does a header name, and is there anything odd about them?

An own strict parser: the standard library of Python 3.11 answers alice@good.cn for `alice@good.cn <eve@evil.cn>`.
"""

import re
from dataclasses import dataclass

from parsers.mail.charset import clean_line, decode_bytes, folded, has_hidden_signs
from parsers.mail.headers import decoded, unfolded
from parsers.mail.message import Address, AuthorDefect

ADDRESS_LIMIT = 200  #: addresses read of one mail's To or Cc
_NAME_LIMIT = 200  #: characters of a display name that are kept

# No possessive quantifiers: those of Python before 3.11.5 match wrongly around alternatives (gh-106052).
_TOKEN = re.compile(
    r"""(?P<word>=\?[^?\s*]{1,40}(?:\*[^?\s]{0,40})?\?[bBqQ]\?[^?]*(?:\?(?!=)[^?]*){0,3}\?=)
    | (?P<quoted>"[^"\\]*(?:\\.[^"\\]*)*")
    | (?P<unclosed>"[^"\\]*(?:\\.[^"\\]*)*\\?\Z)
    | (?P<angle><[^<>]*>)
    | (?P<open>\() | (?P<close>\))
    | (?P<comma>,) | (?P<colon>:) | (?P<semicolon>;)
    | (?P<blank>[\s]+)
    | (?P<text>[^\s"<>(),:;=]+|=)
    | (?P<stray>.)""",
    re.VERBOSE | re.DOTALL,
)
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTED_LOCAL = re.compile(r'"(?:[ !#-\[\]-~]|\\[ -~])*"')
_DOMAIN = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_LITERAL = re.compile(r"\[[0-9A-Fa-f:.]{2,45}\]|\[IPv6:[0-9A-Fa-f:.]{2,45}\]")
_SHOWN_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
_COMMENT_DEPTH = 8


@dataclass(frozen=True)
class AddressList:
    """The addresses that stand in a header without any doubt, and what was odd about the rest."""

    addresses: tuple[Address, ...] = ()
    defects: tuple[AuthorDefect, ...] = ()
    unread: tuple[str, ...] = ()  #: entries whose address cannot be told for sure, cleaned for display
    cut: bool = False  #: more addresses than are read


def authors(headers: tuple[bytes, ...], sender: bytes | None = None) -> AddressList:
    """From as RFC 5322 has it: exactly one address; everything else names its defect, and never guesses.

    `alice@good.cn <eve@evil.cn>` is DEFECTIVE without an address; `"alice@good.cn" <eve@evil.cn>` is eve with a defect.
    """
    lists = [_parse(header, lists_by_semicolon=False) for header in headers]
    found = tuple(address for one in lists for address in one.addresses)
    defects = [defect for one in lists for defect in one.defects]
    if len(headers) > 1 or len(found) > 1:
        defects.append(AuthorDefect.SEVERAL)
    if not found:
        defects.append(AuthorDefect.NONE)
    if any(one.unread for one in lists):
        found = ()
    if sender is not None and len(found) == 1 and _sender_differs(found[0], sender):
        defects.append(AuthorDefect.SENDER_DIFFERS)
    return AddressList(found, tuple(dict.fromkeys(defects)), cut=any(one.cut for one in lists))


def recipients(headers: tuple[bytes, ...]) -> AddressList:
    """To, Cc or Reply-To: groups are opened, `;` may separate, entries that cannot be read surely are left out."""
    lists = [_parse(header, lists_by_semicolon=True) for header in headers[:20]]
    found = tuple(address for one in lists for address in one.addresses)
    return AddressList(
        found[:ADDRESS_LIMIT],
        tuple(dict.fromkeys(defect for one in lists for defect in one.defects)),
        tuple(entry for one in lists for entry in one.unread)[:20],
        cut=len(found) > ADDRESS_LIMIT or len(headers) > 20 or any(one.cut for one in lists),
    )


def addr_spec(text: str) -> tuple[str, bool] | None:
    """The addr-spec in its stored form and whether it is plain ASCII; None where RFC 5322 3.4.1 does not allow it.

    >>> addr_spec("Li.Si@Example.CN")
    ('Li.Si@example.cn', True)
    """
    text = text.strip(" \t\r\n")
    local, at, domain = text.rpartition("@")
    if not at or len(local) > 64 or len(domain) > 255:
        return None
    if _LITERAL.fullmatch(domain):
        ascii_domain: str | None = domain
    else:
        ascii_domain = _ascii_domain(domain.removesuffix("."))
    if ascii_domain is None or not local:
        return None
    if _LOCAL.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local):
        return f"{local}@{ascii_domain.lower()}", domain.isascii()
    if not local.isascii() and not re.search(r"""[\s"<>(),:;@\\\[\]]""", local):
        return f"{clean_line(local)}@{ascii_domain.lower()}", False
    return None


def same_organisation(one: str, other: str) -> bool:
    """Whether two domains are equal or one lies below the other, outside registries' suffixes (RFC 7489 3.1)."""
    one, other = one.lower().strip("."), other.lower().strip(".")
    if one == other:
        return bool(one)
    shorter, longer = sorted((one, other), key=len)
    return longer.endswith("." + shorter) and "." in shorter and not _REGISTRY.fullmatch(shorter)


#: Suffixes under which anybody may register: those of .cn, and the generic second levels that other countries use.
_REGISTRY = re.compile(r"(?:[a-z]{2}|com|net|org|gov|edu|ac|mil|co|政务|公益)\.[a-z]{2}")


@dataclass
class _Entry:
    """One address while it is being read: what stands before, in and after its angle brackets."""

    before: list[str]
    names: list[str]
    angle: str | None = None
    odd: bool = False
    glued: bool = True  #: no blank between the pieces of `before`

    def is_empty(self) -> bool:
        return not self.before and self.angle is None and not self.odd


def _parse(header: bytes, *, lists_by_semicolon: bool) -> AddressList:
    # Decoded from 8-bit before the tokens are cut: the second byte of a GBK character may be @ or a backslash.
    text = decode_bytes(unfolded(header))
    found: list[Address] = []
    defects: list[AuthorDefect] = []
    unread: list[str] = []
    entries, stray = _entries(text, lists_by_semicolon=lists_by_semicolon)
    if stray:
        defects.append(AuthorDefect.DEFECTIVE)
    for entry in entries[: ADDRESS_LIMIT + 1]:
        address, faults = _address(entry, strict=not lists_by_semicolon)
        defects.extend(faults)
        if address is None:
            unread.append(clean_line(decoded(" ".join([*entry.before, entry.angle or ""]).encode()))[:_NAME_LIMIT])
        else:
            found.append(address)
    if stray and not lists_by_semicolon:
        return AddressList((), tuple(defects), (clean_line(text)[:_NAME_LIMIT],))
    return AddressList(tuple(found), tuple(defects), tuple(unread), cut=len(entries) > ADDRESS_LIMIT)


def _entries(text: str, *, lists_by_semicolon: bool) -> tuple[list[_Entry], bool]:
    """Cut a header into its entries; True when its brackets or group signs do not fit together."""
    entries: list[_Entry] = []
    entry = _Entry([], [])
    in_group = stray = blank = False
    comments = 0
    for match in _TOKEN.finditer(text):
        kind, token = match.lastgroup, match[0]
        if comments:
            comments += (kind == "open") - (kind == "close")
            stray = stray or comments > _COMMENT_DEPTH
        elif kind == "open":
            comments = 1
        elif kind in ("comma", "semicolon"):
            # `;` ends a group; elsewhere Outlook's habit of separating by it is borne in recipients only.
            stray = stray or (kind == "semicolon" and not in_group and not lists_by_semicolon)
            in_group = in_group and kind != "semicolon"
            entries.append(entry)
            entry = _Entry([], [])
        elif kind == "colon":
            stray = stray or in_group or entry.angle is not None or any("@" in piece for piece in entry.before)
            in_group, entry = True, _Entry([], [])
        else:
            _take(entry, kind or "", token, after_blank=blank)
        blank = kind == "blank"
        if len(entries) > ADDRESS_LIMIT:
            break
    entries.append(entry)
    return [one for one in entries if not one.is_empty()], stray or comments > 0


def _take(entry: _Entry, kind: str, token: str, *, after_blank: bool) -> None:
    match kind:
        case "blank":
            return
        case "angle":
            entry.odd = entry.odd or entry.angle is not None
            entry.angle = token[1:-1]
        case "stray" | "close" | "unclosed":
            entry.odd = True
            entry.before.append(token)
        case _ if entry.angle is not None:
            entry.odd = True  # text after the address: which of the two counts?
        case _:
            entry.glued = entry.glued and not (after_blank and entry.before)
            entry.before.append(token)
            entry.names.append(kind)


def _address(entry: _Entry, *, strict: bool) -> tuple[Address | None, list[AuthorDefect]]:
    if entry.odd:
        return None, [AuthorDefect.DEFECTIVE]
    if entry.angle is None:
        read = addr_spec("".join(entry.before)) if entry.glued else None
        name = ""
    else:
        read = addr_spec(entry.angle)
        name = _display_name(entry)
    if read is None:
        return None, [AuthorDefect.DEFECTIVE]
    spec, is_ascii = read
    bare = [piece for piece, kind in zip(entry.before, entry.names, strict=True) if kind == "text"]
    faults = []
    if entry.angle is not None and any("@" in piece for piece in bare) and name.lower() != spec.lower():
        # A recipient was written by the author's own program, which did send to what stands in brackets.
        if strict:
            return None, [AuthorDefect.DEFECTIVE]
        faults.append(AuthorDefect.DEFECTIVE)
    if not is_ascii:
        faults.append(AuthorDefect.NOT_ASCII)
    shown = {found.lower() for found in _SHOWN_ADDRESS.findall(folded(name))}
    if shown - {spec.lower()}:
        faults.append(AuthorDefect.NAME_IS_ADDRESS)
    return Address(spec, name), faults


def _display_name(entry: _Entry) -> str:
    """The name for display; dropped when it holds an encoded line end, which no mail program writes (A10)."""
    pieces = []
    for piece, kind in zip(entry.before, entry.names, strict=True):
        pieces.append(re.sub(r"\\(.)", r"\1", piece[1:-1], flags=re.DOTALL) if kind == "quoted" else piece)
    raw = decoded(("" if entry.glued else " ").join(pieces).encode("utf-8", "replace"))
    return "" if re.search(r"[\x00-\x08\x0a-\x1f\x7f]", raw) else clean_line(raw)[:_NAME_LIMIT]


def _ascii_domain(domain: str) -> str | None:
    """The domain in ASCII letters; look-alikes become xn-- (RFC 5890), so that they equal no registered address."""
    if not domain.isascii():
        if len(domain) > 100 or has_hidden_signs(domain):
            return None
        try:
            domain = domain.encode("idna").decode("ascii")
        except (UnicodeError, ValueError):
            return None
    return domain if _DOMAIN.fullmatch(domain) else None


def _sender_differs(author: Address, sender: bytes) -> bool:
    read = _parse(sender, lists_by_semicolon=False).addresses
    return len(read) != 1 or not same_organisation(read[0].domain, author.domain)
