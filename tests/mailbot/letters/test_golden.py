"""Every letter and every mail to a reviewer reads word for word as it was looked at (tests/golden)."""

import os
import re
from pathlib import Path

import pytest

import templates
from mailbot.examination.command import Command, parse
from tests.builders_desk import text_of
from tests.builders_letters import LETTERS, desk_mails, letter, notes

GOLDEN = Path(__file__).parents[2] / "golden"
DESK = ("digest", "referral", "reminder", "report")
NOTES = (
    "transcript", "handed_over", "history", "not_understood", "not_possible", "confirm", "refused", "prompt",
    "recomputed",
)  # fmt: skip


def assert_reads_as_looked_at(name: str, text: str) -> None:
    """MAILBOT_GOLDEN=write lays the present words down for a look at the difference."""
    file = GOLDEN / f"{name}.txt"
    text = re.sub(r"[A-Z2-7]{26}", "TOKEN", text).replace("\r\n", "\n")
    if os.environ.get("MAILBOT_GOLDEN") == "write":
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", LETTERS)
def test_every_letter_to_an_applicant(name):
    tag, text, _ = letter(name)
    assert_reads_as_looked_at(f"letter-{name}", f"{tag}\n{text}")


@pytest.mark.parametrize("kind", NOTES)
def test_every_note_to_a_reviewer(kind):
    assert_reads_as_looked_at(f"note-{kind}", notes()[kind][0])


@pytest.mark.parametrize("kind", DESK)
def test_every_mail_of_the_desk(kind):
    assert_reads_as_looked_at(kind, re.sub(r"(?<=台账校验值：).*", "…", text_of(desk_mails()[kind])))


def told_words():
    """Every line of help that a reviewer is shown, without what explains it."""
    for file in sorted(GOLDEN.glob("*.txt")):
        _, marked, rest = file.read_text(encoding="utf-8").partition("第一行只写下列词语之一：\n")
        for line in rest.splitlines() if marked else ():
            if line.startswith("　　") and (word := re.split("　+", line.strip("　"))[0]):
                yield word


@pytest.mark.parametrize("word", sorted(set(told_words())))
def test_every_word_that_a_reviewer_is_told_is_understood(word):
    asked = (
        word.replace("：内容", "：监理合同段名称与截图不一致").replace("：理由", "：材料虚假").replace("姓名", "王审核")
    )
    assert isinstance(parse(asked.strip()), Command)


def test_none_is_left_out_and_none_is_left_over():
    folder = Path(templates.__file__).parent
    words = {file.name.partition(".")[0] for file in folder.glob("feedback/*.zh.j2")}
    assert {kind for kind, _ in LETTERS.values()} == {name for name in words if not name.startswith("_")}
    words = {file.name.partition(".")[0] for file in folder.glob("reviewer/*.zh.j2")}
    at_the_terminal = {"case", "deadline_proof", "examined", "papers"}
    assert {*NOTES, *DESK} == {name for name in words if not name.startswith("_")} - at_the_terminal
    names = {*DESK, *(f"note-{kind}" for kind in NOTES), *(f"letter-{name}" for name in LETTERS)}
    assert {file.stem for file in GOLDEN.glob("*.txt")} == names
