"""The ledger's verbs: listed, exported, counted, backed up, restored, reindexed, destroyed, by one command each."""

import csv
import json
import re
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage

import pytest
from openpyxl import load_workbook
from rich.cells import cell_len

from ledger.archive import Archive
from ledger.entries import CaseState, ClockEntry, FindingEntry, LetterState, MailState
from ledger.ledger import Ledger
from ledger.retention import MARKED_DAYS
from mailbot import keeping
from mailbot.cli import main
from mailbot.keeping import Keeping, purge_due
from mailbot.letters.correspondence import Thread, compose
from mailbot.letters.labels import Labels
from mailbot.letters.rendering import Words
from mailbot.reindex import reindex
from mailbot.settings import OFFICE_TIME, load_settings
from mailbot.watch.alarms import Alarm, AlarmKind, about_letter
from parsers.names import fold_firm
from tests.ledger.builders import LEASE, NOW, a_case, a_letter, an_arrival, later, some_facts

BOX, OTHER_BOX, REVIEWER = "cqjtzjzd@vip.163.com", "cqjtgjzx@vip.163.com", "li@office.example"
PHONE, CITIZEN = "13800000001", "500103199001010017"
CONFIG = f"""
[office]
name = "审核中心"
{{tables}}
[[reviewer]]
name = "李审核"
address = "{REVIEWER}"
valid_from = 2026-01-01
"""
_BOX = """
[[mailbox]]
address = "{address}"
matters = ["{matter}"]
imap_host = "127.0.0.1"
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_tls = "none"
password_env = "MAILBOT_TEST"
"""


@pytest.fixture
def config(tmp_path):
    boxes = _BOX.format(address=BOX, matter="engineer_track_record")
    boxes += _BOX.format(address=OTHER_BOX, matter="firm_information")
    file = tmp_path / "config.toml"
    file.write_text(CONFIG.format(tables=boxes), "utf-8")
    return file


@pytest.fixture
def settings(config):
    return load_settings(config)


@pytest.fixture
def ledger(settings):
    settings.data_folder.mkdir(parents=True)
    with Ledger.open(settings.ledger.url, fold=fold_firm) as opened:
        yield opened


@pytest.fixture
def run(config, capsys):
    def told(*arguments, code=0):
        assert main([*arguments, "--config", str(config)]) == code
        return capsys.readouterr()

    return told


def three_cases(ledger):
    """Two in the track record's mailbox (one of them decided), one in the other."""
    finding = FindingEntry("letter_missing", "defect", "附件4 1.4.1", f"缺承诺保证书 {CITIZEN}")
    facts = some_facts(findings=(finding,), engineer="赵金生", project="渝西高速公路")
    first = a_case(ledger, 1, mailbox=BOX, facts=facts, subject=f"赵金生 {PHONE}")
    second = a_case(ledger, 2, mailbox=BOX, facts=some_facts(received_at=later(days=1)))
    ledger.decide(second, "approve", actor=REVIEWER, expected=CaseState.COMPLETE, state=CaseState.APPROVED, now=NOW)
    third = a_case(ledger, 3, mailbox=OTHER_BOX, facts=some_facts(matter="firm_information", received_at=later(days=2)))
    return first, second, third


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        pytest.param((), (2, 1, 0), id="newest first"),
        pytest.param(("--limit", "1"), (2,), id="limit"),
        pytest.param(("--mailbox", OTHER_BOX), (2,), id="mailbox"),
        pytest.param(("--mailbox", "zjzd"), (1, 0), id="mailbox by its number's prefix"),
        pytest.param(("--reviewer", "李审核"), (1,), id="reviewer by name"),
        pytest.param(("--reviewer", REVIEWER), (1,), id="reviewer by address"),
        pytest.param(("--engineer", "赵金生"), (0,), id="engineer"),
        pytest.param(("--state", "approved"), (1,), id="state"),
        pytest.param(("--matter", "firm_information"), (2,), id="matter"),
        pytest.param(("--from", "2026-11-21", "--to", "2026-11-21"), (1,), id="dates, both days within"),
        pytest.param(("--project", "渝西"), (0,), id="project (G27)"),
        pytest.param(("--due-to", "2026-12-03"), (), id="none due by then"),
        pytest.param(("--due-to", "2026-12-04"), (2, 0), id="due by then, still running"),
    ],
)
def test_the_list_is_filtered_by(run, ledger, filters, found):
    numbers = three_cases(ledger)
    lines = run("ledger", "list", "--json", *filters).out.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [numbers[place] for place in found]
    assert CITIZEN not in "".join(lines)


@pytest.mark.parametrize(("flag", "value"), [("--mailbox", "x@y.example"), ("--state", "lost")])
def test_an_unknown_filter_is_named_with_what_is_known(run, ledger, flag, value):
    assert value in (told := run("ledger", "list", flag, value, code=2).err)
    assert "use one of" in told


@pytest.mark.parametrize("width", [60, 80, 100, 120, 160])
def test_the_table_fits_the_terminal_and_tears_no_word(run, ledger, monkeypatch, width):
    """Only a name may take a second line; the wider the terminal, the more is shown."""
    numbers = three_cases(ledger)
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("ledger", "list").out.splitlines()
    assert all(cell_len(line.rstrip()) <= width for line in lines)
    told = "\n".join(lines)
    labels = Labels()
    assert all(number in told for number in numbers)
    assert all(labels("state", state) in told for state in ("approved", "complete"))
    assert ("2026-12-04" in told) == (width >= 80)
    assert ("收到时间" in told) == (width >= 100)
    assert ("山城路监理有限公司" in told) == (width >= 120)
    assert "赵金生" in told


def test_an_empty_list_is_no_failure(run, ledger):
    assert run("ledger", "list").err == ""


def test_a_state_is_chosen_by_the_name_that_the_table_shows(run, ledger):
    numbers = three_cases(ledger)
    (line,) = run("ledger", "list", "--json", "--state", "审核通过").out.splitlines()
    assert json.loads(line)["number"] == numbers[1]


def unbroken(told):
    """As it stood before it was laid out."""
    return "".join(told.split())


def test_show_tells_the_whole_history_masked(run, ledger):
    number, *_ = three_cases(ledger)
    ledger.record_step(number, {"verified_on": "2026-11-22"}, actor=REVIEWER, now=NOW)
    told = run("ledger", "show", number).out
    for word in ("缺承诺保证书", "材料不符合要求的反馈期限", "立件", "企业复核完成日（人工）2026-11-22"):
        assert word in unbroken(told)
    assert PHONE not in told
    assert CITIZEN not in told


def a_call_is_noted(ledger, number):
    at, noted = later(hours=1).isoformat(), later(hours=2).isoformat()
    steps = {
        f"call {at}": {"at": at, "by": REVIEWER, "reached": False},
        f"note {noted}": {"at": noted, "by": REVIEWER, "text": f"改打{PHONE}"},
        "identity_checked": "video", "identity_checked_on": at, "identity_result": "unreachable",
        "check_municipal": {"result": "一致", "by": REVIEWER, "at": noted}, "systems_agree": "yes",
        "acceptance_on": "2026-08-02",
    }  # fmt: skip
    on_site, state = a_letter("on_site", mailbox=BOX, subject="【现场办理】"), CaseState.COMPLETE
    ledger.decide(
        number, "call", actor=REVIEWER, expected=state, state=state, steps=steps, letters=[on_site], now=later(hours=2)
    )
    clock = ClockEntry("overall10", "二", date(2026, 12, 4), started_on=date(2026, 11, 20))
    ledger.update_clocks(number, (clock,), why="calendar", now=later(hours=3))


@pytest.mark.parametrize("width", [60, 80, 100])
def test_show_speaks_the_offices_words_and_fits_the_terminal(run, ledger, monkeypatch, width):
    number, *_ = three_cases(ledger)
    a_call_is_noted(ledger, number)
    monkeypatch.setenv("COLUMNS", str(width))
    told = run("ledger", "show", number).out
    assert all(cell_len(line) <= width for line in told.splitlines())
    told = unbroken(told)
    for words in (
        "视频核验未接通（李审核，2026-11-2010:00）", "重庆系统核对一致（李审核", "交工验收2026-08-02",
        "审核人员办理：视频核验，拟发现场办理", "期限重算：放假安排更新，办理期限为2026-12-04", "备注改打138****0001",
        "期限证明办理期限",
    ):  # fmt: skip
        assert words in told
    kinds = (
        "state",
        "verdict",
        "event",
        "word",
        "step",
        "lookup",
        "check",
        "letter",
        "letter_state",
        "mail",
        "severity",
    )
    stable = {word for kind in kinds for word in Labels().known(kind)}
    assert not stable & set(re.findall(r"[a-z_]{3,}", told))


def test_show_tells_a_complaint_and_what_is_left_of_a_destroyed_case(run, ledger):
    complaint = a_case(ledger, 1, mailbox=BOX, facts=some_facts(matter="", findings=(), clocks=()), subject="投诉")
    told = run("ledger", "show", complaint).out
    assert "投诉" in told
    assert "期限" not in told
    number = a_case(ledger, 2, mailbox=BOX)
    ledger.decide(number, "approve", actor=REVIEWER, expected=CaseState.COMPLETE, state=CaseState.APPROVED, now=NOW)
    for day in (OVER, OVER + timedelta(days=MARKED_DAYS)):
        ledger.mark_for_purge(day.date(), now=day)
        ledger.destroy(day.date(), 10, now=day)
    told = run("ledger", "show", number).out
    assert "到期销毁" in told
    assert "张三" not in told


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


def test_figures_are_told_to_people_and_programs(run, ledger):
    three_cases(ledger)
    period = ("--from", "2026-11-01", "--to", "2026-11-30")
    told = json.loads(run("ledger", "stats", "--json", *period).out)
    assert (told["received"], told["closed"], told["groups"]["mailbox"][BOX]["received"]) == (3, 1, 2)
    assert json.loads(run("ledger", "stats", "--json", *period, "--mailbox", BOX).out)["received"] == 2
    assert "按时反馈率" in run("ledger", "stats", *period).out


def test_a_sample_is_drawn_again_alike(run, ledger):
    three_cases(ledger)
    draw = ("ledger", "sample", "--month", "2026-11", "--rate", "0.5", "--seed", "7")
    first, again = run(*draw), run(*draw)
    assert first.out == again.out
    assert len(first.out.split()) == 2
    assert "first drawn" in again.err
    run("ledger", "sample", "--month", "2026-11", "--rate", "2", "--seed", "7", code=2)


def test_the_chain_is_verified_against_a_head_that_was_mailed(run, ledger):
    three_cases(ledger)
    head = ledger.head()
    for told in (head.hash, head.hash[:16], f"{head.seq}:{head.hash}"):
        assert "the chain holds" in run("audit", "verify", "--head", told).out
    assert "written anew" in run("audit", "verify", "--head", "f" * 16, code=1).err
    assert "written anew" in run("audit", "verify", "--head", f"1:{head.hash}", code=1).err
    run("audit", "verify", "--head", "abc", code=2)
    with ledger.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER event_not_changed")
        connection.exec_driver_sql("UPDATE event SET actor='x' WHERE seq=2")
    assert "event 2: changed" in run("audit", "verify", code=1).err


def raw_mail(to=BOX, message_id="<one@applicant.example>", received=True):
    mail = EmailMessage()
    if received:
        mail["Received"] = "from a by b; Fri, 20 Nov 2026 09:00:00 +0800"
    mail["From"], mail["To"], mail["Subject"] = "zhang@applicant.example", to, "业绩登记"
    mail["Message-ID"] = message_id
    mail.set_content("x")
    return mail.as_bytes()


def an_answer(to):
    return compose(
        sender=BOX, office="审核中心", recipients=("zhang@applicant.example",), subject="【收件回执】", text="x",
        html="x",
        identity="<mb.abcdefghijklmnopqrstuvwxyz@vip.163.com>", at=NOW, thread=Thread(to),
    )  # fmt: skip


def test_reindex_makes_the_mails_anew_and_answers_none(ledger, settings):
    archive = Archive(settings.ledger.archive)
    mails = [raw_mail(message_id=f"<{number}@x.example>") for number in range(3)]
    both = raw_mail(to=f"{BOX}, {OTHER_BOX}", message_id="<both@x.example>")
    nowhere = raw_mail(to="list@x.example", message_id="<bcc@x.example>")
    archive.store_many(
        [[raw] for raw in (*mails, both, nowhere, an_answer("<0@x.example>"), b"X-Mailbot-Not-Fetched: x\r\n\r\n")]
    )
    found = reindex(ledger, archive, settings, NOW)
    assert (found.recorded, found.outgoing, found.stubs, found.known) == (7, 1, 1, 0)
    assert len(found.unanswered) == 6
    assert ledger.mail_counts() == {MailState.BACKLOG: 7}
    assert ledger.claim("w", LEASE, later(days=1)) is None
    assert reindex(ledger, archive, settings, NOW).recorded == 0, "a second time everything is known"


def test_a_mail_met_again_on_the_server_after_reindex_is_no_work(ledger, settings):
    archive = Archive(settings.ledger.archive)
    body = raw_mail().decode()
    archive.store([body.encode()])
    reindex(ledger, archive, settings, NOW)
    (again,) = ledger.record_mails([an_arrival(5, body=body, mailbox=BOX)], later(days=1))
    assert not again.new
    assert ledger.claim("w", LEASE, later(days=2)) is None


def test_a_mail_that_pretends_to_be_our_own_letter_is_recorded(ledger, settings):
    archive = Archive(settings.ledger.archive)
    archive.store([b"X-Mailbot: mailbot\r\n" + raw_mail()])
    assert reindex(ledger, archive, settings, NOW).recorded == 1


def test_a_backup_is_drilled_and_restored_without_a_second_answer(run, ledger, settings, tmp_path):
    archive = Archive(settings.ledger.archive)
    body = raw_mail(message_id="<waits@x.example>")
    archive.store([body])
    ledger.record_mails([an_arrival(1, body=body.decode(), mailbox=BOX, message_id="<waits@x.example>")], NOW)
    file = str(tmp_path / "b.zip")
    assert "the drill holds" in run("backup", file, "--drill").out
    archive.store([an_answer("<waits@x.example>")])
    archive.store([raw_mail(message_id="<since@x.example>")])
    ledger.close()
    assert "--force" in run("restore", file, code=1).err
    told = run("restore", file, "--force").out
    assert "1 recorded as backlog" in told
    assert "1 shelved" in told
    with Ledger.open(settings.ledger.url, fold=fold_firm) as restored:
        assert restored.mail_counts() == {MailState.BACKLOG: 2}
        assert restored.claim("w", LEASE, later(days=3)) is None
        assert restored.verify() == ()
    assert "the drill holds" in run("restore", file, "--drill").out


def test_a_quarantined_mail_is_listed_with_its_reason_and_tried_again_by_its_id(run, ledger):
    ledger.record_mails([an_arrival(1, mailbox=BOX)], NOW)
    ledger.quarantine(ledger.claim("w", LEASE, NOW), "mail_crashed", NOW)
    assert unbroken(run("retry").out).endswith("无法处理，待人工邮件无法安全拆解：拆解程序三次异常退出")
    assert "goes to the queue again" in run("retry", "1").out
    assert ledger.mail(1).state is MailState.RECORDED
    run("retry", "1", code=1)
    run("retry", "ZJZD-2026-9999", code=1)


def test_a_letter_in_doubt_is_listed_and_a_person_ends_it(run, ledger):
    for number in (1, 2, 3):
        ledger.queue_letter(a_letter(purpose=f"test:{number}", message_id=f"<mb.{number}@x.example>", mailbox=BOX))
    for state in (ledger.mark_uncertain, ledger.mark_uncertain, ledger.mark_failed):
        claimed = ledger.claim_letter("w", LEASE, mailboxes=(BOX,))
        state(claimed.id, claimed.fence, "550 或 断线")
        kind = AlarmKind.LETTER_FAILED if state == ledger.mark_failed else AlarmKind.LETTER_UNCERTAIN
        ledger.raise_alarm(Alarm(kind, BOX, about=about_letter(claimed.id)).key)
    listed = run("letter").out.splitlines()
    assert [line.split("　")[2] for line in listed if "　" in line] == ["发送情况待查", "发送情况待查", "发送失败"]
    assert "--again" in run("letter", "1", code=2).err
    run("letter", "1", "--left")
    run("letter", "2", "--again")
    assert "cannot have left" in run("letter", "3", "--left", code=2).err
    run("letter", "3", "--again")
    assert "waits for nobody" in run("letter", "3", "--again", code=1).err
    states = [ledger.letter(f"<mb.{number}@x.example>").letter.state for number in (1, 2, 3)]
    assert states == [LetterState.SENT, LetterState.QUEUED, LetterState.QUEUED]
    assert ledger.alarms() == ()
    assert run("letter").out == ""


def test_retry_forgets_what_was_read_from_its_papers(run, ledger, settings):
    from mailbot.reading.cache import ReadingCache, content_key

    mail = EmailMessage()
    mail["From"], mail["To"] = "zhang@applicant.example", BOX
    mail.set_content("x")
    mail.add_attachment(b"%PDF-1.4 paper", maintype="application", subtype="pdf", filename="a.pdf")
    raw = mail.as_bytes()
    Archive(settings.ledger.archive).store([raw])
    ledger.record_mails([an_arrival(1, body=raw.decode(), mailbox=BOX)], NOW)
    ledger.quarantine(ledger.claim("w", LEASE, NOW), "broken", NOW)
    cache = ReadingCache(settings.reading.cache)
    cache.put(f"pages/v1/{content_key('pdf', b'%PDF-1.4 paper')}", b"read")
    cache.put("pages/v1/" + "0" * 64, b"another's")
    assert "1 readings" in run("retry", "1").out
    assert cache.get("pages/v1/" + "0" * 64) == b"another's"
    cache.close()


OVER = datetime(2029, 11, 21, 4, tzinfo=UTC)


def test_purge_shows_before_it_does(run, ledger):
    _, number, _ = three_cases(ledger)
    run("ledger", "hold", number, "--reason", "诉讼")
    told = run("purge").out
    assert "nothing was changed" in told
    assert f"held: {number} 诉讼" in told
    run("ledger", "hold", number, "--lift")
    assert "marked 0" in run("purge", "--yes").out
    run("ledger", "hold", number, code=2)


def test_a_destruction_has_its_certificate(ledger, settings, tmp_path):
    archive = Archive(settings.ledger.archive)
    stored = archive.store([b"mail 2"])
    numbers = three_cases(ledger)
    words, folder = Words(), tmp_path / "certificates"
    first = purge_due(ledger, archive, words, folder, OVER, office="审核中心")
    assert (first.plan.due, first.marked, first.destroyed, first.certificate) == (1, 1, (), None)
    done = purge_due(ledger, archive, words, folder, OVER + timedelta(days=MARKED_DAYS), office="审核中心")
    text = done.certificate.read_text("utf-8")
    assert (len(done.destroyed), archive.exists(stored.sha256)) == (1, False)
    assert all(word in text for word in (numbers[1], stored.sha256, ledger.head().hash, "审核中心", "2029-11-20"))
    assert "赵金生" not in text


def test_the_records_are_kept_once_a_day(ledger, settings, monkeypatch):
    days = []
    monkeypatch.setattr(keeping, "purge_due", lambda *args, **more: days.append(args[4]) or FakePurged())
    now = [OVER]
    leg = Keeping(ledger=ledger, archive=Archive(settings.ledger.archive), words=Words(), cache=None,
                  folder=settings.data_folder, office="x", now=lambda: now[0])  # fmt: skip
    for hours in (0, 1, 12, 13, 36, 37):
        now[0] = OVER + timedelta(hours=hours)
        leg.work(None)
    assert [day.astimezone(OFFICE_TIME).date() for day in days] == [date(2029, 11, day) for day in (21, 22, 23)]


class FakePurged:
    marked, destroyed = 0, ()


def test_another_daemon_at_work_stops_a_restore(run, ledger, settings, tmp_path):
    from mailbot.lock import sole_daemon

    run("backup", str(tmp_path / "b.zip"))
    with sole_daemon(settings.data_folder):
        assert "another mailbot" in run("restore", str(tmp_path / "b.zip"), "--force", code=1).err
