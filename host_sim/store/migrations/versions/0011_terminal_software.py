"""Which version of the till a terminal runs."""

import sqlalchemy as sa
from alembic import op

from host_sim.store.base import UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terminal_software",
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=11), nullable=False),
        sa.Column("reported_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_terminal_software_terminal_id")),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_terminal_software")),
    )


def downgrade() -> None:
    op.drop_table("terminal_software")
