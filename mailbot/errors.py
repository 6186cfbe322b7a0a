"""What can go wrong in the world, and who should act on it?

Bad mail is no error: it is a fact that becomes a finding. The tree:

    MailbotError                     message for an operator, in English, with the remedy
      ConfigurationError             a file that a person wrote is wrong          → exit 2
      UsageError                     a command was called wrongly                 → exit 2
      AlreadyRunning                 another daemon works on this data folder     → exit 1
      TransportError                 a mail server did not do what it should
        Untrusted                    the certificate is wrong: no login, no weaker line
        LoginRefused                 wrong or expired authorisation code: stop, so that the account is not locked
        ConnectionLost               network or server trouble: try again later
        CommandRefused               the server said NO to one command; the connection goes on
        ProtocolBroken               the server answered nonsense: this connection is unusable
      DeliveryFailed                 SMTP did not take a letter (code, permanent, stage)
"""

from dataclasses import dataclass


class MailbotError(Exception):
    """Something that an operator must know."""

    exit_code = 1


class ConfigurationError(MailbotError):
    """A file that a person wrote is wrong; the message names file, key and remedy, a line for each fault."""

    exit_code = 2


class UsageError(MailbotError):
    """A command was called wrongly."""

    exit_code = 2


class AlreadyRunning(MailbotError):
    """Another daemon works on this data folder."""


class TransportError(MailbotError):
    """A mail server did not do what it should."""


class Untrusted(TransportError):
    """The server's certificate is not to be trusted, or it offers no STARTTLS: nothing is sent over a weaker line."""


class LoginRefused(TransportError):
    """The server refused name or authorisation code."""


class ConnectionLost(TransportError):
    """The connection could not be made or broke: try again later."""


class CommandRefused(TransportError):
    """The server said NO or BAD to one command; the connection itself is well."""


class ProtocolBroken(TransportError):
    """The server answered nonsense: this connection is unusable."""


@dataclass
class DeliveryFailed(MailbotError):
    """SMTP did not take a letter."""

    reason: str
    code: int | None = None  #: the server's reply code
    permanent: bool = False
    stage: str = ""  #: connect, login, mail, rcpt, data, dot

    def __str__(self) -> str:
        return f"{self.stage}: {self.code or ''} {self.reason}".strip()
