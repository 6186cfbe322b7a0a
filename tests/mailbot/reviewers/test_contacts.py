"""A change of the roster raises the task to bring the published 联系我们 up to date (四.(四), G37)."""

from datetime import date

import pytest

from tests.builders_desk import ROSTER, DeskOffice, a_day, a_desk, mails_of, text_of
from tests.builders_service import REVIEWER, some_settings

TASK = "审核人员有变动，请更新重庆系统首页“联系我们”"
MONDAY, TUESDAY = date(2026, 9, 21), date(2026, 9, 22)


@pytest.fixture
def office(tmp_path):
    with DeskOffice(tmp_path) as running:
        yield running


def the_digest(office, day):
    a_day(office, a_desk(office), day)
    return text_of(mails_of(office, "digest")[-1])


def appoint(office, tmp_path, **first):
    office.settings = some_settings(tmp_path, reviewer=[{**ROSTER[0], **first}, *ROSTER[1:]])


def test_nothing_is_asked_while_the_roster_stays(office):
    assert TASK not in the_digest(office, MONDAY)
    assert TASK not in the_digest(office, TUESDAY)


def test_a_new_name_is_told_in_every_digest_of_two_weeks(office, tmp_path):
    the_digest(office, MONDAY)
    appoint(office, tmp_path, name="孙新任")
    told = the_digest(office, TUESDAY)
    assert TASK in told
    assert "新任孙新任；离任李审核" in told
    assert TASK in the_digest(office, date(2026, 9, 23))
    assert TASK not in the_digest(office, date(2026, 10, 12))


def test_a_service_that_ends_by_its_date_is_a_change(office, tmp_path):
    appoint(office, tmp_path, valid_until=MONDAY)
    assert TASK not in the_digest(office, MONDAY)
    assert "离任李审核" in the_digest(office, TUESDAY)


def test_the_report_names_who_serves(office):
    report = a_desk(office).report(
        "weekly", date(2026, 9, 14), date(2026, 9, 20), MONDAY, (office.settings.mailbox[0].address,)
    )
    assert office.settings.reviewer[0].address == REVIEWER
    assert report.reviewers == ("李审核",)
