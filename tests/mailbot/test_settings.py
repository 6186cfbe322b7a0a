"""A wrong configuration is refused with file, key and remedy; a right one is read as written."""

from datetime import date
from pathlib import Path

import pytest

from mailbot.errors import ConfigurationError
from mailbot.settings import load_settings

RIGHT = """
[office]
name = "审核单位"

[ledger]
url = "sqlite:///data/ledger.db"
archive = "data/archive"

[mail]
send = true
poll_seconds = 60

[[mailbox]]
address = "box@office.example"
matters = ["firm_information"]
reviewers = ["lee@office.example"]
imap_host = "imap.office.example"
smtp_host = "smtp.office.example"
password_env = "PASSWORD"

[[mailbox]]
address = "other@office.example"
matters = ["engineer_track_record"]
imap_host = "127.0.0.1"
imap_tls = "none"
smtp_host = "localhost"
smtp_tls = "none"
password_env = "PASSWORD"
since = 2026-01-01

[feedback]
on_due = "send_certain"

[[reviewer]]
name = "李审核"
address = "lee@office.example"
valid_from = 2026-01-01
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return file


def test_a_right_configuration_is_read_as_written(tmp_path):
    settings = load_settings(written(tmp_path, RIGHT))
    assert settings.ledger.url == f"sqlite:///{tmp_path}/data/ledger.db"
    assert settings.ledger.archive == tmp_path / "data/archive"
    assert settings.mailbox[0].login == "box@office.example"
    assert settings.mailbox[1].since == date(2026, 1, 1)
    assert settings.reading.cache == tmp_path / "data/cache"
    assert settings.office_of(settings.mailbox[0]).name == "审核单位"


def test_a_mailbox_says_of_its_office_what_differs(tmp_path):
    """[office] are defaults: what a mailbox leaves out stays."""
    text = RIGHT.replace('name = "审核单位"', 'name = "审核单位"\nphone = "023-1"\nhours = "上午"', 1)
    text = text.replace("matters = [", 'office = { phone = "023-2" }\nmatters = [', 1)
    settings = load_settings(written(tmp_path, text))
    first, second = (settings.office_of(box) for box in settings.mailbox)
    assert (first.name, first.phone, first.hours) == ("审核单位", "023-2", "上午")
    assert (second.name, second.phone) == ("审核单位", "023-1")


def test_mails_may_lie_in_a_store_and_the_machines_own_files_beside_the_configuration(tmp_path):
    stored = RIGHT.replace('archive = "data/archive"', 'archive = "s3://office/mails"')
    settings = load_settings(written(tmp_path, stored))
    assert settings.ledger.archive == "s3://office/mails"
    assert settings.data_folder == tmp_path / "data"
    elsewhere = load_settings(written(tmp_path, stored.replace("[mail]", 'data = "/srv/mailbot"\n[mail]', 1)))
    assert elsewhere.data_folder == Path("/srv/mailbot")


def test_the_machines_own_files_may_lie_elsewhere_than_a_shared_archive(tmp_path):
    assert load_settings(written(tmp_path, RIGHT)).data_folder == tmp_path / "data"
    apart = RIGHT.replace("[mail]", 'data = "/srv/mailbot"\n[mail]', 1)
    assert load_settings(written(tmp_path, apart)).data_folder == Path("/srv/mailbot")


TOKEN = 'auth = "xoauth2"\ntoken_command = ["/usr/bin/token", "box"]'


def test_a_provider_that_takes_no_password_gets_a_token(tmp_path):
    settings = load_settings(written(tmp_path, RIGHT.replace('password_env = "PASSWORD"', TOKEN, 1)))
    assert settings.mailbox[0].token_command == ("/usr/bin/token", "box")


@pytest.mark.parametrize(
    ("written_so", "told"),
    [
        ('auth = "xoauth2"', "set token_command or token_file"),
        ('auth = "xoauth2"\npassword_env = "P"', "no password"),
        (f'{TOKEN}\ntoken_file = "t"', "set token_command or token_file"),
        ('token_file = "t"\npassword_env = "P"', 'set auth = "xoauth2"'),
        ('auth = "xoauth2"\ntoken_command = []', "at least 1"),
        ('auth = "oauth"', "'password' or 'xoauth2'"),
    ],
)
def test_password_and_token_are_never_mixed(tmp_path, written_so, told):
    with pytest.raises(ConfigurationError, match="mailbox") as refused:
        load_settings(written(tmp_path, RIGHT.replace('password_env = "PASSWORD"', written_so, 1)))
    assert told in str(refused.value)


def test_the_shipped_example_is_right():
    settings = load_settings(Path(__file__).parents[2] / "config.example.toml")
    assert [box.case_code for box in settings.mailbox] == ["GJZX", "ZJZD"]


WRONG = [
    pytest.param("send = true", "sned = true", "mail.sned", "did you mean 'send'?", id="misspelt key"),
    pytest.param('"data/archive"', '"ftp://office/mails"', "ledger.archive", "s3://bucket/folder", id="unknown store"),
    pytest.param('"data/archive"', '"s3://office"', "ledger.archive", "s3://bucket/folder", id="a bucket alone"),
    pytest.param('"data/archive"', "7", "ledger.archive", "a path in quotes", id="a number for a place"),
    pytest.param(
        '"data/archive"',
        '"s3://office/mails"\narchive_endpoint = "http://store.example"',
        "ledger.archive_endpoint",
        "https://",
        id="mails in clear",
    ),
    pytest.param("[office]", "[offices]", "offices", "did you mean 'office'?", id="misspelt table"),
    pytest.param("send = true", 'send = "yes please"', "mail.send", "true or false", id="text for a switch"),
    pytest.param(
        "poll_seconds = 60", 'poll_seconds = "often"', "mail.poll_seconds", "whole number", id="text for a number"
    ),
    pytest.param(
        "poll_seconds = 60", "poll_seconds = 1", "mail.poll_seconds", "greater than or equal to 5", id="too often"
    ),
    pytest.param(
        "poll_seconds = 60", "poll_seconds = 86400", "mail.poll_seconds", "less than or equal to 3600", id="too seldom"
    ),
    pytest.param(
        'address = "box@office.example"', 'address = "box"', "mailbox[1].address", "name@example.cn", id="no address"
    ),
    pytest.param(
        'address = "box@office.example"',
        'address = "盒@office.example"',
        "mailbox[1].address",
        "plain",
        id="address not ASCII",
    ),
    pytest.param(
        'address = "box@office.example"',
        'address = "Box <box@office.example>"',
        "mailbox[1].address",
        "plain",
        id="name in an address",
    ),
    pytest.param(
        'address = "other@office.example"',
        'address = "BOX@office.example"',
        "whole file",
        "keep one",
        id="one mailbox twice",
    ),
    pytest.param('address = "box@office.example"\n', "", "mailbox[1].address", "add it", id="address missing"),
    pytest.param('matters = ["firm_information"]\n', "", "mailbox[1].matters", "add it", id="matters missing"),
    pytest.param('matters = ["firm_information"]', "matters = []", "mailbox[1].matters", "at least 1", id="no matter"),
    pytest.param(
        'matters = ["firm_information"]',
        'matters = "firm_information"',
        "mailbox[1].matters",
        "a list",
        id="one matter without list",
    ),
    pytest.param('imap_host = "imap.office.example"\n', "", "mailbox[1].imap_host", "add it", id="no IMAP server"),
    pytest.param('smtp_host = "smtp.office.example"\n', "", "mailbox[1].smtp_host", "add it", id="no SMTP server"),
    pytest.param(
        'imap_host = "imap.office.example"',
        'imap_host = "imap.office.example"\nimap_port = 0',
        "mailbox[1].imap_port",
        "greater than",
        id="port 0",
    ),
    pytest.param(
        'imap_host = "imap.office.example"',
        'imap_host = "imap.office.example"\nimap_port = 70000',
        "mailbox[1].imap_port",
        "less than",
        id="port too high",
    ),
    pytest.param(
        'imap_host = "imap.office.example"',
        'imap_host = "imap.office.example"\nimap_tls = "ssl"',
        "mailbox[1].imap_tls",
        "'implicit'",
        id="unknown tls",
    ),
    pytest.param(
        'imap_host = "imap.office.example"',
        'imap_host = "imap.office.example"\nimap_tls = "none"',
        "mailbox[1]",
        "in clear",
        id="IMAP in clear off loopback",
    ),
    pytest.param(
        'smtp_host = "smtp.office.example"',
        'smtp_host = "smtp.office.example"\nsmtp_tls = "none"',
        "mailbox[1]",
        "in clear",
        id="SMTP in clear off loopback",
    ),
    pytest.param(
        'password_env = "PASSWORD"\n\n[[mailbox]]',
        'password = "secret"\n\n[[mailbox]]',
        "mailbox[1].password",
        "never stands in this file",
        id="password in the file",
    ),
    pytest.param(
        'password_env = "PASSWORD"\n\n[[mailbox]]',
        'password_env = "A"\npassword_file = "b"\n\n[[mailbox]]',
        "mailbox[1]",
        "keep one",
        id="two passwords",
    ),
    pytest.param("since = 2026-01-01", 'since = "last year"', "mailbox[2].since", "2026-01-31", id="since is no date"),
    pytest.param(
        "since = 2026-01-01",
        'since = 2026-01-01\ncode = "a b"',
        "mailbox[2].code",
        "pattern",
        id="case code not letters",
    ),
    pytest.param(
        "since = 2026-01-01",
        'since = 2026-01-01\nprovider = "netscape"',
        "mailbox[2].provider",
        "'netease'",
        id="unknown provider",
    ),
    pytest.param(
        "since = 2026-01-01",
        'since = 2026-01-01\ntls_ca_file = "no.pem"',
        "mailbox[2].tls_ca_file",
        "not there",
        id="certificate not there",
    ),
    pytest.param(
        "since = 2026-01-01",
        'since = 2026-01-01\nreviewers = ["nobody@office.example"]',
        "whole file",
        "[[reviewer]]",
        id="reviewer not in the roster",
    ),
    pytest.param(
        'on_due = "send_certain"', 'on_due = "never"', "feedback.on_due", "'send_certain'", id="unknown policy"
    ),
    pytest.param(
        'on_due = "send_certain"',
        'on_due = "send_certain"\nper_hour = 0',
        "feedback.per_hour",
        "greater than",
        id="brake at zero",
    ),
    pytest.param(
        'on_due = "send_certain"',
        'on_due = "send_certain"\n[feedback.letters]\nreceipt = "maybe"',
        "feedback.letters.receipt",
        "'auto'",
        id="unknown letter mode",
    ),
    pytest.param("valid_from = 2026-01-01\n", "", "reviewer[1].valid_from", "add it", id="reviewer without date"),
    pytest.param('name = "李审核"', "name = 3", "reviewer[1].name", "text in quotes", id="name is a number"),
    pytest.param(
        "valid_from = 2026-01-01\n",
        'valid_from = 2026-01-01\nsubstitute = "x@office.example"\n',
        "whole file",
        "substitute",
        id="substitute not in the roster",
    ),
    pytest.param(
        'url = "sqlite:///data/ledger.db"', 'url = "mysql://x"', "ledger.url", "sqlite:///", id="unknown database"
    ),
    pytest.param(
        "[feedback]", '[folders]\npacks = "packs"\n[feedback]', "folders.packs", "create it", id="folder not there"
    ),
    pytest.param(
        "[feedback]", '[reading]\nengine = "eyes"\n[feedback]', "reading.engine", "'rapid'", id="unknown engine"
    ),
    pytest.param("[feedback]", "[desk]\ndigest_at = 9\n[feedback]", "desk.digest_at", "", id="digest hour is a number"),
    pytest.param("[feedback]", "[desk]\nundo_minutes = -1\n[feedback]", "desk.undo_minutes", "", id="undo before it"),
    pytest.param(
        "[feedback]",
        '[severities]\nletter_altered = "grave"\n[feedback]',
        "severities.letter_altered",
        "'defect'",
        id="unknown severity",
    ),
    pytest.param(
        "[feedback]",
        '[severities]\nleter_altered = "note"\n[feedback]',
        "severities",
        "did you mean 'letter_altered'",
        id="severity of an unknown code",
    ),
    pytest.param(
        "[feedback]",
        '[policies]\nsujbect = "lenient"\n[feedback]',
        "policies",
        "did you mean 'subject'",
        id="unknown switch",
    ),
    pytest.param(
        "[feedback]", '[policies]\nsubject = "harsh"\n[feedback]', "policies", "lenient", id="unknown value of a switch"
    ),
    pytest.param(
        "[feedback]",
        '[feedback]\nletters = { approved = "auto" }',
        "feedback.letters",
        "known: receipt",
        id="a result of a review, which no machine sends",
    ),
    pytest.param(
        "[feedback]",
        '[reading]\nengine = "tesseract"\nsecond_opinion = true\n[feedback]',
        "reading",
        'set engine = "rapid"',
        id="a second opinion by the same engine",
    ),
    pytest.param("[feedback]", "[feedback", "line 3", "syntax", id="broken syntax"),
    pytest.param(RIGHT, "", "mailbox", "add it", id="empty file"),
]


@pytest.mark.parametrize(("right", "wrong", "key", "remedy"), WRONG)
def test_a_wrong_configuration_names_the_key_and_the_remedy(tmp_path, right, wrong, key, remedy):
    assert right in RIGHT
    with pytest.raises(ConfigurationError) as refused:
        load_settings(written(tmp_path, RIGHT.replace(right, wrong, 1)))
    assert refused.value.exit_code == 2
    assert str(tmp_path / "config.toml") in str(refused.value)
    assert key in str(refused.value)
    assert remedy in str(refused.value)


def test_every_fault_is_told_at_once(tmp_path):
    text = RIGHT.replace("send = true", "sned = true").replace('imap_host = "imap.office.example"\n', "")
    with pytest.raises(ConfigurationError) as refused:
        load_settings(written(tmp_path, text))
    assert "mail.sned" in str(refused.value)
    assert "mailbox[1].imap_host" in str(refused.value)


def test_a_wrong_value_is_not_printed_as_it_may_be_a_secret(tmp_path):
    with pytest.raises(ConfigurationError) as refused:
        load_settings(written(tmp_path, RIGHT.replace('password_env = "PASSWORD"', 'password_env = ["hunter2"]', 1)))
    assert "hunter2" not in str(refused.value)


def test_a_missing_file_says_what_to_copy(tmp_path):
    with pytest.raises(ConfigurationError, match=r"config\.example\.toml"):
        load_settings(tmp_path / "none.toml")
