"""Each verdict brings its one letter, and no machine is ever answered."""

from dataclasses import dataclass, replace

import pytest

from mailbot.examination.classify import MailKind
from mailbot.examination.feedback import Desk, LetterKind, feedback_for, never_answered, recipient
from mailbot.examination.rules.envelope import MailboxOtherToo, MailboxWrong
from mailbot.examination.rules.standing import Duplicate
from mailbot.examination.verdict import Finding, Judged, Outcome, Severity, Verdict, outcome_of
from parsers.mail.message import Address, AuthorDefect, Automatic, AutomaticKind, Message
from parsers.mail.provenance import Authentication, Provenance

BOX = "cqjtzjzd@vip.163.com"
DESK = Desk(BOX, own_addresses=frozenset({BOX, "cqjtgjzx@vip.163.com"}))
VERIFIED, UNVERIFIED = Provenance(Authentication.VERIFIED), Provenance(Authentication.UNVERIFIED)


@dataclass(frozen=True, kw_only=True)
class LetterUndated(Finding):
    code = "letter_undated"


@dataclass(frozen=True, kw_only=True)
class SealOdd(Finding):
    code = "letter_seal_unclear"
    default = Severity.DOUBT


def a_mail(**facts):
    usual = {"authors": (Address("zhang@example.invalid"),), "to": (Address(BOX),)}
    return Message(**{**usual, **facts})


def a_verdict(*findings):
    judged = tuple(Judged(finding, finding.default, "附件4 1.4.1") for finding in findings)
    return Verdict(outcome_of(judged), judged)


def letters(verdict, kind=MailKind.APPLICATION, message=None, desk=DESK):
    planned = feedback_for(verdict, kind, message or a_mail(), UNVERIFIED, desk).letters
    return [(letter.kind, letter.held) for letter in planned]


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        pytest.param(a_verdict(), [("complete", False)], id="complete"),
        pytest.param(a_verdict(LetterUndated()), [("correction", False)], id="correction alone"),
        pytest.param(a_verdict(MailboxWrong(right=("a@b.c",))), [("wrong_mailbox", False)], id="wrong mailbox alone"),
        pytest.param(
            a_verdict(MailboxWrong(right=("a@b.c",)), LetterUndated()),
            [("correction", False)],
            id="and more: all at once",
        ),
        pytest.param(a_verdict(SealOdd()), [("receipt", False)], id="referred"),
        pytest.param(
            a_verdict(SealOdd(), LetterUndated()),
            [("receipt", False), ("correction", True)],
            id="draft waits for a nod",
        ),
        pytest.param(a_verdict(Duplicate(case_number="Z-1")), [("duplicate", False)], id="duplicate"),
        pytest.param(
            a_verdict(Duplicate(case_number="Z-1"), LetterUndated()),
            [("duplicate", False)],
            id="duplicate of a bad one",
        ),
        pytest.param(a_verdict(MailboxOtherToo(right=("a@b.c",))), [], id="the other mailbox answers"),
    ],
)
def test_an_application_gets_the_one_letter_of_its_verdict(verdict, expected):
    assert letters(verdict) == expected


@pytest.mark.parametrize(
    ("kind", "outcome", "expected"),
    [
        (MailKind.REMINDER, Outcome.REMINDER, "reminder_receipt"),
        (MailKind.WITHDRAWAL, Outcome.WITHDRAWAL, "withdrawal_receipt"),
        (MailKind.QUESTION, Outcome.QUERY, "question"),
        (MailKind.REFERRED, Outcome.REFERRED, "inquiry_receipt"),
        (MailKind.PROGRESS, Outcome.QUERY, "inquiry_receipt"),
    ],
)
def test_other_mail_gets_its_own_receipt_or_answer(kind, outcome, expected):
    assert letters(Verdict(outcome), kind) == [(expected, False)]


def test_progress_is_told_only_to_the_cases_own_applicant():
    desk = replace(DESK, asks_of_own_case=True)
    assert letters(Verdict(Outcome.QUERY), MailKind.PROGRESS, desk=desk) == [("progress", False)]


def test_no_state_of_a_case_is_told_to_an_author_whom_the_server_disbelieves():
    desk, failed = replace(DESK, asks_of_own_case=True), Provenance(Authentication.FAILED)
    feedback = feedback_for(Verdict(Outcome.QUERY), MailKind.PROGRESS, a_mail(), failed, desk)
    assert [letter.kind for letter in feedback.letters] == ["inquiry_receipt"]


def test_a_repetition_is_told_once():
    feedback = feedback_for(
        a_verdict(Duplicate(case_number="Z-1")),
        MailKind.APPLICATION,
        a_mail(),
        VERIFIED,
        replace(DESK, duplicate_told=True),
    )
    assert (feedback.letters, feedback.silence) == ((), "duplicate_told")


class TestPolicy:
    @pytest.mark.parametrize(
        ("policy", "expected"),
        [
            ("auto", [("complete", False)]),
            ("hold", [("receipt", False), ("complete", True)]),
            ("off", [("receipt", False)]),
        ],
    )
    def test_a_held_answer_goes_with_a_receipt_at_once(self, policy, expected):
        assert letters(a_verdict(), desk=replace(DESK, letters={"complete": policy})) == expected

    def test_a_letter_may_be_off(self):
        desk = replace(DESK, letters={"question": "off"})
        feedback = feedback_for(Verdict(Outcome.QUERY), MailKind.QUESTION, a_mail(), VERIFIED, desk)
        assert (feedback.letters, feedback.silence) == ((), "policy_off")


class TestNeverAnswered:
    @pytest.mark.parametrize(
        ("message", "why"),
        [
            pytest.param(a_mail(authors=()), "author_unusable", id="no author"),
            pytest.param(a_mail(authors=(Address("a@b.c"), Address("d@e.f"))), "author_unusable", id="two authors"),
            pytest.param(a_mail(author_defects=(AuthorDefect.DEFECTIVE,)), "author_unusable", id="defective"),
            pytest.param(a_mail(authors=(Address(BOX.upper()),)), "own_address", id="ourselves"),
            pytest.param(a_mail(trace=(("return-path", "<>"),)), "null_return_path", id="null path"),
            pytest.param(a_mail(authors=(Address("MAILER-DAEMON@x.invalid"),)), "robot_address", id="daemon"),
            pytest.param(a_mail(authors=(Address("no-reply@x.invalid"),)), "robot_address", id="noreply"),
            pytest.param(a_mail(authors=(Address("list-bounces@x.invalid"),)), "robot_address", id="bounces"),
            pytest.param(
                a_mail(automatic=Automatic(AutomaticKind.AUTO_REPLY, "Auto-Submitted", certain=True)),
                "automatic_auto_reply",
                id="auto reply",
            ),
        ],
    )
    def test_no_machine_is_answered(self, message, why):
        assert never_answered(message, DESK) == why
        feedback = feedback_for(a_verdict(), MailKind.APPLICATION, message, VERIFIED, DESK)
        assert (feedback.letters, feedback.recipient, feedback.silence) == ((), None, why)

    def test_a_person_is(self):
        assert never_answered(a_mail(trace=(("return-path", "<zhang@example.invalid>"),)), DESK) is None

    def test_what_was_set_aside_stays_without_an_answer(self):
        assert letters(Verdict(Outcome.SET_ASIDE), MailKind.SET_ASIDE) == []


class TestHeld:
    @pytest.mark.parametrize(
        ("message", "why"),
        [
            (a_mail(to=(Address("friend@example.invalid"),)), "not_addressed"),
            (a_mail(author_defects=(AuthorDefect.SENDER_DIFFERS,)), "author_ambiguous"),
            (a_mail(automatic=Automatic(AutomaticKind.LIST, "List-Unsubscribe", certain=False)), "maybe_automatic"),
        ],
    )
    def test_what_is_odd_waits_for_a_nod(self, message, why):
        feedback = feedback_for(a_verdict(), MailKind.APPLICATION, message, VERIFIED, DESK)
        assert feedback.held_because == why
        assert all(letter.held for letter in feedback.letters)

    @pytest.mark.parametrize(
        "message",
        [
            a_mail(to=(), cc=(Address(BOX),)),
            a_mail(to=(), delivered_to=(BOX.upper(),)),
            a_mail(to=(Address("alias@example.invalid"),)),
        ],
    )
    def test_an_alias_a_copy_or_a_forward_addresses_us(self, message):
        desk = replace(DESK, aliases=frozenset({"alias@example.invalid"}))
        assert letters(a_verdict(), message=message, desk=desk) == [(LetterKind.COMPLETE, False)]


class TestRecipient:
    @pytest.mark.parametrize(
        ("reply_to", "provenance", "expected"),
        [
            pytest.param((), UNVERIFIED, "zhang@example.invalid", id="the author"),
            pytest.param(("li@example.invalid",), UNVERIFIED, "li@example.invalid", id="same domain"),
            pytest.param(("li@else.invalid",), UNVERIFIED, "zhang@example.invalid", id="other domain, unproven"),
            pytest.param(("li@else.invalid",), VERIFIED, "li@else.invalid", id="other domain, proven author"),
            pytest.param((BOX,), VERIFIED, "zhang@example.invalid", id="never ourselves"),
            pytest.param(("a@b.invalid", "c@d.invalid"), VERIFIED, "zhang@example.invalid", id="several: the author"),
        ],
    )
    def test_reply_to_counts_only_where_it_can_be_trusted(self, reply_to, provenance, expected):
        message = a_mail(reply_to=tuple(map(Address, reply_to)))
        assert recipient(message, provenance, DESK) == expected
