"""A database is made to look at what it holds at once, and not when it comes to it."""

from sqlalchemy import text

from ledger.tables import METADATA
from tests.ledger.builders import a_case

SEEN = {
    "sqlite": "SELECT DISTINCT tbl FROM sqlite_stat1",
    "postgresql": "SELECT relname FROM pg_class WHERE reltuples > 0 AND relkind = 'r'",
}


def test_a_weighed_ledger_knows_its_tables(ledger):
    a_case(ledger)
    ledger.weigh_indexes()
    ledger.weigh_indexes()
    with ledger.reading() as connection:
        seen = set(connection.execute(text(SEEN[ledger.engine.dialect.name])).scalars())
    assert {"mail", "registration", "clock", "event"} <= seen & METADATA.tables.keys()
