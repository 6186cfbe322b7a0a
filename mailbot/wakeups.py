"""How do workers on other machines learn at once that mails have come? procrastinate lives here alone.

The daemon defers a tiny task for each recorded mail; a worker that takes one looks into the ledger, and that is all a
task means. None carries a mail: a lost, doubled or stale one costs at most the seconds until the next look. So its
tables lie in a schema of their own that no backup holds, and another version of Procrastinate makes them anew instead
of migrating them.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from threading import Event
from typing import Any, Final

import procrastinate
import psycopg
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from procrastinate.schema import SchemaManager
from psycopg_pool import PoolTimeout

from ledger.backup import PASSING
from ledger.engine import PATIENCE

log = logging.getLogger(__name__)

_TASK: Final = "look"
_QUEUE: Final = "casework"
_AT_MOST: Final = 16  #: tasks that wait for somebody to listen; more would only pile up
_EVERY_TEN_MINUTES: Final = "*/10 * * * *"
_MAKING: Final = 0x77616B65  #: key of the lock under which the tables are made
_TROUBLE: Final = (ConnectorException, PoolTimeout, psycopg.Error)


class Wakeups:
    """Of one ledger in PostgreSQL. Whatever the database does, nothing here fails: there is the next look."""

    def __init__(self, url: str) -> None:
        """`url`: of the ledger."""
        plain = url.replace("postgresql+psycopg:", "postgresql:", 1)
        options = f"-c search_path={PASSING} -c lock_timeout=5s"  # the poll that calls shall not wait for others
        self._conninfo = psycopg.conninfo.make_conninfo(plain, options=options, **PATIENCE)
        self._made = False

    def call(self, mails: int) -> None:
        """So many mails were recorded: so many workers may look."""
        try:
            self._make_tables()
            with self._app(procrastinate.SyncPsycopgConnector).open() as app:
                for number in range(min(mails, _AT_MOST)):
                    with contextlib.suppress(AlreadyEnqueued):
                        app.configure_task(_TASK, queue=_QUEUE, queueing_lock=f"{_TASK}-{number}").defer()
        except _TROUBLE as error:
            log.warning("workers were not woken", extra={"why": _told(error)})

    def listen(self, wake: Callable[[], None], stop: Event) -> None:
        """Wakes for each task until stopped, or until the connection is lost: then it is to be called again."""
        try:
            self._make_tables()
            asyncio.run(self._listen(wake, stop))
        except _TROUBLE as error:
            log.warning("no wake-ups come in", extra={"why": _told(error)})

    async def _listen(self, wake: Callable[[], None], stop: Event) -> None:
        app = self._app(procrastinate.PsycopgConnector)

        async def look() -> None:
            wake()

        async def forget(timestamp: int = 0) -> None:
            """Tasks whose worker died: the mails have their leases."""
            for left in await app.job_manager.get_stalled_jobs():
                await app.job_manager.finish_job(left, Status.FAILED, delete_job=True)

        app.task(name=_TASK, queue=_QUEUE)(look)
        # Without a periodic task Procrastinate 3.10 no longer notices that its listener has ended (its issue 1597).
        app.periodic(cron=_EVERY_TEN_MINUTES)(app.task(name="forget", queue=_QUEUE)(forget))
        async with app.open_async():
            await forget()
            working = asyncio.create_task(
                app.run_worker_async(queues=[_QUEUE], delete_jobs="always", install_signal_handlers=False)
            )
            while not (stop.is_set() or working.done()):
                await asyncio.sleep(0.2)
            working.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await working

    def _app(self, connector: Callable[..., Any]) -> procrastinate.App:
        return procrastinate.App(connector=connector(conninfo=self._conninfo, min_size=1, max_size=2, timeout=10))

    def _make_tables(self) -> None:
        """Those of this very version, or none: then nobody is woken, and everybody looks all the same."""
        if self._made:
            return
        version = f"procrastinate {procrastinate.__version__}"
        with psycopg.connect(self._conninfo) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [_MAKING])
            found = connection.execute("SELECT obj_description(to_regnamespace(%s))", [PASSING]).fetchone()
            if found != (version,):
                schema = psycopg.sql.Identifier(PASSING)
                for words in ("DROP SCHEMA IF EXISTS {} CASCADE", "CREATE SCHEMA {}"):
                    connection.execute(psycopg.sql.SQL(words).format(schema))
                connection.execute(SchemaManager.get_schema())
                said = psycopg.sql.SQL("COMMENT ON SCHEMA {} IS {}").format(schema, version)
                connection.execute(said)
        self._made = True


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error.__cause__ or error}".strip()
