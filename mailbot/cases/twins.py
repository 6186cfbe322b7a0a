"""Has another mailbox of the office got, and worked, the very same submission (D17)?

Two mailboxes seldom hold the same bytes: each server writes its own trace above the mail. So where the mail names both
mailboxes, what its author wrote and attached is compared; a Message-ID alone proves nothing.
"""

from typing import Final

from ledger.entries import MailEntry, MailState
from mailbot.cases.workbench import Tools
from parsers.mail.message import Message

#: Why a mail was not answered here: the right mailbox has it too.
LEFT_TO_THE_OTHER: Final = "other_mailbox_too"
_WORKED: Final = (MailState.FILED, MailState.ANSWERED, MailState.DUPLICATE)


def answered_twin(tools: Tools, mail: MailEntry, message: Message) -> MailEntry | None:
    """The same submission in another mailbox, when it was worked there: one submission, one answer."""
    if mail.same_as is not None and (first := tools.ledger.mail(mail.same_as)) and _was_worked(first):
        return first
    ours = {box.address.lower() for box in tools.settings.mailbox}
    if mail.message_id is None or len(ours & {address.key for address in message.recipients}) < 2:
        return None
    others = (other for other in tools.ledger.mails_called(mail.message_id) if other.mailbox != mail.mailbox)
    return next(
        (
            other
            for other in others
            if _was_worked(other) and same_submission(tools.parsed(other.sha256).message, message)
        ),
        None,
    )


def same_submission(one: Message, other: Message) -> bool:
    """The same author, subject, words and files."""
    return _content(one) == _content(other) and one.author is not None


def _content(message: Message) -> tuple[object, ...]:
    author = message.author.key if message.author else None
    return author, message.subject, message.text, tuple(file.sha256 for file in message.attachments)


def _was_worked(mail: MailEntry) -> bool:
    return mail.state in _WORKED and mail.reason != LEFT_TO_THE_OTHER
