"""A text of an office fits the terminal: columns stand under each other, and nothing is torn apart or lost."""

import pytest
from rich.cells import cell_len

from mailbot.commands.layout import laid_out

LONG = "请于2026年12月14日前将承诺保证书、社保证明等全部材料（扫描件）发送至cqjtzjzd@vip.163.com，并抄送监理企业。"


def test_what_is_told_begins_in_one_column_however_wide_the_names():
    lines = laid_out("  收到时间\t2026\n  审核单位（全称）\t中心\n  id\t7\n", 80).splitlines()
    assert {cell_len(line[: line.index(told)]) for line, told in zip(lines, ("2026", "中心", "7"), strict=True)} == {20}


def test_each_run_of_lines_has_its_own_column():
    first, _, other = laid_out("一二三四\t1\n第一部分\n五\t2\n", 80).splitlines()
    assert (first, other) == ("一二三四  1", "五  2")


def test_one_very_long_name_does_not_push_the_others_away():
    short, long = laid_out("甲\t1\n" + "很" * 30 + "\t2\n", 80).splitlines()
    assert short == "甲  1"
    assert long.endswith("很  2")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("text", [LONG, f"　　{LONG}", f"  需补正\t{LONG}", f"〔承诺保证书.pdf〕{LONG}"])
def test_a_long_line_goes_on_below_where_it_began_and_loses_nothing(text, width):
    lines = laid_out(text, width).splitlines()
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(any(word in line for line in lines) for word in ("cqjtzjzd@vip.163.com", "2026年12月14日"))
    assert not [line for line in lines if line.strip()[0] in "，。）、"]
    indents = {len(line) - len(line.lstrip(" ")) for line in lines[1:]}
    assert len(indents) <= 1


def test_a_word_wider_than_the_terminal_is_cut_rather_than_lost():
    lines = laid_out("  原件\t" + "8a" * 32, 60).splitlines()
    assert all(cell_len(line) <= 60 for line in lines)
    assert "".join(line.strip().removeprefix("原件").strip() for line in lines) == "8a" * 32


def test_nothing_is_nothing():
    assert laid_out("", 80) == ""
