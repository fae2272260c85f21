"""A message is found by its payment without reading all of them."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_message_payment_id"), "message", ["payment_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_message_payment_id"), table_name="message")
