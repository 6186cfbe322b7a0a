"""An office of two mailboxes, a few cases in its ledger, and mails for its archive."""

from datetime import UTC, datetime
from email.message import EmailMessage

from ledger.entries import CaseState, FindingEntry
from mailbot.letters.correspondence import Thread, compose
from tests.ledger.builders import NOW, a_case, later, some_facts

BOX, OTHER_BOX, REVIEWER = "cqjtzjzd@vip.163.com", "cqjtgjzx@vip.163.com", "li@office.example"

PHONE, CITIZEN = "13800000001", "500103199001010017"

CONFIG = f"""
[office]
name = "审核中心"
{{tables}}
[[reviewer]]
name = "李审核"
address = "{REVIEWER}"
valid_from = 2026-01-01
"""

BOX_TABLE = """
[[mailbox]]
address = "{address}"
matters = ["{matter}"]
imap_host = "127.0.0.1"
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_tls = "none"
password_env = "MAILBOT_TEST"
"""


def three_cases(ledger):
    """Two in the track record's mailbox (one of them decided), one in the other."""
    finding = FindingEntry("letter_missing", "defect", "附件4 1.4.1", f"缺承诺保证书 {CITIZEN}")
    facts = some_facts(findings=(finding,), engineer="赵金生", project="渝西高速公路")
    first = a_case(ledger, 1, mailbox=BOX, facts=facts, subject=f"赵金生 {PHONE}")
    second = a_case(ledger, 2, mailbox=BOX, facts=some_facts(received_at=later(days=1)))
    ledger.decide(second, "approve", actor=REVIEWER, expected=CaseState.COMPLETE, state=CaseState.APPROVED, now=NOW)
    third = a_case(ledger, 3, mailbox=OTHER_BOX, facts=some_facts(matter="firm_information", received_at=later(days=2)))
    return first, second, third


def unbroken(told):
    """As it stood before it was laid out."""
    return "".join(told.split())


def raw_mail(to=BOX, message_id="<one@applicant.example>", received=True):
    mail = EmailMessage()
    if received:
        mail["Received"] = "from a by b; Fri, 20 Nov 2026 09:00:00 +0800"
    mail["From"], mail["To"], mail["Subject"] = "zhang@applicant.example", to, "业绩登记"
    mail["Message-ID"] = message_id
    mail.set_content("x")
    return mail.as_bytes()


def an_answer(to):
    return compose(
        sender=BOX, office="审核中心", recipients=("zhang@applicant.example",), subject="【收件回执】", text="x",
        html="x",
        identity="<mb.abcdefghijklmnopqrstuvwxyz@vip.163.com>", at=NOW, thread=Thread(to),
    )  # fmt: skip


OVER = datetime(2029, 11, 21, 4, tzinfo=UTC)
