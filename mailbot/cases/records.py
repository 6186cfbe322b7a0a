"""What do the ledger and the archive answer when a mail is examined?"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from ledger.archive import Archive
from ledger.entries import Enterprise, MailState
from ledger.questions import CaseMatch, CaseQuery, EngagementEntry, HandledEntry
from mailbot.reading.mails import MailReader
from parsers.mail.message import Parsed

if TYPE_CHECKING:
    from ledger.ledger import Ledger


class Records(Protocol):
    """What an examination asks."""

    def enterprise(self, name: str, on: date) -> Enterprise | None: ...

    def enterprises_at(self, address: str, on: date) -> tuple[Enterprise, ...]: ...

    def near_names(self, name: str, on: date) -> tuple[str, ...]: ...

    def directory_as_of(self) -> date | None: ...

    def find_case(self, query: CaseQuery) -> CaseMatch | None: ...

    def other_side(self, query: CaseQuery, submitted_by: str) -> CaseMatch | None: ...

    def open_engagements(self, engineer_key: str) -> tuple[EngagementEntry, ...]: ...

    def firms_handled(self, handler_key: str, since: datetime) -> tuple[HandledEntry, ...]: ...

    def signatures(self) -> Mapping[str, str]:
        """Fingerprint → the case where it was first seen; a picture is known again by distance, not by equality."""
        ...

    def others_files(self, marks: Iterable[str], engineer_key: str) -> Mapping[str, str]:
        """SHA-256 of a file → the case of another engineer with which it came before."""
        ...

    def mails_of(self, case_number: str) -> Iterable[Parsed]:
        """The mails of a case, newest first."""
        ...


class LedgerRecords:
    """The same, answered by the office's own ledger and archive."""

    def __init__(self, ledger: "Ledger", archive: Archive, mails: MailReader) -> None:
        self._ledger = ledger
        self._archive = archive
        self._mails = mails

    def enterprise(self, name: str, on: date) -> Enterprise | None:
        return self._ledger.enterprise(name, on)

    def enterprises_at(self, address: str, on: date) -> tuple[Enterprise, ...]:
        return self._ledger.enterprises_at(address, on)

    def near_names(self, name: str, on: date) -> tuple[str, ...]:
        return self._ledger.near_names(name, on)

    def directory_as_of(self) -> date | None:
        return self._ledger.directory_as_of()

    def find_case(self, query: CaseQuery) -> CaseMatch | None:
        return self._ledger.find_case(query)

    def other_side(self, query: CaseQuery, submitted_by: str) -> CaseMatch | None:
        return self._ledger.other_side(query, submitted_by)

    def open_engagements(self, engineer_key: str) -> tuple[EngagementEntry, ...]:
        return self._ledger.open_engagements(engineer_key)

    def firms_handled(self, handler_key: str, since: datetime) -> tuple[HandledEntry, ...]:
        return self._ledger.firms_handled(handler_key, since)

    def signatures(self) -> Mapping[str, str]:
        return self._ledger.signatures()

    def others_files(self, marks: Iterable[str], engineer_key: str) -> Mapping[str, str]:
        return self._ledger.others_files(marks, engineer_key)

    def mails_of(self, case_number: str) -> Iterator[Parsed]:
        """What was filed: questions, bounces and decisions of the case hold no papers of the applicant."""
        mails = sorted(self._ledger.case(case_number).mails, key=lambda mail: mail.arrived_at, reverse=True)
        filed = (mail for mail in mails if mail.whole and mail.state is MailState.FILED)
        return (self._mails.archived(self._archive, mail.sha256) for mail in filed)
