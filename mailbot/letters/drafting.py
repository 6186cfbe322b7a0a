"""What does each letter say, to whom, under which number?

Facts of one examined mail become the facts of one letter; the words are in templates/feedback/.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from ledger.entries import CaseEntry
from ledger.office_time import OFFICE_TIME
from mailbot.cases.dossier import told
from mailbot.cases.examined import Examination
from mailbot.examination.rules.envelope import MailboxWrong
from mailbot.examination.verdict import Clock, Judged, Severity, Verdict
from mailbot.letters.correspondence import Thread, compose, message_id, reply_subject
from mailbot.letters.naming import addressee_of, business_of, you_of
from mailbot.letters.rendering import Words
from mailbot.settings import Office
from parsers.mail.message import Message

#: Notes that ask the reviewer for something; an applicant is not told what the ledger knows (E20).
_FOR_REVIEWERS = frozenset({"engagement_unknown", "letter_signature_pasted", "screenshot_not_submitted"})
_NO_CLOCK = Clock("feedback10", "二", None)


@dataclass(frozen=True)
class Item:
    """One numbered paragraph: what is wrong, the remedy, the clause."""

    sentence: str
    clause: str


@dataclass(frozen=True)
class LetterFacts:
    """Everything a letter's template may name."""

    addressee: str  #: "张三同志", a firm's name, or "申请人"
    you: str  #: 你, 你单位
    received: datetime
    business: str  #: what the mail is about: 监理工程师业绩登记截止（本人提交）
    annex: str
    office: Office
    today: date
    number: str | None = None
    submitted_by: str | None = None
    firm: str | None = None
    files: tuple[str, ...] = ()
    deadline: Clock = _NO_CLOCK
    items: tuple[Item, ...] = ()
    notes: tuple[Item, ...] = ()
    still_checked: bool = False  #: a person is still looking at the rest
    copy_to_firm: bool = False
    phone: str | None = None
    right_mailbox: str | None = None
    first_received: datetime | None = None
    state: str = ""
    last_feedback: datetime | None = None
    topic: str = ""
    doubts: tuple[Item, ...] = ()  #: told in a rehearsal alone
    lines: tuple[str, ...] = ()  #: the right subject, told in a rehearsal
    matter: str = ""  #: its key: an office may word the letters of one matter its own way


@dataclass(frozen=True)
class Draft:
    """A letter, ready to be archived and queued."""

    kind: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    message_id: str
    raw: bytes


@dataclass(frozen=True)
class Sender:
    """The mailbox that writes, and the secret that makes its Message-IDs unguessable."""

    address: str
    secret: str


def facts_of(
    examination: Examination,
    words: Words,
    *,
    office: Office,
    today: date,
    number: str | None,
    known: CaseEntry | None = None,
) -> LetterFacts:
    """`known`: the case that the mail belongs to, as it stood before."""
    verdict, submission = examination.verdict, examination.submission
    matter = submission.matter if submission else examination.classification.matter
    phone = told([document for file in examination.files for document in file.documents], "phone")
    return LetterFacts(
        addressee=addressee_of(verdict.submitted_by, verdict.engineer, verdict.firm),
        you=you_of(verdict.submitted_by, verdict.firm),
        received=examination.received,
        business=business_of(submission.matter.name, verdict.action, verdict.submitted_by) if submission else "",
        annex=matter.annex if matter else "",
        office=office,
        today=today,
        number=number,
        submitted_by=verdict.submitted_by,
        firm=verdict.firm,
        files=tuple(one.name for one in examination.message.attachments if not one.inline),
        deadline=verdict.feedback_clock or _NO_CLOCK,
        items=_items(verdict.of(Severity.DEFECT), words),
        notes=_items(tuple(one for one in verdict.of(Severity.NOTE) if one.code not in _FOR_REVIEWERS), words),
        copy_to_firm=bool(submission and submission.filing.copy_to_firm),
        phone=phone,
        right_mailbox="、".join(_right_mailboxes(verdict)) or None,
        first_received=known.facts.received_at if known else None,
        state=known.state.value if known else "",
        last_feedback=known.first_feedback_at if known else None,
        topic=examination.classification.topic,
        matter=matter.key if matter else "",
    )


def certain_only(facts: LetterFacts) -> LetterFacts:
    """The same letter while a person is still checking the rest."""
    return replace(facts, still_checked=True)


def draft(
    kind: str,
    facts: LetterFacts,
    words: Words,
    *,
    recipients: tuple[str, ...],
    sender: Sender,
    message: Message,
    key: Sequence[str],
    at: datetime,
    reply_to_person: bool = True,
) -> Draft:
    """A reply to `message`. `key` names what it follows from: the same letter keeps its identity on every attempt."""
    tag, text = words.letter(kind, facts)
    subject = reply_subject(tag, message.subject, facts.number)
    identity = message_id(sender.address, sender.secret, *key, kind)
    raw = compose(
        sender=sender.address,
        office=facts.office.name,
        recipients=recipients,
        subject=subject,
        text=text,
        html=words.as_html(subject, text),
        identity=identity,
        at=at.astimezone(OFFICE_TIME),
        thread=Thread(message.message_id, message.references),
        reply_to_person=reply_to_person,
    )
    return Draft(kind, recipients, subject, text, identity, raw)


def _right_mailboxes(verdict: Verdict) -> tuple[str, ...]:
    return next((judged.finding.right for judged in verdict.findings if isinstance(judged.finding, MailboxWrong)), ())


def _items(findings: tuple[Judged, ...], words: Words) -> tuple[Item, ...]:
    return tuple(Item(words.sentence(judged.finding), judged.clause) for judged in findings)
