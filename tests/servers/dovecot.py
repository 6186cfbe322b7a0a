"""How does a private Dovecot run on the loopback address, without touching the machine's own?

Dovecot 2.3 (Debian 12) or 2.4 (Debian 13), which has another configuration language; as nobody when the
tests run as root.
"""

import grp
import os
import pwd
import re
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import imapclient

from tests.numbers import WATCH
from tests.servers.certificate import certify
from tests.servers.ports import free_ports, wait_for

NETEASE_CAPABILITIES = "IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ APPENDLIMIT=71680000 UIDPLUS X-CM-EXT-1 SASL-IR"
_PATH = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])

#: What both languages say alike.
_CONFIG = """\
base_dir = {base}/run
state_dir = {base}/run
log_path = {base}/dovecot.log
listen = 127.0.0.1
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
mail_fsync = never
ssl = yes
auth_mechanisms = plain login
mail_max_userip_connections = 50
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    {listen} = 127.0.0.1
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener auth-userdb {{
    mode = 0600
  }}
  unix_listener {base}/sasl {{
    mode = 0666
  }}
}}
protocol lmtp {{
  postmaster_address = postmaster@localhost
}}
"""

_LANGUAGE_23 = """\
protocols = imap lmtp
mail_location = maildir:{base}/mail/%u
mail_home = {base}/home/%u
ssl_cert = <{base}/cert.pem
ssl_key = <{base}/key.pem
disable_plaintext_auth = no
imap_id_send = name *
imap_id_log = *
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {base}/users
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={base}/home/%u allow_all_users=yes
}}
"""

_LANGUAGE_24 = """\
dovecot_config_version = {version}
dovecot_storage_version = {version}
protocols {{
  imap = yes
  lmtp = yes
}}
mail_driver = maildir
mail_path = {base}/mail/%{{user}}
mail_home = {base}/home/%{{user}}
ssl_server_cert_file = {base}/cert.pem
ssl_server_key_file = {base}/key.pem
auth_allow_cleartext = yes
imap_id_send {{
  name = Dovecot
}}
passdb passwd-file {{
  default_password_scheme = PLAIN
  passwd_file_path = {base}/users
}}
userdb static {{
  userdb_static_allow_all_users = yes
  fields {{
    uid = {user}
    gid = {group}
    home = {base}/home/%{{user}}
  }}
}}
"""


def missing_dovecot() -> str | None:
    """Why no private Dovecot can run here."""
    dovecot = shutil.which("dovecot", path=_PATH)
    if dovecot is None or shutil.which("openssl") is None:
        return "dovecot or openssl is not installed"
    if (version := _version(dovecot))[:2] not in ((2, 3), (2, 4)):
        return f"Dovecot {'.'.join(map(str, version))}: only the configuration languages of 2.3 and 2.4 are known here"
    if not Path("/usr/lib/dovecot/lmtp").exists():
        return "dovecot-lmtpd is not installed"
    return None


def _version(dovecot: str) -> tuple[int, ...]:
    said = subprocess.run([dovecot, "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in re.findall(r"\d+", said)[:3])


class Dovecot:
    """`with Dovecot({"review1@review.test": "secret1"}) as dovecot:`."""

    def __init__(self, users: Mapping[str, str], *, netease: bool = False) -> None:
        self.users = dict(users)
        self.netease = netease
        self.imap_port, self.imaps_port, self.lmtp_port = free_ports(3)

    def __enter__(self) -> "Dovecot":
        self.base = Path(tempfile.mkdtemp(prefix="mbd"))
        self.base.chmod(0o755)
        root = os.getuid() == 0
        self.uid = pwd.getpwnam("nobody").pw_uid if root else os.getuid()
        self.gid = grp.getgrnam("nogroup").gr_gid if root else os.getgid()
        self._write_files()
        for folder in ("run", "mail", "home"):
            (self.base / folder).mkdir()
        for path in (self.base, *self.base.iterdir()):
            os.chown(path, self.uid, self.gid)
        identity = {"user": self.uid, "group": self.gid, "extra_groups": []} if root else {}
        dovecot = shutil.which("dovecot", path=_PATH)
        self._process = subprocess.Popen([dovecot, "-F", "-c", str(self.base / "dovecot.conf")], **identity)
        try:
            wait_for(self.imap_port, greeting=b"* OK")
        except TimeoutError:
            log = self.base / "dovecot.log"
            message = log.read_text() if log.exists() else "no log"
            self.__exit__()
            raise RuntimeError(message) from None
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        # Dovecot's children end a moment after their master.
        for _ in range(20):
            shutil.rmtree(self.base, ignore_errors=True)
            if not self.base.exists():
                break
            time.sleep(0.05)

    @property
    def certificate(self) -> Path:
        return self.base / "cert.pem"

    @property
    def sasl_socket(self) -> Path:
        return self.base / "sasl"

    def client(self, user: str, *, tls: bool = False) -> imapclient.IMAPClient:
        """A bare logged-in client."""
        context = ssl.create_default_context(cafile=str(self.certificate)) if tls else None
        port = self.imaps_port if tls else self.imap_port
        client = imapclient.IMAPClient("localhost" if tls else "127.0.0.1", port, ssl=tls, ssl_context=context)
        client.login(user, self.users[user])
        client.normalise_times = False
        return client

    def append(self, user: str, *raws: bytes, folder: str = "INBOX") -> None:
        with self.client(user) as client:
            for raw in raws:
                client.append(folder, raw)

    def drop(self, user: str, raws: Iterable[bytes]) -> int:
        """Many mails at once, past the protocol: written into the Maildir and renamed. Returns how many."""
        box = self._maildir(user)
        count = 0
        for count, raw in enumerate(raws, start=1):
            name = f"{time.time_ns()}.M{count}.drop,S={len(raw)}"
            (box / "tmp" / name).write_bytes(raw)
            os.chown(box / "tmp" / name, self.uid, self.gid)
            (box / "tmp" / name).rename(box / "new" / name)
        return count

    def drop_copies(self, user: str, raw: bytes, count: int) -> None:
        """The same bytes many times, as hard links: 100,000 mails in seconds."""
        box = self._maildir(user)
        source = box / "tmp" / "source"
        for number in range(count):
            if number % 30_000 == 0:  # file systems limit links to one file
                source = box / "tmp" / f"source{number}"
                source.write_bytes(raw)
                os.chown(source, self.uid, self.gid)
            os.link(source, box / "new" / f"{number:07}.copy,S={len(raw)}")

    def fetch_all(self, user: str, folder: str = "INBOX") -> list[bytes]:
        with self.client(user) as client:
            client.select_folder(folder, readonly=True)
            uids = client.search()
            answers = client.fetch(uids, ["BODY.PEEK[]"])
            found = [answers[uid][b"BODY[]"] for uid in uids]
        for raw in found:
            if b"\nX-Mailbot:" in raw:  # ours, as it arrived
                WATCH.letter(raw)
        return found

    def _maildir(self, user: str) -> Path:
        box = self.base / "mail" / user.lower()
        for folder in (box, box / "cur", box / "new", box / "tmp"):
            folder.mkdir(mode=0o700, exist_ok=True)
            os.chown(folder, self.uid, self.gid)
        return box

    def _settings(self, values: dict[str, object]) -> str:
        """Of the installed version's language; its version first, as 2.4 demands."""
        dovecot = shutil.which("dovecot", path=_PATH)
        assert dovecot
        version = _version(dovecot)
        if version < (2, 4):
            told = f"imap_capability = {NETEASE_CAPABILITIES}\n" if self.netease else ""
            return told + (_LANGUAGE_23 + _CONFIG).format(**values, listen="address")
        # 2.4 adds to what it announces itself, and takes a capability's name alone.
        listed = "".join(f"  {name.partition('=')[0]} = yes\n" for name in NETEASE_CAPABILITIES.split())
        told = f"imap_capability {{\n  IDLE = no\n{listed}}}\n" if self.netease else ""
        return (_LANGUAGE_24 + _CONFIG).format(**values, listen="listen", version=".".join(map(str, version))) + told

    def _write_files(self) -> None:
        values = {
            "base": self.base,
            "user": pwd.getpwuid(self.uid).pw_name,
            "group": grp.getgrgid(self.gid).gr_name,
            "imap": self.imap_port,
            "imaps": self.imaps_port,
            "lmtp": self.lmtp_port,
        }
        (self.base / "dovecot.conf").write_text(self._settings(values))
        lines = [f"{user}:{{PLAIN}}{password}::::::\n" for user, password in self.users.items()]
        (self.base / "users").write_text("".join(lines))
        certify(self.base)
