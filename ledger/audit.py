"""Can the history be altered without anyone noticing?

Every event carries SHA-256 over its canonical JSON, which holds the hash of the event before. Triggers refuse
UPDATE and
DELETE; who gets around them breaks the chain; who computes the whole chain anew, or cuts its tail, is found by the head
that left the machine with the digest (reliability.md 5). Details hold no personal data, so that deletion
breaks nothing.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select, text

from ledger.columns import clean
from ledger.entries import EventEntry
from ledger.tables import EVENT

GENESIS: Final = "0" * 64
#: PostgreSQL: transactions that append to the chain stand in line here. Taken first, so that none waits holding a row.
_CHAIN_LOCK: Final = 0x6D61696C626F74


@dataclass(frozen=True)
class Head:
    """The last event: what leaves the machine as a witness."""

    seq: int
    hash: str


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold."""

    seq: int
    what: str  #: changed, gap, relinked, cut, rewritten


def queue_for_chain(connection: Connection) -> None:
    """Must come first in a transaction that will append; SQLite has its one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _CHAIN_LOCK})


def append(connection: Connection, event: EventEntry) -> EventEntry:
    """Add an event in the caller's transaction."""
    return append_many(connection, [event])[0]


def append_many(connection: Connection, events_: Sequence[EventEntry]) -> list[EventEntry]:
    """Add events in the caller's transaction, each chained to the one before it."""
    if not events_:
        return []
    last = head(connection)
    rows: list[dict[str, Any]] = []
    for event in events_:
        fields = {
            "seq": last.seq + 1,
            "at": event.at,
            "actor": clean(event.actor),
            "action": clean(event.action),
            "case_number": event.case_number,
            "mail_id": event.mail_id,
            "detail": json.loads(clean(json.dumps(event.detail, ensure_ascii=False, default=str))),
            "prev_hash": last.hash,
        }
        rows.append({**fields, "hash": _hash(fields)})
        last = Head(rows[-1]["seq"], rows[-1]["hash"])
    connection.execute(insert(EVENT), rows)
    return [_entry(row) for row in rows]


def head(connection: Connection) -> Head:
    row = connection.execute(select(EVENT.c.seq, EVENT.c.hash).order_by(EVENT.c.seq.desc()).limit(1)).first()
    return Head(row.seq, row.hash) if row else Head(0, GENESIS)


def faults(connection: Connection, remembered: Head | None = None) -> Iterator[Fault]:
    """Every place where the chain does not hold; `remembered`: a head that was mailed, to find a cut or
    rewritten tail."""
    expected, previous, witnessed = 1, GENESIS, remembered is None or remembered.seq == 0
    rows = connection.execution_options(yield_per=1000).execute(select(EVENT).order_by(EVENT.c.seq))
    for row in rows.mappings():
        if row["seq"] != expected:
            yield Fault(row["seq"], "gap")
        if row["prev_hash"] != previous:
            yield Fault(row["seq"], "relinked")
        if _hash(row) != row["hash"]:
            yield Fault(row["seq"], "changed")
        if remembered and row["seq"] == remembered.seq:
            witnessed = True
            if row["hash"] != remembered.hash:
                yield Fault(row["seq"], "rewritten")
        expected, previous = row["seq"] + 1, row["hash"]
    if remembered and not witnessed:
        yield Fault(remembered.seq, "cut")


def events(connection: Connection, *conditions: Any) -> tuple[EventEntry, ...]:
    rows = connection.execute(select(EVENT).where(*conditions).order_by(EVENT.c.seq))
    return tuple(_entry(row) for row in rows.mappings())


def _hash(fields: Any) -> str:
    at: datetime = fields["at"]
    canonical = {
        "seq": fields["seq"],
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": fields["actor"],
        "action": fields["action"],
        "case": fields["case_number"],
        "mail": fields["mail_id"],
        "detail": fields["detail"],
        "prev": fields["prev_hash"],
    }
    text_ = json.dumps(canonical, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text_.encode()).hexdigest()


def _entry(row: Any) -> EventEntry:
    return EventEntry(
        at=row["at"],
        actor=row["actor"],
        action=row["action"],
        case_number=row["case_number"],
        mail_id=row["mail_id"],
        detail=row["detail"],
        seq=row["seq"],
        hash=row["hash"],
    )
