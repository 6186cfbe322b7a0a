"""What is a reviewer told about his own word: done, not understood, not possible, to be confirmed, refused?

Each note carries a fresh token, so that the answer to the last mail is always the right one. Words are in
templates/reviewer/.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self

from ledger.entries import CaseState, Claim, Letter
from ledger.office_time import OFFICE_TIME
from ledger.questions import CaseFile
from mailbot.cases.workbench import Tools
from mailbot.decisions.checklist import Lookup, checklist
from mailbot.decisions.letters import Drafted, failed_calls, unanswered_calls
from mailbot.decisions.plans import NotPossible
from mailbot.decisions.tokens import Mark, Tokens
from mailbot.examination.command import Why, Word
from mailbot.letters.correspondence import Thread, compose, message_id
from mailbot.settings import Mailbox, Office, Reviewer, Settings
from parsers.mail.message import Message
from parsers.masking import mask


@dataclass(frozen=True)
class Sent:
    """A letter of the decision, as the transcript shows it."""

    kind: str
    recipients: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Note:
    """Everything that a note's template may name."""

    number: str
    state: str
    reviewer: str
    office: Office
    file: CaseFile
    application: bool
    word: Word | None = None
    line: str = ""  #: what he wrote, as it was read
    why: Why | None = None
    obstacle: NotPossible | None = None
    obstacle_by: str = ""  #: name of who was faster
    letters: tuple[Sent, ...] = ()
    checklist: tuple[Lookup, ...] = ()  #: what only people can look up
    send_at: datetime | None = None  #: until then it can be taken back
    day: date | None = None
    undone: str = ""  #: the word that was taken back
    review_due: date | None = None
    to: str = ""  #: whose case it has become
    calls: tuple[datetime, ...] = ()  #: that were not answered
    failed: bool = False  #: the video call did not show who the applicant is
    names: Mapping[str, str] = field(default_factory=dict)  #: folded address → name of a reviewer
    at_terminal: bool = False  #: where no mail is there to be replied to

    @classmethod
    def of(cls, file: CaseFile, reviewer: Reviewer, settings: Settings, **more: Any) -> Self:
        """The case as it stands; `state` in `more` when it is about to be another."""
        state = CaseState(more.pop("state", file.case.state))
        mailbox = settings.mailbox_at(file.case.mailbox) or settings.mailbox[0]
        obstacle = more.get("obstacle")
        by = obstacle.by if obstacle else ""
        names = {one.address.lower(): one.name for one in settings.reviewer}
        return cls(
            number=file.case.number,
            state=state.value,
            reviewer=reviewer.name,
            office=settings.office_of(mailbox),
            file=file,
            application=bool(file.case.facts.matter and file.case.facts.submitted_by),
            obstacle_by=names.get(by.lower(), by),
            calls=unanswered_calls(file.case.steps),
            failed=bool(failed_calls(file.case.steps)),
            names=names,
            **more,
        )


@dataclass(frozen=True)
class Refusal:
    """The same words whatever was wrong."""

    reviewer: str
    office: Office


class Notes:
    """Renders, marks and archives."""

    def __init__(self, tools: Tools, tokens: Tokens) -> None:
        self._tools = tools
        self._tokens = tokens

    def letter(
        self,
        kind: str,
        note: Note,
        claim: Claim,
        message: Message,
        *,
        pending: Mapping[str, Any] | None = None,
        to: Reviewer | None = None,
    ) -> Letter:
        """The answer to the reply in `claim`, or to somebody else whom it concerns."""
        mailbox = self._mailbox(note.file.case.mailbox)
        address = to.address if to else message.author.addr_spec if message.author else ""
        mark = self._tokens.issue(
            note.number, address, mailbox=mailbox.address, state=CaseState(note.state), pending=pending
        )
        thread = None if to else Thread(message.message_id, message.references)
        return self._written(kind, note, mailbox, address, mark, f"reply:{claim.mail.id}:{kind}", thread)

    def prompt(self, kind: str, note: Note, to: Reviewer, purpose: str) -> Letter:
        """Unasked: a draft lies ready, and one word of his sends it."""
        mailbox = self._mailbox(note.file.case.mailbox)
        mark = self._tokens.issue(note.number, to.address, mailbox=mailbox.address)
        return self._written(kind, note, mailbox, to.address, mark, purpose, None)

    def refusal(self, claim: Claim, mailbox: Mailbox, reviewer: Reviewer, message: Message) -> Letter:
        """Without a token, and without a reason."""
        identity = message_id(
            mailbox.address, self._tools.instance.key("letters"), "refused", str(claim.mail.id), claim.mail.sha256
        )
        facts = Refusal(reviewer.name, self._tools.settings.office_of(mailbox))
        thread = Thread(message.message_id, message.references)
        purpose = f"reply:{claim.mail.id}:refused"
        return self._written("refused", facts, mailbox, reviewer.address, Mark("", identity), purpose, thread)

    def text(self, kind: str, note: Note) -> str:
        """For a terminal."""
        tag, text = self._tools.words.note(kind, replace(note, at_terminal=True))
        return mask(f"{tag}\n{text}")

    def sent(self, drafted: Drafted) -> Sent:
        tag, text = self._tools.words.letter(drafted.kind, drafted.facts)
        return Sent(drafted.kind, drafted.recipients, f"{tag}\n{text}")

    def checklist(self, file: CaseFile) -> tuple[Lookup, ...]:
        """What only people can look up, and what they have entered of it."""
        names = {one.address: one.name for one in self._tools.settings.reviewer}
        return checklist(file, self._tools.examiner.matters, names)

    def _written(
        self,
        kind: str,
        facts: Note | Refusal,
        mailbox: Mailbox,
        address: str,
        mark: Mark,
        purpose: str,
        thread: Thread | None,
    ) -> Letter:
        tools = self._tools
        tag, text = tools.words.note(kind, facts)
        text = mask(text)
        raw = compose(
            sender=mailbox.address,
            office=facts.office.name,
            recipients=(address,),
            subject=tag + mark.subject_mark,
            text=text,
            html=tools.words.as_html(tag, text),
            identity=mark.message_id,
            at=tools.now().astimezone(OFFICE_TIME),
            thread=thread,
            reply_to_person=thread is not None,
        )
        return Letter(
            kind=kind,
            mailbox=mailbox.address,
            recipients=(address,),
            subject=tag,  # without the token: it is kept nowhere but in the mail itself
            message_id=mark.message_id,
            sha256=tools.archive.store([raw]).sha256,
            purpose=purpose,
        )

    def _mailbox(self, address: str) -> Mailbox:
        settings = self._tools.settings
        return settings.mailbox_at(address) or settings.mailbox[0]
