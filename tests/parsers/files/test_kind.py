"""A file is what its bytes are; its name decides only between kinds that look alike."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.files.kind import FileKind, kind_of


def zipped(*names: str, first: bytes = b"x") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, first)
    return stream.getvalue()


def compound(*streams: str) -> bytes:
    """An OLE compound file with its directory in the first sector (MS-CFB)."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<I", header, 48, 0)
    struct.pack_into("<109I", header, 76, *[0xFFFFFFFF] * 109)
    entries = b""
    for name in ("Root Entry", *streams)[:4]:
        text = name.encode("utf-16-le") + b"\0\0"
        entries += text.ljust(64, b"\0") + struct.pack("<H", len(text)) + b"\0" * 62
    return bytes(header) + entries.ljust(512, b"\0")


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        pytest.param(b"", "a.pdf", FileKind.EMPTY, id="zero bytes"),
        pytest.param(b"%PDF-1.7\n", "a.jpg", FileKind.PDF, id="PDF called jpg"),
        pytest.param(b"\n" * 900 + b"%PDF-1.4", "a", FileKind.PDF, id="PDF header at byte 900"),
        pytest.param(b"\n" * 2000 + b"%PDF-1.4", "a.pdf", FileKind.TEXT, id="PDF header too late"),
        pytest.param(b"\xff\xd8\xff\xe0" + zipped("a.exe"), "a.zip", FileKind.JPEG, id="JPEG that is a zip as well"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "", FileKind.PNG, id="PNG"),
        pytest.param(b"GIF89a", "", FileKind.GIF, id="GIF"),
        pytest.param(b"BM" + struct.pack("<IIII", 90, 0, 54, 40) + b"\0" * 40, "", FileKind.BMP, id="BMP"),
        pytest.param(b"BMW is a car, and this is a text", "", FileKind.TEXT, id="text that begins with BM"),
        pytest.param(b"II*\0", "", FileKind.TIFF, id="TIFF"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 ", "", FileKind.WEBP, id="WebP"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.jpg", FileKind.HEIC, id="HEIC called jpg"),
        pytest.param(b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", "", FileKind.UNKNOWN, id="film"),
        pytest.param(zipped("[Content_Types].xml", "word/document.xml"), "a.pdf", FileKind.WORD, id="docx"),
        pytest.param(zipped("[Content_Types].xml", "xl/workbook.xml"), "", FileKind.SPREADSHEET, id="xlsx"),
        pytest.param(zipped("[Content_Types].xml", "ppt/presentation.xml"), "", FileKind.PRESENTATION, id="pptx"),
        pytest.param(
            zipped("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "a.docx",
            FileKind.PROGRAM,
            id="docm",
        ),
        pytest.param(zipped("OFD.xml", "Doc_0/Document.xml"), "", FileKind.OFD, id="OFD"),
        pytest.param(zipped("a.pdf", "b.pdf"), "a.docx", FileKind.ARCHIVE, id="zip called docx"),
        pytest.param(zipped(*[f"{n}.txt" for n in range(3000)]), "", FileKind.ARCHIVE, id="zip of many"),
        pytest.param(
            zipped("[Content_Types].xml", "word/document.xml")[:-40], "", FileKind.WORD, id="docx cut at its end"
        ),
        pytest.param(zipped("META-INF/MANIFEST.MF", "A.class"), "", FileKind.PROGRAM, id="jar"),
        pytest.param(
            zipped("mimetype", first=b"application/vnd.oasis.opendocument.text"), "", FileKind.WORD, id="OpenDocument"
        ),
        pytest.param(b"Rar!\x1a\x07\x01\x00", "", FileKind.ARCHIVE, id="rar"),
        pytest.param(b"7z\xbc\xaf\x27\x1c", "", FileKind.ARCHIVE, id="7z"),
        pytest.param(compound("WordDocument"), "a.xls", FileKind.WORD, id="doc called xls"),
        pytest.param(compound("Workbook"), "", FileKind.SPREADSHEET, id="xls"),
        pytest.param(compound("PowerPoint Document"), "", FileKind.PRESENTATION, id="ppt"),
        pytest.param(compound("WordDocument", "Macros"), "a.doc", FileKind.PROGRAM, id="doc with macros"),
        pytest.param(compound("EncryptedPackage"), "a.docx", FileKind.ENCRYPTED, id="docx with a password"),
        pytest.param(compound("Contents"), "a.wps", FileKind.WORD, id="WPS by its name"),
        pytest.param(compound("Contents"), "a.et", FileKind.SPREADSHEET, id="ET by its name"),
        pytest.param(compound("Contents"), "a.bin", FileKind.UNKNOWN, id="compound file of unknown kind"),
        pytest.param(b"{\\rtf1 x}", "a.doc", FileKind.WORD, id="RTF"),
        pytest.param(
            b"<?xml version='1.0'?><?mso-application progid='Word.Document'?>", "", FileKind.WORD, id="Word XML"
        ),
        pytest.param(b"MZ\x90\0\x03\0", "a.jpg", FileKind.PROGRAM, id="exe called jpg"),
        pytest.param(b"var a = 1;", "a.pdf.js", FileKind.PROGRAM, id="script by its name"),
        pytest.param(b"@echo off", "A.BAT", FileKind.PROGRAM, id="batch file"),
        pytest.param(b"<html><hta:application></html>", "a.hta", FileKind.PROGRAM, id="HTML application"),
        pytest.param(b"#!/bin/sh\n", "", FileKind.PROGRAM, id="shell script"),
        pytest.param(b"\xef\xbb\xbf <!DOCTYPE html><html>", "a.jpg", FileKind.HTML, id="HTML called jpg"),
        pytest.param(b"From: a@b.cn\r\nSubject: x\r\n\r\n", "", FileKind.MAIL, id="mail"),
        pytest.param(b"From: a@b.cn\r\nTo: x\r\n\r\n%PDF-1.4", "", FileKind.MAIL, id="mail with a PDF in it"),
        pytest.param("主题: 见附件\n".encode("gbk"), "a.txt", FileKind.TEXT, id="GBK text"),
        pytest.param(b"\xff\xfea\0b\0", "a.txt", FileKind.TEXT, id="UTF-16 text"),
        pytest.param(b"BEGIN:VCALENDAR\r\n", "", FileKind.CALENDAR, id="calendar"),
        pytest.param(b"\x78\x9f\x3e\x22\x01\x00", "winmail.dat", FileKind.TNEF, id="TNEF"),
        pytest.param(b"-----BEGIN PGP MESSAGE-----", "", FileKind.ENCRYPTED, id="PGP"),
        pytest.param(
            b"\x30\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03",
            "smime.p7m",
            FileKind.ENCRYPTED,
            id="S/MIME",
        ),
        pytest.param(b"\x00\x01\x02\x03", "a.pdf", FileKind.UNKNOWN, id="noise called pdf"),
        pytest.param(b"<svg xmlns='x'>", "a.jpg", FileKind.UNKNOWN, id="SVG"),
        pytest.param(b"%!PS-Adobe", "a.pdf", FileKind.UNKNOWN, id="PostScript"),
    ],
)
def test_the_bytes_tell_the_kind(data, name, kind):
    assert kind_of(data, name) is kind


MAGIC = [b"PK\x03\x04", b"PK\x05\x06", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe", b"\0\0\0\x18ftyp", b"<", b""]


@given(st.sampled_from(MAGIC), st.binary(max_size=700), st.text(max_size=20))
def test_no_bytes_and_no_name_raise(magic, data, name):
    assert isinstance(kind_of(magic + data, name), FileKind)


@pytest.mark.parametrize("cut", range(0, 700, 37))
def test_an_archive_cut_anywhere_has_still_a_kind(cut):
    data = zipped("[Content_Types].xml", "word/document.xml", "word/media/image1.png")
    assert kind_of(data[: len(data) - cut]) in {FileKind.WORD, FileKind.ARCHIVE, FileKind.EMPTY}
