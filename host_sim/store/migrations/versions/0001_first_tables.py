"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("title", sa.String(length=24), nullable=False),
        sa.Column("owner", sa.String(length=40), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.CheckConstraint("kind IN ('asset', 'liability', 'income', 'expense')", name=op.f("ck_account_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
    )
    op.create_index("ix_account_title", "account", ["title", "owner", "day"], unique=False)
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "fee_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("refund_fee", sa.String(length=12), nullable=False),
        sa.CheckConstraint("refund_fee IN ('none', 'proportional', 'full')", name=op.f("ck_fee_plan_refund_fee")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fee_plan")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_fee_plan_name_version")),
    )
    op.create_table(
        "journal_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_entry")),
        sa.UniqueConstraint("reference", "event", name=op.f("uq_journal_entry_reference_event")),
    )
    op.create_index(op.f("ix_journal_entry_business_date"), "journal_entry", ["business_date"], unique=False)
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
    op.create_table(
        "journal_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("journal_id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount_fen <> 0", name=op.f("ck_journal_line_amount_fen")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_journal_line_account_id")),
        sa.ForeignKeyConstraint(["journal_id"], ["journal_entry.id"], name=op.f("fk_journal_line_journal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal_line")),
    )
    op.create_index(op.f("ix_journal_line_account_id"), "journal_line", ["account_id"], unique=False)
    op.create_index(op.f("ix_journal_line_journal_id"), "journal_line", ["journal_id"], unique=False)
    op.create_table(
        "merchant",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=15), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=True),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("fee_plan_id", sa.Integer(), nullable=False),
        sa.Column("settlement_bank", sa.String(length=80), nullable=True),
        sa.Column("settlement_account_name", sa.String(length=80), nullable=True),
        sa.Column("settlement_account_masked", sa.String(length=40), nullable=True),
        sa.Column("settlement_account_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("zone", sa.String(length=40), nullable=False),
        sa.Column("cutoff", sa.Time(), nullable=False),
        sa.Column("last_business_date", sa.Date(), nullable=True),
        sa.CheckConstraint("language IN ('zh', 'en')", name=op.f("ck_merchant_language")),
        sa.ForeignKeyConstraint(["fee_plan_id"], ["fee_plan.id"], name=op.f("fk_merchant_fee_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merchant")),
        sa.UniqueConstraint("number", name=op.f("uq_merchant_number")),
    )
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=8), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=200), nullable=True),
        sa.Column("message_id", sa.String(length=120), nullable=False),
        sa.CheckConstraint("channel IN ('email')", name=op.f("ck_notice_channel")),
        sa.CheckConstraint("state IN ('waiting', 'sent', 'failed')", name=op.f("ck_notice_state")),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_notice_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("message_id", name=op.f("uq_notice_message_id")),
    )
    op.create_index("ix_notice_due", "notice", ["state", "next_at"], unique=False)
    op.create_table(
        "terminal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=8), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=False),
        sa.Column("tmk_block", sa.Text(), nullable=True),
        sa.Column("pik_block", sa.Text(), nullable=True),
        sa.Column("mak_block", sa.Text(), nullable=True),
        sa.Column("signed_on_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_terminal_merchant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terminal")),
        sa.UniqueConstraint("number", name=op.f("uq_terminal_number")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("till_totals", sa.JSON(), nullable=True),
        sa.Column("host_totals", sa.JSON(), nullable=True),
        sa.Column("flags", sa.String(length=2), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("totals_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("business_date", sa.Date(), nullable=True),
        sa.CheckConstraint("state IN ('OPEN', 'TOTALS', 'UPLOADING', 'CLOSED')", name=op.f("ck_batch_state")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_batch_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("terminal_id", "number", name=op.f("uq_batch_terminal_id_number")),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("merchant_id", sa.Integer(), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=False),
        sa.Column("filed_batch", sa.Integer(), nullable=True),
        sa.Column("trace", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("scheme", sa.String(length=8), nullable=False),
        sa.Column("card_class", sa.String(length=10), nullable=False),
        sa.Column("entry", sa.String(length=3), nullable=True),
        sa.Column("pan_token", sa.String(length=64), nullable=True),
        sa.Column("pan_masked", sa.String(length=23), nullable=True),
        sa.Column("pan_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("rrn", sa.String(length=12), nullable=True),
        sa.Column("auth_code", sa.String(length=6), nullable=True),
        sa.Column("response", sa.String(length=2), nullable=True),
        sa.Column("original_id", sa.Integer(), nullable=True),
        sa.Column("original_batch", sa.Integer(), nullable=True),
        sa.Column("original_trace", sa.Integer(), nullable=True),
        sa.Column("original_date", sa.String(length=4), nullable=True),
        sa.Column("fee_fen", sa.BigInteger(), nullable=True),
        sa.Column("cost_fen", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("settlement_date", sa.Date(), nullable=True),
        sa.Column("matured_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "card_class IN ('debit', 'credit', 'prepaid', 'wallet', 'foreign')", name=op.f("ck_payment_card_class")
        ),
        sa.CheckConstraint("kind IN ('sale', 'void', 'refund', 'offline')", name=op.f("ck_payment_kind")),
        sa.CheckConstraint("scheme IN ('domestic', 'foreign')", name=op.f("ck_payment_scheme")),
        sa.CheckConstraint(
            "state IN ('authorising', 'approved', 'declined', 'reversed', 'voided', 'refused')",
            name=op.f("ck_payment_state"),
        ),
        sa.ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=op.f("fk_payment_merchant_id")),
        sa.ForeignKeyConstraint(["original_id"], ["payment.id"], name=op.f("fk_payment_original_id")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_payment_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("rrn", name=op.f("uq_payment_rrn")),
        sa.UniqueConstraint(
            "terminal_id", "batch_number", "trace", "kind", name=op.f("uq_payment_terminal_id_batch_number_trace_kind")
        ),
    )
    op.create_index("ix_payment_day", "payment", ["merchant_id", "business_date"], unique=False)
    op.create_index("ix_payment_filed", "payment", ["terminal_id", "filed_batch"], unique=False)
    op.create_index("ix_payment_maturity", "payment", ["settlement_date", "matured_at"], unique=False)
    op.create_index(op.f("ix_payment_original_id"), "payment", ["original_id"], unique=False)
    op.create_index(op.f("ix_payment_pan_token"), "payment", ["pan_token"], unique=False)
    op.create_table(
        "tombstone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=False),
        sa.Column("trace", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_tombstone_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
        sa.UniqueConstraint(
            "terminal_id",
            "batch_number",
            "trace",
            "kind",
            name=op.f("uq_tombstone_terminal_id_batch_number_trace_kind"),
        ),
    )
    op.create_table(
        "batch_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
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
        sa.UniqueConstraint("batch_id", "trace", name=op.f("uq_batch_item_batch_id_trace")),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("terminal_id", sa.Integer(), nullable=False),
        sa.Column("batch_number", sa.Integer(), nullable=False),
        sa.Column("trace", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=True),
        sa.Column("payment_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_message_payment_id")),
        sa.ForeignKeyConstraint(["terminal_id"], ["terminal.id"], name=op.f("fk_message_terminal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint(
            "terminal_id", "batch_number", "trace", "kind", name=op.f("uq_message_terminal_id_batch_number_trace_kind")
        ),
    )
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


def downgrade() -> None:
    op.drop_index(op.f("ix_payout_merchant_id"), table_name="payout")
    op.drop_index("ix_payout_due", table_name="payout")
    op.drop_table("payout")
    op.drop_table("message")
    op.drop_table("batch_item")
    op.drop_table("tombstone")
    op.drop_index(op.f("ix_payment_pan_token"), table_name="payment")
    op.drop_index(op.f("ix_payment_original_id"), table_name="payment")
    op.drop_index("ix_payment_maturity", table_name="payment")
    op.drop_index("ix_payment_filed", table_name="payment")
    op.drop_index("ix_payment_day", table_name="payment")
    op.drop_table("payment")
    op.drop_table("batch")
    op.drop_table("terminal")
    op.drop_index("ix_notice_due", table_name="notice")
    op.drop_table("notice")
    op.drop_table("merchant")
    op.drop_index(op.f("ix_journal_line_journal_id"), table_name="journal_line")
    op.drop_index(op.f("ix_journal_line_account_id"), table_name="journal_line")
    op.drop_table("journal_line")
    op.drop_table("fee_plan_line")
    op.drop_index(op.f("ix_journal_entry_business_date"), table_name="journal_entry")
    op.drop_table("journal_entry")
    op.drop_table("fee_plan")
    op.drop_table("counter")
    op.drop_table("alarm")
    op.drop_index("ix_account_title", table_name="account")
    op.drop_table("account")
