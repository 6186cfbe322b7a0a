"""A mail that a machine wrote is known for it; a weak sign is not taken for proof."""

import pytest

from parsers.mail.read import read_message

FROM = "From: zhangsan@163.com"


def kind_and_certainty(*headers, body="x"):
    raw = "\r\n".join(headers) + "\r\n\r\n" + body
    found = read_message(raw.encode()).message.automatic
    return found and (found.kind.value, found.certain)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        pytest.param([FROM, "Subject: 张三/王五/业绩登记新增(本人提交)"], None, id="a person"),
        pytest.param([FROM, "Subject: Re: 自动回复: 收到"], None, id="a person answers an automatic reply"),
        pytest.param(
            [FROM, "Subject: 关于退信通知单的咨询", "Auto-Submitted: no"], None, id="a person asks about a bounce"
        ),
        pytest.param([FROM, "Subject: Re: 邮件被退回"], None, id="a person answers about a bounce"),
        pytest.param([FROM, "Subject: 系统退信"], ("bounce", False), id="bounce by its subject alone"),
        pytest.param([FROM, "Auto-Submitted: Auto-Replied (vacation)"], ("auto_reply", True), id="RFC 3834"),
        pytest.param([FROM, "Auto-Submitted: (c) no"], None, id="comment before no"),
        pytest.param([FROM, "Precedence: Bulk"], ("bulk", True), id="bulk"),
        pytest.param([FROM, "Precedence: list"], ("list", True), id="list"),
        pytest.param([FROM, "Precedence: auto_reply"], ("auto_reply", True), id="auto_reply"),
        pytest.param([FROM, "Precedence: first-class"], None, id="ordinary precedence"),
        pytest.param([FROM, "List-Id: <x.example>"], ("list", True), id="list id"),
        pytest.param([FROM, "List-Unsubscribe: <mailto:x>"], ("bulk", False), id="gateway's unsubscribe"),
        pytest.param([FROM, "X-Autoreply: yes"], ("auto_reply", True), id="x-autoreply"),
        pytest.param([FROM, "X-Auto-Response-Suppress: DR, OOF"], ("auto_reply", False), id="asks for silence"),
        pytest.param([FROM, "X-Auto-Response-Suppress: DR, RN"], None, id="asks for no receipts"),
        pytest.param(["Return-Path: <>", FROM, "Subject: 自动回复"], ("auto_reply", True), id="null path, reply"),
        pytest.param(["Return-Path: < >", FROM, "Subject: x"], ("bounce", True), id="null path"),
        pytest.param(["Return-Path: <zhangsan@163.com>", FROM], None, id="ordinary path"),
        pytest.param([FROM, "Subject: 自动回复：休假"], ("auto_reply", False), id="subject in Chinese"),
        pytest.param([FROM, "Subject: Out of Office: x"], ("auto_reply", False), id="subject in English"),
        pytest.param(["From: postmaster@qq.com", "Subject: 系统退信"], ("bounce", True), id="provider's bounce"),
        pytest.param(["From: MAILER-DAEMON", "Subject: x"], ("bounce", True), id="daemon without an address"),
        pytest.param(["From: noreply@x.cn", "Subject: x"], ("bulk", False), id="noreply"),
        pytest.param(["From: owner-x@x.cn", "Subject: x"], ("list", False), id="list owner"),
        pytest.param([FROM, "Subject: (AD) x"], ("bulk", False), id="advertising by law"),
        pytest.param([FROM, "X-Mailbot: 1"], ("own", True), id="own header"),
        pytest.param(
            [FROM, "Message-ID: <mb.abc@vip.163.com>", "Precedence: bulk"], ("own", True), id="own Message-ID"
        ),
        pytest.param([FROM, "In-Reply-To: <mb.abc@vip.163.com>"], None, id="an answer to our letter is no own mail"),
        pytest.param([FROM, "Content-Type: multipart/report; boundary=x"], ("auto_reply", True), id="other report"),
    ],
)
def test_the_sign_and_its_weight(headers, expected):
    assert kind_and_certainty(*headers) == expected
