"""On the eighth of the enterprise's ten workdays a reminder lies ready, after the tenth the direct closing (D32)."""

from datetime import datetime
from threading import Event

import pytest

from ledger.entries import CaseState
from ledger.office_time import OFFICE_TIME
from mailbot.decisions.tokens import shown_in
from mailbot.reviewers.prompts import Prompts
from tests.builders_decisions import Bureau
from tests.builders_service import OFFICE_OF_FIRM
from tests.builders_submission import ENGINEER, FIRM

CLOSE = f"{ENGINEER}/{FIRM}/业绩登记截止(本人提交)"


@pytest.fixture
def bureau(tmp_path):
    with Bureau(tmp_path) as running:
        yield running


def laid(bureau, day, hour=9, month=3):
    """How many drafts are laid ready at that moment of 2026."""
    bureau.time = datetime(2026, month, day, hour, tzinfo=OFFICE_TIME)
    return Prompts(bureau.worker._tools).work(Event())


def accepted(bureau, **mail):
    """Received on Thursday 12 March 2026: the enterprise's tenth workday is the 26th, its eighth the 24th."""
    number = bureau.referred(**mail)
    bureau.says(number, "受理")
    return number


def drafts(bureau, number):
    return [kind for kind, state in bureau.kinds(number) if state == "held"]


def test_the_reminder_lies_ready_on_the_eighth_workday_and_one_word_sends_it(bureau):
    number = accepted(bureau)
    assert laid(bureau, 23) == 0
    assert laid(bureau, 24, hour=7) == 0, "not before the digest's hour"
    assert laid(bureau, 24) == 1
    assert laid(bureau, 24, hour=10) == laid(bureau, 25) == 0, "once"
    assert drafts(bureau, number) == ["verification_reminder"]
    message, words = bureau.last("prompt", number)
    assert shown_in(message["Subject"]).case == number
    assert bureau.last("verification_reminder", number)[1].strip() in words
    bureau.hears("提醒复核", f"回复：{message['Subject']}")
    assert bureau.kinds(number)[-2:] == [("verification_reminder", "queued"), ("transcript", "queued")]
    assert drafts(bureau, number) == []
    assert bureau.last("verification_reminder", number)[0]["To"] == OFFICE_OF_FIRM


def test_nothing_is_sent_or_closed_by_time(bureau):
    number = accepted(bureau, subject=CLOSE)
    for day in (24, 25, 26, 27, 30, 31):
        laid(bureau, day)
    assert bureau.case(number).state is CaseState.COMPLETE
    assert drafts(bureau, number) == ["verification_reminder", "closed_directly"]


def test_the_direct_closing_lies_ready_after_the_tenth_and_goes_on_a_word(bureau):
    number = accepted(bureau, subject=CLOSE)
    laid(bureau, 26)
    assert "closed_directly" not in drafts(bureau, number)
    assert laid(bureau, 27) == 1
    message, words = bureau.last("prompt", number)
    assert "请回复“通过”" in words
    bureau.hears("通过", f"回复：{message['Subject']}")
    assert bureau.case(number).state is CaseState.CLOSED
    assert [state for kind, state in bureau.kinds(number) if kind == "closed_directly"] == ["cancelled", "queued"]


def test_no_closing_lies_ready_for_whom_the_video_call_did_not_show(bureau):
    """附件4 3.3: 现场 first, so the word that the prompt asks for would be refused."""
    before, after = accepted(bureau, subject=CLOSE), accepted(bureau, subject=CLOSE, sender="other@person.invalid")
    bureau.says(before, "视频核验 未通过")
    laid(bureau, 27)
    assert "closed_directly" not in drafts(bureau, before)
    assert "closed_directly" in drafts(bureau, after)
    bureau.says(after, "视频核验 未通过")
    assert "closed_directly" not in drafts(bureau, after), "one that lay there is taken away"


def test_a_new_engagement_is_never_closed_directly(bureau):
    number = accepted(bureau)
    laid(bureau, 27)
    assert "closed_directly" not in drafts(bureau, number)


def test_nothing_lies_ready_when_the_enterprise_has_verified(bureau):
    number = accepted(bureau)
    bureau.time = datetime(2026, 3, 20, 9, tzinfo=OFFICE_TIME)
    bureau.says(number, "复核完成 2026-03-19")
    assert laid(bureau, 24) == 0
    assert drafts(bureau, number) == []


def test_verification_takes_the_draft_away(bureau):
    number = accepted(bureau)
    laid(bureau, 24)
    bureau.says(number, "复核完成 2026-03-24")
    assert drafts(bureau, number) == []


def test_nothing_on_rest_days(bureau):
    accepted(bureau)
    assert laid(bureau, 28) == 0
    assert laid(bureau, 29) == 0


def test_a_case_that_waits_for_its_applicant_is_left_alone(bureau):
    number = bureau.referred(cc=())
    bureau.says(number, "补正")
    assert laid(bureau, 24) == 0
    assert drafts(bureau, number) == []
