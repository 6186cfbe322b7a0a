"""`mailbot pack check` and `mailbot pack replay`: is this pack right, and what would it change?"""

from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from mailbot.cases.examined import Arrived
from mailbot.cases.examiner import Examiner
from mailbot.cases.replay import AsFiled, Change, ReadOnce, Replay
from mailbot.errors import ConfigurationError
from mailbot.examination.matter import Matter, Sample, prescribed_mailboxes
from mailbot.examination.verdict import Severity, Verdict
from mailbot.office.accounts import receiver_at, receiver_of
from mailbot.office.packs import load_matters, load_pack, refuse_unknown_forms, with_pack
from mailbot.workshop import Workshop, apply_settings, mailbox_matters, workshop
from parsers.documents.forms import load_forms
from parsers.mail.provenance import Receiver


def check(options: Namespace) -> int:
    """1 when a sample comes to something else than the pack says; a pack that cannot be used ends with 2."""
    pack = load_pack(options.file)
    missing = [sample.file for sample in pack.samples if not (options.file.parent / sample.file).is_file()]
    if missing:
        raise ConfigurationError(f"{options.file}: sample.file: {missing[0]} is not there; add it or leave it out")
    with workshop(options.config) as shop:
        examiner = _examiner_of(pack, shop)
        print(f"ok      {options.file}: {pack.key}, version {pack.version}, {len(pack.filings)} ways of filing")
        if not pack.samples:
            print("warning no samples: add [[sample]] tables with mails that show what the pack decides")
        failed = False
        for sample in pack.samples:
            wrong = _wrong(sample, examiner.examine(_arrived(sample, pack, options.file.parent, shop)).verdict)
            failed |= bool(wrong)
            state, told = ("failed", wrong) if wrong else ("ok", sample.verdict)
            print(f"{state:8}{sample.file}: {told}", flush=True)
    return 1 if failed else 0


def replay(options: Namespace) -> int:
    """Prints what differs, mail by mail, and how many mails were looked at."""
    pack = load_pack(options.file)
    with workshop(options.config) as shop:
        assert shop.settings
        assert shop.ledger
        assert shop.archive
        before = load_matters(shop.settings.folders.packs)
        after = with_pack(before, pack)
        refuse_unknown_forms([pack], _forms(shop))
        records, reader = AsFiled(shop.ledger, shop.archive, shop.mails), ReadOnce(shop.reader)

        def under(matters: tuple[Matter, ...]) -> Examiner:
            mailboxes = mailbox_matters(shop.settings, matters) if shop.settings else {}
            settled = apply_settings(matters, shop.settings)
            return shop.examiner.under(settled, mailboxes, reader=reader, records=records)

        told = Replay(
            ledger=shop.ledger,
            archive=shop.archive,
            mail_reader=shop.mails,
            records=records,
            reader=reader,
            before=under(before),
            after=under(after),
            receiver=lambda address: _receiver(shop, address),
        )
        for line in _replayed(told):
            print(line, flush=True)
    return 0


def _replayed(replay: Replay) -> Iterator[str]:
    mails, changed, gone = replay.mails(), 0, 0
    for mail in mails:
        change = replay.change(mail)
        if change is None:
            gone += 1
        elif change:
            changed += 1
            yield from _lines(change)
    yield f"{changed} of {len(mails)} mails would come to something else"
    if gone:
        yield f"{gone} mails are no longer in the archive and were not looked at"


def _lines(change: Change) -> Iterator[str]:
    verdict = change.before if change.before == change.after else f"{change.before} -> {change.after}"
    yield f"mail {change.mail.id} ({change.mail.case_number or 'no case'}): {verdict}"
    for sign, findings in (("-", change.lost), ("+", change.new)):
        yield from (f"  {sign} {one.severity} {one.code} ({one.clause})" for one in findings)
    yield from (f"  {one.clock}: {one.before or 'none'} -> {one.after or 'none'}" for one in change.moved)


def _examiner_of(pack: Matter, shop: Workshop) -> Examiner:
    """Without directory and ledger: a sample comes to the same on every machine and every day."""
    refuse_unknown_forms([pack], _forms(shop))
    matters = with_pack(load_matters(shop.settings.folders.packs if shop.settings else None), pack)
    mailboxes = dict(mailbox_matters(shop.settings, matters) if shop.settings else prescribed_mailboxes(matters))
    if pack.review_mailbox:  # a new matter is checked before a mailbox is opened for it
        mailboxes[pack.review_mailbox] = mailboxes.get(pack.review_mailbox, frozenset()) | {pack.key}
    return shop.examiner.under(apply_settings(matters, shop.settings), mailboxes, reader=shop.reader, records=None)


def _forms(shop: Workshop) -> list[str]:
    return [form.number for form in load_forms(shop.settings.forms.directory if shop.settings else None)]


def _arrived(sample: Sample, pack: Matter, folder: Path, shop: Workshop) -> Arrived:
    with (folder / sample.file).open("rb") as mail:
        parsed = shop.mails.read(mail)
    message = parsed.message
    recipients = [address.key for address in message.recipients]
    mailbox = pack.review_mailbox or (recipients[0] if recipients else "")
    known = {key.lower() for key in prescribed_mailboxes(shop.examiner.matters)}
    mailbox = next((address for address in recipients if address in known | {mailbox}), mailbox)
    received = sample.received or message.received or message.date or datetime.now(UTC)
    return Arrived(parsed, mailbox, received, _receiver(shop, mailbox))


def _receiver(shop: Workshop, address: str) -> Receiver:
    box = shop.settings.mailbox_at(address) if shop.settings else None
    return receiver_of(box) if box else receiver_at(address)


def _wrong(sample: Sample, verdict: Verdict) -> str:
    """What differs from what the pack says of this mail; empty: nothing."""
    found = sorted({one.code for one in verdict.findings if one.severity is not Severity.NOTE})
    told = ", ".join(found) or "no finding"
    if verdict.outcome.value != sample.verdict:
        return f"came to {verdict.outcome.value} ({told}), the pack says {sample.verdict}"
    if sample.codes is not None and found != sorted(set(sample.codes)):
        return f"found {told}, the pack says {', '.join(sorted(sample.codes)) or 'no finding'}"
    return ""
