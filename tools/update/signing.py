"""The key of updates: RSA, 2048 bits, exponent 65537; PKCS #1 v1.5 with SHA-256, as RFC 8017 has them.

RSA and not P-256, because the board verifies it with one pow() of its integers: docs/update.md has the times.
"""

import os
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from host_sim.acquirer.updates import Package
from tools.errors import ToolError

BITS, BITS_MOST, EXPONENT = 2048, 3072, 65537


def make_key(path: Path) -> rsa.RSAPrivateKey:
    """Never over one that is there."""
    private = rsa.generate_private_key(EXPONENT, BITS)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
    except FileExistsError:
        raise ToolError(f"{path} is there already", "use it, for tills know it already, or name another file") from None
    return private


def load_key(path: Path) -> rsa.RSAPrivateKey:
    try:
        found = load_pem_private_key(path.read_bytes(), None)
    except OSError as error:
        raise ToolError(f"{path} cannot be read: {error.strerror}", "make one: picotill update key") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise ToolError(f"{path} holds no private key in PEM", "name the file that picotill update key made") from None
    if not isinstance(found, rsa.RSAPrivateKey) or not BITS <= found.key_size <= BITS_MOST:
        raise ToolError(f"{path} is no RSA key of {BITS} to {BITS_MOST} bits", "make one: picotill update key")
    return found


def modulus(private: rsa.RSAPrivateKey) -> bytes:
    return private.public_key().public_numbers().n.to_bytes(private.key_size // 8, "big")


def signed(package: Package, private: rsa.RSAPrivateKey) -> Package:
    header = package.header(private.key_size // 8)
    return package._replace(signature=private.sign(header, padding.PKCS1v15(), SHA256()))
