"""What deploy/ names is there and fits together, as far as it can be told without Docker and systemd."""

import re
import shlex
import shutil
import subprocess
import tomllib
from configparser import ConfigParser
from pathlib import Path, PurePosixPath

import pytest
import yaml

from mailbot.cli import _parser
from mailbot.settings import load_settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
HOME, CONFIG = PurePosixPath("/var/lib/mailbot"), PurePosixPath("/etc/mailbot/config.toml")


@pytest.fixture(scope="module")
def instructions():
    """(keyword, rest) of the Dockerfile."""
    joined = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in joined.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def copied(instructions):
    return [
        name
        for keyword, rest in instructions
        if keyword == "COPY" and not rest.startswith("--from")
        for name in rest.split()[:-1]
    ]


def test_the_image_is_made_of_files_that_are_there_and_of_every_package(instructions):
    names = copied(instructions)
    assert [name for name in names if not (ROOT / name).exists()] == []
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    assert {package.partition(".")[0] for package in packages} <= set(names)


def test_nothing_that_the_image_needs_is_kept_from_it(instructions):
    let_in = {
        line.removeprefix("!")
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert let_in == set(copied(instructions))


def test_every_package_of_the_image_is_pinned_with_its_hash(instructions):
    installs = [command for keyword, rest in instructions if keyword == "RUN" for command in rest.split("&&")
                if "pip install" in command]  # fmt: skip
    assert installs
    for command in installs:
        assert "--require-hashes" in command or "--no-deps" in command, command
    lock = (ROOT / "requirements-server.lock").read_text()
    for package in ("psycopg", "procrastinate", "s3fs", "setuptools"):
        assert re.search(rf"^{package}==", lock, re.M), package


def test_the_image_runs_as_nobody_in_particular(instructions):
    last = [rest for keyword, rest in instructions if keyword == "USER"]
    assert last == ["mailbot"]


@pytest.mark.parametrize("service", ["daemon", "worker"])
def test_a_service_is_called_as_the_command_line_knows_it(compose, service):
    command = compose["services"][service]["command"]
    assert _parser().parse_args(command).config == Path(CONFIG)


@pytest.mark.parametrize("service", ["daemon", "worker"])
def test_a_service_may_write_to_its_data_alone(compose, service):
    told = compose["services"][service]
    assert told["read_only"]
    assert told["cap_drop"] == ["ALL"]
    assert [volume for volume in told["volumes"] if not volume.endswith(":ro")] == [f"data:{HOME}"]


def test_secrets_and_dependencies_are_declared(compose):
    for name, told in compose["services"].items():
        assert set(told.get("secrets", ())) <= set(compose["secrets"]), name
        assert set(told.get("depends_on", ())) <= set(compose["services"]), name
    dockerfile = compose["services"]["daemon"]["build"]
    assert (DEPLOY / dockerfile["context"] / dockerfile["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_the_examples_configuration_fits_the_containers(compose):
    settings = load_settings(DEPLOY / "config" / "config.example.toml")
    database = compose["services"]["database"]["environment"]
    assert settings.ledger.url == f"postgresql+psycopg://{database['POSTGRES_USER']}@database/{database['POSTGRES_DB']}"
    for path in (settings.ledger.archive, settings.data_folder, settings.reading.cache):
        assert PurePosixPath(path).is_relative_to(HOME), f"{path} would be on the read-only disk"
    secrets = {box.password_file.name for box in settings.mailbox}
    assert secrets <= set(compose["services"]["daemon"]["secrets"])
    assert {str(box.password_file.parent) for box in settings.mailbox} == {"/run/secrets"}
    assert f":{settings.monitor.port}/healthz" in compose["services"]["daemon"]["healthcheck"]["test"][-1]


def test_a_worker_holds_no_mailboxs_password(compose):
    assert compose["services"]["worker"]["secrets"] == ["pgpass"]


UNITS = ("mailbot.service", "mailbot-worker@.service")


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_called_as_the_command_line_knows_it(unit):
    told = ConfigParser(strict=False, interpolation=None)
    told.optionxform = str
    told.read_string((DEPLOY / unit).read_text())
    program, *arguments = shlex.split(told["Service"]["ExecStart"])
    assert program == "/opt/mailbot/.venv/bin/mailbot"
    assert _parser().parse_args(arguments).config == Path(CONFIG)
    assert told["Service"]["User"] == "mailbot"


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_lets_the_children_raise_their_walls(unit):
    """What systemd does not know it ignores with a line in the journal that nobody reads."""
    allowed = re.findall(r"^SystemCallFilter=(.*)$", (DEPLOY / unit).read_text(), re.M)
    calls = {call for line in allowed for call in line.split()}
    assert calls == {"@system-service", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", UNITS)
def test_this_machines_systemd_knows_every_word_of_a_unit_and_finds_little_exposed(unit):
    told = subprocess.run(["systemd-analyze", "verify", DEPLOY / unit], capture_output=True, text=True, check=False)
    assert [line for line in told.stderr.splitlines() if "ignoring" in line or "nknown" in line] == []
    rated = ["systemd-analyze", "security", "--offline=true", "--threshold=20", DEPLOY / unit]
    assert subprocess.run(rated, capture_output=True, text=True, check=False).returncode == 0, (
        "exposure above 2.0 of 10"
    )
