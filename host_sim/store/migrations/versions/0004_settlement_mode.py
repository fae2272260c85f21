"""How a terminal settles: by hand, at a set time, or each payment at once."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "settlement_mode",
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=6), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_settlement_mode_terminal_id")),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_settlement_mode")),
    )


def downgrade() -> None:
    op.drop_table("settlement_mode")
