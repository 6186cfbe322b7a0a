"""Accounts of invented mailboxes on the loopback address."""

from dataclasses import replace

from mailbot.transport.mailbox import Account, Endpoint
from mailbot.transport.providers import PROVIDERS, ProviderName

ADDRESS = "review@example.cn"


def an_account(*, imap: int = 1, smtp: int = 1, provider: str = "plain", **more) -> Account:
    """Plain text on the loopback address unless said otherwise."""
    account = Account(
        address=ADDRESS,
        imap=Endpoint("127.0.0.1", imap, "none"),
        smtp=Endpoint("127.0.0.1", smtp, "none"),
        username=ADDRESS,
        password="secret",
        provider=PROVIDERS[ProviderName(provider)],
    )
    return replace(account, **more)


def a_mail(number: int = 1, *, size: int = 600) -> bytes:
    """Different for each number; CRLF line ends, so that servers keep it byte for byte."""
    head = (
        f"From: zhang{number}@firm.example\r\nTo: {ADDRESS}\r\nSubject: test {number}\r\n"
        f"Message-ID: <m{number}@firm.example>\r\n\r\n"
    )
    line = f"line of mail {number:09} ".ljust(70, "x") + "\r\n"
    return (head + line * max(1, (size - len(head)) // len(line))).encode()
