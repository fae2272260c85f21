"""Which CA keys and applications a terminal has downloaded."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terminal_tables",
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("ca_keys", sa.String(length=64), nullable=True),
        sa.Column("applications", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_terminal_tables_terminal_id")),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_terminal_tables")),
    )


def downgrade() -> None:
    op.drop_table("terminal_tables")
