"""How does a monitoring system on this machine learn whether the service is well?

On the loopback address alone: /healthz (200, or 503 with the reasons) and /metrics in Prometheus' text format (version
0.0.4, written by hand: a dozen lines against one more package). No personal data: mailboxes and counts.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from ledger.errors import LedgerError
from mailbot.errors import ConfigurationError
from mailbot.watch.health import Health

log = logging.getLogger(__name__)

_HOST = "127.0.0.1"


def metrics(health: Health) -> str:
    """Prometheus' text format."""
    return "".join(f"{line}\n" for line in _lines(health))


def _lines(health: Health) -> Iterator[str]:
    yield from _gauge("mailbot_mails", "Mails in the ledger by state.", "state", health.mails)
    yield from _gauge("mailbot_letters", "Letters that have not left, by state.", "state", health.letters)
    yield from _gauge(
        "mailbot_poll_age_seconds", "Since the mailbox was looked through.", "mailbox", health.silent_seconds
    )
    yield from _gauge("mailbot_oldest_waiting_seconds", "Age of the oldest unworked mail.", "", health.waiting_seconds)
    yield from _gauge("mailbot_archive_free_bytes", "Left on the archive's disk.", "", health.free_bytes)
    yield from _gauge("mailbot_alarms", "Alarms that stand.", "", len(health.alarms))
    yield from _gauge("mailbot_well", "1 when /healthz says ok.", "", int(health.is_well))


def _gauge(name: str, words: str, label: str, values: object) -> Iterator[str]:
    yield f"# HELP {name} {words}"
    yield f"# TYPE {name} gauge"
    if isinstance(values, dict):
        for key, value in sorted(values.items()):
            yield f'{name}{{{label}="{_escaped(key)}"}} {value:.10g}'
    elif isinstance(values, int | float):
        yield f"{name} {values:.10g}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


@contextmanager
def monitored(port: int | None, look: Callable[[], Health]) -> Iterator[int | None]:
    """Serves for as long as the block lasts; the port. Port 0: any; None: not at all. Raises ConfigurationError."""
    if port is None:
        yield None
        return
    try:
        server = ThreadingHTTPServer((_HOST, port), _handler(look))
    except OSError as error:
        raise ConfigurationError(f"monitor.port: {port} cannot be listened on ({error.strerror})") from error
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, name="monitor", daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(look: Callable[[], Health]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        """Two pages, nothing else."""

        timeout = 5  # a client that says nothing holds a thread no longer

        def do_GET(self) -> None:
            if self.path not in ("/healthz", "/metrics"):
                self._say(404, "not found\n")
                return
            try:
                health = look()
            except LedgerError as error:
                self._say(503, f"the ledger cannot be read: {error}\n")
                return
            if self.path == "/metrics":
                self._say(200, metrics(health), "text/plain; version=0.0.4; charset=utf-8")
            else:
                self._say(200 if health.is_well else 503, "".join(f"{one}\n" for one in health.troubles) or "ok\n")

        def _say(self, code: int, text: str, kind: str = "text/plain; charset=utf-8") -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """A scrape every few seconds is no news."""

    return Handler
