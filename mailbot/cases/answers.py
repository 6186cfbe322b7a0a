"""How does the answer to a mail become a letter that can be queued?"""

from ledger.entries import Claim, Letter, LetterState
from mailbot.cases.examined import Examination
from mailbot.cases.workbench import Tools
from mailbot.letters.drafting import LetterFacts, Sender, draft
from mailbot.settings import Mailbox


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
    ready = draft(
        kind,
        facts,
        tools.words,
        recipients=(to,),
        sender=Sender(mailbox.address, tools.instance.key("letters")),
        message=examination.message,
        key=(f"{claim.mail.mailbox}/{claim.mail.id}/{claim.mail.sha256}",),
        at=tools.now(),
    )
    return Letter(
        kind=ready.kind,
        mailbox=mailbox.address,
        recipients=ready.recipients,
        subject=ready.subject,
        message_id=ready.message_id,
        sha256=tools.archive.store([ready.raw]).sha256,
        state=LetterState.HELD if held else LetterState.QUEUED,
        certain_only=facts.still_checked,
    )
