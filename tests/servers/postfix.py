"""How do real mails come in and answers go out: a private Postfix in front of a private Dovecot?

Postfix's master must be started by root; everything lies in a temporary folder, on high loopback ports.
"""

import os
import re
import shutil
import smtplib
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.servers.dovecot import Dovecot, missing_dovecot
from tests.servers.ports import free_ports, wait_for

REVIEW = ("review1@review.test", "review2@review.test")
APPLICANTS = ("zhang@firm.test", "wang@firm.test", "office@firm.test")
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
_PACKAGED = Path("/etc/postfix")

_MAIN = """\
compatibility_level = 3.6
queue_directory = {base}/queue
data_directory = {base}/data
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
mail_owner = postfix
setgid_group = postdrop
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx.localhost
mydestination = localhost
virtual_mailbox_domains = {domains}
virtual_mailbox_maps =
virtual_transport = lmtp:inet:127.0.0.1:{lmtp}
default_transport = error:no mail leaves this machine
relay_transport = error:no mail leaves this machine
mynetworks = 127.0.0.0/8
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = {sasl}
smtputf8_enable = no
message_size_limit = 80000000
mailbox_size_limit = 0
virtual_mailbox_limit = 0
alias_maps =
alias_database =
local_recipient_maps =
maillog_file = {base}/postfix.log
maillog_file_prefixes = {base}
"""
#: What this server says of a sender, above all that came with the mail, as a receiving server does (RFC 8601).
_RESULTS = """\
smtpd_sender_restrictions = check_sender_access regexp:{base}/results
"""
AUTHSERV_ID = "mx.localhost"


def missing_servers() -> str | None:
    """Why no private Postfix can run here."""
    if reason := missing_dovecot():
        return reason
    if shutil.which("postfix", path=_PATH) is None or not _master_cf().exists():
        return "postfix is not installed"
    if os.getuid() != 0:
        return "only root can start Postfix"
    return None


class MailServers:
    """Postfix → LMTP → Dovecot, for review mailboxes and applicants alike; a fixture's `with` object."""

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        review: Sequence[str] = REVIEW,
        others: Sequence[str] = APPLICANTS,
        netease: bool = False,
        results: Mapping[str, str] | None = None,
    ):
        """`results`: sender's domain → "pass" or "fail", written into each of his mails; others get no result."""
        self._results = results or {}
        self.review, self.others = tuple(review), tuple(others)
        self.passwords = {address: f"secret-{number}" for number, address in enumerate([*review, *others])}
        self.dovecot = Dovecot(self.passwords, netease=netease)
        (self.smtp_port,) = free_ports(1)

    def __enter__(self) -> "MailServers":
        self.dovecot.__enter__()
        try:
            self._start_postfix()
        except BaseException:
            self.dovecot.__exit__()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._postfix("stop")
        shutil.rmtree(self.base, ignore_errors=True)
        self.dovecot.__exit__()

    @property
    def imap_port(self) -> int:
        return self.dovecot.imap_port

    @property
    def imaps_port(self) -> int:
        return self.dovecot.imaps_port

    @property
    def certificate(self) -> Path:
        return self.dovecot.certificate

    def submit(self, raw: bytes, sender: str, recipients: Sequence[str]) -> None:
        self.submit_all([(raw, sender, recipients)])

    def submit_all(self, mails: Sequence[tuple[bytes, str, Sequence[str]]]) -> None:
        """Many over one connection."""
        with smtplib.SMTP(self.host, self.smtp_port, timeout=30) as client:
            for raw, sender, recipients in mails:
                client.sendmail(sender, list(recipients), raw)

    def fetch_all(self, user: str, folder: str = "INBOX") -> list[bytes]:
        return self.dovecot.fetch_all(user, folder)

    def wait_for(self, user: str, count: int, *, seconds: float = 120) -> list[bytes]:
        """What lies in the mailbox once so many mails are there. Raises TimeoutError with the log's end."""
        until = time.monotonic() + seconds
        while len(found := self.fetch_all(user)) < count:
            if time.monotonic() > until:
                tail = self.log()[-2000:]
                raise TimeoutError(f"{len(found)} of {count} mails for {user}\n{tail}")
            time.sleep(0.2)
        return found

    def log(self) -> str:
        file = self.base / "postfix.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def _start_postfix(self) -> None:
        self.base = Path(tempfile.mkdtemp(prefix="mbp"))
        self.base.chmod(0o755)
        etc = self.base / "etc"
        for folder in (etc, self.base / "queue", self.base / "data"):
            folder.mkdir()
            folder.chmod(0o755)  # whatever the umask is
        shutil.chown(self.base / "data", "postfix")
        for name in ("postfix-files", "postfix-script", "post-install", "dynamicmaps.cf"):
            if (_PACKAGED / name).exists():
                shutil.copy(_PACKAGED / name, etc / name)
        values = {"base": self.base, "lmtp": self.dovecot.lmtp_port, "sasl": self.dovecot.sasl_socket}
        values["domains"] = ", ".join(sorted({address.rpartition("@")[2] for address in self.passwords}))
        lines = [
            f"/^(.+@{re.escape(domain)})$/ PREPEND Authentication-Results: {AUTHSERV_ID}; spf={result} smtp.mailfrom=$1"
            for domain, result in self._results.items()
        ]
        (self.base / "results").write_text("\n".join([*lines, ""]))
        (etc / "main.cf").write_text((_MAIN + _RESULTS).format(**values))
        (etc / "master.cf").write_text(_master(self.smtp_port))
        started = self._postfix("start")
        try:
            wait_for(self.smtp_port, greeting=b"220")
        except TimeoutError:
            raise RuntimeError(f"{started}\n{self.log()}") from None

    def _postfix(self, verb: str) -> str:
        postfix = shutil.which("postfix", path=_PATH)
        done = subprocess.run(
            [postfix, "-c", str(self.base / "etc"), verb], capture_output=True, text=True, timeout=60, check=False
        )
        return done.stdout + done.stderr


def _master_cf() -> Path:
    packaged = Path("/usr/share/postfix/master.cf.dist")
    return packaged if packaged.exists() else _PACKAGED / "master.cf"


def _master(port: int) -> str:
    """The packaged services, none chrooted, and the SMTP server on an own port."""
    lines = [f"127.0.0.1:{port} inet n - n - - smtpd"]
    for line in _master_cf().read_text().splitlines():
        words = line.split()
        if not words or line.startswith("#"):
            continue
        if line[0].isspace():
            lines.append(line)
            continue
        if words[1] == "inet":  # port 25 belongs to the machine's own
            continue
        words[4] = "n"
        lines.append(" ".join(words))
    return "\n".join(lines) + "\n"
