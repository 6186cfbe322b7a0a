"""Every finding of envelope and files has its sentence, whatever its facts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.examination.classify import MailMaybeAutomatic, MailNotUnderstood
from mailbot.examination.rules import attachments as files
from mailbot.examination.rules import correspondents, standing
from mailbot.examination.rules import envelope as mail
from mailbot.examination.rules.envelope import SubjectDeviates, SubjectMalformed
from mailbot.examination.subject import read_subject
from mailbot.letters.rendering import Words
from mailbot.office.packs import load_matters
from parsers.files.kind import FileKind
from parsers.files.page import Fault
from parsers.mail.message import AuthorDefect

WORDS = Words()
MATTERS = load_matters()
A, B = "重庆王五监理咨询有限公司", "重庆赵六工程监理有限公司"


@pytest.mark.parametrize(
    "finding",
    [
        *(mail.MailboxWrong(right=right, by_project=by) for right in ((), ("a@b.invalid",)) for by in (True, False)),
        mail.MailboxOtherToo(right=("a@b.invalid",)),
        correspondents.AuthorNotRegistered(firm=A),
        correspondents.AuthorNotRegistered(firm=A, earlier=True),
        correspondents.AuthorNotRegistered(firm=A, other_firm=B),
        correspondents.AuthorIsFirm(),
        correspondents.AuthorUnauthenticated(spf="fail", dkim="none", dmarc="fail"),
        correspondents.AuthorAmbiguous(why=(*(defect.value for defect in AuthorDefect), "look_alike")),
        correspondents.FirmUnknown(firm=A, near_names=(B,), author_firm=B),
        correspondents.FirmNotCopied(firm=A, firm_contact="zhangsan@example.invalid"),
        correspondents.FirmNotCopied(firm=A, firm_contact="zhangsan@example.invalid", earlier=True),
        correspondents.FirmNotCopied(firm=A, firm_contact="zhangsan@example.invalid", other_firm=B),
        standing.ApplicantSuspended(),
        standing.Duplicate(case_number="ZJZD-2026-0001"),
        files.AttachmentsMissing(),
        *(files.AttachmentLinked(labels=("a",), large_attachment=big, alone=big) for big in (True, False)),
        *(files.AttachmentFormat(name="a", kind=kind, extra=extra) for kind in FileKind for extra in (True, False)),
        *(files.AttachmentUnreadable(name="a", fault=fault) for fault in Fault),
        files.AttachmentInline(names=("a", "b")),
        files.MailTooComplex(),
        *(MailNotUnderstood(why=why) for why in ("complaint", "objection", "matter_unknown", "supplement", "unplaced")),
        MailMaybeAutomatic(sign="List-Unsubscribe"),
    ],
    ids=lambda finding: finding.code,
)
def test_it_is_a_whole_sentence_that_names_no_address(finding):
    sentence = WORDS.sentence(finding)
    assert sentence.endswith("。")
    assert "\n" not in sentence
    assert "zhangsan@" not in sentence


names = ["张三", "姓名", A, "现所登记的监理企业名称"]
events = [
    "业绩登记",
    "新增",
    "更新",
    "截止",
    "申请",
    "(本人提交)",
    "（企业提交）",
    "监理企业信息登记",
    "监理基本信息登记",
]
signs = ["/", "／", "-", " ", "、", "Re: ", "20261120", "《", "》"]
words = st.sampled_from([*names, *events, *signs])


@given(st.lists(words, max_size=8).map("".join))
def test_whatever_is_wrong_or_odd_about_a_subject_can_be_said(subject):
    reading = read_subject(subject, MATTERS)
    if reading.faults:
        finding = SubjectMalformed(written=subject, faults=reading.faults, expected=reading.expected)
        assert WORDS.sentence(finding).endswith("。")
    if reading.deviations:
        assert WORDS.sentence(SubjectDeviates(deviations=reading.deviations, expected="x")).endswith("。")
