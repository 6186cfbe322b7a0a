"""The command line: exit codes, what it prints, and what it never does."""

import csv
import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from ledger.office_time import OFFICE_TIME
from mailbot.cli import main
from mailbot.demo.applications import application
from mailbot.demo.people import Registry
from parsers.documents.forms import load_forms
from tests.builders_service import TRACK_BOX, Office, a_mail

RECEIVED = datetime(2026, 3, 12, 10, tzinfo=OFFICE_TIME)
CONFIG = f"""
[office]
name = "审核中心"
[[mailbox]]
address = "cqjtgjzx@vip.163.com"
matters = ["firm_information", "engineer_information"]
imap_host = "127.0.0.1"
imap_port = 1
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_port = 1
smtp_tls = "none"
password_env = "MAILBOT_TEST"
authserv_id = "mx.vip.163.com"
[[mailbox]]
address = "{TRACK_BOX}"
matters = ["engineer_track_record", "firm_track_record"]
imap_host = "127.0.0.1"
imap_port = 1
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_port = 1
smtp_tls = "none"
password_env = "MAILBOT_TEST"
authserv_id = "mx.vip.163.com"
"""


@pytest.fixture(scope="module")
def parcel():
    forms = {form.number: form for form in load_forms(None)}
    filing = ("firm_information", None, "firm")
    return application(Registry(4), forms, filing, RECEIVED, flaw="two months paid", ways={"letter": "digital"})


@pytest.fixture(scope="module")
def mail(parcel, tmp_path_factory):
    file = tmp_path_factory.mktemp("mails") / "0001.eml"
    file.write_bytes(parcel.mail(RECEIVED))
    return file


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.setenv("MAILBOT_TEST", "secret")
    file = tmp_path / "config.toml"
    file.write_text(CONFIG, encoding="utf-8")
    return file


def directory(folder, firm, *more):
    file = folder / "enterprises.csv"
    with file.open("w", encoding="gb18030", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("企业名称", "统一社会信用代码", "联系邮箱"))
        writer.writerow((firm.name, firm.credit_identifier, firm.contact_address))
        writer.writerows(more)
    return file


class TestExitCodes:
    @pytest.mark.parametrize(
        "arguments",
        [[], ["fly"], ["check"], ["ledger"], ["run"], ["digest", "--config", "c", "--date", "tomorrow"]],
        ids=lambda arguments: " ".join(arguments) or "nothing",
    )
    def test_wrong_usage_is_2(self, arguments, capsys):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        assert "usage: mailbot" in capsys.readouterr().err

    @pytest.mark.parametrize(
        "arguments", [["--help"], ["--version"], ["check", "--help"], ["ledger", "list", "--help"]]
    )
    def test_help_is_0_and_english(self, arguments, capsys):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        assert "mailbot" in capsys.readouterr().out

    def test_a_check_without_a_configuration_loads_no_sql_and_opens_no_pdf_in_its_own_process(self):
        """It starts with every paper that somebody looks at, and what opens papers belongs into a child."""
        told = "import sys, mailbot.commands.check; print(*sys.modules)"
        done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
        assert {"sqlalchemy", "alembic", "pdfplumber", "pypdfium2", "PIL"} & set(done.stdout.split()) == set()

    def test_what_is_no_time_is_2_with_an_example(self, mail, capsys):
        with pytest.raises(SystemExit) as ended:
            main(["check", str(mail), "--received", "yesterday"])
        assert ended.value.code == 2
        assert "2026-03-12T06:57:00+08:00" in capsys.readouterr().err

    @pytest.mark.parametrize("verb", [["run"], ["once"], ["doctor"], ["digest"], ["ledger", "list"]])
    def test_a_wrong_configuration_is_2_with_key_and_remedy(self, verb, config, capsys):
        config.write_text(CONFIG.replace("imap_port = 1", 'imap_port = "one"', 1), encoding="utf-8")
        assert main([*verb, "--config", str(config)]) == 2
        assert "mailbox[1].imap_port" in capsys.readouterr().err

    @pytest.mark.parametrize("verb", ["run", "once"])
    def test_a_password_that_is_missing_is_2(self, verb, config, capsys, monkeypatch):
        monkeypatch.delenv("MAILBOT_TEST")
        assert main([verb, "--config", str(config)]) == 2
        assert "export MAILBOT_TEST=" in capsys.readouterr().err

    def test_a_file_that_is_not_there_is_2(self, capsys):
        assert main(["check", "nowhere.eml"]) == 2
        assert "nowhere.eml: no such file" in capsys.readouterr().err

    def test_a_case_that_is_not_there_is_1(self, config, capsys):
        assert main(["ledger", "show", "ZJZD-2026-9999", "--config", str(config)]) == 1
        assert "ZJZD-2026-9999" in capsys.readouterr().err

    def test_mailboxes_that_cannot_be_reached_are_1(self, config):
        assert main(["once", "--config", str(config)]) == 1

    def test_the_console_script_says_so_too(self):
        done = subprocess.run(
            [sys.executable, "-m", "mailbot", "fly"], capture_output=True, cwd=Path(__file__).parents[2], check=False
        )
        assert done.returncode == 2


class TestCheck:
    def test_a_mail_without_a_configuration(self, mail, parcel, capsys):
        assert main(["check", "--json", str(mail)]) == 0
        (line,) = capsys.readouterr().out.splitlines()
        told = json.loads(line)
        assert told["file"] == str(mail)
        assert (told["mailbox"], told["received"]) == ("cqjtgjzx@vip.163.com", "2026-03-12T10:00:00+08:00")
        assert (told["matter"], told["action"], told["submitted_by"]) == ("firm_information", None, "firm")
        assert (told["firm"], told["verdict"], told["due"]) == (parcel.facts.firm.name, "correction", "2026-03-26")
        assert [(one["code"], one["severity"]) for one in told["findings"]] == [
            ("letter_signature_pasted", "note"),
            ("insurance_too_short", "defect"),
        ]
        assert {one["kind"] for one in told["documents"]} == {"commitment_letter", "social_insurance_certificate"}
        assert parcel.facts.firm.handler.citizen_id not in line

    @pytest.mark.parametrize(
        ("given", "taken"),
        [
            ("2026-03-13T06:57:00+08:00", "2026-03-13T06:57:00+08:00"),
            ("2026-03-12T23:30:00Z", "2026-03-13T07:30:00+08:00"),
            ("2026-03-13T06:57:00", "2026-03-13T06:57:00+08:00"),
            ("2026-03-13", "2026-03-13T00:00:00+08:00"),
        ],
    )
    def test_the_time_of_receipt_may_be_given_and_is_the_offices_where_it_names_no_zone(
        self, given, taken, tmp_path, capsys
    ):
        file = tmp_path / "q.eml"
        file.write_bytes(a_mail("咨询", files=(), body="请问需要提交哪些材料？"))
        assert main(["check", "--json", "--received", given, str(file)]) == 0
        assert json.loads(capsys.readouterr().out)["received"] == taken

    def test_numbers_in_full_on_demand(self, mail, parcel, capsys):
        main(["check", "--json", "--full", str(mail)])
        assert parcel.facts.firm.handler.citizen_id in capsys.readouterr().out

    def test_programs_are_told_too_what_could_not_be_checked(self, tmp_path, capsys):
        file = tmp_path / "q.eml"
        file.write_bytes(a_mail("咨询", files=(), body="请问需要提交哪些材料？"))
        assert main(["check", "--json", str(file)]) == 0
        assert "no --config" in capsys.readouterr().err

    def test_for_people_it_says_what_could_not_be_checked(self, mail, capsys):
        assert main(["check", str(mail)]) == 0
        shown = capsys.readouterr()
        assert "0001.eml：需补正\n  监理企业信息登记（企业提交）" in shown.out
        assert "insurance_too_short" in shown.out
        assert "no --config" in shown.err

    def test_with_a_configuration_the_directory_is_asked_and_nothing_is_recorded(self, mail, parcel, config, capsys):
        firm = parcel.facts.firm
        loaded = main(["directory", "import", str(directory(config.parent, firm)), "--config", str(config)])
        assert loaded == 0
        assert "1 added, 0 changed, 0 unchanged, 0 rows refused" in capsys.readouterr().out
        private = config.parent / "private.eml"
        private.write_bytes(mail.read_bytes().replace(firm.contact_address.encode(), b"private@elsewhere.invalid"))
        assert main(["check", "--json", "--config", str(config), str(mail), str(private)]) == 0
        first, second = map(json.loads, capsys.readouterr().out.splitlines())
        codes = [{one["code"] for one in told["findings"] if one["severity"] != "note"} for told in (first, second)]
        assert codes == [{"insurance_too_short"}, {"insurance_too_short", "author_not_registered"}]
        main(["ledger", "list", "--json", "--config", str(config)])
        assert capsys.readouterr().out == ""

    def test_time_and_mailbox_can_be_given(self, mail, config, capsys):
        more = ["--received", "2026-11-20T23:00:00Z", "--mailbox", TRACK_BOX]
        assert main(["check", "--json", "--config", str(config), *more, str(mail)]) == 0
        told = json.loads(capsys.readouterr().out)
        assert (told["mailbox"], told["received"]) == (TRACK_BOX, "2026-11-21T07:00:00+08:00")
        assert "mailbox_other_too" in {one["code"] for one in told["findings"]}

    def test_a_mailbox_that_is_not_configured_is_2(self, mail, config, capsys):
        assert main(["check", "--config", str(config), "--mailbox", "x@y.invalid", str(mail)]) == 2
        assert "--mailbox x@y.invalid" in capsys.readouterr().err

    def test_the_order_of_the_arguments_is_kept(self, tmp_path, capsys):
        files = [tmp_path / f"{number}.eml" for number in range(20)]
        for number, file in enumerate(files):
            file.write_bytes(a_mail(f"请问第{number}项？", files=()) if number % 2 else b"")
        assert main(["check", "--json", *map(str, files)]) == 0
        told = [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()]
        assert told == list(map(str, files))

    def test_a_single_paper_is_read(self, parcel, tmp_path, capsys):
        name, data = parcel.papers["letter"]
        (tmp_path / name).write_bytes(data)
        assert main(["check", str(tmp_path / name)]) == 0
        shown = capsys.readouterr()
        assert "第1页：承诺保证书（附件1-1格式），取自文字层" in shown.out
        assert shown.err == ""
        assert main(["check", "--json", str(tmp_path / name)]) == 0
        (paper,) = json.loads(capsys.readouterr().out)["documents"]
        assert (paper["kind"], paper["form"], paper["fields"]["firm"]["value"]) == (
            "commitment_letter",
            "1-1",
            parcel.facts.firm.name,
        )

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            pytest.param("a.pdf", b"", "文件是空的", id="an empty file"),
            pytest.param("a.pdf", b"not a pdf at all", "不是可以打开的文件格式", id="a text that calls itself pdf"),
            pytest.param("a.docx", b"PK\x03\x04" + bytes(200), "不是可以打开的文件格式", id="an Office file"),
        ],
    )
    def test_what_is_no_paper_is_told_as_such_and_not_examined_as_a_mail(self, name, content, said, tmp_path, capsys):
        (tmp_path / name).write_bytes(content)
        assert main(["check", str(tmp_path / name)]) == 0
        assert said in capsys.readouterr().out

    def test_a_picture_is_read_as_pixels(self, tmp_path, capsys):
        from mailbot.demo.cards import both_sides
        from mailbot.demo.sheet import jpeg

        registry = Registry(9)
        person = registry.person()
        (tmp_path / "card.jpg").write_bytes(jpeg(both_sides(person, registry.random)))
        assert main(["check", "--json", str(tmp_path / "card.jpg")]) == 0
        shown = capsys.readouterr().out
        (paper,) = json.loads(shown)["documents"]
        assert (paper["kind"], paper["read_by"]) == ("identity_card", "ocr")
        assert person.citizen_id not in shown


class TestLedger:
    @pytest.fixture
    def filled(self, config):
        """Three cases in the data folder of the configuration."""
        from threading import Event

        with Office(config.parent) as office:
            for mail in ({"files": ()}, {}, {"authentication": "fail", "files": ()}):
                office.receive(a_mail(sender=f"p{len(str(mail))}@person.invalid", **mail))
            office.casework().work(Event())
        return config

    def test_list_gives_one_object_a_line(self, filled, capsys):
        assert main(["ledger", "list", "--json", "--config", str(filled)]) == 0
        cases = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert {case["number"] for case in cases} == {f"ZJZD-2026-000{number}" for number in (1, 2, 3)}
        assert {case["state"] for case in cases} == {"awaiting_correction", "complete", "referred"}
        one = cases[0]
        assert {"matter", "action", "submitted_by", "firm", "engineer", "verdict", "findings", "clocks"} <= set(one)
        assert "engineer_key" not in one
        assert "@person.invalid" in one["applicant"]
        assert one["applicant"].startswith("p")
        assert "***" in one["applicant"]

    @pytest.mark.parametrize(
        ("filters", "count"),
        [
            (["--state", "complete"], 1),
            (["--matter", "engineer_track_record"], 3),
            (["--matter", "firm_information"], 0),
            (["--from", "2026-03-12", "--to", "2026-03-12"], 3),
            (["--from", "2026-03-13"], 0),
            (["--to", "2026-03-11"], 0),
            (["--overdue"], 3),
            (["--text", "0002"], 1),
        ],
    )
    def test_list_filters(self, filled, filters, count, capsys):
        assert main(["ledger", "list", "--json", "--config", str(filled), *filters]) == 0
        assert len(capsys.readouterr().out.splitlines()) == count

    def test_an_unknown_state_is_2_and_names_the_known(self, filled, capsys):
        assert main(["ledger", "list", "--state", "done", "--config", str(filled)]) == 2
        assert "awaiting_correction" in capsys.readouterr().err

    def test_list_for_people_is_a_table(self, filled, capsys):
        assert main(["ledger", "list", "--config", str(filled)]) == 0
        shown = capsys.readouterr().out
        assert "ZJZD-2026-0001" in shown
        assert "附件4" in shown

    def test_show_tells_a_case_from_its_first_mail(self, filled, capsys):
        assert main(["ledger", "show", "ZJZD-2026-0001", "--config", str(filled)]) == 0
        shown = capsys.readouterr().out
        for word in ("待申请人补正", "无附件", "来件", "发件", "材料不符合要求的反馈期限"):
            assert word in shown
        assert "500103198808080007" not in shown

    def test_export_by_the_ending(self, filled, capsys):
        folder = filled.parent
        for name in ("台账.xlsx", "台账.csv"):
            assert main(["ledger", "export", str(folder / name), "--config", str(filled)]) == 0
        book = openpyxl.load_workbook(folder / "台账.xlsx")
        cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
        assert "ZJZD-2026-0001" in cells
        assert "ZJZD-2026-0001" in (folder / "台账.csv").read_text(encoding="utf-8-sig")
        assert main(["ledger", "export", str(folder / "台账.pdf"), "--config", str(filled)]) == 2
        assert "use .xlsx or .csv" in capsys.readouterr().err

    def test_the_digest_is_printed(self, filled, capsys):
        assert main(["digest", "--date", "2026-03-12", "--config", str(filled)]) == 0
        assert "待审核人员核对（1件）" in capsys.readouterr().out


class TestDirectory:
    def test_bad_rows_are_named_by_line_and_the_good_ones_loaded(self, config, parcel, capsys):
        bad = ("重庆无码监理有限公司", "123", "x@y.invalid")
        file = directory(config.parent, parcel.facts.firm, bad)
        assert main(["directory", "import", str(file), "--config", str(config)]) == 1
        shown = capsys.readouterr()
        assert "1 added" in shown.out
        assert "line 3:" in shown.err

    def test_a_second_import_changes_nothing(self, config, parcel, capsys):
        file = directory(config.parent, parcel.facts.firm)
        for _ in range(2):
            assert main(["directory", "import", str(file), "--config", str(config)]) == 0
        assert "0 added, 0 changed, 1 unchanged" in capsys.readouterr().out

    def test_no_file_is_2(self, config):
        assert main(["directory", "import", "nowhere.csv", "--config", str(config)]) == 2
