"""Which mails does the archive hold that the ledger does not know, and how do they enter it without a second answer?

After a lost ledger the archive alone makes the mails' rows anew; after a restored backup it adds what came since. Where
a mail lay on its server nobody can tell any longer, so it is recorded as backlog: intake meets it again on the server,
knows its bytes, and answers nothing. Whom nobody seems to have answered is told, for a person to send to the queue.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.archive import Archive
from ledger.entries import Arrival, Delivery, MailState
from ledger.ledger import Ledger
from mailbot.settings import Settings
from parsers.mail.envelope import Envelope, envelope
from parsers.mail.scan import HEADER_BLOCK_LIMIT, header_block, with_line_ends

FOLDER: Final = "(archive)"  #: of a delivery that was found in the archive and not on a server
REASON: Final = "reindexed"
_NO_EPOCH: Final = 0  #: no server gives UIDVALIDITY 0 (RFC 3501): these numbers never meet real ones
_BATCH: Final = 500
_STUB: Final = b"X-Mailbot-Not-Fetched:"  #: intake's stand-in for a mail that could not be fetched


@dataclass(frozen=True)
class Reindexed:
    """What was found."""

    recorded: int  #: rows made: a mail to several mailboxes of the office is a mail in each
    outgoing: int  #: letters of our own
    stubs: int  #: stand-ins for mails that were never fetched: the server is asked again
    known: int  #: on record already
    shelved: int  #: mails of a restored ledger that were answered after its copy was taken
    unanswered: tuple[int, ...]  #: mails recorded now that no archived letter of ours answers


@dataclass(frozen=True)
class _Found:
    """One archived mail, by its top."""

    sha256: str
    size: int
    said: Envelope
    at: datetime


def reindex(ledger: Ledger, archive: Archive, settings: Settings, now: datetime) -> Reindexed:
    """Safe to do again, and beside a ledger that knows some of the mails. No daemon may run."""
    known = ledger.known_hashes()
    fresh = [sha256 for sha256 in archive.hashes() if sha256 not in known]
    answered: set[str] = set()
    waiting: list[Arrival] = []
    recorded: dict[int, str | None] = {}
    outgoing = stubs = 0
    uid = ledger.last_uid(FOLDER, _NO_EPOCH)
    for sha256 in fresh:
        found = _found(archive, sha256)
        if found is None:
            stubs += 1
            continue
        if _is_ours(found.said):
            outgoing += 1
            answered |= {*found.said.in_reply_to, *found.said.references}
            continue
        for mailbox in _mailboxes(found.said, settings):
            uid += 1
            waiting.append(_arrival(found, mailbox, uid))
        if len(waiting) >= _BATCH:
            recorded |= _record(ledger, waiting, now)
            waiting = []
    recorded |= _record(ledger, waiting, now)
    shelved = ledger.shelve_answered(answered, now)
    unanswered = tuple(mail for mail, message_id in recorded.items() if message_id not in answered)
    done = Reindexed(len(recorded), outgoing, stubs, len(known), shelved, unanswered)
    ledger.record_event("reindexed", actor="operator", now=now, recorded=done.recorded, unanswered=len(unanswered))
    ledger.weigh_indexes()  # after a restore, which ends here too, every row is new to the database
    return done


def _record(ledger: Ledger, arrivals: list[Arrival], now: datetime) -> dict[int, str | None]:
    """Id of each new mail → its Message-ID."""
    done = ledger.record_mails(arrivals, now)
    return {one.mail_id: arrival.message_id for one, arrival in zip(done, arrivals, strict=True) if one.new}


def _found(archive: Archive, sha256: str) -> _Found | None:
    with archive.open(sha256) as file:
        top = file.read(HEADER_BLOCK_LIMIT)
    if top.startswith(_STUB):
        return None
    lying = archive.look(sha256)
    lines = with_line_ends(top)
    said = envelope(header_block(lines, 0, len(lines), top=True))
    at = said.received or said.date or lying.since
    return _Found(sha256, lying.size, said, min(at, lying.since))


def _is_ours(said: Envelope) -> bool:
    """Composed here: our mark, and no server has handled it. A mail that came has been received by one."""
    names = {name for name, _ in said.trace}
    return "x-mailbot" in names and "received" not in names


def _mailboxes(said: Envelope, settings: Settings) -> Iterator[str]:
    """Where it may have arrived: who it names, as the server wrote it or as the author did; else anywhere (密送)."""
    named = [*said.delivered_to, *(address.key for address in (*said.to, *said.cc))]
    boxes = {box.address: None for address in named if (box := settings.mailbox_at(address))}
    yield from boxes or [box.address for box in settings.mailbox]


def _arrival(found: _Found, mailbox: str, uid: int) -> Arrival:
    said = found.said
    return Arrival(
        Delivery(mailbox, FOLDER, _NO_EPOCH, uid, found.at, found.size),
        found.sha256,
        subject=said.subject,
        author=said.authors[0].addr_spec if len(said.authors) == 1 else None,
        message_id=said.message_id,
        thread=tuple(dict.fromkeys((*said.in_reply_to, *said.references))),
        state=MailState.BACKLOG,
        reason=REASON,
    )
