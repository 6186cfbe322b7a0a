"""What is drawn bears the office's own words, and a span of several days their sum."""

from datetime import date

from ledger.desk import DayCounts
from mailbot.letters.labels import Labels
from mailbot.reviewers.diagrams import activity, defects


def a_day(number, **counts):
    return DayCounts(
        date(2026, 9, number), **{"received": 0, "answered": 0, "returned": 0, "decided": 0, "overdue": 0} | counts
    )


def test_a_week_is_the_sum_of_its_days():
    week = (a_day(21, received=2, overdue=1), a_day(22, received=3, decided=4))
    assert activity(Labels(), "each_week", [("9.21–9.22", week)]).alt == (
        "每周办理情况。9.21–9.22：收件5，退件0，办结4，超期1"
    )


def test_an_office_names_what_is_drawn_its_own_way(tmp_path):
    (tmp_path / "labels.toml").write_text('[diagram]\ndefects = "常见问题"\n\n[finding]\nletter_missing = "缺保证书"\n')
    assert defects(Labels(tmp_path), [("letter_missing", 3)]).alt == "常见问题。缺保证书3"
    assert defects(Labels(tmp_path), []).alt == "常见问题。无"
