"""What kind of file is this, judged by its bytes alone?"""

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
    ENCRYPTED = "encrypted"  #: S/MIME, PGP
    HTML = "html"
    TEXT = "text"
    CALENDAR = "calendar"
    PROGRAM = "program"  #: exe, lnk, js, macro documents: never opened
    EMPTY = "empty"  #: zero bytes
    UNKNOWN = "unknown"
