"""How does alembic reach the ledger's database? Only from ledger.migrate, which hands in an open transaction."""

from alembic import context

from ledger.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
