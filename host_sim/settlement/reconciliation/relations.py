"""What the three sides look like as tables, whatever engine holds them. Amounts in fen, from our point of view:
positive is owed to us by the channel.

ours: a payment or chargeback that the channel has to clear, or has cleared lately. standing: due (not cleared yet),
later (due only in a later file, though it may come early), cleared, short (missed before, on the work list), gone
(declined, or reversed before it was cleared).
batch: in which it counts; made: in which it was made, with its trace.
till: what a closed batch's own evidence says of one item, by upload: amount_fen without a sign, None where the till has
not got it. totals: what a till said its closed batch came to, a row for each scheme.
channel: the lines of one clearing file, numbered as they stand in it.
"""

import ibis.expr.schema as schema

OURS = schema.Schema.from_tuples(
    [
        ("reference", "string"),
        ("kind", "string"),
        ("amount_fen", "int64"),
        ("day", "date"),
        ("standing", "string"),
        ("payment_id", "int64"),
        ("merchant_id", "int64"),
        ("terminal", "string"),
        ("batch", "int64"),
        ("made", "int64"),
        ("trace", "int64"),
        ("scheme", "string"),
        ("credit", "boolean"),
    ]
)
TILL = schema.Schema.from_tuples(
    [("terminal", "string"), ("made", "int64"), ("trace", "int64"), ("amount_fen", "int64")]
)
TOTALS = schema.Schema.from_tuples(
    [
        ("terminal", "string"),
        ("batch", "int64"),
        ("scheme", "string"),
        ("debit_fen", "int64"),
        ("debit_count", "int64"),
        ("credit_fen", "int64"),
        ("credit_count", "int64"),
    ]
)
CHANNEL = schema.Schema.from_tuples(
    [
        ("line", "int64"),
        ("reference", "string"),
        ("kind", "string"),
        ("amount_fen", "int64"),
        ("fee_fen", "int64"),
        ("terminal", "string"),
        ("trace", "int64"),
    ]
)
SIDES = {"ours": OURS, "till": TILL, "totals": TOTALS, "channel": CHANNEL}
