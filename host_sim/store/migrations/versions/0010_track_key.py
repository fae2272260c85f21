"""The key that a terminal's tracks are under."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("terminal", "former_keys"):
        op.add_column(table, sa.Column("tdk_block", sa.Text(), nullable=True))


def downgrade() -> None:
    for table in ("former_keys", "terminal"):
        op.drop_column(table, "tdk_block")
