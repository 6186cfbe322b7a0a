"""An office adds a matter with pack, form, wording and sample mails, and sees what a changed pack would change."""

import socket
from contextlib import contextmanager
from datetime import date
from email import message_from_bytes
from email.policy import default
from importlib.resources import files
from random import Random
from threading import Event

import pytest

from ledger.archive import Archive
from ledger.entries import CaseState, Delivery
from ledger.ledger import Ledger
from mailbot.app import service
from mailbot.cases.examiner import Examiner
from mailbot.cases.replay import AsFiled, ReadOnce, Replay
from mailbot.cli import main
from mailbot.demo.ink import seal
from mailbot.demo.letters import Filling, draw_letter
from mailbot.demo.people import Registry
from mailbot.demo.sheet import pdf
from mailbot.doctor import _policies as undecided
from mailbot.examination.matter import Matter
from mailbot.examination.policies import POLICIES
from mailbot.heads import Head
from mailbot.office.accounts import receiver_at
from mailbot.office.packs import load_matters, with_pack
from mailbot.workshop import apply_settings, mailbox_matters
from parsers.documents.forms import load_forms
from parsers.names import fold_firm
from tests import builders_submission as built
from tests.builders_service import (
    INFORMATION_BOX,
    NOW,
    OFFICE_OF_FIRM,
    Office,
    PlayedReader,
    a_mail,
    papers,
    some_settings,
)

PACK = """
schema = 1
key = "equipment_loan"
name = "检测设备借用登记"
annex = "内部通知"
source = "某办公室〔2026〕1号"
effective_from = 2026-01-01
version = "1"
review_mailbox = "cqjtgjzx@vip.163.com"

[[filing]]
submitted_by = "firm"
clause = "内部通知 第三条"
sender = "registered"

[filing.subject]
line = "{firm}/检测设备借用登记"
event = "检测设备借用登记"

[[filing.documents]]
kind = "commitment_letter"
form = "9-1"
clause = "内部通知 第三条"

[[sample]]
file = "samples/right.eml"
verdict = "complete"
codes = []

[[sample]]
file = "samples/without-a-letter.eml"
verdict = "correction"
codes = ["attachments_missing"]
"""
FORM = """
form = "9-1"
source = "official"
title = ["检测设备借用登记系统", "检测设备借用承诺书"]
footnote = "注：本承诺书除下划线处供据实填写外，其他内容不得修改和调整；法定代表人及承办人签名必须是亲笔签名。"

[[party]]
heading = "企业法定代表人承诺"
text = \"\"\"
本人{legal_representative}是{firm}{credit_identifier}的法定代表人，现委托{handler}{handler_id}办理检测设备借用登记事宜，并保证设备按期归还。
本人承诺：登记的信息及提交的证明材料均真实有效，如有虚假，我司将接受相应处理，直至确认已有效整改。
\"\"\"
sign = ["法定代表人：{signature+seal}", "承办人：{signature}", "联系方式：{phone}"]
"""
WORDING = """【借用登记材料齐全】
{{ letter.addressee }}：
　　设备借用材料收讫，请按约定日期领取设备。
"""
SUBJECT = f"{built.FIRM}/检测设备借用登记"


def write(folder, name, text):
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def a_drawn_letter(folder) -> bytes:
    """The office's own form, filled in, signed and sealed, as a digital PDF."""
    form = next(one for one in load_forms(folder / "forms") if one.number == "9-1")
    blanks = {
        "legal_representative": "钱伯年",
        "firm": built.FIRM,
        "credit_identifier": built.CREDIT,
        "handler": "孙秋白",
        "handler_id": built.OTHER_ID,
        "phone": "13812345678",
    }
    registry = Registry(7)
    registry.random = Random(7)
    signers = {"法定代表人": blanks["legal_representative"], "承办人": blanks["handler"]}
    return pdf([draw_letter(form, Filling(blanks, signers, dated=date(2026, 3, 9), seal=seal(built.FIRM)), registry)])


def a_loan(*files: tuple[str, bytes], **changed) -> bytes:
    mail = message_from_bytes(
        a_mail(SUBJECT, sender=OFFICE_OF_FIRM, to=INFORMATION_BOX, cc=(), files=(), **changed), policy=default
    )
    for name, data in files:
        mail.add_attachment(data, maintype="application", subtype="pdf", filename=name)
    return mail.as_bytes()


@pytest.fixture
def office_folder(tmp_path):
    """What the office lays down: a pack with samples, a form, a wording and the configuration that names them."""
    write(tmp_path, "packs/loan.toml", PACK)
    write(tmp_path, "forms/9-1.toml", FORM)
    write(tmp_path, "templates/feedback/equipment_loan/complete.zh.j2", WORDING)
    mailbox = f"""
[[mailbox]]
address = "{INFORMATION_BOX}"
matters = ["firm_information", "equipment_loan"]
imap_host = "127.0.0.1"
imap_port = 1
imap_tls = "none"
smtp_host = "127.0.0.1"
smtp_port = 1
smtp_tls = "none"
password_env = "MAILBOT_TEST"
authserv_id = "mx.vip.163.com"
"""
    folders = '[folders]\npacks = "packs"\ntemplates = "templates"\n[forms]\ndirectory = "forms"\n'
    write(tmp_path, "config.toml", f"[mail]\nsend = false\nidle = false\n{folders}[reading]\nworkers = 1\n{mailbox}")
    letter = a_drawn_letter(tmp_path)
    (tmp_path / "packs/samples").mkdir()
    (tmp_path / "packs/samples/right.eml").write_bytes(a_loan(("承诺书.pdf", letter)))
    (tmp_path / "packs/samples/without-a-letter.eml").write_bytes(a_loan())
    return tmp_path


def recorded(folder, *mails: bytes):
    """As intake leaves them: archived and waiting."""
    (folder / "data").mkdir(exist_ok=True)
    archive = Archive(folder / "data/archive")
    with Ledger.open(f"sqlite:///{folder / 'data/ledger.db'}", fold=fold_firm) as ledger:
        ledger.import_enterprises((built.on_file().firm,), as_of=NOW.date())
        for uid, raw in enumerate(mails, start=1):
            head = Head(raw)
            list(head)
            arrival = head.arrival(archive.store([raw]).sha256)
            delivery = Delivery(INFORMATION_BOX, "INBOX", 1, uid, NOW, len(raw))
            ledger.record_mails([type(arrival)(**{**vars(arrival), "delivery": delivery})])


def test_a_new_matter_needs_no_programmer(office_folder, monkeypatch, capsys):
    """Pack, form, wording and samples in the office's folders: checked, then worked in one pass, then replayed."""
    monkeypatch.setenv("MAILBOT_TEST", "x")
    config = ["--config", str(office_folder / "config.toml")]
    pack = office_folder / "packs/loan.toml"
    assert main(["pack", "check", str(pack), *config]) == 0
    assert "ok      samples/right.eml: complete" in capsys.readouterr().out

    recorded(office_folder, (office_folder / "packs/samples/right.eml").read_bytes())
    with service(office_folder / "config.toml") as built_service:
        built_service.one_pass(Event())
    with Ledger.open(f"sqlite:///{office_folder / 'data/ledger.db'}", fold=fold_firm) as ledger:
        cases = {case.facts.verdict: case for case in ledger.cases()}
        letters = {entry.letter.kind: entry for entry in ledger.letters()}
        archive = Archive(office_folder / "data/archive")
        told = message_from_bytes(archive.read(letters["complete"].letter.sha256), policy=default)
    assert cases["complete"].facts.matter == "equipment_loan"
    assert cases["complete"].facts.pack_version == "1"
    assert cases["complete"].state is CaseState.COMPLETE
    assert told["Subject"].startswith("【借用登记材料齐全】")
    assert "请按约定日期领取设备" in told.get_body(("plain",)).get_content()

    with nobody_is_asked(monkeypatch):
        assert main(["pack", "replay", str(pack), *config]) == 0
    assert capsys.readouterr().out == "0 of 1 mails would come to something else\n"


def test_a_sample_that_comes_to_something_else_is_told(office_folder, capsys):
    pack = write(
        office_folder,
        "packs/loan.toml",
        PACK.split("[[sample]]")[0] + '[[sample]]\nfile = "samples/without-a-letter.eml"\nverdict = "complete"\n',
    )
    assert main(["pack", "check", str(pack), "--config", str(office_folder / "config.toml")]) == 1
    told = capsys.readouterr().out
    assert "came to correction (attachments_missing), the pack says complete" in told


@pytest.mark.parametrize(
    ("text", "key", "remedy"),
    [
        pytest.param(
            PACK.replace("right.eml", "left.eml"), "sample.file", "leave it out", id="sample that is not there"
        ),
        pytest.param(
            PACK.replace('form = "9-1"', 'form = "9-9"'), "filing.documents.form", "forms.directory", id="form"
        ),
        pytest.param("", "schema", "add it", id="empty"),
    ],
)
def test_a_pack_that_cannot_be_used_ends_with_2(office_folder, capsys, text, key, remedy):
    pack = write(office_folder, "other/loan.toml", text)
    (office_folder / "other/samples").mkdir()
    for name in ("right.eml", "without-a-letter.eml"):
        (office_folder / "other/samples" / name).write_bytes(b"")
    assert main(["pack", "check", str(pack), "--config", str(office_folder / "config.toml")]) == 2
    told = capsys.readouterr().err
    assert key in told
    assert remedy in told


def test_replay_of_a_file_that_is_no_pack_ends_with_2(office_folder, capsys):
    pack = write(office_folder, "other.toml", "schema = ")
    assert main(["pack", "replay", str(pack), "--config", str(office_folder / "config.toml")]) == 2
    assert "other.toml" in capsys.readouterr().err


# --- replay over a ledger with several cases -------------------------------------------------------------------------

TRACK = next(matter for matter in load_matters() if matter.key == "engineer_track_record")
UNCOPIED, UNSEEN = "uncopied", "unseen"


@contextmanager
def nobody_is_asked(monkeypatch):
    """The readers' own pipes stand; no server can be reached."""

    def refuse(*_, **__):
        raise AssertionError("a server was asked")

    with monkeypatch.context() as patched:
        patched.setattr(socket.socket, "connect", refuse)
        patched.setattr(socket, "create_connection", refuse)
        patched.setattr(socket, "getaddrinfo", refuse)
        yield


@contextmanager
def no_sockets(monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("a socket was opened")

    with monkeypatch.context() as patched:
        patched.setattr(socket, "socket", refuse)
        patched.setattr(socket, "create_connection", refuse)
        patched.setattr(socket, "getaddrinfo", refuse)
        yield


@pytest.fixture
def worked(tmp_path):
    """A right application and the same again, one not copied to the firm, one without a paper, a question."""
    # The played letters all carry one signature, which is not what these tests are about.
    with Office(tmp_path, severities={"letter_signature_repeated": "note"}) as office:
        right = a_mail()
        short = [name for name in papers() if name != "身份证扫描件.pdf"]
        mails = {
            "right": right,
            "again": a_mail(),
            UNCOPIED: a_mail(sender="wang@person.invalid", cc=(), content="b"),
            UNSEEN: a_mail(sender="li@person.invalid", files=short, content="c"),
            "question": a_mail("咨询", sender="q@person.invalid", cc=(), files=(), body="请问需要哪些材料？"),
        }
        ids = {}
        for name, raw in mails.items():
            office.later(minutes=1)
            ids[name] = office.receive(raw)
            office.casework().work(Event())
        yield office, ids


def replayed(office, pack: Matter, monkeypatch):
    """mail id → its change, for those that change; through the real examiner, without a socket."""
    records, reader = AsFiled(office.ledger, office.archive, office.mails), ReadOnce(PlayedReader())
    base = office.examiner()

    def under(matters) -> Examiner:
        settled = apply_settings(matters, office.settings)
        return base.under(settled, mailbox_matters(office.settings, matters), reader=reader, records=records)

    before = load_matters()
    replay = Replay(
        office.ledger,
        office.archive,
        office.mails,
        records,
        reader,
        under(before),
        under(with_pack(before, pack)),
        receiver_at,
    )
    with no_sockets(monkeypatch):
        changes = [replay.change(mail) for mail in replay.mails()]
    return {change.mail.id: change for change in changes if change}


def test_an_unchanged_pack_changes_nothing(worked, monkeypatch):
    office, _ = worked
    assert replayed(office, TRACK, monkeypatch) == {}


def test_a_replay_examines_every_mail_as_it_was_filed(worked, monkeypatch):
    """The baseline is what the office told: the first application is complete, not a duplicate of itself."""
    office, ids = worked
    harsher = Matter.model_validate({**TRACK.model_dump(by_alias=True), "rules": {"duplicate": {"severity": "defect"}}})
    changes = replayed(office, harsher, monkeypatch)
    assert set(changes) == {ids["again"]}


@pytest.mark.parametrize(
    ("changed", "touched", "verdicts"),
    [
        pytest.param(
            {"rules": {"firm_not_copied": {"severity": "doubt"}}},
            UNCOPIED,
            ("correction", "referred"),
            id="a severity touches the cases with that finding",
        ),
        pytest.param(
            {"rules": {"id_card_missing": {"severity": "note"}}},
            UNSEEN,
            ("correction", "complete"),
            id="one paper's severity touches the case without it",
        ),
    ],
)
def test_one_change_touches_exactly_its_cases(worked, monkeypatch, changed, touched, verdicts):
    office, ids = worked
    pack = Matter.model_validate({**TRACK.model_dump(by_alias=True), **changed})
    changes = replayed(office, pack, monkeypatch)
    assert set(changes) == {ids[touched]}
    assert (changes[ids[touched]].before, changes[ids[touched]].after) == verdicts
    assert len(changes[ids[touched]].lost) == len(changes[ids[touched]].new) == 1


def test_a_change_of_clocks_names_the_due_days(worked, monkeypatch):
    office, ids = worked
    dump = TRACK.model_dump(by_alias=True)
    for filing in dump["filing"]:
        filing["clocks"] = ["overall10"]
    changes = replayed(office, Matter.model_validate(dump), monkeypatch)
    assert {"right", UNCOPIED, UNSEEN} <= {name for name, mail in ids.items() if mail in changes}
    moved = {move.clock: move for move in changes[ids["right"]].moved}
    assert moved["feedback10"].before == date(2026, 3, 26)
    assert moved["feedback10"].after is None
    assert changes[ids["right"]].before == changes[ids["right"]].after


def test_mails_that_are_no_longer_kept_are_counted_not_guessed(worked, monkeypatch, tmp_path):
    office, ids = worked
    mail = office.ledger.mail(ids["right"])
    assert office.archive.remove(mail.sha256)
    pack = Matter.model_validate({**TRACK.model_dump(by_alias=True), "policies": {"subject": "lenient"}})
    assert ids["right"] not in replayed(office, pack, monkeypatch)


def test_what_an_offices_own_pack_decides_is_decided(tmp_path):
    shipped = (files("mailbot.examination") / "matters/engineer_track_record.toml").read_text(encoding="utf-8")
    pack = shipped.replace('late_close_by_engineer = "accept"', 'late_close_by_engineer = "refer"')
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs/track.toml").write_text(pack, encoding="utf-8")
    lines = [str(line) for line in undecided(some_settings(tmp_path, folders={"packs": tmp_path / "packs"}))]
    (decided,) = (line for line in lines if "policy late_close_by_engineer = accept | refer" in line)
    (left,) = (line for line in lines if "policy insurance_months = " in line)
    assert decided.endswith("decided by the office")
    assert "as shipped" in left


def test_doctor_names_what_the_office_should_decide(tmp_path):
    """Each with what holds now, what it means, and how to decide it; a decided one says so."""
    settings = some_settings(tmp_path, policies={"insurance_months": "any_three"})
    lines = [str(line) for line in undecided(settings)]
    asked = [policy for policy in POLICIES.values() if policy.asked]
    assert len(lines) == len(asked)
    for policy, line in zip(asked, lines, strict=True):
        assert f"policy {policy.name} = " in line
        assert policy.gap in line
        if policy.name == "insurance_months":
            assert line.endswith("= any_three (I13), decided by the office")
        else:
            assert policy.meaning in line
            assert ("[policies]" in line) or not policy.choice
