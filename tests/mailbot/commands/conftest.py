"""The office, its ledger, and a command line that is run in it."""

import pytest

from ledger.ledger import Ledger
from mailbot.cli import main
from mailbot.settings import load_settings
from parsers.names import fold_firm
from tests.mailbot.commands.some_cases import BOX, BOX_TABLE, CONFIG, OTHER_BOX


@pytest.fixture
def config(tmp_path):
    boxes = BOX_TABLE.format(address=BOX, matter="engineer_track_record")
    boxes += BOX_TABLE.format(address=OTHER_BOX, matter="firm_information")
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.format(tables=boxes), "utf-8")
    return file


@pytest.fixture
def settings(config):
    return load_settings(config)


@pytest.fixture
def ledger(settings):
    settings.data_folder.mkdir(parents=True)
    with Ledger.open(settings.ledger.url, fold=fold_firm) as opened:
        yield opened


@pytest.fixture
def run(config, capsys):
    def told(*arguments, code=0):
        assert main([*arguments, "--config", str(config)]) == code
        return capsys.readouterr()

    return told
