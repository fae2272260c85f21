"""Payments and settings for the tests of the slips, and what a reader makes of the lines."""

from till.slip.gbk import CODES, PAIRS


class Thing:
    def __init__(self, **values):
        for name in values:
            setattr(self, name, values[name])


PAN = "6292520000000000012"
MERCHANT = b"\xca\xbe\xb7\xb6\xb1\xe3\xc0\xfb\xb5\xea"  # 示范便利店


def settings(columns=32, **more):
    return Thing(
        merchant_name_gb=MERCHANT, merchant_id="898110000000001", terminal_id="90000001", columns=columns, **more
    )


def payment(kind="sale", amount_fen=8800, **more):
    values = {
        "kind": kind, "amount_fen": amount_fen, "pan": PAN, "expiry": "3012", "batch": 1, "trace": 12,
        "auth_code": "A12345", "rrn": "123456789012", "issuer": "01020000", "acquirer": "48021000", "operator": "01",
        "local": (2026, 11, 23, 9, 3, 11), "entry": "C", "label": "UnionPay Debit",
        "aid": b"\xa0\x00\x00\x03\x33\x01\x01\x01", "arqc": b"\x11\x22\x33\x44\x55\x66\x77\x88", "tvr": bytes(5),
        "atc": 26,
    }  # fmt: skip
    values.update(more)
    return Thing(**values)


def texts(lines):
    """The lines as text, read back from the printer's bytes."""
    back = {PAIRS[i : i + 2]: chr(CODES[i] << 8 | CODES[i + 1]) for i in range(0, len(CODES), 2)}
    out = []
    for data, _ in lines:
        text = ""
        at = 0
        while at < len(data):
            if data[at] < 0x80:
                text += chr(data[at])
                at += 1
            else:
                text += back[bytes(data[at : at + 2])]
                at += 2
        out.append(text)
    return out


def fits(lines, columns):
    """Whether every line fits the paper, big ones in half the columns."""
    return all(len(data) * (2 if style & 2 else 1) <= columns for data, style in lines)
