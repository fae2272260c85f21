"""Payouts of a merchant's balance by its own plan, instead of one a batch; accounts, fee plans, disputes, jobs.

Taken back, a payout that has left finds no table again: take this back only where none has.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLES = (
    "job",
    "difference",
    "evidence",
    "chargeback",
    "hold",
    "fee_agreement",
    "fee_plan_lock",
    "settlement_account",
    "advance_terms",
    "settlement_plan",
    "batch_settlement",
)
"""Those with nothing in them yet, in an order in which they can be dropped."""


def upgrade() -> None:
    _new_tables()
    op.execute(_BATCHES)
    op.execute("CREATE TABLE former_payout AS SELECT * FROM payout WHERE state IN ('instructed', 'paid', 'returned')")
    op.drop_table("payout")
    _payout()
    op.execute(_PAYOUTS)
    op.execute(_ITEMS)
    op.execute("DROP TABLE former_payout")
    op.execute("CREATE TABLE former_line AS SELECT * FROM fee_plan_line")
    op.drop_table("fee_plan_line")
    _fee_plan_line()
    op.execute(_PRICES)
    op.execute("DROP TABLE former_line")
    op.execute(_ACCOUNTS)
    op.execute(_PAID_TO)
    if op.get_bind().dialect.name == "postgresql":
        for table in ("payout", "fee_plan_line", "batch_settlement"):
            last = f"(SELECT coalesce(max(id), 0) + 1 FROM {table})"
            op.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {last}, false)")


_BATCHES = """
INSERT INTO batch_settlement
    (id, merchant_id, batch_id, gross_fen, fee_fen, net_fen, brought_fen, amount_fen, due_date, explanation)
SELECT id, merchant_id, batch_id, gross_fen, fee_fen, net_fen, brought_fen, amount_fen, due_date, explanation
FROM payout
"""
_PAYOUTS = """
INSERT INTO payout
    (id, merchant_id, origin, reference, state, gross_fen, fee_fen, brought_fen, d0_fee_fen, amount_fen,
     business_date, instructed_at, next_at, tries, paid_at, returned_at, explanation)
SELECT old.id, old.merchant_id, 'daily', 'P' || old.id, old.state, old.gross_fen, old.fee_fen,
       old.amount_fen - old.gross_fen + old.fee_fen, 0, old.amount_fen,
       told.business_date, told.at, CASE WHEN old.state = 'instructed' THEN told.at END, 0, paid.at, back.at,
       old.explanation
FROM former_payout AS old
JOIN journal_entry AS told ON told.reference = 'payout/' || old.id AND told.event = 'payout_instructed'
LEFT JOIN journal_entry AS paid ON paid.reference = 'payout/' || old.id AND paid.event = 'payout_paid'
LEFT JOIN journal_entry AS back ON back.reference = 'payout/' || old.id AND back.event = 'payout_returned'
"""
_ITEMS = """
INSERT INTO payout_item (payment_id, payout_id, net_fen)
SELECT payment.id, old.id,
       CASE WHEN payment.kind = 'refund' THEN -payment.amount_fen ELSE payment.amount_fen END
       - coalesce(payment.fee_fen, 0)
FROM former_payout AS old
JOIN batch ON batch.id = old.batch_id
JOIN payment ON payment.terminal_id = batch.terminal_id AND payment.filed_batch = batch.number
WHERE payment.state = 'approved' AND (payment.kind = 'refund' OR payment.matured_at IS NOT NULL)
      AND payment.kind <> 'void'
"""
_ACCOUNTS = """
INSERT INTO settlement_account
    (merchant_id, kind, state, holder, institution, masked, cipher, tries, proposed_at, expires_at)
SELECT id, 'bank', 'active', coalesce(settlement_account_name, name), coalesce(settlement_bank, ''),
       coalesce(settlement_account_masked, ''), settlement_account_cipher, 0, '2000-01-01 00:00:00',
       '2000-01-01 00:00:00'
FROM merchant WHERE settlement_account_cipher IS NOT NULL
"""
_PAID_TO = """
UPDATE payout SET account_id = (SELECT one.id FROM settlement_account AS one WHERE one.merchant_id = payout.merchant_id)
"""
_PRICES = """
INSERT INTO fee_plan_line
    (id, fee_plan_id, card_class, channel, from_fen, first_day, last_day, basis_points, cap_fen, floor_fen)
SELECT id, fee_plan_id, card_class, '*', 0, '2000-01-01', '9999-12-31', basis_points, cap_fen, floor_fen
FROM former_line
"""


def _payout() -> None:
    op.create_table(
        "payout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("origin", sa.String(length=9), nullable=False),
        sa.Column("family", sa.String(length=6), nullable=True),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("bank_reference", sa.String(length=32), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("gross_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("brought_fen", sa.BigInteger(), nullable=False),
        sa.Column("d0_fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("instructed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=100), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("returned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.Column("return_reason", sa.JSON(), nullable=True),
        sa.CheckConstraint("family IS NULL OR family IN ('card', 'wallet')", name=op.f("ck_payout_family")),
        sa.CheckConstraint(
            "origin IN ('daily', 'weekly', 'manual', 'real_time', 'early')", name=op.f("ck_payout_origin")
        ),
        sa.CheckConstraint("state IN ('instructed', 'accepted', 'paid', 'returned')", name=op.f("ck_payout_state")),
        sa.ForeignKeyConstraint(["account_id"], ["settlement_account.id"], name=op.f("fk_payout_account_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_payout_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("reference", name=op.f("uq_payout_reference")),
    )
    op.create_index("ix_payout_due", "payout", ["state", "next_at"], unique=False)
    op.create_index(op.f("ix_payout_merchant_id"), "payout", ["merchant_id"], unique=False)
    op.create_table(
        "payout_item",
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("payout_id", sa.Integer(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_payout_item_payment_id")),
        sa.ForeignKeyConstraint(["payout_id"], ["payout.id"], name=op.f("fk_payout_item_payout_id")),
        sa.PrimaryKeyConstraint("payment_id", name=op.f("pk_payout_item")),
    )
    op.create_index(op.f("ix_payout_item_payout_id"), "payout_item", ["payout_id"], unique=False)


def _fee_plan_line() -> None:
    op.create_table(
        "fee_plan_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fee_plan_id", sa.Integer(), nullable=False),
        sa.Column("card_class", sa.String(length=10), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("from_fen", sa.BigInteger(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("cap_fen", sa.BigInteger(), nullable=True),
        sa.Column("floor_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "card_class IN ('debit', 'credit', 'prepaid', 'wallet', 'foreign')",
            name=op.f("ck_fee_plan_line_card_class"),
        ),
        sa.ForeignKeyConstraint(["fee_plan_id"], ["fee_plan.id"], name=op.f("fk_fee_plan_line_fee_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_plan_line")),
        sa.UniqueConstraint(
            "fee_plan_id", "card_class", "channel", "from_fen", "first_day", name="uq_fee_plan_line_price"
        ),
    )


def _new_tables() -> None:
    op.create_table(
        "batch_settlement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("gross_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("brought_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_settlement_batch_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_batch_settlement_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_settlement")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_batch_settlement_batch_id")),
    )
    op.create_index(op.f("ix_batch_settlement_merchant_id"), "batch_settlement", ["merchant_id"], unique=False)
    op.create_table(
        "settlement_plan",
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("family", sa.String(length=6), nullable=False),
        sa.Column("product", sa.String(length=3), nullable=False),
        sa.Column("mode", sa.String(length=9), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=True),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("family IN ('card', 'wallet')", name=op.f("ck_settlement_plan_family")),
        sa.CheckConstraint("mode IN ('daily', 'weekly', 'manual', 'real_time')", name=op.f("ck_settlement_plan_mode")),
        sa.CheckConstraint("product IN ('T+1', 'D+1', 'D0')", name=op.f("ck_settlement_plan_product")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_settlement_plan_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "family", name=op.f("pk_settlement_plan")),
    )
    op.create_index("ix_settlement_plan_next_at", "settlement_plan", ["next_at"], unique=False)
    op.create_table(
        "advance_terms",
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("opens", sa.Time(), nullable=False),
        sa.Column("closes", sa.Time(), nullable=False),
        sa.Column("payout_most_fen", sa.BigInteger(), nullable=False),
        sa.Column("day_most_fen", sa.BigInteger(), nullable=False),
        sa.Column("exposure_most_fen", sa.BigInteger(), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("fixed_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_advance_terms_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", name=op.f("pk_advance_terms")),
    )
    op.create_table(
        "settlement_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=7), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("holder", sa.String(length=80), nullable=False),
        sa.Column("institution", sa.String(length=80), nullable=False),
        sa.Column("branch", sa.String(length=80), nullable=True),
        sa.Column("cnaps", sa.String(length=12), nullable=True),
        sa.Column("masked", sa.String(length=40), nullable=False),
        sa.Column("cipher", sa.LargeBinary(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('bank', 'payment')", name=op.f("ck_settlement_account_kind")),
        sa.CheckConstraint(
            "state IN ('proposed', 'active', 'replaced', 'withdrawn')", name=op.f("ck_settlement_account_state")
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_settlement_account_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_settlement_account")),
    )
    op.create_index("ix_settlement_account_standing", "settlement_account", ["merchant_id", "state"], unique=False)
    op.create_table(
        "fee_plan_lock",
        sa.Column("fee_plan_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fee_plan_id"], ["fee_plan.id"], name=op.f("fk_fee_plan_lock_fee_plan_id")),
        sa.PrimaryKeyConstraint("fee_plan_id", name=op.f("pk_fee_plan_lock")),
    )
    op.create_table(
        "fee_agreement",
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("fee_plan_id", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["fee_plan_id"], ["fee_plan.id"], name=op.f("fk_fee_agreement_fee_plan_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_fee_agreement_merchant_id")),
        sa.PrimaryKeyConstraint("merchant_id", "first_day", name=op.f("pk_fee_agreement")),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_hold_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    op.create_index("ix_hold_standing", "hold", ["merchant_id", "released_at"], unique=False)
    op.create_table(
        "chargeback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("case_number", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=8), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evidence_due", sa.Date(), nullable=False),
        sa.Column("contested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explanation", sa.JSON(), nullable=True),
        sa.CheckConstraint("state IN ('open', 'contested', 'won', 'lost')", name=op.f("ck_chargeback_state")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_chargeback_merchant_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_chargeback_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chargeback")),
        sa.UniqueConstraint("case_number", name=op.f("uq_chargeback_case_number")),
    )
    op.create_index("ix_chargeback_due", "chargeback", ["state", "evidence_due"], unique=False)
    op.create_index(op.f("ix_chargeback_merchant_id"), "chargeback", ["merchant_id"], unique=False)
    op.create_index(op.f("ix_chargeback_payment_id"), "chargeback", ["payment_id"], unique=False)
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chargeback_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["chargeback_id"], ["chargeback.id"], name=op.f("fk_evidence_chargeback_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("chargeback_id", "digest", name=op.f("uq_evidence_chargeback_id_digest")),
    )
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
        sa.CheckConstraint(
            "cleared_to IS NULL OR cleared_to IN ('merchant', 'channel', 'loss')", name=op.f("ck_difference_cleared_to")
        ),
        sa.CheckConstraint("kind IN ('long', 'short', 'amount', 'duplicate', 'late')", name=op.f("ck_difference_kind")),
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
    op.create_table(
        "job",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job")),
    )
    op.create_index("ix_job_next_at", "job", ["next_at"], unique=False)


def downgrade() -> None:
    op.execute("CREATE TABLE former_line AS SELECT * FROM fee_plan_line WHERE channel = '*' AND from_fen = 0")
    op.drop_table("fee_plan_line")
    op.create_table(
        "fee_plan_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("fee_plan_id", sa.Integer(), nullable=False),
        sa.Column("card_class", sa.String(length=10), nullable=False),
        sa.Column("basis_points", sa.Integer(), nullable=False),
        sa.Column("cap_fen", sa.BigInteger(), nullable=True),
        sa.Column("floor_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "card_class IN ('debit', 'credit', 'prepaid', 'wallet', 'foreign')",
            name=op.f("ck_fee_plan_line_card_class"),
        ),
        sa.ForeignKeyConstraint(["fee_plan_id"], ["fee_plan.id"], name=op.f("fk_fee_plan_line_fee_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_plan_line")),
        sa.UniqueConstraint("fee_plan_id", "card_class", name=op.f("uq_fee_plan_line_fee_plan_id_card_class")),
    )
    op.execute(
        "INSERT INTO fee_plan_line (id, fee_plan_id, card_class, basis_points, cap_fen, floor_fen)"
        " SELECT id, fee_plan_id, card_class, basis_points, cap_fen, floor_fen FROM former_line"
        " WHERE first_day = '2000-01-01'"
    )
    op.execute("DROP TABLE former_line")
    op.drop_table("payout_item")
    op.drop_table("payout")
    op.create_table(
        "payout",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("gross_fen", sa.BigInteger(), nullable=False),
        sa.Column("fee_fen", sa.BigInteger(), nullable=False),
        sa.Column("net_fen", sa.BigInteger(), nullable=False),
        sa.Column("brought_fen", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("explanation", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "state IN ('scheduled', 'instructed', 'paid', 'returned', 'nil')", name=op.f("ck_payout_state")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_payout_batch_id")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_payout_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("batch_id", name=op.f("uq_payout_batch_id")),
    )
    op.create_index("ix_payout_due", "payout", ["state", "due_date"], unique=False)
    op.create_index(op.f("ix_payout_merchant_id"), "payout", ["merchant_id"], unique=False)
    op.execute(
        "INSERT INTO payout (id, merchant_id, batch_id, gross_fen, fee_fen, net_fen, brought_fen, amount_fen, due_date,"
        " state, explanation) SELECT id, merchant_id, batch_id, gross_fen, fee_fen, net_fen, brought_fen, amount_fen,"
        " due_date, CASE WHEN amount_fen > 0 THEN 'scheduled' ELSE 'nil' END, explanation FROM batch_settlement"
    )
    for table in TABLES:
        op.drop_table(table)
