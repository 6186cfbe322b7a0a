"""What is archived of a fetched mail, and which row does it get?"""

from collections.abc import Sequence
from dataclasses import replace

from ledger.archive import Archive, Stored
from ledger.entries import Arrival, Delivery, MailState
from ledger.office_time import office_day
from mailbot.heads import Head
from mailbot.transport.mailbox import Account, FolderState, RawMail, Unreadable


class Arrivals:
    """The archive's file first, on the disk for good; then the row that names it. Who writes the row is another's."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    def of(self, account: Account, state: FolderState, mails: Sequence[RawMail]) -> list[Arrival]:
        """One for each mail, in their order."""
        heads = [Head(mail.content) for mail in mails]
        stored = self._archive.store_many(heads)
        rows = zip(mails, heads, stored, strict=True)
        return [_arrival(account, state, mail, head, kept) for mail, head, kept in rows]

    def stub(self, account: Account, state: FolderState, mail: Unreadable) -> Arrival:
        """A row and a stub instead of the mail: a person must look into the mailbox."""
        uid, arrived = mail.stamp.uid, mail.stamp.arrived_at
        stub = f"X-Mailbot-Not-Fetched: {account.address} {state.uidvalidity} {uid}\r\n\r\n".encode()
        kept = self._archive.store([stub])
        delivery = Delivery(account.address, state.folder, state.uidvalidity, uid, arrived, kept.size)
        return Arrival(delivery, kept.sha256, whole=False, state=MailState.QUARANTINED, reason="not_fetchable")


def _arrival(account: Account, state: FolderState, mail: RawMail, head: Head, kept: Stored) -> Arrival:
    arrived = mail.stamp.arrived_at
    arrival = replace(
        head.arrival(kept.sha256),
        delivery=Delivery(account.address, state.folder, state.uidvalidity, mail.uid, arrived, kept.size),
        whole=mail.whole,
    )
    if account.since is not None and office_day(arrived) < account.since:
        return replace(arrival, state=MailState.BACKLOG, reason="before_since")
    return arrival if mail.whole else replace(arrival, reason="too_large")
