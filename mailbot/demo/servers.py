"""Which mail servers does the demo bring with it?

An IMAP server (pymap, in memory) and an SMTP server (aiosmtpd) in one child process on loopback: what is submitted
over SMTP lies in the IMAP mailboxes a moment later. In a child, so that they do not slow the daemon down.
"""

import asyncio
import logging
import multiprocessing
import socket
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from multiprocessing.connection import Connection
from typing import Any

from imapclient import IMAPClient

_HOST = "127.0.0.1"
_LARGEST_MAIL = 60_000_000


@dataclass(frozen=True)
class Servers:
    """Where the servers listen; mail to an address without an account lands in `catch_all`."""

    imap_port: int
    smtp_port: int
    password: str
    accounts: tuple[str, ...]
    catch_all: str

    def mailbox(self, account: str) -> IMAPClient:
        """An ordinary IMAP connection, logged in."""
        client = IMAPClient(_HOST, self.imap_port, ssl=False, timeout=30)
        client.normalise_times = False
        client.login(account, self.password)
        return client


@contextmanager
def mail_servers(accounts: Sequence[str], catch_all: str, password: str) -> Iterator[Servers]:
    """Both servers for as long as the block lasts."""
    servers = Servers(_free_port(), _free_port(), password, (*accounts, catch_all), catch_all)
    context = multiprocessing.get_context("spawn")
    ready, told = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(servers, told), daemon=True)
    child.start()
    try:
        if not ready.poll(30) or ready.recv_bytes() != b"ready":
            raise RuntimeError("the demo's mail servers did not start within 30 s")
        for account in servers.accounts:  # pymap makes a mailbox at its first login
            servers.mailbox(account).logout()
        yield servers
    finally:
        child.terminate()
        child.join(5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_HOST, 0))
        return int(probe.getsockname()[1])


def _serve(servers: Servers, told: Connection) -> None:
    """The child's whole life."""
    logging.disable(logging.CRITICAL)
    asyncio.run(_serve_both(servers, told))


async def _serve_both(servers: Servers, told: Connection) -> None:
    from aiosmtpd.smtp import SMTP
    from pymap.backend.dict import DictBackend, Identity
    from pymap.service import services
    from pymap.user import Passwords, UserMetadata

    arguments = _pymap_arguments(servers, DictBackend, services)
    backend, config = await DictBackend.init(arguments)
    config.apply_context()
    async with AsyncExitStack() as stack:
        await backend.start(stack)
        for service in services.values():
            await service(backend, config).start(stack)
        for account in servers.accounts[1:]:
            hashed = await Passwords(config).hash_password(servers.password)
            await Identity(account, backend.login, None, frozenset()).set(
                UserMetadata(config, account, password=hashed)
            )
        loop = asyncio.get_running_loop()
        postman = _Postman(servers, config)
        await loop.create_server(
            lambda: SMTP(
                postman,
                data_size_limit=_LARGEST_MAIL,
                hostname="demo.invalid",
                loop=loop,
                authenticator=postman.authenticate,
                auth_require_tls=False,  # loopback only
            ),
            _HOST,
            servers.smtp_port,
        )
        told.send_bytes(b"ready")
        await asyncio.Event().wait()


def _pymap_arguments(servers: Servers, backend: Any, services: Any) -> Namespace:
    """pymap is configured by its own command line."""
    parser = ArgumentParser()
    backend.add_subparser("dict", parser.add_subparsers(dest="backend"))
    for service in services.values():
        service.add_arguments(parser)
    arguments = parser.parse_args(
        [
            "--host",
            _HOST,
            "--port",
            str(servers.imap_port),
            "--no-tls",
            "dict",
            "--demo-user",
            servers.accounts[0],
            "--demo-password",
            servers.password,
        ]
    )
    arguments.debug, arguments.passlib_cfg, arguments.skip_services = False, None, []
    return arguments


class _Postman:
    """Puts what comes in over SMTP into the recipients' mailboxes."""

    def __init__(self, servers: Servers, config: Any) -> None:
        self._servers = servers
        self._config = config

    def authenticate(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> Any:
        from aiosmtpd.smtp import AuthResult

        known = login.login.decode() in self._servers.accounts
        return AuthResult(success=known and login.password.decode() == self._servers.password, handled=False)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's hook
        for account in {self._account(recipient) for recipient in envelope.rcpt_tos}:
            await self._deliver(account, bytes(envelope.content))
        return "250 2.0.0 delivered"

    def _account(self, recipient: str) -> str:
        return recipient if recipient in self._servers.accounts else self._servers.catch_all

    async def _deliver(self, account: str, raw: bytes) -> None:
        from pymap.parsing.message import AppendMessage

        mailboxes, _ = self._config.set_cache[account]
        inbox = await mailboxes.get_mailbox("INBOX")
        await inbox.append(AppendMessage(raw, datetime.now().astimezone(), frozenset()), recent=True)
