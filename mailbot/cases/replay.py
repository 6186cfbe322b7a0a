"""What would a changed pack have made of the mails that the office has already answered?

Every archived mail is examined twice, under the packs in force and under the changed one, and only what differs is
told. Nothing is recorded and nobody is asked: papers come out of the reading cache, everything else from the ledger
as it stood for that mail.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ledger.archive import Archive
from ledger.entries import CaseState, MailEntry, MailState
from ledger.errors import NotArchived
from ledger.ledger import Ledger
from ledger.questions import CaseMatch, CaseQuery, EngagementEntry, FoundBy, HandledEntry
from mailbot.cases.examined import Arrived
from mailbot.cases.examiner import Examiner, Reader
from mailbot.cases.records import LedgerRecords
from mailbot.examination.verdict import Verdict
from mailbot.reading.mails import MailReader
from mailbot.reading.reader import AttachedFile
from parsers.documents.document import FileRead
from parsers.mail.message import Parsed
from parsers.mail.provenance import Receiver

#: Mails that were examined; the others never were, or wait for a person.
_EXAMINED = (MailState.FILED, MailState.ANSWERED, MailState.DUPLICATE, MailState.SET_ASIDE)
_EVERY = 1 << 31


@dataclass(frozen=True)
class Told:
    """One finding as far as an applicant or a reviewer would notice a change of it."""

    severity: str
    code: str
    clause: str
    document: str | None


@dataclass(frozen=True)
class Moved:
    """A due day that changes; None: the period does not run, or its last day is not yet known."""

    clock: str
    before: date | None
    after: date | None


@dataclass(frozen=True)
class Change:
    """What one mail would come to instead."""

    mail: MailEntry
    before: str  #: verdicts
    after: str
    lost: tuple[Told, ...] = ()
    new: tuple[Told, ...] = ()
    moved: tuple[Moved, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.before != self.after or self.lost or self.new or self.moved)


class AsFiled(LedgerRecords):
    """The ledger's answers as they were for the mail in hand: its own case is not yet there when it opens one."""

    def __init__(self, ledger: Ledger, archive: Archive, mails: MailReader) -> None:
        super().__init__(ledger, archive, mails)
        self._cases = ledger
        self.mail: MailEntry | None = None

    def find_case(self, query: CaseQuery) -> CaseMatch | None:
        mail = self.mail
        if mail is None or mail.case_number is None:
            return None
        case = self._cases.case(mail.case_number).case
        if case.sha256 == mail.sha256 and mail.state is not MailState.DUPLICATE:
            return None
        by = FoundBy.DUPLICATE if mail.state is MailState.DUPLICATE else FoundBy.THREAD
        facts = case.facts
        return CaseMatch(
            number=case.number,
            by=by,
            state=CaseState.REFERRED,  # open: whatever ended it came after its mails
            applicant=facts.applicant,
            mailbox=case.mailbox,
            matter=facts.matter,
            firm=facts.firm,
            rounds=case.rounds,
            action=facts.action,
            submitted_by=facts.submitted_by,
            engineer=facts.engineer,
            project=facts.project,
        )

    def other_side(self, query: CaseQuery, submitted_by: str) -> CaseMatch | None:
        found, mail = super().other_side(query, submitted_by), self.mail
        if found is None or mail is None or found.number == mail.case_number:
            return None
        return found if self._cases.case(found.number).case.facts.received_at < mail.arrived_at else None

    def open_engagements(self, engineer_key: str) -> tuple[EngagementEntry, ...]:
        own = self.mail.case_number if self.mail else None
        return tuple(one for one in super().open_engagements(engineer_key) if one.case_number != own)

    def firms_handled(self, handler_key: str, since: datetime) -> tuple[HandledEntry, ...]:
        found, mail = super().firms_handled(handler_key, since), self.mail
        if mail is None:
            return found
        before = (one for one in found if one.case_number != mail.case_number)
        return tuple(
            one for one in before if self._cases.case(one.case_number).case.facts.received_at < mail.arrived_at
        )

    def signatures(self) -> Mapping[str, str]:
        own = self.mail.case_number if self.mail else None
        return {mark: number for mark, number in super().signatures().items() if number != own}

    def others_files(self, marks: Iterable[str], engineer_key: str) -> Mapping[str, str]:
        found, mail = super().others_files(marks, engineer_key), self.mail
        if mail is None:
            return found
        before = ((mark, self._cases.case(number).case) for mark, number in found.items())
        return {mark: case.number for mark, case in before if case.facts.received_at < mail.arrived_at}

    def mails_of(self, case_number: str) -> Iterator[Parsed]:
        now = self.mail.id if self.mail else _EVERY
        earlier = [
            mail
            for mail in self._cases.case(case_number).mails
            if mail.whole and mail.id < now and mail.state is MailState.FILED
        ]
        earlier.sort(key=lambda mail: mail.arrived_at, reverse=True)
        return (self._mails.archived(self._archive, mail.sha256) for mail in earlier)


class ReadOnce:
    """Reads the papers of a mail for the first examination and hands the same to the second."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[tuple[AttachedFile, ...], tuple[FileRead, ...]] = {}

    def read(self, files: Iterable[AttachedFile]) -> tuple[FileRead, ...]:
        asked = tuple(files)
        if asked not in self._known:
            self._known[asked] = self._reader.read(asked)
        return self._known[asked]

    def forget(self) -> None:
        self._known.clear()


@dataclass(frozen=True)
class Replay:
    """Two examiners over one archive."""

    ledger: Ledger
    archive: Archive
    mail_reader: MailReader
    records: AsFiled  #: of both examiners
    reader: ReadOnce  #: of both examiners
    before: Examiner
    after: Examiner
    receiver: Callable[[str], Receiver]  #: review mailbox → whose word on the sender is believed

    def mails(self) -> tuple[MailEntry, ...]:
        """Those to be replayed, in the order in which they came."""
        return tuple(sorted(self.ledger.mails(*_EXAMINED, limit=_EVERY), key=lambda mail: mail.id))

    def change(self, mail: MailEntry) -> Change | None:
        """None where the mail is no longer kept."""
        try:
            parsed = self.mail_reader.archived(self.archive, mail.sha256)
        except NotArchived:
            return None
        self.records.mail = mail
        self.reader.forget()
        arrived = Arrived(parsed, mail.mailbox, mail.arrived_at, self.receiver(mail.mailbox), mail.whole)
        return _difference(mail, self.before.examine(arrived).verdict, self.after.examine(arrived).verdict)


def _difference(mail: MailEntry, before: Verdict, after: Verdict) -> Change:
    had, has = _told(before), _told(after)
    due_before, due_after = _due(before), _due(after)
    return Change(
        mail,
        before.outcome.value,
        after.outcome.value,
        lost=tuple((had - has).elements()),
        new=tuple((has - had).elements()),
        moved=tuple(
            Moved(clock, _best(due_before.get(clock)), _best(due_after.get(clock)))
            for clock in dict.fromkeys([*due_before, *due_after])
            if due_before.get(clock) != due_after.get(clock)
        ),
    )


def _told(verdict: Verdict) -> Counter[Told]:
    return Counter(Told(one.severity.value, one.code, one.clause, one.finding.document) for one in verdict.findings)


_Days = tuple[date | None, date | None, date | None]


def _due(verdict: Verdict) -> dict[str, _Days]:
    return {clock.id: (clock.due, clock.earliest, clock.latest) for clock in verdict.clocks}


def _best(days: _Days | None) -> date | None:
    return (days[0] or days[2]) if days else None
