"""Every row of the rule book that a mailbox can act on is decided somewhere and proved by a test."""

import importlib.util
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
_SPEC = importlib.util.spec_from_file_location("coverage_of_rows", ROOT / "scripts/coverage.py")
coverage = importlib.util.module_from_spec(_SPEC)
sys.modules[_SPEC.name] = coverage
_SPEC.loader.exec_module(coverage)
ROWS = {row.id: row for row in coverage.rows()}

#: How many rows each part of the rule book has.
PARTS = {"G": 45, "L": 5, "A": 29, "B": 8, "C": 19, "D": 40, "E": 40, "I": 36}


@pytest.mark.parametrize(("part", "count"), PARTS.items())
def test_no_row_is_left_out(part, count):
    assert [name for name in ROWS if name[0] == part] == [f"{part}{number:02d}" for number in range(1, count + 1)]


#: The others are another system's, a person's or no matter of the mailbox.
OURS = [row for row in ROWS.values() if row.kind in coverage.REQUIRED]


@pytest.mark.parametrize("row", OURS, ids=lambda row: f"{row.id} {row.kind}")
def test_a_row_is_decided_and_proved_or_somebody_elses(row):
    assert not row.lacks, f"{row.words}: code {row.code}, proof {row.proof}; name it in tests/coverage/rows.toml"


@pytest.mark.parametrize("row", [row for row in ROWS.values() if row.kind in "APT"], ids=lambda row: row.id)
def test_what_the_bot_decides_is_put_off_to_nobody(row):
    assert not row.reason


def test_every_place_that_is_named_is_there():
    assert list(coverage.faults()) == []


def test_the_document_is_the_one_that_the_code_gives():
    written = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
    assert written == coverage.document(), "stale: run python scripts/coverage.py"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        pytest.param('[rows]\nG01 = "M x"\n', "G01 (class M): no code names it", id="neither code nor test"),
        pytest.param('[rows]\nG01 = "M x"\n[code]\nG99 = []\n', "[code] G99: there is no such row", id="no such row"),
        pytest.param(
            '[rows]\nG01 = "M x"\n[proof]\nG01 = ["tests/test_coverage.py::test_none"]\n',
            "is not there",
            id="no such test",
        ),
        pytest.param('[rows]\nA01 = "A x"\n[person]\nA01 = "x"\n', "is the bot's", id="the bot's own put off"),
    ],
)
def test_what_is_missing_is_named(tmp_path, monkeypatch, table, told):
    file = tmp_path / "rows.toml"
    file.write_text(table, encoding="utf-8")
    monkeypatch.setattr(coverage, "ROWS", file)
    monkeypatch.setattr(coverage, "CODE", ())
    assert any(told in fault for fault in coverage.faults())


def test_the_switches_are_written_down_as_the_program_has_them():
    written = (ROOT / "docs/packs.md").read_text(encoding="utf-8")
    assert coverage.with_switches(written) == written, "stale: run python scripts/coverage.py"


def test_the_list_of_rows_is_well_formed():
    told = tomllib.loads((ROOT / "tests/coverage/rows.toml").read_text(encoding="utf-8"))
    assert set(told) <= {"rows", "code", "proof", "person"}
    assert {text.partition(" ")[0] for text in told["rows"].values()} <= set("APTLMXHNEI")
