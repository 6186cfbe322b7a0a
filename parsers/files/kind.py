"""What kind of file is this, judged by its bytes alone?"""

import re
import struct
from enum import StrEnum


class FileKind(StrEnum):
    """The kinds that the office's rules tell apart (31号文 1.4: "pdf或jpg格式")."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    BMP = "bmp"
    TIFF = "tiff"
    WEBP = "webp"
    HEIC = "heic"
    OFD = "ofd"  #: 版式文件, received but asked for again as pdf
    WORD = "word"  #: docx, doc, wps, rtf
    SPREADSHEET = "spreadsheet"  #: xlsx, xls, et
    PRESENTATION = "presentation"
    ARCHIVE = "archive"  #: zip, rar, 7z, tar, gzip
    MAIL = "mail"  #: message/rfc822
    TNEF = "tnef"  #: winmail.dat
    ENCRYPTED = "encrypted"  #: S/MIME, PGP, an Office file with a password
    HTML = "html"
    TEXT = "text"
    CALENDAR = "calendar"
    PROGRAM = "program"  #: exe, lnk, js, macro documents: never opened
    EMPTY = "empty"  #: zero bytes
    UNKNOWN = "unknown"


_PROGRAM_NAMES = re.compile(
    r"bat|cmd|com|cpl|exe|hta|jse?|jar|lnk|msc|msi|pif|psm?1|py|reg|scf|scr|sct|sh|url|vb|vbe|vbs|wsc|wsf|wsh"
)
_OLE_NAMES = {"wps": FileKind.WORD, "doc": FileKind.WORD, "wpt": FileKind.WORD, "dot": FileKind.WORD,
              "et": FileKind.SPREADSHEET, "xls": FileKind.SPREADSHEET, "xlt": FileKind.SPREADSHEET,
              "dps": FileKind.PRESENTATION, "ppt": FileKind.PRESENTATION, "pps": FileKind.PRESENTATION,
              "msi": FileKind.PROGRAM, "msg": FileKind.MAIL}  # fmt: skip

#: First bytes, each certain by itself.
_MAGIC = (
    (b"%PDF-", FileKind.PDF),
    (b"\xff\xd8\xff", FileKind.JPEG),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"GIF87a", FileKind.GIF),
    (b"GIF89a", FileKind.GIF),
    (b"II*\0", FileKind.TIFF),
    (b"MM\0*", FileKind.TIFF),
    (b"II+\0", FileKind.TIFF),
    (b"MM\0+", FileKind.TIFF),
    (b"{\\rtf", FileKind.WORD),
    (b"\x78\x9f\x3e\x22", FileKind.TNEF),
    (b"Rar!\x1a\x07", FileKind.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", FileKind.ARCHIVE),
    (b"\x1f\x8b", FileKind.ARCHIVE),
    (b"\xfd7zXZ\0", FileKind.ARCHIVE),
    (b"\x28\xb5\x2f\xfd", FileKind.ARCHIVE),
    (b"MSCF\0\0\0\0", FileKind.ARCHIVE),
    (b"\x7fELF", FileKind.PROGRAM),
    (b"L\0\0\0\x01\x14\x02\0", FileKind.PROGRAM),
    (b"\xca\xfe\xba\xbe", FileKind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", FileKind.PROGRAM),
    (b"#!", FileKind.PROGRAM),
    (b"-----BEGIN PGP MESSAGE", FileKind.ENCRYPTED),
    (b"-----BEGIN PKCS7", FileKind.ENCRYPTED),
    (b"%!PS", FileKind.UNKNOWN),
    (b"8BPS", FileKind.UNKNOWN),
)
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_PDF_WITHIN = 1024  #: bytes in which readers look for %PDF- (ISO 32000-1 annex H, note 13)

_HTML = re.compile(
    rb"\s*(?:<!--.{0,500}?-->\s*)?"
    rb"<(?:!doctype\s+html|html|head|body|meta|title|table|div|style|script|p|span|br)\b",
    re.IGNORECASE | re.DOTALL,
)
_MAIL_HEADER = re.compile(
    rb"^(?:Return-Path|Received|Delivered-To|X-[A-Za-z0-9-]{1,60}|DKIM-Signature|ARC-[A-Za-z-]{1,40}|Authentication-Results"
    rb"|Date|From|Sender|Reply-To|To|Cc|Subject|Message-ID|MIME-Version|Content-Type|Content-Transfer-Encoding):",
    re.IGNORECASE | re.MULTILINE,
)
_ENVELOPED = (b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")  # PKCS #7


def kind_of(data: bytes, name: str = "") -> FileKind:
    """What the bytes are; the name only decides between kinds that look alike (old Office files, scripts).

    Never raises, opens nothing, reads a bounded part of an archive's directory. The first kind that fits counts, so
    that no archive is ever taken out of a JPEG that is one as well (reliability B23).
    """
    if not data:
        return FileKind.EMPTY
    extension = name.rpartition(".")[2].strip().lower() if "." in name else ""
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return kind
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")):
        return _kind_of_zip(data)
    if data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _kind_of_ole(data, extension)
    return _kind_of_media(data) or _kind_of_text(data, extension)


def _kind_of_media(data: bytes) -> FileKind | None:
    """Kinds whose mark needs a second look, because its letters may begin a text as well."""
    if data[4:8] == b"ftyp":
        brands = {data[8:12], *(data[at : at + 4] for at in range(16, min(len(data), 64), 4))}
        return FileKind.HEIC if brands & _HEIC_BRANDS and data[8:12] != b"avif" else FileKind.UNKNOWN
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return FileKind.WEBP
    if data[:2] == b"BM" and len(data) >= 26 and data[6:10] == b"\0\0\0\0" and data[14:18] != b"\0\0\0\0":
        return FileKind.BMP
    if data[:2] == b"MZ" and b"\0" in data[:64]:
        return FileKind.PROGRAM
    if data[:3] == b"BZh" and data[4:10] == b"1AY&SY":
        return FileKind.ARCHIVE
    if data[257:262] == b"ustar" or data[32769:32774] == b"CD001":
        return FileKind.ARCHIVE
    if data[:1] == b"\x30" and any(mark in data[:64] for mark in _ENVELOPED):
        return FileKind.ENCRYPTED
    # A mail may carry a PDF unencoded within its first lines and is a mail nevertheless.
    return FileKind.PDF if b"%PDF-" in data[:_PDF_WITHIN] and not _MAIL_HEADER.match(data) else None


def _kind_of_text(data: bytes, extension: str) -> FileKind:
    head = data[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode("utf-8", "replace")
    head = head.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in head or sum(byte < 9 or 13 < byte < 27 for byte in head) * 50 > len(head):
        return FileKind.UNKNOWN
    if _PROGRAM_NAMES.fullmatch(extension):
        return FileKind.PROGRAM
    start = head.lstrip()
    if start[:15].upper() == b"BEGIN:VCALENDAR":
        return FileKind.CALENDAR
    if start[:5].lower() == b"<?xml":
        return _kind_of_xml(start)
    if start[:4].lower() == b"<svg":
        return FileKind.UNKNOWN
    if _HTML.match(start):
        return FileKind.HTML
    if _MAIL_HEADER.match(start) and len(set(_MAIL_HEADER.findall(start))) >= 2:
        return (
            FileKind.HTML if extension in {"mht", "mhtml"} else FileKind.WORD if extension == "doc" else FileKind.MAIL
        )
    return FileKind.HTML if extension in {"htm", "html"} else FileKind.TEXT


def _kind_of_xml(head: bytes) -> FileKind:
    if b"Word.Document" in head or b"office/word/2003" in head:
        return FileKind.WORD
    if b"Excel.Sheet" in head:
        return FileKind.SPREADSHEET
    if b"<svg" in head:
        return FileKind.UNKNOWN
    return FileKind.HTML if b"<html" in head.lower() else FileKind.TEXT


def _kind_of_zip(data: bytes) -> FileKind:
    names = _zip_names(data)
    joined = b"\n" + b"\n".join(names).lower() + b"\n"
    if b"vbaproject.bin" in joined or b"classes.dex\n" in joined or b"\nmeta-inf/manifest.mf\n" in joined:
        return FileKind.PROGRAM
    if b"\nofd.xml\n" in joined:
        return FileKind.OFD
    if b"\n[content_types].xml\n" in joined:
        for folder, kind in ((b"\nword/", FileKind.WORD), (b"\nxl/", FileKind.SPREADSHEET),
                             (b"\nppt/", FileKind.PRESENTATION)):  # fmt: skip
            if folder in joined:
                return kind
    declared = data[30:120]
    if declared.startswith(b"mimetypeapplication/vnd.oasis.opendocument."):
        tail = declared[43:60]
        return (
            FileKind.SPREADSHEET if tail.startswith(b"spreadsheet")
            else FileKind.PRESENTATION if tail.startswith(b"presentation")
            else FileKind.WORD
        )  # fmt: skip
    return FileKind.ARCHIVE


def _zip_names(data: bytes, *, most: int = 2000) -> list[bytes]:
    """Member names by the central directory; by the local headers where that is cut off. Nothing is unpacked."""
    end = data.rfind(b"PK\x05\x06", max(0, len(data) - 66_000))
    names: list[bytes] = []
    position, mark, header, at = 0, b"PK\x03\x04", 30, 26
    if end >= 0 and end + 22 <= len(data):
        size, start = struct.unpack_from("<II", data, end + 12)
        # Counted from the end: a self-extracting stub in front shifts every stored offset.
        position, mark, header, at = (end - size if size <= end else start), b"PK\x01\x02", 46, 28
    while len(names) < most and data[position : position + 4] == mark and position + header <= len(data):
        length, extra = struct.unpack_from("<HH", data, position + at)
        names.append(data[position + header : position + header + min(length, 300)])
        if header == 46:
            position += header + length + extra + struct.unpack_from("<H", data, position + 32)[0]
        else:
            position += header + length + extra + struct.unpack_from("<I", data, position + 18)[0]
    return names or [data[30:330].partition(b"\0")[0]]


def _kind_of_ole(data: bytes, extension: str) -> FileKind:
    """Old Office files by the stream names in the compound file's directory (MS-CFB 2.6), WPS writes the same."""
    streams = _ole_names(data)
    if "EncryptedPackage" in streams:
        return FileKind.ENCRYPTED
    if streams & {"_VBA_PROJECT", "VBA", "Macros", "_VBA_PROJECT_CUR"}:
        return FileKind.PROGRAM
    for names, kind in (({"WordDocument"}, FileKind.WORD), ({"Workbook", "Book", "ETWorkBook"}, FileKind.SPREADSHEET),
                        ({"PowerPoint Document"}, FileKind.PRESENTATION)):  # fmt: skip
        if streams & names:
            return kind
    if any(name.startswith("__substg1.0_") for name in streams):
        return FileKind.MAIL
    return _OLE_NAMES.get(extension, FileKind.UNKNOWN)


def _ole_names(data: bytes, *, most_sectors: int = 256) -> set[str]:
    """Names in the directory; its sectors are followed through the allocation table, at most 256 of them."""
    if len(data) < 512:
        return set()
    shift = struct.unpack_from("<H", data, 30)[0]
    size = 1 << shift if shift in (9, 12) else 512
    sector = struct.unpack_from("<I", data, 48)[0]
    table = struct.unpack_from("<109I", data, 76)
    names: set[str] = set()
    for _ in range(most_sectors):
        start = (sector + 1) * size
        if start >= len(data):
            break
        for entry in range(start, min(start + size, len(data) - 127), 128):
            length = struct.unpack_from("<H", data, entry + 64)[0]
            if 2 < length <= 64:
                names.add(data[entry : entry + length - 2].decode("utf-16-le", "replace"))
        block, place = divmod(sector, size // 4)
        at = (table[block] + 1) * size + 4 * place if block < 109 else len(data)
        if at + 4 > len(data):
            break
        sector = struct.unpack_from("<I", data, at)[0]
    return names
