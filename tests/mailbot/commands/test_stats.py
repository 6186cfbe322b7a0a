"""A period's figures, for people and programs."""

import json

from tests.mailbot.commands.some_cases import (
    BOX,
    three_cases,
)


def test_figures_are_told_to_people_and_programs(run, ledger):
    three_cases(ledger)
    period = ("--from", "2026-11-01", "--to", "2026-11-30")
    told = json.loads(run("ledger", "stats", "--json", *period).out)
    assert (told["received"], told["closed"], told["groups"]["mailbox"][BOX]["received"]) == (3, 1, 2)
    assert json.loads(run("ledger", "stats", "--json", *period, "--mailbox", BOX).out)["received"] == 2
    assert "按时反馈率" in run("ledger", "stats", *period).out
