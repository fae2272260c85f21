"""Answers of contactless cards, written down as hex: what the EMV tests stand on. Test account numbers only."""

from binascii import unhexlify

from till.card.transaction import Transaction

AID = "A000000333010101"
PAN = "6292520000000000008"
TRACK2 = "6292520000000000008D3012220123456789"  # 37 digits with the padding the test adds


def tlv(tag, value):
    """Hex of one object. tag, value: hex str."""
    count = len(value) // 2
    length = "82%04X" % count if count > 255 else "81%02X" % count if count > 127 else "%02X" % count
    return tag + length + value


def text(words):
    return "".join("%02X" % ord(letter) for letter in words)


def entry(aid=AID, priority="01", more=""):
    return tlv(
        "61", tlv("4F", aid) + tlv("50", text("UnionPay Debit")) + (tlv("87", priority) if priority else "") + more
    )


def ppse(*entries):
    return (
        unhexlify(tlv("6F", tlv("84", text("2PAY.SYS.DDF01")) + tlv("A5", tlv("BF0C", "".join(entries))))) + b"\x90\x00"
    )


PDOL = "9F66049F02069F03069F1A0295055F2A029A039C019F3704"


def fci(aid=AID, pdol=PDOL):
    inner = (
        tlv("50", text("UnionPay Debit"))
        + tlv("87", "01")
        + (tlv("9F38", pdol) if pdol else "")
        + tlv("5F2D", text("zhen"))
    )
    return unhexlify(tlv("6F", tlv("84", aid) + tlv("A5", inner))) + b"\x90\x00"


GPO = (
    ("82", "7C00"),
    ("57", TRACK2 + "F" * (len(TRACK2) % 2)),
    ("5F34", "01"),
    ("9F10", "07010103A0A000"),
    ("9F26", "0102030405060708"),
    ("9F27", "80"),
    ("9F36", "0005"),
    ("9F6C", "0000"),
)


def gpo(*changes):
    """Format 77. changes: (tag, hex) to replace or add, (tag, None) to leave out."""
    objects = []
    for tag, value in GPO:
        for changed, other in changes:
            if changed == tag:
                value = other
        if value is not None:
            objects.append(tlv(tag, value))
    own = [tag for tag, _ in GPO]
    objects.extend([tlv(tag, value) for tag, value in changes if tag not in own])
    return unhexlify(tlv("77", "".join(objects))) + b"\x90\x00"


def transaction(amount_fen=1234, **more):
    return Transaction(
        amount_fen, b"\x26\x11\x23", b"\xde\xad\xbe\xef", b"\x00\x00\x00\x12", b"90000001",
        cvm_limit_fen=100000, max_fen=5000000, **more
    )  # fmt: skip


def feed(steps, *answers):
    """Run steps by hand with these answers. Returns (result, commands asked for)."""
    commands = []
    reply = None
    pending = list(answers)
    while True:
        try:
            request = steps.send(reply)
        except StopIteration as end:
            assert not pending, "%d answers were not asked for" % len(pending)
            return end.value, commands
        commands.append(request.data)
        assert pending, "asked for more than %d answers" % len(answers)
        reply = pending.pop(0)
