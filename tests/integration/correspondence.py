"""Who writes to the office, and which letter must come back: mails of every kind with their expected answers."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from pathlib import Path

from ledger.office_time import OFFICE_TIME
from mailbot.demo.applications import application
from mailbot.demo.parcel import Parcel
from mailbot.demo.people import Firm, Registry
from parsers.documents.forms import load_forms

INFORMATION, TRACK = "review1@review.test", "review2@review.test"
APPLICANTS = tuple(f"p{number}@firm.test" for number in range(12))
COMPLETE, CORRECTION, WRONG, DUPLICATE, RECEIPT, ANSWER = (
    f"【{tag}】" for tag in ("材料齐全", "补正告知", "收件单位有误", "重复提交", "收件回执", "咨询答复")
)
_FORMS = {form.number: form for form in load_forms(None)}


@dataclass(frozen=True)
class Post:
    """One mail on its way to the office."""

    raw: bytes
    sender: str
    recipients: tuple[str, ...]
    identity: str  #: its Message-ID
    answer: str | None  #: the tag that must come back; None: silence


class Town:
    """Everybody who writes; the same seed makes the same mails."""

    def __init__(self, seed: int, now: datetime | None = None) -> None:
        self.registry = Registry(seed)
        self.firms: list[Firm] = []
        self._numbers = count()
        self.now = now or datetime.now(OFFICE_TIME)  #: when the mails are written

    def firm(self) -> Firm:
        firm = replace(self.registry.firm(), contact_address=APPLICANTS[len(self.firms) % len(APPLICANTS)])
        while "（" in firm.name or len(firm.name) > 16:  # long names are the readers' tests' matter
            firm = replace(self.registry.firm(), contact_address=firm.contact_address)
        self.firms.append(firm)
        return firm

    def letter(
        self,
        subject: str,
        answer: str | None,
        *,
        sender: str | None = None,
        to: str = TRACK,
        cc: str | None = None,
        body: str = "您好。",
        files: dict[str, bytes] | None = None,
        **headers: str,
    ) -> Post:
        number = next(self._numbers)
        sender = sender or APPLICANTS[number % len(APPLICANTS)]
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"], mail["Date"] = sender, to, subject, self.now
        mail["Message-ID"] = f"<{number}.{self.registry.random.randrange(10**9)}@firm.test>"
        if cc:
            mail["Cc"] = cc
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(body + "\n", cte="base64")
        for name, data in (files or {}).items():
            kind = ("image", "jpeg") if name.endswith(".jpg") else ("application", "pdf")
            mail.add_attachment(data, maintype=kind[0], subtype=kind[1], filename=name)
        recipients = (to, *([cc] if cc else []))
        return Post(mail.as_bytes(), sender, recipients, mail["Message-ID"], answer)

    def drawn(self, answer: str, *, flaw: str | None = None, to: str = INFORMATION, times: int = 1) -> Iterator[Post]:
        """监理企业信息登记 with its papers as digital PDF; sent again word for word when `times` is 2."""
        firm, parcel = self._parcel(("firm_information", None, "firm"), flaw)
        files = dict(parcel.papers.values())
        for number in range(times):
            tag = answer if number == 0 else DUPLICATE
            yield self.letter(
                parcel.subject, tag, sender=firm.contact_address, to=to, body="现提交申请材料，请审核。", files=files
            )

    def drawn_by_engineer(self, answer: str) -> Post:
        """监理工程师业绩登记新增（本人提交） with all its papers."""
        firm, parcel = self._parcel(("engineer_track_record", "add", "engineer"), None)
        files = dict(parcel.papers.values())
        return self.letter(parcel.subject, answer, cc=firm.contact_address, body="现提交申请材料。", files=files)

    def _parcel(self, filing: tuple[str, str | None, str], flaw: str | None) -> tuple[Firm, Parcel]:
        firm, ways = self.firm(), {"letter": "digital"}
        return firm, application(self.registry, _FORMS, filing, self.now, flaw=flaw, ways=ways, firm=firm)

    def bare(self, ending: str, *, copied: bool = True, by_firm: bool = False, separator: str = "/") -> Post:
        """An application of which the files were forgotten, and whatever else is wrong."""
        firm, engineer = self.firm(), self.registry.person()
        to = INFORMATION if "信息登记" in ending else TRACK
        names = (firm.name,) if to == INFORMATION else (engineer.name, firm.name)
        return self.letter(
            separator.join((*names, ending)),
            CORRECTION,
            to=to,
            sender=firm.contact_address if by_firm else None,
            cc=firm.contact_address if copied and not by_firm else None,
            body="现提交申请材料，请审核。",
        )

    def write_directory(self, file: Path) -> None:
        with file.open("w", encoding="utf-8-sig", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(("企业名称", "统一社会信用代码", "联系邮箱", "法定代表人"))
            for firm in self.firms:
                row = (firm.name, firm.credit_identifier, firm.contact_address, firm.legal_representative.name)
                writer.writerow(row)


def mixed(town: Town, share: float = 1.0) -> list[Post]:
    """About 200 mails of every kind; a smaller share keeps every kind."""

    def some(number: int, make: Callable[[int], Post]) -> Iterator[Post]:
        return (make(index) for index in range(max(1, round(number * share))))

    def engineer(ending: str, **more: object) -> Callable[[int], Post]:
        return lambda _: town.bare(ending, **more)  # type: ignore[arg-type]

    drawn = max(1, round(6 * share))
    return [
        *(post for _ in range(drawn) for post in town.drawn(COMPLETE, times=2)),
        *(post for _ in range(drawn // 2 or 1) for post in town.drawn(WRONG, to=TRACK)),
        *(post for _ in range(drawn // 2 or 1) for post in town.drawn(CORRECTION, flaw="no letter")),
        *(post for _ in range(drawn // 2 or 1) for post in town.drawn(CORRECTION, flaw="two months paid")),
        *some(25, engineer("业绩登记新增(本人提交)")),
        *some(15, engineer("业绩登记更新(本人提交)", copied=False)),
        *some(15, engineer("业绩登记截止(本人提交)")),
        *some(15, engineer("业绩登记截止申请(企业提交)", by_firm=True)),
        *some(15, engineer("业绩登记新增(本人提交)", separator="-")),
        *some(15, engineer("监理企业信息登记", by_firm=True)),
        *some(14, engineer("监理基本信息登记", by_firm=True)),
        *some(4, lambda _: _broken_file(town)),
        *some(10, lambda n: town.letter(f"渝东高速公路第{n + 1}标段项目信息更新提醒", RECEIPT)),
        *some(7, lambda n: town.letter("申请撤回业绩登记申请", RECEIPT)),
        *some(
            10, lambda n: town.letter("请问业绩登记需要提交哪些材料？", ANSWER, body="请问业绩登记需要提交哪些材料？")
        ),
        *some(7, lambda n: town.letter("投诉应审核未审核", RECEIPT, body="应审核未审核，请予处理。")),
        *some(10, lambda n: town.letter(f"培训班第{n}期", None, Precedence="bulk", List_Id="<ads.firm.test>")),
        *some(7, lambda n: town.letter("自动回复：您的来信", None, Auto_Submitted="auto-replied")),
        *some(5, _bounce(town)),
    ]


def _broken_file(town: Town) -> Post:
    firm, engineer = town.firm(), town.registry.person()
    return town.letter(
        f"{engineer.name}/{firm.name}/业绩登记新增(本人提交)",
        CORRECTION,
        cc=firm.contact_address,
        body="现提交申请材料，请审核。",
        files={"承诺保证书.pdf": b"%PDF-1.7\n" + engineer.name.encode() + b"\n1 0 obj\n<<"},
    )


def _bounce(town: Town) -> Callable[[int], Post]:
    def make(_: int) -> Post:
        post = town.letter("Undelivered Mail Returned to Sender", None, Auto_Submitted="auto-replied")
        return replace(post, sender="")

    return make
