"""How does the answer to a mail become a letter that can be queued?"""

from collections.abc import Sequence
from dataclasses import replace

from ledger.entries import Claim, Letter, LetterState
from mailbot.cases.examined import Examination
from mailbot.cases.workbench import Tools
from mailbot.letters.drafting import LetterFacts, Sender, draft
from mailbot.settings import Mailbox
from parsers.mail.message import Message


def answer(
    tools: Tools,
    claim: Claim,
    mailbox: Mailbox,
    examination: Examination,
    facts: LetterFacts,
    *,
    kind: str,
    to: str,
    held: bool = False,
) -> Letter:
    """Rendered and archived; its row is written by whoever ends the claim.

    The answered mail's own bytes are part of its identity: worked again after a death, the letter is the same.
    """
    ready = reply(
        tools,
        mailbox,
        kind,
        facts,
        examination.message,
        recipients=(to,),
        key=(f"{claim.mail.mailbox}/{claim.mail.id}/{claim.mail.sha256}",),
        held=held,
    )
    return replace(ready, certain_only=facts.still_checked)


def reply(
    tools: Tools,
    mailbox: Mailbox,
    kind: str,
    facts: LetterFacts,
    message: Message,
    *,
    recipients: tuple[str, ...],
    key: Sequence[str],
    held: bool,
    reply_to_person: bool = True,
) -> Letter:
    """What is said to `message`, rendered and archived; `key` makes its identity the same on every attempt."""
    ready = draft(
        kind,
        facts,
        tools.words,
        recipients=recipients,
        sender=Sender(mailbox.address, tools.instance.key("letters")),
        message=message,
        key=key,
        at=tools.now(),
        reply_to_person=reply_to_person,
    )
    return Letter(
        kind=ready.kind,
        mailbox=mailbox.address,
        recipients=ready.recipients,
        subject=ready.subject,
        message_id=ready.message_id,
        sha256=tools.archive.store([ready.raw]).sha256,
        state=LetterState.HELD if held else LetterState.QUEUED,
    )
