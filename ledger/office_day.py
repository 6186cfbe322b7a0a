"""How does each database tell on which day of the office a moment lies?

Apart from `ledger.office_time`, which everything asks: a single paper is looked at without loading any SQL.
"""

from datetime import date
from typing import Any

from sqlalchemy import Date
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from ledger.office_time import OFFICE_TIME


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
