"""Card numbers at rest. What the database gets of one: a token to find it by, a mask to show, a cipher text.

The keys are derived from the LMK with HKDF-SHA256 (RFC 5869), one label a purpose.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from host_sim.networks.cards import token

_NONCE_BYTES = 12
UNDIGESTED = frozenset({52, 53, 64})
"""Fields a resend may differ in: PIN block and MAC are made under the current keys."""
_BATCH = slice(2, 8)
"""F60.2 is the current batch of whoever sends; the rest of F60 does not change."""


class VaultError(ValueError):
    """A cipher text that does not open. args: reason."""


def derive(secret: bytes, label: str, length: int = 32) -> bytes:
    """A key for one purpose. label: its name."""
    return HKDF(SHA256(), length, salt=None, info=label.encode("ascii")).derive(secret)


class Vault:
    """secret: the LMK. entropy(n): n random bytes."""

    def __init__(self, secret: bytes, entropy: Callable[[int], bytes]):
        self._token_key = derive(secret, "card token")
        self._digest_key = derive(secret, "message digest")
        self._data = AESGCM(derive(secret, "card number"))
        self._entropy = entropy

    def token(self, pan: str) -> str:
        """64 hex characters, the same for the same card."""
        return token(self._token_key, pan)

    def seal(self, text: str, bound_to: str) -> bytes:
        """nonce 12 | AES-GCM cipher text and tag. bound_to: what it opens with only, such as the card's token."""
        nonce = self._entropy(_NONCE_BYTES)
        return nonce + self._data.encrypt(nonce, text.encode("ascii"), bound_to.encode("ascii"))

    def open(self, sealed: bytes, bound_to: str) -> str:
        """The sealed text again. Raises VaultError."""
        try:
            opened = self._data.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode("ascii"))
        except (InvalidTag, ValueError):
            what = "cipher text is not of this key or this card: start the host with the LMK that wrote it"
            raise VaultError(what) from None
        return opened.decode("ascii")

    def digest(self, mti: str, fields: Mapping[int, str | bytes]) -> str:
        """What two messages share that ask for the same thing: keyed, since a card number is in it."""
        content = hmac.new(self._digest_key, mti.encode("ascii"), hashlib.sha256)
        for number in sorted(set(fields) - UNDIGESTED):
            value = fields[number]
            if number == 60 and isinstance(value, str):
                value = value[: _BATCH.start] + value[_BATCH.stop :]
            data = value if isinstance(value, bytes) else value.encode("ascii")
            content.update(b"%d:%d:" % (number, len(data)) + data)
        return content.hexdigest()
