"""What does the 工作台账 show of a case besides its own row: its rounds, its mails in and out?"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, or_, select

from ledger.cases import EVERY_CASE, Cases, entries_of, examinations_of, within
from ledger.entries import CaseEntry, FindingEntry, LetterState
from ledger.letters import CORRECTION
from ledger.questions import CaseFilter
from ledger.tables import CASE, LETTER, MAIL

_ANSWERED = "question"  #: why a mail ended that a shipped answer covered


@dataclass(frozen=True)
class Exchange:
    """One mail of a case, in or out."""

    at: datetime  #: arrived, sent, or (while it waits) queued
    incoming: bool
    kind: str  #: state of a mail that came, kind of a letter that went
    state: str
    address: str  #: author, or first recipient
    subject: str
    message_id: str
    sha256: str


@dataclass(frozen=True)
class Round:
    """One examined mail of a case."""

    number: int
    received_at: datetime
    verdict: str
    findings: tuple[FindingEntry, ...]


@dataclass(frozen=True)
class CaseRecord:
    """A case as an inspection wants to see it."""

    case: CaseEntry
    rounds: tuple[Round, ...]
    exchanges: tuple[Exchange, ...]  #: in the order of time

    @cached_property
    def opening(self) -> Exchange | None:
        """The mail that opened it."""
        return next((one for one in self.exchanges if one.incoming and one.sha256 == self.case.sha256), None)

    @property
    def told_at(self) -> tuple[datetime, ...]:
        """每次告知时间: when each correction left."""
        return tuple(
            one.at
            for one in self.exchanges
            if not one.incoming and one.kind == CORRECTION and one.state in (LetterState.SENT, LetterState.BOUNCED)
        )

    @property
    def completed_at(self) -> datetime | None:
        """补正到齐时间: receipt of the first mail with which everything was there."""
        return next((one.received_at for one in self.rounds if one.verdict == "complete"), None)


@dataclass(frozen=True)
class Concern:
    """A question, complaint or objection: what the office collects for the next revision of the circular (G44)."""

    at: datetime
    mailbox: str
    case_number: str | None  #: None: a shipped answer covered it
    state: str  #: of the mail where a shipped answer covered it, else of its case
    address: str
    subject: str
    sha256: str


class Overview(Cases):
    """The work ledger with everything that belongs to each case, a page at a time."""

    def records(self, which: CaseFilter = EVERY_CASE) -> Iterator[CaseRecord]:
        """In the order of receipt; 100,000 of them need no more memory than one page."""
        return self._paged(which, _records)

    def concerns(self, which: CaseFilter = EVERY_CASE) -> tuple[Concern, ...]:
        """In the order of receipt, by the filter's period and mailboxes."""
        columns: tuple[Any, ...] = (
            MAIL.c.arrived_at, MAIL.c.mailbox, MAIL.c.author, MAIL.c.subject, MAIL.c.sha256, MAIL.c.state,
            CASE.c.number, CASE.c.state.label("case_state"),
        )  # fmt: skip
        query = (
            select(*columns)
            .outerjoin(CASE, CASE.c.mail_id == MAIL.c.id)
            .where(or_(MAIL.c.reason == _ANSWERED, CASE.c.matter == ""))
            .order_by(MAIL.c.arrived_at, MAIL.c.id)
        )
        query = within(query, which, MAIL.c.mailbox, MAIL.c.arrived_at)
        with self.reading() as connection:
            return tuple(
                Concern(
                    row.arrived_at, row.mailbox, row.number, row.case_state or row.state, row.author or "",
                    row.subject, row.sha256,
                )
                for row in connection.execute(query)
            )  # fmt: skip


def _records(connection: Connection, rows: list[Any]) -> list[CaseRecord]:
    numbers = [row["number"] for row in rows]
    last: dict[str, Any] = {}
    rounds: dict[str, list[Round]] = defaultdict(list)
    for row in examinations_of(connection, numbers):
        last[row["case_number"]] = row
        findings = tuple(FindingEntry(**finding) for finding in row["findings"])
        rounds[row["case_number"]].append(Round(row["round"], row["received_at"], row["verdict"], findings))
    exchanges = _exchanges(connection, numbers)
    for told in exchanges.values():
        told.sort(key=lambda one: (one.at, not one.incoming, one.message_id))
    cases = entries_of(connection, rows, last)
    return [CaseRecord(case, tuple(rounds[case.number]), tuple(exchanges[case.number])) for case in cases]


def _exchanges(connection: Connection, numbers: Sequence[str]) -> dict[str, list[Exchange]]:
    found: dict[str, list[Exchange]] = defaultdict(list)
    columns: tuple[Any, ...] = (
        MAIL.c.case_number, MAIL.c.arrived_at, MAIL.c.state, MAIL.c.author, MAIL.c.subject, MAIL.c.message_id,
        MAIL.c.sha256,
    )  # fmt: skip
    for row in connection.execute(select(*columns).where(MAIL.c.case_number.in_(numbers)).order_by(MAIL.c.id)):
        found[row.case_number].append(
            Exchange(
                row.arrived_at, True, row.state, row.state, row.author or "", row.subject, row.message_id or "",
                row.sha256,
            )
        )  # fmt: skip
    columns = (
        LETTER.c.case_number, LETTER.c.sent_at, LETTER.c.queued_at, LETTER.c.kind, LETTER.c.state,
        LETTER.c.recipients, LETTER.c.subject, LETTER.c.message_id, LETTER.c.sha256,
    )  # fmt: skip
    for row in connection.execute(select(*columns).where(LETTER.c.case_number.in_(numbers)).order_by(LETTER.c.id)):
        found[row.case_number].append(
            Exchange(
                row.sent_at or row.queued_at, False, row.kind, row.state, (row.recipients or [""])[0], row.subject,
                row.message_id, row.sha256,
            )
        )  # fmt: skip
    return found
