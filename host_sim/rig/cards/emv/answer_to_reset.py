"""Answers to reset for the two protocols of payment cards (EMV 4.4 Book 1, 8; ISO/IEC 7816-3, 8.2)."""

T0, T1 = "T=0", "T=1"
IFSC = 0xFE


def answer_to_reset(protocol: str, historical: bytes = b"") -> bytes:
    """TS direct, the basic interface characters, up to 15 historical bytes, and for T=1 the check byte.

    >>> answer_to_reset("T=0", b"PT").hex().upper()
    '3B6200005054'
    >>> answer_to_reset("T=1").hex().upper()
    '3BE000008131FE45EA'
    """
    if len(historical) > 15:
        raise ValueError("at most 15 historical bytes")
    if protocol == T0:
        return bytes([0x3B, 0x60 | len(historical), 0x00, 0x00]) + historical
    checked = bytes([0xE0 | len(historical), 0x00, 0x00, 0x81, 0x31, IFSC, 0x45]) + historical
    check = 0
    for byte in checked:
        check ^= byte
    return b"\x3b" + checked + bytes([check])
