"""Offline data authentication: which kind, and its marks in TVR and TSI. Source: EMV 4.4 Book 3, 10.3; Book 2, 5, 6."""

from micropython import const

from till.card.emv import tvr
from till.card.emv.certificates import icc_key, issuer_key
from till.card.emv.dda import dda
from till.card.emv.sda import sda
from till.card.errors import CardError

AIP_CDA = const(0x01)
AIP_DDA = const(0x20)
AIP_SDA = const(0x40)
_CAN_SDA = const(0x0280)
_CAN_DDA = const(0x0240)
_CAN_CDA = const(0x0208)

_ISSUER_TAGS = (0x8F, 0x90, 0x9F32)
_ICC_TAGS = _ISSUER_TAGS + (0x9F46, 0x9F47)
_STATIC_TAGS = _ISSUER_TAGS + (0x93,)


def offline_data_authentication(state, pan, store):
    """Step: the strongest kind that card and till share. state.icc_key is set when a CDA is still to come.

    A failure marks TVR and is no error: terminal action analysis decides what becomes of it.
    """
    if state.interchange(AIP_CDA) and state.supports(_CAN_CDA):
        failed, tags = tvr.CDA_FAILED, _ICC_TAGS
    elif state.interchange(AIP_DDA) and state.supports(_CAN_DDA):
        failed, tags = tvr.DDA_FAILED, _ICC_TAGS
    elif state.interchange(AIP_SDA) and state.supports(_CAN_SDA):
        failed, tags = tvr.SDA_FAILED, _STATIC_TAGS
        tvr.raise_bit(state.tvr, tvr.SDA_SELECTED)
    else:
        tvr.raise_bit(state.tvr, tvr.ODA_NOT_PERFORMED)
        return
    tvr.raise_bit(state.tsi, tvr.ODA_PERFORMED)
    for tag in tags:
        if state.data.get(tag) is None:
            tvr.raise_bit(state.tvr, tvr.ICC_DATA_MISSING)
            tvr.raise_bit(state.tvr, failed)
            return
    try:
        if failed == tvr.SDA_FAILED:
            sda(state, _issuer(state, pan, store), static_data(state.data))
            return
        key = keys(state, pan, store)
        if failed == tvr.DDA_FAILED:
            yield from dda(state, key)
        else:
            state.icc_key = key
    except CardError as error:
        if error.code != "bad-data":
            raise
        tvr.raise_bit(state.tvr, failed)


def keys(state, pan, store):
    """PublicKey of the card through its issuer's. CardError."""
    issuer = _issuer(state, pan, store)
    return icc_key(state.data, issuer, pan, state.transaction.date, static_data(state.data))


def _issuer(state, pan, store):
    return issuer_key(state.data, state.application.aid[:5], pan, state.transaction.date, store)


def static_data(data):
    """Bytes under the static signature: the records, then the AIP where tag 9F4A names it (Book 3, 10.3). CardError."""
    if data.signed is None:
        raise CardError(0x94, 0, "a signed record is no record template")
    named = data.get(0x9F4A)
    if named is None:
        return bytes(data.signed)
    if named != b"\x82":
        raise CardError(0x9F4A, 0, "names more than the AIP")
    return bytes(data.signed) + data.get(0x82)
