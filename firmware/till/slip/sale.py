"""The slip of a payment: sale, void, refund, offline sale; merchant's and customer's copy.

Programs read it back from the paper: each fact stands on a line of its own as "label value", one space between. A
value too long for the paper goes on in the next line. The labels, zh / en:

    商户编号 898110000000001        MERCHANT NO        终端编号 90000001            TERMINAL NO
    付款方式 微信支付 /Q            PAID BY            付款码 13**3456             CODE NO
    操作员 01                       OPERATOR           发卡行 01020000              ISSUER
    收单行 48021000                 ACQUIRER           卡号 629252*********0012 /C  CARD NO
    有效期 3012                     EXPIRY             交易类型 消费                TYPE
    批次号 000001                   BATCH              凭证号 000012                TRACE
    授权码 A12345                   AUTH CODE          参考号 123456789012          REF NO
    日期时间 2026-11-23 09:03:11    DATE               金额 RMB 88.00               AMOUNT
    原凭证号 000011                 ORIGINAL TRACE     原批次号 000001              ORIGINAL BATCH
    原交易日期 1123                 ORIGINAL DATE      原参考号 123456789012        ORIGINAL REF
    备注 11 批准附注                REMARK             应用名称 UnionPay Debit      APP
    ARQC or TC, AID, TVR, TSI, ATC: hexadecimal, the same in both languages

交易类型: 消费 SALE, 消费撤销 VOID, 退货 REFUND, 离线消费 OFFLINE SALE. The amount of a void and a refund is negative:
金额 RMB -88.00. A reprint carries 重打印 DUPLICATE, a copy 商户存根 MERCHANT COPY or 持卡人存根 CUSTOMER COPY, an
offline sale the issuer has not seen 待上送 尚未授权 PENDING: NOT YET APPROVED.
"""

from till.slip.labels import Labels, SlipError
from till.slip.layout import BIG, BOLD, CENTER, center, encode, labelled, line, rule, wrap

KINDS = ("sale", "void", "refund", "offline")
NEGATIVE = ("void", "refund")
COPIES = ("merchant", "customer")
WALLETS = ("wallet-002", "wallet-003", "wallet-004")
BY_CODE = "Q"
REMARKED = ("11", "A2", "A4", "A5", "A6")

# What a payment may bring and the label it gets; each is left out when the payment has none.
AFTER_TYPE = (
    ("batch", "batch", "six"),
    ("trace", "trace", "six"),
    ("auth_code", "auth-code", "text"),
    ("rrn", "reference", "text"),
)
ORIGINAL = (
    ("original_batch", "original-batch", "six"),
    ("original_trace", "original-trace", "six"),
    ("original_date", "original-date", "text"),
    ("original_rrn", "original-reference", "text"),
)
CHIP = (("arqc", "ARQC"), ("tc", "TC"), ("aid", "AID"), ("tvr", "TVR"), ("tsi", "TSI"), ("atc", "ATC"))


def money(amount_fen):
    """-8800 -> "RMB -88.00"."""
    size = abs(amount_fen)
    return "RMB %s%d.%02d" % ("-" if amount_fen < 0 else "", size // 100, size % 100)


def date_time(local):
    """(2026, 11, 23, 9, 3, 11) -> "2026-11-23 09:03:11"."""
    return "%04d-%02d-%02d %02d:%02d:%02d" % tuple(local[:6])


def masked(pan):
    """First six, last four, a star for each between. SlipError for what cannot be masked so; it never shows the PAN."""
    if not 13 <= len(pan) <= 19:
        raise SlipError("card", 0, "a card number has 13 to 19 digits")
    return pan[:6] + "*" * (len(pan) - 10) + pan[-4:]


def _wallet(payment, labels, columns):
    """Who pays, and of the customer's code how it begins and ends."""
    key = "wallet-" + (payment.wallet or "")
    out = labelled(labels["wallet"], labels[key if key in WALLETS else "wallet-other"] + " /" + BY_CODE, columns, BOLD)
    if payment.code:
        out += labelled(labels["code"], payment.code[:2] + "**" + payment.code[-4:], columns)
    return out


def _form(value, form):
    if form == "six":
        return "%06d" % int(value)
    if isinstance(value, (bytes, bytearray)):
        return "".join("%02X" % byte for byte in value)
    return "%04X" % value if form == "hex" and isinstance(value, int) else str(value)


def _facts(payment, rows, labels, columns):
    out = []
    for name, key, form in rows:
        value = getattr(payment, name, None)
        if value is not None and value != "":
            out += labelled(labels[key], _form(value, form), columns)
    return out


def head(settings, labels, title_key, duplicate):
    """Merchant's name, what the paper is, who and where. Used by every slip."""
    columns = getattr(settings, "columns", 32)
    out = [(data, style | CENTER) for data, style in wrap(encode(settings.merchant_name_gb), columns // 2, BIG | BOLD)]
    out.append(center(labels[title_key], BOLD))
    if duplicate:
        out.append(center("** " + labels["duplicate"] + " **", BOLD))
    out += labelled(labels["merchant"], settings.merchant_id, columns)
    out += labelled(labels["terminal"], settings.terminal_id, columns)
    return out


def _no_cvm(payment, settings):
    """No PIN, no signature: a contactless sale up to the limit for which nobody asked a PIN."""
    return (
        payment.kind in ("sale", "offline")
        and getattr(payment, "signature", None) is None
        and getattr(payment, "entry", "C") == "C"
        and not getattr(payment, "pin_entered", False)
        and payment.amount_fen <= getattr(settings, "no_pin_limit_fen", 100000)
    )


def _signing(payment, settings, labels, copy, columns):
    if _no_cvm(payment, settings):
        limit = money(getattr(settings, "no_pin_limit_fen", 100000))
        text = labels["no-signature-under"] + " " + limit
        return wrap(encode(text), columns) + [line(labels["no-pin-no-signature"], BOLD)]
    out = []
    signature = getattr(payment, "signature", None)
    if getattr(payment, "pin_entered", False):
        out.append(line(labels["pin-entered"]))
    elif signature is False:
        out.append(line(labels["no-pin-no-signature"], BOLD))
    if copy == "merchant" and signature is not False:
        out.append(line(labels["signature"] + ":"))
        out += [line(""), line(""), rule(columns, "_")]
        out += wrap(encode(labels["agreement"]), columns)
    return out


def sale_slip(payment, settings, copy, language, duplicate=False):
    """Set one copy of a payment's slip. Returns its lines, (bytes, style bits) each.

    payment: kind, amount_fen (not negative), pan (or with entry "Q" wallet and code), batch, trace, local (year, month,
    day, hour, minute, second); where
    they exist also entry ("C"), expiry, operator, auth_code, rrn, issuer, acquirer, response, pending, pin_entered,
    voice, settled, signature (whether the customer signs; None: by entry and amount), original_batch, original_trace,
    original_date, original_rrn, label, aid, arqc, tc, tvr, tsi, atc
    (bytes or hex).
    settings: merchant_name_gb (bytes in GB2312, or text), merchant_id, terminal_id; columns (32 or 48) and
    no_pin_limit_fen where they differ from 32 and 100000. copy: "merchant" or "customer". SlipError names the label.
    """
    if payment.kind not in KINDS:
        raise SlipError("type", 0, "no slip for this kind of payment")
    if copy not in COPIES:
        raise SlipError("copy", 0, "use merchant or customer")
    labels = Labels(language)
    columns = getattr(settings, "columns", 32)
    out = head(settings, labels, "sale-slip", duplicate)
    out += _facts(payment, (("operator", "operator", "text"),), labels, columns)
    out.append(rule(columns))
    out += _facts(payment, (("issuer", "issuer", "text"), ("acquirer", "acquirer", "text")), labels, columns)
    if getattr(payment, "entry", "C") == BY_CODE:
        out += _wallet(payment, labels, columns)
    else:
        card = masked(payment.pan) + " /" + getattr(payment, "entry", "C")
        out += labelled(labels["card"], card, columns, BOLD)
    out += _facts(payment, (("expiry", "expiry", "text"),), labels, columns)
    out += labelled(labels["type"], labels[payment.kind], columns, BOLD)
    out += _facts(payment, AFTER_TYPE, labels, columns)
    out += labelled(labels["date"], date_time(payment.local), columns)
    if payment.kind in NEGATIVE:
        out += _facts(payment, ORIGINAL, labels, columns)
    signed_fen = -payment.amount_fen if payment.kind in NEGATIVE else payment.amount_fen
    amount = encode(labels["amount"] + " " + money(signed_fen))
    out.append((amount, BOLD | BIG if len(amount) <= columns // 2 else BOLD))
    out.append(rule(columns))
    above = len(out)
    if getattr(payment, "pending", False):
        out += wrap(encode(labels["pending"]), columns, BOLD)
    if getattr(payment, "voice", False):
        out.append(line(labels["voice"], BOLD))
    if payment.kind == "offline":
        out += wrap(encode(labels["counts-later"]), columns)
    out += _facts(payment, (("settled", "settled", "text"),), labels, columns)
    if getattr(payment, "response", "") in REMARKED:
        out += labelled(labels["remark"], payment.response + " " + labels["approved-remark"], columns)
    out += _facts(payment, (("label", "label", "text"),), labels, columns)
    for name, label in CHIP:
        value = getattr(payment, name, None)
        if value:
            out += labelled(label, _form(value, "hex"), columns)
    if getattr(payment, "entry", "C") != BY_CODE:
        out += _signing(payment, settings, labels, copy, columns)
    if len(out) > above:
        out.append(rule(columns))
    out.append(center(labels[copy + "-copy"]))
    return out
