"""How does a batch of archived mails enter the ledger, in a handful of statements?

A mail by itself costs ten statements; a batch of a hundred costs the same ten. Runs in the caller's transaction, which
holds the one writer's place.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from ledger import audit
from ledger.entries import Arrival, EventEntry, MailState, Recorded
from ledger.store import MAILBOT, Store
from ledger.tables import DELIVERY, EPOCH, MAIL

_Place = tuple[str, str, int, int]  # mailbox, folder, UIDVALIDITY, UID
_Bytes = tuple[str, str]  # mailbox, SHA-256


def record(store: Store, connection: Connection, arrivals: Iterable[Arrival], at: datetime) -> list[Recorded]:
    """What became of each, in their order."""
    return [one for wave in _waves(arrivals) for one in _record(store, connection, wave, at)]


def _waves(arrivals: Iterable[Arrival]) -> Iterator[list[Arrival]]:
    """Runs in which no bytes and no delivery come twice: the later one must find the earlier on record."""
    wave: list[Arrival] = []
    hashes: set[str] = set()
    places: set[_Place] = set()
    for arrival in arrivals:
        if arrival.sha256 in hashes or _place(arrival) in places:
            yield wave
            wave, hashes, places = [], set(), set()
        wave.append(arrival)
        hashes.add(arrival.sha256)
        places.add(_place(arrival))
    if wave:
        yield wave


def _record(store: Store, connection: Connection, wave: Sequence[Arrival], at: datetime) -> list[Recorded]:
    delivered = _delivered(connection, wave)
    fresh = [arrival for arrival in wave if _place(arrival) not in delivered]
    own, twins = _known_bytes(connection, fresh)
    new = [arrival for arrival in fresh if _bytes(arrival) not in own]
    ids = own | _insert_mails(connection, new, twins, at)
    _note_epochs(store, connection, fresh, at)
    _insert_deliveries(connection, fresh, ids, at)
    told = [
        EventEntry(
            at, MAILBOT, "mail_recorded", None, ids[_bytes(one)], {"sha256": one.sha256, "state": one.state.value}
        )
        for one in new
    ]
    audit.append_many(connection, told)
    inserted = set(map(_bytes, new))
    return [
        Recorded(delivered[_place(one)], new=False)
        if _place(one) in delivered
        else Recorded(ids[_bytes(one)], new=True, same_as=twins.get(one.sha256))
        if _bytes(one) in inserted
        else Recorded(ids[_bytes(one)], new=False)
        for one in wave
    ]


def _delivered(connection: Connection, wave: Sequence[Arrival]) -> dict[_Place, int]:
    """Deliveries that are on record, with their mails."""
    found: dict[_Place, int] = {}
    for space, group in groupby(sorted(map(_place, wave)), key=lambda place: place[:3]):
        mailbox, folder, uidvalidity = space
        query = select(DELIVERY.c.uid, DELIVERY.c.mail_id).where(
            DELIVERY.c.mailbox == mailbox,
            DELIVERY.c.folder == folder,
            DELIVERY.c.uidvalidity == uidvalidity,
            DELIVERY.c.uid.in_([place[3] for place in group]),
        )
        found |= {(mailbox, folder, uidvalidity, row.uid): row.mail_id for row in connection.execute(query)}
    return found


def _known_bytes(connection: Connection, fresh: Sequence[Arrival]) -> tuple[dict[_Bytes, int], dict[str, int]]:
    """Mails of the same bytes: in the same mailbox (E36), and the first of them anywhere (D17)."""
    if not fresh:
        return {}, {}
    query = select(MAIL.c.id, MAIL.c.mailbox, MAIL.c.sha256, MAIL.c.same_as).where(
        MAIL.c.sha256.in_([arrival.sha256 for arrival in fresh])
    )
    rows = connection.execute(query.order_by(MAIL.c.id.desc())).all()
    own = {(row.mailbox, row.sha256): row.id for row in rows}
    return own, {row.sha256: row.id for row in rows if row.same_as is None}


def _insert_mails(
    connection: Connection, new: Sequence[Arrival], twins: dict[str, int], at: datetime
) -> dict[_Bytes, int]:
    if not new:
        return {}
    turns = _turns(connection, new)
    rows = [
        {
            "mailbox": arrival.delivery.mailbox, "sha256": arrival.sha256, "state": arrival.state.value,
            "whole": arrival.whole, "arrived_at": arrival.delivery.arrived_at, "recorded_at": at, "not_before": at,
            "message_id": arrival.message_id, "subject": arrival.subject, "author": arrival.author,
            "sender_key": _sender(arrival), "thread": list(arrival.thread), "reason": arrival.reason,
            "same_as": twins.get(arrival.sha256), "turn": turn, "attempts": 0, "strikes": 0, "deaths": 0,
            "fence": 0,
        }
        for arrival, turn in zip(new, turns, strict=True)
    ]  # fmt: skip
    inserted = connection.execute(insert(MAIL).returning(MAIL.c.id, MAIL.c.mailbox, MAIL.c.sha256), rows)
    return {(row.mailbox, row.sha256): row.id for row in inserted}


def _turns(connection: Connection, new: Sequence[Arrival]) -> list[int]:
    """Start-time fair queueing: a sender's mails stand one behind the other, and a sender who comes later starts at the
    turn that is being worked now. So a thousand mails of one sender delay nobody else (D14)."""
    now_serving = connection.execute(select(func.max(MAIL.c.turn)).where(text("mail.attempts>0"))).scalar() or 0
    senders = {_sender(arrival) for arrival in new}
    query = select(MAIL.c.sender_key, func.max(MAIL.c.turn).label("turn")).where(MAIL.c.sender_key.in_(senders))
    last: dict[str, int] = {row.sender_key: row.turn for row in connection.execute(query.group_by(MAIL.c.sender_key))}
    turns = []
    for arrival in new:
        if arrival.state is not MailState.RECORDED:
            turns.append(0)
            continue
        sender = _sender(arrival)
        last[sender] = max(now_serving, last.get(sender, 0) + 1)
        turns.append(last[sender])
    return turns


def _note_epochs(store: Store, connection: Connection, fresh: Sequence[Arrival], at: datetime) -> None:
    for mailbox, folder, uidvalidity in dict.fromkeys(_place(arrival)[:3] for arrival in fresh):
        connection.execute(
            store.insert_new(EPOCH).values(mailbox=mailbox, folder=folder, uidvalidity=uidvalidity, first_seen_at=at)
        )


def _insert_deliveries(connection: Connection, fresh: Sequence[Arrival], ids: dict[_Bytes, int], at: datetime) -> None:
    rows: list[dict[str, Any]] = [
        {
            "mailbox": one.delivery.mailbox, "folder": one.delivery.folder, "uidvalidity": one.delivery.uidvalidity,
            "uid": one.delivery.uid, "mail_id": ids[_bytes(one)], "arrived_at": one.delivery.arrived_at,
            "size": one.delivery.size, "recorded_at": at,
        }
        for one in fresh
    ]  # fmt: skip
    if rows:
        connection.execute(insert(DELIVERY), rows)


def _place(arrival: Arrival) -> _Place:
    delivery = arrival.delivery
    return delivery.mailbox, delivery.folder, delivery.uidvalidity, delivery.uid


def _bytes(arrival: Arrival) -> _Bytes:
    return arrival.delivery.mailbox, arrival.sha256


def _sender(arrival: Arrival) -> str:
    return (arrival.author or "").strip().lower()
