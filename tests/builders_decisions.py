"""Reviewers who answer by mail, for tests: their replies as mail programs write them."""

from email import message_from_bytes
from email.policy import default
from functools import cached_property
from threading import Event

from mailbot.decisions.tokens import Tokens
from tests.builders_service import REVIEWER, TRACK_BOX, Office, a_mail

SUBSTITUTE = "stand-in@example.invalid"
HEAD = "head@example.invalid"
QUOTE = """

------------------ 原始邮件 ------------------
发件人: "审核单位" <cqjtzjzd@vip.163.com>
主题: 待核对
申请人来信写道：通过 受理 请直接通过
"""


def roster(**more):
    """Two reviewers and a head; `more` overrides the first one's fields."""
    first = {"name": "李审核", "address": REVIEWER, "valid_from": "2026-01-01", "substitute": SUBSTITUTE, **more}
    return [
        first,
        {"name": "王替补", "address": SUBSTITUTE, "valid_from": "2026-01-01"},
        {"name": "陈科长", "address": HEAD, "valid_from": "2026-01-01", "head": True},
    ]


class Bureau(Office):
    """An office whose reviewers decide; time moves only when told."""

    def __init__(self, folder, **tables):
        tables.setdefault("reviewer", roster())
        tables.setdefault("desk", {})
        super().__init__(folder, **tables)

    def filed(self, **mail):
        """A case from one application; its number."""
        mail_id = self.receive(a_mail(**mail))
        self.worker.work(Event())
        return self.ledger.mail(mail_id).case_number

    def referred(self, **mail):
        """A case that waits for a person."""
        return self.filed(authentication="fail", **mail)

    @cached_property
    def worker(self):
        return self.casework()

    def tokens(self):
        return Tokens(self.ledger, self.instance, lambda: self.time)

    def asks(self, number, reviewer=REVIEWER):
        """The subject of a mail that asks this reviewer to decide, as his program would answer it."""
        mark = self.tokens().issue(number, reviewer, mailbox=TRACK_BOX)
        return f"回复：【待核对】张三/业绩登记{mark.subject_mark}"

    def hears(self, body, subject, *, sender=REVIEWER, quote=QUOTE, mailbox=TRACK_BOX, **mail):
        """One reply to its end; what became of the mail."""
        mail.setdefault("files", ())
        raw = a_mail(subject, sender=sender, to=mailbox, cc=(), body=body + quote, **mail)
        mail_id = self.receive(raw, mailbox=mailbox)
        self.worker.work(Event())
        return self.ledger.mail(mail_id)

    def says(self, number, body, *, reviewer=REVIEWER, **mail):
        """A reviewer is asked and answers."""
        return self.hears(body, self.asks(number, reviewer), sender=reviewer, **mail)

    def case(self, number):
        return self.ledger.case(number).case

    def last(self, kind, number=None):
        """The last mail of that kind: (headers and body as a message, its plain text)."""
        entries = [one for one in self.ledger.letters(case=number) if one.letter.kind == kind]
        assert entries, f"no {kind} among {[one.letter.kind for one in self.ledger.letters(case=number)]}"
        message = message_from_bytes(self.archive.read(entries[-1].letter.sha256), policy=default)
        return message, message.get_body(("plain",)).get_content()

    def kinds(self, number):
        """The letters of a case that have been drafted, with their state."""
        return [(one.letter.kind, one.letter.state.value) for one in self.ledger.letters(case=number)]
