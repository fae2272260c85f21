"""RSA keys out of a seed, and EMV's bare RSA on a block (EMV 4.4 Book 2, B2.1).

Libraries make keys from the randomness of a machine; these must be the same everywhere, so primes are found here.
"""

from functools import cache
from hashlib import shake_256
from typing import NamedTuple

SIEVE = 4096  # small primes below, to spare most Miller-Rabin tests
WITNESSES = (2, 3, 5, 7)  # enough where nobody chose the number: the candidates come from a hash
WINDOW = 1 << 14  # odd numbers tried from one starting point


class RsaError(ValueError):
    """A key that cannot be made, or a block that does not fit one. args: reason."""


class RsaKey(NamedTuple):
    """modulus, exponent (3 or 65537), the private exponent and one of the primes, 0 where only the public part is
    known. str() shows no number."""

    modulus: int
    exponent: int
    private: int = 0
    prime: int = 0

    @property
    def length(self) -> int:
        """Bytes of the modulus."""
        return (self.modulus.bit_length() + 7) // 8

    @property
    def modulus_bytes(self) -> bytes:
        return self.modulus.to_bytes(self.length, "big")

    @property
    def exponent_bytes(self) -> bytes:
        """1 or 3 bytes, without leading zeros."""
        return self.exponent.to_bytes((self.exponent.bit_length() + 7) // 8, "big")

    def sign(self, block: bytes) -> bytes:
        """The private operation on a block as long as the modulus and smaller than it."""
        if not self.prime:
            raise RsaError("a key of which only the public part is known")
        if len(block) != self.length or int.from_bytes(block, "big") >= self.modulus:
            raise RsaError(f"a block of {len(block)} bytes does not fit a key of {self.length}")
        number, p, q = int.from_bytes(block, "big"), self.prime, self.modulus // self.prime
        one, other = pow(number, self.private % (p - 1), p), pow(number, self.private % (q - 1), q)
        both = other + q * ((one - other) * pow(q, -1, p) % p)  # a third of the time of one pow() over the modulus
        return both.to_bytes(self.length, "big")

    def recover(self, signature: bytes) -> bytes:
        """The public operation: the block that was signed."""
        return pow(int.from_bytes(signature, "big"), self.exponent, self.modulus).to_bytes(self.length, "big")

    def __repr__(self) -> str:
        return f"<RsaKey {self.modulus.bit_length()} bits, exponent {self.exponent}>"


@cache
def rsa_key(seed: bytes, bits: int, exponent: int) -> RsaKey:
    """The key that belongs to the seed. bits: of the modulus, a multiple of 16, exactly. Takes up to half a second."""
    if bits % 16 or bits < 512 or exponent not in (3, 65537):
        raise RsaError(f"{bits} bits with exponent {exponent} is no key of a card scheme")
    label = seed + bits.to_bytes(2, "big") + exponent.to_bytes(3, "big")
    p, q = (_prime(label + which, bits // 2, exponent) for which in (b"p", b"q"))
    return RsaKey(p * q, exponent, pow(exponent, -1, (p - 1) * (q - 1)), p)


def _prime(seed: bytes, bits: int, exponent: int) -> int:
    """The first fitting prime after a number out of the seed. Its two highest bits are set, so that two of them
    multiplied have exactly twice the bits."""
    top = 3 << (bits - 2)
    for attempt in range(64):
        start = int.from_bytes(shake_256(seed + bytes([attempt])).digest(bits // 8), "big") | top | 1
        composite = bytearray(WINDOW)
        for small in _small_primes():
            first = (-start) * pow(2, -1, small) % small  # start + 2*first is a multiple of small
            composite[first::small] = b"\x01" * len(range(first, WINDOW, small))
        for at in range(WINDOW):
            candidate = start + 2 * at
            if composite[at] or (candidate - 1) % exponent == 0:
                continue
            if candidate.bit_length() == bits and _is_prime(candidate):
                return candidate
    raise RsaError("no prime found in 64 windows")


@cache
def _small_primes() -> tuple[int, ...]:
    sieve = bytearray(b"\x01") * SIEVE
    for number in range(3, int(SIEVE**0.5) + 1, 2):
        if sieve[number]:
            sieve[number * number :: number] = bytes(len(range(number * number, SIEVE, number)))
    return tuple(number for number in range(3, SIEVE, 2) if sieve[number])


def _is_prime(number: int) -> bool:
    """Miller and Rabin."""
    odd, twos = number - 1, 0
    while not odd & 1:
        odd, twos = odd >> 1, twos + 1
    return all(_witnessed(number, base, odd, twos) for base in WITNESSES)


def _witnessed(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False
