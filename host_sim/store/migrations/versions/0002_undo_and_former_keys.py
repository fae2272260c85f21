"""What networks must take back, and a terminal's keys of before its last sign-on."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "former_keys",
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("pik_block", sa.Text(), nullable=False),
        sa.Column("mak_block", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_former_keys_terminal_id")),
        sa.PrimaryKeyConstraint("terminal_id", name=op.f("pk_former_keys")),
    )
    op.create_table(
        "undo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=100), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_undo_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_undo")),
        sa.UniqueConstraint("payment_id", name=op.f("uq_undo_payment_id")),
    )
    op.create_index("ix_undo_due", "undo", ["done_at", "next_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_undo_due", table_name="undo")
    op.drop_table("undo")
    op.drop_table("former_keys")
