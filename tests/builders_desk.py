"""A reviewers' desk for tests: the office of builders_service, papers that leave doubts, and a played dispatch."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from hashlib import sha256
from threading import Event

from ledger.office_time import OFFICE_TIME
from mailbot.cases.workbench import Tools
from mailbot.desk import Desk
from mailbot.examination.verdict import Severity
from mailbot.letters.labels import Labels
from mailbot.office.calendars import load_calendar
from parsers.documents.commitment_letter import CommitmentLetter, Signature
from parsers.documents.document import FileRead, Mark, Presence
from parsers.files.page import Box
from tests.builders_service import FIRM, REVIEWER, Office, PlayedReader, a_mail, a_signed_letter, papers

SUBSTITUTE = "substitute@example.invalid"
HEAD = "head@example.invalid"
ROSTER = [
    {"name": "李审核", "address": REVIEWER, "valid_from": date(2026, 1, 1), "substitute": SUBSTITUTE},
    {"name": "周替补", "address": SUBSTITUTE, "valid_from": date(2026, 1, 1)},
    {"name": "吴科长", "address": HEAD, "valid_from": date(2026, 1, 1), "head": True},
]
UNCLEAR_SEAL = "承诺保证书（印章不清）.pdf"
UNCLEAR_SIGNATURE = "承诺保证书（签名不清）.pdf"
SEAL_BOX = Box(0.6, 0.7, 0.8, 0.82)


def doubtful_papers():
    """Letters that a person must look at."""
    letter = a_signed_letter()
    seal = Mark(Presence.UNCLEAR, 1, SEAL_BOX, why="faint")
    first, *others = letter.signatures
    unclear = replace(first.mark, presence=Presence.UNCLEAR, box=Box(0.6, 0.6, 0.8, 0.66), why="typed")
    signatures: tuple[Signature, ...] = (replace(first, mark=unclear), *others)
    return {UNCLEAR_SEAL: replace(letter, seal=seal), UNCLEAR_SIGNATURE: replace(letter, signatures=signatures)}


class DoubtingReader(PlayedReader):
    """Sees what the file's name says, doubts included."""

    def read(self, files):
        known = doubtful_papers()
        read = []
        for file in files:
            if file.name in known:
                self.files.append(file.name)
                paper = replace(known[file.name], file=file.name, position=file.position)
                read.append(FileRead(file.position, file.name, (paper,)))
            else:
                read += super().read([file])
            read[-1] = replace(read[-1], documents=tuple(_signed_anew(one, file) for one in read[-1].documents))
        return tuple(read)


def _signed_anew(document, file):
    """Every letter is signed by another hand: the same picture twice would be a doubt."""
    if not isinstance(document, CommitmentLetter):
        return document
    hands = (sha256(f"{number}".encode() + file.data).hexdigest()[:16] for number in range(9))
    signatures = (replace(one, mark=replace(one.mark, fingerprint=next(hands))) for one in document.signatures)
    return replace(document, signatures=tuple(signatures))


class DeskOffice(Office):
    """Papers of March are not late here all year round; the roster has a substitute and a head."""

    def __init__(self, folder, **tables) -> None:
        super().__init__(folder, reader=DoubtingReader(), **{"reviewer": ROSTER, **tables})
        self.ledger.import_enterprises((FIRM,), as_of=date(2026, 9, 16))

    def examiner(self, ledger=None, archive=None):
        examiner = super().examiner(ledger, archive)
        examiner.matters = tuple(one.overruled({"late_unexplained": Severity.NOTE}, {}) for one in examiner.matters)
        return examiner


def files_with(letter: str) -> tuple[str, ...]:
    """The usual papers with another letter."""
    return (letter, *list(papers())[1:])


def a_doubtful_mail(letter: str = UNCLEAR_SEAL, **more) -> bytes:
    """An application whose letter a person must look at; with `cc=()` it has a certain defect besides."""
    return a_mail(files=files_with(letter), **more)


def a_desk(office, crops=None) -> Desk:
    now = lambda: office.time  # noqa: E731 - one line is enough
    examiner = office.examiner()
    kept = (office.ledger, office.archive, office.mails)
    tools = Tools(*kept, examiner, office.words, office.settings, office.instance, now)
    return Desk(
        ledger=office.ledger,
        archive=office.archive,
        words=office.words,
        settings=office.settings,
        calendar=load_calendar(),
        instance=office.instance,
        now=now,
        labels=Labels(matters=examiner.matters),
        tools=tools,
        crops=crops,
    )


def dispatch(office) -> list[str]:
    """Everything that is queued leaves; the kinds."""
    sent = []
    while entry := office.ledger.claim_letter("dispatch", 60, office.time):
        office.ledger.mark_sent(entry.id, entry.fence, "250 ok", office.time)
        sent.append(entry.letter.kind)
    return sent


def a_day(office, desk, day: date) -> None:
    """One morning: the clock stands at 8:30, the desk looks twice, what it queued leaves."""
    office.time = datetime(day.year, day.month, day.day, 8, 30, tzinfo=OFFICE_TIME)
    for _ in range(2):
        desk.work(Event())
        dispatch(office)
        office.later(minutes=1)


def days(first: date, last: date):
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


def mails_of(office, kind: str):
    """The letters of that kind as mails, in the order of queueing."""
    entries = sorted(office.ledger.letters(), key=lambda entry: entry.id)
    return [
        message_from_bytes(office.archive.read(entry.letter.sha256), policy=default)
        for entry in entries
        if entry.letter.kind == kind
    ]


def text_of(mail) -> str:
    return mail.get_body(("plain",)).get_content()


def html_of(mail) -> str:
    return mail.get_body(("html",)).get_content()
