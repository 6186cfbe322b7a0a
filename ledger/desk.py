"""What does the reviewers' desk ask of the records?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Select, func, select

from ledger.entries import CaseState, Letter, LetterState
from ledger.letters import CORRECTION, FEEDBACK, Letters
from ledger.office_time import midnight, office_day
from ledger.periods import binding
from ledger.store import MAILBOT
from ledger.tables import CASE, CLOCK, EVENT, EXAMINATION, LETTER

REFERRED: Final = "referred"  #: the event that a reviewer was told of a case's round
_LAID: Final = (CaseState.REFERRED, CaseState.COMPLETE)  #: what a reviewer acts on: a doubt, or the review itself
_LEFT: Final = (LetterState.SENT, LetterState.BOUNCED)


@dataclass(frozen=True)
class DayCounts:
    """One day of the desk."""

    day: date
    received: int  #: cases, by day of receipt
    returned: int  #: 补正告知 sent
    decided: int  #: cases ended
    overdue: int  #: cases of which a period that binds the office ended on that day unmet
    answered: int  #: 反馈 sent


@dataclass(frozen=True)
class Waiting:
    """A case that a reviewer must look at and whose last mail he has not been told of."""

    case_number: str
    round: int
    since: datetime  #: when that mail was examined
    state: CaseState
    reviewer: str | None = None  #: whose case it is


class DeskRecords(Letters):
    """Questions of the desk, and its own marks."""

    def serves(self, purpose: str) -> bool:
        """Whether a letter of that purpose was ever queued."""
        with self.reading() as connection:
            return connection.execute(select(LETTER.c.id).where(LETTER.c.purpose == purpose)).first() is not None

    def week(self, days: Sequence[date], *, mailboxes: Sequence[str] = ()) -> tuple[DayCounts, ...]:
        """What came, went and ended on each of these days, which stand in order."""
        start, end = midnight(days[0]), midnight(days[-1] + timedelta(days=1))
        # A letter is sent within its lease of being handed over, and only that column has an index.
        handed = LETTER.c.sending_at >= start - timedelta(days=1)
        left = (handed, LETTER.c.sent_at >= start, LETTER.c.sent_at < end, LETTER.c.state.in_(_LEFT))
        letters = select(LETTER.c.mailbox, LETTER.c.sent_at, LETTER.c.kind).where(*left, LETTER.c.kind.in_(FEEDBACK))
        received = select(CASE.c.mailbox, CASE.c.received_at).where(
            CASE.c.received_at >= start, CASE.c.received_at < end
        )
        ended = select(CASE.c.mailbox, CASE.c.closed_at).where(CASE.c.closed_at >= start, CASE.c.closed_at < end)
        late = (CLOCK.c.stopped_on.is_(None)) | (CLOCK.c.stopped_on > CLOCK.c.due)
        periods = (
            select(CASE.c.mailbox, CLOCK.c.due, CLOCK.c.case_number)
            .join(CASE, CASE.c.number == CLOCK.c.case_number)
            .where(CLOCK.c.due.between(days[0], days[-1]), binding(self.own_review), late)
            .distinct()
        )
        with self.reading() as connection:

            def here(query: Select[Any]) -> Iterator[Any]:
                """Of these mailboxes; told apart here, for a database would rather look at every case of a mailbox."""
                rows = connection.execute(query)
                return (row for row in rows if not mailboxes or row.mailbox in mailboxes)

            sent = [(office_day(row.sent_at), row.kind) for row in here(letters)]
            came = Counter(office_day(row.received_at) for row in here(received))
            closed = Counter(office_day(row.closed_at) for row in here(ended))
            overdue = Counter(row.due for row in here(periods))
        returned = Counter(day for day, kind in sent if kind == CORRECTION)
        answered = Counter(day for day, _ in sent)
        return tuple(DayCounts(day, came[day], returned[day], closed[day], overdue[day], answered[day]) for day in days)

    def unreferred(self, mailbox: str, reviewer: str, *, examined_before: datetime) -> tuple[Waiting, ...]:
        """Cases of the mailbox with a doubt, or ready for the review, whose last round this reviewer was not told of.

        Oldest first. One whose last mail was examined later than `examined_before` is left for the next look.
        """
        last, latest = func.max(EXAMINATION.c.round), func.max(EXAMINATION.c.at)
        query = (
            select(EXAMINATION.c.case_number, last, latest, CASE.c.state, CASE.c.reviewer)
            .join(CASE, CASE.c.number == EXAMINATION.c.case_number)
            .where(CASE.c.state.in_(_LAID), CASE.c.mailbox == mailbox)
            .group_by(EXAMINATION.c.case_number, CASE.c.state, CASE.c.reviewer)
            .order_by(latest, EXAMINATION.c.case_number)
        )
        key = _key(reviewer)
        with self.reading() as connection:
            waiting = [
                Waiting(number, last, since, CaseState(state), whose)
                for number, last, since, state, whose in connection.execute(query)
                if since <= examined_before
            ]
            told: dict[str, int] = defaultdict(int)
            for some in _portions([one.case_number for one in waiting]):
                events = select(EVENT.c.case_number, EVENT.c.detail).where(
                    EVENT.c.case_number.in_(some), EVENT.c.action == REFERRED
                )
                for number, detail in connection.execute(events):
                    if detail.get("to") == key:
                        told[number] = max(told[number], detail["round"])
        return tuple(one for one in waiting if told[one.case_number] < one.round)

    def queue_referral(
        self, letter: Letter, rounds: Mapping[str, int], *, reviewer: str, now: datetime | None = None
    ) -> bool:
        """One mail for these cases' rounds, and the mark that this reviewer was told. False: it was queued before."""
        at = now or self.now()
        number = next(iter(rounds)) if len(rounds) == 1 else None
        with self.writing() as connection:
            if connection.execute(select(LETTER.c.id).where(LETTER.c.purpose == letter.purpose)).first():
                return False
            self._queue(connection, [letter], mail_id=None, number=number, at=at)
            for case, told in rounds.items():
                self.tell(connection, at, REFERRED, case=case, actor=MAILBOT, round=told, to=_key(reviewer))
        return True


def _key(reviewer: str) -> str:
    """The history names no address."""
    return sha256(reviewer.strip().lower().encode()).hexdigest()[:16]


def _portions(values: list[str], size: int = 500) -> Iterable[list[Any]]:
    return (values[start : start + size] for start in range(0, len(values), size))
