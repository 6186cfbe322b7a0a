"""Years come from files, and every fault is named by file and key."""

from datetime import date

import pytest

from mailbot.errors import ConfigurationError
from mailbot.office.calendars import load_calendar

YEAR_2027 = """
schema = 1
year = 2027
source = "an invented notice"
published = 2026-11-25
[[holiday]]
name = "元旦"
first = 2027-01-01
last = 2027-01-03
worked = [2026-12-26]
"""


def test_the_shipped_years_name_their_source():
    shipped = load_calendar()
    assert shipped.years == {2024, 2025, 2026}
    assert all("国务院办公厅" in year.source for year in shipped.published)


def test_an_office_adds_a_year_without_a_release(tmp_path):
    (tmp_path / "2027.toml").write_text(YEAR_2027, encoding="utf-8")
    calendar = load_calendar(tmp_path)
    assert calendar.years == {2024, 2025, 2026, 2027}
    assert calendar.is_workday(date(2026, 12, 26))
    assert calendar.add_workdays(date(2026, 12, 18), 10).day == date(2026, 12, 31)


def test_an_offices_year_replaces_the_shipped_one(tmp_path):
    """As when a running year is changed: 2026-10-08 given off besides."""
    (tmp_path / "2026.toml").write_text(
        'schema = 1\nyear = 2026\nsource = "change"\npublished = 2026-09-01\n'
        '[[holiday]]\nname = "元旦"\nfirst = 2026-01-01\nlast = 2026-01-03\n'
        '[[holiday]]\nname = "国庆节"\nfirst = 2026-10-01\nlast = 2026-10-08\n',
        encoding="utf-8",
    )
    assert not load_calendar(tmp_path).is_workday(date(2026, 10, 8))


@pytest.mark.parametrize(
    ("broken", "named"),
    [
        pytest.param(YEAR_2027.replace("2026-12-26", "2026-12-28"), "no Saturday or Sunday", id="worked Monday"),
        pytest.param(YEAR_2027.replace("year = 2027", "year = 2028"), "does not belong to 2028", id="other year"),
        pytest.param(YEAR_2027.replace("last = 2027-01-03", "last = 2026-12-31"), "first and last", id="backwards"),
        pytest.param(YEAR_2027 + "workd = []\n", "workd", id="unknown key"),
        pytest.param(YEAR_2027.replace('source = "an invented notice"\n', ""), "source", id="no source"),
        pytest.param(YEAR_2027.replace("2026-12-26", "2027-01-02"), "named twice", id="off and worked"),
    ],
)
def test_a_fault_is_named_by_file_and_key(tmp_path, broken, named):
    (tmp_path / "next.toml").write_text(broken, encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        load_calendar(tmp_path)
    assert "next.toml" in str(refused.value)
    assert named in str(refused.value)


def test_two_files_of_one_year_are_refused(tmp_path):
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(YEAR_2027, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"b\.toml: year: 2027 stands in a\.toml too"):
        load_calendar(tmp_path)


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="no such folder"):
        load_calendar(tmp_path / "nowhere")
