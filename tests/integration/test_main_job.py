"""From polled mailboxes to a ledger and answers, on a real Dovecot and a real Postfix (contract.md 2a)."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from ledger.entries import LetterState, MailState
from ledger.ledger import Ledger
from parsers.names import fold_firm
from tests.integration.correspondence import APPLICANTS, DUPLICATE, INFORMATION, TRACK, Town, mixed
from tests.numbers import WATCH
from tests.servers.postfix import MailServers, missing_servers

pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(missing_servers() is not None, reason=str(missing_servers())),
]
_REPOSITORY = Path(__file__).parents[2]
LEFT = (LetterState.SENT, LetterState.SENDING, LetterState.UNCERTAIN)


@contextmanager
def mail_servers(**more):
    with MailServers(review=(INFORMATION, TRACK), others=APPLICANTS, **more) as running:
        yield running


def configure(folder: Path, servers: MailServers, **mailbox: object) -> Path:
    """With the brakes released: some applicants write dozens of mails here."""
    boxes = {
        INFORMATION: ["firm_information", "engineer_information"],
        TRACK: ["engineer_track_record", "firm_track_record"],
    }
    more = "\n".join(f'{key} = "{value}"' for key, value in mailbox.items())
    tables = "".join(
        f"""
[[mailbox]]
address = "{address}"
matters = {str(matters).replace("'", '"')}
code = "{code}"
imap_host = "127.0.0.1"
imap_port = {servers.imap_port}
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_port = {servers.smtp_port}
smtp_tls = "none"
password_env = "MAILBOT_TEST_{code}"
{more}
"""
        for code, (address, matters) in zip(["AA", "BB"], boxes.items(), strict=True)
    )
    config = folder / "config.toml"
    config.write_text(
        f"""
[office]
name = "审核中心"
phone = "023-62806051"
[mail]
poll_seconds = 5
[feedback]
per_address_hour = 1000
per_address_day = 1000
per_hour = 10000
{tables}
""",
        encoding="utf-8",
    )
    return config


def environment(servers: MailServers) -> dict[str, str]:
    passwords = {f"MAILBOT_TEST_{code}": servers.passwords[box] for code, box in (("AA", INFORMATION), ("BB", TRACK))}
    return {**os.environ, **passwords, "OMP_NUM_THREADS": "1"}


def command(*arguments: str) -> list[str]:
    script = shutil.which("mailbot", path=str(Path(sys.executable).parent))
    return [script, *arguments] if script else [sys.executable, "-m", "mailbot", *arguments]


def mailbot(servers: MailServers, *arguments: str, code: int = 0) -> str:
    done = subprocess.run(
        command(*arguments),
        env=environment(servers),
        cwd=_REPOSITORY,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == code, done.stderr[-3000:]
    WATCH.text(done.stdout + done.stderr)
    return done.stderr


@contextmanager
def office_ledger(config: Path):
    with Ledger.open(f"sqlite:///{config.parent}/data/ledger.db", fold=fold_firm) as ledger:
        yield ledger


def submit(servers: MailServers, config: Path, town: Town, posts) -> None:
    directory = config.parent / "enterprises.csv"
    town.write_directory(directory)
    mailbot(servers, "directory", "import", str(directory), "--config", str(config))
    # Postfix delivers side by side; what is sent a second time must not overtake the first.
    first = [post for post in posts if post.answer != DUPLICATE]
    for wave in (first, posts):
        chosen = [post for post in wave if wave is first or post.answer == DUPLICATE]
        servers.submit_all([(post.raw, post.sender, post.recipients) for post in chosen])
        for box in (INFORMATION, TRACK):
            servers.wait_for(box, sum(box in post.recipients for post in wave), seconds=60)


def answers(servers: MailServers) -> dict[str, list]:
    """Our letters as the applicants find them, by the mail that they answer."""
    found: dict[str, list] = {}
    for address in APPLICANTS:
        for raw in servers.fetch_all(address):
            letter = message_from_bytes(raw, policy=default)
            if letter["X-Mailbot"]:
                found.setdefault(str(letter["In-Reply-To"]), []).append((address, letter))
    return found


def tag_of(letter) -> str:
    return "".join(str(letter["Subject"]).partition("】")[:2])


def assert_answered_once_each(posts, found) -> None:
    expected = {post.identity: [post.answer] for post in posts if post.answer}
    got = {key: [tag_of(letter) for _, letter in letters] for key, letters in found.items()}
    assert got == expected
    for post in posts:
        for address, letter in found.get(post.identity, ()):
            assert address == post.sender
            assert str(letter["References"]).split()[-1] == post.identity
            subject = str(message_from_bytes(post.raw, policy=default)["Subject"])
            assert subject in str(letter["Subject"])
            assert letter["Auto-Submitted"] in ("auto-replied", "auto-generated")
            assert letter.get_content_type() == "multipart/alternative"


@pytest.fixture(params=[(1.0, False), (0.2, True)], ids=["200 mails", "40 mails with NetEase's capabilities"])
def job(request, tmp_path):
    share, netease = request.param
    with mail_servers(netease=netease) as servers:
        town = Town(seed=7)
        posts = mixed(town, share)
        yield servers, configure(tmp_path, servers), town, posts


def test_every_mail_is_recorded_once_and_answered_once_as_the_contract_says(job):
    servers, config, town, posts = job
    submit(servers, config, town, posts)
    for _ in range(2):
        mailbot(servers, "once", "--config", str(config))
    with office_ledger(config) as ledger:
        counts = ledger.mail_counts()
        assert sum(counts.values()) == len(posts)
        assert not {MailState.RECORDED, MailState.QUARANTINED} & set(counts)
        sent = Counter(letter.letter.state for letter in ledger.letters(limit=5000))
        assert sent == {LetterState.SENT: sum(post.answer is not None for post in posts)}
        assert ledger.verify() == ()
    found = answers(servers)
    assert_answered_once_each(posts, found)
    mailbot(servers, "once", "--config", str(config))
    assert {key: len(letters) for key, letters in answers(servers).items()} == dict.fromkeys(found, 1)


@contextmanager
def daemon(servers: MailServers, config: Path):
    """`mailbot run`, killed at the end if it still lives."""
    log = (config.parent / "daemon.log").open("a", encoding="utf-8")
    process = subprocess.Popen(
        command("run", "--config", str(config)), env=environment(servers), cwd=_REPOSITORY, stderr=log
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(10)
        log.close()
        WATCH.text(log_of(config))


def wait_until(what, condition, *, seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"waited {seconds} s in vain: {what}"
        time.sleep(0.05)


def log_of(config: Path) -> str:
    file = config.parent / "daemon.log"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def plain_posts(town: Town, number: int):
    """Mails without papers: the daemon's life and death is what is looked at."""
    return [town.bare("业绩登记新增(本人提交)") for _ in range(number)]


def test_the_daemon_is_alone_and_stops_in_time_and_survives_its_death(tmp_path):
    town = Town(seed=8)
    posts = plain_posts(town, 30)
    with mail_servers() as servers:
        config = configure(tmp_path, servers)
        submit(servers, config, town, posts)

        with office_ledger(config) as ledger:
            with daemon(servers, config) as process:
                wait_until("some mails are worked", lambda: ledger.mail_counts().get(MailState.FILED, 0) >= 5)
                process.kill()
            assert len(ledger.letters(LetterState.SENT)) < len(posts)
            with daemon(servers, config) as process:
                wait_until("all the others are out", lambda: len(ledger.letters(*LEFT)) == len(posts), seconds=120)
                assert "stop it first" in mailbot(servers, "run", "--config", str(config), code=1)
                asked = time.monotonic()
                process.send_signal(signal.SIGTERM)
                assert process.wait(15) == 0
                assert time.monotonic() - asked < 10
        with office_ledger(config) as ledger:
            assert sum(ledger.mail_counts().values()) == len(posts)
            doubtful = {one.mail_id for one in ledger.letters(LetterState.SENDING, LetterState.UNCERTAIN)}
            identities = {ledger.mail(number).message_id for number in doubtful if number}
        found = answers(servers)
        assert all(len(letters) == 1 for letters in found.values())
        # Of a letter that was on its way when the process died nobody knows; it is never sent again blindly.
        assert len(identities) <= 2
        assert {post.identity for post in posts} - set(found) <= identities
        assert '"failed"' not in log_of(config)
