"""Every threat has a test that exists, or a reason why it has none."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GROUPS = {"A": 19, "B": 29, "C": 15, "D": 18, "E": 10, "F": 31}
_ROW = re.compile(r"^\| ([A-F]\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
_TEST = re.compile(r"(tests/[\w/]+\.py)(?:::(\w+))?")
ROWS = _ROW.findall((ROOT / "docs/threats.md").read_text(encoding="utf-8"))


def test_no_threat_is_left_out_and_none_stands_twice():
    numbers = [number for number, _, _ in ROWS]
    assert len(set(numbers)) == len(numbers) == 122
    assert Counter(number[0] for number in numbers) == GROUPS


@pytest.mark.parametrize(("number", "shown_by"), [(number, shown) for number, _, shown in ROWS])
def test_what_is_named_exists(number, shown_by):
    named = _TEST.findall(shown_by)
    assert named or shown_by.startswith("no test: ")
    for file, function in named:
        source = (ROOT / file).read_text(encoding="utf-8")
        assert not function or re.search(rf"def {function}\b", source), f"{number}: {file} has no {function}"


def test_what_has_no_test_is_the_exception():
    assert sum(shown.startswith("no test: ") for _, _, shown in ROWS) <= 8
