"""The answer to reset of a contact card: what its protocol side needs of it, and one to build (ISO/IEC 7816-3, 8)."""

from typing import NamedTuple

FI = {0: 372, 1: 372, 2: 558, 3: 744, 4: 1116, 5: 1488, 6: 1860, 9: 512, 10: 768, 11: 1024, 12: 1536, 13: 2048}
DI = {1: 1, 2: 2, 3: 4, 4: 8, 5: 16, 6: 32, 7: 64, 8: 12, 9: 20}
CLOCK_HZ = 4_000_000  # of the reader


class Atr(NamedTuple):
    """protocols: T offered, in order. specific: the T of TA2, or None. ta1: Fi and Di. ifsc, bwi, cwi: T=1. wi: T=0."""

    protocols: tuple[int, ...]
    specific: int | None
    ta1: int
    ifsc: int
    bwi: int
    cwi: int
    wi: int


def read(data: bytes) -> Atr:
    """The facts of an answer to reset. ValueError where bytes are missing."""
    rest = list(data[2:])
    values: dict[tuple[int, str, int], int] = {}  # (group, letter, T of the group): value
    protocols: list[int] = []
    group, of, mask = 1, 0, data[1] >> 4
    while mask:
        if len(rest) < bin(mask).count("1"):
            raise ValueError("an answer to reset that ends too early")
        for bit, letter in enumerate("ABCD"):
            if mask >> bit & 1:
                values[group, letter, of] = rest.pop(0)
        following = values.get((group, "D", of))
        if following is None:
            break
        of, mask, group = following & 0x0F, following >> 4, group + 1
        if of != 15 and of not in protocols:
            protocols.append(of)
    own = {letter: values[key] for key in sorted(values) for letter in key[1] if key[0] > 2 and key[2] == 1}
    waits = own.get("B", 0x4D)
    ta2 = values.get((2, "A", protocols[0] if protocols else 0))
    return Atr(
        tuple(protocols) or (0,),
        None if ta2 is None else ta2 & 0x0F,
        values.get((1, "A", 0), 0x11),
        own.get("A", 32),
        waits >> 4,
        waits & 0x0F,
        values.get((2, "C", protocols[0] if protocols else 0), 10),
    )


def etu_us(ta1: int) -> float:
    """Length of one bit at Fi and Di."""
    return FI[ta1 >> 4] / DI[ta1 & 0x0F] * 1e6 / CLOCK_HZ


def build(protocols: tuple[int, ...] = (0,), ta1: int | None = None, historical: bytes = b"PICOTILL") -> bytes:
    """An answer to reset in direct convention, negotiable where ta1 is given; T=1 with IFSC 254, BWI 4, CWI 5."""
    first = [] if ta1 is None else [ta1]
    plain = protocols == (0,)
    y1 = (0x10 if first else 0) | (0 if plain else 0x80)
    body = [y1 | len(historical), *first]
    for at, protocol in enumerate(protocols if not plain else ()):
        last = at == len(protocols) - 1
        body.append((0x80 if not last or protocol == 1 else 0) | protocol)
    if 1 in protocols:
        body += [0x31, 0xFE, 0x45]  # TD for T=1 again: TA3 IFSC, TB3 waiting times
    body += historical
    check = 0
    for byte in body:
        check ^= byte
    return bytes([0x3B, *body] + ([] if plain else [check]))
