"""The words of statements, Chinese and English."""

from host_sim.merchant.statements.statement import Movement

WORDS = {
    "zh": {
        "statement": "商户对账单",
        "day": "日对账单",
        "month": "月对账单",
        "slip": "结算单",
        "number": "账单编号",
        "merchant": "商户",
        "merchant_number": "商户编号",
        "account": "收款账户",
        "no_account": "尚未登记",
        "period": "账期（营业日）",
        "made": "生成时间",
        "provisional": "临时账单：账期尚未结束，金额仍可能变化。",
        "opening": "期初余额",
        "closing": "期末余额",
        "moved": "本期发生额",
        "pending": "待结算",
        "available": "可结算",
        "held": "冻结",
        "owed": "欠款",
        "kind": "类型",
        "count": "笔数",
        "gross": "交易金额",
        "fee": "手续费",
        "net": "净额",
        "date": "日期",
        "time": "时间",
        "voucher": "凭证号",
        "terminal": "终端",
        "card": "卡号",
        "card_class": "卡类型",
        "rrn": "参考号",
        "settles": "结算日",
        "balance": "余额",
        "movements": "明细",
        "summary": "汇总",
        "nothing": "本期没有发生额。",
        "sale": "消费",
        "offline": "离线消费",
        "void": "消费撤销",
        "refund": "退货",
        "reversal": "冲正",
        "chargeback": "拒付",
        "adjustment": "差错调整",
        "payout": "结算付款",
        "payout_returned": "付款退回",
        "debit": "借记卡",
        "credit": "贷记卡",
        "prepaid": "预付卡",
        "wallet": "电子钱包",
        "foreign": "境外卡",
        "equal": "期初余额 + 本期发生额 = 期末余额",
        "page": "第{page}页，共{pages}页",
        "foot": "picotill 测试收单系统出具，仅供测试，不涉及真实资金。",
    },
    "en": {
        "statement": "Merchant statement",
        "day": "Daily statement",
        "month": "Monthly statement",
        "slip": "Settlement slip",
        "number": "Statement number",
        "merchant": "Merchant",
        "merchant_number": "Merchant number",
        "account": "Paid to",
        "no_account": "none on file",
        "period": "Business days",
        "made": "Made",
        "provisional": "Provisional: the period has not ended, so amounts may still change.",
        "opening": "Opening balance",
        "closing": "Closing balance",
        "moved": "Movements",
        "pending": "not matured",
        "available": "available",
        "held": "held",
        "owed": "owed",
        "kind": "Type",
        "count": "Count",
        "gross": "Amount",
        "fee": "Fee",
        "net": "Net",
        "date": "Date",
        "time": "Time",
        "voucher": "Voucher",
        "terminal": "Terminal",
        "card": "Card",
        "card_class": "Card class",
        "rrn": "Reference",
        "settles": "Settles",
        "balance": "Balance",
        "movements": "Details",
        "summary": "Summary",
        "nothing": "Nothing moved in this period.",
        "sale": "Sale",
        "offline": "Offline sale",
        "void": "Void",
        "refund": "Refund",
        "reversal": "Reversal",
        "chargeback": "Chargeback",
        "adjustment": "Adjustment",
        "payout": "Payout",
        "payout_returned": "Payout returned",
        "debit": "Debit",
        "credit": "Credit",
        "prepaid": "Prepaid",
        "wallet": "Wallet",
        "foreign": "Foreign",
        "equal": "Opening balance + movements = closing balance",
        "page": "Page {page} of {pages}",
        "foot": "Made by the picotill test acquirer. For tests only: no real money moves.",
    },
}


def yuan(amount_fen: int) -> str:
    """An amount as programs read it: -1234.50."""
    whole, fen = divmod(abs(amount_fen), 100)
    return f"{'-' if amount_fen < 0 else ''}{whole}.{fen:02d}"


def grouped(amount_fen: int) -> str:
    """An amount as people read it in a column: -1,234.50."""
    whole, fen = divmod(abs(amount_fen), 100)
    return f"{'-' if amount_fen < 0 else ''}{whole:,}.{fen:02d}"


def told(movement: Movement, language: str) -> str:
    """A movement in one line, for programs that show one."""
    words = WORDS[language]
    parts = [words[movement.kind], movement.voucher or movement.reference, movement.card, movement.terminal]
    return " ".join(part for part in parts if part)
