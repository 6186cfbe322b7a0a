"""What do casework and decisions work with?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ledger.archive import Archive
from mailbot.cases.examiner import Examiner
from mailbot.instance import Instance
from mailbot.letters.rendering import Words
from mailbot.reading.mails import MailReader
from mailbot.settings import Settings
from parsers.mail.message import Parsed

if TYPE_CHECKING:
    from ledger.ledger import Ledger


@dataclass(frozen=True)
class Tools:
    """The composition root hands it in."""

    ledger: "Ledger"
    archive: Archive
    mails: MailReader
    examiner: Examiner
    words: Words
    settings: Settings
    instance: Instance
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    def parsed(self, sha256: str) -> Parsed:
        """An archived mail. Raises what `MailReader.archived` raises."""
        return self.mails.archived(self.archive, sha256)
