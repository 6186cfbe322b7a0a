"""What did a person decide, and what follows for the case?"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, select, update

from ledger.entries import CaseState, ClockEntry, Letter, LetterState
from ledger.errors import NoSuchCase, Stale
from ledger.filing import KEEP_YEARS, years_after
from ledger.letters import Letters, move_letter
from ledger.store import MAILBOT, office_day
from ledger.tables import CASE, CLOCK

_ON_FILE: Final = ("due", "earliest", "latest", "started_on", "stopped_on")


class Decisions(Letters):
    """Reviewers' side of the ledger. Of two decisions at once the first wins (E5); the second is Stale."""

    def decide(
        self,
        number: str,
        decision: str,
        *,
        actor: str,
        expected: CaseState,
        state: CaseState,
        reason: str = "",
        letters: Sequence[Letter] = (),
        release: Sequence[int] = (),
        cancel: Sequence[int] = (),
        steps: Mapping[str, Any] | None = None,
        now: datetime | None = None,
    ) -> None:
        """From the state that the reviewer saw to the one decided; drafts go out or are dropped in the same
        transaction.

        `release` and `cancel` are ids of letters that wait; `steps` are remembered with the case (human entries of the
        工作台账, e.g. {"identity_checked": "video"}). `reason` is stored with the case, not in the history, as it may
        name people. An ended case's clocks stop, and its three years begin. Raises Stale, NoSuchCase.
        """
        at = now or self.now()
        with self.writing() as connection:
            noted = {**self._steps(connection, number), **(steps or {})}
            if reason:
                noted["reason"] = reason
            changed = connection.execute(
                update(CASE)
                .where(CASE.c.number == number, CASE.c.state == expected)
                .values(state=state.value, reviewer=actor, steps=noted, **_ending(state, at))
            )
            if changed.rowcount == 0:
                raise Stale(f"case {number} is no longer {expected}")
            for letter_id in release:
                move_letter(connection, letter_id, (LetterState.HELD,), LetterState.QUEUED, at)
            for letter_id in cancel:
                move_letter(connection, letter_id, (LetterState.HELD, LetterState.QUEUED), LetterState.CANCELLED, at)
            if not state.is_open:
                running = (CLOCK.c.case_number == number, CLOCK.c.stopped_on.is_(None))
                connection.execute(update(CLOCK).where(*running).values(stopped_on=office_day(at)))
            told = self.tell(
                connection, at, "decided", case=number, actor=actor, decision=decision, before=expected.value,
                state=state.value, steps=sorted(steps or {}), released=list(release), cancelled=list(cancel),
                letters=[letter.kind for letter in letters],
            )  # fmt: skip
            self._queue(connection, _for_decision(letters, told.seq), mail_id=None, number=number, at=at)

    def record_step(
        self,
        number: str,
        steps: Mapping[str, Any],
        *,
        actor: str,
        stops: Sequence[str] = (),
        now: datetime | None = None,
    ) -> None:
        """A person enters what was done (企业复核完成, 身份核验 …); `stops` names clocks that end by it. Raises
        NoSuchCase."""
        at = now or self.now()
        with self.writing() as connection:
            noted = {**self._steps(connection, number), **steps}
            connection.execute(update(CASE).where(CASE.c.number == number).values(steps=noted))
            running = (CLOCK.c.case_number == number, CLOCK.c.name.in_(stops), CLOCK.c.stopped_on.is_(None))
            connection.execute(update(CLOCK).where(*running).values(stopped_on=office_day(at)))
            self.tell(
                connection, at, "step_recorded", case=number, actor=actor, steps=sorted(steps), stopped=list(stops)
            )

    def update_clocks(
        self, number: str, clocks: Sequence[ClockEntry], *, why: str, now: datetime | None = None, actor: str = MAILBOT
    ) -> bool:
        """Clocks computed anew (a year's holidays were published, a review period began). The difference is told in the
        history; False when there is none. Raises NoSuchCase."""
        at = now or self.now()
        with self.writing() as connection:
            self._steps(connection, number)
            difference = [line for clock in clocks if (line := _put_clock(connection, number, clock))]
            if difference:
                self.tell(connection, at, "clocks_changed", case=number, actor=actor, why=why, clocks=difference)
        return bool(difference)

    def assign_reviewer(self, number: str, reviewer: str, *, actor: str, now: datetime | None = None) -> None:
        """Whose case it is. Raises NoSuchCase."""
        at = now or self.now()
        with self.writing() as connection:
            self._steps(connection, number)
            connection.execute(update(CASE).where(CASE.c.number == number).values(reviewer=reviewer))
            self.tell(connection, at, "reviewer_assigned", case=number, actor=actor)

    def _steps(self, connection: Connection, number: str) -> dict[str, Any]:
        row = connection.execute(select(CASE.c.steps).where(CASE.c.number == number).with_for_update()).first()
        if row is None:
            raise NoSuchCase(number)
        return dict(row.steps)


def _ending(state: CaseState, at: datetime) -> dict[str, Any]:
    if state.is_open:
        return {"closed_at": None, "keep_until": None}
    return {"closed_at": at, "keep_until": years_after(office_day(at), KEEP_YEARS)}


def _for_decision(letters: Sequence[Letter], seq: int) -> list[Letter]:
    """Letters of a decision answer no single mail: the decision itself makes them unique."""
    fields = [{**vars(letter), "purpose": letter.purpose or f"decision:{seq}:{letter.kind}"} for letter in letters]
    return [Letter(**one) for one in fields]


def _put_clock(connection: Connection, number: str, clock: ClockEntry) -> dict[str, Any] | None:
    """Write one clock; what changed, or None."""
    here = (CLOCK.c.case_number == number, CLOCK.c.name == clock.id)
    row = connection.execute(select(CLOCK).where(*here)).mappings().first()
    before: dict[str, date | None] = {name: row[name] if row else None for name in _ON_FILE}
    after: dict[str, date | None] = {name: getattr(clock, name) for name in _ON_FILE}
    if row is not None and before == after:
        return None
    if row is None:
        connection.execute(CLOCK.insert().values(case_number=number, name=clock.id, clause=clock.clause, **after))
    else:
        connection.execute(update(CLOCK).where(*here).values(clause=clock.clause, **after))
    changed = {name: [before[name], after[name]] for name in _ON_FILE if before[name] != after[name]}
    return {"id": clock.id, **changed}
