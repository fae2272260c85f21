"""Issuer authentication by EXTERNAL AUTHENTICATE; a card without it takes tag 91 by CDOL2.

Source: EMV 4.4 Book 3, 10.9; Book 2, 8.2.
"""

from micropython import const

from till.card.apdu import OK, external_authenticate, split
from till.card.emv import tvr
from till.card.emv.requests import Apdu

AIP_ISSUER_AUTHENTICATION = const(0x04)


def issuer_authentication(state):
    """Step: show the card the issuer's answer, once. A refusal marks TVR; the card decides what it means."""
    data = state.own.get(0x91)
    if data is None or not state.interchange(AIP_ISSUER_AUTHENTICATION):
        return
    tvr.raise_bit(state.tsi, tvr.ISSUER_AUTHENTICATION_PERFORMED)
    status = 0
    if 8 <= len(data) <= 16:
        _, status = split((yield Apdu(external_authenticate(data))))
    if status != OK:
        tvr.raise_bit(state.tvr, tvr.ISSUER_AUTHENTICATION_FAILED)
