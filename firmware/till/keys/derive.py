"""Keys and digests from the board's secret.

The secret is 16 to 32 bytes that the board keeps in one-time-programmable memory and hands to nobody else.
"""

from till.keys.cmac import cmac
from till.keys.errors import KeysError


def derive(secret, label):
    """secret: 16 to 32 bytes; label: str, what the key is for -> a 16-byte key.

    Source: NIST SP 800-108 rev 1, section 4.1, counter mode, PRF AES-CMAC, counter 8 bits, L 16 bits, no context. A
    secret that is no AES-128 key becomes one first by RFC 4615, section 3. Errors: KeysError.
    """
    if not 16 <= len(secret) <= 32:
        raise KeysError("board secret", "%d bytes, not 16 to 32" % len(secret))
    key = secret if len(secret) == 16 else cmac(bytes(16), secret)
    return cmac(key, b"\x01" + label.encode() + b"\x00\x00\x80")


def password_digest(secret, salt, password):
    """secret: 16 to 32 bytes; salt: bytes; password: str of at most 64 characters -> 16 bytes to store.

    Passwords of a till are a few digits, so the strength is the secret's: without it no digest can be tried.
    """
    encoded = password.encode()
    if not 0 < len(encoded) <= 64:
        raise KeysError("password", "empty or longer than 64 bytes")
    if len(salt) > 255:
        raise KeysError("salt", "longer than 255 bytes")
    return cmac(derive(secret, "password"), bytes((len(salt),)) + bytes(salt) + encoded)
