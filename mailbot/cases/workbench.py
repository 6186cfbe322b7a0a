"""What do casework and decisions work with?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ledger.archive import Archive
from ledger.ledger import Ledger
from mailbot.cases.examiner import Examiner
from mailbot.instance import Instance
from mailbot.letters.rendering import Words
from mailbot.settings import Settings


@dataclass(frozen=True)
class Tools:
    """The composition root hands it in."""

    ledger: Ledger
    archive: Archive
    examiner: Examiner
    words: Words
    settings: Settings
    instance: Instance
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
