"""An item of settlement's detail is told by the batch in which it was made and its trace."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAMES = "id, batch_id, trace, finding, amount_fen, detail, at"


def upgrade() -> None:
    op.execute(
        f"CREATE TABLE former_item AS SELECT {', '.join('i.' + name for name in NAMES.split(', '))}, b.number AS made"
        " FROM batch_item AS i JOIN batch AS b ON b.id = i.batch_id"
    )
    op.drop_table("batch_item")
    _create(made=True)
    op.execute(f"INSERT INTO batch_item ({NAMES}, batch_number) SELECT {NAMES}, made FROM former_item")
    op.drop_table("former_item")


def downgrade() -> None:
    # Where two items share a trace, the older one stays: the table of before has room for one.
    op.execute(
        f"CREATE TABLE former_item AS SELECT {NAMES} FROM batch_item WHERE id IN"
        " (SELECT MIN(id) FROM batch_item GROUP BY batch_id, trace)"
    )
    op.drop_table("batch_item")
    _create(made=False)
    op.execute(f"INSERT INTO batch_item ({NAMES}) SELECT {NAMES} FROM former_item")
    op.drop_table("former_item")


def _create(made: bool) -> None:
    key = ["batch_id", "batch_number", "trace"] if made else ["batch_id", "trace"]
    op.create_table(
        "batch_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        *([sa.Column("batch_number", sa.Integer(), nullable=False)] if made else []),
        sa.Column("trace", sa.Integer(), nullable=False),
        sa.Column("finding", sa.String(length=14), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "finding IN ('matched', 'repaired', 'unknown', 'amount_differs', 'not_uploaded')",
            name=op.f("ck_batch_item_finding"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_item_batch_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_item")),
        sa.UniqueConstraint(*key, name=op.f("uq_batch_item_" + "_".join(key))),
    )
