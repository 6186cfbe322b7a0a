"""On which day of the office does a moment lie?"""

from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

OFFICE_TIME: Final = ZoneInfo("Asia/Shanghai")


def office_day(moment: datetime) -> date:
    return moment.astimezone(OFFICE_TIME).date()


def midnight(day: date) -> datetime:
    """When that day begins in the office."""
    return datetime.combine(day, time(), OFFICE_TIME)


class OfficeDay(FunctionElement[date]):
    """`office_day` of a column, told by the database itself."""

    type = Date()
    inherit_cache = True


@compiles(OfficeDay, "sqlite")
def _on_sqlite(element: OfficeDay, compiler: SQLCompiler, **how: Any) -> str:
    # It knows no zones: since 1992 this one has stood at eight hours the year round. And it rounds to milliseconds,
    # by which a day's last moment would be the next day's: what is below the second is left out.
    return f"date(substr({compiler.process(element.clauses, **how)}, 1, 19), '+8 hours')"


@compiles(OfficeDay, "postgresql")
def _on_postgresql(element: OfficeDay, compiler: SQLCompiler, **how: Any) -> str:
    return f"CAST(timezone('{OFFICE_TIME.key}', {compiler.process(element.clauses, **how)}) AS DATE)"
