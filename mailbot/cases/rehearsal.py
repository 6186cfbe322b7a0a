"""Is this a rehearsal (预检), and what is answered?

The same checks as for an application, told in full at once: defects, and doubts as 需人工核对. No case, no clock; the
mail and its answer are forgotten once the answer has left (ledger/rehearsals.py).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ledger.entries import Claim
from ledger.office_time import office_day
from ledger.rehearsals import REASON
from mailbot.cases.answers import answer
from mailbot.cases.examined import Arrived, Examination
from mailbot.cases.workbench import Tools
from mailbot.examination.classify import MailKind
from mailbot.examination.feedback import Desk, LetterKind, doubtful, never_answered, recipient
from mailbot.examination.rules.envelope import SubjectDeviates, SubjectMalformed
from mailbot.examination.verdict import Outcome, Severity, Verdict
from mailbot.letters.drafting import Item, LetterFacts, facts_of
from mailbot.office.accounts import receiver_of
from mailbot.settings import Mailbox
from parsers.mail.message import Parsed

_PREFIX: Final = re.compile(
    r"\s*(?:(?:回复|答复|转发|re|fw|fwd)\s*[:：]\s*|【预检结果】\s*)*(?:【预检】|\[预检\]|预检\s*[/／:：|｜、])\s*",
    re.IGNORECASE,
)
#: What only the office knows is not told to whoever asks: these doubts stand as one sentence.
_PAPERS: Final = (
    "letter_",
    "insurance_",
    "screenshot_",
    "id_card_",
    "card_in_hand_",
    "document_",
    "attachment",
    "late_",
)
_OFFICE_ONLY: Final = ("letter_signature_repeated", "screenshot_repeated")


def rehearsed(parsed: Parsed) -> Parsed | None:
    """The mail as it would be sent in earnest: without the prefix. None: it is no rehearsal."""
    subject = parsed.message.subject
    found = _PREFIX.match(subject)
    return replace(parsed, message=replace(parsed.message, subject=subject[found.end() :])) if found else None


class Rehearsal:
    """Answers rehearsals."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._examiner = tools.examiner.rehearsing()

    def settle(self, claim: Claim, mailbox: Mailbox, parsed: Parsed) -> None:
        """Ends the claim; `parsed` is the mail without its prefix."""
        tools, mail = self._tools, claim.mail
        if mail.same_as is not None:  # the same bytes in two mailboxes are one rehearsal
            tools.ledger.answer(claim, REASON)
            return
        examination = self._examiner.examine(
            Arrived(parsed, mailbox.address, mail.arrived_at, receiver_of(mailbox), mail.whole)
        )
        to = self._recipient(mailbox, examination)
        if to is None or examination.verdict.outcome is Outcome.SET_ASIDE:
            tools.ledger.set_aside(claim, REASON)
        else:
            facts = self._facts(mailbox, examination)
            letter = answer(tools, claim, mailbox, examination, facts, kind=LetterKind.REHEARSAL, to=to)
            tools.ledger.answer(claim, REASON, letters=(letter,))

    def _recipient(self, mailbox: Mailbox, examination: Examination) -> str | None:
        """Nobody whom a machine should not answer, and nobody whom a person would have to look at first."""
        settings = self._tools.settings
        desk = Desk(
            mailbox=mailbox.address,
            own_addresses=frozenset(box.address.lower() for box in settings.mailbox),
            aliases=frozenset(alias.lower() for alias in mailbox.aliases),
        )
        message = examination.message
        if never_answered(message, desk) or doubtful(message, desk):
            return None
        return recipient(message, examination.provenance, desk)

    def _facts(self, mailbox: Mailbox, examination: Examination) -> LetterFacts:
        tools = self._tools
        today = office_day(tools.now())
        office = tools.settings.office_of(mailbox)
        facts = facts_of(examination, tools.words, office=office, today=today, number=None)
        is_application = examination.classification.kind is MailKind.APPLICATION
        told = tuple(self._doubts(examination.verdict))
        hidden = len(examination.verdict.of(Severity.DOUBT)) > len(told)
        return replace(
            facts, doubts=told, still_checked=hidden, lines=_right_lines(examination) if is_application else ()
        )

    def _doubts(self, verdict: Verdict) -> Iterator[Item]:
        """Those about the papers that he sent himself."""
        for judged in verdict.of(Severity.DOUBT):
            code = judged.code
            if code not in _OFFICE_ONLY and (code.startswith(_PAPERS) or code.endswith("_disagrees")):
                yield Item(self._tools.words.sentence(judged.finding), judged.clause)


def _right_lines(examination: Examination) -> tuple[str, ...]:
    """The subject to send it under; several where his own leaves open which is meant."""
    for judged in examination.verdict.findings:
        if isinstance(judged.finding, SubjectMalformed):
            return judged.finding.expected
        if isinstance(judged.finding, SubjectDeviates):
            return (judged.finding.expected,)
    return (examination.message.subject,)
