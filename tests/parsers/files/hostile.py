"""Small files that ask for a great deal: the bombs of the threat list B1–B16, made on the spot."""

import io
import struct
import zlib

from PIL import Image


def pdf(objects: list[bytes], *, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of the given objects, numbered from 1, with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root %d 0 R %s >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, root, trailer, start)
    return bytes(out)


def stream(data: bytes, extra: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n" % (len(data), extra) + data + b"\nendstream"


def page_of(
    content: bytes, *, box: bytes = b"0 0 595 842", resources: bytes = b"", more: tuple[bytes, ...] = ()
) -> bytes:
    """One page; `content` is the whole stream object, `more` are objects from number 5 on."""
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [%s] /Contents 4 0 R /Resources << %s >> >>" % (box, resources),
            content,
            *more,
        ]
    )


def deflated_zeros(size: int) -> bytes:
    packer = zlib.compressobj(9)
    chunk = bytes(1 << 20)
    return b"".join(packer.compress(chunk) for _ in range(size >> 20)) + packer.flush()


def flate_bomb(gib: float = 2.0) -> bytes:
    """B1: one content stream that unpacks to gigabytes."""
    packed = zlib.compressobj(9)
    chunk = b"0 0 m\n" * 170_000
    data = b"".join(packed.compress(chunk) for _ in range(int(gib * 1024))) + packed.flush()
    return page_of(stream(data, b"/Filter /FlateDecode"))


def nested_flate_bomb(gib: int = 4) -> bytes:
    """B2: the same packed twice."""
    once = deflated_zeros(gib << 30)
    return page_of(stream(zlib.compress(once, 9), b"/Filter [/FlateDecode /FlateDecode]"))


def form_bomb(depth: int = 12, width: int = 10) -> bytes:
    """B3: forms that call ten forms each, twelve deep: 10^12 calls."""
    forms = []
    for level in range(depth):
        inner = b"/F Do " * width if level < depth - 1 else b"0 0 10 10 re f"
        named = b"/Resources << /XObject << /F %d 0 R >> >>" % (6 + level) if level < depth - 1 else b""
        forms.append(stream(inner, b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] " + named))
    return page_of(stream(b"/F Do"), resources=b"/XObject << /F 5 0 R >>", more=tuple(forms))


def text_bomb(operators: int = 5_000_000) -> bytes:
    """B4: millions of text operators in some kilobytes."""
    data = zlib.compress(b"BT /F 1 Tf " + b"(a) Tj " * operators + b"ET", 9)
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
    return page_of(stream(data, b"/Filter /FlateDecode"), resources=b"/Font << /F 5 0 R >>", more=(font,))


def rectangle_bomb(count: int = 2_000_000) -> bytes:
    """B5: two million filled rectangles."""
    data = zlib.compress(b"0 0 500 800 re f " * count, 9)
    return page_of(stream(data, b"/Filter /FlateDecode"))


def page_tree_bomb(references: int = 1_000_000) -> bytes:
    """B5: a page tree that names one page a million times."""
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count %d /Kids [%s] >>" % (references, b"3 0 R " * references),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>",
        ]
    )


def deep_states(count: int = 1_000_000) -> bytes:
    """B6: graphics states saved a million deep."""
    return page_of(stream(zlib.compress(b"q " * count, 9), b"/Filter /FlateDecode"))


def huge_page(side: bytes = b"14400000") -> bytes:
    """B7: a page of 200 km square, or of no finite size."""
    return page_of(stream(b"0 0 10 10 re f"), box=b"0 0 %s %s" % (side, side))


def circular_tree() -> bytes:
    """B8: the page tree contains itself."""
    return pdf([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>"])


def circular_form() -> bytes:
    """B8: a form draws itself."""
    form = stream(b"/F Do", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>")
    return page_of(stream(b"/F Do"), resources=b"/XObject << /F 5 0 R >>", more=(form,))


def huge_image(side: int = 60_000) -> bytes:
    """B9: a page that shows a picture of 60,000² pixels of one bit."""
    row = b"\0" * (side // 8)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    extra = b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 1 /ColorSpace /DeviceGray" % (
        side,
        side,
    )
    image = stream(data, extra + b" /Filter /FlateDecode")
    return page_of(stream(b"595 0 0 842 0 0 cm /I Do"), resources=b"/XObject << /I 5 0 R >>", more=(image,))


def many_pages(count: int = 100) -> bytes:
    """A hundred pages, each with some strokes."""
    kids = b" ".join(b"%d 0 R" % (4 + index) for index in range(count))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 3 0 R >>"
    head = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, kids)]
    return pdf([*head, stream(b"50 50 400 3 re f 50 90 300 3 re f"), *[page] * count])


def active_pdf() -> bytes:
    """B11: a script, a launch and a link that must never be followed."""
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R /OpenAction 4 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /AA << /O 5 0 R >> >>",
            b"<< /S /JavaScript /JS (app.alert\\(1\\); while\\(true\\);) >>",
            b"<< /S /Launch /F (/bin/sh) >>",
        ]
    )


def png_header(width: int, height: int) -> bytes:
    """B13: a PNG of which only the size is told."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def png_text_bomb(mib: int = 256) -> bytes:
    """B14: a compressed text chunk that unpacks to hundreds of megabytes, in a good picture."""
    out = io.BytesIO()
    Image.new("L", (64, 64), 255).save(out, "PNG")
    good = out.getvalue()
    body = b"note\0\0" + deflated_zeros(mib << 20)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    return good[:33] + chunk + good[33:]


def tiff_frames(count: int = 200) -> bytes:
    """B16: a TIFF of many frames."""
    out = io.BytesIO()
    frames = [Image.new("1", (200, 200), 1) for _ in range(count)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def picture(width: int = 600, height: int = 400, form: str = "JPEG") -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", (width, height), "white")
    image.paste((30, 30, 30), (width // 4, height // 4, width // 2, height // 4 + 5))
    image.save(out, form)
    return out.getvalue()
