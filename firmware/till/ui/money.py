"""Amounts as people read them. Fen in, text out; integers only."""


def yuan(amount_fen):
    """8800 -> "88.00", -5 -> "-0.05"."""
    sign = "-" if amount_fen < 0 else ""
    amount_fen = abs(amount_fen)
    return "%s%d.%02d" % (sign, amount_fen // 100, amount_fen % 100)
