"""What did a person decide, and what follows for the case?"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select, update

from ledger import audit
from ledger.entries import CaseState, ClockEntry, EventEntry, Letter, LetterState, MailState, Reply
from ledger.errors import NoSuchCase, Stale
from ledger.filing import first_due
from ledger.letters import Letters, move_letter
from ledger.office_time import office_day
from ledger.store import MAILBOT
from ledger.tables import CASE, CLOCK, EVENT, LETTER
from ledger.tokens import last_round, use_token
from ledger.work import hold

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
        clocks: Sequence[ClockEntry] = (),
        reviewer: str | None = None,
        reply: Reply | None = None,
        send_at: datetime | None = None,
        now: datetime | None = None,
    ) -> None:
        """From the state that the reviewer saw to the one decided; drafts go out or are dropped in the same
        transaction. `reply` is the mail by which it was decided: it ends here, and its token is used.

        `release` and `cancel` are ids of letters that wait; `steps` are remembered with the case (human entries of the
        工作台账, e.g. {"identity_checked": "video"}). `reason` is stored with the case, not in the history, as it may
        name people. An ended case's clocks stop, and its three years begin. `clocks` start or change; `reviewer` is
        whose case it becomes (else: the actor's, when the state changes); `send_at`: not before then do released
        drafts go. Raises Stale, NoSuchCase.
        """
        at = now or self.now()
        with self.writing() as connection:
            noted = {**self._steps(connection, number), **(steps or {}), **({"reason": reason} if reason else {})}
            if reply is not None:
                _take(connection, reply, number, at)
            moved = state is not expected
            owner = reviewer or (actor if moved else None)
            # What is noted later moves no end.
            ended = self._ending(connection, number, state, at) if moved else {}
            _change(connection, number, expected, state, steps=noted, **ended, **({"reviewer": owner} if owner else {}))
            _move_drafts(connection, release, cancel, at, send_at or at)
            difference = [line for clock in clocks if (line := _put_clock(connection, number, clock))]
            stopped = _stop_all(connection, number, at) if moved and not state.is_open else []
            told = self.tell(
                connection, at, "decided", case=number, actor=actor, decision=decision, before=expected.value,
                state=state.value, steps=sorted(steps or {}), released=list(release), cancelled=list(cancel),
                letters=[letter.kind for letter in letters], clocks=difference, stopped=stopped,
            )  # fmt: skip
            mail_id = reply.claim.mail.id if reply else None
            self._queue(connection, _for_decision(letters, told.seq), mail_id=mail_id, number=number, at=at)

    def undo(
        self,
        number: str,
        *,
        actor: str,
        letters: Sequence[Letter] = (),
        reply: Reply | None = None,
        now: datetime | None = None,
    ) -> str:
        """The actor's own last decision taken back while no letter of it has left; which decision it was.

        Raises Stale when the last decision is another's, was followed by something, or has left; NoSuchCase.
        """
        at = now or self.now()
        with self.writing() as connection:
            noted = self._steps(connection, number)
            last = _last_decision(connection, number)
            if last is None or last.actor != actor:
                raise Stale("no decision of this reviewer to take back")
            if reply is not None:
                _take(connection, reply, number, at)
            before, after = CaseState(last.detail["before"]), CaseState(last.detail["state"])
            taken_back = {*last.detail["steps"], "reason"}
            kept = {name: value for name, value in noted.items() if name not in taken_back}
            _change(connection, number, after, before, steps=kept, **self._ending(connection, number, before, at))
            _call_back(connection, number, last, at)
            self.tell(
                connection, at, "decision_undone", case=number, actor=actor, decision=last.detail["decision"],
                before=after.value, state=before.value,
            )  # fmt: skip
            mail_id = reply.claim.mail.id if reply else None
            self._queue(connection, letters, mail_id=mail_id, number=number, at=at)
        return str(last.detail["decision"])

    def answer_reply(
        self, reply: Reply, reason: str, *, number: str, actor: str, letters: Sequence[Letter] = (),
        now: datetime | None = None,
    ) -> None:  # fmt: skip
        """A reviewer's reply that decides nothing: not understood, not possible, a question, to be confirmed first.
        Raises Stale."""
        at = now or self.now()
        with self.writing() as connection:
            _take(connection, reply, number, at, reason)
            kinds = [letter.kind for letter in letters]
            mail = reply.claim.mail.id
            self.tell(
                connection, at, "reply_answered", case=number, mail=mail, actor=actor, reason=reason, letters=kinds
            )
            self._queue(connection, letters, mail_id=mail, number=number, at=at)

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

    def _ending(self, connection: Connection, number: str, state: CaseState, at: datetime) -> dict[str, Any]:
        if state.is_open:
            return {"closed_at": None, "keep_until": None}
        matter = connection.execute(select(CASE.c.matter).where(CASE.c.number == number)).scalar_one()
        return {"closed_at": at, "keep_until": self.kept_until(matter, at)}

    def _steps(self, connection: Connection, number: str) -> dict[str, Any]:
        row = connection.execute(select(CASE.c.steps).where(CASE.c.number == number).with_for_update()).first()
        if row is None:
            raise NoSuchCase(number)
        return dict(row.steps)


def _take(connection: Connection, reply: Reply, number: str, at: datetime, reason: str = "decision") -> None:
    """The mail ends as a decision; its token holds for nothing more. Raises Stale."""
    values = {"state": MailState.ANSWERED.value, "case_number": number, "reason": reason, "worker": None}
    hold(connection, reply.claim, **values)
    if reply.token is not None:
        use_token(connection, reply.token, at)
    if reply.round is not None and last_round(connection, number) != reply.round:
        raise Stale(f"case {number} has had another mail meanwhile")


def _change(connection: Connection, number: str, expected: CaseState, state: CaseState, **values: Any) -> None:
    """Raises Stale when the case is no longer as it was seen."""
    seen = (CASE.c.number == number, CASE.c.state == expected)
    if connection.execute(update(CASE).where(*seen).values(state=state.value, **values)).rowcount == 0:
        raise Stale(f"case {number} is no longer {expected}")


def _move_drafts(
    connection: Connection, release: Sequence[int], cancel: Sequence[int], at: datetime, send_at: datetime
) -> None:
    for letter_id in release:
        move_letter(connection, letter_id, (LetterState.HELD,), LetterState.QUEUED, send_at)
    for letter_id in cancel:
        move_letter(connection, letter_id, (LetterState.HELD, LetterState.QUEUED), LetterState.CANCELLED, at)


def _stop_all(connection: Connection, number: str, at: datetime) -> list[str]:
    running = (CLOCK.c.case_number == number, CLOCK.c.stopped_on.is_(None))
    names = list(connection.execute(select(CLOCK.c.name).where(*running)).scalars())
    connection.execute(update(CLOCK).where(*running).values(stopped_on=office_day(at)))
    return names


def _last_decision(connection: Connection, number: str) -> EventEntry | None:
    """The last change of state by a person, when nothing has taken it back or come after it."""
    ends = ("decided", "decision_undone", "case_joined")
    for event in reversed(audit.events(connection, EVENT.c.case_number == number, EVENT.c.action.in_(ends))):
        if event.action != "decided":
            return None
        if event.detail["before"] != event.detail["state"] or event.detail["released"]:
            return event
    return None


def _call_back(connection: Connection, number: str, event: EventEntry, at: datetime) -> None:
    """Letters and clocks as they were before that decision. Raises Stale when a letter has left."""
    waiting = (LetterState.QUEUED, LetterState.HELD)
    own = (LETTER.c.case_number == number, LETTER.c.purpose.startswith(f"decision:{event.seq}:"))
    for letter_id in connection.execute(select(LETTER.c.id).where(*own)).scalars().all():
        move_letter(connection, letter_id, waiting, LetterState.CANCELLED, at)
    for letter_id in event.detail["released"]:
        move_letter(connection, letter_id, waiting, LetterState.HELD, at)
    for letter_id in event.detail["cancelled"]:
        move_letter(connection, letter_id, (LetterState.CANCELLED,), LetterState.HELD, at)
    here = CLOCK.c.case_number == number
    for name in event.detail["stopped"]:
        connection.execute(update(CLOCK).where(here, CLOCK.c.name == name).values(stopped_on=None))
    for clock in event.detail["clocks"]:
        if "due" in clock and clock["due"][0] is None:
            connection.execute(delete(CLOCK).where(here, CLOCK.c.name == clock["id"]))


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
        first = {"clause": clock.clause, "first_due": clock.due}
        connection.execute(CLOCK.insert().values(case_number=number, name=clock.id, **first, **after))
    else:
        first = {"clause": clock.clause, "first_due": first_due(row, clock)}
        connection.execute(update(CLOCK).where(*here).values(**first, **after))
    changed = {name: [before[name], after[name]] for name in _ON_FILE if before[name] != after[name]}
    return {"id": clock.id, **changed}
