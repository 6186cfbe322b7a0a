"""In which other formats may papers come, packed, locked or broken?"""

import zipfile
from collections.abc import Callable
from io import BytesIO

from PIL import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.pdfgen.canvas import Canvas

from mailbot.demo.sheet import jpeg, pdf_of_pictures
from tests.score import variety
from tests.score.kinds.draft import Draft, Flaw, Kinds

#: A paper that a told file may hold is not called missing besides; nor is it wrong to.
MAY = (
    "letter_missing", "insurance_missing", "screenshot_national_missing", "screenshot_municipal_missing",
    "id_card_missing", "card_in_hand_photo_missing", "attachment_unreadable", "attachments_missing",
)  # fmt: skip


def _picture(draft: Draft, key: str = "letter") -> Image.Image:
    """The paper as one picture."""
    if key == "letter":
        draft.way = "scan"
        return variety.travelled(draft.letter_sheet().picture(200), "scan", draft.random)
    return Image.open(BytesIO(draft.parcel.papers[key][1])).convert("RGB")


def _saved(picture: Image.Image, kind: str) -> bytes:
    out = BytesIO()
    picture.save(out, kind)
    return out.getvalue()


def _letter_as(name: str, pack: Callable[[Image.Image], bytes], code: str = "attachment_format") -> Flaw:
    """OFD is looked at by a person (contract 3)."""

    def flaw(draft: Draft) -> None:
        draft.parcel.papers["letter"] = (name, pack(_picture(draft)))
        draft.expect(code, doubt=name.endswith(".ofd"), may=MAY)

    return flaw


def _docx(picture: Image.Image) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        packed.writestr("word/document.xml", "<w:document/>")
        packed.writestr("word/media/image1.jpeg", jpeg(picture))
    return out.getvalue()


def _heic(picture: Image.Image) -> bytes:
    """No encoder is at hand: the head that every iPhone writes, and a body that nobody decodes."""
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + jpeg(picture)


def _ofd(picture: Image.Image) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("OFD.xml", '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>')
        packed.writestr("Doc_0/Pages/Page_0/Content.xml", "<ofd:Page/>")
    return out.getvalue()


def _locked(picture: Image.Image) -> bytes:
    out = BytesIO()
    canvas = Canvas(out, encrypt=StandardEncryption("secret", ownerPassword="owner"))
    canvas.drawString(100, 700, "locked")
    canvas.save()
    return out.getvalue()


def _all_packed(name: str, pack: Callable[[dict[str, bytes]], bytes]) -> Flaw:
    def flaw(draft: Draft) -> None:
        draft.finish()
        files = {f"{n}-{name}": data for n, (name, data) in enumerate(draft.parcel.papers.values())}
        draft.parcel.papers.clear()
        draft.parcel.papers["all"] = (name, pack(files))
        draft.expect("attachment_format", may=MAY)

    return flaw


def _zip(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            packed.writestr(name, data)
    return out.getvalue()


def _rar(files: dict[str, bytes]) -> bytes:
    return b"Rar!\x1a\x07\x01\0" + b"".join(files.values())[:300_000]


def _seven_zip(files: dict[str, bytes]) -> bytes:
    return b"7z\xbc\xaf\x27\x1c\0\x04" + b"".join(files.values())[:300_000]


def _screens_as_png(draft: Draft) -> None:
    """What a computer's own screenshot tool saves."""
    draft.finish()
    for key in ("national", "municipal"):
        name, data = draft.parcel.papers[key]
        if data[:2] == b"\xff\xd8":
            draft.parcel.papers[key] = (name.replace("jpg", "png"), _saved(_picture(draft, key), "PNG"))
        else:
            draft.parcel.papers[key] = ("截图.png", _saved(_picture(draft), "PNG"))
    draft.expect("attachment_format", may=MAY)


def _png_called_jpg(draft: Draft) -> None:
    draft.parcel.papers["letter"] = ("承诺保证书.jpg", _saved(_picture(draft), "PNG"))
    draft.expect("attachment_format", may=MAY)


def _jpeg_called_png(draft: Draft) -> None:
    """By content it is right."""
    draft.parcel.papers["letter"] = ("承诺保证书.png", jpeg(_picture(draft)))


def _without_ending(draft: Draft) -> None:
    draft.parcel.papers["letter"] = ("承诺保证书", pdf_of_pictures([_picture(draft)]))


def _extra(name: str, pack: Callable[[Image.Image], bytes]) -> Flaw:
    """Every paper is there; one file more does no harm."""

    def flaw(draft: Draft) -> None:
        draft.parcel.papers["extra"] = (name, pack(_picture(draft)))
        draft.still_right("attachment_format")

    return flaw


def _empty_file(draft: Draft) -> None:
    draft.parcel.papers["letter"] = ("承诺保证书.pdf", b"")
    draft.expect("attachment_unreadable", may=MAY)


def _cut_off(draft: Draft) -> None:
    data = pdf_of_pictures([_picture(draft)])
    draft.parcel.papers["letter"] = ("承诺保证书.pdf", data[: len(data) // 2])
    draft.expect("attachment_unreadable", may=MAY)


def _blank_page(draft: Draft) -> None:
    """Somebody scanned the back of the sheet."""
    white = variety.travelled(Image.new("RGB", (1654, 2339), "white"), "scan", draft.random)
    draft.parcel.papers["letter"] = ("承诺保证书.pdf", pdf_of_pictures([white]))
    draft.expect(may=("letter_missing", "document_illegible", "attachment_unreadable"))


def _unreadable_photo(draft: Draft) -> None:
    picture = _picture(draft)
    small = picture.resize((150, 212), Image.Resampling.LANCZOS).resize((1240, 1754))
    draft.parcel.papers["letter"] = ("承诺保证书.jpg", jpeg(small))
    draft.expect("document_illegible", doubt=True, may=("letter_missing",))


CONTAINER: Kinds = {
    "letter as docx": ("IA", _letter_as("承诺保证书.docx", _docx)),
    "letter as png": ("IA", _letter_as("承诺保证书.png", lambda one: _saved(one, "PNG"))),
    "letter as bmp": ("U", _letter_as("承诺保证书.bmp", lambda one: _saved(one, "BMP"))),
    "letter as tiff": ("I", _letter_as("承诺保证书.tif", lambda one: _saved(one, "TIFF"))),
    "letter as webp": ("A", _letter_as("承诺保证书.webp", lambda one: _saved(one, "WEBP"))),
    "letter as heic": ("AF", _letter_as("IMG_0231.HEIC", _heic)),
    "letter as ofd": ("IF", _letter_as("承诺保证书.ofd", _ofd)),
    "letter locked": ("IA", _letter_as("承诺保证书.pdf", _locked, "attachment_unreadable")),
    "letter of no bytes": ("IU", _empty_file),
    "letter cut off": ("AF", _cut_off),
    "letter a blank page": ("IA", _blank_page),
    "letter out of focus": ("IA", _unreadable_photo),
    "screens as png": ("AU", _screens_as_png),
    "png called jpg": ("I", _png_called_jpg),
    "jpeg called png": ("IA", _jpeg_called_png),
    "no file ending": ("U", _without_ending),
    "all in a zip": ("IA", _all_packed("申请材料.zip", _zip)),
    "all in a rar": ("UF", _all_packed("申请材料.rar", _rar)),
    "all in a 7z": ("C", _all_packed("申请材料.7z", _seven_zip)),
    "all in a docx": ("A", _all_packed("申请材料.docx", lambda files: _docx(Image.new("RGB", (400, 400), "white")))),
    "docx besides": ("IA", _extra("承诺保证书.docx", _docx)),
    "png besides": ("IF", _extra("公司标志.png", lambda one: _saved(one.resize((300, 300)), "PNG"))),
}
