"""`mailbot ledger decide` does what a reply does, for who stands in the roster today."""

from datetime import datetime

import pytest

from ledger.entries import CaseState
from ledger.ledger import Ledger
from ledger.office_time import OFFICE_TIME
from mailbot.cli import main
from mailbot.commands.decide import understood
from mailbot.errors import UsageError
from mailbot.examination.command import Call, Check, Command, Word
from parsers.names import fold_firm
from tests.builders_decisions import Bureau
from tests.builders_service import REVIEWER

CONFIG = """
[[mailbox]]
address = "cqjtzjzd@vip.163.com"
matters = ["engineer_track_record", "firm_track_record"]
reviewers = ["reviewer@example.invalid"]
imap_host = "127.0.0.1"
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_tls = "none"

[[reviewer]]
name = "李审核"
address = "reviewer@example.invalid"
valid_from = 2026-01-01

[[reviewer]]
name = "前审核"
address = "former@example.invalid"
valid_from = 2025-01-01
valid_until = 2025-12-31
"""


@pytest.fixture
def case(tmp_path):
    """(configuration file, number of a referred case, a look at it)."""
    with Bureau(tmp_path) as bureau:
        bureau.time = datetime.now(OFFICE_TIME)
        number = bureau.referred()
    config = tmp_path / "config.toml"
    config.write_text(CONFIG, encoding="utf-8")

    def look():
        with Ledger.open(f"sqlite:///{tmp_path}/data/ledger.db", fold=fold_firm) as ledger:
            return ledger.case(number)

    return str(config), number, look


def decide(config, number, *words, actor=REVIEWER):
    return main(["ledger", "decide", number, *words, "--actor", actor, "--config", config])


def test_a_word_decides_and_shows_its_transcript(case, capsys):
    config, number, look = case
    assert decide(config, number, "受理") == 0
    file = look()
    assert file.case.state is CaseState.COMPLETE
    assert [(one.letter.kind, one.letter.state.value) for one in file.letters][-1] == ("complete", "queued")
    shown = capsys.readouterr().out
    assert "【材料齐全】" in shown
    assert "请直接回复" not in shown
    assert [one.actor for one in file.events if one.action == "decided"] == [REVIEWER]


def test_a_checklist_is_kept(case):
    config, number, look = case
    assert decide(config, number, "备注", "check:insurance=ok") == 0
    assert decide(config, number, "check:municipal=一致") == 0
    steps = look().case.steps
    assert steps["insurance_checked"] == "valid"
    assert steps["systems_agree"] == "yes"


def test_what_is_not_possible_fails_and_says_why(case, capsys):
    config, number, look = case
    assert decide(config, number, "通过") == 1
    told = capsys.readouterr().err
    assert "不能这样办理" in told
    assert "请直接回复" not in told
    assert look().case.state is CaseState.REFERRED


@pytest.mark.parametrize("words", [["通过？"], ["不通过"], ["好"], ["check:weather=fine"], ["视频核验", "改期"]])
def test_what_is_not_understood_is_wrong_usage(case, words):
    config, number, look = case
    assert decide(config, number, *words) == 2
    assert look().case.state is CaseState.REFERRED


@pytest.mark.parametrize("actor", ["former@example.invalid", "nobody@example.invalid", ""])
def test_only_who_serves_today_decides(case, actor):
    config, number, look = case
    assert decide(config, number, "受理", actor=actor) == 2
    assert look().case.state is CaseState.REFERRED


def test_a_decision_is_taken_back(case, capsys):
    config, number, look = case
    decide(config, number, "不通过：照片与证件不符")
    assert decide(config, number, "撤销") == 0
    assert look().case.state is CaseState.REFERRED
    capsys.readouterr()
    assert decide(config, number, "查询") == 0
    shown = capsys.readouterr().out
    assert "撤销不通过" in shown
    assert "请直接回复" not in shown


@pytest.mark.parametrize(
    ("words", "command"),
    [
        (["视频核验", "未接通"], Command(Word.CALL, call=Call.UNREACHABLE)),
        (["视频核验", "未通过：不是本人"], Command(Word.CALL, text="不是本人", call=Call.FAILED)),
        (["备注", "check:national=一致"], Command(Word.CHECK, text="一致", check=Check.NATIONAL)),
        (["check:project_changed=2026-02-02"], Command(Word.CHECK, text="2026-02-02", check=Check.PROJECT_CHANGED)),
        (["备注：重庆系统=一致"], Command(Word.CHECK, text="一致", check=Check.MUNICIPAL)),
    ],
)
def test_words_may_be_apart(words, command):
    assert understood(words) == command


def test_what_could_be_meant_is_told():
    with pytest.raises(UsageError, match="不通过：理由"):
        understood(["不通过"])
