"""What does the ledger want to know of a mail before it is worked?

Only the headers, by the own strict parsers; the mail as a whole is read in a child process.
"""

from collections.abc import Iterator
from datetime import UTC, datetime

from ledger.entries import Arrival, Delivery
from parsers.mail.envelope import envelope
from parsers.mail.scan import HEADER_BLOCK_LIMIT, header_block, with_line_ends

_NOWHERE = Delivery("", "", 0, 0, datetime.min.replace(tzinfo=UTC), 0)


class Head:
    """Passes a mail's bytes on to the archive, and keeps as much of the top as the headers may take."""

    def __init__(self, content: bytes | Iterator[bytes]) -> None:
        self._content = content
        self._top = b""

    def __iter__(self) -> Iterator[bytes]:
        for piece in [self._content] if isinstance(self._content, bytes) else self._content:
            if len(self._top) < HEADER_BLOCK_LIMIT:
                self._top += piece[:HEADER_BLOCK_LIMIT]
            yield piece

    def arrival(self, sha256: str) -> Arrival:
        """What the ledger wants to know of a mail before it is worked; its delivery is to be put in."""
        top = with_line_ends(self._top)
        said = envelope(header_block(top, 0, len(top), top=True))
        return Arrival(
            delivery=_NOWHERE,
            sha256=sha256,
            subject=said.subject,
            author=said.authors[0].addr_spec if len(said.authors) == 1 else None,
            message_id=said.message_id,
            thread=tuple(dict.fromkeys((*said.in_reply_to, *said.references))),
        )
