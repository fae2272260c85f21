"""The bodies of payments and answers: a version, a core of fixed width, then tag (1), length (1), value.

A tag that is not known is passed over, so that a newer body can be read for what an older program needs of it. The core
is in the body's first 16 bytes, and has a check of its own: what a total needs is read with one block, and what a
damaged block deciphers to is not added up. Version 1 has no check, and no core in answers.
"""

import struct
from binascii import crc32

from till.journal.errors import JournalError
from till.journal.payment import AUTHORITIES, DOMESTIC, Payment
from till.journal.squeeze import squeeze, unsqueeze

VERSION = 2
_OLD_VERSION = 1
_PIN_ENTERED = 1
_AUTHORITY_AT = 1  # of the flags: two bits, an index into AUTHORITIES
_AUTHORITY = 3
_AMOUNT_MOST = 10**12 - 1  # F4 has 12 digits
_SIX_DIGITS = 999999
_NIBBLES = "0123456789=D?"  # of track 2; F fills up
# version, entry, psn, flags, amount 5 bytes, batch 3, trace 3, check, epoch
_CORE = ">BBBBBIHBHBBI"
_CORE_BYTES = 20
_CORE_CHECK = 15
_OLD_CORE = ">BBBBBIHBHBI"
_OLD_CORE_BYTES = 19
# version, flags, the payment's amount 5 bytes, response, check
_ANSWER = ">BBBI2sB"
_ANSWER_BYTES = 10
_ANSWER_CHECK = 9
_DOMESTIC = 1
_NO_RESPONSE = b"\x00\x00"
_NO_PSN = 0xFF
_SQUEEZED = 13
_IS_SQUEEZED, _CARD_APPROVED = 1, 2  # flags of a chip's data
_WIDTHS = {"number": 4, "amount": 5}

# tag, attribute, form
PAYMENT = (
    (1, "operator", "text"),
    (2, "pan", "digits"),
    (4, "expiry", "digits"),
    (5, "track2", "digits"),
    (6, "de55", "bytes"),
    (7, "label", "text"),
    (8, "original_batch", "number"),
    (9, "original_trace", "number"),
    (10, "original_date", "digits"),
    (11, "original_rrn", "text"),
    (12, "original_auth", "text"),
    (_SQUEEZED, "de55", "squeezed"),
    (14, "auth_code", "text"),
    (15, "wallet", "text"),
    (16, "code", "digits"),
)
REPLY = (
    (1, "response", "text"),
    (2, "rrn", "text"),
    (3, "auth_code", "text"),
    (4, "settle_date", "digits"),
    (5, "issuer_acquirer", "text"),
    (6, "host_time", "digits"),
    (7, "host_date", "digits"),
    (8, "scheme", "text"),
    (9, "reply_de55", "bytes"),
    (10, "reply_amount_fen", "amount"),
    (11, "settled", "digits"),
)


def _digits(text):
    out = bytearray((len(text) + 1) // 2)
    for index, letter in enumerate(text):
        nibble = _NIBBLES.find(letter)
        if nibble < 0:
            raise ValueError
        out[index >> 1] |= nibble << (0 if index & 1 else 4)
    if len(text) & 1:
        out[-1] |= 0x0F
    return out


def _text_of(packed):
    out = ""
    for byte in packed:
        for nibble in (byte >> 4, byte & 15):
            if nibble < len(_NIBBLES):
                out += _NIBBLES[nibble]
    return out


def _pack(value, form):
    if form == "text":
        return value.encode()
    if form == "digits":
        return _digits(value)
    if form in _WIDTHS and not 0 <= value < 1 << 8 * _WIDTHS[form]:
        raise ValueError
    if form == "number":
        return struct.pack(">I", value)
    if form == "amount":
        return struct.pack(">BI", value >> 32, value & 0xFFFFFFFF)
    return bytes(value)


def _unpack(data, form):
    if form == "text":
        return bytes(data).decode()
    if form == "digits":
        return _text_of(data)
    if form in _WIDTHS and len(data) != _WIDTHS[form]:
        raise ValueError
    if form == "number":
        return struct.unpack(">I", data)[0]
    if form == "amount":
        high, low = struct.unpack(">BI", data)
        return high << 32 | low
    return unsqueeze(data) if form == "squeezed" else bytes(data)


def _put(out, tag, name, value, form):
    if value is None:
        return
    try:
        if form not in _WIDTHS and not len(value):
            return
        packed = _pack(value, form)
    except (ValueError, TypeError, AttributeError, UnicodeError):
        raise JournalError(name, "not %s" % form)
    if len(packed) > 255:
        raise JournalError(name, "%d bytes" % len(packed))
    out += bytes((tag, len(packed)))
    out += packed


def _psn_byte(psn):
    """psn: "000".."099" or nothing."""
    if not psn:
        return _NO_PSN
    if len(psn) != 3 or not psn.isdigit() or psn >= "100":
        raise JournalError("psn", "not 000 to 099")
    return int(psn)


def _repeats(payment):
    """Whether track 2 begins with card number and expiry, as it should: then they are kept once."""
    for separator in ("D", "="):
        if payment.track2 and payment.track2.startswith("%s%s%s" % (payment.pan, separator, payment.expiry)):
            return len(payment.expiry or "") == 4
    return False


def pack_payment(payment):
    """bytes, at most about 450. JournalError(name, reason) where an attribute is out of range."""
    for name, value, most in (
        ("amount", payment.amount_fen, _AMOUNT_MOST),
        ("batch", payment.batch, _SIX_DIGITS),
        ("trace", payment.trace, _SIX_DIGITS),
        ("epoch", payment.epoch, 0xFFFFFFFF),
    ):
        if not 0 <= value <= most:
            raise JournalError(name, "out of range")
    out = bytearray(_CORE_BYTES)
    struct.pack_into(
        _CORE, out, 0, VERSION, ord(payment.entry or "-"), _psn_byte(payment.psn),
        (_PIN_ENTERED if payment.pin_entered else 0) | AUTHORITIES.index(payment.authority) << _AUTHORITY_AT,
        payment.amount_fen >> 32, payment.amount_fen & 0xFFFFFFFF,
        payment.batch >> 8, payment.batch & 0xFF, payment.trace >> 8, payment.trace & 0xFF, 0, payment.epoch,
    )  # fmt: skip
    out[_CORE_CHECK] = _check(out, _CORE_CHECK)
    once = _repeats(payment)
    squeezed = squeeze(bytes(payment.de55)) if payment.de55 else None
    for tag, name, form in PAYMENT:
        if tag == _SQUEEZED:
            _put(out, tag, name, squeezed, "bytes")
        elif not (once and name in ("pan", "expiry") or squeezed and name == "de55"):
            _put(out, tag, name, getattr(payment, name), form)
    return out


def unpack_payment(body):
    """A Payment without kind, sequence and state. JournalError where the body is damaged."""
    payment = Payment()
    if body and body[0] == _OLD_VERSION and len(body) >= _OLD_CORE_BYTES:
        core, at = struct.unpack_from(_OLD_CORE, body), _OLD_CORE_BYTES
    elif len(body) < _CORE_BYTES or body[0] != VERSION or body[_CORE_CHECK] != _check(body, _CORE_CHECK):
        raise JournalError("payment", "version %d" % body[0] if body else "empty")
    else:
        core, at = struct.unpack_from(_CORE, body), _CORE_BYTES
    payment.entry = chr(core[1]) if core[1] != ord("-") else ""
    payment.psn = "%03d" % core[2] if core[2] != _NO_PSN else ""
    payment.pin_entered = bool(core[3] & _PIN_ENTERED)
    payment.authority = _authority(core[3])
    payment.amount_fen = core[4] << 32 | core[5]
    payment.batch, payment.trace, payment.epoch = core[6] << 8 | core[7], core[8] << 8 | core[9], core[-1]
    _fill(payment, body, at, PAYMENT)
    track2 = payment.track2 or ""
    separator = max(track2.find("D"), track2.find("="))
    if not payment.pan and separator > 0:
        payment.pan, payment.expiry = track2[:separator], track2[separator + 1 : separator + 5]
    return payment


def _authority(flags):
    index = flags >> _AUTHORITY_AT & _AUTHORITY
    if index >= len(AUTHORITIES):
        raise JournalError("payment", "authority %d" % index)
    return AUTHORITIES[index]


def batch_and_trace(start):
    """(batch, trace) out of the first 16 bytes of a payment's body."""
    return start[9] << 16 | start[10] << 8 | start[11], start[12] << 16 | start[13] << 8 | start[14]


def amount_of(start):
    """fen, out of the first 16 bytes of a payment's body; None where they do not tell."""
    if start[0] != VERSION or start[_CORE_CHECK] != _check(start, _CORE_CHECK):
        return None
    return start[4] << 32 | struct.unpack_from(">I", start, 5)[0]


def _check(data, count):
    return crc32(data[:count]) & 0xFF


def pack_reply(reply, amount_fen=0):
    """reply: dict of the attributes of an answer, reply_de55 as "de55", reply_amount_fen as "amount_fen".
    amount_fen: of the payment that it answers."""
    response = (reply.get("response") or "").encode()
    short = len(response) == len(_NO_RESPONSE)
    out = bytearray(_ANSWER_BYTES)
    struct.pack_into(
        _ANSWER, out, 0, VERSION, _DOMESTIC if reply.get("scheme") == DOMESTIC else 0, amount_fen >> 32,
        amount_fen & 0xFFFFFFFF, response if short else _NO_RESPONSE, 0,
    )  # fmt: skip
    out[_ANSWER_CHECK] = _check(out, _ANSWER_CHECK)
    for tag, name, form in REPLY:
        if name != "response" or not short:
            _put(out, tag, name, reply.get(name[6:] if name.startswith("reply_") else name), form)
    return out


def pack_chip(de55, approved):
    """What an inserted card gave: version, flags, DE55. approved: the card's last word."""
    squeezed = squeeze(bytes(de55))
    flags = (_IS_SQUEEZED if squeezed is not None else 0) | (_CARD_APPROVED if approved else 0)
    return bytes((VERSION, flags)) + (bytes(de55) if squeezed is None else squeezed)


def fill_chip(payment, body):
    """Into the payment. JournalError where the body is damaged."""
    if len(body) < 2 or body[0] != VERSION:
        raise JournalError("chip", "version %d" % body[0] if body else "empty")
    payment.de55 = unsqueeze(body[2:]) if body[1] & _IS_SQUEEZED else bytes(body[2:])
    payment.card_approved = bool(body[1] & _CARD_APPROVED)


def answer_of(start):
    """(amount of the payment in fen, whether its card is domestic) out of the first 16 bytes of an answer's body; None
    where they do not tell."""
    if start[0] != VERSION or start[_ANSWER_CHECK] != _check(start, _ANSWER_CHECK):
        return None
    _, flags, high, low, _, _ = struct.unpack_from(_ANSWER, start)
    return high << 32 | low, bool(flags & _DOMESTIC)


def fill_reply(payment, body):
    """Into the payment. JournalError where the body is damaged."""
    if body and body[0] == _OLD_VERSION:
        _fill(payment, body, 1, REPLY)
        return
    if len(body) < _ANSWER_BYTES or body[0] != VERSION or body[_ANSWER_CHECK] != _check(body, _ANSWER_CHECK):
        raise JournalError("reply", "version %d" % body[0] if body else "empty")
    response = bytes(body[7:9])
    payment.response = response.decode() if response != _NO_RESPONSE else None
    _fill(payment, body, _ANSWER_BYTES, REPLY)


def _fill(payment, body, at, table):
    while at < len(body):
        end = at + 2 + (body[at + 1] if at + 1 < len(body) else 0xFFFF)
        if end > len(body):
            raise JournalError("offset %d" % at, "tag %d is cut short" % body[at])
        for tag, name, form in table:
            if tag == body[at]:
                try:
                    setattr(payment, name, _unpack(body[at + 2 : end], form))
                except (ValueError, TypeError, UnicodeError):
                    raise JournalError("offset %d" % at, "tag %d is not %s" % (tag, form))
        at = end
