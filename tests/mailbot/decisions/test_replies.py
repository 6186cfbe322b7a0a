"""What reviewers' words do to a case, played through over a real ledger."""

from datetime import date, datetime
from threading import Event

import pytest

from ledger.entries import CaseState
from ledger.office_time import OFFICE_TIME
from mailbot.decisions.tokens import shown_in
from tests.builders_decisions import HEAD, SUBSTITUTE, Bureau, roster
from tests.builders_service import ENGINEER, OFFICE_OF_FIRM, REVIEWER
from tests.builders_submission import ENGINEER as NAME
from tests.builders_submission import FIRM

CLOSE = f"{NAME}/{FIRM}/业绩登记截止(本人提交)"
CLOSE_BY_FIRM = f"{FIRM}/业绩登记截止(企业提交)"


@pytest.fixture
def bureau(tmp_path):
    with Bureau(tmp_path) as running:
        yield running


def to_whom(bureau, kind, number):
    entry = [one for one in bureau.ledger.letters(case=number) if one.letter.kind == kind][-1]
    return entry.letter.recipients


def clocks(bureau, number):
    return {one.id: one for one in bureau.case(number).facts.clocks}


def test_an_application_from_referral_to_the_register(bureau):
    """受理, two calls in vain, 现场, 复核完成, 通过: each with its letter and its place in the ledger."""
    number = bureau.referred()
    bureau.says(number, "受理")
    assert bureau.case(number).state is CaseState.COMPLETE
    assert to_whom(bureau, "complete", number) == (ENGINEER,)

    bureau.says(number, "视频核验 未接通")
    bureau.says(number, "现场")
    assert bureau.case(number).state is CaseState.COMPLETE, "one workday is not two"
    bureau.later(days=1)
    bureau.says(number, "视频核验 未接通")
    bureau.says(number, "现场")
    assert bureau.case(number).state is CaseState.ON_SITE
    _, words = bureau.last("on_site", number)
    assert "2026年3月12日10时00分、2026年3月13日10时00分" in words
    assert "共2次均未能联系" in words

    bureau.says(number, "复核完成 2026-03-13")
    assert bureau.case(number).steps["verified_on"] == "2026-03-13"
    assert clocks(bureau, number)["review10"].due == date(2026, 3, 27)

    bureau.says(number, "通过")
    case = bureau.case(number)
    assert case.state is CaseState.APPROVED
    assert case.keep_until is not None
    assert case.steps["identity_checked"] == "on_site"
    assert to_whom(bureau, "approved", number) == (ENGINEER, OFFICE_OF_FIRM)
    assert bureau.last("approved", number)[1].startswith(f"{NAME}同志，{FIRM}：")
    decided = [one.detail["decision"] for one in bureau.ledger.case(number).events if one.action == "decided"]
    assert decided == ["complete", "call", "call", "on_site", "verified", "approve"]
    assert bureau.ledger.verify() == ()


class TestVideoCall:
    """附件4 3.3: who cannot be reached, or cannot be known, is asked to come in person (D28)."""

    @pytest.fixture
    def failed(self, bureau):
        number = bureau.filed()
        bureau.says(number, "视频核验 未通过：接听人不是申请人")
        return number

    def test_a_failure_is_kept_with_its_reason_and_told_to_nobody_but_the_reviewer(self, bureau, failed):
        case = bureau.case(failed)
        (call,) = [value for name, value in case.steps.items() if name.startswith("call ")]
        assert (call["result"], call["reached"], call["text"]) == ("failed", True, "接听人不是申请人")
        assert (case.state, case.steps["identity_result"]) == (CaseState.COMPLETE, "failed")
        assert {kind for kind, _ in bureau.kinds(failed)} == {"complete", "transcript"}
        assert "可答复“现场”" in bureau.last("transcript", failed)[1]

    def test_then_the_reviewer_may_ask_him_to_come_at_once(self, bureau, failed):
        bureau.says(failed, "现场")
        assert bureau.case(failed).state is CaseState.ON_SITE
        words = bureau.last("on_site", failed)[1]
        assert "进行视频核验，未能核实你的身份" in words
        assert "接听人" not in words
        bureau.says(failed, "通过")
        case = bureau.case(failed)
        assert (case.state, case.steps["identity_result"]) == (CaseState.APPROVED, "passed")

    def test_or_refuse_but_not_pass_him(self, bureau, failed):
        bureau.says(failed, "通过")
        assert bureau.case(failed).state is CaseState.COMPLETE
        assert "请先答复“现场”" in bureau.last("not_possible", failed)[1]
        bureau.says(failed, "不通过：申请人身份未能核实")
        assert bureau.case(failed).state is CaseState.REJECTED

    def test_a_later_call_that_succeeds_lifts_it_and_one_unanswered_does_not(self, bureau, failed):
        for call, state in (("未接通", CaseState.COMPLETE), ("通过", CaseState.APPROVED)):
            bureau.later(hours=1)
            bureau.says(failed, f"视频核验 {call}")
            bureau.says(failed, "通过")
            assert bureau.case(failed).state is state


class TestCorrection:
    def test_sends_what_is_certain_and_what_the_reviewer_adds(self, bureau):
        number = bureau.referred(cc=())
        assert ("correction", "held") in bureau.kinds(number)
        bureau.says(number, "补正\n1、承诺书缺骑缝章，请重新扫描\n（2）手持身份证照片不清晰。\n\n李审核\n023-62806051")
        assert bureau.case(number).state is CaseState.AWAITING_CORRECTION
        assert [state for kind, state in bureau.kinds(number) if kind == "correction"] == ["cancelled", "queued"]
        _, words = bureau.last("correction", number)
        assert "　　一、" in words
        assert "同步发送" in words.partition("二、")[0]
        assert "二、承诺书缺骑缝章，请重新扫描。（附件4第1.4.1条）" in words
        assert "三、手持身份证照片不清晰。" in words
        assert "其余材料正由审核人员核对" not in words
        assert "李审核" not in words
        assert words.strip() in bureau.last("transcript", number)[1], "the transcript shows the very letter"

    def test_without_a_certain_defect_asks_for_his_words(self, bureau):
        number = bureau.referred()
        bureau.says(number, "补正")
        assert bureau.case(number).state is CaseState.REFERRED
        assert "逐条写明" in bureau.last("not_possible", number)[1]

    def test_refuses_his_own_name_as_a_point(self, bureau):
        number = bureau.referred()
        bureau.says(number, "补正：承诺书缺签名\n李审核，重庆市交通规划和技术发展中心")
        assert bureau.case(number).state is CaseState.REFERRED
        assert "空一行" in bureau.last("not_possible", number)[1]


def test_a_rejection_carries_his_reasons_and_tells_where_to_turn(bureau):
    number = bureau.referred()
    bureau.says(number, "不通过：在岗起始日期与重庆系统不一致\n原项目业绩登记尚未截止")
    case = bureau.case(number)
    assert case.state is CaseState.REJECTED
    assert case.steps["reason"] == "在岗起始日期与重庆系统不一致。\n原项目业绩登记尚未截止。"
    _, words = bureau.last("rejected", number)
    assert "一、在岗起始日期与重庆系统不一致。" in words
    assert "二、原项目业绩登记尚未截止。" in words
    assert "书面反映" in words


class TestDirectClosing:
    """附件4 3.5: by the enterprise at once, by the engineer when its ten workdays are over (D32, D33)."""

    def test_waits_for_the_enterprise(self, bureau):
        number = bureau.referred(subject=CLOSE)
        bureau.says(number, "受理")
        bureau.says(number, "通过")
        assert bureau.case(number).state is CaseState.COMPLETE
        assert "2026年3月26日" in bureau.last("not_possible", number)[1]
        bureau.time = datetime(2026, 3, 26, 17, tzinfo=OFFICE_TIME)
        bureau.says(number, "通过")
        assert bureau.case(number).state is CaseState.COMPLETE, "the tenth day is still the enterprise's"
        bureau.time = datetime(2026, 3, 27, 9, tzinfo=OFFICE_TIME)
        bureau.says(number, "通过")
        assert bureau.case(number).state is CaseState.CLOSED
        _, words = bureau.last("closed_directly", number)
        assert "至2026年3月26日" in words

    def test_a_verified_one_passes(self, bureau):
        number = bureau.referred(subject=CLOSE)
        for word in ("受理", "复核完成 2026-03-12", "通过"):
            bureau.says(number, word)
        assert bureau.case(number).state is CaseState.APPROVED
        assert "业绩登记截止" in bureau.last("approved", number)[1]

    def test_the_enterprise_need_not_verify_its_own(self, bureau):
        number = bureau.referred(subject=CLOSE_BY_FIRM, sender=OFFICE_OF_FIRM, cc=())
        for word in ("受理", "通过"):
            bureau.says(number, word)
        assert bureau.case(number).state is CaseState.CLOSED
        _, words = bureau.last("closed_directly", number)
        assert "未完成复核" not in words
        assert to_whom(bureau, "closed_directly", number) == (OFFICE_OF_FIRM,)


class TestTwoReviewers:
    def test_the_first_wins_and_the_second_is_told_who_and_when(self, bureau):
        number = bureau.referred(cc=())
        first, second = bureau.asks(number), bureau.asks(number, HEAD)
        bureau.later(minutes=3)
        bureau.hears("补正", first)
        bureau.hears("受理", second, sender=HEAD)
        assert bureau.case(number).state is CaseState.AWAITING_CORRECTION
        _, words = bureau.last("not_possible", number)
        assert "李审核已于2026年3月12日10时03分作出处理" in words
        assert to_whom(bureau, "not_possible", number) == (HEAD,)
        assert ("complete", "queued") not in bureau.kinds(number)

    def test_at_the_very_same_moment_too(self, bureau, monkeypatch):
        """Between the second's look and his word the first has written: the ledger's comparison decides."""
        number = bureau.referred(cc=())
        first, second = bureau.asks(number), bureau.asks(number, HEAD)
        carrier = bureau.worker._decisions._carrier
        plain = carrier.carry_out

        def overtaken(*arguments, **named):
            monkeypatch.setattr(carrier, "carry_out", plain)
            bureau.ledger.decide(
                number, "correct", actor=REVIEWER, expected=CaseState.REFERRED, state=CaseState.AWAITING_CORRECTION
            )
            return plain(*arguments, **named)

        monkeypatch.setattr(carrier, "carry_out", overtaken)
        mail = bureau.hears("受理", second, sender=HEAD)
        assert (mail.state, mail.reason) == ("answered", "overtaken")
        assert bureau.case(number).state is CaseState.AWAITING_CORRECTION
        assert first

    def test_a_new_mail_of_the_applicant_makes_an_older_sight_stale(self, bureau):
        number = bureau.referred(cc=())
        subject = bureau.asks(number)
        bureau.later(minutes=1)
        bureau.filed(subject=f"Re: 补充〔{number}〕", cc=(), content="new", authentication="fail")
        bureau.hears("受理", subject)
        assert "又有来信" in bureau.last("not_possible", number)[1]

    def test_the_substitute_decides_when_he_is_asked(self, bureau):
        number = bureau.referred()
        bureau.says(number, "受理", reviewer=SUBSTITUTE)
        assert bureau.case(number).state is CaseState.COMPLETE
        assert bureau.case(number).reviewer == SUBSTITUTE

    def test_somebody_of_another_mailbox_may_not(self, tmp_path):
        other = {"name": "外人", "address": "else@example.invalid", "valid_from": "2026-01-01"}
        with Bureau(tmp_path, reviewer=[*roster(), other]) as bureau:
            number = bureau.referred()
            bureau.says(number, "受理", reviewer="else@example.invalid")
            assert bureau.case(number).state is CaseState.REFERRED

    def test_a_case_handed_over_is_another_s_and_he_is_asked(self, tmp_path):
        with Bureau(tmp_path) as bureau:
            box = bureau.settings.mailbox[0].model_copy(update={"reviewers": (REVIEWER, SUBSTITUTE)})
            boxes = (box, *bureau.settings.mailbox[1:])
            bureau.settings = bureau.settings.model_copy(update={"mailbox": boxes})
            number = bureau.referred()
            bureau.says(number, "转办 王替补")
            assert bureau.case(number).reviewer == SUBSTITUTE
            message, words = bureau.last("handed_over", number)
            assert message["To"] == SUBSTITUTE
            assert words.startswith("王替补：")
            bureau.hears("受理", f"回复：{message['Subject']}", sender=SUBSTITUTE)
            assert bureau.case(number).state is CaseState.COMPLETE


class TestTakingBack:
    def test_while_the_letter_waits(self, bureau):
        number = bureau.referred(cc=())
        bureau.says(number, "不通过：照片与证件不符")
        bureau.later(minutes=4)
        bureau.says(number, "撤销")
        case = bureau.case(number)
        assert (case.state, case.closed_at, case.keep_until) == (CaseState.REFERRED, None, None)
        assert "reason" not in case.steps
        assert ("rejected", "cancelled") in bureau.kinds(number)
        assert ("correction", "held") in bureau.kinds(number), "the draft lies there again"
        assert clocks(bureau, number)["feedback10"].stopped_on is None
        assert "“不通过”已撤销" in bureau.last("transcript", number)[1]

    def test_not_when_it_has_left(self, bureau):
        number = bureau.referred()
        bureau.says(number, "受理")
        bureau.later(minutes=6)
        while claimed := bureau.ledger.claim_letter("dispatch", 60):
            bureau.ledger.mark_sent(claimed.id, claimed.fence, "250 ok")
        bureau.says(number, "撤销")
        assert bureau.case(number).state is CaseState.COMPLETE
        assert "告知邮件已经发出" in bureau.last("not_possible", number)[1]

    def test_not_another_s(self, bureau):
        number = bureau.referred()
        bureau.says(number, "受理")
        bureau.says(number, "撤销", reviewer=HEAD)
        assert bureau.case(number).state is CaseState.COMPLETE

    def test_letters_wait_for_it(self, bureau):
        number = bureau.referred()
        bureau.says(number, "受理")
        (entry,) = [one for one in bureau.ledger.letters(case=number) if one.letter.kind == "complete"]
        assert (entry.letter.not_before - bureau.time).total_seconds() == 300

    def test_an_application_is_withdrawn_when_its_applicant_asked(self, bureau):
        number = bureau.referred()
        bureau.hears("申请撤回，不再办理。", f"撤回申请〔{number}〕", sender=ENGINEER, quote="")
        bureau.says(number, "撤销")
        assert bureau.case(number).state is CaseState.WITHDRAWN
        assert "现予撤回" in bureau.last("withdrawn", number)[1]

    def test_and_not_when_nobody_asked(self, bureau):
        number = bureau.referred()
        bureau.says(number, "撤销")
        assert bureau.case(number).state is CaseState.REFERRED


class TestNotes:
    def test_checks_are_kept_with_who_when_and_what(self, bureau):
        number = bureau.referred()
        bureau.says(number, "备注：人社查验=与参保证明一致")
        bureau.later(minutes=1)
        bureau.says(number, "备注：重庆系统=一致")
        steps = bureau.case(number).steps
        assert steps["insurance_checked"] == "与参保证明一致"
        assert steps["insurance_checked_by"] == REVIEWER
        assert steps["check_municipal"]["result"] == "一致"
        assert steps["systems_agree"] == "yes"

    def test_a_day_that_no_paper_shows_begins_its_period(self, bureau):
        """L02: sixty calendar days after 交工验收. Entered again, the new day counts."""
        number = bureau.referred()
        assert "cutoff60" not in clocks(bureau, number)
        bureau.says(number, "备注：交工验收=2026-01-20")
        assert bureau.case(number).steps["acceptance_on"] == "2026-01-20"
        assert clocks(bureau, number)["cutoff60"].due == date(2026, 3, 23)
        bureau.says(number, "备注：交工验收=2026年1月5日")
        assert clocks(bureau, number)["cutoff60"].due == date(2026, 3, 6)

    @pytest.mark.parametrize("day", ["2026-12-31", "2026-13-01", "不详"])
    def test_what_is_no_day_that_has_been_is_refused(self, bureau, day):
        number = bureau.referred()
        bureau.says(number, f"备注：交工验收={day}")
        assert "acceptance_on" not in bureau.case(number).steps
        assert "不能晚于今天" in bureau.last("not_possible", number)[1]

    def test_the_owners_twenty_workdays_are_counted_on_his_reminder(self, bureau):
        """G13: advice to the reviewer, as no period ends with a mail that files nothing."""
        number = bureau.filed(subject="关于项目信息更新的提醒", files=(), cc=(), body="现已更新项目信息，请审核。")
        bureau.says(number, "备注：项目变更=2026-02-02")
        owner = clocks(bureau, number)["owner20"]
        assert (owner.started_on, owner.due) == (date(2026, 2, 2), date(2026, 3, 6))
        assert owner.stopped_on == date(2026, 3, 12)

    def test_faults_of_his_entries_are_told_to_the_owner(self, bureau):
        """B06: the reminder stays open; without words nothing is sent."""
        number = bureau.filed(subject="关于项目信息更新的提醒", files=(), cc=(), body="现已更新项目信息，请审核。")
        before = bureau.case(number).state
        bureau.says(number, "补正")
        assert "owner_faults" not in {one.letter.kind for one in bureau.ledger.letters(case=number)}
        bureau.says(number, "补正：监理合同段的起止日期与施工合同不一致")
        _, text = bureau.last("owner_faults", number)
        assert "1.监理合同段的起止日期与施工合同不一致。" in text
        assert "请先在重庆系统更正" in text
        assert bureau.case(number).state is before

    def test_notes_are_added_to_never_overwritten(self, bureau):
        number = bureau.referred()
        bureau.says(number, "备注：已致电申请人")
        bureau.later(minutes=1)
        bureau.says(number, "备注：下周补交")
        assert bureau.case(number).steps["remark"] == "已致电申请人\n下周补交"
        assert bureau.case(number).state is CaseState.REFERRED
        assert bureau.case(number).reviewer is None

    def test_the_history_is_told_without_numbers_and_addresses(self, bureau):
        number = bureau.referred()
        bureau.says(number, "备注：已致电申请人")
        mail = bureau.says(number, "查询")
        assert mail.reason == "asked"
        _, words = bureau.last("history", number)
        assert "已致电申请人" in words
        assert ENGINEER not in words
        assert REVIEWER not in words

    def test_a_complaint_is_ended_without_a_letter(self, bureau):
        number = bureau.filed(subject="投诉", body="我要投诉贵单位超期不予审核。", files=(), cc=())
        assert number is not None
        before = len([one for one in bureau.ledger.letters(case=number) if one.letter.recipients == (ENGINEER,)])
        bureau.says(number, "办结")
        assert bureau.case(number).state is CaseState.CLOSED
        after = [one for one in bureau.ledger.letters(case=number) if one.letter.recipients == (ENGINEER,)]
        assert len(after) == before


@pytest.mark.parametrize(
    ("said", "told"),
    [("复核完成 2026-03-12", "企业复核完成日：2026年3月12日"), ("备注：交工验收=2026-03-02", "登记日期：2026年3月2日")],
)
def test_a_day_is_told_back_as_what_it_was_entered_for(bureau, said, told):
    number = bureau.filed()
    bureau.says(number, said)
    assert told in bureau.last("transcript", number)[1]


def test_the_enterprise_is_reminded_at_its_own_address(bureau):
    number = bureau.referred()
    bureau.says(number, "受理")
    bureau.says(number, "提醒复核")
    assert to_whom(bureau, "verification_reminder", number) == (OFFICE_OF_FIRM,)
    _, words = bureau.last("verification_reminder", number)
    assert "2026年3月26日前" in words


def test_what_the_work_ledger_lacks_is_told_with_the_decision(bureau):
    number = bureau.referred()
    bureau.says(number, "受理")
    bureau.says(number, "通过")
    assert "台账尚缺：企业复核、身份核验、重庆系统核对、全国系统核对。" in bureau.last("transcript", number)[1]


def test_each_transcript_carries_the_right_to_the_next_word(bureau):
    number = bureau.referred()
    bureau.says(number, "受理")
    for body in ("视频核验 通过", "通过"):
        message, _ = bureau.last("transcript", number)
        assert message["Auto-Submitted"] == "auto-replied"
        assert shown_in(message["Subject"]).case == number
        bureau.hears(body, f"Re: {message['Subject']}")
    assert bureau.case(number).state is CaseState.APPROVED


def test_an_ended_case_takes_only_what_the_ledger_still_lacks_and_its_end_stays(bureau):
    number = bureau.referred()
    bureau.says(number, "不通过：照片与证件不符")
    ended = bureau.case(number)
    bureau.later(days=1)
    for refused in ("受理", "补正：请补交材料", "通过", "转办 陈科长"):
        bureau.says(number, refused)
        assert "本件已办结" in bureau.last("not_possible", number)[1]
    for added in ("备注：申请人已来电", "备注：重庆系统=一致", "视频核验 通过", "复核完成 2026-03-12"):
        bureau.says(number, added)
    now = bureau.case(number)
    assert (now.steps["remark"], now.steps["check_municipal"]["result"]) == ("申请人已来电", "一致")
    assert (now.steps["identity_result"], now.steps["verified_on"]) == ("passed", "2026-03-12")
    assert (now.state, now.closed_at, now.keep_until) == (CaseState.REJECTED, ended.closed_at, ended.keep_until)
    assert all(one.stopped_on == ended.closed_at.date() for one in now.facts.clocks if one.id == "overall10")


@pytest.mark.parametrize("step", ["decide", "queue"])
def test_a_death_between_look_and_word_decides_once(bureau, monkeypatch, step):
    """The mail's end, the token's use, the state and the letters are one transaction: worked again, decided once."""
    number = bureau.referred()
    subject = bureau.asks(number)
    name = {"decide": "decide", "queue": "_queue"}[step]
    whole = getattr(bureau.ledger, name)

    def dies(*arguments, **named):
        raise RuntimeError("the process dies here")

    monkeypatch.setattr(bureau.ledger, name, dies)
    bureau.hears("受理", subject)
    assert bureau.case(number).state is CaseState.REFERRED
    monkeypatch.setattr(bureau.ledger, name, whole)
    bureau.later(minutes=6)
    bureau.worker.work(Event())
    assert bureau.case(number).state is CaseState.COMPLETE
    assert [kind for kind, _ in bureau.kinds(number)].count("complete") == 1
