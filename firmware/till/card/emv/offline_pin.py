"""Offline plaintext PIN. Source: EMV 4.4 Book 3, 6.5.12 (VERIFY) and 10.5.1; Book 4, 6.3.4.1."""

from micropython import const

from till.card.apdu import (
    AUTHENTICATION_BLOCKED,
    OK,
    REFERENCE_DATA_INVALIDATED,
    get_data,
    split,
    verify,
)
from till.card.emv import tvr
from till.card.emv.requests import Apdu, AskPin
from till.card.errors import CardError

_TRY_COUNTER = const(0x9F17)
_TRIES_MOST = const(15)
_LEAST = const(4)
_MOST = const(12)


def offline_pin(state):
    """Step: True when the card took the PIN. Sets TVR: tries exceeded, PIN not entered. CardError "cancelled"."""
    left = yield from _tries_left()
    for _ in range(_TRIES_MOST):
        if left == 0:
            tvr.raise_bit(state.tvr, tvr.PIN_TRY_LIMIT_EXCEEDED)
            return False
        pin = yield AskPin(_LEAST, _MOST, left, language=state.language)
        if pin is None:
            raise CardError(0x8E, 0, "PIN entry cancelled", "cancelled")
        if not pin:
            state.pin_bypassed = True
            tvr.raise_bit(state.tvr, tvr.PIN_NOT_ENTERED)
            return False
        block = plaintext_block(pin)
        command = bytearray(verify(block))
        _, status = split((yield Apdu(command)))
        _wipe(block)
        _wipe(command)
        if status == OK:
            return True
        if status in (AUTHENTICATION_BLOCKED, REFERENCE_DATA_INVALIDATED):
            left = 0
        elif status & 0xFFF0 == 0x63C0:
            left = status & 0x0F
        else:
            raise CardError(0, 0, "VERIFY: status %04X" % status)
    return False


def plaintext_block(pin):
    """bytearray of 8: control 2, length, digits, padding F (6.5.12.2). pin: str of 4 to 12 digits. CardError."""
    if not _LEAST <= len(pin) <= _MOST:
        raise CardError(0, 0, "PIN not of 4 to 12 digits")
    block = bytearray(b"\xff" * 8)
    block[0] = 0x20 | len(pin)
    for index in range(len(pin)):
        digit = ord(pin[index]) - 0x30
        if not 0 <= digit <= 9:
            raise CardError(0, 0, "PIN with another character than digits")
        at = 1 + (index >> 1)
        block[at] = block[at] & 0xF0 | digit if index & 1 else digit << 4 | 0x0F
    return block


def _tries_left():
    """Step: the PIN try counter, None where the card does not tell (10.5.1: that is no reason not to ask)."""
    data, status = split((yield Apdu(get_data(_TRY_COUNTER))))
    if status == OK and len(data) == 4 and data[:3] == b"\x9f\x17\x01":
        return data[3]
    return None


def _wipe(buffer):
    for index in range(len(buffer)):
        buffer[index] = 0
