"""Which reply may decide which case?

Each mail that asks a reviewer for a decision carries a random token of 128 bits in its subject: 〔ZJZD-2026-0187·…〕.
The ledger keeps a keyed hash of it, bound to case, reviewer and expiry. It is taken from a subject only: what is quoted
in a body can never decide.
"""

import re
import secrets
from base64 import b32encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from unicodedata import normalize

from ledger.entries import CaseState
from ledger.ledger import Ledger
from ledger.tokens import TokenEntry
from mailbot.instance import Instance
from mailbot.letters.correspondence import message_id

VALID: Final = timedelta(days=30)
_BITS: Final = 128
_MARK: Final = re.compile(
    r"[〔\[(【]\s*([A-Z0-9]{2,8}-20\d\d-\d{4,6})\s*[·.・∙•]\s*([A-Z2-7]{26})\s*[〕\])】]", re.IGNORECASE
)


class Mark(NamedTuple):
    """What a mail to a reviewer carries."""

    subject_mark: str  #: goes to the end of the raw mail's subject; the outbox keeps the subject without it
    message_id: str


@dataclass(frozen=True)
class Shown:
    """A token as a reply's subject shows it: a claim, to be proven."""

    case: str
    secret: str


class Tokens:
    """Issues and knows them again."""

    def __init__(
        self, ledger: Ledger, instance: Instance, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._ledger = ledger
        self._instance = instance
        self._now = now

    def issue(
        self,
        case: str,
        reviewer: str,
        *,
        mailbox: str,
        state: CaseState | None = None,
        pending: Mapping[str, Any] | None = None,
    ) -> Mark:
        """For one mail from `mailbox` to one reviewer, bound to the case as it stands now. Raises NoSuchCase.

        `state`: in which the case is about to be; `pending`: a decision already made that only waits for 确认.
        """
        secret = b32encode(secrets.token_bytes(_BITS // 8)).decode().rstrip("=")
        now = self._now()
        digest, expires = self._digest(secret), now + VALID
        self._ledger.issue_token(
            digest, case=case, reviewer=reviewer, expires_at=expires, state=state, pending=pending, now=now
        )
        identity = message_id(mailbox, self._instance.key("letters"), "decision", secret)
        return Mark(f"〔{case}·{secret}〕", identity)

    def entry(self, shown: Shown) -> TokenEntry | None:
        """What is known of it; found by its hash, so that no comparison of secrets tells anything by its time."""
        return self._ledger.token(self._digest(shown.secret))

    def _digest(self, secret: str) -> str:
        return self._instance.key("token", secret)


def shown_in(subject: str) -> Shown | None:
    """The last mark of a subject: ours stands at its end, behind whatever an applicant wrote."""
    found = _MARK.findall(normalize("NFKC", subject))
    return Shown(found[-1][0].upper(), found[-1][1].upper()) if found else None
