"""`mailbot demo`: the main job on one machine, with nothing set up.

Invented applicants submit a dozen applications over SMTP, the very daemon works on them, and its answers are read back
from the applicants' mailbox.
"""

import csv
import os
import shutil
import signal
import smtplib
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from tempfile import mkdtemp

from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ledger.entries import LetterState, MailState
from ledger.ledger import Ledger
from ledger.office_time import OFFICE_TIME
from mailbot.commands.table import show_cases
from mailbot.demo.applications import application
from mailbot.demo.parcel import MAILBOXES, Way
from mailbot.demo.people import Firm, Registry
from mailbot.demo.servers import Servers, mail_servers
from mailbot.letters.labels import Labels
from mailbot.office.packs import load_matters
from mailbot.settings import load_settings
from mailbot.workshop import open_ledger
from parsers.documents.forms import Form, load_forms

_SEED = 31
_PASSWORD = "demo"  # noqa: S105  # of servers that live for a minute on loopback
_CATCH_ALL = "applicants@demo.invalid"
_REVIEWER = "reviewer@demo.invalid"
_LONGEST_SECONDS = 300
_DIGITAL: Mapping[str, Way] = {"letter": "digital"}

#: Filing, flaw, how the papers travel: few are scans, so that the demo takes a minute.
_PLAN: tuple[tuple[tuple[str, str | None, str], str | None, Mapping[str, Way]], ...] = (
    (("firm_information", None, "firm"), None, {"letter": "scan"}),
    (("firm_information", None, "firm"), "two months paid", _DIGITAL),
    (("firm_information", None, "firm"), "no letter", _DIGITAL),
    (("firm_information", None, "firm"), "dash in the subject", _DIGITAL),
    (("engineer_information", None, "firm"), None, {"letter": "scan"}),
    (("engineer_information", None, "firm"), "no attachments", _DIGITAL),
    (("engineer_track_record", "add", "engineer"), None, {"letter": "scan"}),
    (("engineer_track_record", "add", "engineer"), "firm not copied", _DIGITAL),
    (("engineer_track_record", "update", "engineer"), "forged sender", _DIGITAL),
    (("engineer_track_record", "close", "engineer"), "no municipal page", _DIGITAL),
    (("engineer_track_record", "close", "firm"), "no seal", {"letter": "scan"}),
    (("engineer_track_record", "update", "engineer"), "wrong mailbox", _DIGITAL),
)


@dataclass(frozen=True)
class _Envelope:
    sender: str
    recipients: tuple[str, ...]
    raw: bytes


def demo(options: Namespace) -> int:
    """Shows progress, then the ledger, one answer in full, and where everything lies."""
    console = Console()
    folder = options.folder or Path(mkdtemp(prefix="mailbot-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    forms = {form.number: form for form in load_forms(None)}
    registry = Registry(_SEED)
    firms = [registry.firm() for _ in _PLAN]
    console.print("Starting an IMAP and an SMTP server on loopback …")
    with mail_servers(tuple(dict.fromkeys(MAILBOXES.values())), _CATCH_ALL, _PASSWORD) as servers:
        config = _configure(folder, servers, firms)
        _mailbot("directory", "import", str(folder / "enterprises.csv"), "--config", str(config))
        with _daemon(config, folder):
            answers = _watch(console, config, servers, _envelopes(registry, forms, firms))
        _show(console, config, folder, answers)
    return 0 if len(answers) >= _expected_answers() else 1


def _envelopes(registry: Registry, forms: Mapping[str, Form], firms: list[Firm]) -> Iterator[_Envelope]:
    """The applications, drawn one after the other, and two mails that are none."""
    now = datetime.now(OFFICE_TIME)
    for (filing, flaw, ways), firm in zip(_PLAN, firms, strict=True):
        parcel = application(registry, forms, filing, now, flaw=flaw, ways=ways, firm=firm)
        yield _Envelope(parcel.sender, (parcel.mailbox, *parcel.copies), parcel.mail(now))
    for subject, marks in (
        ("监理业务培训班开始报名", {"List-Unsubscribe": "<mailto:u@ads.invalid>", "Precedence": "bulk"}),
        ("请问业绩登记需要提交哪些材料？", {}),
    ):
        yield _correspondence(subject, marks, now)


def _correspondence(subject: str, marks: Mapping[str, str], now: datetime) -> _Envelope:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "somebody@person.invalid", MAILBOXES["engineer_track_record"]
    mail["Subject"], mail["Date"] = subject, now
    mail["Message-ID"] = f"<{abs(hash(subject))}@person.invalid>"
    for name, value in marks.items():
        mail[name] = value
    mail.set_content(f"您好，{subject}谢谢。\n")
    return _Envelope("somebody@person.invalid", (str(mail["To"]),), mail.as_bytes())


def _expected_answers() -> int:
    """One for each application and one for the question; the newsletter gets none."""
    return len(_PLAN) + 1


def _configure(folder: Path, servers: Servers, firms: list[Firm]) -> Path:
    """The office's configuration and directory, as an operator would write them."""
    with (folder / "enterprises.csv").open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("企业名称", "统一社会信用代码", "联系邮箱", "法定代表人"))
        writer.writerows(
            (firm.name, firm.credit_identifier, firm.contact_address, firm.legal_representative.name) for firm in firms
        )
    boxes: dict[str, list[str]] = {}
    for matter, address in MAILBOXES.items():
        boxes.setdefault(address, []).append(matter)
    tables = "\n".join(
        f"""
[[mailbox]]
address = "{address}"
matters = {matters}
reviewers = ["{_REVIEWER}"]
imap_host = "127.0.0.1"
imap_port = {servers.imap_port}
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_port = {servers.smtp_port}
smtp_tls = "none"
password_env = "MAILBOT_DEMO"
authserv_id = "mx.vip.163.com"
"""
        for address, matters in boxes.items()
    ).replace("'", '"')
    config = folder / "config.toml"
    config.write_text(
        f"""
[office]
name = "重庆市交通规划和技术发展中心"
phone = "023-62806051"

[mail]
poll_seconds = 5
{tables}
[[reviewer]]
name = "李审核"
address = "{_REVIEWER}"
valid_from = 2026-01-01
""",
        encoding="utf-8",
    )
    return config


@contextmanager
def _daemon(config: Path, folder: Path) -> Iterator[None]:
    """`mailbot run`, as systemd would start it."""
    with (folder / "daemon.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(_command("run", "--config", str(config)), stderr=log, env=_environment())  # noqa: S603  # our own program
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _watch(console: Console, config: Path, servers: Servers, envelopes: Iterator[_Envelope]) -> list[bytes]:
    """Submits, then waits until every mail is worked and answered; returns the answers."""
    total = len(_PLAN) + 2
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress, open_ledger(load_settings(config)) as ledger:
        drawn = progress.add_task("applications drawn and submitted", total=total)
        worked = progress.add_task("mails read and judged", total=total)
        answered = progress.add_task("answers sent", total=_expected_answers())
        until = time.monotonic() + _LONGEST_SECONDS
        for envelope in envelopes:
            with smtplib.SMTP("127.0.0.1", servers.smtp_port, timeout=30) as smtp:
                smtp.sendmail(envelope.sender, envelope.recipients, envelope.raw)
            progress.advance(drawn)
            _update(progress, ledger, worked, answered)
        while time.monotonic() < until:
            if _update(progress, ledger, worked, answered) >= (total, _expected_answers()):
                break
            time.sleep(0.3)
    return list(_answers(servers))


def _update(progress: Progress, ledger: Ledger, worked: TaskID, answered: TaskID) -> tuple[int, int]:
    counts = ledger.mail_counts()
    done = sum(count for state, count in counts.items() if state is not MailState.RECORDED)
    sent = len(ledger.letters(LetterState.SENT))
    progress.update(worked, completed=done)
    progress.update(answered, completed=sent)
    return done, sent


def _answers(servers: Servers) -> Iterator[bytes]:
    """What the applicants find in their mailbox, our letters only."""
    client = servers.mailbox(servers.catch_all)
    client.select_folder("INBOX", readonly=True)
    for data in client.fetch(client.search("ALL"), ["BODY.PEEK[]"]).values():
        raw: bytes = data[b"BODY[]"]
        if b"X-Mailbot:" in raw:
            yield raw
    client.logout()


def _show(console: Console, config: Path, folder: Path, answers: list[bytes]) -> None:
    with open_ledger(load_settings(config)) as ledger:
        console.print("\nThe work ledger (工作台账):")
        matters = load_matters(None)
        show_cases(ledger.cases(), Labels(matters=matters), matters, console)
        counts = {state.value: count for state, count in ledger.mail_counts().items()}
        console.print(f"mails: {counts}; answers read back from the applicants' mailbox: {len(answers)}")
    letters = [message_from_bytes(raw, policy=default) for raw in answers]
    corrections = [one for one in letters if "补正告知" in str(one["Subject"])]
    for one in sorted(corrections, key=lambda mail: -len(mail.as_bytes()))[:1]:
        body = one.get_body(("plain",))
        text = body.get_content() if body else ""
        heading = f"From: {one['From']}\nTo: {one['To']}\nSubject: {one['Subject']}\nIn-Reply-To: {one['In-Reply-To']}"
        console.print(Panel(f"{heading}\n\n{text.strip()}", title="one answer in full", width=min(console.width, 110)))
    mailbot = Path(sys.executable).with_name("mailbot")
    console.print(
        f"Everything lies in {folder}\n"
        f"  raw mails, in and out   {folder / 'data' / 'archive'}\n"
        f"  the ledger              {folder / 'data' / 'ledger.db'}\n"
        f"  the daemon's log        {folder / 'daemon.log'}\n"
        f"Try:  {mailbot} ledger list --config {config}\n"
        f"      {mailbot} ledger export {folder / '台账.xlsx'} --config {config}",
        soft_wrap=True,
    )


def _mailbot(*arguments: str) -> None:
    subprocess.run(_command(*arguments), check=True, env=_environment(), stdout=subprocess.DEVNULL)  # noqa: S603  # our own program


def _command(*arguments: str) -> list[str]:
    script = shutil.which("mailbot", path=str(Path(sys.executable).parent))
    return [script, *arguments] if script else [sys.executable, "-m", "mailbot", *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "MAILBOT_DEMO": _PASSWORD}
