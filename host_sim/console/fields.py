"""What may be shown of a message, field by field and tag by tag, and what it is called.

What is shown is listed, the rest is told by its length only: a field that a profile adds is hidden until it is listed.
"""

NAMES = {
    2: ("卡号", "PAN"), 3: ("处理码", "processing code"), 4: ("金额", "amount"), 11: ("凭证号", "trace"),
    12: ("时间", "time"), 13: ("日期", "date"), 14: ("有效期", "expiry"), 15: ("清算日期", "settlement date"),
    22: ("输入方式", "entry mode"), 23: ("卡序列号", "PAN sequence"), 25: ("条件码", "condition"),
    26: ("密码长度", "PIN length"), 32: ("收单机构", "acquirer"), 35: ("二磁道", "track 2"), 36: ("三磁道", "track 3"),
    37: ("参考号", "RRN"), 38: ("授权码", "authorisation"), 39: ("应答码", "response"), 41: ("终端号", "terminal"),
    42: ("商户号", "merchant"), 43: ("商户名", "merchant name"), 44: ("机构", "institutions"),
    48: ("总计或明细", "totals or detail"), 49: ("币种", "currency"), 52: ("密码块", "PIN block"),
    53: ("安全控制", "security"), 54: ("附加金额", "additional amounts"), 55: ("IC 卡数据", "IC data"),
    59: ("付款码", "payment code"), 60: ("类型 批次 网络", "type, batch, network"), 61: ("原交易", "original"),
    62: ("密钥或数据", "keys or data"),
    63: ("操作员或组织", "operator or scheme"), 64: ("校验码", "MAC"),
}  # fmt: skip
"""Chinese and English names by field."""

SHOWN = frozenset((3, 4, 11, 12, 13, 15, 22, 23, 25, 26, 32, 37, 38, 39, 41, 42, 43, 44, 49, 53, 54, 60, 61, 63, 64))
SHOWN_48_DIGITS = (4, 62)
"""F48 is totals (62 digits) or a count (4 digits), or the detail of an upload, which holds card numbers."""

SHOWN_TAGS = frozenset((
    0x82, 0x84, 0x87, 0x8A, 0x91, 0x94, 0x95, 0x9A, 0x9B, 0x9C, 0x4F, 0x50, 0x5F2A, 0x5F2D, 0x9F02, 0x9F03, 0x9F06,
    0x9F09, 0x9F10, 0x9F11, 0x9F12, 0x9F1A, 0x9F1E, 0x9F26, 0x9F27, 0x9F33, 0x9F34, 0x9F35, 0x9F36, 0x9F37, 0x9F38,
    0x9F41, 0x9F4D, 0x9F63, 0x9F66, 0x9F6C, 0xDF31,
))  # fmt: skip
"""Tags that say nothing by which a card could be known or used again."""

TAG_NAMES = {
    0x4F: "application identifier", 0x50: "application label", 0x57: "track 2 equivalent", 0x5A: "PAN",
    0x5F24: "expiry", 0x5F28: "issuer country", 0x5F2A: "currency", 0x5F2D: "languages", 0x5F34: "PAN sequence",
    0x61: "directory entry", 0x6F: "file control information", 0x70: "record", 0x77: "response, format 2",
    0x82: "interchange profile", 0x84: "application chosen", 0x87: "priority", 0x8A: "response code",
    0x91: "issuer authentication (ARPC)", 0x94: "file locator", 0x95: "verification results (TVR)", 0x9A: "date",
    0x9B: "status (TSI)", 0x9C: "type", 0x9F02: "amount", 0x9F03: "other amount", 0x9F09: "application version",
    0x9F10: "issuer application data", 0x9F11: "code table", 0x9F12: "preferred name", 0x9F1A: "terminal country",
    0x9F1E: "device serial", 0x9F26: "cryptogram (ARQC, AAC or TC)", 0x9F27: "kind of cryptogram",
    0x9F33: "capabilities", 0x9F34: "cardholder verification", 0x9F35: "terminal type", 0x9F36: "counter (ATC)",
    0x9F37: "unpredictable number", 0x9F38: "terminal data wanted (PDOL)", 0x9F41: "transaction counter",
    0x9F4D: "log entry", 0x9F66: "terminal qualifiers (TTQ)", 0x9F6C: "card qualifiers (CTQ)", 0xA5: "proprietary",
    0xBF0C: "issuer's discretionary",
}  # fmt: skip


def masked(pan: str) -> str:
    """First six and last four digits: what a slip may show. PCI DSS 4.0, requirement 3.4.1."""
    return f"{pan[:6]}{'*' * (len(pan) - 10)}{pan[-4:]}" if len(pan) >= 13 else hidden(pan)


def hidden(value: str | bytes) -> str:
    """The length instead of the value."""
    return f"[{len(value)} {'bytes' if isinstance(value, bytes) else 'characters'}]"


def is_shown(number: int, value: str | bytes) -> bool:
    """Whether the whole of a field may be seen."""
    return number in SHOWN or (number == 48 and len(value) in SHOWN_48_DIGITS)
