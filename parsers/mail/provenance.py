"""What does the receiving server itself say of the sender (RFC 8601)?"""

from dataclasses import dataclass
from enum import StrEnum


class Authentication(StrEnum):
    VERIFIED = "verified"  #: an aligned SPF, DKIM or DMARC pass
    UNVERIFIED = "unverified"  #: no trusted result
    FAILED = "failed"  #: the receiving server says fail


@dataclass(frozen=True)
class Receiver:
    """Whose results are believed: the configured authserv-id, else the provider's profile."""

    authserv_id: str | None = None
    profile: str = "plain"  #: netease, qq, exchange, plain


@dataclass(frozen=True)
class Provenance:
    state: Authentication
    spf: str = "none"
    dkim: str = "none"
    dmarc: str = "none"
    authserv_id: str | None = None
