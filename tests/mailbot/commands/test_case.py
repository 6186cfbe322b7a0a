"""One case is shown with its whole history, in the office's words."""

import re
from datetime import date, timedelta

import pytest
from rich.cells import cell_len

from ledger.entries import CaseState, ClockEntry
from ledger.retention import MARKED_DAYS
from mailbot.letters.labels import Labels
from tests.ledger.builders import NOW, a_case, a_letter, later, some_facts
from tests.mailbot.commands.some_cases import BOX, CITIZEN, OVER, PHONE, REVIEWER, three_cases, unbroken


def test_show_tells_the_whole_history_masked(run, ledger):
    number, *_ = three_cases(ledger)
    ledger.record_step(number, {"verified_on": "2026-11-22"}, actor=REVIEWER, now=NOW)
    told = run("ledger", "show", number).out
    for word in ("缺承诺保证书", "材料不符合要求的反馈期限", "立件", "企业复核完成日（人工）2026-11-22"):
        assert word in unbroken(told)
    assert PHONE not in told
    assert CITIZEN not in told


def a_call_is_noted(ledger, number):
    at, noted = later(hours=1).isoformat(), later(hours=2).isoformat()
    steps = {
        f"call {at}": {"at": at, "by": REVIEWER, "reached": False},
        f"note {noted}": {"at": noted, "by": REVIEWER, "text": f"改打{PHONE}"},
        "identity_checked": "video", "identity_checked_on": at, "identity_result": "unreachable",
        "check_municipal": {"result": "一致", "by": REVIEWER, "at": noted}, "systems_agree": "yes",
        "acceptance_on": "2026-08-02",
    }  # fmt: skip
    on_site, state = a_letter("on_site", mailbox=BOX, subject="【现场办理】"), CaseState.COMPLETE
    ledger.decide(
        number, "call", actor=REVIEWER, expected=state, state=state, steps=steps, letters=[on_site], now=later(hours=2)
    )
    clock = ClockEntry("overall10", "二", date(2026, 12, 4), started_on=date(2026, 11, 20))
    ledger.update_clocks(number, (clock,), why="calendar", now=later(hours=3))


@pytest.mark.parametrize("width", [60, 80, 100])
def test_show_speaks_the_offices_words_and_fits_the_terminal(run, ledger, monkeypatch, width):
    number, *_ = three_cases(ledger)
    a_call_is_noted(ledger, number)
    monkeypatch.setenv("COLUMNS", str(width))
    told = run("ledger", "show", number).out
    assert all(cell_len(line) <= width for line in told.splitlines())
    told = unbroken(told)
    for words in (
        "视频核验未接通（李审核，2026-11-2010:00）", "重庆系统核对一致（李审核", "交工验收2026-08-02",
        "审核人员办理：视频核验，拟发现场办理", "期限重算：放假安排更新，办理期限为2026-12-04", "备注改打138****0001",
        "期限证明办理期限",
    ):  # fmt: skip
        assert words in told
    kinds = (
        "state",
        "verdict",
        "event",
        "word",
        "step",
        "lookup",
        "check",
        "letter",
        "letter_state",
        "mail",
        "severity",
    )
    stable = {word for kind in kinds for word in Labels().known(kind)}
    assert not stable & set(re.findall(r"[a-z_]{3,}", told))


def test_show_tells_a_complaint_and_what_is_left_of_a_destroyed_case(run, ledger):
    complaint = a_case(ledger, 1, mailbox=BOX, facts=some_facts(matter="", findings=(), clocks=()), subject="投诉")
    told = run("ledger", "show", complaint).out
    assert "投诉" in told
    assert "期限" not in told
    number = a_case(ledger, 2, mailbox=BOX)
    ledger.decide(number, "approve", actor=REVIEWER, expected=CaseState.COMPLETE, state=CaseState.APPROVED, now=NOW)
    for day in (OVER, OVER + timedelta(days=MARKED_DAYS)):
        ledger.mark_for_purge(day.date(), now=day)
        ledger.destroy(day.date(), 10, now=day)
    told = run("ledger", "show", number).out
    assert "到期销毁" in told
    assert "张三" not in told
