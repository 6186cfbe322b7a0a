"""The exported 工作台账 holds applicants' words as words, and the same rows give the same bytes."""

import csv
import time
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from ledger.entries import CaseEntry, CaseState
from ledger.export import export_csv, export_xlsx, titles
from tests.ledger.builders import MAILBOX, NOW, some_facts


def a_row(**facts):
    return CaseEntry(
        "ZJZD-2026-0001", CaseState.COMPLETE, some_facts(**facts), MAILBOX, NOW, 0, None, None, None, date(2029, 11, 20)
    )


def cell(path, title, row=2):
    sheet = load_workbook(path)["台账"]
    return sheet.cell(row, list(titles()).index(title) + 1)


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1+1", "-1", "@SUM(A1)", "\tx"])
def test_words_of_applicants_are_no_formulas(tmp_path, text):
    export_xlsx(tmp_path / "l.xlsx", [a_row(project=text)])
    shown = cell(tmp_path / "l.xlsx", "项目名称")
    assert (shown.data_type, shown.value) == ("s", text)
    export_csv(tmp_path / "l.csv", [a_row(project=text)])
    with (tmp_path / "l.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][list(titles()).index("项目名称")] == f"'{text}"


def test_control_signs_are_replaced_and_long_numbers_stay_text(tmp_path):
    export_xlsx(tmp_path / "l.xlsx", [a_row(project="a\x00b\x07c", credit_identifier="915000001234567890")])
    assert cell(tmp_path / "l.xlsx", "项目名称").value == "ab\ufffdc"
    assert cell(tmp_path / "l.xlsx", "统一社会信用代码").value == "915000001234567890"


def test_days_and_moments_are_dates_in_the_offices_time(tmp_path):
    export_xlsx(tmp_path / "l.xlsx", [a_row()])
    assert cell(tmp_path / "l.xlsx", "反馈期限").value == datetime(2026, 12, 4)  # noqa: DTZ001 - sheets know no zones
    assert cell(tmp_path / "l.xlsx", "收到时间").value == datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001 - the same


def test_stable_words_are_named_and_numbers_masked(tmp_path):
    export_xlsx(tmp_path / "l.xlsx", [a_row()], label=lambda kind, word: f"{kind}:{word}", mask=lambda text: "***")
    assert cell(tmp_path / "l.xlsx", "状态").value == "state:complete"
    assert cell(tmp_path / "l.xlsx", "发件邮箱").value == "***"


def test_the_header_is_frozen_and_filtered(tmp_path):
    export_xlsx(tmp_path / "l.xlsx", [a_row(), a_row()])
    sheet = load_workbook(tmp_path / "l.xlsx")["台账"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref.endswith("3")


@pytest.mark.parametrize("export", [export_xlsx, export_csv])
def test_the_same_rows_give_the_same_bytes(tmp_path, export):
    export(tmp_path / "one", [a_row()])
    time.sleep(1.1)
    export(tmp_path / "two", [a_row()])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_an_export_that_fails_leaves_nothing(tmp_path):
    def rows():
        yield a_row()
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        export_csv(tmp_path / "l.csv", rows())
    assert list(tmp_path.iterdir()) == []
