"""The settlement slip: what the terminal and the host each counted, and what became of every voucher number.

Programs read it back from the paper. Facts as on a sale slip, "label value": 商户编号 MERCHANT NO, 终端编号
TERMINAL NO, 操作员 OPERATOR, 批次号 BATCH, 日期时间 DATE, 起始凭证号 FIRST TRACE, 截止凭证号 LAST TRACE.
Then for each scheme a line "内卡 对账平" (内卡 DOMESTIC CARDS or 外卡 FOREIGN CARDS; 对账平 MATCH, 对账不平 MISMATCH
or 对账错 ERROR) and a table of three columns,

    类型          笔数          金额       TYPE    NO    AMOUNT
    消费             3        188.00       type, count, yuan
    借记             3        188.00       DEBIT: what field 48 told the host; 贷记 CREDIT

and unless they match the two sides beside each other,

    类型          终端          主机       TYPE  TERMINAL  HOST
    借记金额    188.00        100.00       DEBIT SUM, 借记笔数 DEBIT NO, 贷记金额 CREDIT SUM, 贷记笔数 CREDIT NO

A row too wide for the paper stands on two lines, the label on the first. Last the lists of vouchers, each with a line
"未上送 2" (label and how many) and then "000012 88.00" a voucher: 未上送 NOT UPLOADED, 主机拒绝 REFUSED BY HOST,
冲正未决 UNRESOLVED, 离线取消 CANCELLED, always; 坏账 DEBT, 已重新上送 SENT AGAIN,
坏账或移交 WRITTEN OFF OR HANDED OVER, 已撤销 VOIDED, 已冲正 REVERSED, 未批准 DECLINED and 未完成 ABANDONED
when there are any.
"""

from till.slip.labels import Labels, SlipError
from till.slip.layout import BOLD, labelled, line, rule, table
from till.slip.sale import date_time, head

FLAGS = ("match", "mismatch", "error")  # flag 1, 2, 3 of field 48
MATCH = 1
SCHEMES = ("domestic", "foreign")
SIDES = ("debit-amount", "debit-count", "credit-amount", "credit-count")
LISTS_ALWAYS = ("not-uploaded", "refused", "unresolved", "cancelled")
LISTS_MORE = ("debt", "retried", "handed-over", "voided", "reversed", "declined", "abandoned")


class SchemeTotals:
    """One scheme's totals, as field 48 has them: till, host: (debit_fen, debit_count, credit_fen, credit_count).

    flag: 1 match, 2 mismatch, 3 error. host: None where it sent none. kinds: (kind, count, amount_fen) each, kind a
    label such as "sale", "void", "refund", "offline".
    """

    def __init__(self, flag, till, host=None, kinds=()):
        self.flag = flag
        self.till = till
        self.host = host
        self.kinds = kinds


def yuan(amount_fen):
    return "%d.%02d" % (amount_fen // 100, amount_fen % 100)


def _scheme(name, totals, labels, columns):
    if not 1 <= totals.flag <= len(FLAGS):
        raise SlipError(name, 0, "flag is not 1, 2 or 3")
    out = [line(labels[name] + " " + labels[FLAGS[totals.flag - 1]], BOLD)]
    out += table(labels["kind-head"], labels["count-head"], labels["amount-head"], columns)
    for kind, count, amount_fen in totals.kinds:
        out += table(labels[kind], "%d" % count, yuan(amount_fen), columns)
    till = totals.till
    out += table(labels["debit"], "%d" % till[1], yuan(till[0]), columns)
    out += table(labels["credit"], "%d" % till[3], yuan(till[2]), columns)
    if totals.flag != MATCH and totals.host is not None:
        out += table(labels["kind-head"], labels["our-side"], labels["host-side"], columns, BOLD)
        for index, key in enumerate(SIDES):
            form = str if index & 1 else yuan
            out += table(labels[key], form(till[index]), form(totals.host[index]), columns)
    return out


def _vouchers(name, vouchers, labels, columns):
    out = labelled(labels[name], "%d" % len(vouchers), columns, BOLD)
    for trace, amount_fen, *response in vouchers:
        value = "" if amount_fen is None else yuan(amount_fen)
        out += labelled("%06d" % trace, " ".join([value] + response), columns)
    return out


def settlement_slip(settlement, settings, language, duplicate=False):
    """Set the slip of a batch that was settled. Returns its lines, (bytes, style bits) each.

    settlement: batch, local, domestic and foreign (SchemeTotals), lists {name: ((trace, amount_fen or None[,
    response]), ...)} with the names of LISTS_ALWAYS and LISTS_MORE; where they exist operator, first_trace, last_trace.
    settings as on a sale slip. SlipError names the label.
    """
    labels = Labels(language)
    columns = getattr(settings, "columns", 32)
    out = head(settings, labels, "settlement-slip", duplicate)
    operator = getattr(settlement, "operator", None)
    if operator:
        out += labelled(labels["operator"], operator, columns)
    out += labelled(labels["batch"], "%06d" % settlement.batch, columns, BOLD)
    out += labelled(labels["date"], date_time(settlement.local), columns)
    for name, key in (("first_trace", "first-trace"), ("last_trace", "last-trace")):
        trace = getattr(settlement, name, None)
        if trace is not None:
            out += labelled(labels[key], "%06d" % trace, columns)
    for name in SCHEMES:
        out.append(rule(columns))
        out += _scheme(name, getattr(settlement, name), labels, columns)
    out.append(rule(columns, "="))
    for name in LISTS_ALWAYS + LISTS_MORE:
        vouchers = settlement.lists.get(name, ())
        if vouchers or name in LISTS_ALWAYS:
            out += _vouchers(name, vouchers, labels, columns)
    out.append(rule(columns))
    return out
