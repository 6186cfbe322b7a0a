"""What an examined mail gives to its letter: names, deadline, items; and a letter's identity that never changes."""

from datetime import datetime
from email import message_from_bytes
from email.policy import default

import pytest

from ledger.office_time import OFFICE_TIME
from mailbot.examination.verdict import Severity
from mailbot.letters.drafting import Sender, certain_only, draft, facts_of
from mailbot.settings import Office
from parsers.mail.provenance import Receiver
from tests.builders_service import ADD, INFORMATION_BOX, NOW, OFFICE_OF_FIRM, TRACK_BOX, a_mail, arrived
from tests.builders_service import Office as WholeOffice
from tests.builders_submission import ENGINEER, FIRM

OFFICE = Office(name="审核中心", phone="023-62806051")
SENDER = Sender(TRACK_BOX, "secret")


@pytest.fixture
def facts(tmp_path):
    with WholeOffice(tmp_path) as office:

        def make(mailbox=TRACK_BOX, number="ZJZD-2026-0187", **mail):
            examination = office.examiner().examine(
                arrived(a_mail(**mail), mailbox, NOW, Receiver("mx.vip.163.com", "netease"))
            )
            made = facts_of(examination, office.words, office=OFFICE, today=NOW.date(), number=number)
            return made, examination, office.words

        yield make


@pytest.mark.parametrize(
    ("mail", "addressee", "you", "business"),
    [
        pytest.param(
            {}, f"{ENGINEER}同志", "你", "监理工程师业绩登记新增（本人提交）审核申请", id="the engineer himself"
        ),
        pytest.param(
            {"subject": f"{ENGINEER}/{FIRM}/业绩登记截止申请(企业提交)", "sender": OFFICE_OF_FIRM},
            FIRM,
            "你单位",
            "监理工程师业绩登记截止（企业提交）审核申请",
            id="the enterprise",
        ),
        pytest.param(
            {"subject": f"{FIRM}/监理企业信息登记", "sender": OFFICE_OF_FIRM},
            FIRM,
            "你单位",
            "监理企业信息登记审核申请",
            id="no action",
        ),
        pytest.param({"subject": "请问", "body": "请问？", "files": ()}, "申请人", "你（单位）", "", id="nobody known"),
    ],
)
def test_who_is_addressed_about_what(facts, mail, addressee, you, business):
    made, _, _ = facts(**mail)
    assert (made.addressee, made.you, made.business) == (addressee, you, business)


def test_defects_are_items_with_their_clause_and_doubts_are_none(facts):
    made, examination, words = facts(cc=(), authentication="fail")
    assert [one.sentence for one in made.items] == [
        words.sentence(judged.finding) for judged in examination.verdict.of(Severity.DEFECT)
    ]
    assert made.items[0].clause == "附件4 1.4.1, 3.2"
    assert made.notes == ()
    assert not made.still_checked
    assert certain_only(made).still_checked


def test_notes_for_the_reviewer_are_not_told_to_the_applicant(facts):
    made, examination, _ = facts(
        subject=ADD.replace("新增", "更新").replace("/", "／"),
    )
    codes = {judged.code for judged in examination.verdict.of(Severity.NOTE)}
    assert {"engagement_unknown", "subject_deviates"} <= codes
    assert [note.sentence for note in made.notes if "工作台账" in note.sentence] == []
    assert len(made.notes) == len(codes) - 1


def test_the_right_mailbox_is_named(facts):
    made, _, _ = facts(mailbox=INFORMATION_BOX, to=INFORMATION_BOX)
    assert made.right_mailbox == TRACK_BOX
    assert made.copy_to_firm


def test_it_names_the_deadline_and_the_files(facts):
    made, _, _ = facts()
    assert made.deadline.due.isoformat() == "2026-03-26"
    assert made.files[0] == "承诺保证书.pdf"


def drafted(facts, *, at=NOW, kind="correction", key="box/1/abc", sender=SENDER, **mail):
    made, examination, words = facts(cc=(), identity="<x@person.invalid>", **mail)
    return draft(
        kind, made, words, recipients=("a@b.invalid",), sender=sender, message=examination.message, key=(key,), at=at
    )


def test_the_same_letter_to_the_same_mail_keeps_its_identity_and_any_other_has_another(facts):
    later = datetime(2026, 4, 1, tzinfo=OFFICE_TIME)
    one = drafted(facts).message_id
    assert drafted(facts, at=later).message_id == one
    others = {
        drafted(facts, kind="receipt").message_id,
        drafted(facts, key="box/2/abc").message_id,
        drafted(facts, sender=Sender(TRACK_BOX, "another secret")).message_id,
    }
    assert len(others | {one}) == 4
    assert one.endswith("@vip.163.com>")


def test_the_bytes_say_what_the_row_says(facts):
    ready = drafted(facts)
    mail = message_from_bytes(ready.raw, policy=default)
    assert mail["Message-ID"] == ready.message_id
    assert str(mail["Subject"]) == ready.subject == f"【补正告知】{ADD}〔ZJZD-2026-0187〕"
    assert mail["Date"].datetime == NOW
    assert mail.get_body(("plain",)).get_content().replace("\r\n", "\n") == ready.text


def test_a_mail_without_a_subject_gets_a_letter_with_one(facts):
    ready = drafted(facts, subject="", kind="inquiry_receipt")
    assert ready.subject.startswith("【收件回执】（无主题）")
