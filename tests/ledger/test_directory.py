"""An enterprise is known as of a day; a bad row of the file is named and the good ones are loaded."""

import csv
import io
from datetime import date

import pytest
from openpyxl import Workbook

from ledger.directory_file import UnusableDirectory, read_directory
from ledger.entries import Enterprise
from ledger.ledger import plain_fold

FIRST, LATER = date(2026, 1, 1), date(2026, 6, 1)


def valid(prefix):
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(signs.index(sign) * pow(3, place, 31) for place, sign in enumerate(prefix))
    return prefix + signs[-total % 31]


CREDIT, OTHER_CREDIT = valid("91500000MA5U0000X"), valid("91500000MA5U0001X")


def a_firm(**more):
    fields = {"name": "山城路监理有限公司", "credit_identifier": CREDIT, "contact_address": "old@firm.example"}
    return Enterprise(**{**fields, **more})


def test_a_changed_address_keeps_its_past(ledger):
    ledger.import_enterprises([a_firm()], FIRST)
    result = ledger.import_enterprises([a_firm(contact_address="new@firm.example")], LATER)
    assert (result.added, result.changed, result.unchanged) == (0, 1, 0)
    before = ledger.enterprise("山城路监理有限公司", date(2026, 5, 31))
    after = ledger.enterprise("山城路监理有限公司", LATER)
    assert (before.contact_address, before.earlier_addresses) == ("old@firm.example", ())
    assert (after.contact_address, after.earlier_addresses) == ("new@firm.example", ("old@firm.example",))
    assert [firm.name for firm in ledger.enterprises_at("NEW@firm.example", LATER)] == ["山城路监理有限公司"]
    assert ledger.enterprises_at("old@firm.example", LATER) == ()
    assert [firm.contact_address for firm in ledger.enterprises_formerly_at("old@firm.example", LATER)] == [
        "new@firm.example"
    ]
    assert ledger.directory_as_of() == LATER


def test_the_first_entry_holds_for_earlier_days_too(ledger):
    ledger.import_enterprises([a_firm()], LATER)
    assert ledger.enterprise("山城路监理有限公司", FIRST) is not None


def test_the_same_file_again_changes_nothing(ledger):
    ledger.import_enterprises([a_firm()], FIRST)
    assert ledger.import_enterprises([a_firm()], LATER).unchanged == 1


def test_a_mistake_corrected_on_the_same_day_is_no_earlier_address(ledger):
    ledger.import_enterprises([a_firm()], FIRST)
    ledger.import_enterprises([a_firm(contact_address="typo@firm.example")], LATER)
    ledger.import_enterprises([a_firm(contact_address="new@firm.example")], LATER)
    assert ledger.enterprise("山城路监理有限公司", LATER).contact_address == "new@firm.example"
    assert ledger.enterprise("山城路监理有限公司", LATER).earlier_addresses == ("old@firm.example",)


def test_a_change_of_the_past_is_set_in_its_place(ledger):
    ledger.import_enterprises([a_firm()], FIRST)
    ledger.import_enterprises([a_firm(contact_address="new@firm.example")], LATER)
    ledger.import_enterprises([a_firm(contact_address="mid@firm.example", valid_from=date(2026, 3, 1))], LATER)
    addresses = [
        ledger.enterprise("山城路监理有限公司", day).contact_address
        for day in (date(2026, 2, 28), date(2026, 3, 1), LATER)
    ]
    assert addresses == ["old@firm.example", "mid@firm.example", "new@firm.example"]


def test_a_renamed_firm_is_found_by_its_former_name(ledger):
    ledger.import_enterprises([a_firm()], FIRST)
    ledger.import_enterprises([a_firm(name="山城路工程咨询有限公司")], LATER)
    assert ledger.enterprise("山城路监理有限公司", LATER).name == "山城路工程咨询有限公司"
    assert ledger.directory_size(LATER) == 1


def test_near_names_are_suggested(ledger):
    firms = [
        a_firm(),
        a_firm(name="江北桥梁检测有限公司", credit_identifier=OTHER_CREDIT, contact_address="b@firm.example"),
    ]
    ledger.import_enterprises(firms, FIRST)
    assert ledger.near_names("山城路监理有限责任公司", FIRST) == ("山城路监理有限公司",)
    assert ledger.near_names("完全不同", FIRST) == ()


ROWS = [
    ["联系邮箱", "企业名称", "统一社会信用代码", "备注", "曾用名", "生效日期"],
    ["a@firm.example", "甲监理有限公司", CREDIT, "x", "子公司、丑公司", "2026-01-05"],
    ["b@firm.example", "", OTHER_CREDIT, "", "", ""],
    ["not an address", "乙监理有限公司", OTHER_CREDIT, "", "", ""],
    ["c@firm.example", "丙监理有限公司", CREDIT[:-1] + ("0" if CREDIT[-1] != "0" else "1"), "", "", ""],
    ["d@firm.example", "甲监理有限公司 ", OTHER_CREDIT, "", "", ""],
    ["", "", "", "", "", ""],
    ["e@firm.example", "=HYPERLINK(1)", OTHER_CREDIT, "", "", ""],
    ["f@firm.example", "丁监理有限公司", OTHER_CREDIT, "", "", "2026年2月30日"],
    ["g@firm.example", "戊监理有限公司", OTHER_CREDIT, "", "", ""],
]
BAD = [
    (3, "name_missing"), (4, "address_invalid"), (5, "credit_identifier_invalid"), (6, "name_repeated"),
    (8, "formula"), (9, "valid_from_invalid"),
]  # fmt: skip


def as_csv(rows):
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def as_xlsx(rows):
    book = Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(as_csv(ROWS).encode(), id="UTF-8"),
        pytest.param(as_csv(ROWS).encode("utf-8-sig"), id="UTF-8 with BOM"),
        pytest.param(as_csv(ROWS).encode("gb18030"), id="GB18030"),
        pytest.param(as_xlsx(ROWS), id="XLSX"),
    ],
)
def test_good_rows_are_loaded_and_bad_ones_named(tmp_path, data):
    path = tmp_path / "directory"
    path.write_bytes(data)
    read = read_directory(path, fold=plain_fold)
    assert [(bad.line, bad.reason) for bad in read.bad] == BAD
    assert [firm.name for firm in read.enterprises] == ["甲监理有限公司", "戊监理有限公司"]
    assert read.enterprises[0].former_names == ("子公司", "丑公司")
    assert read.enterprises[0].valid_from == date(2026, 1, 5)


@pytest.mark.parametrize("newest_first", [False, True])
def test_one_list_may_hold_an_enterprise_with_its_history(tmp_path, ledger, newest_first):
    head = ["企业名称", "统一社会信用代码", "联系邮箱", "生效日期"]
    rows = [
        ["甲监理有限公司", CREDIT, "old@firm.example", "2024-01-01"],
        ["甲监理有限公司", CREDIT, "new@firm.example", "2026-02-01"],
    ]
    path = tmp_path / "d.csv"
    path.write_text(as_csv([head, *(rows[::-1] if newest_first else rows)]))
    read = read_directory(path, fold=plain_fold)
    ledger.import_enterprises(read.enterprises, LATER)
    assert read.bad == ()
    assert ledger.enterprise("甲监理有限公司", FIRST).contact_address == "old@firm.example"
    now = ledger.enterprise("甲监理有限公司", LATER)
    assert (now.contact_address, now.earlier_addresses) == ("new@firm.example", ("old@firm.example",))


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(["甲监理有限公司", CREDIT, "new@firm.example", "2024-01-01"], id="from the same day on"),
        pytest.param(["甲监理有限公司", CREDIT, "new@firm.example", ""], id="from no day of its own"),
        pytest.param(["甲监理有限公司", OTHER_CREDIT, "new@firm.example", "2026-02-01"], id="another's name"),
    ],
)
def test_a_row_that_repeats_an_enterprise_otherwise_is_named(tmp_path, second):
    path = tmp_path / "d.csv"
    first = ["甲监理有限公司", CREDIT, "old@firm.example", "2024-01-01"]
    path.write_text(as_csv([["企业名称", "统一社会信用代码", "联系邮箱", "生效日期"], first, second]))
    assert [bad.reason for bad in read_directory(path, fold=plain_fold).bad] == ["name_repeated"]


def test_english_headers_will_do(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text(as_csv([["Name", "credit_identifier", "contact_address"], ["甲", CREDIT, "a@b.example"]]))
    assert read_directory(path, fold=plain_fold).enterprises == (Enterprise("甲", CREDIT, "a@b.example"),)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param("企业名称,联系邮箱\n".encode(), id="a required column is missing"),
        pytest.param("企业名称,name,统一社会信用代码,联系邮箱\n".encode(), id="a column twice"),
        pytest.param(b"\x00\xff\xfe\xff\xff", id="binary"),
        pytest.param(b"PK\x03\x04broken", id="a broken workbook"),
    ],
)
def test_a_file_that_is_no_directory_is_refused(tmp_path, data):
    path = tmp_path / "d"
    path.write_bytes(data)
    with pytest.raises(UnusableDirectory):
        read_directory(path, fold=plain_fold)


def test_a_credit_identifier_kept_as_a_number_is_refused(tmp_path):
    book = Workbook()
    book.active.append(["企业名称", "统一社会信用代码", "联系邮箱"])
    book.active.append(["甲监理有限公司", 915000001234567890, "a@firm.example"])
    book.save(tmp_path / "d.xlsx")
    assert read_directory(tmp_path / "d.xlsx", fold=plain_fold).bad[0].reason == "credit_identifier_is_a_number"
