"""What do applicants, reviewers, machines and strangers write to an office: the mails of the state machine."""

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default

from mailbot.decisions.tokens import shown_in
from tests.builders_decisions import QUOTE
from tests.builders_desk import UNCLEAR_SEAL, files_with
from tests.builders_service import ADD, INFORMATION_BOX, TRACK_BOX, a_mail, papers
from tests.builders_submission import ENGINEER_ID
from tests.faults.small_service import REVIEWERS
from tests.soak.hostile import hostile_mails

MOBILE = "13812345678"
#: What a reviewer may answer; most of it is possible only at its time.
WORDS = (
    "受理",
    "补正",
    "通过",
    "不通过：材料不实",
    "备注：已电话联系",
    "查询",
    "撤销",
    "确认",
    "复核完成 2026-03-12",
    "办结",
    "谢谢",
)

EARLY_WORDS = ("受理", "补正", "备注：已电话联系")  #: possible as soon as he is asked


@dataclass(frozen=True)
class Letter:
    """A letter as it reached somebody."""

    mailbox: str
    to: str
    subject: str
    message_id: str
    raw: bytes

    @classmethod
    def read(cls, mailbox: str, taken) -> "Letter":
        message = message_from_bytes(taken.raw, policy=default)
        return cls(mailbox, taken.recipients[0], str(message["Subject"]), str(message["Message-ID"]), taken.raw)

    @property
    def asks(self) -> bool:
        """Whether a reviewer may decide by answering it."""
        return self.to in REVIEWERS and shown_in(self.subject) is not None

    def text(self) -> str:
        body = message_from_bytes(self.raw, policy=default).get_body(("plain",))
        return body.get_content() if body else ""


def application(number: int, how: str, box: str) -> bytes:
    """Each of another sender, with his numbers in the mail's text."""
    body = f"您好，我的身份证号码{ENGINEER_ID}，电话{MOBILE}，请审核。"
    mail = {"sender": f"p{number}@person.invalid", "to": box, "content": str(number), "body": body}
    mail["identity"] = f"<m{number}@person.invalid>"
    if how == "two boxes":
        return a_mail(ADD, **{**mail, "to": f"{TRACK_BOX}, {INFORMATION_BOX}"})
    if how == "not copied":
        return a_mail(ADD, **mail, cc=())
    if how == "paper missing":
        return a_mail(ADD, **mail, files=tuple(papers())[1:])
    if how == "doubtful seal":
        return a_mail(ADD, **mail, files=files_with(UNCLEAR_SEAL))
    if how == "unauthenticated":
        return a_mail(ADD, **mail, authentication="fail")
    if how == "numbers in the subject":
        return a_mail(f"{ENGINEER_ID}/{MOBILE}/业绩登记新增", **mail)
    if how == "question":
        return a_mail("请问办理进度", **mail, files=(), cc=())
    assert how == "good"
    return a_mail(ADD, **mail)


SORTS = (
    "good", "two boxes", "not copied", "paper missing", "doubtful seal", "unauthenticated", "numbers in the subject",
    "question",
)  # fmt: skip


def hostile(number: int) -> bytes:
    mails = hostile_mails()
    return mails[number % len(mails)] + f"\r\n{number}".encode()


def answer(number: int, letter: Letter, *, with_papers: bool) -> bytes:
    """The applicant answers a letter of ours."""
    return a_mail(
        f"回复：{letter.subject}",
        sender=letter.to,
        to=letter.mailbox,
        files=None if with_papers else (),
        content=str(number),
        identity=f"<a{number}@person.invalid>",
        headers={"In-Reply-To": letter.message_id},
    )


def reviewers_word(number: int, letter: Letter, word: str, *, sender: str = "", authentication: str = "pass") -> bytes:
    """An answer to a mail that asked for a decision; `sender`: of somebody who got hold of it."""
    return a_mail(
        f"回复：{letter.subject}",
        sender=sender or letter.to,
        to=letter.mailbox,
        cc=(),
        files=(),
        body=word + QUOTE,
        identity=f"<w{number}@example.invalid>",
        authentication=authentication,
        headers={"In-Reply-To": letter.message_id},
    )


def vacation(number: int, letter: Letter) -> bytes:
    return a_mail(
        f"自动回复：{letter.subject}",
        sender=letter.to,
        to=letter.mailbox,
        cc=(),
        files=(),
        body="我正在休假，通过。",
        identity=f"<v{number}@example.invalid>",
        headers={"Auto-Submitted": "auto-replied", "In-Reply-To": letter.message_id},
    )


def bounce(number: int, letter: Letter) -> bytes:
    """RFC 3464."""
    return (
        f"From: MAILER-DAEMON@person.invalid\r\nTo: {letter.mailbox}\r\nSubject: Undelivered Mail {number}\r\n"
        "Return-Path: <>\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nno such user\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.person.invalid\r\n\r\n"
        f"Final-Recipient: rfc822; {letter.to}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: {letter.message_id}\r\nSubject: x\r\n\r\nx\r\n"
        "--b--\r\n"
    ).encode()
