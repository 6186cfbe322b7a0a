"""How is the feedback found that was due in a period, without looking at every case? The figures ask."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("clock_first", "clock", ["first_due", "name"], unique=False)
