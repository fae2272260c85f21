"""A terminal's master key on its way to the terminal: in a key block, under a key in two components for two keepers.

Source: ANSI X9.143 (TR-31), version D, which is enciphered and authenticated under AES; check value by ANSI X9.24-1,
annex A.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from psec import tr31

KBPK_BYTES, CHECK_BYTES = 16, 4
HEADER = ("D", "K0", "T", "D", "00", "N")
"""Version, usage (a key that enciphers keys), triple DES, deciphering only, key version, not to be exported again."""


def key_check(key: bytes) -> bytes:
    cmac = CMAC(AES(key))
    cmac.update(bytes(16))
    return cmac.finalize()[:CHECK_BYTES]


def in_key_block(settings: Mapping[str, Any], entropy: Callable[[int], bytes]) -> dict[str, Any]:
    """The settings of an enrolled terminal with tmk_block, kbpk_components (two of 32 hex digits) and kbpk_check in
    place of tmk_components."""
    one, other = (bytes.fromhex(part) for part in settings["tmk_components"])
    tmk = bytes(a ^ b for a, b in zip(one, other, strict=True))
    kbpk, first = entropy(KBPK_BYTES), entropy(KBPK_BYTES)
    second = bytes(a ^ b for a, b in zip(kbpk, first, strict=True))
    made = {name: value for name, value in settings.items() if name != "tmk_components"}
    made["tmk_block"] = tr31.wrap(kbpk, tr31.Header(*HEADER), tmk)
    made["kbpk_components"] = [first.hex(), second.hex()]
    made["kbpk_check"] = key_check(kbpk).hex().upper()
    return made
