"""Has a letter left of which nobody heard the server say so?

Never sent again blindly: its fixed Message-ID is looked for in the provider's Sent folder. Found: it left. Absent for
ten minutes where all is kept: it did not, and goes out with the same Message-ID. No telling: a person decides.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ledger.entries import LetterEntry, LetterState
from ledger.errors import Stale
from mailbot.errors import TransportError
from mailbot.transport.evidence import Evidence
from mailbot.transport.mailbox import Account
from mailbot.watch.alarms import Alarm, AlarmKind, Bell, about_letter

log = logging.getLogger(__name__)

PROOF_OF_ABSENCE = 600.0  #: seconds that a provider has for putting what it took into the Sent folder
_LOOK_AGAIN = 120.0


class DoubtLedger(Protocol):
    """What is asked of the ledger here."""

    def letters(self, *states: LetterState, case: str | None = None, limit: int = 1000) -> tuple[LetterEntry, ...]: ...

    def stale_sending(self, now: datetime | None = None) -> tuple[LetterEntry, ...]: ...

    def mark_uncertain(self, letter_id: int, fence: int, error: str, now: datetime | None = None) -> None: ...

    def resolve_uncertain(
        self, letter_id: int, *, sent: bool, why: str, now: datetime | None = None, actor: str = ...
    ) -> None: ...


@dataclass
class _Doubt:
    """Since when, by the monotonic clock, we look for a letter's trace, and when next."""

    since: float
    look_at: float = float("-inf")


class Doubts:
    """Looks, a little later again, and tells a person when nothing will ever tell."""

    def __init__(
        self,
        *,
        ledger: DoubtLedger,
        accounts: Mapping[str, Account],
        evidence: Callable[[Account, str, datetime], Evidence],
        bell: Bell,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        stop: threading.Event,
    ) -> None:
        self._ledger = ledger
        self._accounts = accounts
        self._evidence = evidence
        self._bell = bell
        self._now = now
        self._clock = clock
        self._stop = stop
        self._open: dict[int, _Doubt] = {}

    def settle(self) -> None:
        """Looks for evidence of what may have left."""
        now = self._now()
        lost = self._ledger.stale_sending(now)
        doubtful = (*lost, *self._ledger.letters(LetterState.UNCERTAIN))
        # One that a person sent again may come back into doubt: then it is looked for anew.
        self._open = {entry.id: self._open.get(entry.id) or _Doubt(self._clock()) for entry in doubtful}
        for entry in doubtful:
            account = self._accounts.get(entry.letter.mailbox)
            doubt = self._open[entry.id]
            if account is None or self._clock() < doubt.look_at or self._stop.is_set():
                continue
            with suppress(Stale):  # a person was faster
                self._look(account, entry, doubt)

    def _look(self, account: Account, entry: LetterEntry, doubt: _Doubt) -> None:
        try:
            found = self._evidence(account, entry.letter.message_id, entry.queued_at)
        except TransportError as error:
            log.info("evidence cannot be asked for", extra={"letter": entry.id, "reason": str(error)})
            doubt.look_at = self._clock() + _LOOK_AGAIN / 2
            return
        if found is Evidence.FOUND:
            self._resolve(account, entry, sent=True, why="found in the Sent folder")
        elif found is Evidence.NONE:
            self._give_to_a_person(account, entry)
            doubt.look_at = float("inf")
        elif self._clock() - doubt.since >= PROOF_OF_ABSENCE:
            self._resolve(account, entry, sent=False, why="not in the Sent folder")
        else:
            doubt.look_at = self._clock() + _LOOK_AGAIN

    def _resolve(self, account: Account, entry: LetterEntry, *, sent: bool, why: str) -> None:
        self._ledger.resolve_uncertain(entry.id, sent=sent, why=why, now=self._now())
        del self._open[entry.id]
        self._bell.clear(AlarmKind.LETTER_UNCERTAIN, account.address, about_letter(entry.id))

    def _give_to_a_person(self, account: Account, entry: LetterEntry) -> None:
        if entry.letter.state is LetterState.SENDING:
            why = "the sender died, and no Sent folder tells"
            self._ledger.mark_uncertain(entry.id, entry.fence, why, self._now())
        about = about_letter(entry.id)
        self._bell.ring(Alarm(AlarmKind.LETTER_UNCERTAIN, account.address, "it may have left", about))
