"""`mailbot check`: what do these mails, or this single paper, come to? Offline: nothing is recorded or sent."""

import json
import sys
from argparse import Namespace
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from mailbot.cases.examined import Arrived
from mailbot.cases.report import as_json, as_text, documents_as_json, files_as_text
from mailbot.commands.layout import laid_out
from mailbot.errors import UsageError
from mailbot.examination.matter import prescribed_mailboxes
from mailbot.office.accounts import receiver_at, receiver_of
from mailbot.reading.mails import Unparsed
from mailbot.reading.reader import AttachedFile
from mailbot.workshop import Workshop, workshop
from parsers.files.kind import FileKind, kind_of
from parsers.mail.message import Message, Parsed

#: Mails under way at once: enough to keep every reader busy while one mail waits for its last page.
_UNDER_WAY = 6
_KIND_BYTES = 65_536  #: tell a paper from a mail
_PAPERS = {FileKind.PDF, FileKind.JPEG, FileKind.PNG, FileKind.TIFF, FileKind.BMP, FileKind.WEBP, FileKind.GIF}
#: A file of these kinds is a mail unless its name says that it was meant for a paper.
_PERHAPS_MAILS = {FileKind.MAIL, FileKind.TEXT, FileKind.HTML, FileKind.CALENDAR, FileKind.EMPTY, FileKind.UNKNOWN}
_NAMES_OF_PAPERS = {".pdf", ".jpg", ".jpeg", ".png", ".tif", ".tiff", ".bmp", ".webp", ".gif"}
Item = TypeVar("Item")


def check(options: Namespace) -> int:
    files = [Path(name) for name in options.files]
    if missing := [str(file) for file in files if not file.is_file()]:
        raise UsageError(f"{', '.join(missing)}: no such file; give paths of .eml, .pdf or .jpg files")
    with workshop(options.config) as shop:
        if options.config is None and not all(_is_paper(_kind(file), file.suffix.lower()) for file in files):
            print(_WITHOUT_CONFIGURATION, file=sys.stderr)
        for lines in _with_progress(_each(files, shop, options), len(files)):
            print("\n".join(lines), flush=True)
    return 0


_WITHOUT_CONFIGURATION = (
    "no --config: checked by the shipped matters; the directory (firm known, sender registered, copy to the firm) and "
    "the ledger (duplicates, engagements) could not be asked"
)


def _each(files: Iterable[Path], shop: Workshop, options: Namespace) -> Iterator[list[str]]:
    """In the order of the arguments, several mails under way at a time."""
    with ThreadPoolExecutor(_UNDER_WAY) as pool:
        waiting = iter(files)
        under_way = deque(pool.submit(_one, file, shop, options) for file in islice(waiting, _UNDER_WAY * 2))
        while under_way:
            answer = under_way.popleft().result()
            under_way.extend(pool.submit(_one, file, shop, options) for file in islice(waiting, 1))
            yield answer


def _one(file: Path, shop: Workshop, options: Namespace) -> list[str]:
    kind = _kind(file)
    if _is_paper(kind, file.suffix.lower()):
        return _paper(file, kind, file.read_bytes(), shop, options)
    examination = shop.examiner.examine(_arrived(_parsed(file, shop), shop, options))
    if options.json:
        told = as_json(str(file), examination, shop.words, full=options.full)
        return [json.dumps(told, ensure_ascii=False)]
    return [laid_out("\n".join(as_text(str(file), examination, shop.words))).rstrip()]


def _is_paper(kind: FileKind, suffix: str) -> bool:
    """An empty .pdf or a .docx is told of as what it is, not examined as a mail without a word."""
    if kind in _PAPERS:
        return True
    return suffix in _NAMES_OF_PAPERS or (suffix != ".eml" and kind not in _PERHAPS_MAILS)


def _kind(file: Path) -> FileKind:
    """By its first bytes; a mail is not held in memory as a whole."""
    with file.open("rb") as opened:
        return kind_of(opened.read(_KIND_BYTES), file.name)


def _parsed(file: Path, shop: Workshop) -> Parsed:
    with file.open("rb") as mail:
        try:
            return shop.mails.read(mail)
        except Unparsed as unread:  # in the daemon it is put aside for a person at the third time
            print(f"{file}: {unread}", file=sys.stderr)
            return Parsed(Message(too_complex=True))


def _paper(file: Path, kind: FileKind, raw: bytes, shop: Workshop, options: Namespace) -> list[str]:
    """A single paper: what is seen on it."""
    read = shop.reader.read([AttachedFile(1, file.name, kind, raw)])
    if options.json:
        seen = {"file": str(file), "documents": list(documents_as_json(read, full=options.full))}
        return [json.dumps(seen, ensure_ascii=False)]
    return [laid_out("\n".join(files_as_text(read, shop.words))).rstrip()]


def _arrived(parsed: Parsed, shop: Workshop, options: Namespace) -> Arrived:
    """Time and mailbox as contract.md 1 says where to take them from."""
    message = parsed.message
    received = options.received or message.received or message.date or datetime.now(UTC)
    recipients = [address.key for address in message.recipients] + [key.lower() for key in message.delivered_to]
    if shop.settings:
        named = [options.mailbox] if options.mailbox else recipients
        boxes = [box for address in named if (box := shop.settings.mailbox_at(address))]
        if options.mailbox and not boxes:
            raise UsageError(f"--mailbox {options.mailbox}: not configured; the configuration names others")
        box = boxes[0] if boxes else shop.settings.mailbox[0]
        return Arrived(parsed, box.address, received, receiver_of(box))
    prescribed = prescribed_mailboxes(shop.examiner.matters)
    known = [address for address in recipients if address in prescribed]
    mailbox = options.mailbox or (known[0] if known else recipients[0] if recipients else next(iter(prescribed)))
    return Arrived(parsed, mailbox.lower(), received, receiver_at(mailbox))


def _with_progress(items: Iterator[Item], total: int) -> Iterator[Item]:
    """A bar on stderr when a person watches and there is something to wait for."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("examining", total=total)
        for item in items:
            yield item
            progress.advance(task)
