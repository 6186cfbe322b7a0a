"""`mailbot doctor`: is everything that the daemon needs there and well?

One line each: ok, warning or failed, with the remedy. It changes nothing on any server and sends nothing.
"""

import asyncio
import shutil
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime

from ledger.errors import LedgerError
from ledger.office_time import OFFICE_TIME
from mailbot.errors import MailbotError
from mailbot.examination.matter import Matter
from mailbot.examination.policies import POLICIES
from mailbot.examination.workdays import Calendar
from mailbot.isolation.child import Died, IsolationFailed, Nursery, standing_walls
from mailbot.letters.rendering import Words
from mailbot.office.accounts import account_of
from mailbot.office.calendars import load_calendar
from mailbot.office.credentials import environment
from mailbot.office.packs import load_matters
from mailbot.reading.reader import PRELOAD, PaperReader
from mailbot.settings import Mailbox, Settings, load_settings
from mailbot.transport.imap import open_mailbox
from mailbot.transport.smtp import SmtpConnection
from mailbot.workshop import apply_settings, mailbox_matters, open_archive, open_ledger
from parsers.documents.forms import load_forms
from parsers.files.fonts import shows_chinese

OK, WARNING, FAILED = "ok", "warning", "failed"


@dataclass(frozen=True)
class Line:
    state: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.state:8}{self.what}" + (f": {self.remedy}" if self.remedy else "")


def doctor(options: Namespace) -> int:
    """1 when anything failed; a wrong configuration ends before with 2."""
    with ExitStack() as stack:
        nursery = stack.enter_context(Nursery(PRELOAD))
        settings = load_settings(options.config)
        print(Line(OK, f"configuration {options.config}"))
        states = set()
        for line in _examined(settings, nursery):
            print(line, flush=True)
            states.add(line.state)
    return 1 if FAILED in states else 0


def _examined(settings: Settings, nursery: Nursery) -> Iterator[Line]:
    yield from _tried("matters", lambda: _matters(settings))
    yield from _tried(
        "forms", lambda: iter([Line(OK, f"{len(load_forms(settings.forms.directory))} forms of letters")])
    )
    yield from _tried("wording", lambda: _wording(settings))
    yield from _tried("calendar", lambda: _calendar(load_calendar(settings.folders.calendars), _today()))
    yield from _tried("database", lambda: _database(settings))
    yield from _disk(settings)
    yield from _tried("archive", lambda: _archive(settings))
    yield from _isolation(nursery)
    yield from _tried("reading papers", lambda: _reading(settings, nursery))
    yield from _fonts()
    for mailbox in settings.mailbox:
        yield from _mailbox(mailbox, settings)
    yield from _people(settings)
    yield from _policies(settings)


def _tried(what: str, look: Callable[[], Iterator[Line]], remedy: str = "") -> Iterator[Line]:
    """`remedy`: for failures whose own message, unlike a configuration's, does not say what to do."""
    try:
        yield from look()
    except (MailbotError, LedgerError, IsolationFailed, OSError, ValueError) as error:
        yield Line(FAILED, what, f"{error}; {remedy}" if remedy else str(error))


def _matters(settings: Settings) -> Iterator[Line]:
    matters = load_matters(settings.folders.packs)
    mailbox_matters(settings, matters)
    yield Line(OK, f"{len(matters)} matters: {', '.join(matter.key for matter in matters)}")
    if settings.folders.projects is None:
        yield Line(WARNING, "no map of projects", "city and district projects are not told apart; set folders.projects")


def _wording(settings: Settings) -> Iterator[Line]:
    words = Words(settings.folders.templates)
    faults = list(words.check())
    yield from (Line(FAILED, "wording", fault) for fault in faults)
    if not faults:
        yield Line(OK, f"wording of letters and of {len(words.codes)} findings")


def _calendar(calendar: Calendar, today: date) -> Iterator[Line]:
    years = ", ".join(map(str, sorted(calendar.years)))
    due = calendar.calendar_days_deadline(today, 60)  # the circular's longest: from November on it needs the next year
    if due.day is None:
        yield Line(
            WARNING,
            f"calendar years {years}",
            f"a period of 60 days from today reaches into an unpublished year ({due.earliest} … {due.latest}); "
            "add its file once the State Council has published it (folders.calendars)",
        )
    else:
        yield Line(OK, f"calendar years {years}")


def _database(settings: Settings) -> Iterator[Line]:
    with open_ledger(settings) as ledger:
        kind = settings.ledger.url.partition(":")[0]
        yield Line(OK, f"ledger ({kind})")
        as_of = ledger.directory_as_of()
        if as_of is None:
            yield Line(
                WARNING, "no directory of enterprises", "senders cannot be checked; mailbot directory import FILE"
            )
        elif (_today() - as_of).days > settings.directory.max_age_days:
            yield Line(WARNING, f"directory of {as_of} is old", "import a newer one: mailbot directory import FILE")
        else:
            yield Line(OK, f"directory of {as_of}, {ledger.directory_size(_today())} enterprises")
        if faults := ledger.verify():
            yield Line(FAILED, "chain of events", f"{faults[0]}; restore the ledger from a backup")


def _disk(settings: Settings) -> Iterator[Line]:
    folder = settings.data_folder
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free >> 20
    wanted = settings.limits.free_disk_megabytes
    if free < wanted:
        yield Line(FAILED, f"disk: {free} MiB free", f"fetching pauses below {wanted}; make room in {folder}")
    else:
        yield Line(OK, f"disk: {free} MiB free in {folder}")
    if settings.data_folder.exists() and settings.data_folder.stat().st_mode & 0o077:
        yield Line(WARNING, f"{settings.data_folder} is open to others", f"run: chmod 700 {settings.data_folder}")


def _archive(settings: Settings) -> Iterator[Line]:
    """A folder is looked at with its disk; a store must answer, and know whose keys these are."""
    if isinstance(settings.ledger.archive, str):
        open_archive(settings).exists("0" * 64)
        yield Line(OK, f"archive: {settings.ledger.archive} answers")


def _isolation(nursery: Nursery) -> Iterator[Line]:
    standing = standing_walls(nursery)
    if isinstance(standing, Died):
        yield Line(FAILED, "isolation: a child died at once", standing.detail)
        return
    yield Line(OK, f"isolation: {', '.join(standing)}")
    for missing in sorted({"landlock", "seccomp"} - set(standing)):
        yield Line(WARNING, f"isolation: no {missing} on this kernel", "the other walls stand; a newer kernel has it")


def _reading(settings: Settings, nursery: Nursery) -> Iterator[Line]:
    engine, second = settings.reading.engine, settings.reading.second_opinion
    forms = settings.forms.directory
    with PaperReader(nursery, engine=engine, second_opinion=second, workers=1, forms=forms) as reader:
        reader.warm()
    yield Line(OK, f"reading papers ({engine}{' and tesseract' if second else ''})")


def _fonts() -> Iterator[Line]:
    if shows_chinese():
        yield Line(OK, "Chinese font for PDFs that carry none")
    else:
        remedy = "such papers look empty; apt-get install fonts-wqy-microhei"
        yield Line(WARNING, "no Chinese font for PDFs that carry none", remedy)


def _mailbox(mailbox: Mailbox, settings: Settings) -> Iterator[Line]:
    try:
        account = account_of(mailbox, settings, environment())
    except MailbotError as error:
        yield Line(FAILED, f"{mailbox.address}: credentials", str(error))
        return
    yield Line(OK, f"{mailbox.address}: credentials")

    def imap() -> Iterator[Line]:
        with open_mailbox(account) as connection:
            folders = connection.intake_folders()
            for folder in folders:
                connection.open(folder)
            yield Line(OK, f"{mailbox.address}: IMAP, folders {', '.join(folders)}")

    def smtp() -> Iterator[Line]:
        async def greet() -> None:
            async with SmtpConnection(account):
                pass

        asyncio.run(greet())
        yield Line(OK, f"{mailbox.address}: SMTP")

    remedy = "check {0}_host, {0}_port, {0}_tls, username and the authorisation code (客户端授权码), then the network"
    yield from _tried(f"{mailbox.address}: IMAP", imap, remedy.format("imap"))
    yield from _tried(f"{mailbox.address}: SMTP", smtp, remedy.format("smtp"))


def _people(settings: Settings) -> Iterator[Line]:
    for mailbox in settings.mailbox:
        serving = {one.address.lower() for one in settings.reviewer if one.serves_on(_today())}
        if not mailbox.reviewers:
            yield Line(WARNING, f"{mailbox.address}: no reviewers", "nobody is told; set reviewers")
        elif settings.reviewer and not serving & {address.lower() for address in mailbox.reviewers}:
            yield Line(WARNING, f"{mailbox.address}: no reviewer serves today", "see valid_from and valid_until")


def _policies(settings: Settings) -> Iterator[Line]:
    """What the circular leaves open and the office should settle: what holds now, and whether anybody decided it."""
    own = load_matters(settings.folders.packs)
    matters = apply_settings(own, settings)
    decided = {*settings.policies, *(name for _, name, _ in _switches(own) - _switches(load_matters()))}
    for policy in POLICIES.values():
        if not policy.asked:
            continue
        values = sorted({matter.policy(policy.name) for matter in matters if matter.filings})
        state = f"policy {policy.name} = {' | '.join(values)} ({policy.gap})"
        if policy.name in decided:
            yield Line(OK, f"{state}, decided by the office")
        else:
            choice = f' [policies] {policy.name} = "…" decides: {", ".join(policy.values)}' if policy.choice else ""
            yield Line(OK, f"{state}, as shipped", policy.meaning + choice)


def _switches(matters: Iterable[Matter]) -> set[tuple[str, str, str]]:
    """Matter, policy, and what its pack says."""
    return {(matter.key, *switch) for matter in matters for switch in matter.policies.items()}


def _today() -> date:
    return datetime.now(OFFICE_TIME).date()
