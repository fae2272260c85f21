"""The host's security module. Keys leave it only wrapped: under the LMK as TR-31 key blocks (version D),
under a terminal's TMK in the sign-on answer, or as two components for loading a terminal.
"""

import hmac
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.kdf.kbkdf import KBKDFCMAC, CounterLocation, Mode
from psec import pinblock, tr31

from host_sim.acquirer.mac import mac
from host_sim.acquirer.vault import derive
from host_sim.networks.tdes import check_value, decrypt, encrypt, odd_parity, xor

Entropy = Callable[[int], bytes]

TMK, PIN, MAC, TRACK = "K0", "P0", "M3", "D0"
"""TR-31 key usages: key encryption, PIN encryption, ISO 9797-1 MAC, data encryption. Source: ANSI X9.143, table of
key usage."""

LMK_BYTES = 32
EXPORT_BYTES = 16
TRACK_BLOCK = 8
_OPEN_KEYS = 4096
_MODES = {TMK: "B", PIN: "B", MAC: "C", TRACK: "B"}


class HsmError(ValueError):
    """An operation that the module refuses. args: which key or block, reason. Never a key or a PIN."""


@dataclass(frozen=True)
class Key:
    """A key in clear, inside the module only."""

    usage: str
    value: bytes = field(repr=False)


class Hsm:
    """lmk: 32 bytes (AES-256). entropy(n): n random bytes."""

    def __init__(self, lmk: bytes, entropy: Entropy):
        if len(lmk) != LMK_BYTES:
            raise HsmError("lmk", f"has {LMK_BYTES} bytes")
        self._lmk = lmk
        self._entropy = entropy
        self._open: OrderedDict[str, Key] = OrderedDict()

    def __repr__(self) -> str:
        return f"Hsm({len(self._open)} keys open)"

    def generate(self, usage: str, length: int) -> str:
        """A new random DES key of 8 or 16 bytes, as a key block. The halves of a double key differ."""
        while True:
            value = odd_parity(self._entropy(length))
            if length == 8 or value[:8] != value[8:]:
                return self.wrap(usage, value)

    def wrap(self, usage: str, value: bytes) -> str:
        """A key that came from elsewhere, as a key block under the LMK."""
        header = tr31.Header("D", usage, "T", _MODES[usage], "00", "N")
        return tr31.wrap(self._lmk, header, value)

    def components(self, tmk_block: str) -> tuple[bytes, bytes]:
        """The TMK as two strings of which each alone says nothing; XOR of both is the key."""
        tmk = self._key(tmk_block, TMK).value
        one = self._entropy(len(tmk))
        return one, xor(one, tmk)

    def check(self, block: str, usage: str, length: int = 4) -> bytes:
        """The key's check value."""
        return check_value(self._key(block, usage).value, length)

    def export(self, tmk_block: str, pik_block: str, mak_block: str, tdk_block: str | None) -> bytes:
        """F62 of the sign-on answer, each key under the TMK (3DES ECB) with the check value of the clear one: PIK 16,
        check 4, MAK 8, zeros 8, check 4, and with a track key TDK 16, check 4."""
        tmk = self._key(tmk_block, TMK).value
        pik, mak = self._key(pik_block, PIN).value, self._key(mak_block, MAC).value
        pair = encrypt(tmk, pik) + check_value(pik) + encrypt(tmk, mak) + bytes(8) + check_value(mak)
        if tdk_block is None:
            return pair
        tdk = self._key(tdk_block, TRACK).value
        return pair + encrypt(tmk, tdk) + check_value(tdk)

    def export_components(self, terminal: str) -> tuple[bytes, bytes]:
        """The key under which a terminal hands over its queue, as two strings of which each alone says nothing."""
        one = self._entropy(EXPORT_BYTES)
        return one, xor(one, self._export_key(terminal))

    def export_check(self, terminal: str, length: int = 4) -> bytes:
        """The check value of that key: the first bytes of the CMAC of a block of zeros (ANSI X9.24-1, annex A)."""
        code = CMAC(AES(self._export_key(terminal)))
        code.update(bytes(EXPORT_BYTES))
        return code.finalize()[:length]

    def queue_keys(self, terminal: str, nonce: str) -> tuple[bytes, bytes, bytes]:
        """The keys of one file of a terminal: for its cipher, its authentication, its receipt number.

        Source: NIST SP 800-108 rev 1, section 4.1, counter mode, AES-CMAC. nonce: hex, as the file has it."""
        key = self._export_key(terminal)
        cipher, code, receipt = (_from_key(key, f"queue {use} {nonce}") for use in ("cipher", "mac", "receipt"))
        return cipher, code, receipt

    def _export_key(self, terminal: str) -> bytes:
        # Derived, not stored: it opens a file even when the terminal has got another TMK since.
        return derive(self._lmk, f"export key {terminal}", EXPORT_BYTES)

    def mac(self, mak_block: str, algorithm: str, data: bytes) -> bytes:
        """F64 over data."""
        return mac(algorithm, self._key(mak_block, MAC).value, data)

    def verify(self, mak_block: str, algorithm: str, data: bytes, code: bytes) -> bool:
        """Whether F64 is right; in time that does not depend on where it is wrong."""
        return hmac.compare_digest(self.mac(mak_block, algorithm, data), code)

    def translate_pin(self, pin_block: bytes, pik_block: str, zpk_block: str, pan: str) -> bytes:
        """A format 0 PIN block from the terminal's key to the zone's. HsmError where it is not one."""
        if len(pin_block) != 8:
            raise HsmError("pin block", "is not 8 bytes")
        clear = decrypt(self._key(pik_block, PIN).value, pin_block)
        try:
            pinblock.decode_pinblock_iso_0(clear, pan)
        except ValueError:
            # The library's error quotes the block: cut the chain here.
            raise HsmError("pin block", "is not format 0 for this card under this key") from None
        return encrypt(self._key(zpk_block, PIN).value, clear)

    def open_track(self, tdk_block: str, track: str) -> str:
        """F35 or F36 of which the block of 8 bytes before the last byte is under the terminal's track key. HsmError
        where it is too short to hold one."""
        packed = bytes.fromhex(track + "0" * (len(track) % 2))
        start = len(packed) - 1 - TRACK_BLOCK
        if start < 0:
            raise HsmError("track", "is shorter than an enciphered block")
        block = decrypt(self._key(tdk_block, TRACK).value, packed[start:-1])
        return (packed[:start] + block + packed[-1:]).hex().upper()[: len(track)]

    def drop(self, block: str) -> None:
        """Forget the clear key of a block that is used no more."""
        self._open.pop(block, None)

    def _key(self, block: str, usage: str) -> Key:
        key = self._open.get(block)
        if key is not None:
            self._open.move_to_end(block)
        else:
            try:
                header, value = tr31.unwrap(self._lmk, block)
            except ValueError:
                reason = "does not open under this LMK: start with the LMK it was made under"
                raise HsmError("key block", reason) from None
            key = Key(header.key_usage, value)
            self._open[block] = key
            if len(self._open) > _OPEN_KEYS:
                self._open.popitem(last=False)
        if key.usage != usage:
            raise HsmError("key block", f"is for {key.usage}, not {usage}")
        return key


def _from_key(key: bytes, label: str) -> bytes:
    where = CounterLocation.BeforeFixed
    return KBKDFCMAC(AES, Mode.CounterMode, EXPORT_BYTES, 1, 2, where, label.encode(), b"", None).derive(key)
