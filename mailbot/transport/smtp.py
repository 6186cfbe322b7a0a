"""How is one letter handed to an SMTP server so that we always know what became of it? (RFC 5321)

MAIL, RCPT and DATA go one by one: a connection that is lost before the text went out is a clean retry; one that is lost
behind it leaves the letter uncertain. The envelope sender is the login: NetEase and QQ refuse any other, `<>` too.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Self

import aiosmtplib
from aiosmtplib.protocol import normalize_message_line_endings

from ledger.failpoints import fp
from mailbot.errors import ConnectionLost, LoginRefused, TransportError, Untrusted
from mailbot.transport.mailbox import Account
from mailbot.transport.outcome import Outcome, Refused, Retry, Sent, Uncertain
from mailbot.transport.providers import says_too_much
from mailbot.transport.tls import trust

# aiosmtplib takes "bad\naddress@x" for <bad>; only what needs no quoting is sent.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+", re.ASCII)
_LEADING_DOT = re.compile(rb"(?m)^\.")


class SmtpConnection:
    """One logged-in connection, made by `async with`. Raises TransportError before any letter is touched."""

    def __init__(self, account: Account, *, reply_seconds: float = 60, data_seconds: float = 300) -> None:
        """`data_seconds`: for the answer behind the text; RFC 5321 4.5.3.2.6 asks for up to ten minutes."""
        self.account = account
        self._data_seconds = data_seconds
        self._client = aiosmtplib.SMTP(
            hostname=account.smtp.host,
            port=account.smtp.port,
            use_tls=account.smtp.tls == "implicit",
            start_tls=False,  # None would take TLS only if nobody strips the offer
            tls_context=None if account.smtp.tls == "none" else trust(account),
            timeout=reply_seconds,
            local_hostname="localhost",  # the machine's name is nobody's business, and asking DNS for it may hang
        )
        self._reply_seconds = reply_seconds

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(4 * self._reply_seconds):
                await self._client.connect()
                await self._secure()
                await self._login()
        except (TransportError, asyncio.CancelledError):
            self._client.close()
            raise
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            self._client.close()
            raise _translated(error) from error
        return self

    async def __aexit__(self, *exc: object) -> None:
        if exc[0] is not None:  # broken off in mid-dialogue: QUIT might be taken for a line of the letter
            self._client.close()
            return
        try:
            await self._client.quit(timeout=5)
        except (aiosmtplib.SMTPException, OSError):
            self._client.close()

    @property
    def is_open(self) -> bool:
        return self._client.is_connected

    async def send(self, raw: bytes, recipients: Sequence[str]) -> Outcome:
        """Hands over one letter; never raises for what the server does."""
        if strange := [one for one in recipients if not _ADDRESS.fullmatch(one)]:
            return Refused(f"no address that SMTP can carry: {strange!r}")
        try:
            async with asyncio.timeout(2 * self._reply_seconds):
                refused = await self._envelope(recipients)
                if isinstance(refused, Retry | Refused):
                    await self._reset()
                    return refused
                await self._ready_for_text()
        except aiosmtplib.SMTPResponseException as error:
            if error.code < 200:  # nonsense: what follows would be taken for the answer to the next command
                self._client.close()
            await self._reset()
            return self._of_code(error.code, error.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            self._client.close()
            return Retry(_told(error))
        return await self._text(raw, refused)

    async def _envelope(self, recipients: Sequence[str]) -> tuple[str, ...] | Retry | Refused:
        """MAIL and RCPT; the recipients that were refused for good, when at least one was taken and none put off."""
        fp("smtp_before_mail")
        await self._client.mail(self.account.username if "@" in self.account.username else self.account.address)
        refused: list[tuple[int, str]] = []
        for recipient in recipients:
            try:
                await self._client.rcpt(recipient)
            except aiosmtplib.SMTPRecipientRefused as error:
                if not 500 <= error.code < 600:
                    return Retry(_reply(error), says_too_much(self.account.profile, error.code, error.message))
                refused.append((error.code, f"{recipient}: {_reply(error)}"))
        told = tuple(text for _, text in refused)
        if len(refused) < len(recipients):
            return told
        why = "; ".join(told) or "no recipients"
        code = refused[0][0] if refused else None
        return Retry(why, too_much=True) if says_too_much(self.account.profile, code, why) else Refused(why, code)

    async def _ready_for_text(self) -> None:
        fp("smtp_before_data")
        answer = await self._client.execute_command(b"DATA")
        if answer.code != aiosmtplib.SMTPStatus.start_input:
            raise aiosmtplib.SMTPDataError(answer.code, answer.message)

    async def _text(self, raw: bytes, refused: tuple[str, ...]) -> Outcome:
        """From here on only a reply code is certainty."""
        text = _LEADING_DOT.sub(b"..", normalize_message_line_endings(raw))
        protocol = self._client.protocol
        try:
            if protocol is None:
                return Retry("connection lost before the text")
            fp("smtp_before_text")
            protocol.write(text + b".\r\n")
            fp("smtp_after_text")
            answer = await protocol.read_response(timeout=self._data_seconds)
            fp("smtp_after_answer")
        except (aiosmtplib.SMTPException, OSError) as error:
            self._client.close()
            return Uncertain(_told(error))
        if 200 <= answer.code < 300:
            return Sent(f"{answer.code} {answer.message}", refused)
        if 400 <= answer.code < 600:
            return self._of_code(answer.code, answer.message)
        self._client.close()
        return Uncertain(f"{answer.code} {answer.message}")

    def _of_code(self, code: int, message: str) -> Outcome:
        reply = f"{code} {message}"
        if says_too_much(self.account.profile, code, message):
            return Retry(reply, too_much=True)
        return Refused(reply, code) if 500 <= code < 600 else Retry(reply)

    async def _reset(self) -> None:
        """Makes the connection fit for the next letter, or drops it."""
        try:
            if self._client.is_connected:
                await self._client.rset()
        except (aiosmtplib.SMTPException, OSError):
            self._client.close()

    async def _secure(self) -> None:
        if self.account.smtp.tls != "starttls":
            return
        await self._client.ehlo()
        if not self._client.supports_extension("starttls"):
            raise Untrusted(f"{self.account.smtp.host} offers no STARTTLS; nothing was sent")
        await self._client.starttls()

    async def _login(self) -> None:
        """One try by one method: aiosmtplib would try all, and three refusals lock an account."""
        await self._client.ehlo()
        offered = self._client.server_auth_methods
        name, password = self.account.username, self.account.password
        if self.account.token is not None:
            token = await asyncio.to_thread(self.account.token)  # a program may have to be run for it
            await self._client.auth_xoauth2(name, token)
            return
        if not offered and self.account.smtp.tls == "none":
            return  # a relay on the loopback address
        if "plain" in offered:
            await self._client.auth_plain(name, password)
        elif "login" in offered:
            await self._client.auth_login(name, password)
        elif "cram-md5" in offered:
            await self._client.auth_crammd5(name, password)
        else:
            raise TransportError(f"{self.account.smtp.host} offers no known way to log in ({', '.join(offered)})")


class TooMuch(ConnectionLost):
    """The provider asks for a pause already at the door."""


def _translated(error: Exception) -> TransportError:
    """The one place where aiosmtplib's errors of connecting and logging in become ours."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) and 500 <= error.code < 600:
        return LoginRefused(f"smtp: the server refused name or authorisation code ({_reply(error)})")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        text = f"smtp: {_reply(error)}"
        busy = "TOO MUCH" in text.upper() or "HL:" in text or error.code == 421
        return TooMuch(text) if busy else ConnectionLost(text)
    cause = error.__cause__ or error
    if "CERTIFICATE_VERIFY_FAILED" in str(cause) or "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Untrusted(f"smtp: {error}; set tls_ca_file if the office runs its own server")
    return ConnectionLost(f"smtp: {_told(error)}")


def _reply(error: aiosmtplib.SMTPResponseException) -> str:
    return f"{error.code} {error.message}"


def _told(error: Exception) -> str:
    return str(error) or type(error).__name__
