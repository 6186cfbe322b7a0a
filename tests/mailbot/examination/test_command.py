"""A reviewer's reply is one of an exact list of words, or it is not understood."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailbot.examination.command import Call, Check, Command, NotUnderstood, Why, Word, parse
from mailbot.examination.own_words import own_lines


@pytest.mark.parametrize(
    ("text", "word"),
    [
        pytest.param("受理", Word.COMPLETE, id="accepted"),
        pytest.param("材料齐全", Word.COMPLETE, id="complete"),
        pytest.param("补正", Word.CORRECT, id="correction"),
        pytest.param("补正。", Word.CORRECT, id="correction with a full stop"),
        pytest.param("通过", Word.APPROVE, id="passed"),
        pytest.param("审核通过", Word.APPROVE, id="passed review"),
        pytest.param("通 过", Word.APPROVE, id="blank between the letters"),
        pytest.param("\u3000\u3000通过。", Word.APPROVE, id="indented, full stop"),
        pytest.param("\n\n通过", Word.APPROVE, id="empty lines above"),
        pytest.param("通过\n李审核\n重庆市交通规划和技术发展中心", Word.APPROVE, id="name and office below"),
        pytest.param("通过\n\n发自我的iPhone", Word.APPROVE, id="telephone's signature"),
        pytest.param("现场", Word.ON_SITE, id="on site"),
        pytest.param("提醒复核", Word.REMIND, id="remind"),
        pytest.param("撤销", Word.UNDO, id="undo"),
        pytest.param("查询", Word.ASK, id="ask"),
        pytest.param("确认！", Word.CONFIRM, id="confirm"),
        pytest.param("办结", Word.END, id="end"),
    ],
)
def test_a_plain_word_is_understood(text, word):
    assert parse(text) == Command(word)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        pytest.param("不通过：照片与证件不符", Command(Word.REJECT, items=("照片与证件不符",)), id="reason"),
        pytest.param("不 通 过 : 照片与证件不符", Command(Word.REJECT, items=("照片与证件不符",)), id="blanks"),
        pytest.param("审核不通过，照片不符。", Command(Word.REJECT, items=("照片不符。",)), id="comma"),
        pytest.param(
            "不通过：\n一、日期不一致；\n2．尚未截止。\n\n李审核",
            Command(Word.REJECT, items=("日期不一致；", "尚未截止。")),
            id="reasons below, name left out",
        ),
        pytest.param("补正：社保证明缺8月", Command(Word.CORRECT, items=("社保证明缺8月",)), id="one point"),
        pytest.param(
            "补正\n（1）社保证明应包含8月。\n日期：承诺书未填写日期\n\n李审核\n023-62806051",
            Command(Word.CORRECT, items=("社保证明应包含8月。", "日期：承诺书未填写日期")),
            id="points below, signature left out",
        ),
        pytest.param("补正 2.5米的标志照片不清", Command(Word.CORRECT, items=("2.5米的标志照片不清",)), id="a measure"),
        pytest.param("复核完成 2026-12-03", Command(Word.VERIFIED, day=date(2026, 12, 3)), id="day"),
        pytest.param(
            "复核完成：２０２６年１２月３日", Command(Word.VERIFIED, day=date(2026, 12, 3)), id="full-width day"
        ),
        pytest.param("复核完成2026/1/5。", Command(Word.VERIFIED, day=date(2026, 1, 5)), id="no blank"),
        pytest.param("视频核验 通过", Command(Word.CALL, call=Call.PASSED), id="reached"),
        pytest.param("视频核验：未接通", Command(Word.CALL, call=Call.UNREACHABLE), id="not reached"),
        pytest.param("视频核验 未通过", Command(Word.CALL, call=Call.FAILED), id="failed"),
        pytest.param("视频核验：不通过。", Command(Word.CALL, call=Call.FAILED), id="failed in other words"),
        pytest.param(
            "视频核验 未通过：不是 本人",
            Command(Word.CALL, text="不是 本人", call=Call.FAILED),
            id="why it failed",
        ),
        pytest.param("转办 王审核", Command(Word.HAND_OVER, text="王审核"), id="handed over"),
        pytest.param("转办给王审核", Command(Word.HAND_OVER, text="王审核"), id="handed over to"),
        pytest.param("备注：已电话联系，下周补交", Command(Word.NOTE, text="已电话联系，下周补交"), id="note"),
        pytest.param(
            "备注：重庆系统＝一致", Command(Word.CHECK, text="一致", check=Check.MUNICIPAL), id="municipal system"
        ),
        pytest.param("备注: 人社查验 = 已核", Command(Word.CHECK, text="已核", check=Check.INSURANCE), id="insurance"),
    ],
)
def test_a_word_with_more_is_understood(text, command):
    assert parse(text) == command


MISREADINGS = [
    pytest.param("通过？", id="asked"),
    pytest.param("通过?", id="asked, half-width"),
    pytest.param("通过吗", id="asked with a particle"),
    pytest.param("通过……", id="hesitating"),
    pytest.param("通过...", id="hesitating in dots"),
    pytest.param("暂不通过", id="not for now"),
    pytest.param("不予通过", id="refused otherwise"),
    pytest.param("未通过", id="has not passed"),
    pytest.param("没通过", id="has not passed, spoken"),
    pytest.param("别通过", id="do not"),
    pytest.param("勿通过", id="do not, written"),
    pytest.param("通过不了", id="cannot pass"),
    pytest.param("通过不通过", id="both"),
    pytest.param("通过/不通过", id="either"),
    pytest.param("应该通过", id="should"),
    pytest.param("同意通过", id="another word before"),
    pytest.param("通过 123456", id="a number behind"),
    pytest.param("“通过”", id="in quotation marks"),
    pytest.param("【通过】", id="in brackets"),
    pytest.param("[通过]", id="in square brackets"),
    pytest.param("否", id="no"),
    pytest.param("否决", id="veto"),
    pytest.param("不通过", id="no reason"),
    pytest.param("不 通过", id="no reason, blank"),
    pytest.param("不\u200b通过", id="hidden sign between"),
    pytest.param("不通过？", id="refusal asked"),
    pytest.param("不通过：", id="colon and nothing"),
    pytest.param("不通过：理由", id="the pattern itself"),
    pytest.param("不通过\n李审核", id="only a name below"),
    pytest.param("\u202e过通", id="turned direction"),
    pytest.param("\u202e通过", id="direction sign before"),
    pytest.param("通過", id="traditional letters"),
    pytest.param("tongguo", id="spelt"),
    pytest.param("approve", id="English"),
    pytest.param("OK", id="ok"),
    pytest.param("同意", id="agreed"),
    pytest.param("好的", id="fine"),
    pytest.param("您好，请通过", id="a sentence"),
    pytest.param("通过\n等等，先别发", id="second thought below"),
    pytest.param("通过\n不对，标段不一致", id="taken back below"),
    pytest.param("通过\n不通过：日期不一致", id="both, one below the other"),
    pytest.param("通过\n补正", id="another word below"),
    pytest.param("受理\n但是要补社保", id="accepted, but"),
    pytest.param("> 通过", id="quoted with a sign"),
    pytest.param("＞通过", id="quoted with a full-width sign"),
    pytest.param("| 通过 |", id="quoted as a table"),
    pytest.param("在2026年11月20日，李审核写道：\n通过", id="below 写道"),
    pytest.param("On Fri, Nov 20, 2026 at 9:00 AM, X <x@y.invalid> wrote:\n通过", id="below wrote"),
    pytest.param("------------------ 原始邮件 ------------------\n通过", id="below 原始邮件"),
    pytest.param("---- 回复的原邮件 ----\n通过", id="below 回复的原邮件"),
    pytest.param("-----Original Message-----\n通过", id="below Original Message"),
    pytest.param("________________________________\n发件人: a\n通过", id="below Outlook's line"),
    pytest.param("发件人：申请人\n发送时间：今天\n通过", id="below a block of headers"),
    pytest.param("From: x@y.invalid\n\n通过", id="below From"),
    pytest.param("发自我的iPhone\n通过", id="below a signature"),
    pytest.param("-- \n通过", id="below the signature's sign"),
    pytest.param("", id="nothing"),
    pytest.param(" \u3000\n\t", id="blanks"),
    pytest.param("补正？", id="correction asked"),
    pytest.param("补正吗", id="correction asked with a particle"),
    pytest.param("补正\n李审核", id="correction and only a name"),
    pytest.param("复核完成", id="no day"),
    pytest.param("复核完成 2026-13-40", id="no such day"),
    pytest.param("复核完成 明天", id="a day in words"),
    pytest.param("视频核验", id="no result"),
    pytest.param("视频核验 改期", id="another result"),
    pytest.param("视频核验 通过：暂且", id="a pass with more words"),
    pytest.param("视频核验 未通过：不是本人？", id="failure asked"),
    pytest.param("视频核验 未通过吗", id="failure asked without a mark"),
    pytest.param("视频核验 通过？", id="result asked"),
    pytest.param("转办", id="nobody named"),
    pytest.param("备注：", id="nothing noted"),
    pytest.param("备注通过", id="note without a colon"),
    pytest.param("撤销？", id="undo asked"),
    pytest.param("受理不了", id="cannot accept"),
    pytest.param("不受理", id="not accepted"),
    pytest.param("现场？", id="on site asked"),
]


@pytest.mark.parametrize("text", MISREADINGS)
def test_what_is_unclear_changes_nothing(text):
    assert isinstance(parse(text), NotUnderstood)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        pytest.param("> 通过", Why.NOTHING, id="only quoted"),
        pytest.param("你好", Why.UNKNOWN, id="another word"),
        pytest.param("通过\n等等", Why.UNCLEAR, id="second thought"),
        pytest.param("不通过", Why.NO_REASON, id="no reason"),
        pytest.param("复核完成", Why.NO_DATE, id="no day"),
        pytest.param("视频核验", Why.NO_RESULT, id="no result"),
        pytest.param("转办", Why.NO_NAME, id="no name"),
        pytest.param("备注", Why.NO_TEXT, id="no text"),
    ],
)
def test_it_says_what_was_wrong(text, why):
    assert parse(text).why is why


_WORDS = st.sampled_from([*"通过不否未勿？?。：: \n>", "受理", "补正", "不通过", "通过", "写道：", "原始邮件", "理由"])
_TEXTS = st.lists(_WORDS, max_size=12).map("".join)


@given(_TEXTS | st.text(max_size=40))
def test_passed_is_read_only_where_the_first_own_line_says_so(text):
    result = parse(text)
    if isinstance(result, Command) and result.word is Word.APPROVE:
        own = own_lines(text)
        assert "".join(own[0].split()).rstrip("。.!！;；") in ("通过", "审核通过")


@given(
    st.text(max_size=20),
    st.sampled_from(["不通过", "否", "?", "？", "未通过", "别通过", "不 通过"]),
    st.text(max_size=20),
)
def test_no_words_of_his_own_with_a_no_in_them_pass(before, no, after):
    text = f"{before}{no}{after}"
    result = parse(text)
    passed = isinstance(result, Command) and result.word is Word.APPROVE
    assert not passed or all(no not in line for line in own_lines(text))


@given(_TEXTS)
def test_what_is_quoted_below_never_matters(text):
    quoted = "\n".join(f"> {line}" for line in text.splitlines())
    assert parse(f"通过\n\n{quoted}") == Command(Word.APPROVE)
    assert parse(quoted) == NotUnderstood(Why.NOTHING)
