"""How do mails come over without filling the memory, whatever sizes the server claims?

Small mails in batches, middling ones alone, large ones in pieces of 1 MiB (64 MB: 28 MB of memory instead of 215).
ENVELOPE and BODYSTRUCTURE are never asked for: providers send broken ones.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from mailbot.errors import CommandRefused, ConnectionLost, ProtocolBroken
from mailbot.transport.mailbox import MEBIBYTE, Batch, RawMail, Stamp, Unreadable

log = logging.getLogger(__name__)

_SMALL = 256 << 10  #: bytes; up to here mails are asked for together
_WHOLE = 4 * MEBIBYTE  #: up to here in one answer; also the size of a batch
_PIECE = MEBIBYTE
_MAILS_IN_BATCH = 100
_STAMPS_AT_ONCE = 500
_HEADERS = MEBIBYTE  #: of a mail over the limit


@dataclass(frozen=True)
class Asked:
    """One UID FETCH."""

    uids: Sequence[int]
    items: tuple[str, ...]
    expected: int  #: bytes, by what the server told: sets the deadline
    slack: int = MEBIBYTE  #: bytes that may come besides


Ask = Callable[[Asked], dict[int, dict[bytes, Any]]]


class Fetching:
    """Fetches by one function that asks the server."""

    def __init__(self, ask: Ask, max_bytes: int) -> None:
        self._ask = ask
        self._max_bytes = max_bytes

    def stamps(self, uids: Iterable[int]) -> dict[int, Stamp]:
        found: dict[int, Stamp] = {}
        for some in chunks(uids, _STAMPS_AT_ONCE):
            for uid, answer in self._answers(Asked(some, ("RFC822.SIZE", "INTERNALDATE"), 0)).items():
                if b"RFC822.SIZE" in answer or b"INTERNALDATE" in answer:
                    found[uid] = _stamp(uid, answer)
        return found

    def fetch(self, uids: Iterable[int], *, carefully: bool) -> Iterator[Batch]:
        for some in chunks(uids, _STAMPS_AT_ONCE):
            stamps = self.stamps(some)
            if carefully:
                yield from ((self._pieces(stamp),) for stamp in stamps.values())
                continue
            for batch in batches(stamps.values()):
                yield self._batch(batch)

    def _batch(self, stamps: Sequence[Stamp]) -> Batch:
        first = stamps[0]
        if first.size > self._max_bytes:
            return (self._headers(first),)
        if first.size > _WHOLE:
            return (self._pieces(first),)
        size = sum(stamp.size for stamp in stamps)
        # RFC822.SIZE counts line ends otherwise on some servers, and lies on others.
        asked = Asked([stamp.uid for stamp in stamps], ("BODY.PEEK[]",), size, slack=size + _WHOLE)
        try:
            answers = self._ask(asked)
        except (ValueError, CommandRefused) as error:
            if len(stamps) == 1:
                passing = isinstance(error, CommandRefused)
                return (Unreadable(first, f"the server's answer cannot be read: {error}", passing),)
            return [mail for stamp in stamps for mail in self._batch([stamp])]
        return [_mail(stamp, answers[stamp.uid]) for stamp in stamps if stamp.uid in answers]

    def _headers(self, stamp: Stamp) -> RawMail | Unreadable:
        item = f"BODY.PEEK[HEADER]<0.{_HEADERS}>"
        answer = self._answers(Asked([stamp.uid], (item,), _HEADERS)).get(stamp.uid, {})
        header = answer.get(b"BODY[HEADER]<0>") or answer.get(b"BODY[HEADER]")
        if not isinstance(header, bytes):
            return Unreadable(stamp, "no headers came", passing=True)
        return RawMail(stamp, header, whole=False)

    def _pieces(self, stamp: Stamp) -> RawMail | Unreadable:
        """The first piece is asked for at once, so that a mail that is none is told before the archive opens a file."""
        try:
            first = self._piece(stamp.uid, 0)
        except (ValueError, CommandRefused) as error:
            passing = isinstance(error, CommandRefused)
            return Unreadable(stamp, f"the server's answer cannot be read: {error}", passing)
        if not first and stamp.size:
            return Unreadable(stamp, "empty answer", passing=True)
        return RawMail(stamp, self._following(stamp, first))

    def _following(self, stamp: Stamp, piece: bytes) -> Iterator[bytes]:
        offset, limit = 0, self._max_bytes + _WHOLE
        asked = 0
        while piece:
            yield piece
            offset += len(piece)
            asked += 1
            if len(piece) > _PIECE:  # the server ignores the partial range: that was the whole mail
                break
            if len(piece) < _PIECE and offset >= stamp.size:
                break
            if offset > limit or asked > 4 * limit // _PIECE:
                raise ProtocolBroken(f"UID {stamp.uid}: the mail does not end")
            try:
                piece = self._piece(stamp.uid, offset)
            except (ValueError, CommandRefused) as error:
                raise ProtocolBroken(f"UID {stamp.uid}: {error}") from error
        if offset != stamp.size:
            log.warning("server told another size", extra={"uid": stamp.uid, "told": stamp.size, "came": offset})

    def _piece(self, uid: int, offset: int) -> bytes:
        answers = self._ask(Asked([uid], (f"BODY.PEEK[]<{offset}.{_PIECE}>",), _PIECE, slack=_WHOLE))
        answer = answers.get(uid)
        if answer is None and offset:
            raise ConnectionLost(f"UID {uid} vanished while it was fetched")
        answer = answer or {}
        piece = answer.get(f"BODY[]<{offset}>".encode())
        if piece is None and offset == 0:
            piece = answer.get(b"BODY[]")
        return piece if isinstance(piece, bytes) else b""

    def _answers(self, asked: Asked) -> dict[int, dict[bytes, Any]]:
        """One by one where the answer for many cannot be read; a UID that has none is left for the next round."""
        try:
            return self._ask(asked)
        except ValueError:
            if len(asked.uids) == 1:
                log.warning("answer cannot be read", extra={"uid": asked.uids[0]})
                return {asked.uids[0]: {b"RFC822.SIZE": None}}
        found: dict[int, dict[bytes, Any]] = {}
        for uid in asked.uids:
            found |= self._answers(Asked([uid], asked.items, asked.expected, asked.slack))
        return found


def batches(stamps: Iterable[Stamp]) -> Iterator[Sequence[Stamp]]:
    """By size: small ones together, up to 100 mails or 4 MiB; others alone. A mail of unknown size counts as large."""
    waiting: list[Stamp] = []
    size = 0
    for stamp in stamps:
        if stamp.size > _SMALL:
            yield [stamp]
            continue
        if len(waiting) == _MAILS_IN_BATCH or size + stamp.size > _WHOLE:
            yield waiting
            waiting, size = [], 0
        waiting.append(stamp)
        size += stamp.size
    if waiting:
        yield waiting


def chunks(items: Iterable[int], size: int) -> Iterator[list[int]]:
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _stamp(uid: int, answer: dict[bytes, Any]) -> Stamp:
    size, arrived = answer.get(b"RFC822.SIZE"), answer.get(b"INTERNALDATE")
    if not isinstance(arrived, datetime) or arrived.tzinfo is None:
        log.warning("server tells no arrival time; now is taken", extra={"uid": uid})
        arrived = datetime.now(UTC)
    return Stamp(uid, size if isinstance(size, int) else _WHOLE + 1, arrived.astimezone(UTC))


def _mail(stamp: Stamp, answer: dict[bytes, Any]) -> RawMail | Unreadable:
    """An empty answer is no mail (Delta Chat #5009)."""
    content = answer.get(b"BODY[]")
    if not isinstance(content, bytes) or (not content and stamp.size):
        return Unreadable(stamp, "empty answer", passing=True)
    if len(content) != stamp.size:
        log.warning("server told another size", extra={"uid": stamp.uid, "told": stamp.size, "came": len(content)})
    return RawMail(stamp, content)
