"""`mailbot backup|restore|purge|audit|reindex|retry`: the records are kept, proved, brought back and let go."""

import re
import sys
from argparse import Namespace
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from ledger.archive import Archive
from ledger.audit import Head
from ledger.entries import MailEntry, MailState
from ledger.errors import LedgerError
from ledger.ledger import Ledger
from ledger.office_time import office_day
from ledger.parcel import Manifest, drill, read_manifest, write_backup
from ledger.restoring import restore as restore_backup
from ledger.retention import MARKED_DAYS
from mailbot.commands.layout import laid_out
from mailbot.errors import UsageError
from mailbot.isolation.child import Nursery
from mailbot.keeping import purge_due
from mailbot.letters.labels import Labels
from mailbot.letters.notation import local_minute
from mailbot.letters.rendering import Words
from mailbot.lock import sole_daemon
from mailbot.reading.cache import ReadingCache, content_key
from mailbot.reading.mails import MAIL_PRELOAD, MailReader, Unparsed
from mailbot.reindex import Reindexed
from mailbot.reindex import reindex as reindex_archive
from mailbot.settings import Settings, load_settings
from mailbot.workshop import open_archive, open_ledger

_SECRET = "instance.secret"  # noqa: S105 - a file's name
_WAITING = (MailState.QUARANTINED, MailState.BACKLOG)
_TOLD_AT_MOST = 50


def backup(options: Namespace) -> int:
    """While the daemon runs; --drill proves the file at once."""
    settings = load_settings(options.config)
    archive = open_archive(settings)
    with open_ledger(settings) as ledger:
        manifest = write_backup(ledger, archive, settings.data_folder / _SECRET, options.file, datetime.now(UTC))
        print(f"{options.file}: {_told(manifest)}")
        return _drilled(options.file, ledger, archive) if options.drill else 0


def restore(options: Namespace) -> int:
    """Not while a daemon works on the same data; --drill only proves the file against the living ledger."""
    settings = load_settings(options.config)
    archive = open_archive(settings)
    if options.drill:
        print(f"{options.file}: {_told(read_manifest(options.file))}")
        with open_ledger(settings) as ledger:
            return _drilled(options.file, ledger, archive)
    now = datetime.now(UTC)
    with sole_daemon(settings.data_folder):
        done = restore_backup(
            options.file,
            url=settings.ledger.url,
            archive=archive,
            secret=settings.data_folder / _SECRET,
            now=now,
            force=options.force,
        )
        with open_ledger(settings) as ledger:
            found = reindex_archive(ledger, archive, settings, now)
    print(f"restored: {_told(done.manifest)}")
    for name in done.moved:
        print(f"kept: {name}")
    if done.letters_in_doubt:
        print(f"{done.letters_in_doubt} letters may have left since; the daemon looks for evidence before it sends")
    _tell_found(found)
    for fault in done.faults:
        print(f"mailbot: {fault}", file=sys.stderr)
    return 1 if done.faults else 0


def audit(options: Namespace) -> int:
    """The whole chain of events, and a head that was mailed, if one is given."""
    settings = load_settings(options.config)
    with open_ledger(settings) as ledger:
        witness, lost = _witness(options.head, ledger)
        faults = [f"event {fault.seq}: {fault.what}" for fault in ledger.verify(witness)] + lost
        head = ledger.head()
    for fault in faults:
        print(f"mailbot: {fault}", file=sys.stderr)
    print(f"{head.seq} events, head {head.hash}: {'the chain does NOT hold' if faults else 'the chain holds'}")
    return 1 if faults else 0


def purge(options: Namespace) -> int:
    """Without --yes only what would be done."""
    settings = load_settings(options.config)
    now = datetime.now(UTC)
    with open_ledger(settings) as ledger:
        plan = ledger.retention_plan(office_day(now))
        print(f"{plan.kept} kept; over: {plan.due}, of these marked: {plan.marked}, marked for {MARKED_DAYS} days: "
              f"{plan.ripe}; under a legal hold: {plan.held}; a run destroys at most {plan.at_most}")  # fmt: skip
        for number, reason in ledger.held_cases():
            print(f"held: {number} {reason}")
        if not options.yes:
            print("nothing was changed; --yes marks what is over and destroys what was marked seven days ago")
            return 0
        archive, words = open_archive(settings), Words(settings.folders.templates)
        folder = settings.data_folder / "certificates"
        done = purge_due(ledger, archive, words, folder, now, office=settings.office.name, actor="operator")
    print(f"marked {done.marked}, destroyed {len(done.destroyed)}, files removed {done.files}")
    if done.certificate:
        print(f"certificate: {done.certificate}")
    return 0


def reindex(options: Namespace) -> int:
    """The mails' part of the ledger from the archive alone; not while a daemon works on the same data."""
    settings = load_settings(options.config)
    with sole_daemon(settings.data_folder), open_ledger(settings) as ledger:
        _tell_found(reindex_archive(ledger, open_archive(settings), settings, datetime.now(UTC)))
    return 0


def retry(options: Namespace) -> int:
    """A case's mail, or one by its id, goes to the queue again; without either, those that wait for it are listed."""
    settings = load_settings(options.config)
    with open_ledger(settings) as ledger:
        if options.case is None:
            labels = Labels(settings.folders.templates)
            print(laid_out("\n".join(_line(mail, labels) for mail in ledger.mails(*_WAITING))), end="")
            return 0
        mail_id = _mail_of(options.case, ledger)
        found = ledger.mail(mail_id)
        if found is None:
            raise LedgerError(f"{options.case}: neither a case number nor the id of a mail; `mailbot retry` lists them")
        forgotten = _forget_papers(found, settings)
        ledger.retry_mail(mail_id, actor="operator")
    print(f"mail {mail_id} goes to the queue again; {forgotten} readings of its papers forgotten")
    return 0


def _line(mail: MailEntry, labels: Labels) -> str:
    state, why = labels("mail", mail.state.value), labels("mail_reason", mail.reason)
    told = (local_minute(mail.arrived_at), mail.mailbox, state, "" if why == state else why)
    return "\t".join((str(mail.id), "　".join(filter(None, told))))


def _mail_of(named: str, ledger: Ledger) -> int:
    """Mails that were never filed have no case number: `mailbot retry` lists them with their ids."""
    return int(named) if named.isascii() and named.isdigit() else ledger.mail_of_number(named)


def _forget_papers(mail: MailEntry, settings: Settings) -> int:
    """The papers shall be read again too: a reading may have been what was wrong."""
    archive = open_archive(settings)
    if not archive.exists(mail.sha256):
        return 0
    with Nursery(MAIL_PRELOAD) as nursery:
        try:
            parsed = MailReader(nursery).archived(archive, mail.sha256)
        except Unparsed:
            return 0  # which papers it holds nobody knows: none was read
    with closing(ReadingCache(settings.reading.cache)) as cache:
        return sum(
            cache.forget_content(content_key(one.kind.value, parsed.contents[one.sha256]))
            for one in parsed.message.attachments
            if one.sha256 in parsed.contents
        )


def _witness(told: str | None, ledger: Ledger) -> tuple[Head | None, list[str]]:
    """A head as a digest told it: the hash or its beginning, or NUMBER:HASH; and what is wrong with it already."""
    if told is None:
        return None, []
    number, _, begins = told.rpartition(":")
    if not re.fullmatch(r"[0-9a-f]{8,64}", begins) or not (number == "" or number.isdigit()):
        raise UsageError(f"--head {told}: give the hash that the digest told, at least 8 of its digits, or NUMBER:HASH")
    found = ledger.witnessed(begins)
    if found is None:
        return None, [f"no event has the hash {begins}: the history was cut or written anew"]
    if number and found.seq != int(number):
        return found, [f"the hash {begins} stands at event {found.seq}, not {number}: the history was written anew"]
    return found, []


def _drilled(file: Path, ledger: Ledger, archive: Archive) -> int:
    faults = drill(file, ledger, archive)
    for fault in faults:
        print(f"mailbot: {fault}", file=sys.stderr)
    print("the drill failed" if faults else "the drill holds: restored aside, compared, thrown away")
    return 1 if faults else 0


def _told(manifest: Manifest) -> str:
    rows = manifest.tables
    return (
        f"made {local_minute(manifest.made_at)}, {rows['registration']} cases, {rows['mail']} mails, "
        f"{rows['letter']} letters, {manifest.archived} archived, head {manifest.head.seq}:{manifest.head.hash[:16]}"
    )


def _tell_found(found: Reindexed) -> None:
    print(f"{found.known} known, {found.recorded} recorded as backlog, {found.outgoing} own letters, "
          f"{found.stubs} stand-ins skipped, {found.shelved} shelved as answered")  # fmt: skip
    for mail_id in found.unanswered[:_TOLD_AT_MOST]:
        print(f"no answer of ours is archived to mail {mail_id}: look, then `mailbot retry {mail_id}`")
    if len(found.unanswered) > _TOLD_AT_MOST:
        print(f"… and to {len(found.unanswered) - _TOLD_AT_MOST} more; `mailbot retry` lists them")
