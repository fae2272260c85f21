"""What the codes in messages and on cards mean, in a few words. Sources: EMV Book 3, annex C; PBOC part 12."""

from collections.abc import Callable

RESPONSES = {
    "00": "approved", "01": "call the issuer", "03": "merchant unknown", "04": "retain card", "05": "refused",
    "09": "the customer has yet to pay",
    "12": "invalid transaction", "13": "invalid amount", "14": "card number unknown", "25": "original not found",
    "30": "format error", "38": "PIN tries exceeded", "40": "not supported", "41": "card reported lost",
    "43": "card reported stolen", "51": "insufficient funds", "54": "card expired", "55": "wrong PIN",
    "57": "not permitted to this card", "58": "not permitted to this terminal", "61": "over the amount limit",
    "64": "amount differs from the original", "65": "over the count limit", "68": "timeout", "75": "PIN tries exceeded",
    "77": "batch differs: sign on again", "90": "the batch is being settled", "91": "issuer not available",
    "94": "duplicate", "95": "totals differ", "96": "system fault", "97": "terminal not registered", "98": "timeout",
    "99": "PIN block cannot be read", "A0": "MAC wrong",
}  # fmt: skip
TYPES = {
    ("0200", "22"): "sale", ("0200", "23"): "void", ("0220", "25"): "refund", ("0220", "30"): "offline sale",
    ("0500", "00"): "settlement", ("0320", "00"): "upload", ("0800", "00"): "sign-on", ("0820", "00"): "echo",
    ("0200", "60"): "payment by code", ("0220", "60"): "refund by code", ("0400", "60"): "payment by code",
}  # fmt: skip
ENTRY = {"01": "typed", "02": "stripe", "03": "by code", "05": "chip", "07": "contactless"}
TVR = {
    (0, 0x80): "offline data authentication not performed", (0, 0x40): "SDA failed", (0, 0x20): "ICC data missing",
    (0, 0x10): "card on exception file", (0, 0x08): "DDA failed", (0, 0x04): "CDA failed",
    (1, 0x80): "application versions differ", (1, 0x40): "expired application", (1, 0x20): "not yet effective",
    (1, 0x10): "service not allowed", (1, 0x08): "new card", (2, 0x80): "cardholder verification failed",
    (2, 0x40): "unrecognised CVM", (2, 0x20): "PIN tries exceeded", (2, 0x10): "PIN pad not working",
    (2, 0x08): "PIN not entered", (2, 0x04): "online PIN entered", (3, 0x80): "over floor limit",
    (3, 0x40): "lower offline limit exceeded", (3, 0x20): "upper offline limit exceeded",
    (3, 0x10): "chosen at random for online", (3, 0x08): "merchant forced online",
    (4, 0x40): "issuer authentication failed", (4, 0x20): "script failed before final GAC",
    (4, 0x10): "script failed after final GAC",
}  # fmt: skip
TTQ = {
    (0, 0x20): "qPBOC", (0, 0x10): "contact chip", (0, 0x08): "offline only", (0, 0x04): "online PIN",
    (0, 0x02): "signature", (1, 0x80): "online cryptogram wanted", (1, 0x40): "CVM wanted",
}  # fmt: skip
CTQ = {(0, 0x80): "online PIN wanted", (0, 0x40): "signature wanted"}
CRYPTOGRAMS = {0x00: "AAC: the card declines", 0x40: "TC: approved offline", 0x80: "ARQC: go online"}
CVM = {0x1F: "none needed", 0x02: "online PIN", 0x1E: "signature", 0x3F: "not performed"}


def yuan(digits: str) -> str:
    """Twelve digits of fen as an amount."""
    return f"{int(digits) // 100}.{int(digits) % 100:02d} CNY"


def _bits(table: dict[tuple[int, int], str]) -> Callable[[bytes], str]:
    return lambda value: ", ".join(text for (at, bit), text in table.items() if len(value) > at and value[at] & bit)


TAGS: dict[int, Callable[[bytes], str]] = {
    0x95: lambda value: _bits(TVR)(value) or "nothing to report",
    0x9F66: _bits(TTQ),
    0x9F6C: lambda value: _bits(CTQ)(value) or "no CVM wanted",
    0x9F27: lambda value: CRYPTOGRAMS.get(value[0] & 0xC0, ""),
    0x9F02: lambda value: yuan(value.hex()),
    0x9F03: lambda value: yuan(value.hex()),
    0x9A: lambda value: "20{}-{}-{}".format(*(f"{byte:02x}" for byte in value)),
    0x9F36: lambda value: str(int.from_bytes(value, "big")),
    0x9F34: lambda value: CVM.get(value[0], ""),
    0x5F2A: lambda value: "CNY" if value.hex() == "0156" else "",
    0x9F1A: lambda value: "China" if value.hex() == "0156" else "",
    0x50: lambda value: value.decode("ascii"),
    0x9F12: lambda value: value.decode("ascii"),
    0x9F1E: lambda value: value.decode("ascii"),
    0x5F2D: lambda value: value.decode("ascii"),
    0x91: lambda value: f"ARPC and response {value[8:].decode('ascii')}",
}


def tag_meaning(tag: int, value: bytes) -> str:
    """In words, or "" where there is nothing to say, or the value is not what the tag should hold."""
    try:
        return TAGS[tag](value) if tag in TAGS else ""
    except (ValueError, IndexError):
        return ""


def field_meaning(number: int, value: str, mti: str) -> str:
    """In words, or "". Of fields that may be shown only."""
    if number == 4 and value.isdigit():
        return yuan(value)
    if number == 22:
        return f"{ENTRY.get(value[:2], '')}, {'PIN entered' if value[2:3] == '1' else 'no PIN'}".lstrip(", ")
    if number == 39:
        return "reason: " + RESPONSES.get(value, value) if mti == "0400" else RESPONSES.get(value, "")
    if number == 60:
        kind = TYPES.get((mti[:2] + mti[2].replace("1", "0").replace("3", "2") + mti[3], value[:2]), "")
        return ", ".join(part for part in (kind, f"batch {value[2:8]}", f"network {value[8:11]}") if part)
    if number == 61:
        return f"original batch {value[:6]}, trace {value[6:12]}" + (f", date {value[12:16]}" if value[12:16] else "")
    if number == 49:
        return "CNY" if value == "156" else ""
    if number in (12, 13, 15):
        return (":" if number == 12 else "-").join(value[at : at + 2] for at in range(0, len(value), 2))
    if number == 53:
        return "PIN block with PAN, double-length key" if value.startswith("26") else ""
    if number == 48 and len(value) == 62:
        return _totals(value)
    return ""


def _totals(digits: str) -> str:
    flags = {"0": "", "1": "match", "2": "mismatch", "3": "error"}
    sides = []
    for name, at in (("domestic", 0), ("foreign", 31)):
        side = digits[at : at + 31]
        debit, credit = f"{yuan(side[:12])} in {int(side[12:15])}", f"{yuan(side[15:27])} in {int(side[27:30])}"
        text = f"{name}: debit {debit}, credit {credit}"
        sides.append(" ".join((text, flags.get(side[30], ""))).strip())
    return "; ".join(sides)
