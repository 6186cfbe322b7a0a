"""A whole small service that can be killed: two mailboxes on scripted servers, real legs, real SQLite, told clocks.

The servers live in the test; the legs run in a process that may die (`pass_in_child`) or in the test itself.
"""

import logging
import multiprocessing
import shutil
from collections import Counter
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Event

from ledger import failpoints
from ledger.entries import LetterState, MailState
from ledger.failpoints import Fault
from mailbot.casework import Casework
from mailbot.desk import Desk
from mailbot.dispatch import Brakes, Dispatch
from mailbot.intake import Intake
from mailbot.letters.rendering import Words
from mailbot.reviewers import diagrams
from mailbot.transport.evidence import seek
from mailbot.transport.providers import PROVIDERS
from mailbot.transport.smtp import SmtpConnection
from mailbot.watch.alarms import LedgerBell
from tests import builders_service
from tests.builders_service import FIRM, INFORMATION_BOX, NOW, REVIEWER, TRACK_BOX, Office, a_mail
from tests.faults.two_mailboxes import Place, TwoMailboxes

MAILS = {
    TRACK_BOX: a_mail(identity="<one@person.invalid>"),
    INFORMATION_BOX: a_mail(
        "请求领导关心监理人员待遇",
        sender="sun@person.invalid",
        to=INFORMATION_BOX,
        files=(),
        cc=(),
        identity="<two@person.invalid>",
    ),
}
#: Exactly what the applicants get for them (contract.md 2a).
ANSWERS = Counter({"complete": 1, "inquiry_receipt": 1})
OTHER = "other@example.invalid"
REVIEWERS = {REVIEWER, OTHER}
DIGESTS = 2  #: each reviewer's, of the day; what else is written to reviewers is the desk's own affair

words = cache(Words)
_drawn = cache(diagrams.columns)
diagrams.columns = lambda title, labels, series: _drawn(title, tuple(labels), tuple(series))


class Pass:
    """The legs as a daemon starts them; `hours` after the first start."""

    def __init__(
        self, place: Place, hours: float = 0, reply_seconds: float = 5.0, *, reader=None, free_bytes: int = 0
    ) -> None:
        self.office = Office(place.folder, directory=(), reader=reader, **_two_reviewers())
        self.office.words = words()
        self.office.later(hours=hours)
        ledger, archive, office = self.office.ledger, self.office.archive, self.office
        bell = LedgerBell(ledger)
        self.accounts = place.accounts()
        self.intake = Intake(ledger=ledger, archive=archive, bell=bell, free_bytes=free_bytes, clock=self._seconds)
        self.casework: Casework = office.casework()
        self.desk = Desk(
            ledger=ledger,
            archive=archive,
            words=office.words,
            settings=office.settings,
            calendar=builders_service.load_calendar(),
            instance=office.instance,
            now=self._now,
        )
        self.dispatch = Dispatch(
            ledger=ledger,
            archive=archive,
            accounts=self.accounts,
            worker="small",
            brakes=Brakes(exempt=frozenset(REVIEWERS)),
            bell=bell,
            connect=lambda account: SmtpConnection(account, reply_seconds=reply_seconds, data_seconds=reply_seconds),
            evidence=seek,
            now=self._now,
            clock=self._seconds,
        )

    def _now(self):
        return self.office.time

    def _seconds(self) -> float:
        return (self.office.time - NOW).total_seconds()

    def run(self) -> None:
        """Every leg once; one that fails does not stop the others, as in mailbot.schedule."""
        for leg in (*(lambda one=one: self.intake.poll(one) for one in self.accounts), self._work, self._tidy):
            self._guarded(leg)
        self._guarded(self.dispatch.round)

    def _work(self) -> None:
        self.casework.work(Event())

    def _tidy(self) -> None:
        self.desk.work(Event())

    def _guarded(self, leg) -> None:
        try:
            leg()
        except Exception:  # what the scheduler does with a leg
            logging.getLogger(__name__).debug("leg failed", exc_info=True)

    def run_twice(self) -> None:
        """Two looks, so that every failpoint is passed twice."""
        self.run()
        self.office.later(minutes=1)
        self.run()

    def run_to_the_end(self) -> None:
        """After whatever happened: leases run out, evidence is looked for twice."""
        for _ in range(3):
            self.run()
            self.office.later(minutes=11)

    def close(self) -> None:
        self.office.ledger.close()


def _two_reviewers() -> dict:
    """One for each mailbox: each gets a digest of his own."""
    tables = builders_service.configuration()
    boxes = [{**box, "reviewers": [who]} for box, who in zip(tables["mailbox"], sorted(REVIEWERS), strict=True)]
    roster = [{**tables["reviewer"][0], "address": who} for who in sorted(REVIEWERS)]
    return {"mailbox": boxes, "reviewer": roster}


def one_pass(place: Place, name: str, fault: str, hit: int) -> None:
    """A child's whole life: armed, then a pass as a daemon makes it."""
    service = Pass(place)
    failpoints.arm(name, Fault(fault), hit)
    service.run_twice()
    service.close()


CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["tests.faults.warm"])


def pass_in_child(place: Place, name: str, hit: int) -> int:
    """Its exit code: -9 when the failpoint killed it."""
    child = CHILDREN.Process(target=one_pass, args=(place, name, "kill", hit))
    child.start()
    child.join(60)
    assert child.exitcode is not None, "it hangs"
    return child.exitcode


class SmallService(TwoMailboxes):
    """One mail in each mailbox."""

    def __enter__(self) -> "SmallService":
        super().__enter__()
        for imap, raw in zip(self.imaps, MAILS.values(), strict=True):
            imap.inbox.add(raw)
        return self

    @contextmanager
    def armed(self, name: str, fault: Fault, hit: int):
        """A pass in this process, for faults that are no death."""
        service = Pass(self.place)
        failpoints.arm(name, fault, hit)
        try:
            service.run_twice()
            yield failpoints.hits[name]
        finally:
            failpoints.disarm()
            service.close()

    def finish(self) -> Pass:
        """A new daemon later, undisturbed."""
        service = Pass(self.place, hours=2)
        service.run_to_the_end()
        return service

    def disturbed(self, reply_seconds: float, place: Place | None = None) -> None:
        """Two looks by a daemon whose servers misbehave, or that looks for them in another place."""
        service = Pass(place or self.place, reply_seconds=reply_seconds)
        service.run_twice()
        service.close()

    def assert_all_is_right(self, refused: int = 0) -> None:
        """Nothing lost, nothing twice, nothing half-written; every promise that a ledger can prove.

        `refused`: so many letters were refused by their server for good, and a person knows.
        """
        service = self.finish()
        try:
            ledger, archive = service.office.ledger, service.office.archive
            mails = ledger.mails(MailState.FILED)
            assert {mail.sha256 for mail in mails} == {builders_service.sha256(raw) for raw in MAILS.values()}
            assert sum(ledger.mail_counts().values()) == len(MAILS)
            assert sorted(case.number for case in ledger.cases()) == ["GJZX-2026-0001", "ZJZD-2026-0001"]
            letters = ledger.letters()
            to_reviewers = [one for one in letters if REVIEWERS.issuperset(one.letter.recipients)]
            assert Counter(one.letter.kind for one in letters if one not in to_reviewers) == ANSWERS
            assert [one.letter.kind for one in to_reviewers].count("digest") == DIGESTS, [
                one.letter.kind for one in letters
            ]
            taken = self.taken()
            assert not [identity for identity, times in taken.items() if times > 1], "answered twice"
            undecided = [one for one in letters if one.letter.state is LetterState.UNCERTAIN]
            sent = [one for one in letters if one.letter.state is LetterState.SENT]
            failed = [one for one in letters if one.letter.state is LetterState.FAILED]
            assert len(failed) == refused
            assert len(undecided) + len(sent) + len(failed) == len(letters)
            if PROVIDERS[self.provider].keeps_sent_mail:
                assert not undecided
            assert len(sent) <= len(taken) <= len(letters)
            assert list(archive.verify()) == []
            assert {one.letter.sha256 for one in letters} <= set(archive.hashes())
            archive.sweep_temp(older_than=-1)
            assert list((archive.shelf.folder / "incoming").iterdir()) == []
            assert ledger.verify() == ()
        finally:
            service.close()


def a_template(folder: Path) -> Path:
    """A data folder with a migrated ledger and its directory, to be copied."""
    with Office(folder, directory=(FIRM,)):
        pass
    with suppress(FileNotFoundError):
        shutil.rmtree(folder / "data" / "cache")
    return folder


def reached(folder: Path, template: Path) -> Counter[str]:
    """How often an undisturbed pass comes by each failpoint."""
    with SmallService(folder, template) as service:
        undisturbed = Pass(service.place)
        failpoints.watch()
        undisturbed.run_twice()
        found = Counter(failpoints.hits)
        failpoints.disarm()
        undisturbed.close()
        service.assert_all_is_right()
    return found
