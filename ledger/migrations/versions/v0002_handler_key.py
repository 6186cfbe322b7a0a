"""How does a ledger learn to know a 承办人 again (E18)? A keyed hash of the number, as for the engineer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Cases filed before keep no key: who handled them is not looked up in their mails."""
    op.add_column("registration", sa.Column("handler_key", sa.Text(), nullable=True))
    op.create_index("case_handler", "registration", ["handler_key"], unique=False)
