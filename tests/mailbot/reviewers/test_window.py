"""No application is without feedback at the end of its tenth workday, whatever people do; nobody in doubt gets one."""

from datetime import date, datetime, timedelta
from threading import Event

import pytest

from ledger.entries import CaseState, LetterState
from ledger.letters import FEEDBACK
from ledger.office_time import OFFICE_TIME, office_day
from ledger.questions import CaseFilter
from mailbot.office.calendars import load_calendar
from tests.builders_desk import (
    HEAD,
    SUBSTITUTE,
    UNCLEAR_SIGNATURE,
    DeskOffice,
    a_day,
    a_desk,
    a_doubtful_mail,
    days,
    dispatch,
    mails_of,
    text_of,
)
from tests.builders_service import REVIEWER, a_mail

#: 20 September 2026 is a Sunday that is worked; 25–27 September and 1–7 October are holidays; 10 October is worked.
FIRST = date(2026, 9, 17)
MAILS = {
    "complete": {},
    "certain defects": {"cc": ()},
    "a doubt and a certain defect": {"doubt": True, "cc": ()},
    "a doubt alone": {"doubt": True},
    "another doubt": {"doubt": True, "letter": UNCLEAR_SIGNATURE},
}
CALENDAR = load_calendar()


def receives(office, day, kind, serial):
    """One application of that kind on that afternoon; its case number."""
    office.time = datetime(day.year, day.month, day.day, 15, 0, tzinfo=OFFICE_TIME)
    options = dict(MAILS[kind])
    make = a_doubtful_mail if options.pop("doubt", False) else a_mail
    return worked(office, make(sender=f"applicant{serial}@person.invalid", content=str(serial), **options))


def worked(office, raw):
    """Received, examined, answered as far as no person is asked; its case number."""
    mail = office.receive(raw)
    office.casework().work(Event())
    dispatch(office)
    return office.ledger.mail(mail).case_number


def due_of(office, number):
    return next(one.due for one in office.ledger.case(number).case.facts.clocks if one.id == "feedback10")


def feedback_of(office, number):
    """(kind, day sent) of the first 反馈."""
    sent = [one for one in office.ledger.letters(LetterState.SENT, case=number) if one.letter.kind in FEEDBACK]
    return (sent[0].letter.kind, office_day(sent[0].sent_at)) if sent else None


def three_weeks(office, answer=None):
    """Applications of every kind on four days, then 12 workdays and more; number → kind of mail."""
    desk, cases, serial = a_desk(office), {}, 0
    for day in days(FIRST, FIRST + timedelta(days=32)):
        a_day(office, desk, day)
        if day < FIRST + timedelta(days=4):
            for kind in MAILS:
                serial += 1
                cases[receives(office, day, kind, serial)] = kind
        if answer:
            answer(office)
    return cases


def answers_everything(office):
    """Reviewers who nod to every case on the day they see it."""
    for case in list(office.ledger.cases(CaseFilter(states=(CaseState.REFERRED,)))):
        held = [one.id for one in office.ledger.letters(LetterState.HELD, case=case.number)]
        if not held:
            continue
        office.ledger.decide(
            case.number, "correct", actor=REVIEWER, expected=CaseState.REFERRED,
            state=CaseState.AWAITING_CORRECTION, release=held, now=office.time,
        )  # fmt: skip


def nods_to_all(office):
    answers_everything(office)
    for case in list(office.ledger.cases(CaseFilter(states=(CaseState.REFERRED,)))):
        office.ledger.decide(
            case.number, "reject", actor=REVIEWER, expected=CaseState.REFERRED,
            state=CaseState.REJECTED, reason="…", now=office.time,
        )  # fmt: skip


def test_with_reviewers_who_never_answer_every_application_has_its_feedback_in_the_window(tmp_path):
    with DeskOffice(tmp_path) as office:
        cases = three_weeks(office)
        feedback = {number: feedback_of(office, number) for number in cases}
        late = [number for number, told in feedback.items() if told is None or told[1] > due_of(office, number)]
        assert (len(cases), late) == (20, [])
        by_kind = {kind: {feedback[number][0] for number in cases if cases[number] == kind} for kind in MAILS}
        assert by_kind == {
            "complete": {"complete"},
            "certain defects": {"correction"},
            "a doubt and a certain defect": {"correction"},
            "a doubt alone": {"interim"},
            "another doubt": {"interim"},
        }
        assert {office.ledger.case(number).case.state for number in cases} == {
            CaseState.COMPLETE, CaseState.AWAITING_CORRECTION, CaseState.REFERRED,
        }  # fmt: skip  # nothing was passed, accepted or rejected by time
        doubted = [number for number in cases if "doubt" in cases[number]]
        assert all(feedback[number][1] == due_of(office, number) for number in doubted)  # not a day too early either
        assert len(mails_of(office, "interim")) == 8


def test_the_run_crosses_a_worked_sunday_and_two_holidays():
    counted = CALENDAR.add_workdays(FIRST, 10).counted
    assert date(2026, 9, 20) in counted
    assert not {date(2026, 9, 25), date(2026, 10, 1)} & set(counted)


def test_with_reviewers_who_answer_no_interim_notice_goes_out(tmp_path):
    with DeskOffice(tmp_path) as office:
        three_weeks(office, nods_to_all)
        assert mails_of(office, "interim") == []
        assert [mail["To"] for mail in mails_of(office, "reminder") if "反馈期限今日届满" in text_of(mail)] == []


def on_its_due_day(office, raw):
    """One mail, nobody answers, the morning of its due day; its case number."""
    number = worked(office, raw)
    a_day(office, a_desk(office), due_of(office, number))
    return number


@pytest.mark.parametrize(
    ("mail", "tables"),
    [
        pytest.param({"authentication": "fail"}, {}, id="an author whom the server disbelieves"),
        pytest.param({"authentication": "fail", "cc": ()}, {}, id="the same with certain defects"),
        pytest.param({"headers": {"Precedence": "bulk"}, "cc": ()}, {}, id="perhaps a machine"),
        pytest.param({"cc": ()}, {"feedback": {"on_due": "escalate_only"}}, id="an office that wants none"),
    ],
)
def test_who_is_in_doubt_gets_nothing_by_time_and_people_are_told(tmp_path, mail, tables):
    with DeskOffice(tmp_path, **tables) as office:
        before = dict(office.letters())
        number = on_its_due_day(office, a_doubtful_mail(**mail))
        assert feedback_of(office, number) is None
        told = [one for one in mails_of(office, "reminder") if "今日须由审核人员处理" in text_of(one)]
        assert before == {}
        assert {REVIEWER, SUBSTITUTE} <= {one["To"] for one in told}
        assert all(number in text_of(one) for one in told)


def test_the_letter_says_that_a_person_is_still_checking(tmp_path):
    with DeskOffice(tmp_path) as office:
        on_its_due_day(office, a_doubtful_mail(cc=()))
        on_its_due_day(office, a_doubtful_mail(sender="other@person.invalid", content="b"))
        assert "其余材料正由审核人员核对" in text_of(mails_of(office, "correction")[0])
        (interim,) = mails_of(office, "interim")
        assert "目前材料正在人工核对" in text_of(interim)
        assert interim["To"] == "other@person.invalid"
        assert interim["In-Reply-To"]


def test_reviewer_and_substitute_are_told_once_what_the_morning_did(tmp_path):
    with DeskOffice(tmp_path) as office:
        number = on_its_due_day(office, a_doubtful_mail())
        told = [mail for mail in mails_of(office, "reminder") if "材料正在人工核对" in text_of(mail)]
        assert sorted(mail["To"] for mail in told) == sorted([REVIEWER, SUBSTITUTE])
        assert all(number in text_of(mail) for mail in told)


def test_reminders_come_three_and_one_workdays_before_and_overdue_and_climb(tmp_path):
    with DeskOffice(tmp_path, feedback={"on_due": "escalate_only"}) as office:
        office.time = datetime(2026, 9, 17, 15, 0, tzinfo=OFFICE_TIME)
        number = worked(office, a_doubtful_mail())
        desk, told = a_desk(office), {}
        for day in days(FIRST, FIRST + timedelta(days=30)):
            seen = len(mails_of(office, "reminder"))
            a_day(office, desk, day)
            if new := mails_of(office, "reminder")[seen:]:
                told[day] = {mail["To"] for mail in new if number in text_of(mail)}
        counted = [due_of(office, number), *CALENDAR.add_workdays(due_of(office, number), 10).counted]
        before = CALENDAR.add_workdays(FIRST, 10).counted
        assert told[before[6]] == {REVIEWER}
        assert told[before[8]] == {REVIEWER, SUBSTITUTE}
        assert told[counted[0]] == {REVIEWER, SUBSTITUTE}
        assert told[counted[1]] == {REVIEWER, SUBSTITUTE, HEAD}
        assert told[counted[6]] == {REVIEWER, SUBSTITUTE, HEAD}
        assert not {day for day in told if not CALENDAR.is_workday(day)}
        assert set(told) == {before[6], before[8], counted[0], counted[1], counted[6]}


@pytest.mark.parametrize("step", ["remember", "queue_letter", "serves"])
def test_killed_on_the_due_morning_it_acts_once_and_tells_once(tmp_path, monkeypatch, step):
    with DeskOffice(tmp_path) as office:
        number = worked(office, a_doubtful_mail())
        day = due_of(office, number)
        office.time = datetime(day.year, day.month, day.day, 8, 30, tzinfo=OFFICE_TIME)
        with monkeypatch.context() as patch:

            def die(*_, **__):
                raise KeyboardInterrupt

            patch.setattr(office.ledger, step, die)
            with pytest.raises(KeyboardInterrupt):
                a_desk(office).work(Event())
        a_day(office, a_desk(office), day)
        assert len(mails_of(office, "interim")) == 1
        told = [mail for mail in mails_of(office, "reminder") if number in text_of(mail)]
        assert sorted(mail["To"] for mail in told) == sorted([REVIEWER, SUBSTITUTE])
