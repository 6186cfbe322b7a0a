"""How does a further worker on another machine take part: what does it have, and what wakes it?"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from mailbot.casework import Casework
from mailbot.errors import ConfigurationError
from mailbot.isolation.child import Nursery
from mailbot.reading.mails import MailReader
from mailbot.reading.reader import PRELOAD, PaperReader
from mailbot.schedule import Leg
from mailbot.settings import Settings, load_settings
from mailbot.watch.heartbeat import beat, seconds_between
from mailbot.workshop import furnish

if TYPE_CHECKING:
    from mailbot.wakeups import Wakeups

_WORKER_SECONDS = 2.0  #: between two looks: what wakes it may be lost
_LISTEN_SECONDS = 15.0  #: until listening that ended is begun again


@dataclass(frozen=True)
class ExtraWorker:
    """Casework and reading alone, beside a daemon on the same ledger and archive."""

    casework: Casework
    reader: PaperReader
    mails: MailReader
    wakeups: "Wakeups"

    def stop(self) -> None:
        """Wakes whatever waits for a paper or a mail."""
        self.reader.close()
        self.mails.close()

    def legs(self, wake: Callable[[str], None]) -> tuple[Leg, ...]:
        """What wakes may fail; what looks does not."""

        def listen(stop: Event) -> int:
            self.wakeups.listen(lambda: wake("casework"), stop)
            return 0

        return (
            Leg("casework", _WORKER_SECONDS, self.casework.work),
            Leg("wake-ups", _LISTEN_SECONDS, listen),
            Leg("heartbeat", seconds_between(), lambda stop: int(beat())),
        )


@contextmanager
def extra_worker(config: Path) -> Iterator[ExtraWorker]:
    """Raises ConfigurationError on SQLite: there the daemon works alone, and its lock says so."""
    with ExitStack() as stack:
        nursery = stack.enter_context(Nursery(PRELOAD))
        settings = load_settings(config)
        if not settings.ledger.is_shared:
            raise ConfigurationError(
                f"{config}: ledger.url: further workers need PostgreSQL (postgresql+psycopg://…); "
                "with SQLite `mailbot run` does all the work itself"
            )
        shop = furnish(stack, nursery, settings, as_guest=True)
        yield ExtraWorker(Casework(shop.tools()), shop.reader, shop.mails, wakeups_of(settings))


def wakeups_of(settings: Settings) -> "Wakeups":
    try:
        from mailbot.wakeups import Wakeups  # an extra: who keeps the ledger in SQLite need not install it
    except ImportError as error:
        raise ConfigurationError(f"ledger.url: {error}; install it: make server") from error
    return Wakeups(settings.ledger.url)
