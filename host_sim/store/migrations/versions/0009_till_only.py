"""What only the till has stands on the work list too: kind till, cleared to the till, without money; and a merchant's
unmatured payments are found by an index, however many have matured."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = ["long", "short", "amount", "duplicate", "late"]
ENDS = ["merchant", "channel", "loss"]


def upgrade() -> None:
    _again([*KINDS, "till"], [*ENDS, "till"], "")
    op.create_index("ix_payment_unmatured", "payment", ["merchant_id", "matured_at", "state", "kind"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_payment_unmatured", table_name="payment")
    # The table of before has no room for what has no money.
    _again(KINDS, ENDS, " WHERE kind <> 'till'")


def _again(kinds: list[str], ends: list[str], which: str) -> None:
    """The table made anew with other checks: SQLite changes none in place."""
    op.execute(f"CREATE TABLE former_difference AS SELECT * FROM difference{which}")
    op.drop_table("difference")
    _create(", ".join(f"'{one}'" for one in kinds), ", ".join(f"'{one}'" for one in ends))
    op.execute(f"INSERT INTO difference ({NAMES}) SELECT {NAMES} FROM former_difference")
    op.drop_table("former_difference")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("SELECT setval(pg_get_serial_sequence('difference', 'id'), COALESCE(MAX(id), 1)) FROM difference")


NAMES = (
    "id, channel, day, reference, kind, side, amount_fen, payment_id, merchant_id, found_at, owner, explanation, note,"
    " cleared_to, cleared_at, paid_at, resolution"
)


def _create(kinds: str, ends: str) -> None:
    op.create_table(
        "difference",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("side", sa.String(length=5), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("merchant_id", sa.Integer(), nullable=True),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("cleared_to", sa.String(length=8), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.JSON(), nullable=True),
        sa.CheckConstraint(f"cleared_to IS NULL OR cleared_to IN ({ends})", name=op.f("ck_difference_cleared_to")),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_difference_kind")),
        sa.CheckConstraint("side IN ('long', 'short')", name=op.f("ck_difference_side")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_difference_merchant_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_difference_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_difference")),
        sa.UniqueConstraint(
            "channel", "day", "reference", "kind", name=op.f("uq_difference_channel_day_reference_kind")
        ),
    )
    op.create_index("ix_difference_open", "difference", ["cleared_at", "found_at"], unique=False)
    op.create_index(op.f("ix_difference_payment_id"), "difference", ["payment_id"], unique=False)
