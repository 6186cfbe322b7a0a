"""Cases are listed by what the flags choose, in a table that fits the terminal, and drawn to be looked at again."""

import json

import pytest
from rich.cells import cell_len

from mailbot.letters.labels import Labels
from tests.mailbot.commands.some_cases import CITIZEN, OTHER_BOX, REVIEWER, three_cases


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        pytest.param((), (2, 1, 0), id="newest first"),
        pytest.param(("--limit", "1"), (2,), id="limit"),
        pytest.param(("--mailbox", OTHER_BOX), (2,), id="mailbox"),
        pytest.param(("--mailbox", "zjzd"), (1, 0), id="mailbox by its number's prefix"),
        pytest.param(("--reviewer", "李审核"), (1,), id="reviewer by name"),
        pytest.param(("--reviewer", REVIEWER), (1,), id="reviewer by address"),
        pytest.param(("--engineer", "赵金生"), (0,), id="engineer"),
        pytest.param(("--state", "approved"), (1,), id="state"),
        pytest.param(("--matter", "firm_information"), (2,), id="matter"),
        pytest.param(("--from", "2026-11-21", "--to", "2026-11-21"), (1,), id="dates, both days within"),
        pytest.param(("--project", "渝西"), (0,), id="project (G27)"),
        pytest.param(("--due-to", "2026-12-03"), (), id="none due by then"),
        pytest.param(("--due-to", "2026-12-04"), (2, 0), id="due by then, still running"),
    ],
)
def test_the_list_is_filtered_by(run, ledger, filters, found):
    numbers = three_cases(ledger)
    lines = run("ledger", "list", "--json", *filters).out.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [numbers[place] for place in found]
    assert CITIZEN not in "".join(lines)


@pytest.mark.parametrize(("flag", "value"), [("--mailbox", "x@y.example"), ("--state", "lost")])
def test_an_unknown_filter_is_named_with_what_is_known(run, ledger, flag, value):
    assert value in (told := run("ledger", "list", flag, value, code=2).err)
    assert "use one of" in told


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_the_table_fits_the_terminal_and_tears_no_word(run, ledger, monkeypatch, width):
    """Only a name may take a second line; the wider the terminal, the more is shown."""
    numbers = three_cases(ledger)
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("ledger", "list").out.splitlines()
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    told = "\n".join(lines)
    labels = Labels()
    assert all(number in told for number in numbers)
    assert all(labels("state", state) in told for state in ("approved", "complete"))
    assert ("2026-12-04" in told) == (width >= 80)
    assert ("收到时间" in told) == (width >= 100)
    assert ("山城路监理有限公司" in told) == (width >= 120)
    assert "赵金生" in told


def test_an_empty_list_is_no_failure(run, ledger):
    assert run("ledger", "list").err == ""


def test_a_state_is_chosen_by_the_name_that_the_table_shows(run, ledger):
    numbers = three_cases(ledger)
    (line,) = run("ledger", "list", "--json", "--state", "审核通过").out.splitlines()
    assert json.loads(line)["number"] == numbers[1]


def test_a_sample_is_drawn_again_alike(run, ledger):
    three_cases(ledger)
    draw = ("ledger", "sample", "--month", "2026-11", "--rate", "0.5", "--seed", "7")
    first, again = run(*draw), run(*draw)
    assert first.out == again.out
    assert len(first.out.split()) == 2
    assert "first drawn" in again.err
    run("ledger", "sample", "--month", "2026-11", "--rate", "2", "--seed", "7", code=2)
