"""`check` tells programs exactly what the contract names, and people what they need; numbers stay masked."""

import json
from dataclasses import dataclass, replace
from datetime import date, datetime

import pytest

from ledger.office_time import OFFICE_TIME
from mailbot.cases.report import as_json, as_text, document_as_json, evidence_of, files_as_text
from mailbot.examination.verdict import Clock, Finding, Severity
from mailbot.letters.rendering import Words
from mailbot.office.packs import load_matters
from parsers.documents.document import DocumentKind, Field, FileRead
from parsers.files.page import Fault, Unreadable
from parsers.mail.provenance import Receiver
from tests.builders_service import NOW, TRACK_BOX, Office, a_mail, a_signed_letter, arrived
from tests.builders_submission import ENGINEER_ID

WORDS = Words(matters=load_matters())


@pytest.fixture
def examined(tmp_path):
    """Examines one mail in a fresh office."""
    with Office(tmp_path) as office:

        def examine(received=NOW, **mail):
            return office.examiner().examine(
                arrived(a_mail(**mail), TRACK_BOX, received, Receiver("mx.vip.163.com", "netease"))
            )

        yield examine


class TestJson:
    def test_its_keys_are_the_contracts(self, examined):
        told = as_json("0012.eml", examined(cc=()), WORDS)
        assert list(told) == [
            "file", "mailbox", "received", "matter", "action", "submitted_by", "firm", "engineer", "verdict", "due",
            "due_bounds", "findings", "documents", "clocks", "seconds",
        ]  # fmt: skip
        (finding,) = told["findings"]
        assert list(finding) == ["code", "severity", "clause", "message", "document", "page", "evidence"]
        assert (finding["code"], finding["severity"], finding["clause"]) == (
            "firm_not_copied",
            "defect",
            "附件4 1.4.1, 3.2",
        )
        letter = next(one for one in told["documents"] if one["kind"] == "commitment_letter")
        assert list(letter) == ["file", "pages", "kind", "form", "fields", "read_by", "seconds"]
        assert letter["fields"]["engineer"] == {"value": "赵明远", "confidence": 0.99}
        assert {"id": "feedback10", "due": "2026-03-26", "clause": "二"} in told["clocks"]
        assert json.loads(json.dumps(told, ensure_ascii=False)) == told

    def test_values_of_a_right_application(self, examined):
        told = as_json("x.eml", examined(), WORDS)
        assert (told["matter"], told["action"], told["submitted_by"]) == ("engineer_track_record", "add", "engineer")
        assert (told["verdict"], told["findings"]) == ("complete", [])
        assert (told["received"], told["due"], told["due_bounds"]) == (
            "2026-03-12T10:00:00+08:00",
            "2026-03-26",
            None,
        )

    def test_while_a_year_is_not_published_there_are_bounds_and_no_day(self, examined):
        told = as_json("x.eml", examined(received=datetime(2026, 12, 25, 10, tzinfo=OFFICE_TIME)), WORDS)
        assert told["due"] is None
        earliest, latest = map(date.fromisoformat, told["due_bounds"])
        assert date(2027, 1, 1) < earliest < latest

    def test_what_is_no_application_has_no_due_day(self, examined):
        mail = {"subject": "收到", "body": "收到，谢谢！", "files": ()}
        told = as_json("x.eml", examined(**mail), WORDS)
        assert (told["verdict"], told["due"], told["due_bounds"], told["documents"], told["matter"]) == (
            "set_aside",
            None,
            None,
            [],
            None,
        )

    def test_numbers_are_masked_unless_asked_for(self, examined):
        examination = examined()
        masked, full = (json.dumps(as_json("x", examination, WORDS, full=full)) for full in (False, True))
        assert ENGINEER_ID not in masked
        assert "500***********0007" in masked
        assert ENGINEER_ID in full

    def test_pages_without_a_paper_are_told_as_other(self, examined):
        told = as_json("x", examined(files=("扫描件.pdf",)), WORDS)
        assert [(one["kind"], one["pages"], one["fields"]) for one in told["documents"]] == [("other", [1], {})]


@dataclass(frozen=True, kw_only=True)
class Odd(Finding):
    """A finding with a field of every type that a rule may use."""

    code = "odd"
    phone: str
    words: str
    severity: Severity
    day: date
    clocks: tuple[Clock, ...]
    table: dict[str, str]


def test_evidence_of_any_type_becomes_json_and_keeps_no_number():
    odd = Odd(
        phone="13812345678",
        words=f"号码{ENGINEER_ID}",
        severity=Severity.NOTE,
        day=date(2026, 3, 2),
        clocks=(Clock("a", "b", date(2026, 3, 3)),),
        table={"engineer_id": ENGINEER_ID},
        document="x.pdf",
        page=2,
    )
    told = evidence_of(odd)
    assert set(told) == {"phone", "words", "severity", "day", "clocks", "table"}
    assert "13812345678" not in json.dumps(told)
    assert ENGINEER_ID not in json.dumps(told)
    assert told["clocks"][0].items() >= {"id": "a", "clause": "b", "due": "2026-03-03", "earliest": None}.items()
    assert ENGINEER_ID in json.dumps(evidence_of(odd, full=True))


class TestText:
    def test_it_says_verdict_time_limit_and_each_finding_with_its_clause(self, examined):
        lines = list(as_text("0012.eml", examined(cc=()), WORDS))
        assert lines[0] == "0012.eml：需补正"
        assert lines[1].startswith("  监理工程师业绩登记新增（本人提交）　")
        assert "  反馈期限\t2026-03-26" in lines
        (found,) = [line for line in lines if line.startswith("  需补正\t")]
        assert found.endswith("（附件4第1.4.1条、第3.2条） firm_not_copied")
        assert ENGINEER_ID not in "\n".join(lines)

    def test_a_file_that_cannot_be_read_and_a_page_that_is_nothing_are_told(self):
        beyond = tuple(range(51, 101))
        files = (
            FileRead(1, "a.pdf", unreadable=Unreadable(Fault.BROKEN, "no xref")),
            FileRead(2, "b.pdf", (a_signed_letter(),), None, (2,), (3, *beyond), beyond),
        )
        lines = [line.strip() for line in files_as_text(files, WORDS)]
        assert lines[:3] == ["附件“a.pdf”", "不能读取：文件已损坏或不完整", "附件“b.pdf”"]
        assert lines[3] == "第1页：承诺保证书（附件4-1-1格式），由图像识别"
        assert lines[-3:] == [
            "第2页：未能确认为何种申请材料",
            "第3页：不清晰，内容不足采信",
            "第51–100页：未读取（页数过多、文件过大、已损坏或用时过长）",
        ]


def test_a_confidence_is_rounded_and_a_form_only_where_there_is_one():
    letter = replace(a_signed_letter(), blanks={"firm": Field("甲公司", 0.98765, True, 1)})
    told = document_as_json(letter)
    assert told["fields"] == {"firm": {"value": "甲公司", "confidence": 0.988}}
    assert document_as_json(replace(letter, kind=DocumentKind.OTHER))["form"] == "4-1-1"
