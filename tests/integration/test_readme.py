"""Whoever follows a README to the letter gets where it says, on real servers; what it names is there."""

import os
import re
import shlex
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from time import monotonic, sleep

import pytest

from ledger.office_time import OFFICE_TIME
from mailbot.demo.applications import application
from mailbot.demo.people import Registry
from parsers.documents.forms import load_forms
from tests.servers.postfix import MailServers, missing_servers

REPOSITORY = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")
BOXES = ("cqjtgjzx@vip.163.com", "cqjtzjzd@vip.163.com")
REVIEWER = "zhang@firm.test"
#: Typed as they stand, but for what the reader is to put in; a fenced shell block or a span of code.
SPAN = re.compile(r"```sh\n(.*?)```|`((?:\.venv/bin/)?mailbot\s[a-z][^`]*)`", re.DOTALL)
#: What the reader puts his own in for, in either language.
PUT_IN = {"ADDRESS": "地址", "mail.eml": "邮件.eml", "scan.pdf": "扫描件.pdf"}
#: What changes the machine or its checkout, or waits for a person's eyes, is not done by a test.
NOT_HERE = ("sudo ", "git ", "make ", "MAILBOT_", "pip ")


def words_of(readme: str) -> str:
    return (REPOSITORY / readme).read_text(encoding="utf-8")


def commands_of(readme: str) -> list[str]:
    """In the order of the text; a comment behind a command is left out."""
    found = []
    for block, span in SPAN.findall(words_of(readme)):
        lines = [re.sub(r"\s+#.*", "", line).strip() for line in (block or span).splitlines()]
        found += [" ".join(lines)] if span else [line for line in lines if line]
    return [re.sub(r"^mailbot ", ".venv/bin/mailbot ", one) for one in found if not one.startswith(NOT_HERE)]


@pytest.mark.parametrize("readme", READMES)
def test_what_a_readme_names_is_there(readme):
    text = words_of(readme)
    targets = set(re.findall(r"^([a-z]+):", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", text))
    assert {"demo", "test", "install"} <= named <= targets
    paths = re.findall(r"\]\(([\w./-]+)\)|`((?:deploy|docs|mailbot|templates)/[\w./-]+)`", text)
    assert paths
    for path in (link or span for link, span in paths):
        assert (REPOSITORY / path).exists(), path


def test_both_readmes_give_the_same_commands_in_the_same_order():
    """What one language's reader can do, the other's can; and typing one's commands tries the other's."""
    english, chinese = (commands_of(name) for name in READMES)
    for here, there in PUT_IN.items():
        chinese = [one.replace(there, here) for one in chinese]
    assert chinese == english


class Desk:
    """A new office's folder, as the README's reader has it before him."""

    def __init__(self, folder: Path, servers: MailServers) -> None:
        self.folder, self.servers = folder, servers
        scripts = folder / ".venv" / "bin"
        scripts.mkdir(parents=True)
        (scripts / "mailbot").symlink_to(Path(sys.executable).parent / "mailbot")
        editor = folder / "editor"
        editor.write_text(f'#!/bin/sh\nprintf %s "{servers.passwords[BOXES[0]]}" > "$1"\n', encoding="utf-8")
        editor.chmod(0o700)
        self.environment = {
            **os.environ,
            "EDITOR": str(editor),
            "MAILBOT_PASSWORD_2": servers.passwords[BOXES[1]],
            "OMP_NUM_THREADS": "1",
        }
        self._papers()
        (folder / "config.example.toml").write_text(self._example(), encoding="utf-8")

    def _example(self) -> str:
        """The shipped example with this machine's servers in it, and the password file of step 3."""
        text = (REPOSITORY / "config.example.toml").read_text(encoding="utf-8")
        text = re.sub(r"^(imap|smtp)_(port|tls) = .*\n", "", text, flags=re.MULTILINE)
        ports = {"imap": self.servers.imap_port, "smtp": self.servers.smtp_port}
        for name, port in ports.items():
            here = f'{name}_host = "127.0.0.1"\n{name}_port = {port}\n{name}_tls = "none"\n'
            text, count = re.subn(rf"^{name}_host = .*\n", here, text, flags=re.MULTILINE)
            assert count == 2
        text = re.sub(r'^password_env = "MAILBOT_PASSWORD_1".*$', 'password_file = "mailbox1.code"', text, flags=re.M)
        return text.replace("reviewer@example.invalid", REVIEWER)

    def _papers(self) -> None:
        registry = Registry(7)
        forms = {form.number: form for form in load_forms(None)}
        filing = ("engineer_track_record", "update", "engineer")
        ways = {"letter": "digital"}
        parcel = application(registry, forms, filing, datetime.now(OFFICE_TIME), flaw="forged sender", ways=ways)
        firm = parcel.facts.firm
        (self.folder / "enterprises.csv").write_text(
            f"企业名称,统一社会信用代码,联系邮箱\n{firm.name},{firm.credit_identifier},{firm.contact_address}\n",
            encoding="utf-8",
        )
        raw = parcel.mail(datetime.now(OFFICE_TIME))
        self.servers.dovecot.append(BOXES[1], raw)
        (self.folder / "mail.eml").write_bytes(raw)
        (self.folder / "scan.pdf").write_bytes(parcel.papers["letter"][1])

    def type(self, command: str) -> subprocess.CompletedProcess[str]:
        """As the reader would; verbs named without a configuration are only looked up."""
        command = command.replace("ADDRESS", REVIEWER)
        if "mailbot" in command and "--config" not in command and " check " not in command:
            command = f"{command.rstrip('. ')} --help"
        return subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def run_until_told(self, command: str) -> int:
        """The daemon, until its log says that it works; its exit code after SIGTERM."""
        log = self.folder / "daemon.log"
        with (
            log.open("wb") as out,
            subprocess.Popen(shlex.split(command), cwd=self.folder, env=self.environment, stderr=out) as daemon,
        ):
            until = monotonic() + 120
            while "daemon started" not in log.read_text(encoding="utf-8") and monotonic() < until:
                assert daemon.poll() is None, log.read_text(encoding="utf-8")
                sleep(0.2)
            daemon.send_signal(signal.SIGTERM)
            return daemon.wait(60)


@pytest.mark.servers
@pytest.mark.skipif(missing_servers() is not None, reason=str(missing_servers()))
def test_every_command_does_what_the_readme_says(tmp_path):
    commands = commands_of("README.md")
    assert sum("--config config.toml" in one for one in commands) > 8
    with MailServers(review=BOXES) as servers:
        desk = Desk(tmp_path, servers)
        for command in commands:
            if " run --config" in command:
                assert desk.run_until_told(command) == 0
                continue
            done = desk.type(command)
            assert done.returncode == 0, f"{command}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
    assert (tmp_path / "mailbot.backup").exists()
    assert (tmp_path / "mailbox1.code").stat().st_mode & 0o077 == 0
