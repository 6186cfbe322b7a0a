"""On which day of the office does a moment lie?"""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

OFFICE_TIME: Final = ZoneInfo("Asia/Shanghai")


def office_day(moment: datetime) -> date:
    """The calendar day in Chongqing: the day of receipt of a mail that arrived then (E11). `moment` is aware."""
    return moment.astimezone(OFFICE_TIME).date()


def midnight(day: date) -> datetime:
    """When that day begins in the office."""
    return datetime.combine(day, time(), OFFICE_TIME)
