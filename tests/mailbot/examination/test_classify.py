"""Applications are told from other mail; only machines are met with silence, and a complaint goes to a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.examination.classify import Context, MailKind, classify, own_words
from mailbot.examination.subject import read_subject
from mailbot.examination.verdict import Outcome
from mailbot.office.packs import load_matters
from parsers.files.kind import FileKind
from parsers.mail.message import Attachment, Automatic, AutomaticKind, CloudLink, Message

MATTERS = load_matters()
FIRM = "重庆王五监理咨询有限公司"
ADD = f"张三/{FIRM}/业绩登记新增(本人提交)"
PAPER = Attachment(1, "承诺书.pdf", "application/pdf", FileKind.PDF, 90_000, "a" * 64)
LOGO = Attachment(1, "logo.png", "image/png", FileKind.PNG, 3_000, "b" * 64, inline=True)


def kind_of(subject, text="", *, attachments=(), automatic=None, links=(), answers_ours=False):
    message = Message(subject=subject, text=text, attachments=attachments, automatic=automatic, links=links)
    return classify(message, read_subject(subject, MATTERS), Context(MATTERS, answers_ours))


@pytest.mark.parametrize(
    ("subject", "text", "attachments", "kind"),
    [
        pytest.param(ADD, "您好！现提交材料，请审核。", (PAPER,), MailKind.APPLICATION, id="as prescribed"),
        pytest.param(ADD, "", (), MailKind.APPLICATION, id="attachments forgotten, nothing written"),
        pytest.param(ADD, "见附件，请问还需要什么？", (), MailKind.APPLICATION, id="says it sends"),
        pytest.param(f"张三/{FIRM}/业绩登记截止", "", (), MailKind.APPLICATION, id="malformed, with its names"),
        pytest.param(f"{FIRM}-监理企业信息登记", "请审核", (PAPER,), MailKind.APPLICATION, id="malformed with papers"),
        pytest.param(ADD, "如有弄虚作假愿承担责任", (PAPER,), MailKind.APPLICATION, id="a promise is no complaint"),
        pytest.param(ADD, "请问审核进度到哪了？", (), MailKind.PROGRESS, id="progress under an old subject"),
        pytest.param(f"申请撤回：{ADD}", "", (), MailKind.WITHDRAWAL, id="withdrawal in the subject"),
        pytest.param(ADD, "因填报有误，现申请撤回本次申请。", (), MailKind.WITHDRAWAL, id="withdrawal in the text"),
        pytest.param(ADD, "前次申请撤回后重新提交，请审核", (PAPER,), MailKind.APPLICATION, id="sent anew after one"),
        pytest.param("关于××公路项目信息更新的提醒", "已更新，请审核。", (), MailKind.REMINDER, id="B04"),
        pytest.param("监理企业业绩登记", "请审核", (PAPER,), MailKind.REMINDER, id="B01 applied for by mail"),
        pytest.param("咨询", "请问监理企业信息登记需要哪些材料？", (), MailKind.QUESTION, id="papers"),
        pytest.param("请问重庆系统无法打开怎么办", "", (), MailKind.QUESTION, id="G42"),
        pytest.param("关于业绩登记应审核未审核的情况反映", "请处理", (), MailKind.REFERRED, id="G38 complaint"),
        pytest.param(ADD, "我公司不同意该员工的申请", (), MailKind.REFERRED, id="E28 objection"),
        pytest.param("材料", "", (PAPER,), MailKind.REFERRED, id="papers without a matter"),
        pytest.param("您好", "有件事想和老师说一下。", (), MailKind.REFERRED, id="not understood"),
        pytest.param("", "", (), MailKind.REFERRED, id="empty"),
        pytest.param("Re: 【材料齐全】", "收到，谢谢老师！", (), MailKind.SET_ASIDE, id="thanks"),
        pytest.param("您好", "谢谢，不过我还有一个问题没有解决", (), MailKind.REFERRED, id="more than thanks"),
    ],
)
def test_kinds(subject, text, attachments, kind):
    assert kind_of(subject, text, attachments=attachments).kind is kind


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        pytest.param("请问申请监理资质之前要先登记吗？", "qualification", id="G10"),
        pytest.param("请问资质升级用的是哪里的人员信息？", "qualification", id="G17, G25"),
        pytest.param("请问审核后业绩信息多久能公开查到？", "publication", id="G15"),
        pytest.param("我公司的业绩查不到，请问是什么原因", "publication", id="G15 not to be found"),
        pytest.param("请问监理工程师变更注册怎么办理？", "certificate_registration", id="G04"),
        pytest.param("请问忘记密码了怎么办", "accounts", id="G41"),
        pytest.param("我公司的资质申请被质监支队退回", None, id="tells, asks nothing"),
    ],
)
def test_a_question_finds_its_shipped_answer(text, topic):
    found = kind_of("咨询", text) if topic else kind_of("情况", text)
    assert (found.kind, found.topic) == ((MailKind.QUESTION, topic) if topic else (MailKind.REFERRED, ""))


class TestReplies:
    def test_a_reply_with_papers_goes_on_as_the_application(self):
        subject = f"回复：【补正告知】{ADD}〔ZJZD-2026-0187〕"
        assert kind_of(subject, "已补充", attachments=(PAPER,), answers_ours=True).kind is MailKind.APPLICATION

    def test_a_reply_without_papers_is_no_new_application(self):
        subject = f"回复：【补正告知】{ADD}〔ZJZD-2026-0187〕"
        assert kind_of(subject, "老师，我在出差，下周补。", answers_ours=True).kind is MailKind.REFERRED

    def test_quoted_words_are_not_the_authors(self):
        text = "好的，谢谢\n\n------------------ 原始邮件 ------------------\n发件人: x\n如需撤回申请，请……"
        assert own_words(text) == "好的，谢谢"
        assert kind_of(f"回复：{ADD}", text, answers_ours=True).kind is MailKind.SET_ASIDE


class TestAutomatic:
    @pytest.mark.parametrize("kind", [AutomaticKind.BOUNCE, AutomaticKind.AUTO_REPLY, AutomaticKind.OWN])
    def test_certain_machines_are_set_aside_even_with_papers(self, kind):
        found = kind_of(ADD, attachments=(PAPER,), automatic=Automatic(kind, "Auto-Submitted", certain=True))
        assert (found.kind, found.reason) == (MailKind.SET_ASIDE, kind.value)

    def test_a_newsletter_is_set_aside(self):
        mark = Automatic(AutomaticKind.BULK, "Precedence", certain=True)
        assert kind_of("双11特惠", "点击查看", attachments=(LOGO,), automatic=mark).kind is MailKind.SET_ASIDE

    @pytest.mark.parametrize("certain", [True, False])
    def test_a_gateways_list_mark_on_an_application_is_a_doubt_not_silence(self, certain):
        mark = Automatic(AutomaticKind.LIST, "List-Unsubscribe", certain=certain)
        found = kind_of(ADD, attachments=(PAPER,), automatic=mark)
        assert found.kind is MailKind.APPLICATION
        assert [finding.code for finding in found.findings] == ["mail_maybe_automatic"]

    def test_a_weak_sign_on_papers_without_a_matter_is_a_persons_to_weigh(self):
        mark = Automatic(AutomaticKind.AUTO_REPLY, "自动", certain=False)
        found = kind_of("自动化办公材料", attachments=(PAPER,), automatic=mark)
        assert found.kind is MailKind.REFERRED
        assert "mail_maybe_automatic" in {finding.code for finding in found.findings}


def test_a_link_is_something_sent():
    link = CloudLink("qq", "https://example.invalid/x")
    assert kind_of("材料", links=(link,)).reason == "matter_unknown"


def test_papers_without_a_matter_are_told_every_line_but_only_as_a_doubt():
    malformed, placed = kind_of("材料", attachments=(PAPER,)).findings
    assert (malformed.code, malformed.certain, placed.why) == ("subject_malformed", False, "matter_unknown")
    assert "监理企业名称/监理企业信息登记" in malformed.expected


def test_what_goes_to_a_person_carries_its_doubt():
    found = kind_of("投诉", "应审核未审核")
    assert (found.reason, found.findings[0].code, found.kind.outcome) == (
        "complaint",
        "mail_not_understood",
        Outcome.REFERRED,
    )


def test_only_an_application_waits_for_its_verdict():
    assert [kind for kind in MailKind if kind.outcome is None] == [MailKind.APPLICATION]


@given(st.text(max_size=200), st.text(max_size=400))
def test_no_mail_of_a_person_is_met_with_silence_but_thanks(subject, text):
    found = kind_of(subject, text)
    assert found.kind is not MailKind.SET_ASIDE or found.reason == "thanks"
