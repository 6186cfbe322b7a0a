"""How are the periods and cases found that ended on a day, without looking at every one? The digest and reports ask."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("clock_day", "clock", ["due", "case_number"], unique=False)
    op.create_index("case_closed", "registration", ["closed_at"], unique=False)
