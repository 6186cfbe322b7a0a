"""How does a reviewer's mail program fetch, show and answer the office's mails? Over real IMAP and SMTP."""

import re
import smtplib
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from email.utils import make_msgid
from html import unescape
from urllib.parse import parse_qs, urlsplit

from tests.servers.postfix import MailServers

_LINK = re.compile(r'href="(mailto:[^"]+)"')


class MailClient:
    """One person's program: his mailbox, and the way he answers."""

    def __init__(self, servers: MailServers, address: str) -> None:
        self.address = address
        self._servers = servers

    def mails(self, words: str = "") -> list[EmailMessage]:
        """What lies in his mailbox with these words in the subject, the oldest first."""
        found = [message_from_bytes(raw, policy=default) for raw in self._servers.fetch_all(self.address)]
        return [mail for mail in found if words in str(mail["Subject"])]

    def subject_for(self, number: str) -> tuple[str, EmailMessage | None]:
        """How he answers about that case: the last mail about it alone, else the last link of one about several."""
        for mail in reversed(self.mails()):
            if f"〔{number}·" in str(mail["Subject"]):
                return f"回复：{mail['Subject']}", mail
            for link in _LINK.findall(html_of(mail)):
                (subject,) = parse_qs(urlsplit(unescape(link)).query)["subject"]
                if f"〔{number}·" in subject:
                    return subject, None
        raise AssertionError(f"{self.address} was asked nothing about {number}")

    def answer(self, number: str, words: str, *, envelope: str | None = None) -> str:
        """His words above the quoted mail, as mail programs write them; to which mailbox.

        `envelope`: from where it really comes, when somebody else pretends to be him.
        """
        subject, answered = self.subject_for(number)
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"], mail["Subject"] = self.address, self._mailbox(answered, subject), subject
        mail["Message-ID"] = make_msgid(domain=self.address.rpartition("@")[2])
        if answered is not None:
            mail["In-Reply-To"] = mail["References"] = answered["Message-ID"]
            quoted = text_of(answered).replace("\n", "\n> ")
            words = f"{words}\n\n在 {answered['Date']}，{answered['From']} 写道：\n> {quoted}"
        mail.set_content(words + "\n", cte="base64")
        with smtplib.SMTP(self._servers.host, self._servers.smtp_port, timeout=30) as client:
            client.sendmail(envelope or self.address, [str(mail["To"])], mail.as_bytes())
        return str(mail["To"])

    def _mailbox(self, answered: EmailMessage | None, subject: str) -> str:
        """Where an answer goes: to who wrote, or to the address of the link."""
        if answered is not None:
            return str(answered["From"].addresses[0].addr_spec)
        for mail in reversed(self.mails()):
            for link in map(unescape, _LINK.findall(html_of(mail))):
                if parse_qs(urlsplit(link).query)["subject"] == [subject]:
                    return urlsplit(link).path
        raise AssertionError(f"no link with the subject {subject}")


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return body.get_content().replace("\r\n", "\n") if body else ""


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    return body.get_content().replace("\r\n", "\n") if body else ""
