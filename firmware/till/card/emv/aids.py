"""Application identifiers that the till takes; a card's longer one that starts with it matches (partial selection)."""

UNIONPAY = (
    b"\xa0\x00\x00\x03\x33\x01\x01\x01",  # debit
    b"\xa0\x00\x00\x03\x33\x01\x01\x02",  # credit
    b"\xa0\x00\x00\x03\x33\x01\x01\x03",  # quasi-credit
)

KERNELS = (0, 7)  # kernel identifiers (tag 9F2A) that this room has: UnionPay's, and "the default of the RID"
