"""The code that a till shows and a customer's wallet pays. Source: EMV QRCPS Merchant-Presented Mode 1.1, 3 and 4.

A code is text: two digits of tag, two of length, value, and so on; tag 63 at its end is a CRC over all of it.
"""

from till.qr.errors import QrError

_AMOUNT_MOST = 9999999999


def crc16(text):
    """CRC of ISO/IEC 13239 as EMV uses it: polynomial 1021, begun with FFFF. text: str of ASCII; 0 to 65535."""
    total = 0xFFFF
    for character in text:
        total ^= ord(character) << 8
        for _ in range(8):
            total = total << 1 ^ (0x1021 if total & 0x8000 else 0)
            total &= 0xFFFF
    return total


def data_object(tag, value):
    """Tag (0 to 99), length and value as text. QrError where it holds nothing, over 99 characters, or no ASCII."""
    if not 0 < len(value) <= 99:
        raise QrError(tag, "%d characters" % len(value))
    for character in value:
        if not 0x20 <= ord(character) < 0x7F:
            raise QrError(tag, "not ASCII")
    return "%02d%02d%s" % (tag, len(value), value)


def build(account_tag, account, category, amount_fen, name, city, reference, terminal, currency="156", country="CN"):
    """A code for one payment (point of initiation 12).

    account_tag: 2 to 51, whose account number account is (15 and 16 are UnionPay's). category: 4 digits. amount_fen:
    more than 0. name: at most 25 characters, city 15, reference and terminal 25. Returns str. QrError with the tag.
    """
    if not 2 <= account_tag <= 51:
        raise QrError(account_tag, "no tag for a merchant's account")
    if not 0 < amount_fen <= _AMOUNT_MOST:
        raise QrError(54, "amount")
    if len(category) != 4 or not category.isdigit():
        raise QrError(52, "category")
    for tag, value, most in ((59, name, 25), (60, city, 15), (62, reference, 25), (62, terminal, 25)):
        if len(value) > most:
            raise QrError(tag, "%d characters and not %d" % (len(value), most))
    text = data_object(0, "01") + data_object(1, "12") + data_object(account_tag, account)
    text += data_object(52, category) + data_object(53, currency)
    text += data_object(54, "%d.%02d" % (amount_fen // 100, amount_fen % 100))
    text += data_object(58, country) + data_object(59, name) + data_object(60, city)
    text += data_object(62, data_object(5, reference) + data_object(7, terminal)) + "6304"
    return text + "%04X" % crc16(text)


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
