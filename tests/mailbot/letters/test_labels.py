"""Every stable word of the ledger has its Chinese name, in one table that an office may lay its own over."""

import ast
from pathlib import Path

from ledger.entries import CaseState, LetterState, MailState
from mailbot.commands.table import _COLUMNS
from mailbot.decisions.checklist import IDENTITY, VERIFICATION
from mailbot.examination.clocks import COURSES
from mailbot.examination.command import Check, Word
from mailbot.letters.labels import Labels
from mailbot.letters.rendering import Words
from mailbot.watch.alarms import AlarmKind
from parsers.documents.document import DocumentKind

ROOT = Path(__file__).parents[3]


def test_every_finding_and_state_has_a_chinese_name():
    labels = Labels()
    assert Words().codes <= labels.known("finding")
    assert {state.value for state in CaseState} == labels.known("state")
    assert {state.value for state in MailState} == labels.known("mail")
    assert {state.value for state in LetterState} == labels.known("letter_state")
    assert set(AlarmKind) == labels.known("alarm")
    assert {column.word for column in _COLUMNS} == labels.known("column")
    assert {kind.value for kind in DocumentKind} == labels.known("paper")
    assert set(Word) == labels.known("word")
    assert set(COURSES) == labels.known("clock")
    assert {VERIFICATION, IDENTITY, Check.MUNICIPAL, Check.NATIONAL, Check.INSURANCE} == labels.known("lookup")


def test_an_office_names_words_its_own_way(tmp_path):
    (tmp_path / "labels.toml").write_text('[state]\napproved = "同意"\n', "utf-8")
    labels = Labels(tmp_path)
    assert (labels("state", "approved"), labels("state", "rejected")) == ("同意", "审核不通过")
    assert labels("finding", "office_own_code") == "office_own_code"


def told_of_cases():
    """The names of events that the ledger writes, as far as they stand in its code as they are."""
    for file in (ROOT / "ledger").glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "tell":
                about_case = any(one.arg == "case" or one.arg == "mail" for one in call.keywords)
                if about_case and isinstance(call.args[2], ast.Constant):
                    yield call.args[2].value


def test_every_event_of_a_case_has_a_chinese_name():
    built = {f"mail_{state.value}" for state in (MailState.SET_ASIDE, MailState.ANSWERED, MailState.DUPLICATE)}
    built |= {f"letter_{state.value}" for state in LetterState if state not in (LetterState.HELD, LetterState.SENDING)}
    assert {*told_of_cases(), *built} <= Labels().known("event")
