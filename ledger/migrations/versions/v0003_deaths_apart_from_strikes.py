"""How are deaths of workers told apart from failures of a mail?

Until now a claim that did not end was a strike; from now on only what a living worker saw is one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The default is for the rows that are there; the program always says the number itself.
    op.add_column("mail", sa.Column("deaths", sa.Integer(), nullable=False, server_default="0"))
    op.execute("UPDATE mail SET deaths = strikes, strikes = 0 WHERE state = 'recorded'")
