"""A day of the office begins at its own midnight, for Python and for both databases."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from ledger.office_day import OfficeDay
from ledger.office_time import midnight, office_day
from ledger.tables import MAIL
from tests.ledger.builders import an_arrival

MIDNIGHT = midnight(date(2026, 11, 20))


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        pytest.param(MIDNIGHT, date(2026, 11, 20), id="midnight"),
        pytest.param(MIDNIGHT - timedelta(microseconds=1), date(2026, 11, 19), id="just before"),
        pytest.param(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1), id="new year, while UTC has the old"),
        pytest.param(datetime(2028, 2, 28, 23, 59, 59, 999999, tzinfo=UTC), date(2028, 2, 29), id="leap day"),
    ],
)
def test_the_database_tells_the_same_day(ledger, moment, day):
    ledger.record_mails([an_arrival()], moment)
    with ledger.reading() as connection:
        told = connection.execute(select(OfficeDay(MAIL.c.recorded_at))).scalar_one()
    assert told == office_day(moment) == day
