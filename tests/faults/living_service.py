"""A daemon with every leg over two mailboxes, whose life is directed from outside: looks, days, deaths.

Nothing remembers but the ledger and the archive: after a death a new daemon begins, and the clock has gone on.
"""

import logging
from collections import Counter
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from threading import Event

from ledger import failpoints
from ledger.entries import LetterState, MailState
from ledger.failpoints import ANYWHERE, Fault
from mailbot.cases.workbench import Tools
from mailbot.keeping import Keeping
from mailbot.logs import JsonLine
from mailbot.reviewers.post import Post
from mailbot.reviewers.prompts import Prompts
from mailbot.transport.providers import ProviderName
from mailbot.upkeep import Upkeep
from tests.builders_desk import DoubtingReader, a_desk
from tests.builders_service import NOW
from tests.faults.correspondents import Letter
from tests.faults.small_service import CHILDREN, Pass
from tests.faults.two_mailboxes import BOXES, Place, TwoMailboxes
from tests.servers.scripted_imap import Mail

log = logging.getLogger(__name__)
_PATIENCE = 0.3  #: seconds for an answer of the SMTP server


class Daemon(Pass):
    """Every leg; `full`: the disk is."""

    def __init__(self, place: Place, at: datetime, *, full: bool = False) -> None:
        free_bytes = 1 << 62 if full else 0
        hours = (at - NOW) / timedelta(hours=1)
        super().__init__(place, hours, _PATIENCE, reader=DoubtingReader(), free_bytes=free_bytes)
        office = self.office
        self.desk = a_desk(office)
        examiner = office.examiner()
        kept = (office.ledger, office.archive, office.mails)
        tools = Tools(*kept, examiner, office.words, office.settings, office.instance, self._now)
        self.prompts = Prompts(tools)
        post = Post(office.ledger, office.archive, office.words, office.settings, office.instance, self._now)
        self.upkeep = Upkeep(post, examiner.calendar, folder=None, adopt=examiner.adopt)
        self.keeping = Keeping(
            ledger=office.ledger, archive=office.archive, words=office.words, cache=None,
            folder=place.folder / "certificates", office=office.settings.office.name, now=self._now,
        )  # fmt: skip

    _reached = 0.0

    def _seconds(self) -> float:
        """The time of day may be put back; a monotonic clock is not."""
        self._reached = max(self._reached, super()._seconds())
        return self._reached

    def _guarded(self, leg) -> None:
        try:
            leg()
        except Exception:  # as mailbot.schedule does
            log.exception("leg failed")

    def _tidy(self) -> None:
        for leg in (self.desk, self.prompts, self.upkeep, self.keeping):
            self._guarded(lambda leg=leg: leg.work(Event()))


def _doomed_look(place: Place, at: datetime, name: str, nth: int) -> None:
    """A child's whole life: it is killed when it comes by that failpoint for the so-manieth time."""
    daemon = Daemon(place, at)
    failpoints.arm(name, Fault.KILL, nth)
    daemon.run()
    daemon.close()


class LivingService(TwoMailboxes):
    """What the world does to the service, and what the world has seen of it."""

    def __init__(self, folder: Path, template: Path, provider: ProviderName) -> None:
        super().__init__(folder, template, provider)
        self.now = NOW
        self.full = False
        self.log = StringIO()
        self.complaints: list[str] = []  #: errors that nobody had put there
        self.accepted: list[tuple[str, Mail]] = []  #: what the mail servers have taken for the office

    def __enter__(self) -> "LivingService":
        super().__enter__()
        self._handler = logging.StreamHandler(self.log)
        self._handler.setFormatter(JsonLine())
        root = logging.getLogger()
        self._level = root.level
        root.addHandler(self._handler)
        root.setLevel(logging.INFO)
        self.daemon = Daemon(self.place, self.now)
        return self

    def __exit__(self, *_: object) -> None:
        self.daemon.close()
        root = logging.getLogger()
        root.removeHandler(self._handler)
        root.setLevel(self._level)
        super().__exit__()

    @property
    def ledger(self):
        return self.daemon.office.ledger

    def arrives(self, box: str, raw: bytes) -> None:
        folder = self.imaps[BOXES.index(box)].inbox
        folder.add(raw, arrived=self.now)
        self.accepted.append((box, folder.mails[-1]))

    def letters(self) -> list[Letter]:
        """What has reached people, in the order of the mailboxes."""
        boxes = zip(BOXES, self.smtps, strict=True)
        return [Letter.read(box, one) for box, smtp in boxes for one in smtp.taken]

    def looks(self) -> None:
        before = self.log.tell()
        self.daemon.run()
        said = self.log.getvalue()[before:].splitlines()
        self.complaints += [line for line in said if '"level": "error"' in line]

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)
        self.daemon.office.time = self.now

    def restarts(self) -> None:
        self.daemon.close()
        self.daemon = Daemon(self.place, self.now, full=self.full)

    def is_killed_at(self, name: str, nth: int) -> bool:
        """A look in a process of its own; whether it came so far."""
        self.daemon.close()
        child = CHILDREN.Process(target=_doomed_look, args=(self.place, self.now, name, nth))
        child.start()
        child.join(60)
        assert child.exitcode in (0, -9), f"a child ended with {child.exitcode}"
        self.daemon = Daemon(self.place, self.now, full=self.full)
        return child.exitcode == -9

    def fails_at(self, nth: int, fault: Fault) -> bool:
        """A look during which the so-manieth place fails; whether it came so far."""
        failpoints.arm(ANYWHERE, fault, nth)
        try:
            self.daemon.run()
            return failpoints.hits.total() >= nth
        finally:
            failpoints.disarm()

    def becomes_quiet(self) -> None:
        """Servers behave, an operator has room made and retries what was put aside, and time goes on."""
        for imap, smtp in zip(self.imaps, self.smtps, strict=True):
            imap.faults.cut_after = None
            imap.faults.bye_at_fetch = imap.faults.empty_fetch = imap.faults.empty_body = 0
            smtp.plan.clear()
        self.full = False
        self.restarts()
        for hours in (0, 0.2, 0.2, 1, 1, 2, 4, 12, 13, 24, 24, 24):
            self.later(hours=hours)
            for mail in self.ledger.mails(MailState.QUARANTINED):
                if mail.reason != "not_fetchable":
                    self.ledger.retry_mail(mail.id, self.now)
            self.looks()
            self.looks()
            if self._is_quiet():
                return

    def _is_quiet(self) -> bool:
        under_way = (LetterState.QUEUED, LetterState.SENDING)
        return not self.ledger.mails(MailState.RECORDED) and not self.ledger.letters(*under_way)

    def decided(self) -> Counter[str]:
        """Decisions on record, by who made them."""
        return Counter(
            event.actor
            for case in self.ledger.cases()
            for event in self.ledger.case(case.number).events
            if event.action == "decided"
        )
