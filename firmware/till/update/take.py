"""The intake of a board, out of what the board hands to the till."""

from binascii import unhexlify

from till.update.choice import key_of
from till.update.intake import Intake
from till.version import VERSION


def intake_of(devices, settings):
    """Intake, None on a board that has no slots. settings: with "update_key", the modulus in hex, where one was
    provisioned."""
    if not devices.slots:
        return None
    modulus = unhexlify(settings["update_key"]) if "update_key" in settings else None
    key = key_of(devices.secret)
    return Intake(devices.slots, devices.running, key, devices.board, devices.base, VERSION, modulus)
