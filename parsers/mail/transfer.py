"""Which bytes does a transfer encoding carry, and did they arrive whole?"""

import binascii

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_NOT_ALPHABET_OR_PAD = bytes(set(range(256)) - set(_ALPHABET) - {0x3D})
_ALLOWED = _ALPHABET + b"=\r\n\t \x0b\x0c"


def decode(body: bytes, encoding: str, *, closed: bool = True) -> tuple[bytes, bool]:
    """The content of a part and whether the encoding was broken or cut. Never raises.

    `closed`: the multipart around it had its end mark; without one a missing end counts as a cut.
    """
    match encoding.strip().lower().partition(";")[0].strip(" \"'"):
        case "base64" | "b":
            return from_base64(body, closed=closed)
        case "quoted-printable" | "q":
            return binascii.a2b_qp(body), False
        case "x-uuencode" | "uuencode" | "uue" | "x-uue":
            return _from_uuencode(body)
        case _:
            return body, False


def from_base64(body: bytes, *, closed: bool = True) -> tuple[bytes, bool]:
    """Decoded bytes and whether foreign signs, a wrong length or a missing end show damage."""
    foreign = bool(body.translate(None, _ALLOWED))
    packed = body.translate(None, _NOT_ALPHABET_OR_PAD)
    stripped = packed.rstrip(b"=")
    if b"=" in stripped and stripped.count(b"=") <= 1000:
        # Several encoded pieces glued together, each with its own padding.
        pieces = [_quads(piece) for piece in packed.split(b"=") if piece]
        return b"".join(data for data, _ in pieces), foreign or any(cut for _, cut in pieces)
    data, odd = _quads(stripped.translate(None, b"="))
    unpadded = len(stripped) % 4 != 0 and len(packed) == len(stripped)
    return data, foreign or odd or (unpadded and not closed)


def _quads(letters: bytes) -> tuple[bytes, bool]:
    surplus = len(letters) % 4
    if surplus == 1:
        return binascii.a2b_base64(letters[:-1]), True
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4)), False


def _from_uuencode(body: bytes) -> tuple[bytes, bool]:
    out: list[bytes] = []
    damaged = started = False
    for line in body.splitlines():
        if not started:
            started = line.startswith(b"begin ")
        elif line.strip() == b"end":
            return b"".join(out), damaged
        elif line:
            try:
                out.append(binascii.a2b_uu(line))
            except binascii.Error:
                damaged = True
    return b"".join(out), True
