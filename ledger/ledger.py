"""What has happened, and what is known of it: the one door to the records.

One method is one transaction, named after what happened. Rows stay inside; frozen entries come out. The subjects lie in
modules of their own: mails, work (claims), filing (ends of casework), letters (outbox), sending, cases, recognition,
decisions, directory, watch (mailboxes, alarms, history), statistics, weighing (of indexes).
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Final, Self

from ledger.backup import Backup
from ledger.decisions import Decisions
from ledger.desk import DeskRecords
from ledger.directory import Directory
from ledger.engine import connect
from ledger.filing import Filing
from ledger.mails import Mails
from ledger.migrate import migrate
from ledger.overview import Overview
from ledger.recognition import Recognition
from ledger.rehearsals import Rehearsals
from ledger.sampling import Sampling
from ledger.sending import Sending
from ledger.statistics import Statistics
from ledger.tokens import Tokens
from ledger.watch import Watch
from ledger.weighing import Weighing

_BRACKETS: Final = str.maketrans("〔【［[〕】］]", "(((())))")
_SPACES: Final = re.compile(r"\s+")


def plain_fold(name: str) -> str:
    """NFKC, one kind of bracket, no spaces, capitals. The service hands in the parsers' finer fold."""
    return _SPACES.sub("", unicodedata.normalize("NFKC", name)).translate(_BRACKETS).upper()


class Ledger(
    Mails,
    Filing,
    Overview,
    Recognition,
    Decisions,
    Tokens,
    Directory,
    Watch,
    DeskRecords,
    Sending,
    Statistics,
    Weighing,
    Sampling,
    Rehearsals,
    Backup,
):
    """Open with `Ledger.open(url)`; safe for threads and, by leases and fences, for processes and machines."""

    @classmethod
    def open(
        cls,
        url: str,
        *,
        fold: Callable[[str], str] = plain_fold,
        own_review: frozenset[str] = frozenset(),
        keep_years: Mapping[str, int] | None = None,
    ) -> Self:
        """Create the ledger, bring an older one up, refuse a newer one (WrongSchema).

        `fold` must stay the same for the life of a ledger: keys of firms are stored folded. `own_review`: matters whose
        review has a period of its own. `keep_years`: matter → years of keeping its cases, three where it is not named.
        """
        engine = connect(url)
        migrate(engine)
        return cls(engine, fold, own_review, keep_years)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
