"""What does a worked mail leave behind?

Each finish proves its claim and writes case, findings, clocks, letters and event in one transaction: all of it
or nothing.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update

from ledger.entries import CaseFacts, CaseState, Claim, ClockEntry, Letter, LetterState, MailState
from ledger.errors import NoSuchCase
from ledger.letters import Letters
from ledger.tables import CASE, CLOCK, EXAMINATION, FINDING, LETTER, NUMBER, SIGNATURE
from ledger.work import Work, hold

#: What of the facts is a column of the case itself.
_OF_CASE: Final = (
    "matter", "action", "submitted_by", "firm", "engineer", "engineer_key", "handler_key", "credit_identifier",
    "project", "section", "post", "started_on", "ended_on", "verdict", "office", "applicant",
)  # fmt: skip


class Filing(Work, Letters):
    """The ends that casework can come to."""

    def assign_number(self, mail_id: int, office_code: str, year: int) -> str:
        """The case number for this mail, e.g. ZJZD-2026-0187; asked again, the same one, so that none is left out."""
        with self.writing() as connection:
            given: str | None = connection.execute(select(NUMBER.c.number).where(NUMBER.c.mail_id == mail_id)).scalar()
            if given is not None:
                return given
            of_year = (NUMBER.c.office_code == office_code, NUMBER.c.year == year)
            serial = (connection.execute(select(func.max(NUMBER.c.serial)).where(*of_year)).scalar() or 0) + 1
            number = f"{office_code}-{year}-{serial:04d}"
            connection.execute(
                insert(NUMBER).values(number=number, mail_id=mail_id, office_code=office_code, year=year, serial=serial)
            )
            return number

    def file_case(
        self, claim: Claim, facts: CaseFacts, *, number: str, state: CaseState, letters: Sequence[Letter] = (),
        now: datetime | None = None,
    ) -> None:  # fmt: skip
        """A new case. Raises Stale when another worker has taken the mail."""
        at = now or self.now()
        with self.writing() as connection:
            hold(connection, claim, state=MailState.FILED.value, case_number=number, reason="", worker=None)
            connection.execute(
                insert(CASE).values(
                    number=number, state=state.value, mailbox=claim.mail.mailbox, mail_id=claim.mail.id,
                    firm_key=self.key(facts.firm), received_at=facts.received_at, opened_at=at, rounds=0, steps={},
                    **_case_columns(facts),
                )
            )  # fmt: skip
            self._examined(connection, claim, number, facts, 1, at)
            self._queue(connection, letters, mail_id=claim.mail.id, number=number, at=at)
            self.tell(connection, at, "case_filed", case=number, mail=claim.mail.id, **_told(facts, state, letters))

    def join_case(
        self, claim: Claim, facts: CaseFacts, *, number: str, state: CaseState, letters: Sequence[Letter] = (),
        missed: Sequence[str] = (), now: datetime | None = None,
    ) -> int:  # fmt: skip
        """One more mail of a case: a completion or a full resubmission (E08, E09); which round it is.

        `missed`: codes told now that an earlier round could have told; the history keeps them as the office's own miss.
        Drafts of earlier rounds that nobody nodded to are cancelled: they speak of papers that have changed since.
        """
        at = now or self.now()
        with self.writing() as connection:
            hold(connection, claim, state=MailState.FILED.value, case_number=number, reason="", worker=None)
            rounds = select(func.max(EXAMINATION.c.round)).where(EXAMINATION.c.case_number == number)
            this_round = (connection.execute(rounds).scalar() or 0) + 1
            known = {name: value for name, value in _case_columns(facts).items() if value is not None}
            if facts.firm is not None:
                known["firm_key"] = self.key(facts.firm)
            changed = connection.execute(
                update(CASE).where(CASE.c.number == number).values(state=state.value, **known, **_reopened(state))
            )
            if changed.rowcount == 0:
                raise NoSuchCase(number)
            cancelled = connection.execute(
                update(LETTER)
                .where(LETTER.c.case_number == number, LETTER.c.state == LetterState.HELD)
                .values(state=LetterState.CANCELLED.value, last_error="superseded")
            ).rowcount
            self._examined(connection, claim, number, facts, this_round, at)
            self._keep_longer(connection, number, at)
            self._queue(connection, letters, mail_id=claim.mail.id, number=number, at=at)
            told = _told(facts, state, letters)
            self.tell(
                connection,
                at,
                "case_joined",
                case=number,
                mail=claim.mail.id,
                round=this_round,
                cancelled=cancelled,
                **told,
            )
            if missed:
                mail_id = claim.mail.id
                self.tell(connection, at, "own_miss", case=number, mail=mail_id, round=this_round, codes=list(missed))
        return this_round

    def mark_duplicate(
        self, claim: Claim, *, number: str | None, letters: Sequence[Letter] = (), now: datetime | None = None,
        reason: str = "duplicate",
    ) -> None:  # fmt: skip
        """The same application, or the same bytes, again: linked to its case, told once, worked no further."""
        self._finish(claim, MailState.DUPLICATE, reason, number, letters, now)

    def set_aside(self, claim: Claim, reason: str, *, number: str | None = None, now: datetime | None = None) -> None:
        """No application: kept, not answered; `number` when it belongs to a case all the same (a bounce)."""
        self._finish(claim, MailState.SET_ASIDE, reason, number, (), now)

    def answer(
        self, claim: Claim, reason: str, *, letters: Sequence[Letter] = (), number: str | None = None,
        now: datetime | None = None,
    ) -> None:  # fmt: skip
        """Answered without a case of its own: wrong mailbox, reminder, question, a reviewer's decision."""
        self._finish(claim, MailState.ANSWERED, reason, number, letters, now)

    def _finish(
        self, claim: Claim, state: MailState, reason: str, number: str | None, letters: Sequence[Letter],
        now: datetime | None,
    ) -> None:  # fmt: skip
        at = now or self.now()
        with self.writing() as connection:
            hold(connection, claim, state=state.value, case_number=number, reason=reason, worker=None)
            if number is not None:
                self._keep_longer(connection, number, at)
            self._queue(connection, letters, mail_id=claim.mail.id, number=number, at=at)
            kinds = [letter.kind for letter in letters]
            self.tell(
                connection, at, f"mail_{state.value}", case=number, mail=claim.mail.id, reason=reason, letters=kinds
            )

    def _examined(
        self, connection: Connection, claim: Claim, number: str, facts: CaseFacts, this_round: int, at: datetime
    ) -> None:
        examination = connection.execute(
            insert(EXAMINATION).values(
                case_number=number, mail_id=claim.mail.id, round=this_round, at=at, received_at=facts.received_at,
                verdict=facts.verdict, pack_version=facts.pack_version, fingerprint=facts.fingerprint,
                documents=list(facts.documents), findings=[asdict(finding) for finding in facts.findings],
            )
        ).inserted_primary_key  # fmt: skip
        assert examination is not None
        if facts.findings:
            codes = [
                {"examination_id": examination[0], "case_number": number, "code": one.code, "severity": one.severity}
                for one in facts.findings
            ]
            connection.execute(insert(FINDING), codes)
        write_clocks(connection, number, facts.clocks)
        for fingerprint in dict.fromkeys(facts.signatures):
            connection.execute(self.insert_new(SIGNATURE).values(fingerprint=fingerprint, case_number=number))

    def _keep_longer(self, connection: Connection, number: str, at: datetime) -> None:
        """The years of keeping run from the last mail when that is later than the closing."""
        matter = connection.execute(select(CASE.c.matter).where(CASE.c.number == number)).scalar_one()
        keep = self.kept_until(matter, at)
        connection.execute(
            update(CASE).where(CASE.c.number == number, CASE.c.keep_until < keep).values(keep_until=keep)
        )


def write_clocks(connection: Connection, number: str, clocks: Sequence[ClockEntry]) -> None:
    """These clocks as they now run; those not named stay as they are.

    A clock that was stopped stays so unless it has begun anew since: papers are read for minutes, and a person may
    have decided meanwhile.
    """
    rows = connection.execute(select(CLOCK).where(CLOCK.c.case_number == number)).mappings()
    known = {row["name"]: row for row in rows}
    for clock in clocks:
        before = known.get(clock.id)
        if before and before["stopped_on"] and clock.stopped_on is None and not _anew(clock, before["stopped_on"]):
            continue
        connection.execute(delete(CLOCK).where(CLOCK.c.case_number == number, CLOCK.c.name == clock.id))
        connection.execute(
            insert(CLOCK).values(
                case_number=number, name=clock.id, clause=clock.clause, due=clock.due, earliest=clock.earliest,
                latest=clock.latest, started_on=clock.started_on, stopped_on=clock.stopped_on,
                first_due=first_due(before, clock) if before else clock.due,
            )
        )  # fmt: skip


def _anew(clock: ClockEntry, stopped_on: date) -> bool:
    return clock.started_on is not None and clock.started_on >= stopped_on


def first_due(before: Any, clock: ClockEntry) -> date | None:
    """Counted anew in its first run, the end moves; begun anew, the first end stays."""
    moved = before["started_on"] == clock.started_on and before["first_due"] in (None, before["due"])
    return clock.due if moved else before["first_due"]


def _case_columns(facts: CaseFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in _OF_CASE}


def _reopened(state: CaseState) -> dict[str, Any]:
    return {"closed_at": None} if state.is_open else {}


def _told(facts: CaseFacts, state: CaseState, letters: Sequence[Letter]) -> dict[str, Any]:
    return {
        "state": state.value,
        "verdict": facts.verdict,
        "pack": facts.pack_version,
        "findings": [f"{finding.code}:{finding.severity}" for finding in facts.findings],
        "letters": [letter.kind for letter in letters],
    }
