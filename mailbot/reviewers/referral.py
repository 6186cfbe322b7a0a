"""How is a case laid before its reviewer, so that he can decide from the mail alone?

A case with a doubt after a few minutes, whose events are one mail; one that was found complete, for which nothing
presses, with the next of these or within the hour. A mail of one case carries its token in the subject, so a plain
reply decides; a mail of several carries one link and one subject mark for each case.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy
from hashlib import sha256
from threading import Event
from typing import Final
from urllib.parse import quote

from ledger.desk import Waiting
from ledger.entries import CaseEntry, CaseState, ClockEntry, FindingEntry, LetterState
from ledger.office_time import office_day
from ledger.periods import OFFICE_CLOCKS
from ledger.questions import CaseFile
from mailbot.cases.workbench import Tools
from mailbot.decisions.checklist import Lookup, checklist
from mailbot.decisions.letters import DecisionLetters
from mailbot.decisions.tokens import Mark, Tokens
from mailbot.examination.verdict import Severity
from mailbot.letters.correspondence import Picture
from mailbot.office.roster import readers_of
from mailbot.reading.crops import Crops, width_of
from mailbot.reading.mails import Unparsed
from mailbot.reading.reader import AttachedFile
from mailbot.reviewers.post import Post
from mailbot.reviewers.spots import Spot, hidden_in, spots_of
from mailbot.settings import Mailbox
from parsers.documents.document import DocumentKind, FileRead
from parsers.mail.message import Message, Parsed
from parsers.masking import mask

log = logging.getLogger(__name__)

COLLECT: Final = timedelta(minutes=3)  #: after a case's last mail, before its reviewer is told
GATHER: Final = timedelta(hours=1)  #: so long complete cases wait for each other
MOST_CASES: Final = 10  #: in one mail
_MOST_PICTURES: Final = 8  #: of one case
_LONGEST_DRAFT: Final = 4000


@dataclass(frozen=True)
class Shown:
    """A small picture of the place that decides."""

    content_id: str
    alt: str
    paper: DocumentKind
    file: str
    page: int
    width: int  #: pixels, as shown


@dataclass(frozen=True)
class Unsure:
    """A doubt and what can be seen of it."""

    finding: FindingEntry
    pictures: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class Referred:
    """One case, as its reviewer should see it."""

    case: CaseEntry
    round: int
    clock: ClockEntry | None  #: by when he must have answered
    files: tuple[str, ...]
    certain: tuple[FindingEntry, ...]
    unsure: tuple[Unsure, ...]
    notes: tuple[FindingEntry, ...]
    draft: str  #: the letter that waits for his nod; "" for none
    checklist: tuple[Lookup, ...] = ()  #: of a complete case: what only people can look up
    mark: str = ""  #: for the subject of an answer, where the mail is about several cases
    link: str = ""  #: mailto, the same

    @property
    def ready(self) -> bool:
        """Complete: the review itself is to be done."""
        return self.case.state is CaseState.COMPLETE


@dataclass(frozen=True)
class Referral:
    """Everything that the template may name."""

    day: date
    office: str
    cases: tuple[Referred, ...]

    @property
    def alone(self) -> bool:
        return len(self.cases) == 1


class Referrals:
    """Lays cases before reviewers."""

    def __init__(self, tools: Tools, post: Post, crops: Crops | None) -> None:
        self._tools = tools
        self._post = post
        self._crops = crops
        self._letters = DecisionLetters(tools)
        self._tokens = Tokens(tools.ledger, tools.instance, tools.now)

    def send(self, stop: Event) -> int:
        """Tells every reviewer of what waits for him; how many mails were queued."""
        tools, sent = self._tools, 0
        now = tools.now()
        day = office_day(now)
        for mailbox in tools.settings.mailbox:
            everybody = {*mailbox.reviewers, *(one.address for one in tools.settings.reviewer)}
            for reviewer in sorted(everybody):
                waiting = [
                    one
                    for one in tools.ledger.unreferred(mailbox.address, reviewer, examined_before=now - COLLECT)
                    if reviewer in readers_of(tools.settings, mailbox, one.reviewer, day)
                ]
                if not _worth_a_mail(waiting, now):
                    continue
                for start in range(0, len(waiting), MOST_CASES):
                    if stop.is_set():
                        return sent
                    sent += self.refer(mailbox, reviewer, waiting[start : start + MOST_CASES])
        return sent

    def refer(self, mailbox: Mailbox, reviewer: str, waiting: Sequence[Waiting]) -> int:
        """One mail about these cases to one reviewer; 0 when exactly this was queued before."""
        rounds = {one.case_number: one.round for one in waiting}
        key = sha256(repr(sorted(rounds.items())).encode()).hexdigest()[:24]
        purpose = f"referral:{key}:{reviewer.lower()}"
        if self._tools.ledger.serves(purpose):
            return 0
        pictures: list[Picture] = []
        laid = [self._laid(self._tools.ledger.case(number), pictures) for number in rounds]
        marks = [self._tokens.issue(number, reviewer, mailbox=mailbox.address) for number in rounds]
        alone = marks[0] if len(marks) == 1 else None
        if alone is None:
            laid = [_answerable(one, mark, mailbox.address) for one, mark in zip(laid, marks, strict=True)]
        today = office_day(self._tools.now())
        facts = Referral(today, self._tools.settings.office_of(mailbox).name, tuple(laid))
        queued = self._post.put(
            "referral", purpose, mailbox=mailbox, to=reviewer, facts=facts, pictures=pictures, refers=rounds, mark=alone
        )
        return int(queued)

    def _laid(self, file: CaseFile, pictures: list[Picture]) -> Referred:
        case = file.case
        found = case.facts.findings
        parsed = self._parsed(file)
        return Referred(
            case=case,
            round=len(file.examinations),
            clock=_pressing(case.facts.clocks),
            files=tuple(one.name for one in parsed.message.attachments if not one.inline),
            certain=tuple(one for one in found if one.severity == Severity.DEFECT),
            unsure=tuple(self._unsure(case.number, parsed, found, pictures)),
            notes=tuple(one for one in found if one.severity == Severity.NOTE),
            draft=self._draft(file),
            checklist=checklist(file, self._tools.examiner.matters, {}) if case.state is CaseState.COMPLETE else (),
        )

    def _parsed(self, file: CaseFile) -> Parsed:
        last = max(file.examinations, key=lambda one: one.round)
        mail = next(one for one in file.mails if one.id == last.mail_id)
        try:
            return self._tools.parsed(mail.sha256)
        except Unparsed as unread:  # it went well when it was filed: without pictures now, rather than not at all
            log.warning("mail could not be read again", extra={"mail": mail.id, "why": str(unread)})
            return Parsed(Message())

    def _unsure(
        self, number: str, parsed: Parsed, found: Sequence[FindingEntry], pictures: list[Picture]
    ) -> Iterator[Unsure]:
        doubts = [one for one in found if one.severity == Severity.DOUBT]
        files = (self._tools.examiner.read_papers(parsed) or ()) if self._crops and doubts else ()
        left = _MOST_PICTURES
        for doubt in doubts:
            shown = []
            for spot in spots_of(doubt, files)[:left]:
                png = self._cut(parsed, files, spot)
                if png:
                    name = f"{number}-{len(pictures) + 1}@mailbot"
                    pictures.append(Picture(name, png))
                    shown.append(Shown(name, doubt.message, spot.paper, spot.file, spot.place.page, width_of(png)))
            left -= len(shown)
            yield Unsure(doubt, tuple(shown))

    def _cut(self, parsed: Parsed, files: tuple[FileRead, ...], spot: Spot) -> bytes | None:
        assert self._crops is not None
        attached = next((one for one in parsed.message.attachments if one.position == spot.position), None)
        if attached is None or attached.sha256 not in parsed.contents:
            return None
        file = AttachedFile(attached.position, attached.name, attached.kind, parsed.contents[attached.sha256])
        return self._crops.of(file, [spot.place], hidden_in(files, spot.position))[0]

    def _draft(self, file: CaseFile) -> str:
        """What waits for the nod, as its recipient would read it."""
        held = [entry for entry in file.letters if entry.letter.state is LetterState.HELD]
        if not held:
            return ""
        mail = message_from_bytes(self._tools.archive.read(held[-1].letter.sha256), policy=policy.default)
        body = mail.get_body(("plain",))
        return mask(body.get_content().strip())[:_LONGEST_DRAFT] if body else ""


def _worth_a_mail(waiting: Sequence[Waiting], now: datetime) -> bool:
    """A doubt is told at once; complete cases when they are many or have waited."""
    doubted = any(one.state is CaseState.REFERRED for one in waiting)
    return doubted or len(waiting) >= MOST_CASES or any(one.since <= now - GATHER for one in waiting)


def _pressing(clocks: Sequence[ClockEntry]) -> ClockEntry | None:
    """The office's own period that ends first."""
    running = [one for one in clocks if one.id in OFFICE_CLOCKS and one.stopped_on is None]
    return min(running, key=lambda one: one.due or one.latest or date.max, default=None)


def _answerable(referred: Referred, mark: Mark, mailbox: str) -> Referred:
    subject = f"{referred.case.number}{mark.subject_mark}"
    return replace(referred, mark=mark.subject_mark, link=f"mailto:{mailbox}?subject={quote(subject)}")
