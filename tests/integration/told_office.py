"""How is the whole service run over real servers while its clock is told?

The legs are the daemon's own, wired as `mailbot.app` wires them; only what each takes for the time is the test's, and
with it the moment at which a mail is said to have arrived.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from ledger.entries import LetterState
from mailbot.cases.workbench import Tools
from mailbot.casework import Casework
from mailbot.desk import Desk
from mailbot.dispatch import Brakes, Dispatch
from mailbot.intake import Intake
from mailbot.letters.labels import Labels
from mailbot.office.accounts import account_of
from mailbot.reading.crops import Crops
from mailbot.reviewers.prompts import Prompts
from mailbot.transport.imap import ImapMailbox
from mailbot.transport.mailbox import Account, Batch, Stamp
from mailbot.workshop import workshop
from tests.servers.postfix import MailServers

_FREE = Brakes(per_address_hour=10_000, per_address_day=10_000, per_hour=10_000)


class Clock:
    """Time goes on by itself, from wherever it was set."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._arrivals: dict[tuple[str, int], datetime] = {}

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def set(self, moment: datetime) -> None:
        self._ahead = moment - datetime.now(UTC)

    def later(self, **span: float) -> None:
        self._ahead += timedelta(**span)

    def stamped(self, mailbox: str, stamp: Stamp) -> Stamp:
        """A mail has arrived at the time told when it was first seen, and stays so."""
        arrived = self._arrivals.setdefault((mailbox, stamp.uid), stamp.arrived_at + self._ahead)
        return replace(stamp, arrived_at=arrived)


class ToldMailbox(ImapMailbox):
    """The real connection, whose server's clock is the told one."""

    def __init__(self, account: Account, clock: Clock) -> None:
        super().__init__(account)
        self._address, self._told = account.address, clock

    def stamps(self, uids: Iterable[int]) -> dict[int, Stamp]:
        return {uid: self._told.stamped(self._address, stamp) for uid, stamp in super().stamps(uids).items()}

    def fetch(self, uids: Iterable[int], *, carefully: bool = False) -> Iterator[Batch]:
        for batch in super().fetch(uids, carefully=carefully):
            yield [replace(one, stamp=self._told.stamped(self._address, one.stamp)) for one in batch]


@dataclass(frozen=True)
class ToldOffice:
    """Everything at work, one turn at a time."""

    servers: MailServers
    clock: Clock
    tools: Tools
    desk: Desk
    intake: Intake
    casework: Casework
    prompts: Prompts
    dispatch: Dispatch
    accounts: tuple[Account, ...]

    @property
    def ledger(self):
        return self.tools.ledger

    def turn(self) -> None:
        """Every leg once; what it sent has been delivered."""
        for account in self.accounts:
            assert not self.intake.poll(account).skipped
        self.casework.work(Event())
        self.desk.work(Event())
        self.prompts.work(Event())
        self.dispatch.round()
        sent = self.ledger.letters(LetterState.SENT, limit=5000)
        for address, count in Counter(one for entry in sent for one in entry.letter.recipients).items():
            self.servers.wait_for(address, count)

    def passes(self, **span: float) -> None:
        self.clock.later(**span)
        self.turn()


@contextmanager
def told_office(config: Path, servers: MailServers, passwords: dict[str, str]) -> Iterator[ToldOffice]:
    """`passwords`: as the environment would hold them."""
    clock = Clock()
    with ExitStack() as stack:
        shop = stack.enter_context(workshop(config))
        ledger, archive, settings = shop.ledger, shop.archive, shop.settings
        ledger.now = clock.now
        tools = Tools(ledger, archive, shop.mails, shop.examiner, shop.words, settings, shop.instance, clock.now)
        accounts = tuple(account_of(box, settings, passwords) for box in settings.mailbox)
        yield ToldOffice(
            servers=servers,
            clock=clock,
            tools=tools,
            desk=Desk(
                ledger=ledger,
                archive=archive,
                words=shop.words,
                settings=settings,
                calendar=shop.examiner.calendar,
                instance=shop.instance,
                now=clock.now,
                labels=Labels(matters=shop.examiner.matters),
                tools=tools,
                crops=Crops(shop.reader),
            ),
            intake=Intake(ledger=ledger, archive=archive, connect=lambda account: ToldMailbox(account, clock)),
            casework=Casework(tools),
            prompts=Prompts(tools),
            dispatch=Dispatch(
                ledger=ledger, archive=archive, accounts=accounts, worker="told", brakes=_FREE, now=clock.now
            ),
            accounts=accounts,
        )
