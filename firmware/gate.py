"""The door to MicroPython's prompt: the manager's password, on a till that has its keys.

Runs when the developer's pin is held and USB is up. A till without settings has nothing to guard: its door is open.
Wrong passwords are counted where the till itself counts them, and outlive the power; from the fifth on each waits.
"""

import json
import sys
from binascii import unhexlify

import micropython

from till.keys.compare import same
from till.keys.vault import Vault, VaultError, password_digest

ASK = "manager's password: "
OPEN, WRONG = "open", "wrong"
TRIES_MOST = 5
REST_MS = 600_000
WRONG_MS = 1_000
_DIGITS_MOST = 12
_CTRL_C = 3


def _line():
    """Digits up to the end of a line, not shown. What is no digit is not taken."""
    digits = ""
    while True:
        character = sys.stdin.read(1)
        if character == "\r" or character == "\n":
            return digits
        if "0" <= character <= "9" and len(digits) < _DIGITS_MOST:
            digits += character


def gate(devices):
    """devices: of the board at its prompt, with pause(ms). Returns when the door is open."""
    micropython.kbd_intr(-1)  # no way past it
    vault = Vault(devices.flash("settings"), devices.secret)
    try:
        found = vault.read()
    except VaultError:
        found = None  # no key can be read any more, by anybody
    settings = json.loads(found) if found is not None else {}
    if "manager_salt" in settings:  # not where a factory reset has begun
        _guard(devices, vault, settings)
    micropython.kbd_intr(_CTRL_C)


def _guard(devices, vault, settings):
    salt, digest = unhexlify(settings["manager_salt"]), unhexlify(settings["manager_digest"])
    failures = settings.get("manager_failures", 0)
    while True:
        print(ASK)
        password = _line()
        if not password:
            continue
        if failures >= TRIES_MOST:
            devices.pause(REST_MS)
        right = same(password_digest(devices.secret, salt, password), digest)
        failures = 0 if right else failures + 1
        if failures != settings.get("manager_failures", 0):
            settings["manager_failures"] = failures
            vault.write(json.dumps(settings).encode())
        if right:
            print(OPEN)
            return
        devices.pause(WRONG_MS)
        print(WRONG)
