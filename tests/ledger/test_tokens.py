"""A token decides once, in one transaction with what it allows; a decision can be taken back while its letter waits."""

import threading
from datetime import timedelta

import pytest

from ledger.entries import CaseState, LetterState, MailState, Reply
from ledger.errors import NoSuchCase, Stale
from ledger.ledger import Ledger
from tests.ledger.builders import LEASE, NOW, a_case, a_letter, an_arrival, later

REVIEWER = "li@office.example"
DIGEST = "d" * 64


def a_reply(ledger, uid=50, token=DIGEST, **more):
    """A reviewer's mail, claimed."""
    ledger.record_mails([an_arrival(uid, author=REVIEWER)], NOW)
    return Reply(ledger.claim("w", LEASE, NOW), token, **more)


def issued(ledger, number, digest=DIGEST, **more):
    ledger.issue_token(digest, case=number, reviewer="Li@office.example", expires_at=later(days=30), now=NOW, **more)
    return ledger.token(digest)


def decide(ledger, number, reply=None, **more):
    fields = {"actor": REVIEWER, "expected": CaseState.REFERRED, "state": CaseState.COMPLETE, "now": NOW, **more}
    ledger.decide(number, "complete", reply=reply, **fields)


def test_a_token_remembers_what_the_reviewer_saw(ledger):
    number = a_case(ledger, state=CaseState.REFERRED)
    token = issued(ledger, number)
    assert (token.reviewer, token.state, token.round) == (REVIEWER, CaseState.REFERRED, 1)
    assert token.holds(number, REVIEWER, NOW)
    assert not token.holds(number, REVIEWER, later(days=30))
    assert issued(ledger, number, "e" * 64, state=CaseState.COMPLETE).state is CaseState.COMPLETE
    assert ledger.token("0" * 64) is None


def test_no_token_for_a_case_that_is_not_there(ledger):
    with pytest.raises(NoSuchCase):
        issued(ledger, "ZJZD-2026-9999")


def test_mail_token_state_and_letters_change_together(ledger):
    number = a_case(ledger, state=CaseState.REFERRED)
    issued(ledger, number)
    reply = a_reply(ledger)
    decide(ledger, number, reply, letters=[a_letter("complete")])
    mail = ledger.mail(reply.claim.mail.id)
    assert (mail.state, mail.reason, mail.case_number) == (MailState.ANSWERED, "decision", number)
    assert ledger.token(DIGEST).used_at == NOW
    assert ledger.case(number).letters[-1].letter.kind == "complete"


@pytest.mark.parametrize("spoilt", ["token used", "claim lost", "case moved", "another mail came"])
def test_nothing_changes_when_one_of_them_has_changed(ledger, spoilt):
    number = a_case(ledger, state=CaseState.REFERRED)
    issued(ledger, number)
    reply = a_reply(ledger, round=2 if spoilt == "another mail came" else 1)
    expected = CaseState.COMPLETE if spoilt == "case moved" else CaseState.REFERRED
    if spoilt == "token used":
        ledger.answer_reply(a_reply(ledger, 51), "asked", number=number, actor=REVIEWER, now=NOW)
    if spoilt == "claim lost":
        assert ledger.claim("other", LEASE, later(seconds=LEASE + 1)) is not None
    before = ledger.head()
    with pytest.raises(Stale):
        decide(ledger, number, reply, expected=expected, letters=[a_letter("complete")])
    assert ledger.head() == before
    assert ledger.mail(reply.claim.mail.id).state is MailState.RECORDED
    assert ledger.case(number).letters == ()


def test_of_two_at_once_one_wins(url):
    """Two processes, two reviewers, two tokens, one case (E5)."""
    with Ledger.open(url) as ledger:
        number = a_case(ledger, state=CaseState.REFERRED)
        replies = [a_reply(ledger, 50 + index, f"{index}" * 64, round=1) for index in range(4)]
        for reply in replies:
            issued(ledger, number, reply.token)
        start, won, lost = threading.Barrier(4), [], []

        def run(reply):
            with Ledger.open(url) as own:
                start.wait()
                try:
                    decide(own, number, reply)
                    won.append(reply)
                except Stale:
                    lost.append(reply)

        threads = [threading.Thread(target=run, args=(reply,)) for reply in replies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(won), len(lost)) == (1, 3)
        used = [reply.token for reply in replies if ledger.token(reply.token).used_at]
        assert used == [won[0].token]
        assert len([one for one in ledger.case(number).events if one.action == "decided"]) == 1


class TestTakingBack:
    def decided(self, ledger):
        number = a_case(ledger, state=CaseState.REFERRED, letters=[a_letter("correction", state=LetterState.HELD)])
        (held,) = ledger.letters(LetterState.HELD)
        decide(
            ledger, number, state=CaseState.REJECTED, cancel=[held.id], letters=[a_letter("rejected")],
            steps={"national_closed_on": "2026-11-20"}, reason="照片不符",
        )  # fmt: skip
        return number

    def states(self, ledger, number):
        return {one.letter.kind: one.letter.state.value for one in ledger.case(number).letters}

    def test_everything_is_as_before(self, ledger):
        number = self.decided(ledger)
        assert ledger.undo(number, actor=REVIEWER, now=later(minutes=1)) == "complete"
        case = ledger.case(number).case
        assert (case.state, case.closed_at, case.keep_until, case.steps) == (CaseState.REFERRED, None, None, {})
        assert self.states(ledger, number) == {"correction": "held", "rejected": "cancelled"}
        assert [one.stopped_on for one in case.facts.clocks] == [None]
        assert ledger.verify() == ()

    def test_only_once(self, ledger):
        number = self.decided(ledger)
        ledger.undo(number, actor=REVIEWER, now=NOW)
        with pytest.raises(Stale):
            ledger.undo(number, actor=REVIEWER, now=NOW)

    def test_only_by_who_decided(self, ledger):
        number = self.decided(ledger)
        with pytest.raises(Stale):
            ledger.undo(number, actor="wang@office.example", now=NOW)

    def test_not_when_a_letter_is_on_its_way(self, ledger):
        number = self.decided(ledger)
        assert ledger.claim_letter("dispatch", LEASE, NOW).letter.kind == "rejected"
        with pytest.raises(Stale):
            ledger.undo(number, actor=REVIEWER, now=NOW)
        assert ledger.case(number).case.state is CaseState.REJECTED
        assert self.states(ledger, number)["rejected"] == "sending"


def test_refusals_are_counted_by_who_and_since_when(ledger):
    for _ in range(3):
        ledger.record_event("decision_refused", actor=REVIEWER, now=NOW)
    ledger.record_event("decision_refused", actor="other", now=NOW)
    assert ledger.events_by(REVIEWER, "decision_refused", NOW - timedelta(days=1)) == 3
    assert ledger.events_by(REVIEWER, "decision_refused", later(seconds=1)) == 0
    assert ledger.events_by(REVIEWER, "decided", NOW - timedelta(days=1)) == 0
