"""What can go wrong with records, as exceptions?

LedgerError
├── Stale            somebody else was faster: nothing was written
├── NoSuchCase       no case of that number
├── WrongSchema      the database is newer than this program, or was not made by it
├── Tampered         the chain of events does not hold
└── ArchiveError     a raw mail could not be written or read; nothing half-written is left
    ├── ArchiveFull  no space (or no inodes, or quota) left
    └── NotArchived  no mail of that hash
        └── Damaged  bytes lie under that hash, but not that mail's
"""


class LedgerError(Exception):
    """The records could not do what was asked."""


class Stale(LedgerError):
    """The fence, or the state that was expected, is no longer so: drop the result, nothing was written."""


class NoSuchCase(LedgerError):
    """No case of that number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"there is no case {number}; `mailbot ledger list` names them")


class WrongSchema(LedgerError):
    """The database does not fit this program; the message says what to do."""


class Tampered(LedgerError):
    """The chain of events does not hold."""


class ArchiveError(LedgerError):
    """A raw mail could not be written or read."""


class ArchiveFull(ArchiveError):
    """No space left: the mail stays on its server."""


class NotArchived(ArchiveError):
    """No mail of that hash."""


class Damaged(NotArchived):
    """What lies there is not what was kept."""
