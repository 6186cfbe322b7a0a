"""A letter becomes a mail that threads, cannot be injected into, and is the same bytes on every attempt."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.letters.correspondence import Thread, cleaned, compose, message_id, reply_subject
from parsers.mail.read import read_message

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def composed(**changed):
    values = {
        "sender": "box@office.example",
        "office": "审核单位",
        "recipients": ["applicant@example.invalid"],
        "subject": "【补正告知】张三/某公司/业绩登记新增（本人提交）〔ZJZD-2026-0001〕",
        "text": "张三同志：\n　　特此告知。\n",
        "html": "<p>张三同志：</p>",
        "identity": "<mb.abc@office.example>",
        "at": NOW,
    } | changed
    return compose(**values)


def read(raw):
    return message_from_bytes(raw, policy=default)


def test_plain_text_comes_first():
    mail = read(composed())
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "特此告知" in mail.get_body(("plain",)).get_content()


def test_it_is_marked_as_automatic():
    mail = read(composed())
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert read(composed(reply_to_person=False))["Auto-Submitted"] == "auto-generated"


def test_it_threads_under_the_applicants_mail():
    mail = read(composed(thread=Thread("<b@x>", ("<a@x>",))))
    assert mail["In-Reply-To"] == "<b@x>"
    assert mail["References"].split() == ["<a@x>", "<b@x>"]


def test_a_long_thread_keeps_its_head_and_the_last_ten():
    mail = read(composed(thread=Thread("<last@x>", tuple(f"<{n}@x>" for n in range(40)))))
    chain = mail["References"].split()
    assert chain[0] == "<0@x>"
    assert chain[-1] == "<last@x>"
    assert len(chain) == 11


@pytest.mark.parametrize("identity", [None, "", "no-brackets@x", "<a b@x>", "<a@x>\r\nBcc: eve@x", "<a@x><b@x>"])
def test_an_unsound_message_id_starts_no_thread(identity):
    mail = read(composed(thread=Thread(identity)))
    assert mail["In-Reply-To"] is None
    assert mail["Bcc"] is None


@given(st.text(max_size=400))
def test_no_subject_can_add_a_header(subject):
    mail = read(composed(subject=f"【补正告知】{subject}"))
    assert set(mail.keys()) == set(read(composed()).keys())
    assert mail["Subject"].startswith("【补正告知】")


@given(st.text(max_size=400), st.text(max_size=60))
def test_any_words_of_applicants_make_valid_utf8(subject, office):
    raw = composed(subject=subject, office=office)
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


def test_the_same_letter_has_the_same_identity_on_every_attempt():
    assert message_id("box@office.example", "secret", "7", "receipt") == message_id(
        "box@office.example", "secret", "7", "receipt"
    )
    assert message_id("box@office.example", "secret", "7", "receipt") != message_id(
        "box@office.example", "secret", "7", "correction"
    )
    assert message_id("box@office.example", "s", "7").endswith("@office.example>")


def test_the_subject_carries_tag_original_and_number():
    assert reply_subject("【收件回执】", "张三/某公司/业绩登记新增", "ZJZD-2026-0001") == (
        "【收件回执】张三/某公司/业绩登记新增〔ZJZD-2026-0001〕"
    )
    assert reply_subject("【收件单位有误】", "a\r\nBcc: b", None) == "【收件单位有误】a Bcc: b"
    assert reply_subject("【收件单位有误】", "\r\n", None) == "【收件单位有误】（无主题）"


def test_a_subject_made_of_numbers_comes_back_without_them():
    answered = reply_subject("【补正告知】", "500103198808080007/13812345678/业绩登记新增", None)
    assert answered == "【补正告知】500***********0007/138****5678/业绩登记新增"


def test_direction_and_control_signs_are_dropped():
    assert cleaned("ab\u202edc\x00e\r\nf") == "ab dc e f"


@given(st.text(st.sampled_from("张三／，。(本人提交) /-Re:aé𠮷　"), max_size=260))
def test_a_subject_arrives_as_it_was_written(subject):
    raw = composed(subject=subject)
    wanted = cleaned(subject, 260)
    assert read_message(raw).message.subject == wanted
    assert str(read(raw)["Subject"] or "") == wanted
    head = raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))
    head.decode("ascii")
