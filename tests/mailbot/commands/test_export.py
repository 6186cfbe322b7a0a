"""The work ledger as a file: Chinese, masked, the same bytes each time."""

import csv

from openpyxl import load_workbook

from tests.ledger.builders import LEASE, NOW, a_case, an_arrival, some_facts
from tests.mailbot.commands.some_cases import (
    BOX,
    CITIZEN,
    PHONE,
    three_cases,
)


def test_the_export_speaks_chinese_and_hides_people(run, ledger, tmp_path):
    three_cases(ledger)
    run("ledger", "export", str(tmp_path / "l.xlsx"))
    book = load_workbook(tmp_path / "l.xlsx")
    words = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {"审核通过", "缺承诺保证书", "监理工程师业绩登记", "按时反馈率", "李审核"} <= set(words)
    stable = {"complete", "engineer_track_record", "letter_missing", "add", "approved", "defect", "filed"}
    assert not stable & set(words)
    text = "\n".join(words)
    assert not [secret for secret in (PHONE, CITIZEN, "zhang@applicant.example") if secret in text]
    assert book["台账"].max_row == 4


def test_the_export_of_one_mailbox_and_period_has_the_same_bytes_each_time(run, ledger, tmp_path):
    three_cases(ledger)
    for name in ("one.csv", "two.csv"):
        run("ledger", "export", str(tmp_path / name), "--mailbox", BOX, "--from", "2026-11-20", "--to", "2026-11-20")
    assert (tmp_path / "one.csv").read_bytes() == (tmp_path / "two.csv").read_bytes()
    assert len((tmp_path / "one.csv").read_text("utf-8-sig").splitlines()) == 2


def test_the_export_of_a_project_says_what_presses_on_it(run, ledger, config, tmp_path):
    """G27 for a building permit, G26 before the notice of supervision, G28 for inspections."""
    rows = (
        "项目名称,管理权限,质量监督通知书日期,合同额,合同工期,公路等级\n渝西高速公路,市级,2026-12-31,800,24,高速公路\n"
    )
    (tmp_path / "projects.csv").write_text(rows, "utf-8")
    config.write_text(config.read_text("utf-8") + '\n[folders]\nprojects = "projects.csv"\n', "utf-8")
    first, *_ = three_cases(ledger)
    run("ledger", "export", str(tmp_path / "l.csv"), "--project", "渝西")
    header, *told = csv.reader((tmp_path / "l.csv").read_text("utf-8-sig").splitlines())
    (shown,) = [dict(zip(header, row, strict=True)) for row in told]
    assert (shown["收件编号"], shown["质量监督通知书日期"], shown["督查重点"]) == (first, "2026-12-31", "是")


def test_questions_and_complaints_have_a_sheet_of_their_own(run, ledger, tmp_path):
    """G44: with and without a case; applications are not among them."""
    three_cases(ledger)
    a_case(ledger, 4, mailbox=BOX, facts=some_facts(matter="", findings=()), subject="关于审核时限的意见")
    ledger.record_mails([an_arrival(5, mailbox=BOX, subject="请问需要哪些材料")], NOW)
    ledger.answer(ledger.claim("worker", LEASE, NOW), "question")
    run("ledger", "export", str(tmp_path / "l.xlsx"))
    rows = list(load_workbook(tmp_path / "l.xlsx")["问题与意见"].iter_rows(min_row=2, values_only=True))
    assert [(row[3], bool(row[2])) for row in rows] == [("关于审核时限的意见", True), ("请问需要哪些材料", False)]


def test_an_export_of_another_kind_is_refused(run, ledger, tmp_path):
    assert ".xlsx or .csv" in run("ledger", "export", str(tmp_path / "l.pdf"), code=2).err
