"""Have the reviewers of a mailbox changed, so that the published 联系我们 must follow (四.(四), G37)?

Who serves today is compared with who served when the desk last looked: an entry of the roster that begins or ends by
its date is a change like one that is written or struck out. The task then stands in every digest for two weeks.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from ledger.ledger import Ledger
from mailbot.letters.labels import Labels
from mailbot.settings import Mailbox, Settings
from mailbot.watch.alarms import Alarm, AlarmKind

_MEMORY: Final = "contacts"


def serving(settings: Settings, mailbox: Mailbox, day: date) -> tuple[str, ...]:
    """Names of the mailbox's reviewers who serve on that day; without a roster their addresses."""
    own = {address.lower() for address in mailbox.reviewers}
    known = {one.address.lower() for one in settings.reviewer}
    listed = [one.name for one in settings.reviewer if one.address.lower() in own and one.serves_on(day)]
    return (*listed, *sorted(own - known))


def look_at_contacts(ledger: Ledger, settings: Settings, labels: Labels, day: date, now: datetime) -> None:
    """Raises the task for each mailbox whose reviewers are others than last time; the first time there is none."""
    today = {box.address: list(serving(settings, box, day)) for box in settings.mailbox}
    before = ledger.recall(_MEMORY)
    if before == today:
        return
    for address, names in today.items():
        if before and address in before and before[address] != names:
            alarm = Alarm(AlarmKind.CONTACTS_OUTDATED, address, _told(before[address], names, labels))
            ledger.clear_alarm(alarm.key, now)  # an earlier change may still stand: the last one is told
            ledger.raise_alarm(alarm.key, alarm.detail, now)
    ledger.remember(_MEMORY, today)


def _told(before: Sequence[str], after: Sequence[str], labels: Labels) -> str:
    came = [name for name in after if name not in before]
    went = [name for name in before if name not in after]
    changes = (("came", came), ("went", went))
    return "；".join(f"{labels('roster', word)}{'、'.join(names)}" for word, names in changes if names)
