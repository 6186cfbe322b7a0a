"""How else may the papers come along: linked, pasted into the text, all in one file, not at all?"""

import re
from base64 import b64encode
from io import BytesIO

from PIL import Image

from mailbot.demo.sheet import pdf_of_pictures
from tests.score.kinds.containers import MAY
from tests.score.kinds.draft import Draft, Flaw, Kinds

_LINKS = {
    "qq": "从QQ邮箱发来的超大附件\n申请材料.rar (80.96M, 2026年12月17日 0:49 到期)进入下载页面："
    "http://wx.mail.qq.com/ftn/download?func=3&key=0af8&code=1c2d",
    "netease": "从网易163邮箱发来的超大附件\n申请材料.zip (35.20M, 2026年12月20日 12:00 到期)\n"
    "https://mail.163.com/large-attachment-download/index.html?p=X-NETEASE-HUGE-ATTACHMENT&file=abc",
    "baidu": "材料较大，已上传百度网盘：https://pan.baidu.com/s/1AbCdEfGhIjK 提取码：x7k2",
}


def _linked(which: str) -> Flaw:
    def flaw(draft: Draft) -> None:
        draft.parcel.papers.clear()
        draft.parcel.words = f"您好！申请材料见链接。\n{_LINKS[which]}\n"
        draft.expect("attachment_linked", may=MAY)

    return flaw


def _letter_linked(draft: Draft) -> None:
    """The scan of the letter alone was too large."""
    draft.drop("letter")
    draft.parcel.words = f"您好！承诺保证书见超大附件。\n{_LINKS['netease']}\n"
    draft.expect("attachment_linked", may=MAY)


def _link_in_footer(draft: Draft) -> None:
    draft.parcel.words = f"您好！材料见附件。\n\n{draft.facts.firm.name}\n{_LINKS['baidu']}\n"
    draft.still_right("attachment_linked")


def _no_files(draft: Draft) -> None:
    draft.parcel.papers.clear()
    draft.parcel.words = "您好！材料见附件，请审核。\n"
    draft.expect("attachments_missing", may=MAY)


def _one_pdf(draft: Draft) -> None:
    """Every paper a page of one PDF."""
    draft.finish()
    pictures = [
        Image.open(BytesIO(data)).convert("RGB") for _, data in draft.parcel.papers.values() if data[:2] == b"\xff\xd8"
    ]
    papers = {key: (n, data) for key, (n, data) in draft.parcel.papers.items() if data[:2] != b"\xff\xd8"}
    draft.parcel.papers = papers | {"all": ("申请材料.pdf", pdf_of_pictures(pictures))}


def _pasted(draft: Draft) -> None:
    """Pictures pasted into the text: counted, and told as a note (E15)."""
    draft.finish()
    pictures = {key: file for key, file in draft.parcel.papers.items() if file[1][:2] == b"\xff\xd8"}
    for key in pictures:
        del draft.parcel.papers[key]
    html = "<p>您好，材料如下：</p>" + "".join(f'<img src="cid:p{n}@x">' for n in range(len(pictures)))
    parts = [
        f"Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{_b64(html.encode())}"
    ]
    parts += [
        f"Content-Type: image/jpeg\r\nContent-ID: <p{n}@x>\r\nContent-Disposition: inline\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{_b64(data)}"
        for n, (_, data) in enumerate(pictures.values())
    ]
    related = "".join(f"--rel\r\n{part}\r\n" for part in parts) + "--rel--\r\n"
    text = re.compile(rb'Content-Type: text/plain; charset="utf-8"\r\n(.*\r\n)*?\r\n[A-Za-z0-9+/=\r\n]+')
    whole = b'Content-Type: multipart/related; boundary="rel"\r\n\r\n' + related.encode() + b"\r\n"
    if draft.parcel.papers:
        draft.edits.append(lambda raw: text.sub(lambda found: whole, raw, count=1))
    else:
        draft.parcel.papers = pictures


def _b64(data: bytes) -> str:
    text = b64encode(data).decode()
    return "\r\n".join(text[at : at + 76] for at in range(0, len(text), 76))


DELIVERY: Kinds = {
    "linked by qq": ("IA", _linked("qq")),
    "linked by netease": ("UF", _linked("netease")),
    "linked by baidu": ("C", _linked("baidu")),
    "letter linked": ("IA", _letter_linked),
    "link in the footer": ("IA", _link_in_footer),
    "no files at all": ("BC", _no_files),
    "pictures in one pdf": ("AC", _one_pdf),
    "pictures pasted": ("AU", _pasted),
}
