"""Whatever happens in whatever order: do the promises P1–P6 of docs/reliability.md hold? (S6)

Hypothesis directs the whole service: mails come, servers fail, the process dies, days and years pass, reviewers decide.
What the service promises at every moment is asserted behind every step; what it promises for the end is asserted when
all has become quiet. `MAILBOT_LIVES=2000` lives longer, at random.
"""

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.entries import LetterState, MailState
from ledger.failpoints import ANYWHERE, Fault
from mailbot.decisions.tokens import shown_in
from mailbot.transport.providers import ProviderName
from tests.builders_service import sha256
from tests.builders_submission import ENGINEER_ID
from tests.faults import correspondents as by
from tests.faults.living_service import LivingService
from tests.faults.small_service import REVIEWERS, a_template
from tests.faults.two_mailboxes import BOXES
from tests.soak.hostile import hostile_mails

LIVES = int(os.environ.get("MAILBOT_LIVES", "0"))
USUAL_LIVES, STEPS = 25, 20
BOX = st.sampled_from(BOXES)
SORT = st.sampled_from(by.SORTS)
#: Such a mail is worked in some tenths of a second: the giants have a test of their own.
SMALL = tuple(number for number, raw in enumerate(hostile_mails()) if len(raw) < 20_000)
SMTP_POSITIONS = ("banner", "ehlo", "auth", "mail", "rcpt", "data", "dot", "dot", "dot", "dot", "quit")
#: "store-then-drop" is a drop everywhere but behind the text.
SMTP_FAULTS = ("451 4.3.0 later", "550 5.7.1 never", "421 too many", "drop", "hang", "garbage", "store-then-drop")
IMAP_FAULTS = ("cut_after", "bye_at_fetch", "empty_fetch", "empty_body", "uidvalidity")
SPANS = ({"minutes": 1}, {"minutes": 11}, {"hours": 3}, {"days": 1}, {"days": 4}, {"minutes": -90})
#: Anywhere; and where a death leaves the most to be found out.
PLACES = (
    ANYWHERE,
    ANYWHERE,
    "smtp_after_text",
    "dispatch_after_send",
    "casework_after_letters",
    "intake_after_archive",
)


class Life(RuleBasedStateMachine):
    """One life of the service."""

    template: ClassVar[Path]
    happened: ClassVar[Counter[str]] = Counter()

    @initialize(provider=st.sampled_from((ProviderName.NETEASE, ProviderName.PLAIN)))
    def begins(self, provider):
        self._folder = tempfile.TemporaryDirectory(prefix="mailbot-life-")
        self.service = LivingService(Path(self._folder.name), self.template, provider)
        self.service.__enter__()
        self.number = 0
        self.refused = 0  #: times that a server said never
        self.words: set[str] = set()  #: marks under which a reviewer himself wrote a word
        self.years = 0

    def teardown(self):
        if not hasattr(self, "service"):
            return
        try:
            self._the_end()
        finally:
            self.service.__exit__()
            self._folder.cleanup()

    # What people and machines write. Few rules: Hypothesis gives each life only some of them.

    @rule(sort=SORT, box=BOX)
    def somebody_applies(self, sort, box):
        self._arrives(box, by.application(self._next(), sort, box), sort)

    @rule(data=st.data(), box=BOX, what=st.sampled_from(("again", "hostile", "answer", "bounce", "vacation")))
    def somebody_writes(self, data, box, what):
        if what == "hostile":
            self._next()
            self._arrives(box, by.hostile(data.draw(st.sampled_from(SMALL))), what)
        elif what == "again" and self.service.accepted:
            self._arrives(box, data.draw(st.sampled_from(self.service.accepted))[1].raw, what)
        elif letter := self._a_letter(data, lambda one: what != "answer" or one.to not in REVIEWERS):
            raw = {
                "answer": lambda: by.answer(self._next(), letter, with_papers=data.draw(st.booleans())),
                "bounce": lambda: by.bounce(self._next(), letter),
                "vacation": lambda: by.vacation(self._next(), letter),
            }[what]()
            self._arrives(letter.mailbox, raw, what)

    @rule(data=st.data(), word=st.sampled_from(by.WORDS), how=st.sampled_from(("pass", "none", "stolen", "forged")))
    def a_reviewer_answers(self, data, word, how):
        """Perhaps again, perhaps too late, perhaps where his server says nothing; or somebody who got hold of his mail
        does, under an own name or under his."""
        letter = self._a_letter(data, lambda one: one.asks)
        if letter is None:
            return
        if how in ("pass", "none"):
            self.words.add(shown_in(letter.subject).secret)
        sender = "evil@stranger.invalid" if how == "stolen" else ""
        authentication = {"none": "none", "forged": "fail"}.get(how, "pass")
        raw = by.reviewers_word(self._next(), letter, word, sender=sender, authentication=authentication)
        self._arrives(letter.mailbox, raw, "word")

    @rule(data=st.data(), word=st.sampled_from(by.EARLY_WORDS), twice=st.booleans())
    def a_case_is_decided(self, data, word, twice):
        """The whole way: a doubt, a question to the reviewer, his word, perhaps another word under the same mark."""
        self.somebody_applies("unauthenticated", BOXES[0])
        self._looks_twice()
        letter = self._a_letter(data, lambda one: one.asks)
        for said in (word, "补正")[: 1 + twice] if letter else ():
            self.words.add(shown_in(letter.subject).secret)
            self._arrives(letter.mailbox, by.reviewers_word(self._next(), letter, said), "word")
            self.service.looks()

    # What time does.

    @rule(span=st.sampled_from(SPANS))
    def time_goes_on(self, span):
        self.service.later(**span)
        self.service.looks()

    @precondition(lambda self: self.years == 0 and self.service.accepted)
    @rule()
    def years_go_by(self):
        """What is over is marked, and destroyed a week later."""
        self.years += 3
        self.service.becomes_quiet()
        for days in (3 * 366, 8, 1, 1):
            self.service.later(days=days)
            self.service.looks()

    # What breaks, while there is work.

    @rule(place=st.sampled_from(PLACES), nth=st.integers(1, 90), sort=SORT, box=BOX)
    def it_is_killed_at_work(self, place, nth, sort, box):
        self.somebody_applies(sort, box)
        self.happened["killed"] += self.service.is_killed_at(place, nth if place == ANYWHERE else 1 + nth % 2)

    @rule(nth=st.integers(1, 90), fault=st.sampled_from((Fault.RAISE, Fault.ENOSPC)), sort=SORT, box=BOX)
    def something_fails_at_work(self, nth, fault, sort, box):
        self.somebody_applies(sort, box)
        self.happened["failed"] += self.service.fails_at(nth, fault)

    @rule(full=st.booleans())
    def the_disk_fills(self, full):
        """Or has room again; the daemon is restarted."""
        self.service.full = full
        self.service.restarts()
        self.happened["failed"] += full

    @rule(position=st.sampled_from(SMTP_POSITIONS), fault=st.sampled_from(SMTP_FAULTS), sort=SORT, box=BOX)
    def smtp_fails_at_work(self, position, fault, sort, box):
        smtp = self.service.smtps[BOXES.index(box)]
        before = sum(smtp.hits.values())
        smtp.plan[position] = [fault]
        self.refused += fault.startswith("550")
        self.somebody_applies(sort, box)
        self._looks_twice()
        self.happened["smtp"] += sum(smtp.hits.values()) - before

    @rule(fault=st.sampled_from(IMAP_FAULTS), times=st.integers(1, 5), sort=SORT, box=BOX)
    def imap_fails_at_work(self, fault, times, sort, box):
        imap = self.service.imaps[BOXES.index(box)]
        before = sum(imap.hits.values())
        self.somebody_applies(sort, box)
        if fault == "uidvalidity":
            imap.inbox.renumber(imap.inbox.uidvalidity + 1)
        else:
            setattr(imap.faults, fault, 1000 * times if fault == "cut_after" else times)
        self._looks_twice()
        self.happened["imap"] += sum(imap.hits.values()) - before + (fault == "uidvalidity")
        imap.faults.cut_after = None

    # What is promised at every moment.

    @invariant()
    def nothing_went_twice(self):
        """P2: by what the SMTP servers have taken, and by what the ledger means to send."""
        taken = self.service.taken()
        assert not [identity for identity, times in taken.items() if times > 1]
        meant = Counter((one.mail_id, one.letter.kind) for one in self.service.ledger.letters() if one.mail_id)
        assert not [one for one, times in meant.items() if times > 1]

    @invariant()
    def only_reviewers_have_decided(self):
        """P6: each under a mark of his own, and once."""
        decided = self.service.decided()
        assert decided.keys() <= REVIEWERS
        assert decided.total() <= len(self.words)

    @invariant()
    def no_leg_fails_by_itself(self):
        """P3: an error that no test has put there is a bug, though the scheduler goes on."""
        assert not self.service.complaints

    @invariant()
    def the_history_holds(self):
        assert self.service.ledger.verify() == ()

    # What is promised for the end.

    def _the_end(self):
        service = self.service
        service.becomes_quiet()
        ledger, archive = service.ledger, service.daemon.office.archive
        self.nothing_went_twice()
        self.only_reviewers_have_decided()
        self.no_leg_fails_by_itself()
        self.the_history_holds()
        destroyed = self._destroyed()
        kept = {sha256(mail.raw) for _, mail in service.accepted} - destroyed
        assert kept <= set(archive.hashes()), "P1: a mail is not in the archive"
        assert list(archive.verify()) == []
        for box, imap in zip(BOXES, service.imaps, strict=True):
            uids = [mail.uid for mail in imap.inbox.mails]
            assert set(ledger.deliveries(box, "INBOX", imap.inbox.uidvalidity, uids)) == set(uids), "P1: not on record"
        mails = ledger.mails(*MailState, limit=10**6)
        rows = Counter((mail.mailbox, mail.sha256) for mail in mails)
        assert rows == Counter({(box, sha256(mail.raw)) for box, mail in service.accepted}), "P4: rows are not mails"
        assert all(mail.reason or mail.case_number for mail in mails), "P4: no reason"
        assert not [mail for mail in mails if mail.state is MailState.RECORDED], "a mail waits for ever"
        self._letters_are_settled()
        for secret in (ENGINEER_ID, by.MOBILE):
            assert secret not in service.log.getvalue(), "P5: a number in the log"
            assert not [one for one in service.letters() if secret in one.text()], "a number in a letter"
        self.happened["lives"] += 1
        self.happened["mails"] += len(service.accepted)
        self.happened["letters"] += len(service.letters())
        self.happened["decided"] += service.decided().total()
        self.happened["destroyed"] += len(destroyed)

    def _letters_are_settled(self):
        """In doubt only where no Sent folder tells, failed only where a server said never."""
        states = Counter(one.letter.state for one in self.service.ledger.letters())
        assert not states[LetterState.QUEUED] + states[LetterState.SENDING], states
        if self.service.provider is not ProviderName.PLAIN:
            assert not states[LetterState.UNCERTAIN], states
        assert states[LetterState.FAILED] <= self.refused, states

    def _destroyed(self) -> set[str]:
        with self.service.ledger.reading() as connection:
            return set(connection.exec_driver_sql("SELECT sha256 FROM mail WHERE purged_at IS NOT NULL").scalars())

    def _looks_twice(self):
        """Examined and answered, and the reviewer is asked."""
        self.service.looks()
        self.service.later(minutes=2)
        self.service.looks()

    def _arrives(self, box, raw, sort):
        self.service.arrives(box, raw)
        self.happened[sort] += 1

    def _a_letter(self, data, wanted):
        letters = [one for one in self.service.letters() if wanted(one)]
        return data.draw(st.sampled_from(letters)) if letters else None

    def _next(self) -> int:
        self.number += 1
        return self.number


#: A life in which nothing happens proves nothing. Hypothesis gives each life rules of its own, so that the figures of a
#: run are far apart.
ENOUGH = {"killed": 5, "failed": 10, "smtp": 8, "imap": 8, "word": 3, "decided": 1}


@pytest.mark.timeout(max(900, 60 * LIVES))
def test_the_promises_hold_in_every_life(tmp_path):
    Life.template = a_template(tmp_path)
    Life.happened.clear()
    usual = settings(
        max_examples=LIVES or USUAL_LIVES,
        stateful_step_count=STEPS,
        derandomize=not LIVES,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Life, settings=usual)
    print(dict(Life.happened))
    for what, times in ENOUGH.items():
        assert Life.happened[what] >= times, (what, Life.happened)
