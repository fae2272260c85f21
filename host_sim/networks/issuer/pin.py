"""PIN verification values. A value covers four digits of a PIN (Visa PVV), so a longer PIN gets
one for each window of four digits; the last window ends at the PIN's last digit.
"""

import hmac

from psec.pin import generate_visa_pvv
from psec.pinblock import decode_pinblock_iso_0

from host_sim.networks.tdes import decrypt

WINDOW = 4
PVKI = "1"


class PinError(ValueError):
    """A PIN or block that has not the form of one. args: reason. Never a digit of it."""


def verification_value(pvk: bytes, pan: str, pin: str) -> str:
    """The digits to keep for a PIN of 4 to 12 digits."""
    if not (WINDOW <= len(pin) <= 12 and pin.isascii() and pin.isdigit()):
        raise PinError("a PIN has 4 to 12 digits")
    starts = [*range(0, len(pin) - WINDOW, WINDOW), len(pin) - WINDOW]
    return "".join(generate_visa_pvv(pvk, PVKI, pin[start : start + WINDOW], pan) for start in starts)


def verify(zpk: bytes, pvk: bytes, pan: str, block: bytes, pin_length: int, pvv: str) -> bool:
    """Whether the PIN in a format 0 block under the ZPK is the card's. PinError where the block is none."""
    if len(block) != 8:
        raise PinError("a PIN block has 8 bytes")
    try:
        pin = decode_pinblock_iso_0(decrypt(zpk, block), pan)
    except ValueError:
        # The library's error quotes the block: cut the chain here.
        raise PinError("not a format 0 block for this card under this key") from None
    return len(pin) == pin_length and hmac.compare_digest(verification_value(pvk, pan, pin), pvv)
