"""What is in one mail while it is being packed?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from random import Random

from PIL import Image

from mailbot.demo import cards, certificates, letters, scanning, screens, statements
from mailbot.demo.case import Facts
from mailbot.demo.people import Registry
from mailbot.demo.sheet import Sheet, jpeg, pdf, pdf_of_pictures
from parsers.documents.forms import Form

#: The review mailboxes of the circular.
MAILBOXES = {
    "firm_information": "cqjtgjzx@vip.163.com",
    "engineer_information": "cqjtgjzx@vip.163.com",
    "engineer_track_record": "cqjtzjzd@vip.163.com",
    "firm_track_record": "cqjtzjzd@vip.163.com",
}
Way = str  #: how a paper travels: "digital" (PDF with text), "scan", "scan_pdf", "photo", "grey", "turned"


@dataclass
class Parcel:
    """One mail while it is being packed."""

    facts: Facts
    registry: Registry
    forms: Mapping[str, Form]
    subject: str
    sender: str
    mailbox: str
    copies: tuple[str, ...]
    papers: dict[str, tuple[str, bytes]] = field(default_factory=dict)  #: kind → (file name, bytes)
    codes: set[str] = field(default_factory=set)  #: findings that must be named
    may: set[str] = field(default_factory=set)  #: findings that may be named besides
    verdicts: tuple[str, ...] = ("complete",)
    authentication: str = "pass"
    words: str | None = None  #: the mail's text, where it is not the usual one

    @property
    def random(self) -> Random:
        return self.registry.random

    def expect(
        self, *codes: str, verdicts: tuple[str, ...] = ("correction", "referred"), may: tuple[str, ...] = ()
    ) -> None:
        self.codes.update(codes)
        self.may.update(may)
        self.verdicts = verdicts

    def letter(self, way: Way = "scan", form: str | None = None, **changed: object) -> None:
        sheet = letters.draw_letter(
            self.forms[form or self.facts.form], letters.filling(self.facts, **changed), self.registry
        )
        self.put("letter", "承诺保证书", sheet, way)

    def put(self, kind: str, name: str, paper: Sheet | Image.Image, way: Way) -> None:
        """Lays one paper into the parcel as a file of that kind."""
        if way == "digital" and isinstance(paper, Sheet):
            self.papers[kind] = (f"{name}.pdf", pdf([paper]))
            return
        picture = paper.picture(200) if isinstance(paper, Sheet) else paper
        match way:
            case "scan" | "scan_pdf":
                picture = scanning.scanned(picture, self.random)
            case "photo":
                picture = scanning.photographed(picture, self.random)
            case "grey":
                picture = scanning.greyscale(scanning.scanned(picture, self.random))
            case "turned":
                picture = scanning.turned(picture, self.random.choice((1, 2, 3)))
        self.papers[kind] = (
            (f"{name}.pdf", pdf_of_pictures([picture])) if way == "scan_pdf" else (f"{name}.jpg", jpeg(picture))
        )

    def mail(self, received: datetime) -> bytes:
        """The mail's bytes as the receiving server would have stored them."""
        mail = EmailMessage(policy=SMTP)
        author = self.facts.engineer.name if self.facts.submitted_by == "engineer" else self.facts.firm.name
        mail["From"] = f"{author} <{self.sender}>"
        mail["To"] = self.mailbox
        if self.copies:
            mail["Cc"] = ", ".join(self.copies)
        mail["Subject"] = self.subject
        mail["Date"] = received
        mail["Message-ID"] = f"<{self.random.randrange(10**15)}@{self.sender.rpartition('@')[2]}>"
        words = f"您好！\n现提交{self.subject}申请材料，请审核。\n联系人：{self.facts.firm.handler.name}\n"
        mail.set_content(self.words or words, cte="base64")
        for name, data in self.papers.values():
            kind, _, subtype = {"pdf": "application/pdf", "jpg": "image/jpeg"}.get(
                name.rpartition(".")[2], "application/octet-stream"
            ).partition("/")
            mail.add_attachment(data, maintype=kind, subtype=subtype, filename=name)
        return self._trace(received) + mail.as_bytes()

    def _trace(self, received: datetime) -> bytes:
        """What the receiving server writes above the mail."""
        domain, verdict = self.sender.rpartition("@")[2], self.authentication
        return "\r\n".join(
            (
                f"Received: from mail.{domain} (unknown [203.0.113.9])",
                f"\tby mx.vip.163.com (NewMX) with SMTP id {self.random.randrange(10**9)};",
                f"\t{received:%a, %d %b %Y %H:%M:%S %z}",
                f"Authentication-Results: mx.vip.163.com; spf={verdict} smtp.mail={self.sender};",
                f"\tdkim={verdict} header.i=@{domain}; dmarc={verdict} header.from={domain}\r\n",
            )
        ).encode()


def perfect(
    facts: Facts, registry: Registry, forms: Mapping[str, Form], ways: Mapping[str, Way] | None = None
) -> Parcel:
    """An application with every paper that its matter asks for."""
    ways = ways or {}
    copies = (facts.firm.contact_address,) if facts.submitted_by == "engineer" else ()
    parcel = Parcel(facts, registry, forms, facts.subject, facts.sender, MAILBOXES[facts.matter], copies)
    parcel.letter(ways.get("letter", "scan"))
    if facts.submitted_by == "firm":
        insurance(parcel, ways.get("insurance", "digital"))
    if facts.matter == "engineer_track_record":
        parcel.put("municipal", "重庆系统截图", screens.municipal(facts, registry), "plain")
        if facts.submitted_by == "engineer":
            parcel.put("national", "全国系统截图", screens.national(facts), "plain")
            parcel.put("card", "身份证扫描件", cards.both_sides(facts.engineer, registry.random), "plain")
            parcel.put("in_hand", "手持身份证照片", cards.in_hand(facts.engineer, registry.random), "plain")
        else:
            parcel.put("explanation", "情况说明及承诺书", statements.explanation(facts, registry), "digital")
    return parcel


def insurance(parcel: Parcel, way: Way = "digital", *, months: int = 8, skip: int = 0, **changed: object) -> None:
    """The handler's certificate for the last whole months before receipt; `skip` leaves the newest out."""
    facts = parcel.facts
    paid = certificates.whole_months_before(facts.received_on, months + skip)[:months]
    draw = parcel.random.choice((certificates.month_rows, certificates.ranges))
    person = changed.get("person", facts.firm.handler)
    employer = changed.get("employer", facts.firm.name)
    printed = changed.get("printed_on", facts.received_on - timedelta(days=2))
    sheet = draw(person, employer, paid, printed, f"{parcel.random.randrange(16**12):012X}")  # type: ignore[arg-type]  # as the caller says
    parcel.put("insurance", "社保证明", sheet, way)
