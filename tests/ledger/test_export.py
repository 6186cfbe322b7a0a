"""The exported 工作台账 holds applicants' words as words, and the same rows give the same bytes."""

import csv
import time
import zipfile
from dataclasses import replace
from datetime import date, datetime

import pytest
from openpyxl import load_workbook

from ledger import cases
from ledger.book import CASES, EXCHANGES, ITEMS, View, entered_at
from ledger.entries import CaseEntry, CaseState, ClockEntry, FindingEntry, LetterState
from ledger.export import export_csv, export_xlsx, titles
from ledger.overview import CaseRecord, Exchange, Round
from parsers.masking import mask
from tests.ledger.builders import MAILBOX, NOW, a_case, a_letter, an_arrival, later, some_facts

SHA = "ab" * 32
OVERALL = ClockEntry("overall10", "二", date(2026, 12, 4))
DIRECT = ClockEntry("direct10", "附件4 3.5", date(2026, 12, 1), started_on=date(2026, 11, 17))
DOUBT = FindingEntry("firm_not_copied", "doubt", "", "")


def a_record(*, state=CaseState.COMPLETE, rounds=0, steps=None, closed_at=None, exchanges=None, **facts):
    entry = CaseEntry(
        "ZJZD-2026-0001", state, some_facts(**facts), MAILBOX, NOW, rounds, None, None, closed_at, date(2029, 11, 20),
        steps or {}, SHA,
    )  # fmt: skip
    opening = Exchange(NOW, True, "filed", "filed", "zhang@applicant.example", "张三/业绩登记", "<1@x>", SHA)
    told = (Round(1, NOW, entry.facts.verdict, entry.facts.findings),)
    return CaseRecord(entry, told, (opening, *(exchanges or ())))


def correction(sent=NOW):
    return Exchange(
        sent, False, "correction", LetterState.SENT, "zhang@applicant.example", "【补正告知】", "<2@x>", SHA
    )


def cell(path, title, row=2, sheet="台账", columns=CASES):
    names = titles() if columns is CASES else [column.title for column in columns]
    return load_workbook(path)[sheet].cell(row, names.index(title) + 1)


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1+1", "-1", "@SUM(A1)", "\tx", "＝1", "_x003D_1+1"])
def test_words_of_applicants_are_no_formulas(tmp_path, text):
    export_xlsx(tmp_path / "l.xlsx", [a_record(project=text)])
    shown = cell(tmp_path / "l.xlsx", "项目名称")
    assert (shown.data_type, shown.quotePrefix) == ("s", True)
    assert shown.value == text.replace("_x003D_", "_x005F_x003D_")  # as ECMA-376 writes a literal _x003D_
    with zipfile.ZipFile(tmp_path / "l.xlsx") as book:
        assert not any(b"<f>" in book.read(name) for name in book.namelist())


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@A1", "\tx", "＝1", " =1"])
def test_a_csv_cell_begins_with_no_sign_of_a_formula(tmp_path, text):
    export_csv(tmp_path / "l.csv", [a_record(project=text)])
    with (tmp_path / "l.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1][list(titles()).index("项目名称")] == f"'{text}"


def test_control_signs_are_replaced_and_long_numbers_stay_text(tmp_path):
    export_xlsx(tmp_path / "l.xlsx", [a_record(project="a\x00b\x07c\r\nd<&>", credit_identifier="915000001234567890")])
    assert cell(tmp_path / "l.xlsx", "项目名称").value == "ab\ufffdc\nd<&>"
    number = cell(tmp_path / "l.xlsx", "统一社会信用代码（脱敏）")
    assert (number.value, number.number_format) == ("915000001234567890", "@")


def test_days_and_moments_are_dates_in_the_offices_time(tmp_path):
    export_xlsx(tmp_path / "l.xlsx", [a_record()])
    due, received = (cell(tmp_path / "l.xlsx", title) for title in ("反馈期限", "收到时间"))
    assert (due.value, due.is_date) == (datetime(2026, 12, 4), True)  # noqa: DTZ001 - sheets know no zones
    assert received.value == datetime(2026, 11, 20, 9, 0)  # noqa: DTZ001 - the same


def test_a_deadline_that_waits_for_a_years_holidays_shows_its_bounds(tmp_path):
    clock = ClockEntry("feedback10", "二", None, date(2027, 1, 4), date(2027, 1, 6))
    export_xlsx(tmp_path / "l.xlsx", [a_record(clocks=(clock,))])
    assert cell(tmp_path / "l.xlsx", "反馈期限").value == "2027-01-04～2027-01-06"


def test_stable_words_are_named_and_numbers_and_addresses_masked(tmp_path):
    view = View(lambda kind, word: f"{kind}:{word}", lambda text: "***", lambda address: "zh***")
    export_xlsx(tmp_path / "l.xlsx", [a_record(exchanges=(correction(),))], view=view)
    shown = {title: cell(tmp_path / "l.xlsx", title).value for title in titles()}
    assert (shown["状态"], shown["登记类型"], shown["缺陷"]) == (
        "state:complete", "matter:engineer_track_record", "finding:firm_not_copied",
    )  # fmt: skip
    assert (shown["发件邮箱（脱敏）"], shown["申请人"], shown["邮件名称"]) == ("zh***", "***", "***")
    assert cell(tmp_path / "l.xlsx", "对方邮箱（脱敏）", 3, "往来邮件", EXCHANGES).value == "zh***"
    assert cell(tmp_path / "l.xlsx", "说明", 2, "事项", ITEMS).value == "***"


@pytest.mark.parametrize(
    ("record", "title", "value"),
    [
        pytest.param({}, "同步发送企业邮箱", "no", id="a defect of the copy"),
        pytest.param({"findings": ()}, "同步发送企业邮箱", "yes", id="copied"),
        pytest.param({"findings": (DOUBT,)}, "同步发送企业邮箱", "unsure", id="a doubt"),
        pytest.param({"verdict": "reminder", "findings": ()}, "同步发送企业邮箱", None, id="not asked"),
        pytest.param({"verdict": "correction"}, "材料齐全", "no", id="papers are missing"),
        pytest.param(
            {"documents": ({"kind": "explanation", "file": "a"}, {"kind": "other", "file": "a"})}, "附件数", 1,
            id="two papers in one file",
        ),
        pytest.param({"documents": ({"kind": "explanation"},)}, "是否逾期/情况说明", "explained", id="explained"),
        pytest.param({"steps": {"identity_checked": "video"}}, "身份核验方式", "video", id="a reviewer's step"),
        pytest.param({"steps": {"reason": "理由"}}, "办理说明（不通过原因）", "理由", id="a reason"),
        pytest.param({"rounds": 2, "exchanges": (correction(), correction(later(days=3)))},
                     "每次告知时间", "2026-11-20 09:00；2026-11-23 09:00", id="each correction"),
        pytest.param({"state": CaseState.APPROVED, "closed_at": later(days=3)}, "用时（工作日）", 1, id="days used"),
        pytest.param({"clocks": (DIRECT, OVERALL)}, "审核期限", DIRECT.due, id="direct closing's own period"),
        pytest.param({"clocks": (OVERALL,)}, "审核期限", None, id="the review has not begun"),
        pytest.param({"clocks": (OVERALL,), "matter": "firm_information"}, "审核期限", OVERALL.due,
                     id="附件1 has no period but that of 二 (I30)"),
        pytest.param({"clocks": (DIRECT,), "state": CaseState.CLOSED, "closed_at": later(days=12)}, "按时办结", "no",
                     id="closed late"),
        pytest.param({}, "序号", 1, id="its place in the list"),
        pytest.param({"project": "渝东高速公路"}, "项目层级/区县", "市级", id="the city's project"),
        pytest.param({}, "项目层级/区县", None, id="no project"),
        pytest.param({"documents": ({"kind": "commitment_letter", "fields": {"phone": {"value": "13912345678"}}},)},
                     "联系电话（脱敏）", "139****5678", id="the phone on the letter"),
        pytest.param({"exchanges": (correction(),)}, "往来邮件数", 2, id="mails in and out"),
    ],
)  # fmt: skip
def test_the_columns_show(tmp_path, record, title, value):
    """20 November 2026 is a Friday; the day of the start does not count."""
    view = View(
        workdays=lambda after, until: (until - after).days - 2,
        mask=mask,
        level=lambda mailbox: "市级",
        own_review=frozenset({"engineer_track_record"}),
    )
    export_xlsx(tmp_path / "l.xlsx", [a_record(**record)], view=view)
    shown = cell(tmp_path / "l.xlsx", title).value
    assert (shown.date() if isinstance(value, date) else shown) == value


def test_every_finding_of_every_round_has_its_line(tmp_path):
    record = a_record()
    second = Round(2, later(days=1), "complete", ())
    export_xlsx(tmp_path / "l.xlsx", [replace(record, rounds=(*record.rounds, second))])
    sheet = load_workbook(tmp_path / "l.xlsx")["事项"]
    assert [[row[1].value, row[8].value] for row in sheet.iter_rows(min_row=2)] == [[1, "firm_not_copied"], [2, None]]


def test_the_sheets_have_a_frozen_header_a_filter_and_widths(tmp_path):
    export_xlsx(tmp_path / "l.xlsx", [a_record(), a_record()], figures=[("总体", "按时反馈率", 0.5)])
    book = load_workbook(tmp_path / "l.xlsx")
    assert book.sheetnames == ["台账", "事项", "往来邮件", "统计", "问题与意见"]
    assert [sheet.freeze_panes for sheet in book] == ["C2", "B2", "B2", "A2", "B2"]
    assert book["台账"].auto_filter.ref.endswith("3")
    assert book["台账"].column_dimensions["B"].width == CASES[0].width
    rate = book["统计"]["C2"]
    assert (rate.value, rate.number_format) == (0.5, "0.0%")


@pytest.mark.parametrize("export", [export_xlsx, export_csv])
def test_the_same_rows_give_the_same_bytes(tmp_path, export):
    export(tmp_path / "one", [a_record()])
    time.sleep(1.1)
    export(tmp_path / "two", [a_record()])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize("export", [export_xlsx, export_csv])
def test_an_export_that_fails_leaves_nothing(tmp_path, export):
    def rows():
        yield a_record()
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError):
        export(tmp_path / "l", rows())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [("2026-12-03", date(2026, 12, 3)), ("video", None), ("2026", None), (3, None), ("2026年", None)],
)
def test_a_day_that_was_entered_is_a_day(text, value):
    assert entered_at(text) == value


def test_records_come_with_their_rounds_and_mails(ledger):
    first = a_case(ledger, 1, letters=[a_letter("correction")], subject="一")
    other = a_case(ledger, 2)
    letter = ledger.claim_letter("w", 60, NOW)
    ledger.mark_sent(letter.id, letter.fence, "250", later(minutes=5))
    ledger.record_mails([an_arrival(3, subject="二")], NOW)
    claim = ledger.claim("w", 60, later(hours=1))
    ledger.join_case(claim, some_facts(verdict="complete"), number=first, state=CaseState.COMPLETE, now=later(hours=1))
    records = {record.case.number: record for record in ledger.records()}
    assert list(records) == [first, other]
    record = records[first]
    assert [one.number for one in record.rounds] == [1, 2]
    assert (record.opening.subject, record.told_at) == ("一", (later(minutes=5),))
    assert [(one.incoming, one.kind) for one in record.exchanges] == [
        (True, "filed"), (True, "filed"), (False, "correction"),
    ]  # fmt: skip


@pytest.mark.parametrize("most", [0, 1, 2, 3, 4, 5, 9])
def test_of_a_list_no_more_is_read_than_is_asked_for(ledger, monkeypatch, most):
    monkeypatch.setattr(cases, "_PAGE", 2)
    numbers = [a_case(ledger, uid, facts=some_facts(received_at=later(days=uid))) for uid in range(1, 6)]
    read = []
    found = cases.examinations_of
    monkeypatch.setattr(cases, "examinations_of", lambda connection, page: read.append(page) or found(connection, page))
    assert [case.number for case in ledger.cases(most=most)] == numbers[:most]
    assert sum(map(len, read)) == min(most, 5)


def test_newest_first_is_the_other_way_round(ledger):
    numbers = [a_case(ledger, uid, facts=some_facts(received_at=later(days=uid // 2))) for uid in range(6)]
    assert [case.number for case in ledger.cases()] == numbers
    assert [case.number for case in ledger.cases(newest_first=True)] == numbers[::-1]
