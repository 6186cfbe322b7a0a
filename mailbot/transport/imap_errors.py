"""What do imapclient's, imaplib's and the socket's errors mean to the service?"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imapclient.exceptions import IMAPClientAbortError, LoginError, ProtocolError

from mailbot.errors import CommandRefused, ConnectionLost, LoginRefused, ProtocolBroken, TransportError, Untrusted
from mailbot.transport.wire import TooMuch

# RFC 5530: the server's trouble, not a wrong password; and what Chinese servers say instead.
_TEMPORARY = re.compile(
    r"\[(UNAVAILABLE|LIMIT|INUSE|SERVERBUG)\]|too many|busy|try again|later|稍后|繁忙|频繁", re.IGNORECASE
)


@contextmanager
def translated(stage: str, *, parse: bool = False) -> Iterator[None]:
    """The one place where imapclient's, imaplib's and the socket's errors become ours.

    `parse`: a ValueError is let through, for the caller can tell which mail it was.
    """
    try:
        yield
    except LoginError as error:
        raise NotLoggedIn(stage, error) from error
    except TooMuch as error:
        raise ProtocolBroken(f"{stage}: {error}") from error
    except ProtocolError as error:  # from imapclient's parser; the connection itself is in step
        raise (ValueError if parse else ProtocolBroken)(f"{stage}: {str(error)[:200]}") from error
    except imaplib.IMAP4.abort as error:
        raise _broken(stage, str(error)) from error
    except imaplib.IMAP4.error as error:
        raise CommandRefused(f"{stage}: {error}") from error
    except ssl.SSLCertVerificationError as error:
        raise Untrusted(
            f"{stage}: {error.verify_message}; set tls_ca_file if the office runs its own server"
        ) from error
    except OSError as error:
        raise ConnectionLost(f"{stage}: {error or type(error).__name__}") from error
    except (ValueError, TypeError, LookupError) as error:
        # imapclient's parser raises all of these on nonsense from the server.
        if parse and not isinstance(error, UnicodeEncodeError):
            raise
        raise ProtocolBroken(f"{stage}: {error}") from error


class NotLoggedIn(TransportError):
    """imapclient calls every failure of LOGIN a LoginError, a lost connection too."""

    def __init__(self, stage: str, error: Exception) -> None:
        super().__init__(f"{stage}: {error}")
        self._lost = isinstance(error.__context__, IMAPClientAbortError)

    def told(self, address: str, *, by_token: bool) -> TransportError:
        if self._lost or _TEMPORARY.search(str(self)):
            return ConnectionLost(f"{address}: {self}")
        if by_token:
            return LoginRefused(f"{address}: the server refused the access token ({self}); check its scopes and owner")
        return LoginRefused(
            f"{address}: the server refused name or authorisation code ({self}); "
            "make a new code in the provider's web settings"
        )


def _broken(stage: str, text: str) -> TransportError:
    nonsense = "unexpected response" in text or "unexpected tagged" in text
    return (ProtocolBroken if nonsense else ConnectionLost)(f"{stage}: {text}")
