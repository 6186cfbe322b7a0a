"""On which day of the office does a moment lie?"""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

OFFICE_TIME: Final = ZoneInfo("Asia/Shanghai")


def office_day(moment: datetime) -> date:
    return moment.astimezone(OFFICE_TIME).date()


def midnight(day: date) -> datetime:
    """When that day begins in the office."""
    return datetime.combine(day, time(), OFFICE_TIME)
