"""The code that a till shows and a customer's wallet pays. Source: EMV QRCPS Merchant-Presented Mode 1.1, 3 and 4.

A code is text: two digits of tag, two of length, value, and so on; tag 63 at its end is a CRC over all of it.
"""

from till.qr.errors import QrError

CURRENCY, AMOUNT = 53, 54  # tags


def crc16(text):
    """CRC of ISO/IEC 13239 as EMV uses it: polynomial 1021, begun with FFFF. text: str of ASCII; 0 to 65535."""
    total = 0xFFFF
    for character in text:
        total ^= ord(character) << 8
        for _ in range(8):
            total = total << 1 ^ (0x1021 if total & 0x8000 else 0)
            total &= 0xFFFF
    return total


def read(text):
    """{tag: value} of a code's outer objects, its CRC checked. QrError with the offset."""
    if not 16 <= len(text) <= 512:
        raise QrError(len(text), "no code of a merchant")
    if text[-8:-4] != "6304" or text[-4:] != "%04X" % crc16(text[:-4]):
        raise QrError(len(text) - 4, "CRC")
    found = {}
    at = 0
    while at < len(text):
        head = text[at : at + 4]
        if len(head) < 4 or not head.isdigit():
            raise QrError(at, "tag or length")
        tag, length = int(head[:2]), int(head[2:])
        if not length or at + 4 + length > len(text) or tag in found:
            raise QrError(at, "object %02d" % tag)
        found[tag] = text[at + 4 : at + 4 + length]
        at += 4 + length
    if found.get(0) != "01":
        raise QrError(0, "format indicator")
    return found
