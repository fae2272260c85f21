"""The slip of a payout: what left, for which payments, to which account, and how far it is.

Facts as on a sale slip, "label value": 结算号 PAYOUT NO, 状态 STATE, 结算日期 PAYOUT DATE, 收款账户 ACCOUNT, 交易笔数
PAYMENTS, 交易金额 GROSS, 手续费 FEE, 其他 OTHER (brought forward or owed, where it is not 0), 付款金额 PAID OUT.
"""

from till.slip.labels import Labels
from till.slip.layout import BOLD, labelled, rule
from till.slip.sale import date_time, head
from till.slip.settlement import yuan


def payout_slip(payout, settings, language, local):
    """Returns its lines, (bytes, style bits) each. payout: reference, state (I, A, P or R), date YYYYMMDD, account,
    lines, gross_fen, fee_fen, amount_fen. local: when it is printed, or None. settings as on a sale slip."""
    labels = Labels(language)
    columns = getattr(settings, "columns", 32)
    out = head(settings, labels, "payout-slip", False)
    date = "%s-%s-%s" % (payout.date[:4], payout.date[4:6], payout.date[6:])
    facts = [
        ("payout-number", payout.reference), ("payout-state", labels["payout-" + payout.state]),
        ("payout-date", date), ("payout-account", "*" + payout.account), ("payments", "%d" % payout.lines),
    ]  # fmt: skip
    for key, value in facts:
        out += labelled(labels[key], value, columns)
    out.append(rule(columns))
    other_fen = payout.amount_fen - payout.gross_fen + payout.fee_fen
    for key, fen in (("gross", payout.gross_fen), ("fee", payout.fee_fen), ("other", other_fen)):
        if fen or key != "other":
            out += labelled(labels[key], ("-" if fen < 0 else "") + yuan(abs(fen)), columns)
    out += labelled(labels["paid-out"], yuan(payout.amount_fen), columns, BOLD)
    out.append(rule(columns))
    if local is not None:
        out += labelled(labels["date"], date_time(local), columns)
    return out
