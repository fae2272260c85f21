"""Static data authentication. Source: EMV 4.4 Book 2, 5.4."""

from hashlib import sha1

from till.card.emv.certificates import recover
from till.card.errors import CardError


def sda(state, issuer, static):
    """Check the signed static application data (tag 93); the data authentication code becomes tag 9F45. CardError."""
    plain = recover(state.data.get(0x93), issuer, 0x93)
    if plain[1] != 3 or plain[2] != 1:
        raise CardError(0x93, 1, "format or algorithm")
    covered = sha1(plain[1:-21])
    covered.update(static)
    if covered.digest() != plain[-21:-1]:
        raise CardError(0x93, len(plain) - 21, "hash")
    state.own[0x9F45] = bytes(plain[3:5])
