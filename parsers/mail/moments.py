"""When does a header say that something happened?"""

import re
from datetime import datetime, timedelta, timezone

#: Where a header names no zone it was written in China: there is only one (RFC 5322 demands one).
_CHINA = timezone(timedelta(hours=8))
_MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
_ZONES = {"ut": 0, "utc": 0, "gmt": 0, "z": 0, "cst": 480, "est": -300, "edt": -240, "pst": -480, "pdt": -420}
_MOMENT = re.compile(
    r"(\d{1,2})[ \t-]+([A-Za-z]{3})[a-z]*\.?[ \t,-]+(\d{4}|\d{2})[ \t]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
    r"[ \t]*(?:([+-]\d{4})|([A-Za-z]{1,4})\b)?"
)
_SORTABLE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ](\d{1,2}):(\d{2})(?::(\d{2}))?[ \t]*([+-]\d{2}:?\d{2})?")


def moment(text: str) -> datetime | None:
    """The aware moment of a Date header, None when it names none between 1970 and 2199. Never raises.

    CST is China's, as Chinese servers write it; a missing zone too.
    """
    if match := _MOMENT.search(text[:500]):
        day, month, year, hour, minute, second, offset, zone = match.groups()
        place = _MONTHS.find(month.lower())
        if place % 3:
            return None
        whole_year = int(year) + (0 if len(year) == 4 else 2000 if int(year) < 70 else 1900)
        return _aware(
            whole_year, place // 3 + 1, int(day), int(hour), int(minute), int(second or 0), _zone(offset, zone)
        )
    if match := _SORTABLE.search(text[:500]):
        year, month, day, hour, minute, second, offset = match.groups()
        zone_of = _zone(offset.replace(":", "") if offset else None, None)
        return _aware(int(year), int(month), int(day), int(hour), int(minute), int(second or 0), zone_of)
    return None


def received_at(received: str) -> datetime | None:
    """The moment after the last semicolon of a Received header (RFC 5321 4.4)."""
    return moment(received.rpartition(";")[2])


def _zone(offset: str | None, name: str | None) -> timezone:
    if offset:
        minutes = int(offset[1:3]) * 60 + int(offset[3:5])
        return timezone(timedelta(minutes=min(minutes, 14 * 60)) * (-1 if offset[0] == "-" else 1))
    minutes_east = _ZONES.get((name or "").lower())
    return _CHINA if minutes_east is None else timezone(timedelta(minutes=minutes_east))


def _aware(year: int, month: int, day: int, hour: int, minute: int, second: int, zone: timezone) -> datetime | None:
    if not 1970 <= year < 2200:
        return None
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    except ValueError:
        return None
