"""Gives a till its settings and its terminal master key, once, before it works.

Reads one JSON object from standard input (docs/provisioning.md says its fields), checks it, seals it into the
settings partition and answers with check values, never with keys. The master key comes as two components that are
useless alone. Refused while the journal holds anything that the host has not settled: it is tied to the old terminal.
start: `micropython provision.py HOST:PORT < settings.json`; `make provision` calls provision() at a board's prompt.
"""

import json
import sys
from binascii import hexlify, unhexlify

from main import board_class
from till.factory import nothing_waits
from till.keys.errors import KeysError
from till.keys.key_block import open_key_block
from till.keys.queue_file import key_check
from till.keys.vault import Vault, VaultError, password_digest
from till.keys.working import check_value
from till.settings import SettingsError, check


def joined_key(name, components, announced, check_of):
    """Joins the two components and verifies the check value, check_of(key)."""
    first, second = [unhexlify(component) for component in components]
    key = bytes([a ^ b for a, b in zip(first, second)])
    found = hexlify(check_of(key)).decode().upper()
    if found != announced.upper():
        raise SettingsError("the %s's check value is %s and not the one announced: export it again" % (name, found))
    return key


def master_key(settings):
    """The TMK; everything of it is taken out of the settings. Raises SettingsError."""
    announced = settings.pop("tmk_check")
    if "tmk_components" in settings:
        return joined_key("TMK", settings.pop("tmk_components"), announced, check_value)
    block = settings.pop("tmk_block")
    check_of = key_check if block[:1] == "D" else check_value  # D is under AES, the others under triple DES
    kbpk = joined_key("key block's key", settings.pop("kbpk_components"), settings.pop("kbpk_check"), check_of)
    try:
        tmk = open_key_block(kbpk, block, usages=("K0",), algorithms=("T",)).key
    except KeysError as error:
        raise SettingsError("the TMK's key block cannot be opened (%s): export it again" % error.args[-1])
    if len(tmk) != 16:
        raise SettingsError("the TMK in the key block has %d bytes: export one of 16" % len(tmk))
    return joined_key("TMK", (hexlify(tmk), b"00" * 16), announced, check_value)


def fits(has, settings):
    """Raises SettingsError where the board has not got what the settings want, or wants what they have not got."""
    if "tls" in settings and "tls" not in has:
        raise SettingsError("this board has too little memory for TLS: take tls out of the settings")
    if "wifi" in settings and "wifi" not in has:
        raise SettingsError("this board has no radio: take wifi out of the settings")
    if "wifi" in has and "host" not in settings:
        raise SettingsError("host is missing, and the radio needs to know where it is: correct the settings")


def provision(devices, settings):
    """Seals the settings on this board. Returns what may be shown: numbers and check values."""
    check(settings)
    fits(devices.has, settings)
    nothing_waits(devices)
    tmk = master_key(settings)
    if "export_components" in settings:
        export = joined_key("export key", settings.pop("export_components"), settings.pop("export_check"), key_check)
        settings["export_key"] = hexlify(export).decode()
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
    except (SettingsError, VaultError) as error:
        print("not provisioned: %s" % error)
        sys.exit(1)
    except ValueError:
        print("not provisioned: standard input holds no JSON: give the settings again")
        sys.exit(1)
