"""Whom do we answer, with which letters, and may we answer at all?

Contract 2a: one mail for each submission. RFC 3834 and mail.md 4 say whom a machine never answers; what is merely odd
is held for a reviewer's nod instead of silence.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from mailbot.examination.classify import MailKind
from mailbot.examination.matter import LetterPolicy
from mailbot.examination.verdict import Outcome, Severity, Verdict
from parsers.mail.message import AuthorDefect, Message
from parsers.mail.provenance import Authentication, Provenance


class LetterKind(StrEnum):
    """Each is a template in templates/feedback/."""

    RECEIPT = "receipt"  # 收件回执
    CORRECTION = "correction"  # 补正告知
    COMPLETE = "complete"  # 材料齐全
    WRONG_MAILBOX = "wrong_mailbox"  # 收件单位有误
    DUPLICATE = "duplicate"  # 重复提交
    REMINDER_RECEIPT = "reminder_receipt"
    WITHDRAWAL_RECEIPT = "withdrawal_receipt"
    INQUIRY_RECEIPT = "inquiry_receipt"  #: a person will answer
    PROGRESS = "progress"
    QUESTION = "question"
    INTERIM = "interim"  #: the due day has come, and a person is still looking
    REHEARSAL = "rehearsal"  # 预检结果


@dataclass(frozen=True)
class PlannedLetter:
    kind: LetterKind
    held: bool = False  #: True: drafted, waits for a reviewer's nod
    certain_only: bool = False  #: True: the draft that holds the certain defects while a doubt is looked at


@dataclass(frozen=True)
class Feedback:
    """What goes to the applicant. Without letters, `silence` says why."""

    recipient: str | None
    letters: tuple[PlannedLetter, ...] = ()
    silence: str | None = None  #: stable English word
    held_because: str | None = None  #: why everything waits for a nod


@dataclass(frozen=True)
class Desk:
    """What the answering office is and has already said."""

    mailbox: str  #: the review mailbox that the mail came to
    own_addresses: frozenset[str] = frozenset()  #: all mailboxes of the office, lower-case
    aliases: frozenset[str] = frozenset()  #: other addresses that lead to the mailbox, lower-case
    letters: Mapping[str, LetterPolicy] = field(default_factory=dict)  #: policy by kind; unnamed kinds go out at once
    duplicate_told: bool = False  #: 【重复提交】 was sent for this case before
    asks_of_own_case: bool = False  #: the asker is the applicant of the case that he asks after


def feedback_for(verdict: Verdict, kind: MailKind, message: Message, provenance: Provenance, desk: Desk) -> Feedback:
    """Pure: the caller renders, numbers and queues what this plans, and applies the limits per day."""
    if verdict.outcome is Outcome.SET_ASIDE:
        return Feedback(None, silence="set_aside")
    if why := never_answered(message, desk):
        return Feedback(None, silence=why)
    proven = provenance.state is not Authentication.FAILED
    planned = _letters(verdict, kind, desk, tells_case=desk.asks_of_own_case and proven)
    if not planned:
        return Feedback(None, silence=_why_silent(verdict))
    held_because = doubtful(message, desk)
    if held_because:
        planned = tuple(PlannedLetter(one.kind, True, one.certain_only) for one in planned)
    return Feedback(recipient(message, provenance, desk), planned, held_because=held_because)


def never_answered(message: Message, desk: Desk) -> str | None:
    """Why no machine may answer this mail, or None (RFC 3834 2; mail.md 4, rows 1–6)."""
    if message.author is None or _NO_ADDRESS & set(message.author_defects):
        return "author_unusable"
    if message.author.key in desk.own_addresses | {desk.mailbox.lower()}:
        return "own_address"
    if message.automatic and message.automatic.certain:
        return f"automatic_{message.automatic.kind.value}"
    if any(name == "return-path" and not value.strip("<> \t") for name, value in message.trace):
        return "null_return_path"
    if _ROBOTS.fullmatch(message.author.key.rpartition("@")[0]):
        return "robot_address"
    return None


def recipient(message: Message, provenance: Provenance, desk: Desk) -> str | None:
    """The author, or the one Reply-To where it stays in the author's domain or the author is proven (mail.md 4)."""
    author = message.author
    if author is None:
        return None
    if len(message.reply_to) != 1:
        return author.addr_spec
    wish = message.reply_to[0]
    ours = wish.key in desk.own_addresses | {desk.mailbox.lower()}
    trusted = wish.domain.lower() == author.domain.lower() or provenance.state is Authentication.VERIFIED
    return wish.addr_spec if trusted and not ours and "@" in wish.addr_spec else author.addr_spec


def _letters(verdict: Verdict, kind: MailKind, desk: Desk, *, tells_case: bool) -> tuple[PlannedLetter, ...]:
    codes = {judged.code for judged in verdict.findings}
    if "mailbox_other_too" in codes:
        return ()
    if "duplicate" in codes:
        return () if desk.duplicate_told else _planned(LetterKind.DUPLICATE, desk)
    match kind:
        case MailKind.APPLICATION:
            return _for_application(verdict, desk)
        case MailKind.REMINDER:
            return _planned(LetterKind.REMINDER_RECEIPT, desk)
        case MailKind.WITHDRAWAL:
            return _planned(LetterKind.WITHDRAWAL_RECEIPT, desk)
        case MailKind.QUESTION:
            return _planned(LetterKind.QUESTION, desk)
        case MailKind.PROGRESS if tells_case:
            return _planned(LetterKind.PROGRESS, desk)
        case MailKind.SET_ASIDE:
            return ()
        case _:
            return _planned(LetterKind.INQUIRY_RECEIPT, desk)


def _for_application(verdict: Verdict, desk: Desk) -> tuple[PlannedLetter, ...]:
    defects = {judged.code for judged in verdict.of(Severity.DEFECT)}
    if verdict.outcome is Outcome.COMPLETE:
        return _planned(LetterKind.COMPLETE, desk)
    if verdict.outcome is Outcome.CORRECTION:
        return _planned(LetterKind.WRONG_MAILBOX if defects == {"mailbox_wrong"} else LetterKind.CORRECTION, desk)
    receipt = _planned(LetterKind.RECEIPT, desk)
    if not defects or desk.letters.get(LetterKind.CORRECTION) == "off":
        return receipt
    return (*receipt, PlannedLetter(LetterKind.CORRECTION, held=True, certain_only=True))


def _planned(kind: LetterKind, desk: Desk) -> tuple[PlannedLetter, ...]:
    """The letter under the office's policy; a held answer to an application goes with a receipt at once."""
    policy = desk.letters.get(kind, "auto")
    if policy == "auto":
        return (PlannedLetter(kind),)
    answers = kind in (LetterKind.COMPLETE, LetterKind.CORRECTION, LetterKind.WRONG_MAILBOX)
    receipt = _planned(LetterKind.RECEIPT, desk) if answers else ()
    return receipt if policy == "off" else (*receipt, PlannedLetter(kind, held=True))


def doubtful(message: Message, desk: Desk) -> str | None:
    """Why a person should nod before anything is sent (mail.md 4, rows 4 and 7)."""
    if message.automatic:
        return "maybe_automatic"
    if message.author_defects:
        return "author_ambiguous"
    reached = {address.key for address in message.recipients} | {key.lower() for key in message.delivered_to}
    return None if reached & (desk.aliases | {desk.mailbox.lower()}) else "not_addressed"


def _why_silent(verdict: Verdict) -> str:
    codes = {judged.code for judged in verdict.findings}
    if "mailbox_other_too" in codes:
        return "answered_by_other_mailbox"
    return "duplicate_told" if "duplicate" in codes else "policy_off"


_NO_ADDRESS: Final = {AuthorDefect.NONE, AuthorDefect.SEVERAL, AuthorDefect.DEFECTIVE}
_ROBOTS: Final = re.compile(
    r"mailer-daemon|postmaster|owner-.*|.*-owner|.*-request|.*-bounces?|bounces?([-+.].*)?|no-?_?reply.*|do-?not-?reply.*"
    r"|listserv|majordomo|root|daemon"
)
