"""How does a mail to a reviewer get into the outbox, once for its purpose?"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ledger.archive import Archive
from ledger.entries import Letter
from ledger.failpoints import fp
from ledger.ledger import Ledger
from ledger.office_time import OFFICE_TIME
from mailbot.decisions.tokens import Mark
from mailbot.instance import Instance
from mailbot.letters.correspondence import Picture, compose, message_id
from mailbot.letters.rendering import Words
from mailbot.settings import Mailbox, Settings
from parsers.masking import mask


@dataclass(frozen=True)
class Post:
    """What the desk's mails are made and queued with."""

    ledger: Ledger
    archive: Archive
    words: Words
    settings: Settings
    instance: Instance
    now: Callable[[], datetime]

    def rendered(self, kind: str, facts: object) -> tuple[str, str]:
        """(text, html); the first line of the text is the subject. No number of a person leaves it whole."""
        text, html = self.words.reviewer_mail(kind, facts)
        return mask(text), mask(html)

    def put(
        self,
        kind: str,
        purpose: str,
        *,
        mailbox: Mailbox,
        to: str,
        facts: object,
        pictures: Sequence[Picture] = (),
        refers: Mapping[str, int] | None = None,
        mark: Mark | None = None,
    ) -> bool:
        """False when the purpose is served already. `refers`: the cases and rounds that this mail refers to him."""
        if self.ledger.serves(purpose):
            return False
        text, html = self.rendered(kind, facts)
        subject = text.splitlines()[0].strip()
        identity = mark.message_id if mark else message_id(mailbox.address, self.instance.key("letters"), purpose)
        at = self.now()
        raw = compose(
            sender=mailbox.address,
            office=self.settings.office_of(mailbox).name,
            recipients=(to,),
            subject=subject[:150] + (mark.subject_mark if mark else ""),
            text=text,
            html=html,
            identity=identity,
            at=at.astimezone(OFFICE_TIME),
            reply_to_person=False,
            pictures=pictures,
        )
        fp("desk_after_rendering")
        stored = self.archive.store([raw])
        fp("desk_after_archive")
        letter = Letter(kind, mailbox.address, (to,), subject, identity, stored.sha256, purpose=purpose)
        if refers:
            queued = self.ledger.queue_referral(letter, refers, reviewer=to, now=at)
        else:
            queued = self.ledger.queue_letter(letter, now=at)
        fp("desk_after_queue")
        return queued
