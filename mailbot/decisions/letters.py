"""What do the letters say that follow from a person's decision?

The bot drafts, the person's word sends: facts come from the ledger and the applicant's last mail.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ledger.entries import Letter
from ledger.office_time import office_day
from ledger.questions import CaseFile
from mailbot.cases.answers import reply
from mailbot.cases.happenings import filing_of
from mailbot.cases.workbench import Tools
from mailbot.examination.command import Call
from mailbot.examination.verdict import Clock, Severity
from mailbot.letters.drafting import Item, LetterFacts
from mailbot.letters.naming import ACTIONS, addressee_of, business_of, you_of
from mailbot.settings import Mailbox, Reviewer
from parsers.mail.message import Message


@dataclass(frozen=True, kw_only=True)
class DecisionFacts(LetterFacts):
    """What the letters (3)–(11) of the office may name besides."""

    engineer: str | None = None
    action: str | None = None
    project: str | None = None
    section: str | None = None
    post: str | None = None
    contact: str = ""  #: the reviewer, by name
    reasons: tuple[str, ...] = ()
    calls: tuple[datetime, ...] = ()  #: that were not answered
    failed: tuple[datetime, ...] = ()  #: that did not show him to be who he says
    last_day: date | None = None  #: of the enterprise's ten workdays
    verified_on: date | None = None


@dataclass(frozen=True)
class Drafted:
    """A letter of a decision before it is written."""

    kind: str
    recipients: tuple[str, ...]
    facts: DecisionFacts


class DecisionLetters:
    """Drafts, renders and archives."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def facts(self, file: CaseFile, reviewer: Reviewer | None, now: datetime, **more: Any) -> DecisionFacts:
        facts, tools = file.case.facts, self._tools
        known = filing_of(facts, tools.examiner.matters)
        matter = known[0] if known else None
        mailbox = self.mailbox(file)
        return DecisionFacts(
            addressee=addressee_of(facts.submitted_by, facts.engineer, facts.firm),
            you=you_of(facts.submitted_by, facts.firm),
            received=facts.received_at,
            business=business_of(matter.name, facts.action, facts.submitted_by) if matter else "",
            annex=matter.annex if matter else "",
            office=tools.settings.office_of(mailbox),
            today=office_day(now),
            number=file.case.number,
            submitted_by=facts.submitted_by,
            firm=facts.firm,
            deadline=_feedback_clock(file),
            notes=(),
            copy_to_firm=bool(known and known[1].copy_to_firm),
            phone=phone_of(file),
            engineer=facts.engineer,
            action=ACTIONS.get(facts.action or ""),
            project=facts.project,
            section=facts.section,
            post=facts.post,
            contact=reviewer.name if reviewer else "",
            matter=matter.key if matter else "",
            **more,
        )

    def letter(self, drafted: Drafted, file: CaseFile, *, key: str, not_before: datetime, held: bool = False) -> Letter:
        """Rendered and archived; `key` makes its identity the same on every attempt."""
        ready = reply(
            self._tools,
            self.mailbox(file),
            drafted.kind,
            drafted.facts,
            self.last_message(file),
            recipients=drafted.recipients,
            key=("decision", key),
            held=held,
            reply_to_person=False,
        )
        return replace(ready, not_before=not_before)

    def mailbox(self, file: CaseFile) -> Mailbox:
        """Where the case came in; a mailbox since taken out of the configuration has no successor: the first one."""
        settings = self._tools.settings
        return settings.mailbox_at(file.case.mailbox) or settings.mailbox[0]

    def last_message(self, file: CaseFile) -> Message:
        """The applicant's last examined mail: what a letter answers."""
        last = max(file.examinations, key=lambda one: one.round)
        mail = next(one for one in file.mails if one.id == last.mail_id)
        return self._tools.parsed(mail.sha256).message

    def everyone(self, file: CaseFile) -> tuple[str, ...]:
        """The applicant, and with 本人提交 the enterprise, which got the application too (附件4 1.4.1)."""
        applicant, firm = file.case.facts.applicant, self.firm_address(file)
        both = (applicant, firm) if firm and file.case.facts.submitted_by == "engineer" else (applicant,)
        return tuple(dict.fromkeys(filter(None, both)))

    def firm_address(self, file: CaseFile) -> str | None:
        """The enterprise's contact address as the directory has it today."""
        name = file.case.facts.firm
        today = office_day(self._tools.now())
        firm = self._tools.ledger.enterprise(name, today) if name else None
        return firm.contact_address if firm else None


def defects(file: CaseFile) -> tuple[Item, ...]:
    """The certain defects of the last examined mail, as they were worded then."""
    found = file.case.facts.findings
    return tuple(Item(one.message, one.clause) for one in found if one.severity == Severity.DEFECT)


def phone_of(file: CaseFile) -> str | None:
    """The number on the commitment letter, masked as the ledger keeps it."""
    for document in file.case.facts.documents:
        value = document.get("fields", {}).get("phone", {}).get("value")
        if value:
            return str(value)
    return None


def unanswered_calls(steps: dict[str, Any]) -> tuple[datetime, ...]:
    """The recorded attempts that reached nobody, in order (D28)."""
    calls: Sequence[Any] = [value for name, value in steps.items() if name.startswith("call ")]
    return tuple(sorted(datetime.fromisoformat(one["at"]) for one in calls if not one["reached"]))


def failed_calls(steps: dict[str, Any]) -> tuple[datetime, ...]:
    """Those in which somebody answered who could not be known for the applicant, since one that passed (D28)."""
    calls = sorted(
        (datetime.fromisoformat(value["at"]), value.get("result"))
        for name, value in steps.items()
        if name.startswith("call ") and value["reached"]
    )
    passed = max((place for place, (_, result) in enumerate(calls, 1) if result != Call.FAILED), default=0)
    return tuple(at for at, _ in calls[passed:])


def _feedback_clock(file: CaseFile) -> Clock:
    for one in file.case.facts.clocks:
        if one.id == "feedback10":
            return Clock(one.id, one.clause, one.due, one.earliest, one.latest)
    return Clock("feedback10", "二", None)
