"""Broken and hostile papers in a mail: `mailbot check` ends with a clear finding, in bounded time and memory."""

import io
import json
import resource
import subprocess
import sys
import time
from datetime import datetime

import pytest
from PIL import Image

from ledger.office_time import OFFICE_TIME
from mailbot.demo.applications import application
from mailbot.demo.people import Registry
from parsers.documents.forms import load_forms
from tests.parsers.files import hostile

RECEIVED = datetime(2026, 3, 12, 10, tzinfo=OFFICE_TIME)
FILING = ("firm_information", None, "firm")
SECONDS = 420.0  #: for all of them together, on a busy machine
MEBIBYTES = 1536  #: of the largest process


def encrypted(_: bytes) -> bytes:
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("geheim", ownerPassword="owner"))
    canvas.drawString(72, 72, "hello")
    canvas.save()
    return out.getvalue()


def of_60_000_squared(_: bytes) -> bytes:
    """A JPEG whose frame header (SOF0: height and width at its fifth byte) claims 3.6 thousand million pixels."""
    data = bytearray(hostile.picture())
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = (60_000).to_bytes(2) * 2
    return bytes(data)


def without_tounicode(certificate: bytes) -> bytes:
    assert b"/ToUnicode" in certificate
    return certificate.replace(b"/ToUnicode", b"/ToUnicodX")


def lying(exif: int | None):
    """A photograph laid on its side, whose camera says so or does not."""

    def turned(photo: bytes) -> bytes:
        out, tags = io.BytesIO(), Image.Exif()
        if exif:
            tags[0x112] = exif
        Image.open(io.BytesIO(photo)).transpose(Image.Transpose.ROTATE_90).save(out, "JPEG", quality=88, exif=tags)
        return out.getvalue()

    return turned


#: What lies in the place of the certificate: how it is drawn, its name, what is done to it; the finding to be told.
PAPERS = {
    "encrypted": ("digital", "社保证明.pdf", encrypted, "attachment_unreadable"),
    "truncated pdf": ("digital", "社保证明.pdf", lambda pdf: pdf[: len(pdf) // 3], "attachment_unreadable"),
    "truncated jpeg": ("scan", "社保证明.jpg", lambda jpeg: jpeg[:400], "attachment_unreadable"),
    "no byte": ("digital", "社保证明.pdf", lambda _: b"", "attachment_unreadable"),
    "60,000 squared": ("digital", "社保证明.jpg", of_60_000_squared, "attachment_unreadable"),
    "a bomb": ("digital", "社保证明.pdf", lambda _: hostile.nested_flate_bomb(2), "attachment_unreadable"),
    "100 pages": ("digital", "社保证明.pdf", lambda _: hostile.many_pages(100), "document_illegible"),
    "jpeg called pdf": ("scan", "社保证明.pdf", lambda jpeg: jpeg, None),
    "fonts without ToUnicode": ("digital", "社保证明.pdf", without_tounicode, None),
    "a photograph turned by its camera": ("photo", "社保证明.jpg", lying(6), None),
    "a photograph lying": ("photo", "社保证明.jpg", lying(None), None),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict:
    """Every mail's answer, from one `mailbot check`; its own end in time and memory is a test too."""
    pytest.importorskip("reportlab", reason="reportlab draws the papers")
    folder, forms = tmp_path_factory.mktemp("hostile"), {form.number: form for form in load_forms(None)}
    files = {name: folder / f"{number}.eml" for number, name in enumerate(PAPERS)}
    for name, (way, file_name, spoil, _) in PAPERS.items():
        parcel = application(Registry(9), forms, FILING, RECEIVED, ways={"letter": "digital", "insurance": way})
        parcel.papers["insurance"] = (file_name, spoil(parcel.papers["insurance"][1]))
        files[name].write_bytes(parcel.mail(RECEIVED))
    began = time.monotonic()
    command = [sys.executable, "-m", "mailbot", "check", "--json", *map(str, files.values())]
    out = subprocess.run(command, check=True, capture_output=True, text=True, timeout=SECONDS).stdout
    answers = dict(zip(PAPERS, map(json.loads, out.splitlines()), strict=True))
    return {"seconds": time.monotonic() - began, "answers": answers}


@pytest.mark.parametrize("name", [name for name, row in PAPERS.items() if row[3]])
def test_what_cannot_be_read_is_told_and_no_paper_called_missing_besides(told, name):
    answer = told["answers"][name]
    serious = {one["code"]: one for one in answer["findings"] if one["severity"] != "note"}
    told_first = serious.pop(PAPERS[name][3])
    assert told_first["document"] == PAPERS[name][1]
    # A paper that may stand on pages beyond the limit is never called missing for certain.
    assert [one["severity"] for code, one in serious.items() if code == "insurance_missing"] in ([], ["doubt"])
    assert set(serious) <= {"insurance_missing"}
    assert answer["verdict"] == ("correction" if told_first["severity"] == "defect" else "referred")


@pytest.mark.parametrize("name", [name for name, row in PAPERS.items() if not row[3]])
def test_what_only_looks_broken_is_read(told, name):
    answer = told["answers"][name]
    assert [one["code"] for one in answer["findings"] if one["severity"] != "note"] == []
    certificate = next(one for one in answer["documents"] if one["kind"] == "social_insurance_certificate")
    assert certificate["read_by"] == "ocr"
    assert answer["verdict"] == "complete"


def test_all_of_it_is_bounded(told):
    assert told["seconds"] < SECONDS
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEBIBYTES * 1024
