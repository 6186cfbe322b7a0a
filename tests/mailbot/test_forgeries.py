"""Nobody decides but the reviewer who was asked, by answering that very mail once (reliability.md, group E)."""

from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from threading import Event

import pytest

from ledger.entries import CaseState
from mailbot.decisions.tokens import Tokens, shown_in
from mailbot.instance import Instance
from tests.builders_decisions import HEAD, QUOTE, SUBSTITUTE, Bureau, roster
from tests.builders_service import ENGINEER, INFORMATION_BOX, REVIEWER, TRACK_BOX, a_mail

STRANGER = "stranger@evil.invalid"
WRONG = "A" * 26


@pytest.fixture
def bureau(tmp_path):
    with Bureau(tmp_path) as running:
        yield running


def untouched(bureau, number):
    """Nothing has been decided or noted, and no letter went to the applicant but the receipt."""
    file = bureau.ledger.case(number)
    outside = [one.letter.kind for one in file.letters if one.letter.recipients != (REVIEWER,)]
    decided = [one for one in file.events if one.action in ("decided", "decision_undone")]
    return (
        file.case.state is CaseState.REFERRED and not decided and not file.case.steps
        and not {"complete", "approved", "rejected", "correction"} & set(outside)
    )  # fmt: skip


SENDERS = [
    pytest.param({"sender": STRANGER}, id="a stranger with the true token"),
    pytest.param({"sender": ENGINEER}, id="the applicant with the true token"),
    pytest.param({"sender": f"李审核 <{STRANGER}>"}, id="the reviewer's name before another address"),
    pytest.param({"sender": f'"{REVIEWER}" <{STRANGER}>'}, id="the reviewer's address as a name"),
    pytest.param({"sender": "reviewer@example.invalid.evil.invalid"}, id="his domain as the beginning of another"),
    pytest.param({"sender": "reviewer+x@example.invalid"}, id="his local part with a tag"),
    pytest.param({"sender": "rev.iewer@example.invalid"}, id="a dot in the local part"),
    pytest.param({"sender": "reviewer@mail.example.invalid"}, id="a subdomain"),
    pytest.param({"sender": "reviewer@examp1e.invalid"}, id="a digit for a letter"),
    pytest.param({"authentication": "fail"}, id="his address, and the server says fail"),
    pytest.param({"sender": SUBSTITUTE}, id="forwarded: answered by the substitute"),
    pytest.param({"sender": HEAD}, id="forwarded: answered by the head"),
    pytest.param({"headers": {"Auto-Submitted": "auto-replied"}}, id="his vacation notice"),
    pytest.param({"headers": {"X-Autoreply": "yes"}}, id="his vacation notice, marked otherwise"),
    pytest.param({"headers": {"Precedence": "auto_reply"}}, id="an answering machine"),
    pytest.param({"headers": {"Sender": STRANGER}}, id="sent on his behalf from another domain"),
]


@pytest.mark.parametrize("mail", SENDERS)
def test_the_token_alone_is_not_enough(bureau, mail):
    number = bureau.referred()
    bureau.hears("受理", bureau.asks(number), **mail)
    assert untouched(bureau, number)


def _with_wrong_token(bureau, number):
    return f"回复：待核对〔{number}·{WRONG}〕"


def _expired(bureau, number):
    subject = bureau.asks(number)
    bureau.later(days=31)
    return subject


def _of_another_case(bureau, number):
    other = bureau.referred(sender="qian@person.invalid", content="b")
    return bureau.asks(other).replace(other, number)


def _of_another_reviewer(bureau, number):
    return bureau.asks(number, SUBSTITUTE)


def _cut(bureau, number):
    return bureau.asks(number)[:-6]


def _one_letter_off(bureau, number):
    subject = bureau.asks(number)
    return f"{subject[:-2]}{'B' if subject[-2] == 'A' else 'A'}〕"


def _true_then_wrong(bureau, number):
    return f"{bureau.asks(number)}〔{number}·{WRONG}〕"


def _from_another_installation(bureau, number):
    other = Tokens(bureau.ledger, Instance("b" * 64), lambda: bureau.time)
    return f"回复：{other.issue(number, REVIEWER, mailbox=TRACK_BOX).subject_mark}"


def _the_digest(bureau, number):
    (token,) = [shown_in(bureau.asks(number)).secret]
    return f"回复：{number} {bureau.instance.key('token', token)}"


TOKENS = [
    pytest.param(lambda bureau, number: "受理", id="no token"),
    pytest.param(lambda bureau, number: f"回复：【待核对】〔{number}〕", id="the case number alone"),
    pytest.param(lambda bureau, number: "〔ZJZD-2026-9999·" + WRONG + "〕", id="a case that does not exist"),
    pytest.param(lambda bureau, number: f"〔{number}·〕", id="an empty token"),
    pytest.param(lambda bureau, number: f"〔{number}·{'A' * 4000}〕", id="a very long token"),
    pytest.param(lambda bureau, number: f"〔{number}·%' OR 1=1 --〕", id="a piece of SQL"),
    pytest.param(_with_wrong_token, id="a token never issued"),
    pytest.param(_expired, id="an expired token"),
    pytest.param(_of_another_case, id="the token of another case"),
    pytest.param(_of_another_reviewer, id="the token of another reviewer"),
    pytest.param(_cut, id="a cut token"),
    pytest.param(_one_letter_off, id="one letter off"),
    pytest.param(_true_then_wrong, id="a wrong token behind the true one"),
    pytest.param(_from_another_installation, id="a token of another installation"),
    pytest.param(_the_digest, id="what the database holds of it"),
]


@pytest.mark.parametrize("subject", TOKENS)
def test_the_reviewer_alone_is_not_enough(bureau, subject):
    number = bureau.referred()
    bureau.hears("受理", subject(bureau, number))
    assert untouched(bureau, number)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("{mark}", id="a bare token in the body"),
        pytest.param("受理 {mark}", id="a word and the token in one line"),
        pytest.param("受理\n{mark}", id="the token below the word"),
        pytest.param("受理\n> 主题：待核对{mark}", id="the token in a quotation"),
    ],
)
def test_a_token_in_the_body_is_none(bureau, body):
    number = bureau.referred()
    mark = bureau.tokens().issue(number, REVIEWER, mailbox=TRACK_BOX).subject_mark
    bureau.hears(body.format(mark=mark), "回复：待核对")
    assert untouched(bureau, number)


BODIES = [
    pytest.param("", id="empty reply over a quotation that says 通过"),
    pytest.param("> 受理", id="quoted with a sign"),
    pytest.param("在2026年3月12日写道：\n受理", id="below 写道"),
    pytest.param("发件人：申请人\n受理", id="below 发件人"),
    pytest.param("-- \n受理", id="in the signature"),
    pytest.param("请受理", id="a sentence"),
    pytest.param("受理？", id="asked"),
    pytest.param("不受理", id="refused"),
    pytest.param("受理\n等等，先不要发", id="taken back below"),
    pytest.param("不通过", id="refusal without a reason"),
    pytest.param("通过？", id="passed, asked"),
    pytest.param("通過", id="traditional letters"),
    pytest.param("通过", id="passed before it was accepted"),
    pytest.param("现场", id="on site without a call"),
    pytest.param("确认", id="confirmation of nothing"),
    pytest.param("提醒复核", id="reminder before acceptance"),
    pytest.param("撤销", id="nothing to undo"),
    pytest.param("复核完成 2030-01-01", id="a day to come"),
    pytest.param("转办 陌生人", id="nobody of that name"),
    pytest.param("办结", id="an application ended without a decision"),
    pytest.param("补正\n李审核 023-62806051 工作日", id="a signature as a point to be corrected"),
]


@pytest.mark.parametrize("body", BODIES)
def test_the_right_mail_with_the_wrong_words_changes_nothing(bureau, body):
    number = bureau.referred()
    mail = bureau.says(number, body)
    assert untouched(bureau, number)
    assert mail.case_number == number
    assert {"not_understood", "not_possible"} & {kind for kind, _ in bureau.kinds(number)}


def html_reply(subject, page):
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"], mail["Message-ID"] = REVIEWER, TRACK_BOX, subject, "<h1@example.invalid>"
    mail.set_content(page, subtype="html")
    head = a_mail(subject, sender=REVIEWER, files=(), cc=()).partition(b"From:")[0]
    return head + mail.as_bytes()


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<blockquote><p>受理</p></blockquote><p>收到</p>", id="a quotation above"),
        pytest.param("<div><blockquote>受理</blockquote></div>", id="only a quotation"),
        pytest.param("<style>受理</style><p>你好</p>", id="hidden in a style"),
        pytest.param("<p>&#8238;理受</p>", id="turned"),
        pytest.param("<p></p><hr><p>发件人: x@y.invalid</p><p>受理</p>", id="below Outlook's line"),
    ],
)
def test_html_quotations_decide_nothing(bureau, page):
    number = bureau.referred()
    bureau.receive(html_reply(bureau.asks(number), page))
    bureau.worker.work(Event())
    assert untouched(bureau, number)


def test_an_html_reply_decides_like_any_other(bureau):
    number = bureau.referred()
    page = "<div>受理</div><div><br></div><blockquote><p>通过</p></blockquote>"
    bureau.receive(html_reply(bureau.asks(number), page))
    bureau.worker.work(Event())
    assert bureau.case(number).state is CaseState.COMPLETE


def test_a_reply_to_another_mailbox_of_the_office_is_refused(bureau):
    number = bureau.referred()
    bureau.hears("受理", bureau.asks(number), mailbox=INFORMATION_BOX)
    assert untouched(bureau, number)


@pytest.mark.parametrize(
    "first",
    [
        pytest.param({"valid_until": "2026-03-11"}, id="removed yesterday"),
        pytest.param({"valid_from": "2026-03-13"}, id="serves from tomorrow"),
    ],
)
def test_the_roster_of_the_day_of_the_decision_counts(tmp_path, first):
    with Bureau(tmp_path, reviewer=roster(**first)) as bureau:
        number = bureau.referred()
        bureau.says(number, "受理")
        assert untouched(bureau, number)


def test_the_same_reply_again_is_refused(bureau):
    number = bureau.referred()
    subject = bureau.asks(number)
    bureau.hears("受理", subject)
    before = bureau.ledger.case(number).events
    bureau.hears("补正：再补一份社保证明", subject)
    assert bureau.case(number).state is CaseState.COMPLETE
    assert [one for one in bureau.ledger.case(number).events if one.action == "decided"] == [
        one for one in before if one.action == "decided"
    ]


def test_the_refusal_never_says_which_part_was_wrong(bureau):
    number = bureau.referred()
    said = set()
    for make in (_with_wrong_token, _expired, _of_another_case, _of_another_reviewer):
        bureau.later(days=2)
        bureau.hears("受理", make(bureau, number))
        refusals = [one for one in bureau.ledger.letters() if one.letter.kind == "refused"]
        message, text = bureau.last("refused")
        said.add((message["Subject"], text, len(refusals) > 0))
        assert number not in text
        assert not shown_in(message["Subject"])
    assert len(said) == 1


def test_strangers_are_not_answered_and_the_alarm_rings(bureau):
    number = bureau.referred()
    before = len(bureau.ledger.letters())
    bureau.hears("受理", bureau.asks(number), sender=STRANGER, headers={"Auto-Submitted": "no"})
    told = [one.letter.recipients for one in bureau.ledger.letters()[before:]]
    assert all(one.letter.kind != "refused" for one in bureau.ledger.letters())
    assert (REVIEWER,) not in told
    assert any(one.key.startswith("decision_forged:") for one in bureau.ledger.alarms())


def test_five_refusals_in_a_day_stop_an_address(bureau):
    number = bureau.referred()
    for _ in range(5):
        bureau.hears("受理", _with_wrong_token(bureau, number))
    assert any(one.key.startswith("decisions_stopped:") for one in bureau.ledger.alarms())
    bureau.says(number, "受理")
    assert untouched(bureau, number)
    assert len([one for one in bureau.ledger.letters() if one.letter.kind == "refused"]) == 5
    bureau.later(days=1, minutes=1)
    bureau.says(number, "受理")
    assert bureau.case(number).state is CaseState.COMPLETE


def test_answers_without_a_token_are_no_guesses(bureau):
    """A reviewer who answers a digest is refused and told, and not stopped by it."""
    number = bureau.referred()
    for _ in range(7):
        bureau.hears("受理", "回复：工作提示")
    assert untouched(bureau, number)
    assert len([one for one in bureau.ledger.letters() if one.letter.kind == "refused"]) == 5
    bureau.says(number, "受理")
    assert bureau.case(number).state is CaseState.COMPLETE


def test_who_forges_a_reviewer_cannot_silence_him(bureau):
    number = bureau.referred()
    for _ in range(6):
        bureau.hears("受理", _with_wrong_token(bureau, number), authentication="fail")
    assert untouched(bureau, number)
    assert len([one for one in bureau.ledger.letters() if one.letter.kind == "refused"]) == 1
    bureau.says(number, "受理")
    assert bureau.case(number).state is CaseState.COMPLETE


SILENT = {"authentication": "none"}


class TestWhereTheServerSaysNothing:
    """One confirmation mail must be answered: only who reads the reviewer's mailbox can."""

    def test_the_word_waits_for_its_confirmation(self, bureau):
        number = bureau.referred()
        bureau.says(number, "受理", **SILENT)
        assert untouched(bureau, number)
        message, text = bureau.last("confirm", number)
        assert message["To"] == REVIEWER
        assert "受理" in text
        bureau.hears("确认", f"回复：{message['Subject']}", **SILENT)
        assert bureau.case(number).state is CaseState.COMPLETE

    @pytest.mark.parametrize("body", ["受理", "好", "确认？", "不确认", "", "通过"])
    def test_nothing_but_the_word_confirms(self, bureau, body):
        number = bureau.referred()
        bureau.says(number, "受理", **SILENT)
        message, _ = bureau.last("confirm", number)
        bureau.hears(body, f"回复：{message['Subject']}", **SILENT)
        assert untouched(bureau, number)

    def test_the_first_token_confirms_nothing(self, bureau):
        number = bureau.referred()
        subject = bureau.asks(number)
        bureau.hears("受理", subject, **SILENT)
        bureau.hears("确认", subject, **SILENT)
        assert untouched(bureau, number)

    def test_a_confirmation_comes_too_late_for_a_case_that_has_moved(self, bureau):
        number = bureau.referred(cc=())
        bureau.says(number, "受理", **SILENT)
        message, _ = bureau.last("confirm", number)
        bureau.says(number, "补正", reviewer=HEAD)
        assert bureau.case(number).state is CaseState.AWAITING_CORRECTION
        bureau.hears("确认", f"回复：{message['Subject']}", **SILENT)
        assert bureau.case(number).state is CaseState.AWAITING_CORRECTION
        assert "陈科长" in bureau.last("not_possible", number)[1]


def test_the_fifty_first_word_of_an_hour_must_be_confirmed(bureau, monkeypatch):
    monkeypatch.setattr("mailbot.decisions.replies.MOST_AN_HOUR", 2)
    number = bureau.referred()
    for text in ("备注：第一次", "备注：第二次"):
        bureau.says(number, text)
    bureau.says(number, "受理")
    assert bureau.case(number).state is CaseState.REFERRED
    assert bureau.last("confirm", number)
    bureau.later(hours=1, minutes=1)
    bureau.says(number, "受理")
    assert bureau.case(number).state is CaseState.COMPLETE


def test_no_secret_is_kept(bureau):
    """Neither in the outbox, nor in the history, nor in the table of tokens."""
    number = bureau.referred()
    secret = shown_in(bureau.asks(number)).secret
    bureau.says(number, "受理")
    shown = [shown_in(bureau.last("transcript", number)[0]["Subject"]).secret, secret]
    with bureau.ledger.reading() as connection:
        for table in ("token", "letter", "event"):
            rows = str([tuple(row) for row in connection.exec_driver_sql(f"SELECT * FROM {table}")])
            assert not any(one in rows for one in shown)


def test_an_applicant_who_answers_a_forwarded_referral_is_still_heard(bureau):
    """No mail is lost: without a right to decide it is a mail like any other."""
    number = bureau.referred()
    mail = bureau.hears("请问我的申请办到哪一步了？", bureau.asks(number), sender=ENGINEER)
    assert mail.state not in ("quarantined", "recorded")
    assert mail.reason != "decision_refused"
    assert untouched(bureau, number)


def test_tokens_are_random_and_bound(bureau):
    number = bureau.referred()
    marks = {bureau.tokens().issue(number, REVIEWER, mailbox=TRACK_BOX) for _ in range(20)}
    assert len({mark.subject_mark for mark in marks}) == len({mark.message_id for mark in marks}) == 20
    shown = shown_in(next(iter(marks)).subject_mark)
    entry = bureau.tokens().entry(shown)
    assert entry.holds(number, REVIEWER.upper(), bureau.time)
    assert not entry.holds(number, SUBSTITUTE, bureau.time)
    assert not entry.holds("ZJZD-2026-0002", REVIEWER, bureau.time)
    assert not entry.holds(number, REVIEWER, bureau.time + timedelta(days=31))


def test_the_quotation_used_here_holds_every_word():
    assert "通过" in QUOTE
    assert "受理" in QUOTE
