"""Gives a till its settings and its terminal master key, once, before it works.

Reads one JSON object from standard input (docs/provisioning.md says its fields), checks it, seals it into the
settings partition and answers with check values, never with keys. The master key comes as two components that are
useless alone. start: `micropython provision.py HOST:PORT < settings.json`.
"""

import json
import sys
from binascii import hexlify, unhexlify

from main import board_class
from till.keys.vault import Vault, password_digest
from till.keys.working import check_value

# name: (type, exact length or 0)
FIELDS = {
    "terminal_id": (str, 8), "merchant_id": (str, 15), "merchant_name": (str, 0), "tpdu": (str, 10),
    "profile": (str, 0), "language": (str, 2), "operator": (str, 2), "currency": (str, 3), "columns": (int, 0),
    "provisioned_at": (int, 0), "cutoff": (str, 4), "most_fen": (int, 0), "no_pin_most_fen": (int, 0), "offline": (dict, 0),
    "tmk_components": (list, 0), "tmk_check": (str, 8), "manager_password": (str, 0), "glyphs": (dict, 0),
    "merchant_gbk": (str, 0),
}  # fmt: skip
OFFLINE_FIELDS = ("on", "each_fen", "card_fen", "total_fen", "count")


class ProvisioningError(Exception):
    """Settings that this till cannot take. args: one text that names the field and says what to do."""


def checked(settings):
    for name in sorted(FIELDS):
        kind, length = FIELDS[name]
        value = settings.get(name)
        if not isinstance(value, kind):
            raise ProvisioningError("%s is missing or not a %s: correct the settings" % (name, kind.__name__))
        if length and len(value) != length:
            raise ProvisioningError("%s must have %d characters: correct the settings" % (name, length))
    for name in OFFLINE_FIELDS:
        if name not in settings["offline"]:
            raise ProvisioningError("offline.%s is missing: correct the settings" % name)
    if settings["profile"] != "cup-3des":
        raise ProvisioningError("this firmware has no profile %s: cup-3des is there" % settings["profile"])
    if not 6 <= len(settings["manager_password"]) <= 12:
        raise ProvisioningError("manager_password must have 6 to 12 digits: correct the settings")
    return settings


def master_key(components, check):
    """Joins the two components and verifies the check value."""
    try:
        first, second = [unhexlify(component) for component in components]
    except ValueError:
        raise ProvisioningError("tmk_components must be two times 32 hex digits: export them again")
    if len(first) != 16 or len(second) != 16:
        raise ProvisioningError("tmk_components must be two times 32 hex digits: export them again")
    key = bytes([a ^ b for a, b in zip(first, second)])
    found = hexlify(check_value(key)).decode().upper()
    if found != check.upper():
        raise ProvisioningError("the TMK's check value is %s and not the one announced: export it again" % found)
    return key


def provision(devices, settings):
    """Seals the settings on this board. Returns what may be shown: numbers and check values."""
    settings = checked(settings)
    tmk = master_key(settings.pop("tmk_components"), settings.pop("tmk_check"))
    salt = devices.entropy(16)
    password = settings.pop("manager_password")
    settings["tmk"] = hexlify(tmk).decode()
    settings["manager_salt"] = hexlify(salt).decode()
    settings["manager_digest"] = hexlify(password_digest(devices.secret, salt, password)).decode()
    Vault(devices.flash("settings"), devices.secret).write(json.dumps(settings).encode())
    return {"terminal_id": settings["terminal_id"], "tmk_check": hexlify(check_value(tmk)).decode().upper()}


if __name__ == "__main__":
    board = board_class()(sys.argv[1] if len(sys.argv) > 1 else None)
    try:
        print(json.dumps(provision(board.devices, json.loads(sys.stdin.read()))))
    except (ProvisioningError, ValueError) as error:
        print("not provisioned: %s" % error)
        sys.exit(1)
