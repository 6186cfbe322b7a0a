"""Every letter and mail that leaves the office, drawn once: for golden words, and for a look in a browser."""

from base64 import b64encode
from dataclasses import replace
from datetime import date, datetime
from email.message import EmailMessage
from functools import cache
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event

from PIL import Image

from ledger.entries import ClockEntry
from ledger.office_time import OFFICE_TIME
from mailbot.decisions.letters import DecisionFacts
from mailbot.examination.verdict import Clock
from mailbot.letters.drafting import Item
from mailbot.letters.rendering import Words
from mailbot.reviewers.prompts import Prompts
from mailbot.settings import Office
from mailbot.upkeep import Moved, Recomputed
from tests.builders_decisions import Bureau
from tests.builders_desk import DeskOffice, a_day, a_desk, a_doubtful_mail, days, dispatch, mails_of
from tests.builders_service import a_mail

GIVEN = DecisionFacts(
    addressee="张三同志",
    you="你",
    received=datetime(2026, 3, 12, 6, 57, tzinfo=OFFICE_TIME),
    business="监理工程师业绩登记新增（本人提交）审核申请",
    annex="附件4",
    office=Office(
        name="重庆市交通规划和技术发展中心",
        phone="023-62806051",
        address="重庆市渝北区某路1号",
        hours="工作日9时至17时",
    ),
    today=date(2026, 3, 12),
    number="ZJZD-2026-0187",
    submitted_by="engineer",
    firm="重庆渝州工程监理有限公司",
    files=("承诺保证书.pdf", "身份证.jpg"),
    deadline=Clock("feedback10", "二", date(2026, 3, 26)),
    items=(Item("申请邮件未同步发送至监理企业联系邮箱，请同步发送。", "附件4 1.4.1"),),
    doubts=(Item("承诺保证书印章印迹过淡，请核对。", "附件4 1.4.1 a"),),
    lines=("张三/重庆渝州工程监理有限公司/业绩登记新增(本人提交)",),
    copy_to_firm=True,
    phone="139****1234",
    right_mailbox="cqjtgjzx@vip.163.com",
    first_received=datetime(2026, 3, 10, 9, tzinfo=OFFICE_TIME),
    state="referred",
    topic="papers",
    engineer="张三",
    action="新增",
    project="渝东高速公路工程",
    section="JL2",
    post="专业监理工程师",
    contact="李审核",
    reasons=("在岗起始日期与重庆系统记录的任职开始时间不一致。", "原项目业绩登记尚未截止，新增前须先办理截止。"),
    calls=(datetime(2026, 3, 12, 10, tzinfo=OFFICE_TIME), datetime(2026, 3, 13, 15, 30, tzinfo=OFFICE_TIME)),
    last_day=date(2026, 3, 26),
)
_CLOSE = {"business": "监理工程师业绩登记截止（本人提交）审核申请", "action": "截止"}
_BY_FIRM = {"addressee": "重庆渝州工程监理有限公司", "you": "你单位", "submitted_by": "firm", "copy_to_firm": False}
_OF_FIRM = {
    **_BY_FIRM, "annex": "附件1", "business": "监理企业信息登记审核申请",
    "engineer": None, "action": None, "project": None, "section": None, "post": None,
}  # fmt: skip
_OF_ENGINEER = {**_OF_FIRM, "annex": "附件3", "business": "监理工程师基本信息登记审核申请"}
_CLOSE_BY_FIRM = {**_BY_FIRM, "business": "监理工程师业绩登记截止（企业提交）审核申请", "action": "截止"}

#: Name → (kind, what differs from `GIVEN`). The numbers are those of domain facts 7.4's letters (1)–(11).
LETTERS = {
    **{kind: (kind, {}) for kind in (
        "receipt", "correction", "complete", "approved", "rejected", "on_site", "wrong_mailbox", "reminder_receipt",
        "duplicate", "verification_reminder", "withdrawal_receipt", "inquiry_receipt", "progress", "question",
        "interim", "rehearsal", "withdrawn",
    )},
    "on_site-failed": ("on_site", {"failed": (datetime(2026, 3, 13, 15, 30, tzinfo=OFFICE_TIME),)}),
    "closed_directly": ("closed_directly", _CLOSE),
    "owner_faults": ("owner_faults", {**_BY_FIRM, "addressee": "重庆某高速公路建设有限公司", "engineer": None}),
    "closed_directly-by-firm": ("closed_directly", _CLOSE_BY_FIRM),
    "approved-close": ("approved", _CLOSE),
    "approved-firm": ("approved", _OF_FIRM),
    "approved-engineer": ("approved", _OF_ENGINEER),
    "complete-firm": ("complete", _OF_FIRM),
    "complete-engineer": ("complete", _OF_ENGINEER),
    "complete-close-by-firm": ("complete", _CLOSE_BY_FIRM),
    "receipt-firm": ("receipt", _OF_FIRM),
    "verification_reminder-close": ("verification_reminder", _CLOSE),
    "correction-certain-only": ("correction", {"still_checked": True}),
    "wrong_mailbox-district": ("wrong_mailbox", {"right_mailbox": None}),
    **{
        f"question-{topic}": ("question", {"topic": topic})
        for topic in ("accounts", "mailboxes", "late_filing", "qualification", "publication")
    },
}  # fmt: skip


def letter(name: str) -> tuple[str, str, str]:
    """(tag, text, html) of one letter to an applicant."""
    kind, more = LETTERS[name]
    words = Words()
    tag, text = words.letter(kind, replace(GIVEN, **more))
    return (
        tag,
        text,
        words.as_html(f"{tag}张三/重庆渝州工程监理有限公司/业绩登记新增（本人提交）〔ZJZD-2026-0187〕", text),
    )


KINDS = ("digest", "referral", "reminder", "report", "receipt", "correction", "complete", "interim", "rehearsal")


@cache
def notes() -> dict[str, tuple[str, str]]:
    """Kind → (text with its subject, html) of every short mail to a reviewer, each from a case that was played."""
    with TemporaryDirectory() as folder, Bureau(Path(folder)) as bureau:
        number = bureau.referred()
        for said in (
            "受理",
            "视频核验 未接通",
            "备注：重庆系统=一致",
            "转办 陈科长",
            "转办 李审核",
            "查询",
            "什么",
            "现场",
        ):
            bureau.says(number, said)
        bureau.says(number, "备注：待核实", authentication="none")
        bureau.hears("受理", f"回复：〔{number}·{'A' * 26}〕")
        bureau.time = datetime(2026, 3, 24, 9, tzinfo=OFFICE_TIME)
        Prompts(bureau.worker._tools).work(Event())
        told = {}
        for kind in (
            "transcript", "handed_over", "history", "not_understood", "not_possible", "confirm", "refused", "prompt",
        ):  # fmt: skip
            held = number if kind != "refused" else None
            message, text = bureau.last(kind, held)
            html = message.get_body(("html",)).get_content()
            told[kind] = (f"{message['Subject']}\n{text}", html)
        moved = Moved(
            bureau.case(number),
            ClockEntry("review10", "附件4 3.5", None, date(2027, 1, 4), date(2027, 1, 12)),
            ClockEntry("review10", "附件4 3.5", date(2027, 1, 6)),
        )
        facts = Recomputed(date(2026, 12, 1), "cqjtzjzd@vip.163.com", (2026, 2027), (moved,))
        told["recomputed"] = bureau.words.reviewer_mail("recomputed", facts)
    return told


@cache
def desk_mails() -> dict[str, EmailMessage]:
    """Two weeks of a small office that nobody answers for; kind → its last mail."""
    with TemporaryDirectory() as folder, DeskOffice(Path(folder)) as office:
        desk = a_desk(office, _GreyPictures())
        for day in days(date(2026, 9, 17), date(2026, 10, 12)):
            a_day(office, desk, day)
            if day.day == 17:
                office.time = datetime(2026, 9, 17, 15, tzinfo=OFFICE_TIME)
                for number, raw in enumerate(_received()):
                    office.receive(raw)
                    office.later(minutes=number)
                office.casework().work(Event())
                dispatch(office)
        office.receive(a_mail(subject="预检/赵明远/重庆渝州工程监理有限公司/业绩登记新增", cc=(), content="p"))
        office.casework().work(Event())
        return {kind: mails_of(office, kind)[-1] for kind in KINDS}


def _received():
    yield a_mail(identity="<a@person.invalid>")
    yield a_mail(identity="<b@person.invalid>", sender="b@person.invalid", content="b", cc=())
    yield a_doubtful_mail(identity="<c@person.invalid>", sender="c@person.invalid", content="c", cc=())
    yield a_doubtful_mail(identity="<d@person.invalid>", sender="d@person.invalid", content="d")


class _GreyPictures:
    """In place of the very spots, which only real papers have."""

    def of(self, file, places, hidden=()):
        out = BytesIO()
        Image.new("RGB", (540, 140), "#dddddd").save(out, "PNG")
        return tuple(out.getvalue() for _ in places)


def shown(mail: EmailMessage) -> str:
    """Its HTML part with its own pictures, as a mail program shows it."""
    page = mail.get_body(("html",)).get_content()
    for part in mail.walk():
        if part["Content-ID"]:
            data = b64encode(part.get_payload(decode=True)).decode()
            page = page.replace(f"cid:{part['Content-ID'].strip('<>')}", f"data:image/png;base64,{data}")
    return page
