"""Which case does a mail belong to, and what is known of its people already?"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, func, select

from ledger.cases import OPEN_STATES
from ledger.entries import CaseState
from ledger.questions import CaseMatch, CaseQuery, EngagementEntry, FoundBy, HandledEntry
from ledger.store import Store
from ledger.tables import CASE, EXAMINATION, LETTER, MAIL, SIGNATURE

#: Cases whose engagement was never registered.
_VOID: Final = (CaseState.REJECTED, CaseState.WITHDRAWN)
_SHA256: Final = 64  #: signs of a file's mark; those of a signature's picture are fewer


class Recognition(Store):
    """Links from what a mail shows to what is on record."""

    def find_case(self, query: CaseQuery) -> CaseMatch | None:
        """The case that fits best, by the strongest sign (FoundBy's order); among equals the latest opened."""
        with self.reading() as connection:
            for by, condition in self._signs(query):
                if match := _latest(connection, by, condition):
                    return match
        return None

    def other_side(self, query: CaseQuery, submitted_by: str) -> CaseMatch | None:
        """The open case in which the other side files the same: same matter, action and engineer, another submitter."""
        if not (query.matter and query.action and (query.engineer_key or (query.engineer and query.firm))):
            return None
        theirs = (
            CASE.c.state.in_(OPEN_STATES) & CASE.c.submitted_by.is_not(None) & (CASE.c.submitted_by != submitted_by)
        )
        with self.reading() as connection:
            return _latest(connection, FoundBy.OTHER_SIDE, self._same_filing(query) & theirs)

    def open_engagements(self, engineer_key: str) -> tuple[EngagementEntry, ...]:
        """Engagements of this engineer as his cases tell them, the ended ones with their end; voided cases do
        not count."""
        query = (
            select(CASE)
            .where(CASE.c.engineer_key == engineer_key, CASE.c.project.is_not(None), CASE.c.state.not_in(_VOID))
            .order_by(CASE.c.received_at)
        )
        with self.reading() as connection:
            rows = connection.execute(query).mappings().all()
        latest: dict[tuple[str, str], EngagementEntry] = {}
        for row in rows:  # a later 截止 for the same project and section carries the end
            place = (self.fold(row["project"]), self.fold(row["section"] or ""))
            latest[place] = _engagement(row, latest.get(place))
        return tuple(latest.values())

    def firms_handled(self, handler_key: str, since: datetime) -> tuple[HandledEntry, ...]:
        """Enterprises for which this 承办人 has filed since then, the latest case first; voided cases do not count."""
        query = (
            select(CASE.c.firm_key, CASE.c.firm, CASE.c.number)
            .where(CASE.c.handler_key == handler_key, CASE.c.firm.is_not(None), CASE.c.state.not_in(_VOID))
            .where(CASE.c.received_at >= since)
            .order_by(CASE.c.received_at.desc(), CASE.c.number.desc())
        )
        latest: dict[str, HandledEntry] = {}
        with self.reading() as connection:
            for row in connection.execute(query).mappings():
                latest.setdefault(row["firm_key"], HandledEntry(row["firm"], row["number"]))
        return tuple(latest.values())

    def known_signatures(self, fingerprints: Iterable[str]) -> dict[str, str]:
        """Those seen before, each with the case where it was first seen."""
        wanted = list(dict.fromkeys(fingerprints))
        query = select(SIGNATURE).where(SIGNATURE.c.fingerprint.in_(wanted)).order_by(SIGNATURE.c.id.desc())
        with self.reading() as connection:
            return {row["fingerprint"]: row["case_number"] for row in connection.execute(query).mappings()}

    def others_files(self, marks: Iterable[str], engineer_key: str) -> dict[str, str]:
        """Files that came with another engineer's case before, by their SHA-256, with the first such case (E39)."""
        query = (
            select(SIGNATURE.c.fingerprint, SIGNATURE.c.case_number)
            .join(CASE, CASE.c.number == SIGNATURE.c.case_number)
            .where(SIGNATURE.c.fingerprint.in_(list(marks)), CASE.c.engineer_key != engineer_key)
            .order_by(SIGNATURE.c.id.desc())
        )
        with self.reading() as connection:
            return {row.fingerprint: row.case_number for row in connection.execute(query)}

    def signatures(self) -> dict[str, str]:
        """Every signature with the case where it was first seen: perceptual hashes are compared by distance."""
        with self.reading() as connection:
            query = select(SIGNATURE).where(func.length(SIGNATURE.c.fingerprint) < _SHA256)
            rows = connection.execute(query.order_by(SIGNATURE.c.id.desc())).mappings()
            return {row["fingerprint"]: row["case_number"] for row in rows}

    def _signs(self, query: CaseQuery) -> Iterable[tuple[FoundBy, ColumnElement[bool]]]:
        if query.same_as is not None:
            yield FoundBy.SAME_BYTES, _number_in(select(MAIL.c.case_number).where(MAIL.c.id == query.same_as))
        if query.fingerprint:
            same = EXAMINATION.c.fingerprint == query.fingerprint
            yield FoundBy.DUPLICATE, _number_in(select(EXAMINATION.c.case_number).where(same))
        if query.numbers:
            yield FoundBy.NUMBER, CASE.c.number.in_(query.numbers)
        if query.thread:
            ours = select(LETTER.c.case_number).where(LETTER.c.message_id.in_(query.thread))
            theirs = select(MAIL.c.case_number).where(MAIL.c.message_id.in_(query.thread))
            yield FoundBy.THREAD, _number_in(ours) | _number_in(theirs)
        if query.applicant and query.matter and (query.engineer_key or query.engineer or query.firm):
            yield FoundBy.OPEN_CASE, self._same_matter(query)

    def _same_matter(self, query: CaseQuery) -> ColumnElement[bool]:
        own = (CASE.c.applicant == query.applicant) & CASE.c.state.in_(OPEN_STATES)
        return own & self._same_filing(query)

    def _same_filing(self, query: CaseQuery) -> ColumnElement[bool]:
        condition = CASE.c.matter == query.matter
        if query.action is not None:
            condition &= CASE.c.action == query.action
        if query.firm is not None:
            condition &= CASE.c.firm_key == self.fold(query.firm)
        if query.engineer_key is not None:
            condition &= CASE.c.engineer_key == query.engineer_key
        elif query.engineer is not None:
            condition &= CASE.c.engineer == query.engineer
        return condition


def _number_in(numbers: Any) -> ColumnElement[bool]:
    found: ColumnElement[bool] = CASE.c.number.in_(numbers)
    return found


def _latest(connection: Connection, by: FoundBy, condition: ColumnElement[bool]) -> CaseMatch | None:
    query = select(CASE).where(condition).order_by(CASE.c.opened_at.desc(), CASE.c.number.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    return CaseMatch(
        number=row["number"],
        by=by,
        state=CaseState(row["state"]),
        applicant=row["applicant"],
        mailbox=row["mailbox"],
        matter=row["matter"],
        firm=row["firm"],
        rounds=row["rounds"],
        project=row["project"],
        action=row["action"],
        submitted_by=row["submitted_by"],
        engineer=row["engineer"],
    )


def _engagement(row: Any, earlier: EngagementEntry | None) -> EngagementEntry:
    closes = row["action"] == "close"
    ended = row["ended_on"] if closes else None
    started = row["started_on"] or (earlier.started_on if earlier else None)
    return EngagementEntry(
        project=row["project"],
        section=row["section"] or "",
        post=row["post"] or "",
        started_on=started,
        ended_on=ended or (earlier.ended_on if earlier and closes else None),
        case_number=row["number"],
    )
