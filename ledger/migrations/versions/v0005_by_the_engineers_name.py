"""How are an engineer's cases found by his name, without looking at every case? The list asks."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("case_named", "registration", ["engineer", "received_at"], unique=False)
