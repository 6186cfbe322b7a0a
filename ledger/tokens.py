"""Who may decide which case by reply, once?

A token is known here by its keyed hash alone. With it stands what the reviewer saw when it was issued: of two decisions
on the same sight the first wins (E5).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from ledger.entries import CaseState
from ledger.errors import NoSuchCase, Stale
from ledger.store import Store
from ledger.tables import CASE, EVENT, EXAMINATION, TOKEN


@dataclass(frozen=True)
class TokenEntry:
    """One token as it was issued."""

    digest: str
    case_number: str
    reviewer: str  #: folded address
    state: CaseState  #: of the case at that time
    round: int  #: of its last examined mail at that time
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    pending: dict[str, Any] = field(default_factory=dict)  #: the decision that only waits for a confirmation

    def holds(self, case: str, reviewer: str, at: datetime) -> bool:
        """Whether it lets this reviewer decide this case now."""
        ours = self.case_number == case and self.reviewer == reviewer.lower()
        return ours and self.used_at is None and at < self.expires_at


class Tokens(Store):
    """One-time tokens."""

    def issue_token(
        self,
        digest: str,
        *,
        case: str,
        reviewer: str,
        expires_at: datetime,
        state: CaseState | None = None,
        pending: Mapping[str, Any] | None = None,
        now: datetime | None = None,
    ) -> None:
        """Bound to the case as it stands now, or in the `state` that it is about to be in. Raises NoSuchCase."""
        at = now or self.now()
        with self.writing(chain=False) as connection:
            stands = connection.execute(select(CASE.c.state).where(CASE.c.number == case)).scalar()
            if stands is None:
                raise NoSuchCase(case)
            connection.execute(
                insert(TOKEN).values(
                    digest=digest, case_number=case, reviewer=reviewer.lower(), state=state or stands,
                    round=last_round(connection, case), pending=dict(pending or {}), issued_at=at,
                    expires_at=expires_at,
                )
            )  # fmt: skip

    def token(self, digest: str) -> TokenEntry | None:
        with self.reading() as connection:
            row = connection.execute(select(TOKEN).where(TOKEN.c.digest == digest)).mappings().first()
        return TokenEntry(**{**row, "state": CaseState(row["state"])}) if row else None

    def events_by(self, actor: str, action: str, since: datetime) -> int:
        """How often that actor did this since then: refused replies, decisions in an hour."""
        query = select(func.count()).select_from(EVENT)
        query = query.where(EVENT.c.at >= since, EVENT.c.actor == actor, EVENT.c.action == action)
        with self.reading() as connection:
            return int(connection.execute(query).scalar_one())


def last_round(connection: Connection, case: str) -> int:
    query = select(func.max(EXAMINATION.c.round)).where(EXAMINATION.c.case_number == case)
    return int(connection.execute(query).scalar() or 0)


def use_token(connection: Connection, digest: str, at: datetime) -> None:
    """In the transaction of what it allows. Raises Stale when it was used meanwhile."""
    unused = (TOKEN.c.digest == digest, TOKEN.c.used_at.is_(None))
    if connection.execute(update(TOKEN).where(*unused).values(used_at=at)).rowcount == 0:
        raise Stale("this reply was decided upon already")
